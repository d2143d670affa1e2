"""Who stands in a workbook without a login gets one from his name, and nobody gets a second account."""

import pytest

from tests.roster import book
from tests.service.test_roster import check, confirm, counts, staff, told
from workflows import people, staffing
from workflows.staffing import logins
from workflows.staffing.columns import STAFF


def only(*rows):
    """A workbook of these persons and posts alone."""
    return book(单位=[], 企业=[], 人员和岗位=[list(row) for row in rows])


def accounts(answer):
    """The logins as the trial run lists them: name, login, new or there already."""
    rows = answer.text.split('id="logins-title"')[1].split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]
    return [tuple(cell.split("</")[0].rsplit(">", 1)[1] for cell in row.split("</td>")[:3]) for row in rows]


@pytest.mark.parametrize(
    ("name", "login"),
    [("王小明", "wangxiaoming"), ("单小明", "shanxiaoming"), ("仇某", "qiumou"), ("曾某", "zengmou"), ("解某", "xiemou"),
     ("尉迟某", "yuchimou"), ("吕某", "lvmou"), ("李长生", "lichangsheng"), ("任重", "renzhong"), ("阿依古丽·买买提", "ayigulimaimaiti"),
     ("John 李", "johnli"), ("〇", "ling"), ("·", "")],
)  # fmt: skip
def test_a_name_in_letters(name, login):
    assert logins.in_letters(name) == login


def test_who_has_no_login_gets_one_and_keeps_it(signed_in, town):
    """Two whose names sound alike, one with two posts, one whose pinyin somebody on file has; the security administrator's run
    finds the same persons, and whoever imports the same again makes nobody twice."""
    system, security, before = signed_in("guanli"), signed_in("anquan"), counts(town)
    system.submit("/admin/persons/new", {"name": "王晓茗", "login": "wangxiaoming"})
    content = only(
        staff("包村干部", "丙村", "王小明", ""), staff("包村干部", "丙村", "王晓明", ""), staff("村委", "丙村", "王小明", ""),
        staff("村委", "丙村", "单某", "danmou"), staff("包村干部", "丙村", "单某", ""),
    )  # fmt: skip
    checked = check(system, content)
    assert accounts(checked) == [("王小明", "wangxiaoming2", "新账号"), ("王晓明", "wangxiaoming3", "新账号"), ("单某", "danmou", "新账号")]
    assert "<code>wangxiaoming2</code>" in confirm(system, checked).text
    waiting = check(security, content)
    assert {kind for _, _, kind in accounts(waiting)} == {"已有"}
    assert "任职新增 5 项" in confirm(security, waiting).text
    with town.reading() as session:
        ming = people.find_by_login(session, "wangxiaoming2")
        assert (ming.name, sorted(people.posts_with_names(session, [ming.id])[ming.id])) == ("王小明", [("包村干部", "丙村"), ("村委", "丙村")])
    assert {kind for _, _, kind in accounts(check(system, content))} == {"已有"}
    after = counts(town)
    assert (after["persons"] - before["persons"], after["appointments"] - before["appointments"]) == (4, 5)


def test_a_namesake_with_other_posts_may_be_he_or_not(signed_in):
    """Only a person can say; an account too many would let him sign his own work."""
    browser = signed_in("guanli")
    (fault,) = told(check(browser, only(staff("村委", "丙村", name_of(browser, "banshi1"), ""))))
    assert fault[:2] == (STAFF, 2)
    assert "（登录名 banshi1，任" in fault[2] and "不是的，另起一个，例如 " in fault[2]


def name_of(browser, login):
    """The name of somebody in the town."""
    return browser.get(f"/admin/persons?q={login}").text.split("/admin/persons/")[2].split(">")[1].split("<")[0]


def test_what_cannot_be_told_must_be_typed(signed_in):
    """Several on file without a post, several logins in the workbook, a name that cannot be read."""
    browser = signed_in("guanli")
    for login in ("jia1", "jia2"):
        browser.submit("/admin/persons/new", {"name": "甲某", "login": login})
    rows = [("甲某", ""), ("乙某", "yi1"), ("乙某", "yi2"), ("乙某", ""), ("？", "")]
    faults = told(check(browser, only(*(staff("村委", "丙村", name, login) for name, login in rows))))
    assert [(number, sentence) for _, number, sentence in faults] == [
        (2, "本县有几个“甲某”（登录名 jia1、jia2）。请填写其中一个人的登录名；不是他们的，另起一个，例如 jiamou。"),
        (5, "“乙某”在这个工作簿里有几个登录名，请在这一行也填写“登录名”。"),
        (6, "“？”转不成拼音，请填写“登录名”。"),
    ]


def test_a_new_person_needs_no_login_either(signed_in, town):
    browser = signed_in("guanli")
    assert "<code>dingmou</code>" in browser.submit("/admin/persons/new", {"name": "丁某", "login": ""}).text
    assert "<code>dingmou2</code>" in browser.submit("/admin/persons/new", {"name": "丁某", "login": ""}).text
    refused = browser.submit("/admin/persons/new", {"name": "？", "login": ""})
    assert (refused.status_code, "转不成拼音" in refused.text) == (422, True)


def test_what_follows_from_the_rows_above_need_not_be_typed(signed_in, town):
    """Of a code one's own three digits, a group's name, an enterprise's address."""
    units = [["县（市、区）", "己县", "999902000000"], ["乡镇（街道）", "庚镇", "101"], ["行业领域领导组", "", "", "城镇燃气"], ["村（社区）", "辛村", 201]]
    shop = ["辛村小吃店", "", "九小场所", "辛村", "城镇燃气", ""]
    browser = signed_in("guanli")
    confirm(browser, check(browser, book(单位=units, 企业=[shop], 人员和岗位=[])))
    with town.reading() as session:
        village, group, made = (people.find_unit_named(session, name) for name in ("辛村", "庚镇城镇燃气领导组", "辛村小吃店"))
        assert (village.region_code, group.region_code, group.sectors) == ("999902101201", "999902101000", ["GAS"])
        assert (made.address, staffing.above(session, "VILLAGE", village.region_code).name) == ("辛村", "庚镇")
