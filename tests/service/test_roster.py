"""Excel 导入: a county from a workbook, by two administrators; what is wrong is told row by row, and nothing of it is stored."""

import io
import re

import pytest
from openpyxl import load_workbook

from service import House, setup
from service.admin import workbooks
from service.config import Config
from service.demo import PASSWORD
from tests.roster import COUNTY, book, calculate
from tests.scenarios.ways import bring, found
from tests.service.inspector import Inspector
from workflows import clock, passwords, people, staffing, steps
from workflows.engine import history
from workflows.staffing.columns import SHEETS, STAFF


@pytest.fixture
def founded(database, web, tmp_path, monkeypatch):
    """The system and the security administrator of a county that was founded just now."""
    setup.found_county(database, "999902000000", "己县")
    with database.transaction() as session:
        steps.seed(session)
        for login in setup.ADMINISTRATORS:
            passwords.give(session, people.find_by_login(session, login), PASSWORD)
    monkeypatch.setattr(web, "house", House(Config(home=tmp_path, database_url=database.url, secret_key="for tests " * 4), database, steps.RULES))
    monkeypatch.setattr(web, "test_client_class", Inspector)
    browsers = web.test_client(), web.test_client()
    for browser, login in zip(browsers, ("xitong", "anquan"), strict=True):
        assert browser.sign_in(login).status_code == 302
    return browsers


def saved(made):
    """A workbook as a file."""
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def template(browser):
    """The workbook that the page hands out."""
    return load_workbook(io.BytesIO(browser.get("/admin/import/template.xlsx").data))


def rows_of(made, sheet):
    """What a template brings in a sheet, below its example."""
    return [row for row in made[sheet].iter_rows(min_row=3, values_only=True) if any(row)]


def posts_of(made):
    """The posts that a template asks for."""
    return [(role, unit) for role, unit, *_ in rows_of(made, STAFF)]


def check(browser, content, name="新县.xlsx"):
    return browser.submit("/admin/import", {"file": (io.BytesIO(content), name)})


def confirm(browser, answer):
    token = answer.text.split('name="token" value="')[1].split('"')[0]
    return browser.submit("/admin/import/confirm", {"token": token}, page="/admin/import")


def counts(town):
    with town.reading() as session:
        return staffing.counts(session)


def test_a_county_from_a_workbook_by_two_administrators(signed_in, town, app):
    system, security, before = signed_in("guanli"), signed_in("anquan"), counts(town)
    checked = check(system, book())
    assert checked.status_code == 200
    assert counts(town) == before  # the trial run stores nothing
    done = confirm(system, checked)
    assert done.status_code == 200
    after = counts(town)
    added = {key: after[key] - before[key] for key in before}
    assert added == {"units": 4, "enterprises": 2, "persons": 2, "appointments": 0, "substitutions": 0}
    password = done.text.split("<code>gengzhifa</code>")[1].split("<code>")[1].split("<")[0]
    assert confirm(security, check(security, book())).status_code == 200
    browser = app.test_client()
    assert browser.sign_in("gengzhifa", password).status_code == 302
    with town.reading() as session:
        geng, town_unit = people.find_by_login(session, "gengzhifa"), people.find_unit_named(session, "庚镇")
        station = people.find_unit_named(session, "庚镇应急站")
        held = {tuple(post) for post in people.posts(session, geng.id)}
        assert held == {("ENFORCER", town_unit.id), ("STATION_STAFF", station.id)}
        assert (geng.certificate_no, station.region_code) == ("ZF-1", "999902101000")
        assert (town_unit.report_phone, station.report_phone) == ("0999-2101000", None)
        assert people.get_unit(session, town_unit.parent_id).name == "己县"
        assert history.verify(session) == []
    again = check(system, book())
    assert "0 项" in again.text and again.status_code == 200
    assert confirm(system, again).status_code == 200
    assert counts(town)["units"] == after["units"]  # nothing twice
    assert list((app.house.config.home / "imports").iterdir()) == []  # the files are full of names


def told(answer):
    """What is wrong, as the page lists it: sheet, row, sentence."""
    rows = answer.text.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")[:-1]
    cells = [[re.sub("<[^>]*>", "", cell) for cell in row.split("</td>")[:3]] for row in rows]
    return [(sheet, int(number.strip("第 行")), sentence) for sheet, number, sentence in cells]


def staff(role, unit, name, login, from_on="2026-01-01"):
    """A row of the persons and posts."""
    return [role, unit, name, login, "", from_on, "", "某任", ""]


def test_each_bad_row_is_told_and_nothing_is_stored(signed_in, town):
    browser, before = signed_in("guanli"), counts(town)
    bad = book(
        单位=[*COUNTY["单位"], ["村（社区）", "壬村", "999903101201", "", ""], ["城堡", "癸", "999902101202", "", ""],
            ["站所", "丑站", "999902101000", "消防", "12345"]],
        企业=[["假码厂", "91999901MA0000003W", "", "辛村", "城镇燃气", "村口"], ["无照", "", "", "辛村", "城镇燃气", "村口"]],
        人员和岗位=[staff("村委", "辛村", "甲", "jia"), staff("", "", "乙", "jia"), staff("", "", "", "Bing"),
               staff("县政府分管领导", "辛村", "丁", "ding"), staff("村委", "子村", "戊", "wu", "昨天")],
    )  # fmt: skip
    answer = check(browser, bad)
    assert answer.status_code == 422
    assert [(sheet, number) for sheet, number, _ in told(answer)] == [
        ("单位", 6), ("单位", 7), ("单位", 8), ("企业", 2), ("企业", 3), (STAFF, 3), (STAFF, 4), (STAFF, 5), (STAFF, 6)
    ]  # fmt: skip
    for (_, _, sentence), part in zip(told(answer), [
        "没有区划代码为 999903101000", "没有“城堡”这一项", "只由乡镇填写", "校验位不符", "请填写“主体类别”", "已有人使用（甲）", "请填写“姓名”",
        "应任命在县（市、区），不能任命在村（社区）", "不是有效的日期",
    ], strict=True):  # fmt: skip
        assert part in sentence
    assert counts(town) == before
    assert "/admin/import/confirm" not in answer.text


def test_rows_that_refer_to_a_faulty_row_are_told_there(signed_in):
    """One cause, told once: its town has no name, so neither the village nor what lies there nor who works there can be right."""
    bad = book(
        单位=[["村（社区）", "辛村", "999902101201"], ["县（市、区）", "己县", "999902000000"], ["乡镇（街道）", "", "999902101000"]],
        人员和岗位=[staff("村委", "辛村", "甲", "Jia"), staff("村委", "无此村", "乙", "yi"), staff("包村干部", "辛村", "甲", "Jia")],
    )
    assert told(check(signed_in("guanli"), bad)) == [
        ("单位", 4, "请填写“名称”。“企业”第 2、3 行、“单位”第 2 行要用到这一行，等它改好后再核对。"),
        (STAFF, 2, "登录名“Jia”只能用小写字母、数字、点和横线，至少 2 个。“人员和岗位”第 4 行要用到这一行，等它改好后再核对。"),
        (STAFF, 3, "没有名称为“无此村”的单位。"),
    ]


def test_a_village_whose_towns_code_is_wrong_waits_for_the_town(signed_in):
    rows = [["县（市、区）", "己县", "999902000000"], ["乡镇（街道）", "庚镇", "99990210100"], ["村（社区）", "辛村", "999902101201"]]
    (fault,) = told(check(signed_in("guanli"), book(单位=rows, 企业=[], 人员和岗位=[])))
    assert fault == ("单位", 3, "区划代码应为 12 位数字。“单位”第 4 行要用到这一行，等它改好后再核对。")


def test_what_an_empty_cell_takes_from_above_is_told_there(signed_in):
    """A bad date and a code that is too short, once each; a document that nobody gave, at the first row that needs it."""
    units = [["县（市、区）", "己县", "999902000000"], ["乡镇（街道）", "庚镇", "99990210100"], ["站所", "庚镇站", "", "消防"]]
    rows = [staff("县政府分管领导", "己县", f"某{each}", each, "昨天" if each == "aa" else "") for each in ("aa", "bb", "cc")]
    for row in rows:
        row[7] = ""
    assert told(check(signed_in("guanli"), book(单位=units, 企业=[], 人员和岗位=rows))) == [
        ("单位", 3, "区划代码应为 12 位数字。“单位”第 4 行要用到这一行，等它改好后再核对。"),
        (STAFF, 2, "“起始日期”不是有效的日期：昨天。请写成 2026-01-01。“人员和岗位”第 3、4 行要用到这一行，等它改好后再核对。"),
        (STAFF, 2, "请填写“任命文号”。"),
    ]


def test_the_posts_wait_for_the_system_administrator(signed_in):
    answer = check(signed_in("anquan"), book())
    assert answer.status_code == 422
    assert "这个工作簿里的单位、企业、人员还没有导入。请系统管理员先用它导入" in answer.text


def test_what_changed_between_check_and_confirmation_undoes_all(signed_in, town):
    browser = signed_in("guanli")
    checked = check(browser, book())
    browser.submit("/admin/persons/new", {"name": "别人", "login": "xincun"})
    before = counts(town)
    assert confirm(browser, checked).status_code == 422
    assert counts(town) == before


def test_a_token_of_somebody_else_is_worth_nothing(signed_in, town):
    checked, before = check(signed_in("guanli"), book()), counts(town)
    assert confirm(signed_in("anquan"), checked).headers["Location"] == "/admin/import"
    assert counts(town) == before


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 broken", book()[:-200]])
def test_what_is_no_workbook_is_said_so(signed_in, content):
    answer = check(signed_in("guanli"), content)
    assert answer.status_code == 422
    assert "不是能读取的 Excel 工作簿" in answer.text


def test_a_bomb_is_not_unpacked(signed_in, monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_UNPACKED", 1000)
    assert "内容过大" in check(signed_in("guanli"), book()).text


def test_a_sheet_or_column_that_lacks_is_named(signed_in):
    made = load_workbook(io.BytesIO(book()))
    del made["企业"]
    assert "缺少工作表“企业”" in check(signed_in("guanli"), saved(made)).text


def test_the_template_can_be_filled_in_and_read(signed_in):
    made = template(signed_in("guanli"))
    assert set(SHEETS) < set(made.sheetnames)
    explained = {row[1].value: (row[2].value, row[3].value) for row in made["填写说明"].iter_rows() if row[0].value == STAFF}
    assert explained["岗位：县政府分管领导"] == ("须设", "任命在县（市、区）。全县至少 1 人，由其签字销号。")
    assert explained["岗位：站所经办"][0] == "选设"
    for name in SHEETS:
        first = made[name].max_row + 1
        for place, row in enumerate(COUNTY[name], start=first):
            for column, cell in enumerate(row, start=1):
                made[name].cell(place, column, cell or None)
    answer = check(signed_in("guanli"), saved(made))
    assert answer.status_code == 200
    assert "2 项" in answer.text.split("企业</td>")[1].split("</td>")[0]  # the example is passed over


def test_each_column_says_how_it_is_filled_in(signed_in):
    """Where the cursor is; and a list where there is something to choose."""
    made = template(signed_in("guanli"))
    for name, columns in SHEETS.items():
        said = {each.promptTitle: each for each in made[name].data_validations.dataValidation}
        assert [title for title, each in said.items() if not each.prompt] == []
        assert list(said) == [column.title for column in columns]
        chosen = {column.title for column in columns if column.kind in ("choice", "some") or column.is_of_units}
        assert {title for title, each in said.items() if each.type == "list"} == chosen


def test_a_new_countys_template_brings_what_the_loop_needs(founded):
    """From the county alone: its own posts, and in which order its units are best typed. With its units on file: a row for each
    post that is lacking, which counts only when somebody's name is typed into it."""
    system, security = founded
    first = template(system)
    assert posts_of(first)[:3] == [("县政府分管领导", "己县"), ("县专项领导组办公室", "己县"), ("举报受理员", "己县")]
    assert [row[0] for row in rows_of(first, "单位")][:4] == ["县（市、区）", "县有关部门", "县有关部门", "乡镇（街道）"]
    assert "本县还没有登记乡镇和村" in system.get("/admin").text
    units = [["县有关部门", "己县应急局", "", "消防、城镇燃气"], ["乡镇（街道）", "庚镇", "999902101000", ""], ["站所", "", "", ""],
             ["行业领域领导组", "庚镇燃气领导组", "", "城镇燃气"], ["村（社区）", "辛村", "999902101201", ""]]  # fmt: skip
    confirm(system, check(system, book(单位=[["县（市、区）", "己县", "999902000000", ""], *units], 人员和岗位=[])))
    second = template(system)
    assert [row[1] for row in rows_of(second, "单位")] == ["己县", "己县应急局", "庚镇", "庚镇燃气领导组", "辛村"]
    needed = posts_of(second)
    assert (len(needed), needed.count(("综合行政执法队员", "庚镇"))) == (15, 2)
    assert ("包村干部", "辛村") in needed
    for number, row in enumerate(second[STAFF].iter_rows(min_row=3, max_row=2 + len(needed) - 1), start=1):
        row[2].value, row[3].value = f"某{number}", f"person{number}"
    second[STAFF]["H3"] = "某任〔2026〕2 号"
    content = saved(second)
    checked = check(system, content)
    assert ("还缺这些" in checked.text, "包村干部" in checked.text) == (True, True)  # the last row was left empty
    assert confirm(system, checked).text.count("<code>person") == 14
    done = confirm(security, check(security, content))
    assert "任职新增 14 项" in done.text
    assert posts_of(template(system)) == [("包村干部", "辛村")]
    lacking = security.get("/admin").text
    assert [words in lacking for words in ("包村干部", "验收的人里须有人持执法证", "举报电话或邮箱", "没有主管它们的单位")] == [True] * 3 + [False]


def test_a_small_county_is_typed_in_one_go(founded):
    """The posts of units that are not on file yet stand there already, and show their names; what is left empty makes nothing."""
    system, security = founded
    made = template(system)
    typed = {"B4": "己县应急局", "D4": "工贸", "B6": "庚镇", "C6": "101", "D7": "城镇燃气", "B10": "辛村", "C10": "201"}
    for place, text in typed.items():
        made["单位"][place] = text
    calculate(made)
    posts = posts_of(made)
    assert (posts.count(("包村干部", "辛村")), posts.count(("包村干部", ""))) == (1, 2)
    assert ("分管领导", "庚镇城镇燃气领导组") in posts
    for number, (_, unit) in enumerate(posts, start=3):
        made[STAFF][f"C{number}"] = chr(0x4E00 + number) + "某" if unit else None
    made[STAFF]["H3"] = "某任〔2026〕2 号"
    content = saved(made)
    assert "人员新增 15 项" in confirm(system, check(system, content)).text
    assert "必设的岗位都有人了" in confirm(security, check(security, content)).text


def test_an_industry_that_nobody_is_in_charge_of_is_told(signed_in):
    """Before the import, from the trial: in the town; a department of the county is in charge of all."""
    browser = signed_in("guanli")
    assert "主管烟花爆竹的" not in browser.get("/admin").text
    works = ["丙村花炮厂", "", "九小场所", "丙村", "烟花爆竹", "村口"]
    checked = check(browser, book(单位=[], 企业=[works], 人员和岗位=[]))
    assert [f"主管烟花爆竹的{by}" in checked.text for by in ("县有关部门", "站所或领导组")] == [False, True]
    assert "主管烟花爆竹的" not in browser.get("/admin").text


def test_who_was_waited_for_finds_the_task_at_once(signed_in, town, driver):
    """A post that comes with a workbook is a post: what nobody could do is his now."""
    hazard = bring(driver, found(driver), "sign")
    with town.transaction() as session:
        staffing.deactivate(session, people.get(session, driver.person("fuxianzhang")), "调离。", by=driver.person("guanli"))
        steps.readdress(session, driver.person("fuxianzhang"))
    assert "没有可上转的岗位" in sign_of(driver, hazard).blocked
    row = ["县政府分管领导", "甲县", "新副县长", "xinren", "", clock.today().isoformat(), "", "某任", ""]
    content = book(单位=[], 企业=[], 人员和岗位=[row])
    for login in ("guanli", "anquan"):
        done = confirm(signed_in(login), check(signed_in(login), content))
    assert "任职新增 1 项" in done.text
    assert sign_of(driver, hazard).blocked == ""


def sign_of(driver, hazard):
    """The task of the county's leader."""
    return next(task for task in driver.open_tasks(hazard) if task.element_id == "sign")
