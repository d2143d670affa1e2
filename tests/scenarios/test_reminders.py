"""Reminders and escalation (P16, INV-10): each threshold once per deadline, and nobody switches it off."""

from datetime import date, timedelta

from sqlalchemy import select

from tests.scenarios.ways import bring, close, feed_back, found, state
from workflows import clock, hazards, reminders
from workflows.engine import Cause, instances
from workflows.engine.worklist import Timer

MOMENTS = [  # due on Friday 2023-09-22; between it and +15 lie the Mid-Autumn and National Day holidays and two make-up days
    (-5, "2023-09-15 00:00", 0),
    (0, "2023-09-23 00:00", 1),
    (3, "2023-09-28 00:00", 2),
    (7, "2023-10-10 00:00", 3),
    (15, "2023-10-20 00:00", 4),
]


def given(town, hazard):
    """The thresholds that were passed, in order, with the deadlines they belong to."""
    with town.database.reading() as session:
        rows = session.scalars(
            select(reminders.Reminder).where(reminders.Reminder.hazard_id == hazard).order_by(reminders.Reminder.id)
        )
        return [(row.threshold, clock.on(row.due_at - timedelta(seconds=1))) for row in rows]


def armed(town):
    """The moments of the armed reminder timers."""
    with town.database.reading() as session:
        return list(session.scalars(select(Timer.due_at).where(Timer.element_id == "wait_reminder")))


def test_five_reminders_each_once_and_the_level_rises(town, clock_at):
    """P16, INV-10: −5, 0, +3, +7, +15 working days, a second before not yet, twice swept once; after the last it waits."""
    clock_at("2023-08-24 09:00")
    hazard = bring(town, found(town), "rectify", issue_rectify={"due_date": "2023-09-22"})
    thresholds = []
    for threshold, moment, level in MOMENTS:
        at = clock_at(moment)
        clock_at(at - timedelta(seconds=1))
        town.sweep()
        assert [each for each, _ in given(town, hazard)] == thresholds
        clock_at(at)
        town.sweep()
        town.sweep()
        thresholds.append(threshold)
        assert [each for each, _ in given(town, hazard)] == thresholds
        assert state(town, hazard).overdue_level == level
    assert armed(town) == [reminders.FAR]
    clock_at("2023-12-01 09:00")
    town.sweep()
    assert [each for each, _ in given(town, hazard)] == thresholds
    feed_back(town, hazard)
    stood = close(town, hazard)
    assert (stood.status, stood.overdue_level, armed(town)) == ("ARCHIVED", 0, [])


def test_a_late_sweep_makes_up_for_all_and_a_new_deadline_begins_anew(town, clock_at):
    """P16: once per deadline; after a granted extension (INV-9: the old deadline stays) the thresholds count again."""
    clock_at("2023-08-24 09:00")
    hazard = bring(town, found(town), "rectify", issue_rectify={"due_date": "2023-09-22"})
    clock_at("2023-10-10 09:00")
    town.sweep()
    first = [(threshold, date(2023, 9, 22)) for threshold, _, _ in MOMENTS[:4]]
    assert given(town, hazard) == first
    with town.database.transaction() as session:  # what a granted extension (P08) does; asked for this late it would be refused
        thing = hazards.get(session, hazard)
        hazards.set_deadline(session, thing, clock.end_of(date(2023, 11, 30)), by=town.person("zhuren"), source="延期批准")
        instances.rearm(session, town.rules, thing.ref, Cause(("task", 1), clock.now(), town.person("zhuren")))
    assert clock.local(armed(town)[0]).date() == date(2023, 11, 23)
    rectify = next(task for task in town.open_tasks(hazard) if task.element_id == "rectify")
    assert rectify.due_at == clock.end_of(date(2023, 11, 30))
    clock_at("2023-12-01 09:00")
    town.sweep()
    assert given(town, hazard) == [*first, (-5, date(2023, 11, 30)), (0, date(2023, 11, 30))]
    with town.database.reading() as session:
        assert [clock.on(each.due_at - timedelta(1)) for each in hazards.deadlines(session, thing)] == [
            date(2023, 9, 22),
            date(2023, 11, 30),
        ]


def test_a_return_repeats_no_reminder_and_sets_the_mark_that_was_held_back(town, clock_at):
    """INV-10, 3.3: finished in time and waiting for others is not late; sent back after the deadline it is, at once."""
    clock_at("2023-08-24 09:00")
    hazard = bring(town, found(town), "verify", issue_rectify={"due_date": "2023-09-22"})
    clock_at("2023-09-25 09:00")
    town.sweep()
    assert ([each for each, _ in given(town, hazard)], state(town, hazard).overdue_level) == ([-5, 0], 0)
    town.do(hazard, "verify", result="FAIL", opinion="未拆除。")
    town.do(hazard, "confirm_verification")
    town.sweep()
    assert ([each for each, _ in given(town, hazard)], state(town, hazard).overdue_level) == ([-5, 0], 1)
    clock_at("2023-09-28 00:00")
    town.sweep()
    assert ([each for each, _ in given(town, hazard)], state(town, hazard).overdue_level) == ([-5, 0, 3], 2)


def test_what_was_due_before_the_deadline_was_set_reminds_nobody(town, clock_at):
    """P16: a term of three days has no reminder five days before its end."""
    clock_at("2023-09-20 09:00")
    hazard = bring(town, found(town), "rectify", issue_rectify={"due_date": "2023-09-22"})
    town.sweep()
    assert (given(town, hazard), armed(town)) == ([], [clock.end_of(date(2023, 9, 22))])
