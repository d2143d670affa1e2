"""Thursday sheets (周四反馈表, ⑦): one sheet per person and week with a line per hazard, and who owes which reports.

A sheet is no thing of its own: it gathers the open tasks of one person, and handing it in completes them all. What is owed is
counted from the handovers and the reports themselves, so a missed report stays missed on record and a late one cures it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from workflows import calendars, clock, feedbacks, handovers, hazards
from workflows.engine import Caller, tasks
from workflows.engine.worklist import Task
from workflows.feedbacks import Feedback
from workflows.handovers import Handover
from workflows.hazards import rules as hazard_rules
from workflows.hazards.tables import Hazard

VERB = "feed_back"
LATELY = timedelta(days=14)  # how far back one looks for what was missed
GIVEN, LATE, NOTED, OPEN, MISSED = "GIVEN", "LATE", "NOTED", "OPEN", "MISSED"
STATES = {GIVEN: "已报", LATE: "补报", NOTED: "待签字，不用报", OPEN: "未报", MISSED: "漏报"}


@dataclass(frozen=True)
class Line:
    """One line of a person's sheet: a task, its hazard, the week it reports, and what was said of the hazard before."""

    task: Task
    hazard: Hazard
    week_on: date
    parts: tuple[str, ...]
    before: Feedback | None


@dataclass(frozen=True)
class Owed:
    """A report that one person owes for one hazard and week, or owed; for both parts at once where he answers for both."""

    hazard: Hazard
    parts: tuple[str, ...]
    person_id: int | None
    week_on: date
    state: str
    report: Feedback | None


@dataclass
class Standing:
    """How one person stands in one week."""

    person_id: int | None
    rows: list[Owed] = field(default_factory=list)

    def count(self, *states: str) -> int:
        """How many of his reports are in one of these states."""
        return sum(row.state in states for row in self.rows)


# ---- rules -------------------------------------------------------------------------------------------------------------


def state_of(report: Feedback | None, due_at: datetime, now: datetime) -> str:
    """How a report stands: in time, late, noted by the system, not due yet, or missed."""
    if report is None:
        return OPEN if now <= due_at else MISSED
    if report.is_awaiting:
        return NOTED
    return GIVEN if report.at <= due_at else LATE


def week_of(day: date) -> date:
    """The Thursday of the week that is reported on a day, from Monday to Sunday."""
    return day + clock.DAY * (feedbacks.THURSDAY - day.weekday())


# ---- questions: one person's sheet -----------------------------------------------------------------------------------------


def lines(session: Session, caller: Caller) -> list[Line]:
    """Every report that waits for the caller now, the oldest week first. Of several missed weeks of a hazard only the oldest
    waits; the next one opens when it is in."""
    waiting = tasks.with_verb(session, caller, VERB)
    ids = {task.subject.id for task in waiting}
    if not ids:
        return []
    things, last, issued = hazards.some(session, ids), _last_reports(session, ids), _issued(session, Hazard.id.in_(ids))
    found = [_line(task, things[task.subject.id], issued[task.subject.id], last) for task in waiting]
    return sorted(found, key=lambda line: (line.week_on, line.hazard.region_code, line.hazard.id))


def _line(task: Task, hazard: Hazard, issued_on: date, last: dict[tuple[int, str], Feedback]) -> Line:
    part = feedbacks.part_of(task)
    before = last.get((hazard.id, part))
    week_on = feedbacks.next_week(issued_on, before.week_on if before else None)
    parts = tuple(handovers.PARTS) if handovers.is_one_person(hazard) else (part,)
    return Line(task, hazard, week_on, parts, before)


def _last_reports(session: Session, hazard_ids: Iterable[int]) -> dict[tuple[int, str], Feedback]:
    """The newest report of each part of several hazards."""
    newest = select(Feedback.hazard_id, Feedback.part, func.max(Feedback.week_on).label("week_on"))
    each = newest.where(Feedback.hazard_id.in_(list(hazard_ids))).group_by(Feedback.hazard_id, Feedback.part).subquery()
    same = (Feedback.hazard_id == each.c.hazard_id) & (Feedback.part == each.c.part) & (Feedback.week_on == each.c.week_on)
    return {(row.hazard_id, row.part): row for row in session.scalars(select(Feedback).join(each, same))}


def _issued(session: Session, which: ColumnElement[bool]) -> dict[int, date]:
    """The day handover one of each of these hazards was issued, if it was: after a reopening it is issued anew."""
    of_round = and_(Handover.hazard_id == Hazard.id, Handover.round == Hazard.reopened_count, Handover.kind == "RECTIFY")
    rows = session.execute(select(Hazard.id, Handover.issued_at).join(Handover, of_round).where(which))
    return {hazard_id: clock.on(at) for hazard_id, at in rows}


# ---- questions: who owes what ----------------------------------------------------------------------------------------------


def owed(session: Session, week_on: date, which: ColumnElement[bool]) -> list[Owed]:
    """Every report owed for a week among these hazards (a condition, such as a caller's scope): of those handed over before
    its Thursday and not closed by the time it was due. Four statements, however many hazards there are."""
    due_at = clock.end_of(feedbacks.due_on(week_on, calendars.of(session)))
    in_hand = or_(Hazard.status.in_(hazard_rules.IN_HAND), Hazard.closed_at > due_at)
    issued = {id: day for id, day in _issued(session, which & in_hand).items() if day < week_on}
    asked = select(Feedback).join(Hazard, Hazard.id == Feedback.hazard_id).where(which, Feedback.week_on == week_on)
    reports = {(report.hazard_id, report.part): report for report in session.scalars(asked)}
    handed_over = select(Handover.hazard_id).where(Handover.kind == "RECTIFY")
    concerned = session.scalars(select(Hazard).where(which, in_hand, Hazard.id.in_(handed_over)).order_by(Hazard.id))
    now = clock.now()
    return [row for hazard in concerned if hazard.id in issued for row in _owed_of(hazard, week_on, reports, due_at, now)]


def _owed_of(
    hazard: Hazard, week_on: date, reports: dict[tuple[int, str], Feedback], due_at: datetime, now: datetime
) -> list[Owed]:
    by_person: dict[int | None, list[str]] = {}
    for part, column in handovers.PARTS.items():
        report = reports.get((hazard.id, part))
        who = (report.on_behalf_of or report.by) if report and not report.is_awaiting else getattr(hazard, column)
        by_person.setdefault(who, []).append(part)
    found = []
    for person_id, parts in by_person.items():
        report = reports.get((hazard.id, parts[0]))
        found.append(Owed(hazard, tuple(parts), person_id, week_on, state_of(report, due_at, now), report))
    return found


def missed_lately(session: Session) -> list[tuple[int, tuple[str, ...], date]]:
    """The newest week lately due of which a report never came: (hazard, parts, week) of each hazard and whoever owes it."""
    weeks = feedbacks.weeks(clock.today() - LATELY, clock.now(), calendars.of(session))
    rows = [row for week_on in weeks for row in owed(session, week_on, true()) if row.state == MISSED]
    return [(*about, week_on) for about, week_on in {(row.hazard.id, row.parts): row.week_on for row in rows}.items()]


def standings(rows: Iterable[Owed]) -> list[Standing]:
    """The same by person; who missed most first."""
    found: dict[int | None, Standing] = {}
    for row in rows:
        found.setdefault(row.person_id, Standing(row.person_id)).rows.append(row)
    return sorted(found.values(), key=lambda each: (-each.count(MISSED), -each.count(OPEN), each.person_id or 0))


def owed_in_scope(session: Session, caller: Caller, week_on: date) -> list[Owed]:
    """The same among the hazards the caller may see (INV-16)."""
    return owed(session, week_on, hazards.scope(session, caller))

