"""Thursday feedback (⑦, 周四反馈): every week, territory and industry each report how rectification goes.

A week is named by its Thursday. Its report is due that Thursday 24:00, or on the next working day when the Thursday is a
holiday (民法典 203). It opens on the Monday before at 0:00; the diagram's timer waits for the end of the Sunday. Weeks that
were missed open one after the other, so that reporting late clears what is owed; that it was late stays on record.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, bindparam, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from workflows import calendars, clock, fields, handovers, memory, papers
from workflows.db import Base, Key
from workflows.engine import Cause, history
from workflows.errors import Conflict, Forbidden
from workflows.fields import Data
from workflows.hazards import rules as hazard_rules
from workflows.hazards.tables import Hazard


class Feedback(Base):
    """One part's report for one week."""

    __tablename__ = "feedbacks"
    __table_args__ = (UniqueConstraint("hazard_id", "part", "week_on"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"))
    part: Mapped[str] = mapped_column(String(10))  # TERRITORY or SECTOR
    week_on: Mapped[date]  # the week's Thursday
    is_awaiting: Mapped[bool]  # written by the system: verified, awaits the signature (待签字)
    situation: Mapped[str] = mapped_column(Text)
    progress_pct: Mapped[int | None]
    problems: Mapped[str | None] = mapped_column(Text)
    next_step: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]
    by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    on_behalf_of: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))

    @property
    def is_late(self) -> bool:
        """Whether it came after its Thursday (补报)."""
        session = object_session(self)
        assert session is not None, "only a report that was just read knows"
        return self.at > clock.end_of(due_on(self.week_on, calendars.of(session)))


# ---- rules -------------------------------------------------------------------------------------------------------------

THURSDAY = 3


def week_after(day: date) -> date:
    """The first Thursday strictly after a day: handed over on a Thursday, the first report is due the next one (AC-12)."""
    return day + timedelta(days=(THURSDAY - day.weekday() - 1) % 7 + 1)


def next_week(issued_on: date, reported_on: date | None) -> date:
    """The oldest week that is owed after a handover, if the last report was of this week, perhaps in the round before."""
    return week_after(max(issued_on, reported_on or issued_on))


def due_on(week_on: date, calendar: clock.Calendar = clock.BUILT_IN) -> date:
    """The day until whose 24:00 a week's report is due: its Thursday, or the next working day after a holiday."""
    return clock.next_working_day(week_on, calendar)


def opens_after(week_on: date) -> date:
    """The Sunday before a week's Thursday; at its end the report opens."""
    return week_on - timedelta(days=THURSDAY + 1)


def weeks(after: date, until: datetime, calendar: clock.Calendar = clock.BUILT_IN) -> list[date]:
    """The Thursdays after a day whose reports were due by a moment."""
    found, week_on = [], week_after(after)
    while clock.end_of(due_on(week_on, calendar)) <= until:
        found.append(week_on)
        week_on += timedelta(days=7)
    return found


def part_of(task: Any) -> str:
    """For which part a task asks: its element is named after it."""
    return "SECTOR" if task.element_id.endswith("sector") else "TERRITORY"


# ---- verbs -------------------------------------------------------------------------------------------------------------


def feed_back(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """周反馈: the report of the oldest week this part still owes. One person for both parts reports once for both."""
    parts = _parts_of(hazard, by, on_behalf_of, task)
    weeks_on = {part: _owed(session, hazard, part) for part in parts}
    told = {
        "progress_pct": fields.whole(data, "progress_pct", "进度", most=100),
        "situation": fields.text(data, "situation", "本周整改情况", least=2),
        "next_step": fields.text(data, "next_step", "下一步打算", least=2),
        "problems": fields.find_text(data, "problems"),
    }
    _report(session, hazard, weeks_on, by=by, on_behalf_of=on_behalf_of, is_awaiting=False, **told)
    papers.attach(session, hazard, task, "attachments", fields.shas(data, "attachments"), by=by)
    body = {"parts": parts, "week": weeks_on[parts[0]], "progress": told["progress_pct"], "task": task.id}
    history.record(session, hazard.ref, "fed_back", by=by, on_behalf_of=on_behalf_of, **body)


def _parts_of(hazard: Hazard, by: int, on_behalf_of: int | None, task: Any) -> list[str]:
    """For which part a report is: that of the person who answers for it; where one person could be both, the task says."""
    mine = [part for part, column in handovers.PARTS.items() if getattr(hazard, column) in (by, on_behalf_of)]
    if not mine:
        raise Forbidden("只有这件隐患的属地、行业责任人可以填报周反馈。")
    if len(mine) == 1 or handovers.is_one_person(hazard):
        return mine
    return [part_of(task)]


def note_awaiting_signature(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """自动记待签字: while a verified hazard waits for its signature, the week is noted and nobody is asked (domain 3.3 ⑦)."""
    if hazard.status not in hazard_rules.AWAITING_SIGNATURE:
        raise Conflict("这件隐患还没有验收通过，不能记待签字。")
    weeks_on = {part: _owed(session, hazard, part) for part in handovers.PARTS}
    _report(session, hazard, weeks_on, by=cause.by, is_awaiting=True, situation="验收通过，待签字。")
    history.record(session, hazard.ref, "feedback_noted", week=weeks_on["TERRITORY"])


def _report(session: Session, hazard: Hazard, weeks_on: dict[str, date], **told: Any) -> None:
    """Write what is told for each part's week, and remember which week each part has now reported."""
    at = clock.now()
    session.add_all(Feedback(hazard_id=hazard.id, part=part, week_on=on, at=at, **told) for part, on in weeks_on.items())
    session.flush()
    _last(session, hazard).update(weeks_on)


# ---- questions ---------------------------------------------------------------------------------------------------------


def next_on(session: Session, hazard: Hazard) -> date:
    """The day after whose 24:00 the next week's report opens; the diagram's timer takes a date as its end.

    The report itself is due on `next_due_on`. AC-12: handed over 2023-06-07 (Wed) → due 06-08; 06-08 (Thu) → due 06-15.
    """
    return opens_after(_next_week(session, hazard))


def next_due_on(session: Session, hazard: Hazard) -> date:
    """The day on which the next report is due, for the territory's and the industry's tasks alike."""
    return due_on(_next_week(session, hazard), calendars.of(session))


def missing(session: Session, hazard: Hazard, at: datetime | None = None) -> list[tuple[str, date]]:
    """The (part, Thursday) reports that were due and never came (欠报). Reported late is no longer missing."""
    row = handovers.find_last(session, hazard, "RECTIFY")
    if row is None:
        return []
    given = {(part, week_on) for part, week_on in session.execute(_GIVEN, {"hazard": hazard.id})}
    owed = weeks(clock.on(row.issued_at), at or clock.now(), calendars.of(session))
    return [(part, week_on) for week_on in owed for part in handovers.PARTS if (part, week_on) not in given]


def of(session: Session, hazard: Hazard) -> list[Feedback]:
    """Every report on the hazard, oldest first."""
    return list(session.scalars(select(Feedback).where(Feedback.hazard_id == hazard.id).order_by(Feedback.id)))


def _next_week(session: Session, hazard: Hazard) -> date:
    return min(_owed(session, hazard, part) for part in handovers.PARTS)


def _owed(session: Session, hazard: Hazard, part: str) -> date:
    """The oldest week this part has not reported since this round's handover: while a hazard was closed nothing was owed."""
    issued_on = clock.on(handovers.get_last(session, hazard, "RECTIFY").issued_at)
    return next_week(issued_on, _last(session, hazard).get(part))


_GIVEN = select(Feedback.part, Feedback.week_on).where(Feedback.hazard_id == bindparam("hazard"))
_LAST = (  # asked at most clicks, so it is put together once
    select(Feedback.part, func.max(Feedback.week_on)).where(Feedback.hazard_id == bindparam("hazard")).group_by(Feedback.part)
)


def _last(session: Session, hazard: Hazard) -> dict[str, date]:
    """The last week that each part has reported."""
    ask = lambda: dict(session.execute(_LAST, {"hazard": hazard.id}).all())  # noqa: E731
    return memory.once(session, "reported", hazard.id, ask)
