"""一案三查 on its pages: its file is read by who conducts it, and whom it is about finds nothing of it (P07, INV-16)."""

import pytest

from tests import make
from tests.scenarios.ways import appoint, found
from tests.service.inspector import token_of
from tests.service.test_tasks import bring_to
from workflows import clock, people, staffing
from workflows.engine import Subject, tasks

STEP = "决定是否立案"


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
