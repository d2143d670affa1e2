"""Enterprises (主体) as such: whose business one is, and what is known there.

An enterprise is a subject like a hazard, and its unit's chain is its record. So what is done with one beside its hazards (约谈、
承诺、包保 …) needs a diagram and forms alone.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from workflows import addresses, campaigns, dues, hazards, people, ways_up
from workflows.engine import Address, Caller, Due, Post, Want
from workflows.errors import NotFound
from workflows.hazards import Hazard
from workflows.hazards.questions import BY_REGION, BY_SECTOR, BY_SECTOR_IF_ANY, in_region
from workflows.people import Unit

NOT_FOUND = "没有找到这家企业。"
MOST = 100  # hazards shown of one


@dataclass(frozen=True)
class Page:
    """One page of enterprises in the order they were put on file, and the key of the next page if there is one."""

    rows: list[Unit]
    next: int | None


def title(unit: Unit) -> str:
    """An enterprise in a line, as its tasks are headed."""
    return unit.name


def place(unit: Unit) -> addresses.Place:
    """Where an enterprise lies and in which industry."""
    return addresses.Place(unit.region_code, unit.sector_code, unit.id)


# ---- questions -------------------------------------------------------------------------------------------------------


def get(session: Session, unit_id: int) -> Unit:
    """The enterprise, or NotFound. For the engine and for verbs; pages ask `get_for`."""
    if found := people.find_enterprise(session, unit_id):
        return found
    raise NotFound(NOT_FOUND)


def get_for(session: Session, caller: Caller, unit_id: int) -> Unit:
    """The enterprise, if it is the caller's business; NotFound otherwise, as if it did not exist."""
    found = session.scalar(select(Unit).where(Unit.id == unit_id, scope(session, caller)))
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


def address(session: Session, unit: Unit, want: Want) -> Address:
    """Its own people, or those around it by region and industry."""
    where = place(unit)
    if want.unit == "enterprise":
        return addresses.of_enterprise(session, where)
    return ways_up.first_who_may(want, partial(addresses.units, session, where), lambda held: bool(people.holders(session, held)))


def due(session: Session, unit: Unit, text: str, opened_at: datetime) -> Due | None:  # noqa: ARG001
    """A plain term from when the task opened, or a parameter of the campaign that runs."""
    return dues.term(session, campaigns.current(session).code, text, opened_at)


def page(session: Session, caller: Caller, *, search: str = "", after: int | None = None, limit: int = 25) -> Page:
    """The enterprises there are that are the caller's business, 25 a page by key. `search`: name or credit code."""
    found = select(Unit).where(scope(session, caller), people.is_there(), Unit.id > (after or 0))
    if search:
        found = found.where(or_(Unit.name.icontains(search, autoescape=True), Unit.uscc == search))
    rows = list(session.scalars(found.order_by(Unit.id).limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def hazards_of(session: Session, caller: Caller, unit: Unit) -> list[Hazard]:
    """What was found at an enterprise, newest first, as far as the caller may see it."""
    mine = select(Hazard).where(Hazard.enterprise_id == unit.id, hazards.scope(session, caller))
    return list(session.scalars(mine.order_by(Hazard.id.desc()).limit(MOST)))


def holders(session: Session, unit: Unit) -> list[tuple[str, str]]:
    """Who has an account at an enterprise today: (role, name)."""
    found = ((role, people.holders(session, [Post(role, unit.id)])) for role in sorted(people.ENTERPRISE_PEOPLE))
    return [(people.role_name(role), person.name) for role, persons in found for person in persons]


def scope(session: Session, caller: Caller) -> ColumnElement[bool]:
    """Whose business an enterprise is, as a condition: its own people's; the officials' by region and industry, as with its
    hazards (domain 2.1)."""
    held = sorted(caller.all_posts)
    opened = [_of_post(post, people.get_unit(session, post.unit_id)) for post in held]
    return and_(Unit.kind == "ENTERPRISE", or_(false(), *opened))


def _of_post(post: Post, unit: Unit) -> ColumnElement[bool]:
    if post.role in people.ENTERPRISE_PEOPLE:
        return Unit.id == unit.id
    here = in_region(unit, Unit.region_code)
    if post.role in BY_SECTOR or (post.role in BY_SECTOR_IF_ANY and unit.sectors):
        return and_(here, Unit.sector_code.in_(unit.sectors or []))
    return here if post.role in BY_REGION | BY_SECTOR_IF_ANY else false()
