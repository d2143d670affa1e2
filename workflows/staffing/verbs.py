"""What an administrator does to units, persons and posts. Each verb checks first, then acts and leaves its line."""

from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflows import clock, memory, passwords, people
from workflows.engine import Subject, history
from workflows.errors import Conflict, Invalid
from workflows.people import Appointment, Person, Substitution, Unit
from workflows.staffing import rules
from workflows.staffing.questions import count_rows

# ---- units -----------------------------------------------------------------------------------------------------------


def add_unit(
    session: Session,
    kind: str,
    name: str,
    region_code: str,
    *,
    parent: Unit | None = None,
    from_on: date | None = None,
    by: int | None = None,
    **fields: Any,
) -> Unit:
    """A new unit; `fields` are the other columns of Unit. `above` finds the parent that its code names.

    Invalid for a code that does not fit the kind, a second unit of the same code or name, or a wrong credit code (GB 32100).
    """
    if kind not in rules.KINDS:
        raise Invalid("kind", f"没有“{kind}”这类单位。")
    if fault := rules.region_fault(kind, region_code):
        raise Invalid("region_code", fault)
    _must_be_new(session, kind, name, region_code, parent.id if parent else None)
    _check_uscc(session, fields.get("uscc"), None, fields.get("subject_type"))
    unit = Unit(kind=kind, name=name, region_code=region_code, parent_id=parent.id if parent else None, from_on=from_on, **fields)
    session.add(unit)
    _flush(session)
    more: dict[str, Any] = {key: value for key, value in fields.items() if value}
    history.begin(session, unit.ref)
    history.record(session, unit.ref, "unit_added", by=by, kind=kind, name=name, region_code=region_code, **more)
    return unit


def change_unit(session: Session, unit: Unit, *, by: int | None = None, **fields: Any) -> None:
    """Give a unit another name, industries, credit code, address …; the line keeps what stood there before. Its code never
    changes: past cases bear it (domain 8.1)."""
    before = {key: getattr(unit, key) for key, value in fields.items() if getattr(unit, key) != value}
    if not before:
        return
    if "name" in before:
        _must_be_new(session, unit.kind, fields["name"], unit.region_code, unit.parent_id, but=unit)
    if before.keys() & {"uscc", "subject_type"}:
        _check_uscc(session, fields.get("uscc", unit.uscc), unit, fields.get("subject_type", unit.subject_type))
    for key in before:
        setattr(unit, key, fields[key])
    _flush(session)
    after = {key: fields[key] for key in before}
    history.record(session, unit.ref, "unit_changed", by=by, before=before, after=after)


def end_unit(session: Session, unit: Unit, to_on: date, *, by: int | None = None) -> None:
    """Let a unit exist until a day, included. Invalid while units or posts below it last longer."""
    if rules.is_ended(unit.to_on, clock.today()):
        raise Conflict("这个单位已经终止。")
    if to_on < (unit.from_on or to_on):
        raise Invalid("to_on", "终止日期不得早于设立日期。")
    below = count_rows(session, select(Unit.id).where(Unit.parent_id == unit.id, _outlasts(Unit.to_on, to_on)))
    held = count_rows(session, select(Appointment.id).where(Appointment.unit_id == unit.id, _outlasts(Appointment.to_on, to_on)))
    if below or held:
        raise Invalid("to_on", f"到这一天仍有 {below} 个下属单位、{held} 项任职没有终止，请先把它们终止。")
    unit.to_on = to_on
    _flush(session)
    history.record(session, unit.ref, "unit_ended", by=by, to_on=to_on)


def _flush(session: Session) -> None:
    """Write a changed unit, and forget which ones there were before (`people.units`)."""
    session.flush()
    memory.of(session, "units").clear()


def _must_be_new(
    session: Session, kind: str, name: str, region_code: str, parent_id: int | None, *, but: Unit | None = None
) -> None:
    others = select(Unit).where(Unit.kind == kind, people.is_there())
    if but is not None:
        others = others.where(Unit.id != but.id)
    if kind in rules.REGIONS and (same := session.scalars(others.where(Unit.region_code == region_code).limit(1)).first()):
        raise Invalid("region_code", f"区划代码 {region_code} 已登记为“{same.name}”。")
    if parent_id is not None and session.scalars(others.where(Unit.parent_id == parent_id, Unit.name == name).limit(1)).first():
        raise Invalid("name", f"同一上级之下已有名为“{name}”的{rules.KINDS[kind]}。")


def _check_uscc(session: Session, uscc: str | None, own: Unit | None, subject_type: str | None) -> None:
    if not uscc and subject_type == "ENTERPRISE":  # domain 3.3 ①: 企业必填
        raise Invalid("uscc", "企业须填写统一社会信用代码；没有执照的，请把主体类别改为相应的类别。")
    if not uscc:
        return
    if not people.is_uscc(uscc):
        raise Invalid("uscc", "统一社会信用代码有误，请核对 18 位代码（校验位不符）。")
    same = session.scalar(select(Unit).where(Unit.uscc == uscc))
    if same is not None and same is not own:
        raise Invalid("uscc", f"统一社会信用代码 {uscc} 已登记为“{same.name}”。")


def _outlasts(to_on: Any, day: date) -> Any:
    return or_(to_on.is_(None), to_on > day)


# ---- persons ---------------------------------------------------------------------------------------------------------


def add_person(
    session: Session,
    name: str,
    login: str,
    password: str,
    *,
    certificate_no: str | None = None,
    by: int | None = None,
    is_public: bool = False,
) -> Person:
    """A new person with a sign-in. Invalid if the login is taken or the password too weak; `is_public`: everybody knows it."""
    if fault := passwords.fault(password):
        raise Invalid("password", fault)
    person = _new_person(session, name, login, certificate_no, by)
    passwords.give(session, person, password, by=by, is_public=is_public)
    return person


def issue_password(session: Session, person: Person, *, by: int | None = None) -> str:
    """Give a person a made-up password, valid until he has signed in and chosen his own; returns it, it is kept nowhere."""
    password = passwords.make()
    passwords.give(session, person, password, by=by, is_initial=True)
    return password


def add_with_issued_password(
    session: Session, name: str, login: str, *, certificate_no: str | None = None, by: int | None = None
) -> tuple[Person, str]:
    """A new person and the password to hand to him."""
    person = _new_person(session, name, login, certificate_no, by)
    return person, issue_password(session, person, by=by)


def change_person(session: Session, person: Person, *, by: int | None = None, **fields: Any) -> None:
    """Correct a person's name or certificate number; the line keeps what stood there before."""
    before = {key: getattr(person, key) for key, value in fields.items() if getattr(person, key) != value}
    if not before:
        return
    for key in before:
        setattr(person, key, fields[key])
    session.flush()
    memory.of(session, "names").clear()
    after = {key: fields[key] for key in before}
    _record(session, person, "person_changed", by, before=before, after=after)


def deactivate(session: Session, person: Person, reason: str, *, by: int) -> None:
    """Shut a person out at once; his posts stay as they are dated, his deeds stay his. Nobody shuts himself out."""
    if person.id == by:
        raise Invalid("reason", "不能停用自己的账号，请由另一名系统管理员办理。")
    if not person.is_active:
        raise Conflict("这个账号已经停用。")
    person.is_active = False
    people.end_sign_ins(person)
    session.flush()
    _record(session, person, "deactivated", by, reason=reason)


def activate(session: Session, person: Person, reason: str, *, by: int) -> None:
    """Let a deactivated person in again."""
    if person.is_active:
        raise Conflict("这个账号没有停用。")
    person.is_active = True
    session.flush()
    _record(session, person, "activated", by, reason=reason)


def _new_person(session: Session, name: str, login: str, certificate_no: str | None, by: int | None) -> Person:
    if people.find_by_login(session, login):
        raise Invalid("login", f"登录名“{login}”已有人使用。")
    person = Person(name=name, login=login, certificate_no=certificate_no)
    session.add(person)
    session.flush()
    history.begin(session, Subject("person", person.id))
    _record(session, person, "person_added", by, name=name, login=login, certificate_no=certificate_no)
    return person


# ---- posts -----------------------------------------------------------------------------------------------------------


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
    """Give a person a post from a day on. Administrators hold no business post, and the other way round (INV-20); the three
    of them are three persons, at the county (domain 9)."""
    _check_post(role, unit, from_on, to_on)
    held = session.execute(_overlapping((Appointment.role, Appointment.unit_id), person.id, from_on, to_on)).all()
    if fault := rules.mix_fault(frozenset(each for each, _ in held) | {role}):
        raise Invalid("role", fault)
    if (role, unit.id) in held:
        raise Invalid("role", f"{person.name}在这段时间已任{unit.name}{people.role_name(role)}。")
    made = Appointment(
        person_id=person.id, role=role, unit_id=unit.id, from_on=from_on, to_on=to_on, document_no=document_no
    )
    session.add(made)
    session.flush()
    dates = {"from_on": from_on, "to_on": to_on, "document_no": document_no}
    _record(session, person, "appointed", by, appointment=made.id, role=role, unit=unit.id, **dates)
    return made


def end_appointment(session: Session, appointment: Appointment, to_on: date, reason: str, *, by: int) -> None:
    """Let a post end on a day, included; what was over is over."""
    if rules.is_ended(appointment.to_on, clock.today()):
        raise Conflict("这项任职已经终止。")
    if to_on < clock.today() - clock.DAY:
        raise Invalid("to_on", "终止日期不得早于昨天：已经过去的日子里他确实任职，记录不能改写。")
    before, appointment.to_on = appointment.to_on, to_on
    session.flush()
    post = {"appointment": appointment.id, "role": appointment.role, "unit": appointment.unit_id}
    person = people.get(session, appointment.person_id)
    _record(session, person, "appointment_ended", by, before=before, to_on=to_on, reason=reason, **post)


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
    theirs = [session.scalars(_overlapping((Appointment.role,), each.id, from_on, to_on)) for each in (principal, stand_in)]
    if fault := rules.mix_fault(frozenset(role for roles in theirs for role in roles)):
        raise Invalid("substitute", f"不能这样代理：{fault}")
    made = Substitution(
        principal_id=principal.id, substitute_id=stand_in.id, from_on=from_on, to_on=to_on, document_no=document_no
    )
    session.add(made)
    session.flush()
    dates = {"from_on": from_on, "to_on": to_on, "document_no": document_no}
    _record(session, principal, "substituted", by, substitution=made.id, by_person=stand_in.id, **dates)
    return made


def end_substitution(session: Session, substitution: Substitution, to_on: date, reason: str, *, by: int) -> None:
    """Let a substitution end earlier than agreed."""
    if rules.is_ended(substitution.to_on, clock.today()):
        raise Conflict("这项代理已经终止。")
    if not clock.today() - clock.DAY <= to_on <= substitution.to_on:
        raise Invalid("to_on", "终止日期不得早于昨天，也不得晚于原定截止日。")
    before, substitution.to_on = substitution.to_on, to_on
    session.flush()
    principal = people.get(session, substitution.principal_id)
    dates = {"before": before, "to_on": to_on}
    _record(session, principal, "substitution_ended", by, substitution=substitution.id, reason=reason, **dates)


def _check_post(role: str, unit: Unit, from_on: date, to_on: date | None) -> None:
    if role not in people.ROLES:
        raise Invalid("role", f"没有“{role}”这个角色。")
    if fault := rules.place_fault(role, unit.kind):
        raise Invalid("unit", fault)
    if to_on is not None and to_on < from_on:
        raise Invalid("to_on", "截止日期不得早于起始日期。")
    if unit.to_on is not None and (to_on is None or to_on > unit.to_on):
        raise Invalid("to_on", f"{unit.name}在 {unit.to_on:%Y-%m-%d} 终止，任职不得晚于这一天。")


def _overlapping(columns: tuple[Any, ...], person_id: int, from_on: date, to_on: date | None) -> Any:
    """Some columns of the appointments of a person that share a day with a period."""
    lasting = or_(Appointment.to_on.is_(None), Appointment.to_on >= from_on)
    mine = select(*columns).where(Appointment.person_id == person_id, lasting)
    return mine if to_on is None else mine.where(Appointment.from_on <= to_on)


def _record(session: Session, person: Person, kind: str, by: int | None, **body: Any) -> None:
    history.record(session, Subject("person", person.id), kind, by=by, **body)
