"""Reminders and escalation (P16): 5 working days before the deadline, on the day, and 3, 7, 15 working days after.

One loop of the diagram waits for `next_reminder_at()` and calls `remind`. Each threshold counts once per deadline; nobody can
switch it off (INV-10). While a hazard that was finished in time waits for its verification, thresholds pass without a mark;
should it come back, the mark is set at once (`resume`).
"""

from datetime import UTC, datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import calendars, campaigns, clock, facts, rectifications
from workflows.db import Base, Key
from workflows.engine import Cause, history
from workflows.hazards.tables import Deadline, Hazard

FAR = datetime(2999, 1, 1, tzinfo=UTC)  # the last threshold is past; a new deadline brings the next


class Reminder(Base):
    """A threshold of a deadline was passed."""

    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("hazard_id", "threshold", "due_at"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"))
    threshold: Mapped[int]  # working days after the deadline; before it, when negative
    due_at: Mapped[datetime]
    level: Mapped[int]  # 0 a reminder; 1–4 卡 单 函 令
    is_held: Mapped[bool]  # finished in time and waiting for others: not marked as overdue
    at: Mapped[datetime]


# ---- rules -------------------------------------------------------------------------------------------------------------

LEVELS = {0: "提醒", 1: "提示卡", 2: "督办单", 3: "督促函", 4: "整改指令"}


def moment_of(threshold: int, due_at: datetime, calendar: clock.Calendar = clock.BUILT_IN) -> datetime:
    """When a threshold is reached: at 0:00 of a day before, at the deadline itself, at 24:00 of a day after."""
    if threshold == 0:
        return due_at
    day = clock.add_working_days(clock.last_day(due_at), threshold, calendar)
    return clock.at(day) if threshold < 0 else clock.end_of(day)


def level_of(threshold: int, urges: list[int]) -> int:
    """The level of a threshold: 0 before the deadline, then 1–4 in the order of the campaign's thresholds."""
    return urges.index(threshold) + 1 if threshold in urges else 0


# ---- verbs -------------------------------------------------------------------------------------------------------------


def remind(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """提醒与升级: write down every threshold that is past; the loop may have slept long."""
    for threshold, moment in _open(session, hazard):
        if moment <= max(cause.at, clock.now()):
            _pass(session, hazard, threshold)


def _pass(session: Session, hazard: Hazard, threshold: int) -> None:
    assert hazard.due_at is not None
    level = level_of(threshold, campaigns.param(session, hazard.campaign, "urge_wd"))
    is_held = level > 0 and hazard.status != "RECTIFYING" and _is_in_time(session, hazard)
    session.add(
        Reminder(
            hazard_id=hazard.id,
            threshold=threshold,
            due_at=hazard.due_at,
            level=level,
            is_held=is_held,
            at=clock.now(),
        )
    )
    session.flush()
    if level and not is_held:
        _mark(session, hazard, level, threshold)
    else:
        history.record(session, hazard.ref, "reminded", threshold=threshold, due=hazard.due_at, held=is_held)


def _mark(session: Session, hazard: Hazard, level: int, threshold: int) -> None:
    hazard.overdue_level = level
    facts.record(session, hazard.id, "OVERDUE", level=level, threshold=threshold, due=hazard.due_at, name=LEVELS[level])


def resume(session: Session, hazard: Hazard) -> None:
    """Set the mark that was held back, when a hazard comes back to rectification after its deadline (INV-10)."""
    passed = select(Reminder).where(Reminder.hazard_id == hazard.id, Reminder.due_at == hazard.due_at, Reminder.is_held)
    held = list(session.scalars(passed))
    for row in held:
        row.is_held = False
    level = max((row.level for row in held), default=0)
    if level > hazard.overdue_level:
        _mark(session, hazard, level, max(row.threshold for row in held))


# ---- questions ---------------------------------------------------------------------------------------------------------


def next_at(session: Session, hazard: Hazard) -> datetime:
    """When the next threshold is reached; far away when none is left."""
    return min((moment for _, moment in _open(session, hazard)), default=FAR)


def _open(session: Session, hazard: Hazard) -> list[tuple[int, datetime]]:
    """The thresholds of the deadline in force that are not written yet, with their moments, soonest first. A reminder that
    would have been due before the deadline was set is none."""
    if hazard.due_at is None:
        return []
    terms = campaigns.params(session, hazard.campaign)
    passed = select(Reminder.threshold).where(Reminder.hazard_id == hazard.id, Reminder.due_at == hazard.due_at)
    done = set(session.scalars(passed))
    newest = select(Deadline.set_at).where(Deadline.hazard_id == hazard.id).order_by(Deadline.id.desc()).limit(1)
    set_at = session.scalars(newest).one()
    wanted, calendar = [*terms["remind_wd"], *terms["urge_wd"]], calendars.of(session)
    moments = [(each, moment_of(each, hazard.due_at, calendar)) for each in wanted if each not in done]
    return sorted([(each, moment) for each, moment in moments if each >= 0 or moment > set_at], key=lambda pair: pair[1])


def _is_in_time(session: Session, hazard: Hazard) -> bool:
    """By the finish report's own moment: sending back to verification makes the hazard RECTIFIED anew without one."""
    finish = rectifications.find_finish(session, hazard)
    return finish is not None and hazard.due_at is not None and finish.at <= hazard.due_at
