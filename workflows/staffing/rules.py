"""Rules about units and posts, without I/O: which code fits which unit, which post exists where, which exclude each other."""

from dataclasses import dataclass
from datetime import date

from workflows import people

KINDS = {
    "COUNTY": "县（市、区）",
    "COUNTY_DEPT": "县有关部门",
    "TOWN": "乡镇（街道）",
    "STATION": "站所",
    "GROUP": "行业领域领导组",
    "VILLAGE": "村（社区）",
    "ENTERPRISE": "企业和场所",
}
_COUNTY, _TOWN, _VILLAGE = "前 6 位是县、后 6 位为 0", "前 9 位是乡镇、后 3 位为 0", "村级的 12 位代码，后 3 位不为 0"
CODES = {  # kind → (which of the code's last parts must be filled: town, village; how that is said)
    "COUNTY": ((False, False), _COUNTY),
    "COUNTY_DEPT": ((False, False), _COUNTY),
    "TOWN": ((True, False), _TOWN),
    "STATION": ((True, False), _TOWN),
    "GROUP": ((True, False), _TOWN),
    "VILLAGE": ((True, True), _VILLAGE),
    "ENTERPRISE": ((True, True), _VILLAGE),
}
_UNDER_TOWN = dict.fromkeys(("STATION", "GROUP", "VILLAGE"), "TOWN")
PARENTS = {"TOWN": "COUNTY", "COUNTY_DEPT": "COUNTY", "ENTERPRISE": "VILLAGE", **_UNDER_TOWN}
REGIONS = frozenset({"COUNTY", "TOWN", "VILLAGE"})  # one unit a code: these are the 区划 tree itself
OWN_DIGITS = 3  # of its code a town's or village's own
WITH_SECTORS = frozenset({"STATION", "GROUP", "COUNTY_DEPT"})

_ENTERPRISE, _VILLAGES = frozenset({"ENTERPRISE"}), frozenset({"VILLAGE", "TOWN"})
_TOWNS, _SECTOR = frozenset({"TOWN"}), frozenset({"GROUP", "STATION", "TOWN"})
_COUNTIES, _DEPTS = frozenset({"COUNTY"}), frozenset({"COUNTY", "COUNTY_DEPT"})
KINDS_OF_ROLE: dict[str, frozenset[str]] = {  # domain 2.1, column 层级; three administrators only at the county (domain 9)
    **dict.fromkeys(("ENT_HEAD", "ENT_SAFETY", "ENT_CONTROLLER"), _ENTERPRISE),
    **dict.fromkeys(("VILLAGE", "VILLAGE_LIAISON"), _VILLAGES),
    **dict.fromkeys(("STATION_HEAD", "STATION_STAFF", "POLICE_STATION"), frozenset({"STATION", "TOWN"})),
    **dict.fromkeys(("SECTOR_LEADER", "SECTOR_MEMBER"), _SECTOR),
    "ENFORCER": frozenset({"TOWN", "STATION", "COUNTY_DEPT"}),
    **dict.fromkeys(("OFFICE_STAFF", "OFFICE_DIRECTOR", "GROUP_DEPUTY", "GROUP_HEAD", "TOWN_DISCIPLINE"), _TOWNS),
    "TIP_OFFICER": frozenset({"TOWN", "COUNTY"}),
    **dict.fromkeys(("COUNTY_OFFICE", "COUNTY_LEADER", "COUNTY_INSPECTION"), _COUNTIES),
    **dict.fromkeys(("COUNTY_DEPT", "COUNTY_TRACKER"), _DEPTS),
    **dict.fromkeys(people.SYSTEM_ROLES, _COUNTIES),
}


@dataclass(frozen=True)
class Need:
    """At each unit of which kinds how many must hold a post, or some step would reach nobody (domain 3.3, P07, P12)."""

    kinds: frozenset[str]
    least: int
    said: str


NEEDED = {
    "COUNTY_LEADER": Need(frozenset({"COUNTY"}), 1, "全县至少 1 人，由其签字销号"),
    "COUNTY_OFFICE": Need(frozenset({"COUNTY"}), 1, "全县至少 1 人"),
    "COUNTY_DEPT": Need(frozenset({"COUNTY_DEPT"}), 1, "每个有关部门 1 人"),
    "COUNTY_TRACKER": Need(frozenset({"COUNTY_DEPT"}), 1, "每个有关部门至少 1 人"),
    "GROUP_HEAD": Need(_TOWNS, 1, "每个镇 1 人"),
    "GROUP_DEPUTY": Need(_TOWNS, 1, "每个镇至少 1 人"),
    "OFFICE_DIRECTOR": Need(_TOWNS, 1, "每个镇 1 人"),
    "OFFICE_STAFF": Need(_TOWNS, 1, "每个镇至少 1 人"),
    "ENFORCER": Need(_TOWNS, 2, "每个镇至少 2 人，验收须两人以上，其中有人持执法证"),
    "TIP_OFFICER": Need(frozenset({"TOWN", "COUNTY"}), 1, "受理举报的镇、县各 1 人"),
    "TOWN_DISCIPLINE": Need(_TOWNS, 1, "每个镇 1 人，一案三查由其经办"),
    "SECTOR_LEADER": Need(frozenset({"GROUP"}), 1, "每个领导组 1 人"),
    "STATION_HEAD": Need(frozenset({"STATION"}), 1, "每个站所 1 人"),
    "VILLAGE_LIAISON": Need(frozenset({"VILLAGE"}), 1, "每个村至少 1 人"),
}
ADMINISTRATORS = frozenset({"SYS_ADMIN", "SEC_ADMIN", "AUDITOR"})
MIXED = "系统管理、安全管理、审计、流程设计和发布人员不得兼任业务岗位，业务人员也不得兼任这些岗位。"
THREE = "系统管理员、安全管理员、审计员须由三个不同的人担任。"
APART = "流程设计员和流程发布审批人不得由同一人担任。"


def region_fault(kind: str, code: str) -> str | None:
    """Why a text is no region code for a unit of this kind (GB/T 2260, 6 + 3 + 3 digits); None if it is one."""
    if len(code) != 12 or not (code.isascii() and code.isdigit()):
        return "区划代码应为 12 位数字。"
    filled, said = CODES[kind]
    if (code[6:9] != "000", code[9:] != "000") != filled:
        return f"{KINDS[kind]}的区划代码应{said}。"
    return None


def full_code(kind: str, own: str, above: str) -> str:
    """The code of a town or village of which one knows its own digits and the code of what is above it."""
    return f"{above[:6]}{own}000" if kind == "TOWN" else f"{above[:9]}{own}"


def parent_code(kind: str, code: str) -> str:
    """The region code of the unit above."""
    above = PARENTS[kind]
    return people.county_code(code) if above == "COUNTY" else people.town_code(code) if above == "TOWN" else code


def is_ended(to_on: date | None, on: date) -> bool:
    """Whether a dated row is over on a day; its last day belongs to it."""
    return to_on is not None and to_on < on


def mix_fault(roles: frozenset[str]) -> str | None:
    """Why these roles may not be held by one person at one time (INV-20, domain 2.2); None if they may."""
    if roles & people.SYSTEM_ROLES and roles - people.SYSTEM_ROLES:
        return MIXED
    if len(roles & ADMINISTRATORS) > 1:
        return THREE
    if {"PROC_DESIGNER", "PROC_PUBLISHER"} <= roles:
        return APART
    return None


def place_fault(role: str, kind: str) -> str | None:
    """Why a post does not exist at a unit of this kind: work addressed to it would reach nobody."""
    kinds = KINDS_OF_ROLE.get(role)
    if kinds is None or kind in kinds:
        return None
    return f"“{people.role_name(role)}”应任命在{places_of(role)}，不能任命在{KINDS[kind]}。"


def places_of(role: str) -> str:
    """At which kinds of unit a post exists, in words."""
    return "、".join(name for key, name in KINDS.items() if key in KINDS_OF_ROLE[role])
