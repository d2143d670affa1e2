"""The ledger (台账): how many hazards were found and how many rectified, and which (domain 5, AC-01–03, AC-11).

Counted from dated facts alone, by the server's clock at which they were recorded: what a hazard's status was at a moment, its
newest status fact up to that moment says; of this moment the hazard's own row says the same and is quicker to ask. Only a county
leader's signature counts as rectified; voided, downgraded and merged hazards count nowhere (INV-11, INV-13, INV-14).

`rules` → `questions`; import from here.
"""

from workflows.ledger.questions import (
    aged,
    blocked,
    count,
    is_numbered,
    lines,
    listed,
    number,
    page,
    record_export,
    registered,
    standing,
    status_at,
    subjects,
    term,
    timing,
)
from workflows.ledger.rules import AGES, GROUPS, SOURCES, TERMS, Counts, Entry, Page, Row, Wanted, cutoff, percentage

__all__ = [
    "AGES",
    "GROUPS",
    "SOURCES",
    "TERMS",
    "Counts",
    "Entry",
    "Page",
    "Row",
    "Wanted",
    "aged",
    "blocked",
    "count",
    "cutoff",
    "is_numbered",
    "lines",
    "listed",
    "number",
    "page",
    "percentage",
    "record_export",
    "registered",
    "standing",
    "status_at",
    "subjects",
    "term",
    "timing",
]
