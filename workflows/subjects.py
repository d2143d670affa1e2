"""What an instance may be about, one row a kind: how to get the thing, what it is called, whose its tasks are, when they are due,
and which words a diagram may say about it.

The engine knows a thing only by what it asks here; every thing has a `ref`. A kind whose things belong to a unit (a month's
return, a week's report) needs no addressing of its own: `ways_up.of_unit` finds them around the thing's `region_code`.
"""

import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from sqlalchemy.orm import Session

from workflows import (
    addresses,
    bulletins,
    dispatch,
    dues,
    duties,
    enterprises,
    hazards,
    inquiries,
    memory,
    people,
    urges,
    ways_up,
    weekly_reports,
)
from workflows.engine import Address, Due, Subject, Want
from workflows.errors import NotFound
from workflows.hazards.tables import Hazard


@dataclass(frozen=True)
class Kind:
    """How the engine gets at one kind of subject. A step, function or list is for it whose second parameter is its class."""

    of: type
    get: Callable[[Session, int], Any]  # or NotFound
    title: Callable[[Any], str]
    address: Callable[[Session, Any, Want], Address]
    due: Callable[[Session, Any, str, datetime], Due | None]
    units: frozenset[str]  # the words for where a post is held
    roles: frozenset[str]  # who may be asked
    persons: frozenset[str] = frozenset()
    dues: frozenset[str] = frozenset()  # beside plain terms and parameters
    duties: frozenset[str] = frozenset()  # which are kept apart here


OFFICE, ALL = frozenset(people.ROLES) - people.ENTERPRISE_PEOPLE, frozenset(people.ROLES)
TOWN = frozenset({"town", "county", "around"})
AROUND = TOWN | {"enterprise", "village", "sector", "county_dept"}  # of what lies somewhere and is of an industry
OF_HAZARD = AROUND | {"responsible", "supervisor"}
NAMED = frozenset({*addresses.PERSONS, "successor", "verification.member"})
DATES = frozenset({*(f"hazard.{name}" for name in dues.OF_HAZARD), "feedback_on"})
INQUIRING = frozenset({inquiries.INQUIRES, inquiries.DECIDES})

KINDS = {
    "hazard": Kind(
        Hazard, hazards.get, hazards.title, addresses.address, dues.due,
        units=OF_HAZARD, roles=ALL, persons=NAMED, dues=DATES, duties=frozenset(duties.NAMES) - INQUIRING - {"U1"},
    ),
    "bulletin": Kind(
        bulletins.Bulletin, bulletins.get, bulletins.title, bulletins.address, bulletins.due,
        units=TOWN, roles=OFFICE, duties=frozenset({"P1", "P2"}),
    ),
    "return": Kind(
        dispatch.Return, dispatch.get, dispatch.title, ways_up.of_unit, dispatch.due,
        units=TOWN | {"own", "village"}, roles=OFFICE, dues=frozenset({"return.cut_at"}),
    ),
    "inquiry": Kind(
        inquiries.Inquiry, inquiries.get, inquiries.title, inquiries.address, inquiries.due,
        units=TOWN, roles=inquiries.ROLES, duties=INQUIRING,
    ),
    "urge": Kind(
        urges.Urge, urges.get, urges.title, urges.address, urges.due,
        units=OF_HAZARD | {"urged"}, roles=ALL, persons=NAMED, dues=DATES, duties=frozenset({"U1"}),
    ),
    "weekly_report": Kind(
        weekly_reports.WeeklyReport, weekly_reports.get, weekly_reports.title, weekly_reports.address, weekly_reports.due,
        units=TOWN, roles=OFFICE, persons=frozenset({"station_leader"}),
    ),
    "unit": Kind(
        people.Unit, enterprises.get, enterprises.title, enterprises.address, enterprises.due,
        units=AROUND, roles=ALL,
    ),
}  # fmt: skip


# ---- what the engine asks ----------------------------------------------------------------------------------------------


def get(session: Session, ref: Subject) -> Any:
    """The thing an instance is about, held for the session, so that the session's own map keeps finding it."""
    if ref.kind not in KINDS:
        raise NotFound("没有找到这件事。")
    held = memory.of(session, "subjects")
    held[ref] = KINDS[ref.kind].get(session, ref.id)
    return held[ref]


def title(thing: Any) -> str:
    """A thing in a line, as its tasks are headed."""
    return KINDS[thing.ref.kind].title(thing)


def address(session: Session, thing: Any, want: Want) -> Address:
    """Whose task it is."""
    return KINDS[thing.ref.kind].address(session, thing, want)


def due(session: Session, thing: Any, text: str, opened_at: datetime) -> Due | None:
    """When a task is due."""
    return KINDS[thing.ref.kind].due(session, thing, text, opened_at)


def forbidden(session: Session, wanted: Collection[tuple[Subject, str]], person_id: int) -> dict[tuple[Subject, str], str]:
    """Which of several (subject, duty) pairs a person may not bear, with the sentence."""
    found = duties.among(session, wanted, person_id) | bulletins.among(session, wanted, person_id)
    return found | urges.among(session, wanted, person_id) | inquiries.among(session, wanted, person_id)


# ---- what a diagram may say --------------------------------------------------------------------------------------------


def said() -> dict[str, frozenset[tuple[str, str]]]:
    """The words that may be said of each kind: (what it is, its code)."""
    lists = {"unit": "units", "role": "roles", "person": "persons", "due": "dues", "duty": "duties"}
    return {
        code: frozenset((what, word) for what, field in lists.items() for word in getattr(kind, field))
        for code, kind in KINDS.items()
    }


def kinds_of(call: Callable[..., Any]) -> frozenset[str]:
    """The kinds of subject that a step, a function or a list is for: those whose class its second parameter is; all, if any will
    do."""
    of = list(inspect.signature(call).parameters.values())[1].annotation
    return frozenset(code for code, kind in KINDS.items() if of is Any or kind.of in (of, *get_args(of)))
