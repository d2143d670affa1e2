"""A stage's term is one for all its tasks, from when the stage opened (domain 3.3 ②⑧)."""

from datetime import timedelta

from tests.scenarios.ways import bring, found
from workflows import clock


def due_at(town, hazard, element):
    """When the open task at an element is due."""
    return next(task.due_at for task in town.open_tasks(hazard) if task.element_id == element)


def test_registration_has_one_working_day_for_both(monday, clock_at):
    """②: ≤1工作日 for 拟办 and 核定 together, also after the director has sent it back."""
    hazard = found(monday)
    tuesday = clock_at("2026-03-03 16:00")
    end = clock.end_of(clock.on(tuesday))
    assert due_at(monday, hazard, "register") == end
    monday.do(hazard, "register")
    assert due_at(monday, hazard, "confirm_registration") == end
    clock_at("2026-03-04 09:00")
    monday.do(hazard, "confirm_registration", decision="redo", reason="请补写形成原因。")
    assert due_at(monday, hazard, "register") == end


def test_what_is_urgent_has_two_hours_for_both(monday, clock_at):
    """②: immediate_danger ≤2小时, from the report."""
    reported_at = clock.now()
    hazard = found(monday, immediate_danger=True, interim_measures="已撤人停用。")
    clock_at(reported_at + timedelta(minutes=90))
    monday.do(hazard, "register")
    assert due_at(monday, hazard, "confirm_registration") == reported_at + timedelta(hours=2)


def test_verification_has_ten_days_from_the_finish_report_and_anew_after_a_return(monday, clock_at):
    """⑧: 收到完工报告≤10日, its confirmations included; a member's "no" gives no more time, a return from above does."""
    hazard = bring(monday, found(monday), "verify")
    finished_on = clock.today()
    end = clock.end_of(finished_on + timedelta(days=10))
    clock_at("2026-03-04 09:00")
    assert due_at(monday, hazard, "verify") == end
    monday.do(hazard, "verify")
    assert due_at(monday, hazard, "confirm_verification") == end
    monday.do(hazard, "confirm_verification", agree="no", opinion="风机没有接电。")
    assert due_at(monday, hazard, "verify") == end
    bring(monday, hazard, "town_review")
    monday.do(hazard, "town_review", decision="verify", opinion="请再看现场。")
    assert due_at(monday, hazard, "verify") == clock.end_of(clock.today() + timedelta(days=10))
