"""Deadlines are appended, thresholds count once (domain 3.3, 4 P16)."""

from datetime import timedelta

from sqlalchemy import select

from tests.domain.town import Town
from workflows import closures, hazards, reminders, verifications
from workflows.hazards.tables import Deadline


def test_a_deadline_is_appended_never_changed(town: Town):
    """INV-9."""
    hazard = town.rectifying()
    hazards.set_deadline(town.session, hazard, hazard.due_at + timedelta(days=10), by=town.id("deputy"), source="延期批准")
    town.session.flush()
    rows = town.session.scalars(select(Deadline).where(Deadline.hazard_id == hazard.id)).all()
    assert [row.due_at for row in rows][-1] == hazard.due_at
    assert len(rows) == 2


def test_each_threshold_counts_once_and_the_level_rises(town: Town, clock_at):
    """P16, INV-10; ⑥ of the reminder rule: once per hazard, threshold and deadline."""
    hazard = town.rectifying()  # due 2026-04-02, 24:00
    levels = []
    for _ in range(5):
        clock_at(reminders.next_at(town.session, hazard))
        town.step(reminders.remind, hazard)
        town.step(reminders.remind, hazard)
        levels.append(hazard.overdue_level)
    assert levels == [0, 1, 2, 3, 4]
    assert reminders.next_at(town.session, hazard) == reminders.FAR
    assert len(town.session.scalars(select(reminders.Reminder)).all()) == 5


def test_finished_in_time_is_not_overdue_until_it_comes_back(town: Town, clock_at):
    """INV-10: waiting for others is not the rectifier's delay; a return after the deadline is."""
    hazard = town.rectified()
    clock_at("2026-04-03 09:00")
    town.step(reminders.remind, hazard)
    assert hazard.overdue_level == 0
    town.verify(hazard, result="FAIL")
    town.act(verifications.confirm_verification, hazard, "enforcer2", agree="yes")
    town.step(verifications.fail_verification, hazard)
    assert hazard.overdue_level == 1


def test_a_return_to_verification_makes_nothing_late(town: Town, clock_at):
    """INV-10: sent back to ⑧ after the deadline, the work itself was finished in time all the same."""
    hazard = town.verified()
    town.apply(hazard)
    clock_at("2026-04-03 09:00")
    town.act(closures.review_in_town, hazard, "deputy", decision="verify", opinion="请再验收一次。")
    town.step(reminders.remind, hazard)
    assert (hazard.status, hazard.overdue_level) == ("RECTIFIED", 0)
