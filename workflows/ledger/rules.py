"""What may be asked of the ledger, and what it answers, without I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from workflows import clock
from workflows.hazards import rules
from workflows.hazards.tables import Hazard
from workflows.people import Unit

SOURCES = ("SELF", "ENFORCE", "TIPOFF", "ASSIGNED")
GONE = ("VOIDED", "DOWNGRADED", "MERGED")
SOON_DAYS = 3
OF_OPEN = ("late", "soon")
TERMS = (*OF_OPEN, "kept", "missed")
AGES = {"7": (0, 7), "30": (8, 30), "90": (31, 90), "180": (91, 180), "more": (181, None)}  # days since the registration
GROUPS = {
    "counted": rules.IN_HAND | rules.COUNTED_AS_CLOSED,
    "open": rules.IN_HAND,
    "closed": rules.COUNTED_AS_CLOSED,
    "awaiting": rules.AWAITING_SIGNATURE,
    "gone": frozenset(GONE),
}


@dataclass(frozen=True)
class Wanted:
    """What of the ledger is asked for: which part of it, over which totals are counted, and which rows of that part (status,
    term, mark, age). Empty is all."""

    as_of: datetime | None = None  # None: now
    within: Unit | None = None
    sector: str = ""
    source: str = ""
    search: str = ""  # in number, subject or description
    from_on: date | None = None  # registered on this day or later
    to_on: date | None = None  # registered on this day or earlier
    late_for: date | None = None  # found on this day or earlier, registered only later (迟录)
    status: str = ""  # a status, or one of GROUPS
    term: str = ""  # late, soon: not signed yet; kept, missed: signed before or after the deadline
    mark: str = ""  # listed, stopped (责令停产), shutdown (关停取缔), talked (约谈); blocked: nobody may do its task (now only)
    age: str = ""  # one of AGES: not signed since so many days
    campaign: str = ""
    department_id: int | None = None  # of the county, to which handover two gave it
    view: str = ""  # whose form the sources are judged for: VILLAGE, TOWN or COUNTY; "": as they were reported

    @property
    def is_whole(self) -> bool:
        """Every row of the part is wanted, so that its totals say how many."""
        return not (self.status or self.term or self.mark or self.age)


@dataclass(frozen=True)
class Entry:
    """One line of the ledger: a hazard, and how it stood at the moment asked for."""

    hazard: Hazard
    status: str
    due_at: datetime | None
    is_listed: bool
    moment: datetime

    @property
    def is_open(self) -> bool:
        """Counted, and not signed."""
        return self.status in rules.IN_HAND

    @property
    def is_awaiting(self) -> bool:
        """已改待销."""
        return self.status in rules.AWAITING_SIGNATURE

    @property
    def is_late(self) -> bool:
        """Not signed when its deadline had passed."""
        return self.is_open and self.due_at is not None and self.due_at < self.moment


@dataclass(frozen=True)
class Page:
    """One page of the ledger, newest first, and the key of the next page if there is one."""

    rows: list[Entry]
    next: int | None


@dataclass(frozen=True)
class Row:
    """One source: how many were found, rectified (signed), and rectified but not signed (已改待销)."""

    found: int = 0
    closed: int = 0
    awaiting: int = 0


@dataclass(frozen=True)
class Counts:
    """The ledger of a region at a moment. A1–A8 are its rows in the order of SOURCES; A9/A10 overlap them."""

    as_of: datetime
    rows: Mapping[str, Row]
    listed: Row
    gone: Mapping[str, int] = field(default_factory=dict)  # VOIDED, DOWNGRADED, MERGED: registered once, counted no more

    @property
    def total(self) -> Row:
        """All sources together."""
        parts = self.rows.values()
        return Row(sum(r.found for r in parts), sum(r.closed for r in parts), sum(r.awaiting for r in parts))

    @property
    def numbered(self) -> int:
        """Every number given: what counts, and what is gone."""
        return self.total.found + sum(self.gone.values())

    @property
    def open(self) -> int:
        """Found and not signed."""
        return self.total.found - self.total.closed

    @property
    def rate(self) -> float | None:
        """Rectified in percent of found, two places (AC-02); None when nothing was found."""
        return percentage(self.total.closed, self.total.found)

    @property
    def items(self) -> dict[str, int]:
        """A1…A10 of the dispatch form."""
        found = [each for source in SOURCES for each in (self.rows[source].found, self.rows[source].closed)]
        return {f"A{place}": value for place, value in enumerate([*found, self.listed.found, self.listed.closed], start=1)}


def percentage(part: int, whole: int) -> float | None:
    """A part in percent of a whole, two places, half up as on paper (AC-02); None of nothing."""
    return (part * 1_000_000 // whole + 50) // 100 / 100 if whole else None


def cutoff(month: date, day: int = 25) -> datetime:
    """24:00 of a month's 25th, or of the day that a campaign's parameter says, a holiday or not (AC-11)."""
    return clock.end_of(month.replace(day=day))
