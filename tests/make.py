"""Builders: what a test needs, in one line. They go through the verbs; each takes only what its test is about."""

from datetime import date, datetime, timedelta
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows import clock, feedbacks, hazards, inquiries, people, staffing, steps, urges
from workflows.engine import Caller, Cause
from workflows.hazards import Hazard
from workflows.people import Person, Unit

PASSWORD = "Test-2026-pass"
COUNTY, TOWN, VILLAGE = "999901000000", "999901101000", "999901101201"
REGIONS = {"COUNTY": COUNTY, "COUNTY_DEPT": COUNTY, "TOWN": TOWN, "STATION": TOWN, "GROUP": TOWN}
_numbers = count(1)


def unit(session: Session, kind: str = "TOWN", name: str = "", *, region_code: str = "", **fields: object) -> Unit:
    """A unit; without a name the first of its kind, made if there is none."""
    found = session.scalar(select(Unit).where(Unit.kind == kind).order_by(Unit.id).limit(1))
    if found is not None and not (name or region_code or fields):
        return found
    region_code = region_code or REGIONS.get(kind, VILLAGE)
    return staffing.add_unit(session, kind, name or f"测试单位{next(_numbers)}", region_code, **fields)


def person(session: Session, *posts: str | tuple[str, Unit], login: str = "", password: str = "", **fields: str) -> Person:
    """A person who holds these posts: a role of the first town, or a role with its unit.

    Without a password he cannot sign in, which spares the 50 ms of hashing one.
    """
    login = login or f"person{next(_numbers)}"
    if password:
        made = staffing.add_person(session, fields.pop("name", login), login, password, **fields)
    else:
        made = Person(name=fields.pop("name", login), login=login, **fields)
        session.add(made)
        session.flush()
    for post in posts:
        role, at = (post, unit(session)) if isinstance(post, str) else post
        staffing.appoint(session, made, role, at, date(2020, 1, 1))
    return made


def caller(session: Session, *posts: str | tuple[str, Unit], **fields: str) -> Caller:
    """A new person as the pages see him: id, posts, substitutions."""
    return people.caller(session, person(session, *posts, **fields).id)


WAY = "DRAFT REPORTED REGISTERED HANDED_OVER RECTIFYING RECTIFIED VERIFIED CLOSE_APPLIED TOWN_APPROVED CLOSED PUBLISHED ARCHIVED".split()


def hazard(session: Session, at: str = "REGISTERED", *, due_at: datetime | None = None, **fields: object) -> Hazard:
    """A hazard moved from status to status, each with its dated fact, without tasks: what the ledger counts, and no more."""
    number = next(_numbers)
    given = {"source": "ENFORCE", "sector": "INDUSTRY", "region_code": VILLAGE, "campaign": "ZD2023", "subject_name": f"主体{number}"}
    reporter = session.scalar(select(Person.id).order_by(Person.id).limit(1))
    made = Hazard(**{**given, "reporter_id": reporter, **fields})
    session.add(made)
    session.flush()
    for status in WAY[1:] if at in WAY else [*WAY[1:3], at]:
        if status == "REGISTERED":
            made.registered_at, made.hazard_no = clock.now(), f"{made.region_code[:9]}-ZD2023-2026-{number:05d}"
        if status == "CLOSED":
            made.closed_at = clock.now()
        hazards.move(session, made, status, by=None)
        if status == "REGISTERED" and due_at:
            hazards.set_deadline(session, made, due_at, by=None, source="交办单")
        if status == at:
            break
    return made


def sign(session: Session, made: Hazard) -> None:
    """Let a hazard that waits for the signature be signed."""
    made.closed_at = clock.now()
    hazards.move(session, made, "CLOSED", by=None)


def urge(session: Session, hazard_id: int) -> int:
    """The card for the first Thursday report on a hazard under rectification, missed next week."""
    hazard = hazards.get(session, hazard_id)
    with clock.travel(clock.now() + timedelta(days=8)):
        begun = urges.begin_for_week(session, hazard, ("TERRITORY", "SECTOR"), feedbacks.week_after(clock.today() - timedelta(days=8)))
        assert steps.start_urge(session, begun)
    return begun.id


def inquiry(session: Session, hazard_id: int) -> int:
    """An inquiry that waits for the head of the leading group."""
    hazard = hazards.get(session, hazard_id)
    steps.suggest_inquiry(session, hazard, "REBOUND", cause=Cause(("task", 0), clock.now(), hazard.reporter_id))
    return session.scalars(select(inquiries.Inquiry.id).order_by(inquiries.Inquiry.id.desc()).limit(1)).one()
