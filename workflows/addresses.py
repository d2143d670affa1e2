"""Whose business a hazard is: the units and posts that belong to it by region and industry, and the persons named on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from workflows import duties, people, ways_up
from workflows.engine import Address, Post, Want, own
from workflows.hazards.tables import Hazard
from workflows.people import Person, Unit

TERRITORY, SECTOR = ("VILLAGE_LIAISON", "VILLAGE"), ("SECTOR_LEADER", "STATION_HEAD", "STATION_STAFF", "OFFICE_DIRECTOR")
QUALIFY = {  # named person → (the roles one of which he must still hold, digits of the region code within which)
    "territory": (TERRITORY, 9),
    "sector": (SECTOR, 9),
    "lead": (TERRITORY + SECTOR, 9),
    "tracker": (("COUNTY_TRACKER",), 6),
    "successor": ((*TERRITORY, *SECTOR, "COUNTY_TRACKER"), 6),
    "verification.member": (("ENFORCER", "STATION_HEAD", "STATION_STAFF", "COUNTY_DEPT"), 6),
}
PERSONS = {
    "reporter": "reporter_id",
    "lead": "lead_person_id",
    "territory": "territory_person_id",
    "sector": "sector_person_id",
    "tracker": "tracker_id",
}


@dataclass(frozen=True)
class Place:
    """Where something lies that is no hazard, in which industry, and of which enterprise it is."""

    region_code: str
    sector: str | None
    enterprise_id: int
    county_dept_id: None = None
    lead_person_id: None = None


Somewhere = Hazard | Place


# ---- units -----------------------------------------------------------------------------------------------------------------


def town(session: Session, hazard: Somewhere) -> Unit | None:
    """The town the hazard lies in."""
    return people.find_unit(session, "TOWN", people.town_code(hazard.region_code))


def sector_units(session: Session, hazard: Somewhere) -> list[Unit]:
    """The town's stations and leading groups that handle the hazard's industry."""
    prefix = hazard.region_code[:9]
    found = people.units(session, "STATION", prefix) + people.units(session, "GROUP", prefix)
    return [unit for unit in found if hazard.sector in (unit.sectors or [])]


def county_depts(session: Session, hazard: Somewhere) -> list[Unit]:
    """The county departments that handle the industry; the county itself where there is none (县安委办兜底)."""
    found = people.units(session, "COUNTY_DEPT", hazard.region_code[:6])
    return [unit for unit in found if hazard.sector in (unit.sectors or [])] or _county(session, hazard)


def units(session: Session, hazard: Somewhere, word: str) -> list[Unit]:
    """The units that a diagram's word means for this hazard."""
    if word == "enterprise":
        return [people.get_unit(session, hazard.enterprise_id)] if hazard.enterprise_id else []
    if word == "village":
        return _some(people.find_unit(session, "VILLAGE", hazard.region_code))
    if word == "sector":
        return sector_units(session, hazard) or _some(town(session, hazard))
    if word == "county":
        return _county(session, hazard)
    if word == "supervisor" and isinstance(hazard, Hazard):
        from workflows import listings  # it names its unit itself, and stands above this file

        return _some(listings.find_supervisor(session, hazard))
    if word == "around":
        near = ("enterprise", "village", "sector", "town", "county_dept", "county")
        return list({unit.id: unit for each in near for unit in units(session, hazard, each)}.values())
    if word == "county_dept" and hazard.county_dept_id:
        return [people.get_unit(session, hazard.county_dept_id)]
    if word in ("county_dept", "county_depts"):
        return county_depts(session, hazard)
    return _some(town(session, hazard))


def _county(session: Session, hazard: Somewhere) -> list[Unit]:
    return _some(people.find_unit(session, "COUNTY", people.county_code(hazard.region_code)))


def _some(unit: Unit | None) -> list[Unit]:
    return [unit] if unit else []


# ---- posts and persons -----------------------------------------------------------------------------------------------------


def sector_leaders(session: Session, hazard: Hazard) -> frozenset[Post]:
    """The posts of those who lead the hazard's industry in the town, if anybody holds one."""
    posts = frozenset(Post("SECTOR_LEADER", unit.id) for unit in sector_units(session, hazard))
    return posts if people.holders(session, posts) else frozenset()


def verifier_posts(session: Session, hazard: Hazard) -> frozenset[Post]:
    """Who verifies: the town's enforcers, wherever they are posted, and the stations of the industry (⑧)."""
    prefix = hazard.region_code[:9]
    homes = _some(town(session, hazard)) + people.units(session, "STATION", prefix)
    enforcers = {Post("ENFORCER", unit.id) for unit in homes if not unit.sectors or hazard.sector in unit.sectors}
    stations = {unit.id for unit in homes if unit.kind == "STATION" and hazard.sector in (unit.sectors or [])}
    return frozenset(enforcers | {Post(role, id) for id in stations for role in ("STATION_HEAD", "STATION_STAFF")})


def enterprise_posts(session: Session, hazard: Somewhere) -> frozenset[Post]:
    """Who rectifies: the enterprise's head and safety officer. Where the enterprise has nobody with an account, the village
    and the lead himself, not his other posts, record for it (代录)."""
    at_home = frozenset(Post(role, hazard.enterprise_id) for role in people.ENTERPRISE_ROLES if hazard.enterprise_id)
    if people.holders(session, at_home):
        return at_home
    village = frozenset(Post("VILLAGE", unit.id) for unit in units(session, hazard, "village"))
    lead = hazard.lead_person_id
    if lead is None or has_left(session, hazard, "lead", lead):
        return village
    return village | {own(lead)}


def verifiers(session: Session, hazard: Hazard) -> list[Person]:
    """Those who may verify the hazard today: at least two and one certificate, if need be with the county's people."""
    found = eligible(session, hazard, "V", verifier_posts(session, hazard))
    if _suffice(found):
        return found
    above = frozenset(Post("COUNTY_DEPT", unit.id) for unit in county_depts(session, hazard))
    return found + [person for person in eligible(session, hazard, "V", above) if person not in found]


def territory_persons(session: Session, hazard: Hazard, *, but: int | None = None) -> list[Person]:
    """Who may answer for the territory (块): the village's liaison cadre, else one of the town's, else the village itself."""
    village, all_villages = units(session, hazard, "village"), people.units(session, "VILLAGE", hazard.region_code[:9])
    rings = (_posts(["VILLAGE_LIAISON"], village), _posts(["VILLAGE_LIAISON"], all_villages), _posts(["VILLAGE"], village))
    return _nearest(session, rings, but)


def sector_persons(session: Session, hazard: Hazard, *, but: int | None = None) -> list[Person]:
    """Who may answer for the industry (条): its leader in the town or its stations; where it has none, any sector leader."""
    near = _posts(["SECTOR_LEADER", "STATION_HEAD", "STATION_STAFF"], sector_units(session, hazard))
    groups = people.units(session, "GROUP", hazard.region_code[:9]) + _some(town(session, hazard))
    return _nearest(session, (near, _posts(["SECTOR_LEADER", "OFFICE_DIRECTOR"], groups)), but)


def trackers(session: Session, hazard: Hazard, *, but: int | None = None) -> list[Person]:
    """Whom the county department may name as tracker: its own trackers and the county's, not barred by a duty."""
    homes = units(session, hazard, "county_dept") + _county(session, hazard)
    return [person for person in eligible(session, hazard, "K", _posts(["COUNTY_TRACKER"], homes)) if person.id != but]


def _posts(roles: Sequence[str], at: Iterable[Unit]) -> list[Post]:
    return [Post(role, unit.id) for unit in at for role in roles]


def _nearest(session: Session, rings: Iterable[list[Post]], but: int | None) -> list[Person]:
    """Those who hold a post of the first ring in which somebody stands, leaving out one who is to be replaced."""
    found = ([person for person in people.holders(session, posts) if person.id != but] for posts in rings)
    return next(filter(None, found), [])


def eligible(session: Session, hazard: Hazard, duty: str, posts: Iterable[Post]) -> list[Person]:
    """Those who hold one of the posts today and may bear the duty on this hazard."""
    held = people.holders(session, list(posts))
    barred = duties.barred(session, hazard, duty, [person.id for person in held]) if held else frozenset()
    return [person for person in held if person.id not in barred]


def _suffice(persons: list[Person]) -> bool:
    return len(persons) >= 2 and any(person.certificate_no for person in persons)


# ---- address -----------------------------------------------------------------------------------------------------------------


def address(session: Session, hazard: Hazard, want: Want) -> Address:
    """Whose task it is."""
    if want.person:
        return _person(session, hazard, want)
    if want.unit == "enterprise":
        return of_enterprise(session, hazard)
    if want.unit == "responsible":
        return _responsible(hazard)
    if want.duty == "V":
        return _verification(session, hazard)

    def may(held: frozenset[Post]) -> bool:
        return bool(eligible(session, hazard, want.duty, held))

    could_verify = verifier_posts(session, hazard) if want.duty == "B" else None  # and whoever did not, looks back
    return ways_up.first_who_may(want, partial(units, session, hazard), may, instead=could_verify)


def of_enterprise(session: Session, hazard: Somewhere) -> Address:
    """The enterprise's people, or who records for it."""
    held = enterprise_posts(session, hazard)
    return Address(held) if held else Address(blocked="企业没有账号，村里也没有可代录的人员，请在组织机构中补齐岗位。")


def _responsible(hazard: Hazard) -> Address:
    """Who answers for the rectification: the enterprise's people and the lead."""
    if hazard.lead_person_id is None:
        return Address(blocked="还没有确定牵头责任人。")
    enterprise = {Post(role, hazard.enterprise_id) for role in people.ENTERPRISE_ROLES if hazard.enterprise_id}
    return Address(frozenset({own(hazard.lead_person_id), *enterprise}))


def _person(session: Session, hazard: Hazard, want: Want) -> Address:
    from workflows import changes, verifications  # these name persons themselves, and stand above this file

    is_member = want.person == "verification.member"
    if is_member:
        person_id = verifications.member(session, hazard, want.index)
    elif want.person == "successor":
        person_id = changes.successor(session, hazard)
    else:
        person_id = getattr(hazard, PERSONS[want.person])
    if person_id is None:
        return Address(blocked="应办理的人员尚未确定。")
    has_gone = has_left(session, hazard, want.person, person_id)
    if not has_gone and not duties.barred(session, hazard, want.duty, [person_id]):
        return Address(person_id=person_id)
    name = people.get(session, person_id).name
    if not has_gone:
        return Address(person_id=person_id, blocked=duties.forbidden(session, hazard, want.duty, person_id, name) or "")
    if not is_member:
        return Address(person_id=person_id, blocked=f"{name}已离岗或账号已停用，请由管理员恢复其岗位或账号，任务随即继续。")
    if leading := verifications.leading(session, hazard):
        return Address(person_id=leading, note=f"{name}已离岗，不能确认；请主验人选“不同意”退回，重新指定验收成员。")
    return Address(person_id=person_id, blocked=f"{name}和主验人都已离岗或账号已停用，请补充岗位后由主验人退回。")


def has_left(session: Session, hazard: Somewhere, named_as: str, person_id: int) -> bool:
    """Whether a person named on a case is shut out, or no longer holds a post for which he could be named."""
    if named_as not in QUALIFY:
        return not people.get(session, person_id).is_active
    roles, digits = QUALIFY[named_as]
    return not people.has_role_in(session, person_id, roles, hazard.region_code[:digits])


def _verification(session: Session, hazard: Hazard) -> Address:
    posts = verifier_posts(session, hazard)
    if _suffice(eligible(session, hazard, "V", posts)):
        return Address(posts)
    above = frozenset(Post("COUNTY_DEPT", unit.id) for unit in county_depts(session, hazard))
    if _suffice(verifiers(session, hazard)):
        return Address(posts | above, note="镇上可验收的人员不足两人或没有执法证，已上转县有关部门一并办理。")
    return Address(posts | above, blocked="可验收的人员不足两人，或都没有执法证，请补充人员。")
