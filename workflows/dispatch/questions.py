"""Asking for dispatch forms and returns. A form is counted from dated facts and dated entries alone, so the same moment always
gives the same form, whatever happened since (INV-12)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, TextClause, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload, undefer

from workflows import campaigns, clock, dues, hazards, inquiries, ledger, people
from workflows.db import canonical
from workflows.dispatch import rules
from workflows.dispatch.rules import Form
from workflows.dispatch.tables import Frozen, Return, Value
from workflows.engine import Caller, Due
from workflows.engine.history import Line
from workflows.errors import NotFound
from workflows.facts import RARE, Fact
from workflows.hazards import Hazard
from workflows.hazards.questions import around
from workflows.people import Unit

KINDS = ("COUNTY", "TOWN", "VILLAGE")
NOT_FOUND = "没有找到这份月报。"
LATELY = timedelta(days=20)  # after a cut, within which a job that was missed still makes up for it
GONE = {"VOIDED": "误录核减", "DOWNGRADED": "不属于重大", "MERGED": "并入他号", "REOPENED": "重新打开"}


@dataclass(frozen=True)
class Difference:
    """One item of the table of differences (加和校验差异表): what the units below handed in together, and what is recomputed."""

    code: str
    handed_in: int
    computed: int

    @property
    def gap(self) -> int:
        """Recomputed less handed in."""
        return self.computed - self.handed_in


@dataclass(frozen=True)
class Found:
    """One source of 发现口径: what a form counts, and what had been found by its moment and was registered later."""

    source: str
    counted: int
    later: int


@dataclass(frozen=True)
class Reduction:
    """A hazard that counted at a cut and counts less since, or nowhere; `body` is what the record says of it."""

    hazard: Hazard
    kind: str  # one of GONE
    at: datetime
    body: Mapping[str, Any]

    @property
    def what(self) -> str:
        """误录核减, 重新打开 …"""
        return GONE[self.kind]

    @property
    def reason(self) -> str:
        """Why, in the words of who asked for it; of one that was merged also into which."""
        into = f"并入 {self.body['into']}。" if self.body.get("into") else ""
        return f"{into}{self.body.get('reason') or ''}"

    @property
    def sentence(self) -> str:
        """All of it in a line."""
        told = f"{self.hazard.hazard_no} {self.hazard.subject_name}"
        return f"{told}：{self.what}，{self.reason}" if self.reason else f"{told}：{self.what}。"


@dataclass(frozen=True)
class Entry:
    """A figure entered by hand that is in force, with the unit that entered it."""

    value: Value
    unit: Unit


@dataclass(frozen=True)
class Talk:
    """A talk with a unit or a circular about it (约谈、通报), as it was recorded."""

    hazard: Hazard
    held_at: datetime | None
    body: Mapping[str, Any]  # talk, whom, said, urge


# ---- the form ------------------------------------------------------------------------------------------------------------


def compute(session: Session, within: Unit, as_of: datetime | None, campaign: str) -> Form:
    """The form of a village, town or county as of a moment (None: now, which is quicker to ask), from the records: never from
    what units handed in."""
    moment = as_of or clock.now()
    part = ledger.Wanted(as_of=as_of, within=within, campaign=campaign, view=within.kind)
    values = {**ledger.count(session, part=part).items, **dict.fromkeys(rules.MANUAL, 0)}
    sums = select(Value.code, func.sum(Value.value)).where(*_in_force(within, moment, campaign)).group_by(Value.code)
    values |= {code: int(value) for code, value in session.execute(sums)}
    for code in rules.RECORDED:
        values[code] += recorded(session, within, as_of, campaign, code)
    values["C9"] += inquiries.count_held(session, within, moment, campaign)
    values["C10"] += session.scalar(select(func.count(Fact.id)).where(*_talked(within, moment, campaign))) or 0
    return Form(within.kind, within.region_code, campaign, moment, {item.code: values[item.code] for item in rules.ITEMS})


def recorded(session: Session, within: Unit, as_of: datetime | None, campaign: str, code: str) -> int:
    """How many subjects the records of an item have, each once (AC-06)."""
    mark, status = rules.RECORDED[code]
    return ledger.subjects(session, ledger.Wanted(as_of=as_of, within=within, campaign=campaign, mark=mark, status=status))


def talks(session: Session, within: Unit, as_of: datetime, campaign: str) -> list[Talk]:
    """The talks and circulars behind C10, oldest first."""
    found = select(Fact, Hazard).where(*_talked(within, as_of, campaign)).options(selectinload(Fact.line))
    return [Talk(hazard, fact.effective_at, fact.line.body) for fact, hazard in session.execute(found.order_by(Fact.id))]


def _talked(within: Unit, as_of: datetime, campaign: str) -> list[ColumnElement[bool] | TextClause]:
    """Each counts once and for good (按次计): a hazard that is voided later takes no talk back."""
    units = (RARE, Fact.kind == "UNIT_TALKED", Fact.recorded_at <= as_of, Hazard.id == Fact.hazard_id)
    return [*units, hazards.in_region(within), Hazard.campaign == campaign]


def by_finding(
    session: Session, within: Unit, as_of: datetime | None, campaign: str, values: Mapping[str, int]
) -> list[Found]:
    """发现口径 (domain 5): the form goes by the registration; beside it, what had been found by the same day and was registered
    later, as that stands today. Empty for now: what is registered later is not known yet."""
    if as_of is None:
        return []
    late = ledger.Wanted(within=within, campaign=campaign, view=within.kind, late_for=clock.last_day(as_of))
    rows = ledger.count(session, part=late).rows
    return [Found(source, values[f"A{place * 2 + 1}"], rows[source].found) for place, source in enumerate(ledger.SOURCES)]


def entries(session: Session, within: Unit, as_of: datetime, campaign: str) -> list[Entry]:
    """What was entered by hand within a region and in force at a moment, by item: the records behind the items B and C."""
    found = select(Value, Unit).join(Unit, Unit.id == Value.unit_id).where(*_in_force(within, as_of, campaign))
    order = {code: place for place, code in enumerate(rules.MANUAL)}
    rows = [Entry(value, unit) for value, unit in session.execute(found.order_by(Unit.region_code))]
    return sorted(rows, key=lambda entry: order[entry.value.code])


def own_values(session: Session, row: Return) -> dict[str, int]:
    """What a return's own unit had entered by its cut, by item; what the units below it entered is theirs."""
    found = entries(session, row.unit, row.cut_at, row.campaign)
    return {each.value.code: each.value.value for each in found if each.unit.id == row.unit_id}


def _in_force(within: Unit, as_of: datetime, campaign: str) -> list[ColumnElement[bool]]:
    """The conditions that an entry is the newest of its unit and item at a moment."""
    newer = aliased(Value)
    later = or_(newer.valid_at > Value.valid_at, and_(newer.valid_at == Value.valid_at, newer.id > Value.id))
    same = (newer.unit_id == Value.unit_id, newer.code == Value.code, newer.campaign == Value.campaign)
    passed = select(newer.id).where(*same, newer.valid_at <= as_of, later).exists()
    return [hazards.in_region(within, Value.region_code), Value.campaign == campaign, Value.valid_at <= as_of, ~passed]


def listed(session: Session, within: Unit, as_of: datetime, since: datetime, campaign: str) -> list[list[Any]]:
    """月度清单 (M006): what was registered between two cuts and what was unsigned at the second, as it then stood:
    [hazard id, number, status, is new]."""
    found = ledger.standing(as_of, within).where(hazards.in_region(within), Hazard.campaign == campaign)
    status = found.selected_columns[0]
    rows = found.with_only_columns(Hazard.id, Hazard.hazard_no, status, Hazard.registered_at).order_by(Hazard.hazard_no)
    return [
        [id, number, code, registered_at > since]
        for id, number, code, registered_at in session.execute(rows)
        if code in ledger.GROUPS["open"] or (registered_at > since and code in ledger.GROUPS["counted"])
    ]


def reductions(session: Session, row: Return) -> list[Reduction]:
    """What was taken out or reopened between two cuts, the second a return's own: why figures may have fallen (AC-03, AC-17)."""
    begins = since(session, row)
    taken = (
        select(Hazard, Fact)
        .join(Fact, Fact.hazard_id == Hazard.id)
        .options(joinedload(Fact.line))
        .where(hazards.in_region(row.unit), Hazard.campaign == row.campaign, Hazard.registered_at <= begins)
        .where(Fact.recorded_at > begins, Fact.recorded_at <= row.cut_at, Fact.kind.in_(GONE))
        .order_by(Fact.id)
    )
    return [Reduction(hazard, fact.kind, fact.recorded_at, fact.line.body) for hazard, fact in session.execute(taken)]


def explanation(session: Session, row: Return) -> str:
    """核减说明 as the record has it (P09), for whoever collects to complete: each hazard with what happened to it and why."""
    return "\n".join(each.sentence for each in reductions(session, row))


# ---- returns -------------------------------------------------------------------------------------------------------------


def get(session: Session, return_id: int) -> Return:
    """The return, or NotFound. For the engine and for verbs; pages ask `get_for`."""
    if row := session.get(Return, return_id):
        return row
    raise NotFound(NOT_FOUND)


def get_for(session: Session, caller: Caller, return_id: int) -> Return:
    """The return, if its unit lies in the caller's region; NotFound otherwise, as if it did not exist."""
    row = get(session, return_id)
    if all(unit.id != row.unit_id for unit in places(session, caller)):
        raise NotFound(NOT_FOUND)
    return row


def places(session: Session, caller: Caller) -> list[Unit]:
    """The counties, towns and villages whose form the caller may see, by code: those of posts that see all industries."""
    held = {post for post in caller.all_posts if post.role in people.ACTIONS["see_dispatch"]}
    found = select(Unit).where(Unit.kind.in_(KINDS), around(session, held))
    return list(session.scalars(found.order_by(Unit.region_code)))


def find(session: Session, unit: Unit, campaign: str, as_of_on: date) -> Return | None:
    """The return of a unit for a day, if it was opened."""
    mine = select(Return).where(Return.unit_id == unit.id, Return.campaign == campaign, Return.as_of_on == as_of_on)
    return session.scalars(mine).first()


def returns(session: Session, within: Unit, campaign: str, as_of_on: date) -> list[tuple[Return, Unit]]:
    """The returns of a region for a day, those of its parts included, by code: who has handed in, and who owes."""
    here = hazards.in_region(within, Return.region_code)
    found = select(Return, Unit).join(Unit, Unit.id == Return.unit_id).where(here, Return.campaign == campaign)
    rows = session.execute(found.where(Return.as_of_on == as_of_on).order_by(Return.region_code))
    return [(row, unit) for row, unit in rows]


def latest(session: Session, unit: Unit, *, frozen: bool = False) -> list[Return]:
    """A unit's returns, newest first; only those that were frozen, if so asked."""
    mine = select(Return).where(Return.unit_id == unit.id).order_by(Return.as_of_on.desc())
    return list(session.scalars(mine.where(Return.state != "OPEN") if frozen else mine))


def before(session: Session, row: Return) -> Return | None:
    """The return of the period before, in the same campaign."""
    mine = select(Return).where(Return.unit_id == row.unit_id, Return.campaign == row.campaign)
    return session.scalars(mine.where(Return.as_of_on < row.as_of_on).order_by(Return.as_of_on.desc()).limit(1)).first()


def since(session: Session, row: Return) -> datetime:
    """The cut before this one: that of the period before, or when the campaign began."""
    earlier = before(session, row)
    return earlier.cut_at if earlier else clock.at(campaigns.get(session, row.campaign).from_on)


def versions(session: Session, row: Return) -> list[Frozen]:
    """The versions of a return, oldest first; the last is in force."""
    return list(session.scalars(select(Frozen).where(Frozen.return_id == row.id).order_by(Frozen.version)))


def find_last(session: Session, row: Return | None) -> Frozen | None:
    """The version in force; None before the cut."""
    if row is None:
        return None
    mine = select(Frozen).where(Frozen.return_id == row.id).order_by(Frozen.version.desc())
    return session.scalars(mine.limit(1)).first()


def differs(session: Session, row: Return) -> tuple[str, ...]:
    """The items in which the frozen form and the same moment asked again differ: none, or somebody has rewritten the record."""
    kept = find_last(session, row)
    if kept is None:
        return ()
    again = compute(session, row.unit, kept.as_of, row.campaign).values
    return tuple(item.code for item in rules.ITEMS if again[item.code] != kept.values.get(item.code))


def differences(session: Session, row: Return) -> list[Difference]:
    """加和校验差异表: what the units right below handed in, added up, beside the form recomputed from the records. Of a village
    it is its own figure. B and C of a level are the sum of what units entered, so a town's own entries show here."""
    unit = row.unit
    below = {"COUNTY": "TOWN", "TOWN": "VILLAGE"}.get(row.level, row.level)
    parts = [each for each, _ in returns(session, unit, row.campaign, row.as_of_on) if each.level == below]
    kept = find_last(session, row)
    values = kept.values if kept else compute(session, unit, None, row.campaign).values
    return [
        Difference(item.code, sum((each.handed_in or {}).get(item.code, 0) for each in parts), values[item.code])
        for item in rules.ITEMS
    ]


def missing(session: Session, row: Return) -> list[Unit]:
    """The units right below that have handed in nothing (漏报)."""
    unit = row.unit
    below = {"COUNTY": "TOWN", "TOWN": "VILLAGE"}.get(row.level)
    found = returns(session, unit, row.campaign, row.as_of_on)
    return [each for part, each in found if part.level == below and part.handed_in is None]


def title(row: Return) -> str:
    """A return in a line, as its tasks are headed."""
    return f"{row.unit.name}{rules.month_name(row.as_of_on)}重大事故隐患月报"


def due(session: Session, row: Return, text: str, opened_at: datetime) -> Due | None:
    """When a task about a return is due: at the cut, or so many working days after it was opened."""
    if text == "return.cut_at":
        return Due(row.cut_at, f"月报：每月 {row.as_of_on.day} 日 24:00 截止")
    return dues.term(session, row.campaign, text, opened_at)


def window(session: Session, campaign: str) -> list[tuple[date, date]]:
    """A campaign's periods: (the day it opens, the day of its cut)."""
    found, terms = campaigns.get(session, campaign), campaigns.params(session, campaign)
    first = terms.get("first_return_on")
    days = rules.periods(found.from_on, found.to_on, date.fromisoformat(first) if first else None, terms["cutoff_day"])
    return [(rules.opens_on(day, terms["window_open_day"], terms["cutoff_day"]), day) for day in days]


def to_open(session: Session, on: date) -> list[tuple[int, str, date]]:
    """(unit, campaign, day of the cut) of the returns that lack on a day: those whose window is open, or closed lately, should
    the job have been missed."""
    days = [
        (each.code, day)
        for each in campaigns.everyone(session)
        for opens_on, day in window(session, each.code)
        if opens_on <= on <= day + LATELY
    ]
    there = {tuple(key) for key in session.execute(select(Return.unit_id, Return.campaign, Return.as_of_on))} if days else set()
    units = [unit.id for kind in rules.LEVELS for unit in people.units(session, kind)]
    return [key for campaign, day in days for unit in units if (key := (unit, campaign, day)) not in there]


def cut_at(session: Session, row: Return) -> datetime:  # noqa: ARG001
    """24:00 of the return's day, as diagrams ask for it."""
    return row.cut_at


def may_correct(session: Session, row: Return) -> bool:  # noqa: ARG001
    """The return is frozen, so that only a new version may change it (⑨)."""
    return row.state != "OPEN"


# ---- for the auditor -------------------------------------------------------------------------------------------------------


def faults(session: Session) -> list[str]:
    """Frozen versions, and figures entered by hand, that differ from the lines that prove them or are gone: sentences."""
    return [*_frozen_faults(session), *_value_faults(session), *_lost(session)]


def _frozen_faults(session: Session) -> Iterator[str]:
    kept = select(Frozen, Line).join(Line, Line.id == Frozen.line_id).options(undefer(Frozen.lines)).order_by(Frozen.id)
    for row, line in session.execute(kept.execution_options(yield_per=50)):
        told = {**line.body, "version": row.version, "as_of": row.as_of, "values": row.values}
        digests = {line.body.get("form_sha256"), row.sha256, rules.fingerprint(told, row.lines)}
        if len(digests) > 1 or line.subject != ("return", row.return_id):
            yield f"月报 {row.return_id} 第 {row.version} 版的内容与其校验值不符。"


def _value_faults(session: Session) -> Iterator[str]:
    kept = select(Value, Line).join(Line, Line.id == Value.line_id).order_by(Value.id)
    for row, line in session.execute(kept.execution_options(yield_per=1000)):
        told = canonical([row.filed_with, row.code, row.value, row.reason, row.proof, row.valid_at])
        if told != canonical([line.subject, *(line.body.get(name) for name in ("code", "value", "reason", "proof", "valid_at"))]):
            yield f"月报 {row.return_id} 手工填报的 {row.code} 与留痕第 {line.seq} 条不一致。"


def _lost(session: Session) -> Iterator[str]:
    for kind, table in (("return_frozen", Frozen), ("return_value_entered", Value)):
        lost = select(Line).outerjoin(table, table.line_id == Line.id).where(Line.kind == kind, table.id.is_(None))
        for line in session.scalars(lost.order_by(Line.id)):
            yield f"月报 {line.subject_id} 的留痕第 {line.seq} 条所记的数据不见了。"
