"""The lists a form may offer (`x-options`): (value, label) pairs. Values are ids as text; a village's is its region code."""

from collections.abc import Callable, Mapping

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from workflows import addresses, people
from workflows.hazards.questions import around
from workflows.hazards.tables import Hazard
from workflows.people import Person, Unit
from workflows.sectors import names, offered

Options = list[tuple[str, str]]

CLAUSES = {  # 判定标准, by the standard's short name; the clause text is entered with the data set of domain 8.2
    "GM-2023": "工贸企业重大事故隐患判定标准（应急管理部令第10号）",
    "HC-2017": "化工和危险化学品生产经营单位判定标准（安监总管三〔2017〕121号）",
    "YH-2017": "烟花爆竹生产经营单位判定标准（安监总管三〔2017〕121号）",
    "MK-2020": "煤矿重大事故隐患判定标准（应急管理部令第4号）",
    "KS-2022": "金属非金属矿山判定标准（矿安〔2022〕88号）",
    "FW-2024": "房屋市政工程判定标准（2024版）",
    "RQ-2023": "城镇燃气经营安全判定标准（建城规〔2023〕4号）",
    "DL-2023": "道路运输和城市客运判定标准（交办运〔2023〕52号）",
    "YL-2023": "养老机构判定标准（民办发〔2023〕13号）",
    "DY-2022": "电力判定标准（国能综通安全〔2022〕123号）",
    "XF-35181": "重大火灾隐患判定（GB 35181）",
    "TZ-45067": "特种设备重大事故隐患判定（GB 45067-2024）",
}


def villages(session: Session, hazard: Hazard | None) -> Options:
    """Villages and communities, by region code; of the hazard's county once it has one."""
    prefix = hazard.region_code[:6] if hazard is not None else ""
    towns = {unit.id: unit.name for unit in people.units(session, "TOWN", prefix)}
    found = people.units(session, "VILLAGE", prefix)
    return [(unit.region_code, f"{towns.get(unit.parent_id or 0, '')}{unit.name}") for unit in found]


def sectors(session: Session, hazard: Hazard | None) -> Options:
    """The industries (行业领域); a case keeps its own, though it may be offered no more."""
    own = {hazard.sector: names(session)[hazard.sector]} if hazard and hazard.sector in names(session) else {}
    return list((own | offered(session)).items())


def clauses(session: Session, hazard: Hazard | None) -> Options:  # noqa: ARG001
    """The standards by which a hazard is major."""
    return list(CLAUSES.items())


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


def units(session: Session, hazard: Hazard | None) -> Options:
    """The units that may assist: the town's villages, stations and leading groups."""
    prefix = hazard.region_code[:9] if hazard is not None else ""
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
        return [(str(person.id), _label(session, person)) for person in find(session, hazard)]

    offer.__doc__ = find.__doc__
    return offer


def _label(session: Session, person: Person) -> str:
    posts = "、".join(dict.fromkeys(f"{unit}{role}" for role, unit in people.posts_with_names(session, person.id)))
    certificate = "，有执法证" if person.certificate_no else ""
    return f"{person.name}（{posts}{certificate}）"


OPTIONS: Mapping[str, Callable[[Session, Hazard | None], Options]] = {
    "villages": villages,
    "sectors": sectors,
    "clauses": clauses,
    "subjects": subjects,
    "units": units,
    "county_depts": county_depts,
    "territory_persons": _persons(addresses.territory_persons),
    "sector_persons": _persons(addresses.sector_persons),
    "trackers": _persons(addresses.trackers),
    "verifiers": _persons(addresses.verifiers),
}
