"""What a county still lacks before its loop can go round: posts that nobody holds, and industries that nobody is in charge of."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from workflows import clock, people, sectors
from workflows.hazards.questions import DIGITS
from workflows.people import Appointment, Person, Unit
from workflows.staffing import rules


@dataclass(frozen=True)
class Vacancy:
    """So many persons are missing at a post."""

    role: str
    unit: Unit
    lacking: int


def vacancies(session: Session) -> list[Vacancy]:
    """The posts the loop cannot do without and too few hold, today or from a later day on; from the county down."""
    held = _held(session)
    return [
        Vacancy(role, unit, lacking)
        for unit in units(session)
        for role, need in rules.NEEDED.items()
        if unit.kind in need.kinds and (lacking := need.least - held[unit.id, role]) > 0
    ]


def unled(session: Session) -> list[tuple[Unit, list[str]]]:
    """Each county and town with the industries of its enterprises that none of its units is in charge of."""
    every, named = units(session), sectors.names(session)
    worked = {(code, sector) for code, sector in session.execute(_ENTERPRISES.where(people.is_there()).distinct())}
    found: list[tuple[Unit, list[str]]] = []
    for region in (unit for unit in every if unit.kind in ("COUNTY", "TOWN")):
        led = {code for unit in every if unit.parent_id == region.id for code in unit.sectors or ()}
        inside = region.region_code[: DIGITS[region.kind]]
        lacking = {sector for code, sector in worked if code.startswith(inside)} - led
        found.append((region, [name for code, name in named.items() if code in lacking]))
    return [(region, lacking) for region, lacking in found if lacking]


def uncertified(session: Session) -> list[Unit]:
    """The towns none of whose enforcers has a certificate: what they verify needs one of the county's people (domain 3.3 ⑧)."""
    held, certified = _held(session), _held(session, Person.certificate_no.is_not(None))
    towns = (unit for unit in units(session) if unit.kind == "TOWN")
    return [town for town in towns if held[town.id, "ENFORCER"] and not certified[town.id, "ENFORCER"]]


_ENTERPRISES = select(Unit.region_code, Unit.sector_code).where(Unit.kind == "ENTERPRISE")


def units(session: Session) -> list[Unit]:
    """All units that exist but enterprises, those above before those below."""
    order = list(rules.KINDS)
    found = session.scalars(select(Unit).where(Unit.kind != "ENTERPRISE", people.is_there()).order_by(Unit.region_code, Unit.id))
    return sorted(found, key=lambda unit: (unit.region_code, order.index(unit.kind)))


def _held(session: Session, *conditions: ColumnElement[bool]) -> Counter[tuple[int, str]]:
    """How many hold a post at a unit, today or later; those at a station count for its town as well."""
    lasting = select(Unit.id, Unit.kind, Unit.parent_id, Appointment.role, Appointment.person_id).distinct()
    lasting = lasting.join(Appointment, Appointment.unit_id == Unit.id).join(Person, Person.id == Appointment.person_id)
    lasting = lasting.where(Person.is_active, Appointment.to_on.is_(None) | (Appointment.to_on >= clock.today()), *conditions)
    held: set[tuple[int, str, int]] = set()
    for unit_id, kind, parent_id, role, person_id in session.execute(lasting):
        held.add((unit_id, role, person_id))
        if kind == "STATION" and parent_id is not None:
            held.add((parent_id, role, person_id))
    return Counter((unit_id, role) for unit_id, role, _ in held)
