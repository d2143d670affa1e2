"""Asking who holds which post on a day, and where a unit lies."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, bindparam, or_, select, tuple_, union
from sqlalchemy.orm import Session

from workflows import clock, memory
from workflows.codes import county_code, town_code
from workflows.engine import Caller, Post
from workflows.errors import NotFound
from workflows.people.roles import NOT_DELEGABLE, role_name
from workflows.people.tables import Appointment, Person, Substitution, Unit

# ---- units ----------------------------------------------------------------------------------------------------------

_TODAY: Any = bindparam("today", type_=Date)
_IS_THERE = or_(Unit.to_on.is_(None), Unit.to_on >= _TODAY)
_UNITS = (
    select(Unit)
    .where(Unit.kind == bindparam("kind"), Unit.region_code.between(bindparam("first"), bindparam("last")), _IS_THERE)
    .order_by(Unit.region_code, Unit.name)
)
_UNIT = (
    select(Unit)
    .where(Unit.kind == bindparam("kind"), Unit.region_code == bindparam("code"))
    .order_by(_IS_THERE.desc(), Unit.id)
    .limit(1)
)
_LEVELS = (  # of several of one kind, the last is taken
    select(Unit)
    .where(tuple_(Unit.kind, Unit.region_code).in_(bindparam("wanted", expanding=True)))
    .order_by(_IS_THERE, Unit.id.desc())
)


def get_unit(session: Session, unit_id: int) -> Unit:
    """The unit, or NotFound."""
    if unit := memory.once(session, "units", unit_id, lambda: session.get(Unit, unit_id)):
        return unit
    raise NotFound("没有找到这个单位。")


def find_enterprise(session: Session, unit_id: int) -> Unit | None:
    """The enterprise on file with this id; None if there is none or the unit is something else."""
    return session.scalar(select(Unit).where(Unit.id == unit_id, Unit.kind == "ENTERPRISE"))


def units(session: Session, kind: str, region_code: str = "") -> list[Unit]:
    """The units of a kind that exist today and whose region code begins so, by code and name."""
    asked = {"kind": kind, "today": clock.today(), **_span(region_code)}
    return list(memory.once(session, "units", tuple(asked.values()), lambda: session.scalars(_UNITS, asked).all()))


def find_unit(session: Session, kind: str, region_code: str) -> Unit | None:
    """The one unit of a kind with exactly this code: the village, town or county itself; one that ended only if none exists."""
    asked = {"kind": kind, "code": region_code, "today": clock.today()}
    return memory.once(session, "units", tuple(asked.values()), lambda: session.scalars(_UNIT, asked).first())


def levels(session: Session, region_code: str) -> dict[str, Unit]:
    """The village, town and county of a code, by kind, as `find_unit` finds each, in one question."""
    wanted = [("VILLAGE", region_code), ("TOWN", town_code(region_code)), ("COUNTY", county_code(region_code))]
    return {unit.kind: unit for unit in session.scalars(_LEVELS, {"wanted": wanted, "today": clock.today()})}


def find_unit_named(session: Session, name: str) -> Unit | None:
    """The one unit of this name that exists today; None if there is none or more than one."""
    found = list(session.scalars(select(Unit).where(Unit.name == name, is_there()).limit(2)))
    return found[0] if len(found) == 1 else None


def is_there() -> ColumnElement[bool]:
    """The condition that a unit exists today."""
    return or_(Unit.to_on.is_(None), Unit.to_on >= clock.today())


def _span(region_code: str) -> dict[str, str]:
    """The codes that begin so, as a range, which an index serves: all have twelve digits."""
    return {"first": region_code.ljust(12, "0"), "last": region_code.ljust(12, "9")}


# ---- persons --------------------------------------------------------------------------------------------------------

_BY_LOGIN = select(Person).where(Person.login == bindparam("login"))


def get(session: Session, person_id: int) -> Person:
    """The person, or NotFound."""
    if person := session.get(Person, person_id):
        return person
    raise NotFound("没有找到这个人员。")


def everybody(session: Session) -> list[Person]:
    """Every person, active or not, by login."""
    return list(session.scalars(select(Person).order_by(Person.login)))


def find_by_login(session: Session, login: str) -> Person | None:
    """The person with this login, active or not."""
    return session.scalar(_BY_LOGIN, {"login": login})


def names(session: Session, person_ids: Iterable[int | None]) -> dict[int, str]:
    """The names of several persons, those that were not asked before in one question."""
    wanted, known = {id for id in person_ids if id is not None}, memory.of(session, "names")
    if unknown := wanted - known.keys():
        known.update(session.execute(_NAMES, {"ids": sorted(unknown)}).all())
    return {id: known[id] for id in sorted(wanted) if id in known}


_NAMES = select(Person.id, Person.name).where(Person.id.in_(bindparam("ids", expanding=True)))


# ---- who holds which post -------------------------------------------------------------------------------------------


def is_lasting(on: date, from_on: Any, to_on: Any) -> ColumnElement[bool]:
    """The condition that a dated row holds on a day, both its days included."""
    return and_(from_on <= on, or_(to_on.is_(None), to_on >= on))


_LASTS_TODAY = is_lasting(_TODAY, Appointment.from_on, Appointment.to_on)
_PRINCIPALS = select(Substitution.principal_id).where(
    Substitution.substitute_id == bindparam("person_id"), is_lasting(_TODAY, Substitution.from_on, Substitution.to_on)
)
HELD = (  # asked at every click, so it is put together once: he and whom he stands in for, with what each holds
    select(Person.id, Appointment.role, Appointment.unit_id)
    .outerjoin(Appointment, and_(Appointment.person_id == Person.id, _LASTS_TODAY))
    .where(or_(Person.id == bindparam("person_id"), Person.id.in_(_PRINCIPALS)), Person.is_active)
)
_HOLDERS = (
    select(Person)
    .join(Appointment, Appointment.person_id == Person.id)
    .where(
        tuple_(Appointment.role, Appointment.unit_id).in_(bindparam("posts", expanding=True)), _LASTS_TODAY, Person.is_active
    )
)
_IS_STOOD_IN_FOR = (
    select(Substitution.id)
    .where(Substitution.principal_id == bindparam("person_id"), is_lasting(_TODAY, Substitution.from_on, Substitution.to_on))
    .exists()
)
_HELD_BY_OTHERS = (
    select(Appointment.role, Appointment.unit_id)
    .join(Person, Person.id == Appointment.person_id)
    .where(
        tuple_(Appointment.role, Appointment.unit_id).in_(bindparam("posts", expanding=True)),
        or_(
            Appointment.person_id != bindparam("person_id"),
            and_(_IS_STOOD_IN_FOR, Appointment.role.not_in(sorted(NOT_DELEGABLE))),
        ),
        _LASTS_TODAY,
        Person.is_active,
    )
)
_HOLDS_ROLE = (
    select(Appointment.id)
    .join(Unit, Unit.id == Appointment.unit_id)
    .join(Person, Person.id == Appointment.person_id)
    .where(
        Appointment.person_id == bindparam("person_id"),
        Appointment.role.in_(bindparam("roles", expanding=True)),
        Unit.region_code.between(bindparam("first"), bindparam("last")),
        _LASTS_TODAY,
        Person.is_active,
    )
    .limit(1)
)
_HOLDS = (
    select(Appointment.id)
    .join(Unit, Unit.id == Appointment.unit_id)
    .where(
        Appointment.person_id == bindparam("person_id"),
        Appointment.role.in_(bindparam("roles", expanding=True)),
        Unit.region_code.in_(bindparam("codes", expanding=True)),
        _LASTS_TODAY,
    )
    .limit(1)
)
_HELD_IN_WORDS = (
    select(Appointment.person_id, Appointment.role, Unit.name)
    .join(Unit, Unit.id == Appointment.unit_id)
    .where(Appointment.person_id.in_(bindparam("persons", expanding=True)), _LASTS_TODAY)
    .order_by(Appointment.id)
)


def caller(session: Session, person_id: int) -> Caller:
    """Who acts, as values: his posts of today and those of the persons he stands in for (never a county leader's)."""
    rows = session.execute(HELD, {"person_id": person_id, "today": clock.today()})
    return caller_of(person_id, ((holder, role, unit_id) for holder, role, unit_id in rows))


def caller_of(person_id: int, held: Iterable[tuple[int, str | None, int | None]]) -> Caller:
    """The same from (holder, role, unit) rows; without a role and unit, the holder holds nothing."""
    posts: dict[int, set[Post]] = {person_id: set()}
    for holder, role, unit_id in held:
        if role is None or unit_id is None:
            continue
        posts_of = posts.setdefault(holder, set())
        if holder == person_id or role not in NOT_DELEGABLE:
            posts_of.add(Post(role, unit_id))
    mine = frozenset(posts.pop(person_id))
    return Caller(person_id, mine, {principal: frozenset(theirs) for principal, theirs in sorted(posts.items())})


def alone_at(session: Session, caller: Caller) -> frozenset[Post]:
    """At which of his own posts nobody but the caller can act today: no colleague holds it, nobody stands in for him there."""
    if not caller.posts:
        return frozenset()
    asked = {"person_id": caller.person_id, "posts": [tuple(post) for post in caller.posts], "today": clock.today()}
    return caller.posts - {Post(role, unit_id) for role, unit_id in session.execute(_HELD_BY_OTHERS, asked)}


def posts(session: Session, person_id: int) -> frozenset[Post]:
    """The posts a person himself holds today."""
    return caller(session, person_id).posts


def stands_at(session: Session, person_id: int, at: Collection[Post]) -> bool:
    """Whether a person stands at one of these posts today, for himself or for somebody he stands in for."""
    acting = caller(session, person_id)
    if not acting.all_posts:  # shut out, or without any post: by name as well he stands nowhere
        return False
    return not acting.all_places.isdisjoint(at)


def holds(session: Session, person_id: int, roles: Collection[str], region_code: str, *, on: date | None = None) -> bool:
    """Whether a person holds one of the roles in the village, town or county of a region code, today or on another day."""
    around = [region_code, town_code(region_code), county_code(region_code)]
    asked = {"person_id": person_id, "roles": list(roles), "codes": around, "today": on or clock.today()}
    return session.scalars(_HOLDS, asked).first() is not None


def has_role_in(session: Session, person_id: int, roles: Collection[str], region_prefix: str) -> bool:
    """Whether a person who may sign in holds one of the roles today, at a unit whose region code begins so."""
    asked = {"person_id": person_id, "roles": list(roles), "today": clock.today(), **_span(region_prefix)}
    return session.scalars(_HOLDS_ROLE, asked).first() is not None


def holders(session: Session, at: Collection[Post]) -> list[Person]:
    """The active persons who hold one of these posts today, each once."""
    if not at:
        return []
    found = session.scalars(_HOLDERS, {"posts": [tuple(post) for post in at], "today": clock.today()})
    return sorted(found.unique(), key=lambda person: person.id)


def posts_with_names(session: Session, person_ids: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """Several persons' posts of today in words, in one question: (role, unit) pairs by person."""
    held: dict[int, list[tuple[str, str]]] = {person_id: [] for person_id in person_ids}
    for person_id, role, unit in session.execute(_HELD_IN_WORDS, {"persons": list(held), "today": clock.today()}):
        held[person_id].append((role_name(role), unit))
    return held


def stood_in_for(session: Session, person_id: int) -> list[tuple[str, date]]:
    """For whom a person stands in today, and until when: (name, last day), the first to end first."""
    rows = session.execute(
        select(Person.name, Substitution.to_on)
        .join(Substitution, Substitution.principal_id == Person.id)
        .where(Substitution.substitute_id == person_id, is_lasting(clock.today(), Substitution.from_on, Substitution.to_on))
        .order_by(Substitution.to_on, Substitution.id)
    )
    return [(name, to_on) for name, to_on in rows]


def posts_ever(session: Session, person_ids: Collection[int]) -> frozenset[Post]:
    """Every post that these persons hold, have held, or are to hold."""
    rows = select(Appointment.role, Appointment.unit_id).where(Appointment.person_id.in_(person_ids))
    return frozenset(Post(role, unit_id) for role, unit_id in session.execute(rows))


def left_since(session: Session, day: date) -> list[int]:
    """Who is shut out, or has lost a post or a substitution between a day and yesterday."""
    yesterday = clock.today() - clock.DAY
    shut_out = select(Person.id).where(Person.is_active.is_(False))
    retired = select(Appointment.person_id).where(Appointment.to_on.between(day, yesterday))
    back = select(Substitution.substitute_id).where(Substitution.to_on.between(day, yesterday))
    return sorted(session.scalars(union(shut_out, retired, back)))
