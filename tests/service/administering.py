"""What the tests of the administrators' pages ask of the town, and how dates are typed."""

from datetime import timedelta

from workflows import clock, people
from workflows.engine import Subject, history


def last(town, login, kind):
    """The newest line of a kind about a person."""
    with town.reading() as session:
        person = people.find_by_login(session, login)
        return next(line for line in reversed(history.lines(session, Subject("person", person.id))) if line.kind == kind)


def unit_id(town, name):
    with town.reading() as session:
        return people.find_unit_named(session, name).id


def person_id(town, login):
    with town.reading() as session:
        return people.find_by_login(session, login).id


def days(**offsets):
    """The parts of date fields, counted from today."""
    found = {}
    for key, offset in offsets.items():
        on = clock.today() + timedelta(days=offset)
        found |= {f"{key}.year": on.year, f"{key}.month": on.month, f"{key}.day": on.day}
    return found
