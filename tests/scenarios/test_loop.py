"""The whole loop as the small town lives it, through the verbs that the pages use."""

from datetime import timedelta

import pytest

from tests.scenarios.ways import found, state, waiting
from workflows import clock, hazards
from workflows.engine import history, instances, tasks, timers
from workflows.errors import Forbidden, Invalid

TO_ACKNOWLEDGED = ("register", "confirm_registration", "issue_rectify", "ack_territory", "issue_track", "name_tracker", "ack_tracker")
TO_SIGNED = ("apply", "town_review", "tracker_opinion", "sign")


def drive(town, hazard, *elements, **answers):
    for element in elements:
        town.do(hazard, element, **answers)


def verify(town, hazard, result="PASS"):
    answers = {"result": result} if result == "PASS" else {"result": result, "opinion": "门锁仍未拆除。"}
    town.do(hazard, "verify", **answers)
    town.do(hazard, "confirm_verification")


def test_a_hazard_goes_from_report_to_archive_with_one_failed_verification(town):
    hazard = found(town)
    assert waiting(town, hazard) == ["register"]
    drive(town, hazard, *TO_ACKNOWLEDGED)
    assert state(town, hazard).hazard_no.startswith("999901101-")
    assert waiting(town, hazard) == ["plan"]
    drive(town, hazard, "plan", "rectify")
    verify(town, hazard, "FAIL")
    assert waiting(town, hazard) == ["rectify"]
    drive(town, hazard, "rectify")
    verify(town, hazard)
    drive(town, hazard, *TO_SIGNED)
    assert state(town, hazard).status == "CLOSED"
    assert state(town, hazard).closed_at is not None
    drive(town, hazard, "draft_disclosure", "approve_disclosure")
    assert state(town, hazard).status == "ARCHIVED"
    assert waiting(town, hazard) == []
    with town.database.reading() as session:
        ref = hazards.get(session, hazard).ref
        assert instances.find(session, ref, "hazard_closed_loop").ended_how == "completed"
        handed_in = [each.element_id for each in tasks.submissions(session, ref)]
        assert handed_in.count("rectify") == 2
        assert history.verify(session) == []


def test_the_two_handovers_run_side_by_side_and_application_waits_for_both(town):
    """INV-3: no application before both handovers are acknowledged."""
    hazard = found(town)
    drive(town, hazard, "register", "confirm_registration")
    assert waiting(town, hazard) == ["issue_rectify", "issue_track"]
    drive(town, hazard, "issue_rectify", "ack_territory", "plan", "rectify")
    verify(town, hazard)
    assert waiting(town, hazard) == ["issue_track"]
    drive(town, hazard, "issue_track", "name_tracker")
    assert waiting(town, hazard) == ["ack_tracker"]
    town.do(hazard, "ack_tracker")
    assert waiting(town, hazard) == ["apply"]


def test_who_rectifies_does_not_verify_and_who_applies_does_not_review(town):
    """INV-1, AC-13: checked per person and hazard, whatever posts he holds."""
    hazard = found(town)
    drive(town, hazard, *TO_ACKNOWLEDGED, "plan", "rectify")
    with pytest.raises((Forbidden, Invalid)):
        town.do(hazard, "verify", "zhifa1", members=[str(town.person("baocun"))])


def test_the_reminder_fires_when_the_deadline_has_passed(town):
    """One timer, fired by the sweep: the day after the deadline the case is overdue at level 1 (domain 3.3, P16)."""
    hazard = found(town)
    drive(town, hazard, *TO_ACKNOWLEDGED, "plan")
    assert state(town, hazard).overdue_level == 0
    with clock.travel(state(town, hazard).due_at + timedelta(hours=9)):
        assert timers.sweep(town.database, town.rules) > 0
        town.sweep()
    assert state(town, hazard).overdue_level >= 1
