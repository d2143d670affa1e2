"""一案三查 on its pages: its file is read by who conducts it, and whom it is about finds nothing of it (P07, INV-16)."""

from datetime import date

import pytest
from lxml import html

from service import demo
from tests import make
from tests.scenarios.ways import appoint, found
from tests.service.inspector import token_of
from tests.service.test_tasks import bring_to
from workflows import clock, people, staffing
from workflows.engine import Subject, tasks

STEP, SUBJECT = "决定是否立案", "乙镇木家具厂"
OPEN = {"decision": "open", "opinion": "应当立案倒查。"}


@pytest.fixture
def inquiry(driver):
    """It waits for the head of the leading group; baocun has answered for territory and industry."""
    hazard = found(driver)
    bring_to(driver, hazard, "plan")
    appoint(driver, "baocun", "GROUP_HEAD", "乙镇")
    with driver.database.transaction() as session:
        return Subject("inquiry", make.inquiry(session, hazard))


def task_of(driver, inquiry):
    """Its open task."""
    with driver.database.reading() as session:
        return tasks.open_of(session, inquiry)[0].id


def do(driver, inquiry, element, login, **data):
    """Let somebody do a task of it."""
    with driver.database.transaction() as session:
        caller = people.caller(session, driver.person(login))
        task = next(each for each in tasks.open_of(session, inquiry) if each.element_id == element)
        tasks.complete(session, driver.rules, tasks.get(session, task.id, caller), caller, data)


def stand_in(driver, substitute, principal):
    """One stands in for another today."""
    with driver.database.transaction() as session:
        away, here = (people.get(session, driver.person(login)) for login in (principal, substitute))
        staffing.substitute(session, away, here, clock.today(), clock.today())


def status(browser, address):
    """What a page answers."""
    return browser.get(address).status_code


def test_whom_it_is_about_finds_nothing_of_it(driver, inquiry, signed_in):
    """Neither in his inbox nor at its address, though it waits at a post of his; nor does who stands in for him."""
    task = task_of(driver, inquiry)
    stand_in(driver, "cunwei2", "baocun")
    for login in ("baocun", "cunwei2"):
        browser = signed_in(login)
        inbox = browser.get("/").text
        assert STEP not in inbox
        assert f"/tasks/{task}" not in inbox
        assert [status(browser, address) for address in (f"/tasks/{task}", "/inquiries/1")] == [404, 404]
        for written in (f"/tasks/{task}", f"/tasks/{task}/claim", f"/tasks/{task}/draft"):
            assert browser.post(written, data={"csrf_token": token_of(inbox)}).status_code == 404
    browser = signed_in("shuji")
    assert STEP in browser.get("/").text
    assert [status(browser, address) for address in (f"/tasks/{task}", "/inquiries/1")] == [200, 200]


def test_who_stands_in_for_somebody_it_is_not_about_reads_it(driver, inquiry, signed_in):
    """Also if he stands in for one whom it is about as well: he acts by the other's post."""
    stand_in(driver, "cunwei2", "baocun")
    stand_in(driver, "cunwei2", "shuji")
    browser = signed_in("cunwei2")
    assert STEP in browser.get("/").text
    assert [status(browser, address) for address in (f"/tasks/{task_of(driver, inquiry)}", "/inquiries/1")] == [200, 200]


def test_the_discipline_office_opens_the_hazard_it_inquires_into(driver, inquiry, signed_in):
    """Domain 2.1: 追溯卷. From the case to the hazard's whole course; of other hazards nothing."""
    with driver.database.transaction() as session:
        village = next(each for each in people.everybody(session) if each.login == "cunwei2")
        staffing.appoint(session, village, "SECTOR_LEADER", people.find_unit_named(session, "乙镇工贸燃气领导组"), date(2023, 1, 1))
        make.person(session, ("TOWN_DISCIPLINE", people.find_unit_named(session, "乙镇")), login="jiwei", password=demo.PASSWORD)
    other, browser = found(driver), signed_in("jiwei")
    (link,) = html.fromstring(browser.get("/inquiries/1").text).xpath("//a[text()='隐患的全部经过']/@href")
    assert [status(browser, address) for address in (link, f"/hazards/{other}")] == [200, 404]
    do(driver, inquiry, "decide_inquiry", "shuji", **OPEN)
    with driver.database.reading() as session:
        task = next(each.id for each in tasks.open_of(session, inquiry) if each.element_id == "inquire_leader")
    assert "丁村村委主任" in browser.get(f"/tasks/{task}").text  # who leads the industry is proposed
    answer = browser.submit(f"/tasks/{task}", {"held": "王五（副镇长）", "whom": "分管领导"})
    assert answer.status_code == 422


def test_what_nobody_in_the_town_may_do_goes_up_to_the_county_office(driver, inquiry, signed_in):
    """Domain 2.2: 任务转上一级. The town has no discipline office; whoever then conducts the case reads it, and no other."""
    browser = signed_in("xianban")
    assert status(browser, "/inquiries/1") == 404
    do(driver, inquiry, "decide_inquiry", "shuji", **OPEN)
    with driver.database.reading() as session:
        assert {"已上转县专项领导组办公室" in each.note for each in tasks.open_of(session, inquiry)} == {True}
    assert "查分管领导" in browser.get("/").text
    assert status(browser, "/inquiries/1") == 200
    assert SUBJECT not in signed_in("fuxianzhang").get("/inquiries").text


def test_where_the_way_up_ends_the_county_learns_that_it_is_blocked(driver, signed_in):
    """Domain 2.2: 不得放行. It says where and why, and nothing of the case."""
    hazard = found(driver, at=SUBJECT)
    bring_to(driver, hazard, "plan")
    appoint(driver, "shuji", "SECTOR_LEADER", "乙镇工贸燃气领导组")
    with driver.database.transaction() as session:
        inquiry = Subject("inquiry", make.inquiry(session, hazard))
    do(driver, inquiry, "decide_inquiry", "xianban", **OPEN)  # who has decided does not inquire, and there is nobody else
    for login in ("fuxianzhang", "xianban"):
        shown = signed_in(login).get("/inquiries").text
        assert ("受阻 3 项" in shown, "没有可上转的岗位" in shown, "乙镇" in shown) == (True, True, True)
    assert SUBJECT not in signed_in("fuxianzhang").get("/inquiries").text
    assert "受阻 3 项" not in signed_in("shuji").get("/inquiries").text
    assert status(signed_in("zhuren"), "/inquiries") == 403
