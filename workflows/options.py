"""The lists a form may offer (`x-options`): (value, label) pairs. Values are ids as text; a village's is its region code."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from workflows import addresses, bulletins, changes, clock, hazards, people, standards
from workflows.hazards.questions import around
from workflows.hazards.tables import Hazard
from workflows.people import Person, Unit
from workflows.sectors import names, offered

Options = list[tuple[str, str]]

GENERAL = "通用"


def villages(session: Session, thing: Any) -> Options:
    """Villages and communities, by region code; of the county the thing lies in, once it is known."""
    prefix = thing.region_code[:6] if thing is not None else ""
    towns = {unit.id: unit.name for unit in people.units(session, "TOWN", prefix)}
    found = people.units(session, "VILLAGE", prefix)
    return [(unit.region_code, f"{towns.get(unit.parent_id or 0, '')}{unit.name}") for unit in found]


def sectors(session: Session, thing: Any) -> Options:
    """The industries (行业领域); a hazard keeps its own, though it may be offered no more."""
    sector = thing.sector if isinstance(thing, Hazard) else None
    own = {sector: names(session)[sector]} if sector in names(session) else {}
    return list((own | offered(session)).items())


def clauses(session: Session, hazard: Hazard | None) -> Options:
    """The clauses by which a hazard is major, each with the industry it belongs to before a bar: those of the hazard's own
    industry first. Without a hazard: of every version, for what was registered once."""
    if hazard is None:
        return [(clause.code, clause.text) for clause in standards.clauses().values()]
    found, named = standards.in_force(clock.today(), hazard.sector), names(session)
    trades = [named.get(_trade(clause, hazard), GENERAL) for clause in found]
    return [
        (clause.code, f"{trade}｜{clause.title}（{clause.standard.document}）")
        for clause, trade in zip(found, trades, strict=True)
    ]


def _trade(clause: standards.Clause, hazard: Hazard) -> str:
    """The industry a clause is listed under; "" if under what holds in all."""
    own = clause.standard.sectors
    if hazard.sector in own:
        return hazard.sector or ""
    return "" if clause.standard.is_general else own[0]


def duplicates(session: Session, hazard: Hazard | None) -> Options:
    """Registered hazards that this one may repeat, by number: the same subject within 90 days."""
    if hazard is None:
        return []
    found = hazards.likely_duplicates(session, hazard)
    return [(each.hazard_no or "", f"{each.subject_name}：{each.description[:20]}") for each in found]


def certificates(session: Session, hazard: Hazard | None) -> Options:
    """The certificates of who holds the reporter's posts beside him, by number: with whom he may have inspected."""
    colleagues = people.holders(session, people.posts(session, hazard.reporter_id)) if hazard is not None else []
    return [(each.certificate_no, each.name) for each in colleagues if each.certificate_no]


def subjects(session: Session, hazard: Hazard | None) -> Options:
    """The enterprises on file in the county, town or village of the reporter's posts; to an enterprise's people, their own."""
    found = select(Unit).where(Unit.kind == "ENTERPRISE", people.is_there())
    if hazard is not None:
        found = found.where(_within_reach(session, hazard.reporter_id))
    return [(str(unit.id), unit.name) for unit in session.scalars(found.order_by(Unit.name, Unit.id))]


def _within_reach(session: Session, person_id: int) -> ColumnElement[bool]:
    held = people.posts(session, person_id)
    if all(post.role in people.ENTERPRISE_PEOPLE for post in held):
        return Unit.id.in_({post.unit_id for post in held})
    return around(session, held)


def units(session: Session, thing: Any) -> Options:
    """The units that may assist: the town's villages, stations and leading groups."""
    prefix = thing.region_code[:9] if thing is not None else ""
    kinds = ("STATION", "GROUP", "VILLAGE", "TOWN")
    return [(str(unit.id), unit.name) for kind in kinds for unit in people.units(session, kind, prefix)]


def county_depts(session: Session, hazard: Hazard | None) -> Options:
    """The county's departments, those of the hazard's industry first."""
    if hazard is None:
        return []
    ours = addresses.county_depts(session, hazard)
    others = [unit for unit in people.units(session, "COUNTY_DEPT", hazard.region_code[:6]) if unit not in ours]
    return [(str(unit.id), unit.name) for unit in [*ours, *others]]


def _persons(find: Callable[[Session, Hazard], list[Person]]) -> Callable[[Session, Hazard | None], Options]:
    def offer(session: Session, hazard: Hazard | None) -> Options:
        if hazard is None:
            return []
        found = find(session, hazard)
        posts = people.posts_with_names(session, [person.id for person in found])
        return [(str(person.id), _label(person, posts[person.id])) for person in found]

    offer.__doc__ = find.__doc__
    return offer


def _label(person: Person, held: list[tuple[str, str]]) -> str:
    posts = "、".join(dict.fromkeys(people.post_name(unit, role) for role, unit in held))
    certificate = "，有执法证" if person.certificate_no else ""
    return f"{person.name}（{posts}{certificate}）"


def bulletin_hazards(session: Session, bulletin: bulletins.Bulletin | None) -> Options:
    """The hazards of a month's three lists, in words and by number."""
    if not isinstance(bulletin, bulletins.Bulletin):  # a list of one kind of thing offers the others nothing
        return []
    found = {line.hazard_id: line for line in bulletins.contents.rows(session, bulletin)}
    return [(str(id), f"{line.subject_name} {line.hazard_no}") for id, line in found.items() if line.list != "EXEMPT"]


PERSONS: Mapping[str, Callable[[Session, Hazard], list[Person]]] = {
    "territory_persons": addresses.territory_persons,
    "sector_persons": addresses.sector_persons,
    "trackers": addresses.trackers,
    "verifiers": addresses.verifiers,
    "next_territory_persons": changes.next_territory_persons,
    "next_sector_persons": changes.next_sector_persons,
    "next_trackers": changes.next_trackers,
}
OPTIONS: Mapping[str, Callable[[Session, Any], Options]] = {
    "bulletin_hazards": bulletin_hazards,
    "villages": villages,
    "sectors": sectors,
    "clauses": clauses,
    "duplicates": duplicates,
    "certificates": certificates,
    "subjects": subjects,
    "units": units,
    "county_depts": county_depts,
    **{name: _persons(find) for name, find in PERSONS.items()},
}
