"""The supervisor's board (看板): where the closing of hazards stands, by place and by industry, and what stands still.

Counted by the ledger's rules and with its conditions, so that each figure leads to exactly the rows it counts (domain 3.2, 5).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from workflows import clock, ledger, people
from workflows.hazards import questions, rules
from workflows.hazards.tables import Hazard
from workflows.people import Unit


@dataclass(frozen=True)
class Sums:
    """What is counted of some hazards. `late` and `soon` are open, `kept` and `missed` signed; blocked ones may be any open."""

    found: int = 0
    closed: int = 0
    awaiting: int = 0
    late: int = 0
    soon: int = 0
    kept: int = 0
    missed: int = 0
    listed: int = 0
    blocked: int = 0
    ages: dict[str, int] = field(default_factory=dict)  # of the open ones, by ledger.AGES

    @property
    def open(self) -> int:
        """Found and not signed."""
        return self.found - self.closed

    @property
    def rate(self) -> float | None:
        """整改率: signed in percent of found."""
        return ledger.percentage(self.closed, self.found)

    @property
    def on_time(self) -> float | None:
        """按期率: signed before the deadline, in percent of all whose deadline is past or which are signed."""
        return ledger.percentage(self.kept, self.kept + self.missed + self.late)

    @property
    def light(self) -> str:
        """red when something is late or blocked, amber when something is soon due, green otherwise (挂图作战, M080)."""
        return "red" if self.late or self.blocked else "amber" if self.soon else "green"


@dataclass(frozen=True)
class Board:
    """The board of a part of the county: all together, by place (region code), by industry, and by both."""

    total: Sums
    places: dict[str, Sums]
    sectors: dict[str, Sums]
    cells: dict[tuple[str, str], Sums]


# ---- rules -------------------------------------------------------------------------------------------------------------


def add(parts: Iterable[Sums]) -> Sums:
    """Several sums as one."""
    parts = list(parts)
    numbers = {each.name: sum(getattr(part, each.name) for part in parts) for each in fields(Sums) if each.name != "ages"}
    return Sums(**numbers, ages={age: sum(part.ages.get(age, 0) for part in parts) for age in ledger.AGES})


def digits(within: Unit | None) -> int:
    """By how many digits of the region code a place's parts are told apart: a county by towns, a town by villages."""
    return 9 if within is None or within.kind == "COUNTY" else 12


# ---- questions ---------------------------------------------------------------------------------------------------------


def board(session: Session, *, scope: ColumnElement[bool], within: Unit | None = None) -> Board:
    """The board of a region, as the caller's scope lets him see it, by the parts of that region."""
    length = digits(within)
    cells = {(code.ljust(12, "0"), sector): sums for code, sector, sums in _cells(session, scope, within, length)}
    places = {place for place, _ in cells}
    sectors = [sector for sector in rules.SECTORS if any(sector == each for _, each in cells)]
    return Board(
        add(cells.values()),
        {code: add(sums for (place, _), sums in cells.items() if place == code) for code in sorted(places)},
        {code: add(sums for (_, sector), sums in cells.items() if sector == code) for code in sectors},
        cells,
    )


def _cells(
    session: Session, scope: ColumnElement[bool], within: Unit | None, length: int
) -> Iterator[tuple[str, str, Sums]]:
    """One pass over the hazards that count: their figures by place and industry."""
    place = func.substr(Hazard.region_code, 1, length)
    figures = _figures()
    found = (
        select(place, func.coalesce(Hazard.sector, "OTHER"), func.count(), *figures.values())
        .where(scope, Hazard.hazard_no.is_not(None), Hazard.status.not_in(rules.NOT_COUNTED))
        .group_by(place, Hazard.sector)
    )
    if within is not None:
        found = found.where(questions.in_region(within))
    for code, sector, number, *values in session.execute(found):
        counted = dict(zip(figures, (int(value or 0) for value in values), strict=True))
        ages = {age: counted.pop(f"age {age}") for age in ledger.AGES}
        yield code, sector, Sums(found=number, ages=ages, **counted)


def _figures() -> dict[str, ColumnElement[Any]]:
    """The conditions of the ledger as sums, so that a figure and the list behind it never differ."""
    now = clock.now()
    is_open = Hazard.status.in_(rules.IN_HAND)
    conditions: dict[str, ColumnElement[bool]] = {
        "closed": Hazard.status.in_(rules.COUNTED_AS_CLOSED),
        "awaiting": Hazard.status.in_(rules.AWAITING_SIGNATURE),
        **{kind: ledger.term(kind, now, Hazard.status, Hazard.due_at, Hazard.closed_at) for kind in ledger.TERMS},
        "listed": Hazard.id.in_(ledger.listed(now)),
        "blocked": Hazard.id.in_(ledger.blocked()),
        **{f"age {age}": is_open & ledger.aged(age, now) for age in ledger.AGES},
    }
    return {name: func.sum(case((condition, 1), else_=0)) for name, condition in conditions.items()}


def units(session: Session, within: Unit | None) -> dict[str, Unit]:
    """The units that the places of a board are, by region code."""
    return {unit.region_code: unit for unit in people.units(session, "TOWN" if digits(within) == 9 else "VILLAGE")}
