"""Where a campaign stands (挂图作战, S4, AC-18): what is still open of each phase, and whether its goal is met.

The goals are those of the three-year action: what was known before the campaign is cleared (存量清零), less is newly found than a
year before (增量遏制), nothing that is open is late (动态清零: in hand and in time counts as cleared, M088).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, case, func, literal, select, true
from sqlalchemy.orm import Session

from workflows import board, clock, ledger, phases
from workflows.board import Sums
from workflows.campaigns import Campaign
from workflows.hazards import questions
from workflows.hazards.tables import Hazard
from workflows.ledger import GROUPS, Wanted
from workflows.people import Unit
from workflows.phases import Phase

MET, UNDER_WAY, MISSED, TO_COME = "MET", "UNDER_WAY", "MISSED", "TO_COME"


@dataclass(frozen=True)
class Goal:
    """A phase's goal: what its figure was before and is now, and what that means."""

    before: int
    now: int
    verdict: str


@dataclass(frozen=True)
class Stage:
    """A phase: what was registered in it, how it stands today, and its goal if it has one."""

    phase: Phase
    sums: Sums
    goal: Goal | None


@dataclass(frozen=True)
class Quarter:
    """How many were newly registered in a quarter; a quarter and a year before it."""

    year: int
    number: int  # 1 … 4
    found: int
    before: int
    a_year_before: int

    @property
    def days(self) -> tuple[date, date]:
        """Its first and its last day."""
        return _days(self.year, self.number)


# ---- rules -------------------------------------------------------------------------------------------------------------


def verdict(phase: Phase, before: int, now: int, on: date) -> str:
    """Whether a phase's goal is met on a day. What is to be cleared has time until the phase ends; late is late at once."""
    if on < phase.from_on:
        return TO_COME
    is_met = now == 0 or (phase.goal == "INCREMENT" and now < before)
    if phase.goal == "DYNAMIC" or on > phase.to_on:
        return MET if is_met else MISSED
    return MET if is_met and phase.goal == "STOCK" else UNDER_WAY


def change(now: int, before: int) -> float | None:
    """By how many percent more, or less; None where there was nothing before."""
    return round((now - before) * 100 / before, 2) if before else None


def a_year_before(day: date) -> date:
    """The same day of the year before; of the 29th of February the 28th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _days(year: int, quarter: int) -> tuple[date, date]:
    first = date(year, quarter * 3 - 2, 1)
    following = date(year + quarter // 4, quarter * 3 % 12 + 1, 1)
    return first, following - timedelta(days=1)


def _quarters(until: date, number: int) -> list[tuple[int, int]]:
    """So many (year, quarter) up to the one of a day, oldest first."""
    last = until.year * 4 + (until.month - 1) // 3
    return [(each // 4, each % 4 + 1) for each in range(last - number + 1, last + 1)]


# ---- questions ---------------------------------------------------------------------------------------------------------


def stages(session: Session, campaign: Campaign, *, scope: ColumnElement[bool], within: Unit | None = None) -> list[Stage]:
    """A campaign's phases as they stand today."""
    found = phases.of(session, campaign)
    if not found:
        return []
    spans = [(ledger.registered(each.from_on, each.to_on), each.id) for each in found]
    inside = questions.in_region(within) if within is not None else true()
    sums = board.grouped(session, (case(*spans, else_=0),), scope, inside, Hazard.campaign == campaign.code)
    return [Stage(each, sums.get((each.id,), Sums()), _goal(session, campaign, each, scope, within)) for each in found]


def _goal(
    session: Session, campaign: Campaign, phase: Phase, scope: ColumnElement[bool], within: Unit | None
) -> Goal | None:
    if not phase.goal:
        return None
    before, now = _FIGURES[phase.goal](session, campaign, phase, scope, within)
    return Goal(before, now, verdict(phase, before, now, clock.today()))


def _stock(
    session: Session, campaign: Campaign, _phase: Phase, scope: ColumnElement[bool], within: Unit | None
) -> tuple[int, int]:
    """What was registered before the campaign and open when it began; and what of it still is."""
    began_at, known = min(clock.at(campaign.from_on), clock.now()), campaign.from_on - clock.DAY
    then = ledger.count(session, part=Wanted(as_of=began_at, within=within, to_on=known), scope=scope)
    return then.open, ledger.count(session, part=Wanted(within=within, to_on=known), scope=scope).open


def _increment(
    session: Session, _campaign: Campaign, phase: Phase, scope: ColumnElement[bool], within: Unit | None
) -> tuple[int, int]:
    """What was registered in the same days of the year before; and in the phase so far."""
    until = max(min(phase.to_on, clock.today()), phase.from_on)
    spans = [(a_year_before(phase.from_on), a_year_before(until)), (phase.from_on, until)]
    before, now = _registered(session, spans, scope, within)
    return before, now


def _dynamic(
    session: Session, _campaign: Campaign, _phase: Phase, scope: ColumnElement[bool], within: Unit | None
) -> tuple[int, int]:
    """What is open, of whichever campaign; and what of it is late."""
    wanted = [Wanted(within=within, status="open"), Wanted(within=within, term="late")]
    open_now, late = (ledger.number(session, each, scope=scope) for each in wanted)
    return open_now, late


_FIGURES = {"STOCK": _stock, "INCREMENT": _increment, "DYNAMIC": _dynamic}


def quarters(session: Session, *, scope: ColumnElement[bool], within: Unit | None = None, number: int = 8) -> list[Quarter]:
    """How many were newly registered in each of the last quarters (M087), oldest first."""
    wanted = _quarters(clock.today(), number + 4)
    counts = _registered(session, [_days(*each) for each in wanted], scope, within)
    return [Quarter(*wanted[at], counts[at], counts[at - 1], counts[at - 4]) for at in range(4, len(wanted))]


def _registered(
    session: Session, spans: Sequence[tuple[date, date]], scope: ColumnElement[bool], within: Unit | None
) -> list[int]:
    """How many that count were registered in each of these spans of days."""
    inside = questions.in_region(within) if within is not None else true()
    columns = [func.coalesce(func.sum(case((ledger.registered(*span), 1), else_=literal(0))), 0) for span in spans]
    counted = select(*columns).where(scope, inside, ledger.is_numbered(), Hazard.status.in_(GROUPS["counted"]))
    return [int(value) for value in session.execute(counted).one()]
