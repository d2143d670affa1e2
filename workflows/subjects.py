"""What an instance may be about, one row a kind: how to get the thing, what it is called, whose its tasks are, when they are due,
and which words a diagram may say about it.

The engine knows a thing only by what it asks here; every thing has a `ref`. A kind whose things belong to a unit (a month's
return, a week's report) needs no addressing of its own: `ways_up.of_unit` finds them around the thing's `region_code`.
"""

import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, get_args

from sqlalchemy.orm import Session

from workflows import (
    addresses,
    bulletins,
    campaigns,
    clock,
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

MOMENT = timedelta(microseconds=1)  # before 24:00 it is still the day that ends then


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


def title_of_hazard(hazard: Hazard) -> str:
    """A hazard in a line: its number, its subject, the beginning of what was found."""
    number = hazard.hazard_no or ("草稿" if hazard.status == "DRAFT" else "未编号")
    found = hazard.description[:30] + ("…" if len(hazard.description) > 30 else "")
    return f"{number} {hazard.subject_name}：{found}" if hazard.subject_name else f"{number} 新上报隐患"


def address_of_bulletin(session: Session, bulletin: bulletins.Bulletin, want: Want) -> Address:
    """The town's office drafts; of those who may decide, somebody else than who drafted."""
    edition = bulletins.find_drafted(session, bulletin) if want.duty == "P2" else None
    drafters = {edition.drafted_by, edition.drafted_for} if edition else frozenset()
    return ways_up.of_unit(session, bulletin, want, barred=drafters)


def due_of_bulletin(session: Session, bulletin: bulletins.Bulletin, text: str, opened_at: datetime) -> Due | None:
    """A month is published so many working days after its cut; a correction after it was begun."""
    begun_at = opened_at if bulletins.is_correction(session, bulletin) else bulletin.cut_at - MOMENT
    return dues.term(session, campaigns.current(session, clock.on(begun_at)).code, text, begun_at)


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


def address_of_weekly_report(session: Session, report: weekly_reports.WeeklyReport, want: Want) -> Address:
    """The town's people and the county's; of the leaders who sign for their stations each by name."""
    if want.person == "station_leader":
        return weekly_reports.station_leader(session, report, want.index)
    return ways_up.of_unit(session, report, want)


def due_of_weekly_report(session: Session, report: weekly_reports.WeeklyReport, text: str, opened_at: datetime) -> Due | None:
    """A plain term from when the task opened, or a parameter of the campaign of that week."""
    return dues.term(session, campaigns.current(session, report.week_on).code, text, opened_at)


def address_of_urge(session: Session, urge: urges.Urge, want: Want) -> Address:
    """Whom it is against, or whoever the hazard's own tasks of this kind would go to."""
    return urges.receivers(session, urge, want) if want.unit == "urged" else addresses.address(session, urge.hazard, want)


def due_of_urge(session: Session, urge: urges.Urge, text: str, opened_at: datetime) -> Due | None:
    """A term as of the hazard's own tasks."""
    return dues.due(session, urge.hazard, text, opened_at)


def address_of_inquiry(session: Session, inquiry: inquiries.Inquiry, want: Want) -> Address:
    """The head of the leading group, the town's discipline office; nobody whom the case is about, and whoever inquires does not
    decide."""
    barred = inquiries.concerned(session, inquiry) | duties.kept_out(session, inquiry.hazard, want.duty)
    return ways_up.of_unit(session, inquiry, want, barred=barred)


def due_of_inquiry(session: Session, inquiry: inquiries.Inquiry, text: str, opened_at: datetime) -> Due | None:
    """A plain term from when the task opened."""
    return dues.term(session, inquiry.hazard.campaign, text, opened_at)


def address_of_enterprise(session: Session, unit: people.Unit, want: Want) -> Address:
    """Its own people, or those around it by region and industry."""
    where = enterprises.place(unit)
    if want.unit == "enterprise":
        return addresses.of_enterprise(session, where)
    return ways_up.first_who_may(want, partial(addresses.units, session, where), lambda held: bool(people.holders(session, held)))


def due_of_enterprise(session: Session, unit: people.Unit, text: str, opened_at: datetime) -> Due | None:  # noqa: ARG001
    """A plain term from when the task opened, or a parameter of the campaign that runs."""
    return dues.term(session, campaigns.current(session).code, text, opened_at)


def forbidden(session: Session, wanted: Collection[tuple[Subject, str]], person_id: int) -> dict[tuple[Subject, str], str]:
    """Which of several (subject, duty) pairs a person may not bear, with the sentence."""
    found = duties.among(session, wanted, person_id) | bulletins.among(session, wanted, person_id)
    return found | urges.among(session, wanted, person_id) | inquiries.among(session, wanted, person_id)


# ---- the table ---------------------------------------------------------------------------------------------------------------

OFFICE = frozenset(people.ROLES) - people.ENTERPRISE_PEOPLE
OF_HAZARD = {
    "units": frozenset("enterprise responsible village town sector county county_dept supervisor around".split()),
    "roles": frozenset(people.ROLES),
    "persons": frozenset({*addresses.PERSONS, "successor", "verification.member"}),
    "dues": frozenset({*(f"hazard.{name}" for name in dues.OF_HAZARD), "feedback_on"}),
}
"""What may be said of a hazard, and of what is about one (an urge)."""
LOOP_DUTIES = frozenset(duties.NAMES) - {inquiries.INQUIRES, inquiries.DECIDES}
TOWN = frozenset({"town", "county", "around"})

KINDS = {
    "hazard": Kind(Hazard, hazards.get, title_of_hazard, addresses.address, dues.due, duties=LOOP_DUTIES, **OF_HAZARD),
    "bulletin": Kind(
        bulletins.Bulletin,
        bulletins.get,
        bulletins.title,
        address_of_bulletin,
        due_of_bulletin,
        units=TOWN,
        roles=OFFICE,
        duties=frozenset({"P1", "P2"}),
    ),
    "return": Kind(
        dispatch.Return,
        dispatch.get,
        dispatch.title,
        ways_up.of_unit,
        dispatch.due,
        units=TOWN | {"own", "village"},
        roles=OFFICE,
        dues=frozenset({"return.cut_at"}),
    ),
    "inquiry": Kind(
        inquiries.Inquiry,
        inquiries.get,
        inquiries.title,
        address_of_inquiry,
        due_of_inquiry,
        units=TOWN,
        roles=inquiries.ROLES,
        duties=frozenset({inquiries.INQUIRES, inquiries.DECIDES}),
    ),
    "urge": Kind(
        urges.Urge,
        urges.get,
        urges.title,
        address_of_urge,
        due_of_urge,
        duties=LOOP_DUTIES,
        **{**OF_HAZARD, "units": OF_HAZARD["units"] | {"urged"}},
    ),
    "weekly_report": Kind(
        weekly_reports.WeeklyReport,
        weekly_reports.get,
        weekly_reports.title,
        address_of_weekly_report,
        due_of_weekly_report,
        units=TOWN,
        roles=OFFICE,
        persons=frozenset({"station_leader"}),
    ),
    "unit": Kind(
        people.Unit,
        enterprises.get,
        enterprises.title,
        address_of_enterprise,
        due_of_enterprise,
        units=TOWN | {"enterprise", "village", "sector", "county_dept"},
        roles=frozenset(people.ROLES),
    ),
}


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
