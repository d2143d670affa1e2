"""Asking the ledger, and the conditions behind each answer."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    RowMapping,
    Select,
    SQLColumnExpression,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from workflows import clock
from workflows.engine import Subject, history
from workflows.engine.worklist import Task
from workflows.facts import BESIDE, LISTED, RARE, Fact
from workflows.hazards import questions, rules
from workflows.hazards.tables import Hazard
from workflows.ledger.rules import AGES, GONE, GROUPS, OF_OPEN, SOON_DAYS, SOURCES, Counts, Entry, Page, Row, Wanted
from workflows.people import Person, Unit

EXPORTED = (
    "hazard_no source subject_name subject_type uscc region_code sector address description standard_clause key_check_item "
    "mode registered_at return_count"
).split()


# ---- verbs ---------------------------------------------------------------------------------------------------------------


def record_export(session: Session, *, by: int, number: int) -> None:
    """Write into a person's record that he took so many lines of the ledger out of the house."""
    history.record(session, Subject("person", by), "ledger_exported", by=by, number=number)


# ---- questions ---------------------------------------------------------------------------------------------------------


def count(
    session: Session,
    *,
    as_of: datetime | None = None,
    within: Unit | None = None,
    scope: ColumnElement[bool] | None = None,
    campaign: str = "",
    part: Wanted | None = None,
) -> Counts:
    """Count the ledger as it stood at a moment (now, if none is given), in a unit's region and a caller's scope; or that part
    of it which `part` asks for."""
    part = part or Wanted(as_of=as_of, within=within, campaign=campaign)
    moment = part.as_of or clock.now()
    source = questions.judged(part.view)
    conditions = [scope if scope is not None else true(), *_part(part)]
    rows, listed, gone = {source: Row() for source in SOURCES}, Row(), dict.fromkeys(GONE, 0)
    past = _by_status(moment, part.within, source).where(*conditions)
    now: Iterable[tuple[str, str, bool, int]] = _groups_now(session, source, part.view, *conditions)
    for kind, status, is_listed, number in session.execute(past) if part.as_of else now:
        if status in rules.NOT_COUNTED:
            gone[status] = gone.get(status, 0) + number
            continue
        rows[kind] = _plus(rows[kind], status, number)
        listed = _plus(listed, status, number) if is_listed else listed
    return Counts(moment, rows, listed, gone)


def status_at(session: Session, hazard: Hazard, moment: datetime) -> str:
    """The hazard's status as it was recorded at a moment; DRAFT before its report."""
    before = select(Fact.kind).where(Fact.hazard_id == hazard.id, Fact.recorded_at <= moment, Fact.kind.not_in(BESIDE))
    return session.scalars(before.order_by(Fact.id.desc()).limit(1)).first() or "DRAFT"


def page(session: Session, wanted: Wanted, *, scope: ColumnElement[bool], after: int | None = None, limit: int = 25) -> Page:
    """The numbered hazards that are wanted, newest first, 25 a page by key."""
    view = _view(wanted)
    found = select(Hazard, view.status, view.due_at, view.is_listed).where(scope, *_rows(wanted, view))
    if after is not None:
        found = found.where(Hazard.id < after)
    newest = session.execute(found.order_by(Hazard.id.desc()).limit(limit + 1))
    rows = [Entry(hazard, status, due_at, is_listed, view.moment) for hazard, status, due_at, is_listed in newest]
    return Page(rows[:limit], rows[limit - 1].hazard.id if len(rows) > limit else None)


def number(session: Session, wanted: Wanted, *, scope: ColumnElement[bool]) -> int:
    """How many lines the ledger has that are wanted; gone ones keep their number and their line."""
    return session.scalar(select(func.count()).select_from(Hazard).where(scope, *_rows(wanted, _view(wanted)))) or 0


def subjects(session: Session, wanted: Wanted) -> int:
    """To how many subjects (家) the wanted lines belong, each once however many hazards it has: by its file, else by its code,
    else by its name in its village."""
    named = Hazard.region_code + "|" + Hazard.subject_name
    key = func.coalesce(cast(Hazard.enterprise_id, String), Hazard.uscc, named)
    found = select(func.count(key.distinct())).select_from(Hazard)
    return session.scalar(found.where(*_rows(wanted, _view(wanted)))) or 0


def lines(session: Session, wanted: Wanted, *, scope: ColumnElement[bool]) -> Iterator[RowMapping]:
    """Every line that is wanted, in the order of numbers given, a few hundred in memory at a time; for the export."""
    view, lead, tracker = _view(wanted), aliased(Person), aliased(Person)
    columns = [getattr(Hazard, name) for name in EXPORTED]
    found = (
        select(
            *columns,
            view.status.label("status"),
            view.due_at.label("due_at"),
            view.closed_at.label("closed_at"),
            view.is_listed.label("is_listed"),
            lead.name.label("lead"),
            tracker.name.label("tracker"),
        )
        .join(lead, lead.id == Hazard.lead_person_id, isouter=True)
        .join(tracker, tracker.id == Hazard.tracker_id, isouter=True)
        .where(scope, *_rows(wanted, view))
        .order_by(Hazard.id)
    )
    yield from session.execute(found.execution_options(yield_per=500)).mappings()


def _plus(row: Row, status: str, number: int) -> Row:
    is_closed, awaits = status in rules.COUNTED_AS_CLOSED, status in rules.AWAITING_SIGNATURE
    return Row(row.found + number, row.closed + number * is_closed, row.awaiting + number * awaits)


def standing(moment: datetime, within: Unit | None = None) -> Select[str, bool]:
    """Every hazard registered by a moment with the status it then had, its newest fact's, and whether it was ever listed: one
    pass over the facts; of a village or town, over those of its own hazards alone."""
    inside: ColumnElement[bool] = true()
    if within is not None and within.kind != "COUNTY":
        inside = Fact.hazard_id.in_(select(Hazard.id).where(questions.in_region(within)))
    upto = (
        select(
            Fact.hazard_id,
            func.max(case((Fact.kind == "REGISTERED", 1), else_=0)).label("registered"),
            func.max(case((Fact.kind == "LISTED", 1), else_=0)).label("listed"),
            func.max(case((Fact.kind.not_in(BESIDE), Fact.id))).label("last"),
        )
        .where(Fact.recorded_at <= moment, inside)
        .group_by(Fact.hazard_id)
        .subquery()
    )
    return (
        select(Fact.kind.label("status"), (upto.c.listed == 1).label("is_listed"))
        .join_from(upto, Fact, Fact.id == upto.c.last)
        .join(Hazard, Hazard.id == upto.c.hazard_id)
        .where(upto.c.registered == 1)
    )


def _by_status(moment: datetime, within: Unit | None, source: ColumnElement[str]) -> Select[str, str, bool, int]:
    """How many hazards registered by a moment then stood in which status, by source."""
    found = standing(moment, within)
    status, is_listed = found.selected_columns
    return found.with_only_columns(source, status, is_listed, func.count()).group_by(source, status, is_listed)


def _groups_now(
    session: Session, source: ColumnElement[str], view: str, *conditions: ColumnElement[bool]
) -> Iterator[tuple[str, str, bool, int]]:
    """The same of this moment, from the hazards' own rows: a status is changed only together with its fact. The few that are
    listed are asked for by themselves, which halves the time."""
    every = select(Hazard.status, source.label("source"), func.count().label("number")).where(is_numbered(), *conditions)
    # By village and industry first, in the order of the counting index, so that the database need not sort 100,000 rows.
    every = every.group_by(Hazard.status, Hazard.region_code, Hazard.sector, Hazard.source, *([Hazard.found_by] if view else []))
    few = {(kind, status): number for kind, status, number in session.execute(_added_up(every.where(Hazard.id.in_(listed()))))}
    for kind, status, number in session.execute(_added_up(every)):
        part = few.get((kind, status), 0)
        yield kind, status, True, part
        yield kind, status, False, number - part


def _added_up(every: Select[str, str, int]) -> Select[str, str, int]:
    part = every.subquery()
    number = cast(func.sum(part.c.number), Integer)  # PostgreSQL adds whole numbers up to a decimal one
    return select(part.c.source, part.c.status, number).group_by(part.c.source, part.c.status)


# ---- conditions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _View:
    """How hazards stood at a moment, as columns."""

    moment: datetime
    is_numbered: ColumnElement[bool]
    status: SQLColumnExpression[Any]
    due_at: SQLColumnExpression[Any]
    closed_at: SQLColumnExpression[Any]
    is_listed: ColumnElement[bool]


def _view(wanted: Wanted) -> _View:
    """Now from the hazard's own row, before that from the newest fact of each kind."""
    moment = wanted.as_of or clock.now()
    is_listed = Hazard.id.in_(listed(wanted.as_of))
    numbered = is_numbered()
    if wanted.as_of is None:
        return _View(moment, numbered, Hazard.status, Hazard.due_at, Hazard.closed_at, is_listed)
    before = and_(Fact.hazard_id == Hazard.id, Fact.recorded_at <= moment)
    return _View(
        moment,
        and_(numbered, exists().where(before, Fact.kind == "REGISTERED")),
        _newest(Fact.kind, before, Fact.kind.not_in(BESIDE)),
        _newest(Fact.effective_at, before, Fact.kind == "DUE"),
        _newest(Fact.recorded_at, before, Fact.kind == "CLOSED"),
        is_listed,
    )


def _newest(column: Any, *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    found = select(column).where(*conditions).correlate(Hazard)
    return found.order_by(Fact.id.desc()).limit(1).scalar_subquery()


def is_numbered() -> ColumnElement[bool]:
    """In the ledger. Written so that the index of numbers does not serve it: nearly all have one, and the counting index, read
    from end to end, is ten times quicker than 100,000 look-ups by number."""
    return func.coalesce(Hazard.hazard_no, "") != ""


def listed(moment: datetime | None = None) -> Select[int]:
    """Hazards ever put under supervision (挂牌) up to a moment; A9 counts them after the plate is gone as well."""
    return select(Fact.hazard_id).where(LISTED, Fact.recorded_at <= moment if moment else true())


def stopped(moment: datetime) -> Select[int]:
    """Hazards about which production was ever ordered to stop (责令停产停业) up to a moment."""
    return select(Fact.hazard_id).where(RARE, Fact.kind == "STOPPED", Fact.recorded_at <= moment)


def shut_down(moment: datetime) -> Select[int]:
    """Hazards that were signed off because the enterprise was shut down (关停取缔), and not opened again until a moment."""
    later = aliased(Fact)
    after = (later.recorded_at > Fact.recorded_at, later.recorded_at <= moment)
    again = exists().where(later.hazard_id == Fact.hazard_id, later.kind == "REOPENED", *after)
    return select(Fact.hazard_id).where(RARE, Fact.kind == "SHUTDOWN", Fact.recorded_at <= moment, ~again)


def talked(moment: datetime) -> Select[int]:
    """Hazards because of which the enterprise was talked to or named in a circular (约谈、通报) up to a moment."""
    return select(Fact.hazard_id).where(RARE, Fact.kind == "TALKED", Fact.recorded_at <= moment)


def _part(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.within is not None:
        yield questions.in_region(wanted.within)
    if wanted.sector:
        yield Hazard.sector == wanted.sector
    if wanted.source:
        yield questions.judged(wanted.view) == wanted.source
    if wanted.department_id is not None:
        yield Hazard.county_dept_id == wanted.department_id
    if wanted.campaign:
        yield Hazard.campaign == wanted.campaign
    if wanted.from_on or wanted.to_on:
        yield registered(wanted.from_on, wanted.to_on)
    if wanted.late_for:
        end = clock.end_of(wanted.late_for)
        yield and_(Hazard.found_at < end, Hazard.registered_at >= end)
    if wanted.search:
        columns = (Hazard.hazard_no, Hazard.subject_name, Hazard.description)
        yield or_(*(column.icontains(wanted.search, autoescape=True) for column in columns))


def _rows(wanted: Wanted, view: _View) -> Iterator[ColumnElement[bool]]:
    yield view.is_numbered
    yield from _part(wanted)
    if wanted.status:
        yield view.status.in_(GROUPS.get(wanted.status, (wanted.status,)))
    if wanted.term:
        yield term(wanted.term, view.moment, view.status, view.due_at, view.closed_at)
    if wanted.mark == "listed":
        yield view.is_listed
    if wanted.mark in MARKED:
        yield Hazard.id.in_(MARKED[wanted.mark](view.moment))
    if wanted.age:
        yield and_(view.status.in_(rules.IN_HAND), aged(wanted.age, view.moment))


def term(kind: str, moment: datetime, status: Any, due_at: Any, closed_at: Any) -> ColumnElement[bool]:
    """How a hazard stands to its deadline: late, soon (not signed yet), kept, missed (signed). Without one it is none of them."""
    of = rules.IN_HAND if kind in OF_OPEN else rules.COUNTED_AS_CLOSED
    return and_(status.in_(of), timing(kind, moment, due_at, closed_at))


def timing(kind: str, moment: datetime, due_at: Any, closed_at: Any) -> ColumnElement[bool]:
    """The same of hazards whose status is known to be one of those."""
    kinds: dict[str, ColumnElement[bool]] = {
        "late": due_at < moment,
        "soon": and_(due_at >= moment, due_at <= clock.end_of(clock.on(moment) + timedelta(days=SOON_DAYS))),
        "kept": closed_at <= due_at,
        "missed": closed_at > due_at,
    }
    return kinds.get(kind, literal(False))


def registered(from_on: date | None, to_on: date | None) -> ColumnElement[bool]:
    """Registered between two days, both included; None is open."""
    since = Hazard.registered_at >= clock.at(from_on) if from_on else true()
    return and_(since, Hazard.registered_at < clock.end_of(to_on) if to_on else true())


def aged(age: str, moment: datetime) -> ColumnElement[bool]:
    """Registered so many days ago, by the office's calendar."""
    least, most = AGES.get(age, (0, None))
    today = clock.on(moment)
    youngest = Hazard.registered_at < clock.end_of(today - timedelta(days=least))
    return youngest if most is None else and_(youngest, Hazard.registered_at >= clock.at(today - timedelta(days=most)))


def blocked(_moment: datetime | None = None) -> Select[int]:
    """Hazards with an open task that nobody may do now (受阻)."""
    return select(Task.subject_id).where(Task.status == "OPEN", Task.blocked != "", Task.subject_kind == "hazard")


MARKED: dict[str, Callable[[datetime], Select[int]]] = {
    "stopped": stopped,
    "shutdown": shut_down,
    "talked": talked,
    "blocked": blocked,
}
