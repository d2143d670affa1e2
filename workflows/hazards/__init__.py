"""Hazards: the noun everything turns around. `tables` → `rules` → `verbs` → `questions`; import from here."""

from workflows.hazards.questions import (
    Page,
    deadlines,
    find_by_no,
    get,
    get_for,
    in_region,
    likely_duplicates,
    page,
    scope,
)
from workflows.hazards.tables import Deadline, Hazard, Sequence
from workflows.hazards.verbs import (
    decide_registration,
    downgrade_hazard,
    merge_hazard,
    move,
    must_be,
    open,
    propose_registration,
    register,
    reject_lead,
    report,
    set_deadline,
)

__all__ = [
    "Deadline",
    "Hazard",
    "Page",
    "Sequence",
    "deadlines",
    "decide_registration",
    "downgrade_hazard",
    "find_by_no",
    "get",
    "get_for",
    "in_region",
    "likely_duplicates",
    "merge_hazard",
    "move",
    "must_be",
    "open",
    "page",
    "propose_registration",
    "register",
    "reject_lead",
    "report",
    "scope",
    "set_deadline",
]
