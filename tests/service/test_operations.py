"""运行情况: what the service could not do by itself is listed, tells nothing of a case (INV-20), and is tried again on demand."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from service.admin import operations
from tests.scenarios.ways import found
from tests.service.test_tasks import bring_to
from workflows import clock, hazards, steps
from workflows.engine import history, instances, jobs, timers
from workflows.engine.worklist import Timer

PAGE = "/admin/operations"
HOUSE = Path(__file__).parents[2]


@pytest.fixture
def browser(signed_in):
    return signed_in("guanli")


@pytest.fixture
def broken(town, driver):
    """A timer that failed, because what its instance stands at cannot be read; with the instance and its true state."""
    hazard_id = found(driver)
    bring_to(driver, hazard_id, "rectify")
    with town.transaction() as session:
        timer = session.scalar(select(Timer).order_by(Timer.due_at).limit(1))
        instance = session.get(instances.Instance, timer.instance_id)
        state, instance.state = instance.state, "nonsense"
    with clock.travel(timer.due_at + timedelta(minutes=1)):
        timers.sweep(town, steps.RULES)
        with town.reading() as session:
            assert [each.id for each in timers.failures(session)] == [timer.id]
        yield hazard_id, timer, state


def recorded(town):
    with town.reading() as session:
        return [(line.kind, line.body) for line in history.lines(session, operations.RECORD)]


def test_a_timer_that_failed_is_listed_and_fires_once_the_cause_is_mended(broken, browser, town):
    hazard_id, timer, state = broken
    with town.reading() as session:
        hazard = hazards.get(session, hazard_id)
    page = browser.get(PAGE).text
    assert f"timer {timer.id}”" in page and "已试\">1 次" in page
    assert hazard.hazard_no not in page and hazard.subject_name not in page
    with town.transaction() as session:
        session.get(instances.Instance, timer.instance_id).state = state
    assert timers.sweep(town, steps.RULES) == 0  # it was put off
    assert browser.submit(f"{PAGE}/timers/{timer.id}", {}, page=PAGE).status_code == 302
    assert timers.sweep(town, steps.RULES) >= 1
    assert f"timer {timer.id}”" not in browser.get(PAGE).text
    assert browser.submit(f"{PAGE}/timers/{timer.id}", {}, page=PAGE).status_code == 409
    assert recorded(town) == [("timer_tried", {"timer": timer.id})]


def test_an_effect_that_was_given_up_is_ordered_again_once_with_what_it_was_ordered_with(browser, town):
    with town.transaction() as session:
        first = jobs.enqueue(session, "documents.write", document_id=17)
    schema = "" if town.is_sqlite else "dbos."
    with town.transaction() as session:  # as after ten tries in vain, which take a quarter of an hour
        session.execute(text(f"update {schema}workflow_status set status = 'ERROR' where workflow_uuid = :id"), {"id": first})
    page = browser.get(PAGE).text
    assert "制发文书" in page and first in page
    assert browser.submit(f"{PAGE}/jobs/{first}", {}, page=PAGE).status_code == 302
    assert first not in browser.get(PAGE).text
    assert jobs.count_given_up(town) == len(jobs.failures(town)) == 0
    with town.reading() as session:
        orders = f"{schema}workflow_status join {schema}workflow_input using (workflow_uuid)"
        twice = session.execute(text(f"select name, workflow_input.inputs from {orders}")).all()
    assert len(twice) == 2 and len(set(twice)) == 1
    assert browser.submit(f"{PAGE}/jobs/{first}", {}, page=PAGE).status_code == 409
    assert browser.submit(f"{PAGE}/jobs/nonsense", {}, page=PAGE).status_code == 404
    assert recorded(town) == [("job_ordered_again", {"job": first, "what": "制发文书"})]


def test_nobody_else_sees_it_or_tries_anything(signed_in):
    for login in ("anquan", "zhuren"):
        browser = signed_in(login)
        asked = [browser.get(PAGE), browser.submit(f"{PAGE}/timers/1", {}, page="/"), browser.submit(f"{PAGE}/jobs/1", {}, page="/")]
        assert [answer.status_code for answer in asked] == [403, 403, 403]


def test_everything_that_runs_in_the_background_has_a_name():
    sources = [path.read_text() for room in ("workflows", "service") for path in (HOUSE / room).rglob("*.py")]
    declared = {name for source in sources for name in re.findall(r'jobs\.(?:effect|daily)\("([\w.]+)"', source)}
    declared |= set(re.findall(r'^daily\("([\w.]+)"', (HOUSE / "workflows/engine/jobs/__init__.py").read_text(), re.MULTILINE))
    assert declared == set(operations.JOBS)
