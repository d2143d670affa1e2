"""FUNCTIONS: what the expressions of a diagram or form may ask of the thing they are about."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from workflows import (
    archives,
    bulletins,
    changes,
    closures,
    dispatch,
    dues,
    extensions,
    feedbacks,
    handovers,
    listings,
    rectifications,
    reminders,
    reopenings,
    stops,
    urges,
    verifications,
    voidings,
    weekly_reports,
)
from workflows.hazards.tables import Hazard


def one_person(session: Session, hazard: Hazard) -> bool:  # noqa: ARG001
    """属地和行业由同一人负责."""
    return handovers.is_one_person(hazard)


FUNCTIONS: dict[str, Callable[[Session, Any], Any]] = {
    "mode": rectifications.mode,
    "one_person": one_person,
    "verified": closures.is_verified,
    "result": verifications.result,
    "archive_complete": archives.is_complete,
    "next_feedback_on": feedbacks.next_on,
    "next_reminder_at": reminders.next_at,
    "tracker_due_at": dues.tracker_due_at,
    "may_extend": extensions.may_extend,
    "lead_asked": extensions.lead_asked,
    "listed": listings.is_listed,
    "may_list": listings.may_list,
    "may_unlist": listings.may_unlist,
    "county_asked": listings.county_asked,
    "listing_reminder_at": listings.reminder_at,
    "may_stop": stops.may_stop,
    "may_resume": stops.may_resume,
    "cuts_power": stops.cuts_power,
    "may_void": voidings.may_void,
    "known_to_county": voidings.is_known_to_county,
    "may_change_responsible": changes.may_change_responsible,
    "may_change_tracker": changes.may_change_tracker,
    "may_reopen": reopenings.may_reopen,
    "reopened": reopenings.is_reopened,
    "takes_back": reopenings.takes_back,
    "is_correction": bulletins.is_correction,
    "cut_at": dispatch.cut_at,
    "may_correct": dispatch.may_correct,
    "urge_level": urges.level,
    "station_leaders": weekly_reports.station_leaders,
}
