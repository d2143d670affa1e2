"""What an administrator asks for: units, persons, appointments, substitutions; each list paged by key."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from workflows import clock, people
from workflows.codes import find_key
from workflows.errors import Invalid, NotFound
from workflows.people import Appointment, Person, Substitution, Unit
from workflows.staffing import rules

LIMIT = 50
NEEDS_PLACE = frozenset({"VILLAGE", "ENTERPRISE"})


@dataclass(frozen=True)
class Page:
    """One page of rows and the key of the next, if there is one."""

    rows: list[Any]
    next: str | None


@dataclass(frozen=True)
class Held:
    """An appointment with the names around it."""

    appointment: Appointment
    person: Person
    unit: Unit

    @property
    def state(self) -> str:
        """current, future or ended."""
        return _state(self.appointment.from_on, self.appointment.to_on)


@dataclass(frozen=True)
class Agreed:
    """A substitution with the names around it."""

    substitution: Substitution
    principal: Person
    substitute: Person

    @property
    def state(self) -> str:
        """current, future or ended."""
        return _state(self.substitution.from_on, self.substitution.to_on)


def _state(from_on: date, to_on: date | None) -> str:
    today = clock.today()
    return "ended" if rules.is_ended(to_on, today) else "future" if from_on > today else "current"


def above(session: Session, kind: str, region_code: str) -> Unit | None:
    """The unit a new unit of this kind and code stands below; None for a county. Invalid if it is not on file."""
    if fault := rules.region_fault(kind, region_code):
        raise Invalid("region_code", fault)
    if kind not in rules.PARENTS:
        return None
    code = rules.parent_code(kind, region_code)
    found = people.find_unit(session, rules.PARENTS[kind], code)
    if found is None or rules.is_ended(found.to_on, clock.today()):
        raise Invalid("region_code", f"没有区划代码为 {code} 的{rules.KINDS[rules.PARENTS[kind]]}，请先登记。")
    return found


def tree(session: Session, *, with_ended: bool = False) -> list[tuple[Unit, list[tuple[Unit, list[Unit]]]]]:
    """The 区划 tree without enterprises: counties → their towns and departments → the latter's villages, stations, groups."""
    found = select(Unit).where(Unit.kind != "ENTERPRISE").order_by(Unit.region_code, Unit.id)
    if not with_ended:
        found = found.where(people.is_there())
    below: dict[int | None, list[Unit]] = {}
    order = list(rules.KINDS)
    for unit in sorted(session.scalars(found), key=lambda unit: order.index(unit.kind)):
        below.setdefault(unit.parent_id, []).append(unit)
    return [(county, [(town, below.get(town.id, [])) for town in below.get(county.id, [])]) for county in below.get(None, [])]


def enterprises(session: Session, *, search: str = "", region: str = "", with_ended: bool = False, after: str = "") -> Page:
    """Enterprises by id. `search`: name or credit code; `region`: how the code begins."""
    found = select(Unit).where(Unit.kind == "ENTERPRISE", Unit.region_code.startswith(region, autoescape=True))
    if search:
        found = found.where(_contains(search, Unit.name, Unit.uscc))
    if not with_ended:
        found = found.where(people.is_there())
    return _page(session, found, Unit.id, after, lambda unit: unit.id)


def persons(session: Session, *, search: str = "", state: str = "", after: str = "") -> Page:
    """Persons by id. `search`: name, login or certificate; `state`: active, inactive or all."""
    found = select(Person)
    if search:
        found = found.where(_contains(search, Person.name, Person.login, Person.certificate_no))
    if state in ("active", "inactive"):
        found = found.where(Person.is_active == (state == "active"))
    return _page(session, found, Person.id, after, lambda person: person.id)


def appointments(session: Session, *, search: str = "", role: str = "", state: str = "", after: str = "") -> Page:
    """Appointments as `Held`, by id. `search`: person or unit; `state`: current, future, ended or all."""
    found: Any = (
        select(Appointment, Person, Unit)
        .join(Person, Person.id == Appointment.person_id)
        .join(Unit, Unit.id == Appointment.unit_id)
    )
    if search:
        found = found.where(_contains(search, Person.name, Person.login, Unit.name))
    if role:
        found = found.where(Appointment.role == role)
    found = _in_state(found, state, Appointment.from_on, Appointment.to_on)
    page = _page(session, found, Appointment.id, after, lambda row: row[0].id)
    return Page([Held(*row) for row in page.rows], page.next)


def of_person(session: Session, person_id: int) -> list[Held]:
    """Every post a person ever held, those that last first."""
    found = select(Appointment, Person, Unit).join(Person, Person.id == Appointment.person_id)
    found = found.join(Unit, Unit.id == Appointment.unit_id).where(Appointment.person_id == person_id)
    held = [Held(*row) for row in session.execute(found.order_by(Appointment.from_on, Appointment.id))]
    return sorted(held, key=lambda each: each.state == "ended")


def at_unit(session: Session, unit_id: int) -> list[Held]:
    """Who holds a post at a unit today or later."""
    found = select(Appointment, Person, Unit).join(Person, Person.id == Appointment.person_id)
    found = found.join(Unit, Unit.id == Appointment.unit_id).where(Appointment.unit_id == unit_id)
    rows = session.execute(found.order_by(Appointment.role, Appointment.id))
    return [held for held in (Held(*row) for row in rows) if held.state != "ended"]


def by_sector(session: Session) -> dict[str, list[Unit]]:
    """The units that handle each industry today, from the county down."""
    found: dict[str, list[Unit]] = {}
    for kind in ("COUNTY_DEPT", "GROUP", "STATION"):
        for unit in people.units(session, kind):
            for code in unit.sectors or []:
                found.setdefault(code, []).append(unit)
    return found


def substitutions(session: Session, *, search: str = "", state: str = "", after: str = "") -> Page:
    """Substitutions as `Agreed`, by id. `search`: either person."""
    one, other = aliased(Person), aliased(Person)
    found: Any = (
        select(Substitution, one, other)
        .join(one, one.id == Substitution.principal_id)
        .join(other, other.id == Substitution.substitute_id)
    )
    if search:
        found = found.where(_contains(search, one.name, one.login, other.name, other.login))
    found = _in_state(found, state, Substitution.from_on, Substitution.to_on)
    page = _page(session, found, Substitution.id, after, lambda row: row[0].id)
    return Page([Agreed(*row) for row in page.rows], page.next)


def get_appointment(session: Session, id: int) -> Held:
    """The appointment with its names, or NotFound."""
    found = session.get(Appointment, id)
    if found is None:
        raise NotFound("没有找到这项任职。")
    return Held(found, people.get(session, found.person_id), people.get_unit(session, found.unit_id))


def get_substitution(session: Session, id: int) -> Agreed:
    """The substitution with its names, or NotFound."""
    found = session.get(Substitution, id)
    if found is None:
        raise NotFound("没有找到这项代理。")
    return Agreed(found, people.get(session, found.principal_id), people.get(session, found.substitute_id))


def person_options(session: Session) -> list[tuple[str, str]]:
    """Every active person to choose from, by login: (id, name and login)."""
    found = select(Person).where(Person.is_active).order_by(Person.login)
    return [(str(each.id), f"{each.name}（{each.login}）") for each in session.scalars(found)]


def unit_options(session: Session, kinds: Collection[str]) -> list[tuple[str, str]]:
    """Every unit of these kinds to choose from; a village's and an enterprise's name is told with what is above it."""
    over = aliased(Unit)
    found = select(Unit, over.name).outerjoin(over, over.id == Unit.parent_id).where(Unit.kind.in_(kinds), people.is_there())
    rows = session.execute(found.order_by(Unit.region_code, Unit.kind, Unit.id))
    return [(str(unit.id), unit.name if unit.kind not in NEEDS_PLACE else f"{unit.name}（{place}）") for unit, place in rows]


def counts(session: Session) -> dict[str, int]:
    """How many units, enterprises, active persons, current appointments and substitutions there are."""
    today = clock.today()
    return {
        "units": count_rows(session, select(Unit.id).where(Unit.kind != "ENTERPRISE", people.is_there())),
        "enterprises": count_rows(session, select(Unit.id).where(Unit.kind == "ENTERPRISE", people.is_there())),
        "persons": count_rows(session, select(Person.id).where(Person.is_active)),
        "appointments": count_rows(
            session, select(Appointment.id).where(people.is_lasting(today, Appointment.from_on, Appointment.to_on))
        ),
        "substitutions": count_rows(
            session, select(Substitution.id).where(people.is_lasting(today, Substitution.from_on, Substitution.to_on))
        ),
    }


def count_rows(session: Session, rows: Select[Any]) -> int:
    """How many rows a question would find."""
    return session.scalar(select(func.count()).select_from(rows.subquery())) or 0


def _contains(text: str, *columns: Any) -> Any:
    return or_(*(column.icontains(text.strip(), autoescape=True) for column in columns))


def _in_state(found: Select[Any], state: str, from_on: Any, to_on: Any) -> Select[Any]:
    today = clock.today()
    conditions = {
        "current": people.is_lasting(today, from_on, to_on),
        "future": from_on > today,
        "ended": to_on < today,
    }
    return found.where(conditions[state]) if state in conditions else found


def _page(session: Session, found: Select[Any], key: Any, after: str, key_of: Any) -> Page:
    """One page, newest first; `after` is the key of the last row seen."""
    if (last := find_key(after)) is not None:
        found = found.where(key < last)
    answer = session.execute(found.order_by(key.desc()).limit(LIMIT + 1)).all()
    rows = [row[0] if len(row) == 1 else row for row in answer]
    return Page(rows[:LIMIT], str(key_of(rows[LIMIT - 1])) if len(rows) > LIMIT else None)
