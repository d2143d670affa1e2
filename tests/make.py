"""Builders: what a test needs, in one line. They go through the verbs; each takes only what its test is about."""

from datetime import date
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows import people, staffing
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


def caller(session: Session, *posts: str | tuple[str, Unit], **fields: str) -> people.Caller:
    """A new person as the pages see him: id, posts, substitutions."""
    return people.caller(session, person(session, *posts, **fields).id)
