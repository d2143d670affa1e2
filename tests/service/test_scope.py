"""Who has lost the case: whoever once had a task keeps what he handed in himself, and no more (INV-16)."""

import pytest
from sqlalchemy import select

from tests.scenarios.ways import found
from tests.service.test_tasks import REGISTERED, task_id_of
from workflows import clock, hazards, people, photos, staffing
from workflows.engine import Subject, history


@pytest.fixture
def hazard_id(driver):
    """A reported hazard, waiting for its registration."""
    return found(driver, "cunwei", source="SELF")


@pytest.fixture
def done(driver, signed_in, hazard_id):
    """The task 登记拟办, done by `banshi1`."""
    task_id = task_id_of(driver, hazard_id, "register")
    assert signed_in("banshi1").submit(f"/tasks/{task_id}", REGISTERED).status_code == 302
    return task_id


@pytest.fixture
def dismiss(driver):
    """`dismiss("banshi1")` ends all his posts as of yesterday."""

    def end(login):
        with driver.database.transaction() as session:
            for post in session.scalars(select(people.Appointment).where(people.Appointment.person_id == driver.person(login))):
                staffing.end_appointment(session, post, clock.today() - clock.DAY, "调离", by=driver.person("anquan"))

    return end


def photo_of(driver, hazard_id):
    """A photo of the case."""
    with driver.database.reading() as session:
        return photos.of(session, hazards.get(session, hazard_id))[0][0].sha256


def test_whoever_still_holds_the_post_sees_the_case(signed_in, driver, hazard_id, done):
    browser = signed_in("banshi1")
    page = browser.get(f"/tasks/{done}").text
    assert "情况不属实" in page
    assert "安全出口上锁" in page
    assert "<svg" in page
    assert browser.get(f"/photos/{photo_of(driver, hazard_id)}").status_code == 200


def test_whoever_has_left_sees_his_own_submission_only(signed_in, driver, hazard_id, done, dismiss):
    dismiss("banshi1")
    browser = signed_in("banshi1")
    page = browser.get(f"/tasks/{done}").text
    assert "情况不属实" in page
    assert "不在您的职责范围内" in page
    for of_the_case in ("发现上报", "/photos/", 'data-module="diagram"', "隐患情况", f"/hazards/{hazard_id}", "主任核定"):
        assert of_the_case not in page
    for address in (f"/hazards/{hazard_id}", f"/photos/{photo_of(driver, hazard_id)}", f"/papers/{'a' * 64}"):
        assert browser.get(address).status_code == 404
    with driver.database.reading() as session:
        lines = history.lines(session, Subject("person", driver.person("banshi1")))
    assert [line.body["path"] for line in lines if line.kind == "refused"][-3:-1] == [
        f"/hazards/{hazard_id}",
        f"/photos/{photo_of(driver, hazard_id)}",
    ]


def test_a_colleagues_submission_is_not_shown_out_of_scope(signed_in, driver, done, dismiss):
    """The task was addressed to his post too, but it was not he who did it; and he has left."""
    dismiss("banshi2")
    assert signed_in("banshi2").get(f"/tasks/{done}").status_code == 404
