"""What an instance may be about, one row a kind: how to get the thing, what it is called, whose its tasks are, when they are due.

The engine knows a thing only by what it asks here; every thing has a `ref`. A kind whose things belong to a unit (a month's
return, a week's report) needs no addressing of its own: `of_unit` finds posts around the thing's `region_code`.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from workflows import (
    addresses,
    bulletins,
    campaigns,
    clock,
    dispatch,
    dues,
    duties,
    hazards,
    inquiries,
    memory,
    people,
    urges,
    weekly_reports,
)
from workflows.engine import Address, Due, Post, Subject, Want
from workflows.errors import NotFound
from workflows.hazards.tables import Hazard

MOMENT = timedelta(microseconds=1)  # before 24:00 it is still the day that ends then


@dataclass(frozen=True)
class Kind:
    """How the engine gets at one kind of subject."""

    get: Callable[[Session, int], Any]  # or NotFound
    title: Callable[[Any], str]
    address: Callable[[Session, Any, Want], Address]
    due: Callable[[Session, Any, str, datetime], Due | None]


def title_of_hazard(hazard: Hazard) -> str:
    """A hazard in a line: its number, its subject, the beginning of what was found."""
    number = hazard.hazard_no or ("草稿" if hazard.status == "DRAFT" else "未编号")
    found = hazard.description[:30] + ("…" if len(hazard.description) > 30 else "")
    return f"{number} {hazard.subject_name}：{found}" if hazard.subject_name else f"{number} 新上报隐患"


def address_of_bulletin(session: Session, bulletin: bulletins.Bulletin, want: Want) -> Address:
    """The town's office drafts; of those who may decide, somebody else than who drafted."""
    edition = bulletins.find_drafted(session, bulletin) if want.duty == "P2" else None
    drafters = {edition.drafted_by, edition.drafted_for} if edition else frozenset()
    return of_unit(session, bulletin, want, barred=drafters)


def due_of_bulletin(session: Session, bulletin: bulletins.Bulletin, text: str, opened_at: datetime) -> Due | None:
    """A month is published so many working days after its cut; a correction after it was begun."""
    begun_at = opened_at if bulletins.is_correction(session, bulletin) else bulletin.cut_at - MOMENT
    return dues.term(session, campaigns.current(session, clock.on(begun_at)).code, text, begun_at)


def address_of_return(session: Session, row: dispatch.Return, want: Want) -> Address:
    """The people of the return's own unit, and those above it to whom it goes up."""
    return of_unit(session, row, want)


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


def of_unit(session: Session, thing: Any, want: Want, *, barred: Collection[int | None] = ()) -> Address:
    """Whose task it is when the thing belongs to a village, town or county: the roles that the diagram names, at the unit it
    names around the thing's region; up by the same table as for hazards where nobody holds them but who is barred (上转表)."""
    ways = [(want.roles, want.unit), *(((role,), word) for role, word in addresses.way_up(want.roles))]
    asked = "、".join(people.role_name(role) for role in want.roles)
    for roles, word in ways:
        posts = frozenset(Post(role, unit.id) for role in roles for unit in _units(session, thing, word))
        if any(person.id not in barred for person in people.holders(session, posts)):
            up = f"{asked}空缺或因职责分离不能办理，已上转{people.role_name(roles[0])}。"
            return Address(posts, note="" if roles == want.roles else up)
    return Address(blocked=f"{asked}空缺或因职责分离不能办理，且没有可上转的岗位，请补充人员。")


def _units(session: Session, thing: Any, word: str) -> list[people.Unit]:
    if word == "own":
        return [people.get_unit(session, thing.unit_id)]
    code = thing.region_code
    codes = {"village": code, "town": people.town_code(code), "county": people.county_code(code)}
    kind = word if word in codes else "town"
    unit = people.find_unit(session, kind.upper(), codes[kind])
    return [unit] if unit else []


def address_of_weekly_report(session: Session, report: weekly_reports.WeeklyReport, want: Want) -> Address:
    """The town's people and the county's; of the leaders who sign for their stations each by name."""
    if want.person == "station_leader":
        return weekly_reports.station_leader(session, report, want.index)
    return of_unit(session, report, want)


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
    return of_unit(session, inquiry, want, barred=barred)


def due_of_inquiry(session: Session, inquiry: inquiries.Inquiry, text: str, opened_at: datetime) -> Due | None:
    """A plain term from when the task opened."""
    return dues.term(session, inquiry.hazard.campaign, text, opened_at)


def forbidden(session: Session, wanted: Collection[tuple[Subject, str]], person_id: int) -> dict[tuple[Subject, str], str]:
    """Which of several (subject, duty) pairs a person may not bear, with the sentence."""
    found = duties.among(session, wanted, person_id) | bulletins.among(session, wanted, person_id)
    return found | urges.among(session, wanted, person_id) | inquiries.among(session, wanted, person_id)


KINDS = {
    "hazard": Kind(hazards.get, title_of_hazard, addresses.address, dues.due),
    "bulletin": Kind(bulletins.get, bulletins.title, address_of_bulletin, due_of_bulletin),
    "return": Kind(dispatch.get, dispatch.title, address_of_return, dispatch.due),
    "inquiry": Kind(inquiries.get, inquiries.title, address_of_inquiry, due_of_inquiry),
    "urge": Kind(urges.get, urges.title, address_of_urge, due_of_urge),
    "weekly_report": Kind(weekly_reports.get, weekly_reports.title, address_of_weekly_report, due_of_weekly_report),
}
