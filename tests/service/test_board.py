"""The board: each figure leads to its rows, and what waits for my signature can be decided from one page."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from lxml import html

from service import board, demo
from service.demo.town import FROM
from tests import make
from tests.scenarios.ways import found
from tests.service.inspector import faults_of
from tests.service.test_ledger import ELSEWHERE, figures, listed
from workflows import clock, people, staffing
from workflows.engine import tasks
from workflows.engine.worklist import Task


@pytest.fixture
def full(town):
    """Hazards of every kind that the board tells apart."""
    now = clock.now()
    kinds = [
        {"at": "CLOSED", "due_at": now + timedelta(days=1)},
        {"at": "ARCHIVED", "due_at": now - timedelta(days=1), "sector": "GAS"},
        {"at": "TOWN_APPROVED", "due_at": now + timedelta(days=2), "sector": "GAS"},
        {"at": "RECTIFYING", "due_at": now - timedelta(days=2)},
        {"at": "RECTIFYING", "due_at": now + timedelta(days=20), "region_code": "999901101202"},
        {"at": "REGISTERED", "region_code": ELSEWHERE},
        {"at": "VOIDED"},
        {"at": "REPORTED"},
    ]
    with town.transaction() as session:
        return [make.hazard(session, **kind).id for kind in kinds]


def test_the_figures(full, signed_in):
    """Of the town's five that count; the other town's, the voided and the one without a number are noise."""
    text = signed_in("zhuren").get("/board").text
    assert figures(text) == {
        "逾期未销号": "1", "三日内到期": "1", "受阻": "0", "已改待销": "1", "发现": "5", "已完成整改（县签字）": "2",
        "未销号": "3", "挂牌督办": "0",
    }  # fmt: skip
    rates = html.fromstring(text).xpath("(//div[@class='rates'])[1]/p/b/text()")
    assert rates == ["40.00%", "33.33%"]  # 2 of 5; signed in time 1 of 1 + 1 signed late + 1 late


def test_each_figure_leads_to_exactly_its_rows(full, signed_in):
    """Every link into the ledger lists as many rows as the figure says."""
    for login in ("zhuren", "xianban", "zhujian"):
        browser = signed_in(login)
        links = html.fromstring(browser.get("/board").text).xpath("//a[starts-with(@href, '/ledger')][not(ancestor::nav)]")
        assert len(links) > 15
        for link in links:
            page = html.fromstring(browser.get(link.get("href")).text)
            number = link.findtext("b") or link.xpath("string(text()[normalize-space()][1])")
            assert page.xpath("string(//h2[@id='rows-title'])") == f"明细（{number} 件）", link.get("href")


def test_places_and_industries_add_up(full, signed_in, town):
    page = html.fromstring(signed_in("xianban").get("/board").text)
    for title in ("places-title", "sectors-title"):
        rows = page.xpath(f"//section[@aria-labelledby='{title}']//tbody/tr")
        found = [int(row.xpath("string(td[1])")) for row in rows]
        assert sum(found[:-1]) == found[-1] == 6
    with town.reading() as session:
        unit = people.units(session, "TOWN")[0]
    inside = html.fromstring(signed_in("xianban").get(f"/board?unit={unit.id}").text)
    names = inside.xpath("//section[@aria-labelledby='places-title']//tbody//th")
    assert [name.text_content().strip() for name in names] == ["丙村", "丁村", "合计"]


def test_what_nobody_may_do_is_blocked(driver, signed_in, town):
    """Where 上转 ends, the case stands on the board as blocked, and behind the figure in the ledger (domain 3.3)."""
    with town.transaction() as session:
        make.hazard(session, "TOWN_APPROVED", subject_name="没有受阻的")
    hazard_id = found(driver)
    driver.do(hazard_id, "register")
    driver.do(hazard_id, "confirm_registration")
    with town.transaction() as session:
        session.get_one(Task, driver.open_tasks(hazard_id)[0].id).blocked = "没有人可以办理。"
    browser = signed_in("zhuren")
    assert figures(browser.get("/board").text)["受阻"] == "1"
    assert listed(browser.get("/ledger?mark=blocked").text) == ["乙镇木家具厂"]


def id_of(task):
    """The number in a task's address."""
    return task.removeprefix("/tasks/")


def waiting_at(driver, town, element):
    """A hazard driven until somebody has to review or sign it; the task's address."""
    hazard_id = found(driver)
    driver.bring(hazard_id, element)
    return f"/tasks/{next(task.id for task in driver.open_tasks(hazard_id) if task.element_id == element)}"


def test_everything_to_decide_stands_on_one_page(driver, signed_in, town):
    """Driven to the signature: facts, finish report, verification, photos, opinions, and the form; it is signed right there."""
    task = waiting_at(driver, town, "sign")
    leader = signed_in("fuxianzhang")
    assert "1 件" in html.fromstring(leader.get("/board").text).xpath("string(//p[contains(@class, 'pending')])")
    page = leader.get("/board/signing").text
    for said in ("乙镇木家具厂", "门锁已拆除", "现场逐项核对", "ZF-9901-00", "同意上报。", "同意销号。", "申请销号"):
        assert said in page
    pictures = html.fromstring(page).xpath("//figure//img/@src")
    assert len(pictures) == 6
    assert {leader.get(picture).status_code for picture in pictures} == {200}
    (form,) = html.fromstring(page).xpath("//article//form[@action='/board/signing']")
    asked = set(form.xpath(".//@name"))
    assert asked == {"csrf_token", "task", "decision", "opinion", "reason", "password"}
    assert "乙镇木家具厂" not in signed_in("zhuren").get("/board/signing").text  # he has reviewed it already
    assert 'href="/board/signing">待我审签</a>' in leader.get("/").text
    empty = leader.submit("/board/signing", {"task": id_of(task), "decision": "", "password": ""})
    assert empty.status_code == 422
    assert "请输入您的登录密码" in empty.text  # nothing was typed, so nothing is counted as wrong
    assert "锁定" not in empty.text
    assert "请选择“签字意见”" in empty.text
    answers = {"task": id_of(task), "decision": "sign", "opinion": "同意。"}
    signed = leader.submit("/board/signing", {**answers, "password": demo.PASSWORD})
    assert (signed.status_code, signed.location) == (302, "/board/signing")
    assert "目前没有等您" in leader.get("/board/signing").text
    shown = figures(leader.get("/board").text)
    assert (shown["已完成整改（县签字）"], shown["已改待销"]) == ("1", "0")
    assert leader.submit("/board/signing", {**answers, "password": demo.PASSWORD}).status_code == 409


def test_a_case_is_sent_back_from_the_list(driver, signed_in, town):
    """Several wait: each has a form of its own; the returned one goes, with its reason, and the other stays."""
    first, second = (waiting_at(driver, town, "town_review") for _ in range(2))
    deputy = signed_in("zhuren")
    page = html.fromstring(deputy.get("/board/signing").text)
    assert page.xpath("//article//input[@name='task']/@value") == [id_of(first), id_of(second)]
    answers = {"task": id_of(first), "decision": "rectify", "opinion": "照片看不出通道已清空。"}
    assert deputy.submit("/board/signing", answers).location == "/board/signing"
    page = html.fromstring(deputy.get("/board/signing").text)
    assert page.xpath("//article//input[@name='task']/@value") == [id_of(second)]
    returned = signed_in("changzhang").get("/").text
    assert "整改" in html.fromstring(returned).xpath("string(//main)")


def test_what_is_refused_is_said_in_the_list(driver, signed_in, town):
    """A wrong password: the list again, the sentence at its field in that case's form, what was typed kept;
    the other case's form is untouched."""
    first, second = (waiting_at(driver, town, "sign") for _ in range(2))
    leader = signed_in("fuxianzhang")
    typed = {"task": id_of(second), "decision": "town", "opinion": "请镇里再核一次。", "password": "Bihuan-2025"}
    wrong = leader.submit("/board/signing", typed)
    mark = id_of(second)
    assert wrong.status_code == 422
    assert faults_of(wrong.text).keys() >= {f"{mark}-password"}
    page = html.fromstring(wrong.text)
    assert page.xpath("string(//h1)") == "待我审签"
    own, others = (page.xpath("//article//form[input[@name='task' and @value=$id]]", id=id_of(each))[0] for each in (second, first))
    assert own.xpath("string(.//textarea[@name='opinion'])") == "请镇里再核一次。"
    assert own.xpath(".//input[@name='decision' and @checked]/@value") == ["town"]
    assert f"#f-{mark}-password" in own.xpath(".//*[@role='alert']//a/@href")
    assert not others.xpath(".//*[@role='alert'] | .//input[@name='decision' and @checked]")


def test_what_is_refused_of_a_case_that_is_not_on_the_page_any_more_is_not_lost(driver, signed_in, town):
    """Others have come before it meanwhile: its own page shows what was typed, and what is wrong."""
    first, _ = (waiting_at(driver, town, "town_review") for _ in range(2))
    with town.reading() as session:
        caller = people.caller(session, driver.person("zhuren"))
        beyond = tasks.inbox(session, driver.rules, caller, duties=board.SIGNED, limit=1).next
    typed = {"task": id_of(first), "decision": "", "opinion": "照片看不出通道已清空。"}
    refused = signed_in("zhuren").submit(f"/board/signing?after={quote(beyond)}", typed)
    assert (refused.status_code, typed["opinion"] in refused.text) == (422, True)
    assert "请选择" in faults_of(refused.text)["decision"]


def test_a_task_of_others_is_not_decided_in_the_list(driver, signed_in, town):
    """Whose task it is not, finds nothing: not by the number, and not without one."""
    task = waiting_at(driver, town, "town_review")
    for asked in ({"task": id_of(task)}, {"task": "nonsense"}, {}):
        assert signed_in("xianban").submit("/board/signing", {**asked, "decision": "approve"}).status_code == 404


def test_what_one_may_not_decide_has_no_form(driver, signed_in, town):
    """职责分离 is said on the list; there is nothing to fill in."""
    task = waiting_at(driver, town, "town_review")
    with town.transaction() as session:
        verifier = people.get(session, driver.person("zhifa1"))
        staffing.appoint(session, verifier, "GROUP_DEPUTY", people.units(session, "TOWN")[0], FROM)
    page = html.fromstring(signed_in("zhifa1").get("/board/signing").text)
    assert "职责分离" in page.xpath("string(//article)")
    assert page.xpath("//article//form") == []
    assert signed_in("zhuren").get(f"{task}?back=elsewhere").status_code == 200  # an unknown list is the inbox


@pytest.mark.parametrize("login", ["changzhang", "cunwei", "zhifa1", "sheji", "guanli", "shenji"])
@pytest.mark.parametrize("address", ["/board", "/board/signing"])
def test_the_board_is_not_for_everybody(signed_in, login, address):
    browser = signed_in(login)
    assert browser.get(address).status_code == 403
    assert 'href="/board"' not in browser.get("/").text


def test_a_place_out_of_ones_scope_is_not_found(signed_in, town):
    with town.reading() as session:
        county = people.units(session, "COUNTY")[0]
    assert signed_in("zhuren").get(f"/board?unit={county.id}").status_code == 404
    assert signed_in("xianban").get(f"/board?unit={county.id}").status_code == 200


def test_an_empty_board(signed_in):
    text = signed_in("xianban").get("/board").text
    assert "还没有编号的隐患" in text
    assert "—" in text
