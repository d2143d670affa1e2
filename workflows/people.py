"""Units (区划 tree, departments, enterprises), persons, and the dated posts they hold (domain 2.1).

A post is a role at a unit. Appointments and substitutions are dated rows: they end, they are never deleted.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, ForeignKey, Index, String, and_, bindparam, or_, select, tuple_, union
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock
from workflows.codes import county_code as county_code
from workflows.codes import is_uscc as is_uscc
from workflows.codes import town_code as town_code
from workflows.db import Base, Key
from workflows.engine import Caller, Post
from workflows.errors import NotFound


class Unit(Base):
    """A county, town, village, station, leading group, county department or enterprise."""

    __tablename__ = "units"
    __table_args__ = (Index("ix_units_region", "kind", "region_code"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # COUNTY TOWN VILLAGE STATION GROUP COUNTY_DEPT ENTERPRISE
    name: Mapped[str] = mapped_column(String(120))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    region_code: Mapped[str] = mapped_column(String(12))  # 12 digits: county 6, town 3, village 3; padded with 0
    uscc: Mapped[str | None] = mapped_column(String(18), unique=True)  # of an enterprise; None for stalls and the unlicensed
    subject_type: Mapped[str | None] = mapped_column(String(20))  # of an enterprise: ENTERPRISE, NINE_SMALL …
    sector_code: Mapped[str | None] = mapped_column(String(30))  # of an enterprise: its industry (行业领域)
    address: Mapped[str | None] = mapped_column(String(200))
    sectors: Mapped[list[Any]] = mapped_column(default=list)  # of a station, group or department: the industries it handles
    report_phone: Mapped[str | None] = mapped_column(String(30))  # of a town: where anybody may report a hazard (M055)
    report_email: Mapped[str | None] = mapped_column(String(100))
    from_on: Mapped[date | None]  # its first day; None: before this system
    to_on: Mapped[date | None]  # its last day; None: it lasts. Cases keep its code (区划会变更，旧件不改码)


class Person(Base):
    """A person with an account. He never vanishes; he is deactivated."""

    __tablename__ = "persons"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    login: Mapped[str] = mapped_column(String(60), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    certificate_no: Mapped[str | None] = mapped_column(String(40))  # 执法证号; None: no enforcement certificate
    is_active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)  # an administrator made it; its owner chooses his own
    session_epoch: Mapped[int] = mapped_column(default=0)  # rises when his sign-ins end; older cookies are worth nothing
    failed_count: Mapped[int] = mapped_column(default=0)  # wrong passwords in a row
    locked_until: Mapped[datetime | None]
    introduced_at: Mapped[datetime | None]  # when he put away what the inbox tells on the first day


class Appointment(Base):
    """A person holds a role at a unit from a day to a day, both included."""

    __tablename__ = "appointments"
    __table_args__ = (Index("ix_appointments_post", "unit_id", "role"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    from_on: Mapped[date]
    to_on: Mapped[date | None]  # None: until revoked
    document_no: Mapped[str | None] = mapped_column(String(80))  # 任命文号


class Substitution(Base):
    """One person stands in for another from a day to a day; duties then count for both (domain 2.2)."""

    __tablename__ = "substitutions"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    principal_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    substitute_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date]
    document_no: Mapped[str | None] = mapped_column(String(80))


# ---- rules -----------------------------------------------------------------------------------------------------------

ROLES = {
    "ENT_HEAD": "企业主要负责人",
    "ENT_SAFETY": "企业安全管理人员",
    "ENT_CONTROLLER": "实际控制人",
    "VILLAGE": "村委",
    "VILLAGE_LIAISON": "包村干部",
    "STATION_HEAD": "站所负责人",
    "STATION_STAFF": "站所经办",
    "SECTOR_LEADER": "分管领导",
    "SECTOR_MEMBER": "行业领域领导组成员",
    "ENFORCER": "综合行政执法队员",
    "POLICE_STATION": "派出所",
    "OFFICE_STAFF": "领导组办公室工作人员",
    "OFFICE_DIRECTOR": "领导组办公室主任",
    "TIP_OFFICER": "举报受理员",
    "GROUP_DEPUTY": "领导组副组长",
    "GROUP_HEAD": "领导组组长",
    "TOWN_DISCIPLINE": "镇纪委",
    "COUNTY_OFFICE": "县专项领导组办公室",
    "COUNTY_DEPT": "县有关部门负责人",
    "COUNTY_TRACKER": "专职跟踪督办人",
    "COUNTY_LEADER": "县政府分管领导",
    "COUNTY_INSPECTION": "县安委会督查组",
    "EXT_ECO": "生态环境部门",
    "EXT_POLICE": "公安机关",
    "EXT_DISCIPLINE": "纪委监委",
    "EXT_JUDICIAL": "司法机关",
    "PUBLIC": "群众",
    "ANON": "匿名举报人",
    "EXPERT": "专家",
    "PROC_DESIGNER": "流程设计员",
    "PROC_PUBLISHER": "流程发布审批人",
    "SYS_ADMIN": "系统管理员",
    "SEC_ADMIN": "安全管理员",
    "AUDITOR": "审计员",
}

ENTERPRISE_ROLES = frozenset({"ENT_HEAD", "ENT_SAFETY"})  # who rectify
ENTERPRISE_PEOPLE = ENTERPRISE_ROLES | {"ENT_CONTROLLER"}
VERIFIER_ROLES = ("ENFORCER", "STATION_HEAD", "STATION_STAFF")
NOT_DELEGABLE = frozenset({"COUNTY_LEADER"})  # 县签字不可代办、不可授权 (domain 3.3 ⑫)
SYSTEM_ROLES = frozenset({"PROC_DESIGNER", "PROC_PUBLISHER", "SYS_ADMIN", "SEC_ADMIN", "AUDITOR"})  # no business (INV-20)
REPORTERS = frozenset(
    "ENT_HEAD ENT_SAFETY VILLAGE VILLAGE_LIAISON STATION_HEAD STATION_STAFF SECTOR_LEADER SECTOR_MEMBER ENFORCER "
    "POLICE_STATION OFFICE_STAFF OFFICE_DIRECTOR TIP_OFFICER COUNTY_OFFICE COUNTY_DEPT COUNTY_TRACKER COUNTY_INSPECTION".split()
)
OFFICIALS = frozenset(ROLES) - SYSTEM_ROLES - ENTERPRISE_PEOPLE - {"PUBLIC", "ANON", "EXPERT"}
WEEKLY_REPORTERS = frozenset("VILLAGE VILLAGE_LIAISON SECTOR_LEADER STATION_HEAD STATION_STAFF OFFICE_DIRECTOR".split())
MONTHLY = frozenset("OFFICE_STAFF OFFICE_DIRECTOR GROUP_DEPUTY GROUP_HEAD COUNTY_OFFICE COUNTY_LEADER COUNTY_INSPECTION".split())
SUPERVISORS = MONTHLY | frozenset("SECTOR_LEADER COUNTY_DEPT COUNTY_TRACKER".split())
ACTIONS = {
    "report": REPORTERS,
    "see_hazards": OFFICIALS | ENTERPRISE_PEOPLE,
    "see_ledger": OFFICIALS - {"EXT_ECO", "EXT_POLICE", "EXT_DISCIPLINE", "EXT_JUDICIAL"},
    "see_board": SUPERVISORS,
    "make_documents": WEEKLY_REPORTERS | frozenset("ENFORCER OFFICE_STAFF GROUP_DEPUTY COUNTY_OFFICE COUNTY_DEPT".split()),
    "see_thursdays": WEEKLY_REPORTERS | SUPERVISORS,
    "see_bulletins": MONTHLY,
    "see_inquiries": frozenset("GROUP_HEAD TOWN_DISCIPLINE COUNTY_OFFICE COUNTY_LEADER COUNTY_INSPECTION".split()),
    "see_dispatch": MONTHLY | {"VILLAGE", "VILLAGE_LIAISON"},  # the form is not split by industry
    "see_definitions": OFFICIALS | {"PROC_DESIGNER", "PROC_PUBLISHER", "SYS_ADMIN", "AUDITOR"},
    "design": frozenset({"PROC_DESIGNER"}),
    "deploy": frozenset({"PROC_PUBLISHER"}),
    "see_drafts": frozenset({"PROC_DESIGNER", "PROC_PUBLISHER"}),
    "administer": frozenset({"SYS_ADMIN"}),
    "set_parameters": frozenset({"SYS_ADMIN"}),
    "authorise": frozenset({"SEC_ADMIN"}),
    "see_administration": frozenset({"SYS_ADMIN", "SEC_ADMIN"}),
    "see_audit": frozenset({"AUDITOR"}),
}


def role_name(code: str) -> str:
    """A role in Chinese; the code itself if it is unknown."""
    return ROLES.get(code, code)


def may(caller: Caller, action: str) -> bool:
    """Whether one of the caller's own posts allows an action that is not about one hazard."""
    return any(post.role in ACTIONS[action] for post in caller.posts)


def is_official(caller: Caller) -> bool:
    """Whether the caller holds a post beside those of an enterprise: he reads what is between the officials."""
    return bool({post.role for post in caller.all_posts} - ENTERPRISE_PEOPLE)


def is_lasting(on: date, from_on: Any, to_on: Any) -> ColumnElement[bool]:
    """The condition that a dated row holds on a day, both its days included."""
    return and_(from_on <= on, or_(to_on.is_(None), to_on >= on))


# ---- verbs -----------------------------------------------------------------------------------------------------------


def end_sign_ins(person: Person) -> None:
    """End every sign-in of a person, wherever he has one: no cookie made before this, nor a copy of one, is worth anything."""
    person.session_epoch += 1


def put_away_introduction(session: Session, person_id: int) -> None:
    """Do not tell a person again where to begin."""
    person = get(session, person_id)
    person.introduced_at = person.introduced_at or clock.now()


# ---- questions -------------------------------------------------------------------------------------------------------

_TODAY: Any = bindparam("today", type_=Date)
_LASTS_TODAY = is_lasting(_TODAY, Appointment.from_on, Appointment.to_on)
_PRINCIPALS = select(Substitution.principal_id).where(
    Substitution.substitute_id == bindparam("person_id"), is_lasting(_TODAY, Substitution.from_on, Substitution.to_on)
)
_HELD = (  # asked at every click, so it is put together once
    select(Appointment.person_id, Appointment.role, Appointment.unit_id)
    .join(Person, Person.id == Appointment.person_id)
    .where(
        or_(Appointment.person_id == bindparam("person_id"), Appointment.person_id.in_(_PRINCIPALS)),
        _LASTS_TODAY,
        Person.is_active,
    )
)
_HOLDERS = (
    select(Person)
    .join(Appointment, Appointment.person_id == Person.id)
    .where(
        tuple_(Appointment.role, Appointment.unit_id).in_(bindparam("posts", expanding=True)), _LASTS_TODAY, Person.is_active
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
    return session.scalar(select(Person).where(Person.login == login))


def names(session: Session, person_ids: Iterable[int | None]) -> dict[int, str]:
    """The names of several persons in one question."""
    if not (wanted := {id for id in person_ids if id is not None}):
        return {}
    return dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted))).all())


def get_unit(session: Session, unit_id: int) -> Unit:
    """The unit, or NotFound."""
    if unit := session.get(Unit, unit_id):
        return unit
    raise NotFound("没有找到这个单位。")


def find_enterprise(session: Session, unit_id: int) -> Unit | None:
    """The enterprise on file with this id; None if there is none or the unit is something else."""
    return session.scalar(select(Unit).where(Unit.id == unit_id, Unit.kind == "ENTERPRISE"))


def units(session: Session, kind: str, region_code: str = "") -> list[Unit]:
    """The units of a kind that exist today and whose region code begins so, by code and name."""
    return list(session.scalars(_UNITS, {"kind": kind, "today": clock.today(), **_span(region_code)}))


def find_unit(session: Session, kind: str, region_code: str) -> Unit | None:
    """The one unit of a kind with exactly this code: the village, town or county itself; one that ended only if none exists."""
    return session.scalars(_UNIT, {"kind": kind, "code": region_code, "today": clock.today()}).first()


def _span(region_code: str) -> dict[str, str]:
    """The codes that begin so, as a range, which an index serves: all have twelve digits."""
    return {"first": region_code.ljust(12, "0"), "last": region_code.ljust(12, "9")}


def is_there() -> ColumnElement[bool]:
    """The condition that a unit exists today."""
    return or_(Unit.to_on.is_(None), Unit.to_on >= clock.today())


def find_unit_named(session: Session, name: str) -> Unit | None:
    """The one unit of this name that exists today; None if there is none or more than one."""
    found = list(session.scalars(select(Unit).where(Unit.name == name, is_there()).limit(2)))
    return found[0] if len(found) == 1 else None


def caller(session: Session, person_id: int) -> Caller:
    """Who acts, as values: his posts of today and those of the persons he stands in for (never a county leader's)."""
    held: dict[int, set[Post]] = {person_id: set()}
    for holder, role, unit_id in session.execute(_HELD, {"person_id": person_id, "today": clock.today()}):
        posts_of = held.setdefault(holder, set())
        if holder == person_id or role not in NOT_DELEGABLE:
            posts_of.add(Post(role, unit_id))
    mine = frozenset(held.pop(person_id))
    return Caller(person_id, mine, {principal: frozenset(theirs) for principal, theirs in sorted(held.items())})


def posts(session: Session, person_id: int) -> frozenset[Post]:
    """The posts a person himself holds today."""
    return caller(session, person_id).posts


def holds(session: Session, person_id: int, roles: Collection[str], region_code: str) -> bool:
    """Whether a person holds one of the roles today in the village, town or county of a region code."""
    around = (region_code, town_code(region_code), county_code(region_code))
    found = (
        select(Appointment.id)
        .join(Unit, Unit.id == Appointment.unit_id)
        .where(Appointment.person_id == person_id, Appointment.role.in_(roles), Unit.region_code.in_(around))
        .where(is_lasting(clock.today(), Appointment.from_on, Appointment.to_on))
        .limit(1)
    )
    return session.scalars(found).first() is not None


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


def stands_at(session: Session, person_id: int, at: Collection[Post]) -> bool:
    """Whether a person stands at one of these posts today, for himself or for somebody he stands in for."""
    acting = caller(session, person_id)
    if not acting.all_posts:  # shut out, or without any post: by name as well he stands nowhere
        return False
    return not acting.all_places.isdisjoint(at)


def has_role_in(session: Session, person_id: int, roles: Collection[str], region_prefix: str) -> bool:
    """Whether a person who may sign in holds one of the roles today, at a unit whose region code begins so."""
    asked = {"person_id": person_id, "roles": list(roles), "today": clock.today(), **_span(region_prefix)}
    return session.scalars(_HOLDS_ROLE, asked).first() is not None


_HELD_IN_WORDS = (
    select(Appointment.person_id, Appointment.role, Unit.name)
    .join(Unit, Unit.id == Appointment.unit_id)
    .where(Appointment.person_id.in_(bindparam("persons", expanding=True)), _LASTS_TODAY)
    .order_by(Appointment.id)
)


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


def holders(session: Session, at: Collection[Post]) -> list[Person]:
    """The active persons who hold one of these posts today, each once."""
    if not at:
        return []
    found = session.scalars(_HOLDERS, {"posts": [tuple(post) for post in at], "today": clock.today()})
    return sorted(found.unique(), key=lambda person: person.id)
