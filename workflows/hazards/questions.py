"""Asking for hazards. Every question is asked *with* the caller's scope, in one query (INV-16)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, case, false, func, or_, select
from sqlalchemy.orm import Session

from workflows import clock, people
from workflows.engine import Caller, Post
from workflows.errors import NotFound
from workflows.hazards import rules
from workflows.hazards.tables import Deadline, Hazard

BY_REGION = frozenset(
    "VILLAGE VILLAGE_LIAISON OFFICE_STAFF OFFICE_DIRECTOR GROUP_DEPUTY GROUP_HEAD COUNTY_OFFICE COUNTY_INSPECTION".split()
)
BY_SECTOR = frozenset("STATION_HEAD STATION_STAFF SECTOR_LEADER SECTOR_MEMBER COUNTY_DEPT".split())
BY_SECTOR_IF_ANY = frozenset({"ENFORCER", "COUNTY_LEADER"})
MOST_ALIKE = 10  # likely duplicates that are shown
DIGITS = {"COUNTY": 6, "COUNTY_DEPT": 6, "TOWN": 9, "STATION": 9, "GROUP": 9, "VILLAGE": 12}


@dataclass(frozen=True)
class Page:
    """One page of hazards, newest first, and the key of the next page if there is one."""

    rows: list[Hazard]
    next: int | None


class Marked(NamedTuple):
    """What the tags beside a hazard tell, without the rest of it."""

    id: int
    immediate_danger: bool
    closed_at: datetime | None
    listed_supervision: bool
    stop_production: bool
    false_rectification: bool
    overdue_level: int
    return_count: int
    extension_count: int
    reopened_count: int
    transferred: bool


def title(hazard: Hazard) -> str:
    """A hazard in a line: its number, its subject, the beginning of what was found."""
    number = hazard.hazard_no or ("草稿" if hazard.status == "DRAFT" else "未编号")
    found = hazard.description[:30] + ("…" if len(hazard.description) > 30 else "")
    return f"{number} {hazard.subject_name}：{found}" if hazard.subject_name else f"{number} 新上报隐患"


def get(session: Session, hazard_id: int) -> Hazard:
    """The hazard, or NotFound. For the engine and for verbs; pages ask `get_for`."""
    if hazard := session.get(Hazard, hazard_id):
        return hazard
    raise NotFound("没有找到这件隐患。")


def get_for(session: Session, caller: Caller, hazard_id: int) -> Hazard:
    """The hazard, if the caller may see it; NotFound otherwise, as if it did not exist."""
    found = session.scalar(select(Hazard).where(Hazard.id == hazard_id, scope(session, caller)))
    if found is None:
        raise NotFound("没有找到这件隐患。")
    return found


def find_by_no(session: Session, caller: Caller, hazard_no: str) -> Hazard | None:
    """The hazard with this number, if the caller may see it."""
    return session.scalar(select(Hazard).where(Hazard.hazard_no == hazard_no, scope(session, caller)))


def page(
    session: Session,
    caller: Caller,
    *,
    search: str = "",
    status: str = "",
    source: str = "",
    sector: str = "",
    late: bool = False,
    after: int | None = None,
    limit: int = 25,
) -> Page:
    """The hazards the caller may see, newest first, 25 a page by key. `search`: number, subject or description."""
    found = select(Hazard).where(scope(session, caller))
    if search.strip():
        text = search.strip()
        columns = (Hazard.hazard_no, Hazard.subject_name, Hazard.description)
        found = found.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    if status:
        found = found.where(Hazard.status == status)
    if source:
        found = found.where(Hazard.source == source)
    if sector:
        found = found.where(Hazard.sector == sector)
    if late:
        found = found.where(Hazard.due_at < clock.now(), Hazard.status.in_(rules.IN_HAND))
    if after is not None:
        found = found.where(Hazard.id < after)
    rows = list(session.scalars(found.order_by(Hazard.id.desc()).limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def some(session: Session, hazard_ids: Iterable[int]) -> dict[int, Hazard]:
    """Several hazards by id, in one question; for pages that hold the right to them already."""
    return {hazard.id: hazard for hazard in session.scalars(_SOME, {"ids": list(set(hazard_ids))})}


def marked(session: Session, hazard_ids: Iterable[int]) -> list[Marked]:
    """What the tags of several hazards tell, in one question; for pages that hold the right to them already."""
    return [Marked(*row) for row in session.execute(_MARKED, {"ids": list(set(hazard_ids))})]


_MARKED = select(*(getattr(Hazard, name) for name in Marked._fields)).where(Hazard.id.in_(bindparam("ids", expanding=True)))
_SOME = select(Hazard).where(Hazard.id.in_(bindparam("ids", expanding=True)))


def deadlines(session: Session, hazard: Hazard) -> list[Deadline]:
    """Every deadline the hazard ever had, oldest first; the last is in force."""
    return list(session.scalars(select(Deadline).where(Deadline.hazard_id == hazard.id).order_by(Deadline.id)))


def likely_duplicates(session: Session, hazard: Hazard, caller: Caller | None = None) -> list[Hazard]:
    """Registered hazards of the same subject and clause in the last 90 days (①): to be looked at, not refused.

    The hazard may be one that is only being typed. With a caller: only those he may see.
    """
    same = [Hazard.id != hazard.id, Hazard.hazard_no.is_not(None), Hazard.status.not_in(rules.NOT_COUNTED)]
    if hazard.enterprise_id:
        same.append(Hazard.enterprise_id == hazard.enterprise_id)
    else:
        same += [Hazard.subject_name == hazard.subject_name, Hazard.region_code == hazard.region_code]
    if hazard.standard_clause:
        same.append(Hazard.standard_clause == hazard.standard_clause)
    if caller is not None:
        same.append(scope(session, caller))
    since = Hazard.registered_at >= clock.now() - timedelta(days=90)
    return list(session.scalars(select(Hazard).where(since, *same).order_by(Hazard.id.desc()).limit(MOST_ALIKE)))


def merged_into(session: Session, hazard: Hazard) -> list[Hazard]:
    """The hazards that were merged into this one, oldest first: their sources count as its further sources (并入来源)."""
    found = select(Hazard).where(Hazard.merged_into_id == hazard.id, Hazard.status == "MERGED")
    return list(session.scalars(found.order_by(Hazard.id)))


# ---- scope -----------------------------------------------------------------------------------------------------------------


def scope(session: Session, caller: Caller) -> ColumnElement[bool]:
    """Which hazards a caller may see, as a condition: role × region subtree × industries (domain 2.1, column 可见数据).

    Everybody sees what he reported, and what he or whom he stands in for leads, answers for or tracks. The posts of the
    system's own people (SYS_*, PROC_*, AUDITOR) open nothing (INV-20).
    """
    held = caller.posts.union(*caller.stands_in.values())
    units = _units(session, {post.unit_id for post in held})
    opened = [_of_post(post, units[post.unit_id]) for post in sorted(held) if post.unit_id in units]
    persons = [caller.person_id, *caller.stands_in]
    named = (Hazard.lead_person_id, Hazard.territory_person_id, Hazard.sector_person_id, Hazard.tracker_id)
    return or_(
        and_(Hazard.status != "DRAFT", or_(false(), *opened)),  # true of nearly all that are asked for, so it stands first
        Hazard.reporter_id == caller.person_id,
        *(column.in_(persons) for column in named),
    )


def _units(session: Session, ids: Iterable[int]) -> dict[int, people.Unit]:
    found = select(people.Unit).where(people.Unit.id.in_(set(ids)))
    return {unit.id: unit for unit in session.scalars(found)}


def _of_post(post: Post, unit: people.Unit) -> ColumnElement[bool]:
    if post.role in people.ENTERPRISE_PEOPLE:
        return Hazard.enterprise_id == unit.id
    if post.role in BY_REGION:
        return in_region(unit)
    if post.role in BY_SECTOR or (post.role in BY_SECTOR_IF_ANY and unit.sectors):
        in_trade = and_(in_region(unit), Hazard.sector.in_(unit.sectors or []))
        return or_(in_trade, *_given_to(unit)) if post.role == "COUNTY_DEPT" else in_trade
    if post.role in BY_SECTOR_IF_ANY:
        return in_region(unit)
    if post.role == "POLICE_STATION":
        return and_(in_region(unit), Hazard.transferred)
    if post.role == "TOWN_DISCIPLINE":
        from workflows import inquiries  # they are about hazards and stand above this file; only this question looks up

        return and_(in_region(unit), Hazard.id.in_(inquiries.hazards_inquired_into()))
    return false()


def _given_to(department: people.Unit) -> tuple[ColumnElement[bool], ...]:
    """What a county department has to do with whatever the industry: by handover two, and as supervisor (督办单位)."""
    from workflows import listings  # they are about hazards and stand above this file; only this question looks up

    return Hazard.county_dept_id == department.id, Hazard.id.in_(listings.hazards_supervised_by(department))


def regions(session: Session, caller: Caller) -> list[people.Unit]:
    """The counties, towns and villages in which the caller's posts and those he stands in for lie, by code: what he may pick."""
    held = caller.posts.union(*caller.stands_in.values())
    places = select(people.Unit).where(people.Unit.kind.in_(("COUNTY", "TOWN", "VILLAGE")), around(session, held))
    return list(session.scalars(places.order_by(people.Unit.region_code)))


def around(session: Session, posts: Iterable[Post]) -> ColumnElement[bool]:
    """The condition that a unit lies in the county, town or village of one of these posts."""
    units = _units(session, {post.unit_id for post in posts}).values()
    codes = {unit.region_code[: DIGITS.get(unit.kind, 12)] for unit in units}
    return or_(false(), *(people.Unit.region_code.startswith(code, autoescape=True) for code in sorted(codes)))


def in_region(unit: people.Unit, column: Any = Hazard.region_code) -> ColumnElement[bool]:
    """The condition that a hazard (or what else has a column of region codes) lies in the unit's region; a range, so that the
    index serves it."""
    if unit.kind not in DIGITS:
        return false()
    prefix = unit.region_code[: DIGITS[unit.kind]]
    inside: ColumnElement[bool] = column.between(prefix.ljust(12, "0"), prefix.ljust(12, "9"))
    return inside


def judged(view: str) -> ColumnElement[str]:
    """The source as a village's, town's or county's form counts it (domain 5, 来源随层级重判): what the county or somebody above
    it found is ASSIGNED to a town; to the county, what its own departments found is ENFORCE. "": as it was reported."""
    source = func.coalesce(Hazard.source, "")
    if view == "COUNTY":
        return case((Hazard.found_by == "COUNTY", "ENFORCE"), (Hazard.found_by == "COUNTY_TIP", "TIPOFF"), else_=source)
    if view in ("VILLAGE", "TOWN"):
        return case((Hazard.found_by.is_not(None), "ASSIGNED"), else_=source)
    return source
