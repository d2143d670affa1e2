"""Setting up units, persons and the posts they hold. Each verb leaves a line in the record; nothing is ever deleted."""

from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflows import people
from workflows.engine import Subject, history
from workflows.errors import Invalid
from workflows.people import Appointment, Person, Substitution, Unit


def add_unit(
    session: Session, kind: str, name: str, region_code: str, *, parent: Unit | None = None, by: int | None = None, **fields: Any
) -> Unit:
    """A new unit; `fields` are the other columns of Unit. Invalid for a wrong region code or credit code (GB 32100)."""
    if len(region_code) != 12 or not (region_code.isascii() and region_code.isdigit()):
        raise Invalid("region_code", "区划代码应为 12 位数字。")
    if fields.get("uscc") and not people.is_uscc(fields["uscc"]):
        raise Invalid("uscc", "统一社会信用代码有误，请核对 18 位代码（校验位不符）。")
    unit = Unit(kind=kind, name=name, region_code=region_code, parent_id=parent.id if parent else None, **fields)
    session.add(unit)
    session.flush()
    history.record(session, Subject("unit", unit.id), "unit_added", by=by, kind=kind, name=name, region_code=region_code)
    return unit


def add_person(
    session: Session, name: str, login: str, password: str, *, certificate_no: str | None = None, by: int | None = None
) -> Person:
    """A new person with a sign-in. Invalid if the login is taken or the password too weak."""
    if people.find_by_login(session, login):
        raise Invalid("login", f"登录名“{login}”已有人使用。")
    person = Person(name=name, login=login, certificate_no=certificate_no)
    session.add(person)
    session.flush()
    people.set_password(session, person, password, by=by)
    return person


def appoint(
    session: Session,
    person: Person,
    role: str,
    unit: Unit,
    from_on: date,
    to_on: date | None = None,
    *,
    document_no: str | None = None,
    by: int | None = None,
) -> Appointment:
    """Give a person a post from a day on. Administrators hold no business post, and the other way round (INV-20)."""
    if role not in people.ROLES:
        raise Invalid("role", f"没有“{role}”这个角色。")
    if _is_mixed({role} | _roles(session, person, from_on, to_on)):
        raise Invalid("role", "系统管理、安全管理、审计、流程设计和发布人员不得兼任业务岗位，业务人员也不得兼任这些岗位。")
    made = Appointment(
        person_id=person.id, role=role, unit_id=unit.id, from_on=from_on, to_on=to_on, document_no=document_no
    )
    session.add(made)
    session.flush()
    history.record(
        session, Subject("person", person.id), "appointed", by=by, role=role, unit=unit.id, from_on=from_on, to_on=to_on
    )
    return made


def substitute(
    session: Session,
    principal: Person,
    stand_in: Person,
    from_on: date,
    to_on: date,
    *,
    document_no: str = "",
    by: int | None = None,
) -> Substitution:
    """Let one person stand in for another between two days, both included. Duties then count for both (domain 2.2)."""
    if principal.id == stand_in.id or to_on < from_on:
        raise Invalid("to_on", "代理人须是另一个人，截止日不得早于起始日。")
    if _is_mixed(_roles(session, principal, from_on, to_on) | _roles(session, stand_in, from_on, to_on)):
        raise Invalid("stand_in", "系统管理、安全管理、审计、流程设计和发布人员与业务人员不得互相代理。")
    made = Substitution(
        principal_id=principal.id, substitute_id=stand_in.id, from_on=from_on, to_on=to_on, document_no=document_no
    )
    session.add(made)
    session.flush()
    history.record(
        session, Subject("person", principal.id), "substituted", by=by, by_person=stand_in.id, from_on=from_on, to_on=to_on
    )
    return made


def _is_mixed(roles: set[str]) -> bool:
    """Whether posts of the system's own people and business posts come together (INV-20)."""
    return bool(roles & people.SYSTEM_ROLES) and bool(roles - people.SYSTEM_ROLES)


def _roles(session: Session, person: Person, from_on: date, to_on: date | None) -> set[str]:
    """The roles a person holds on any day of a period, both its days included; None: without end."""
    lasting = [Appointment.person_id == person.id, or_(Appointment.to_on.is_(None), Appointment.to_on >= from_on)]
    if to_on is not None:
        lasting.append(Appointment.from_on <= to_on)
    return set(session.scalars(select(Appointment.role).where(*lasting)))
