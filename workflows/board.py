"""The supervisor's board (看板): where the closing of hazards stands, by place and by industry, and what stands still.

Counted by the ledger's rules and with its conditions, so that each figure leads to exactly the rows it counts (domain 3.2, 5).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, true
from sqlalchemy.orm import Session

from workflows import clock, ledger, people
from workflows.hazards import questions, rules
from workflows.hazards.tables import Hazard
from workflows.people import Unit
from workflows.sectors import names


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
    """The board of a part of the county: all together, by place (region code), by industry, by source (as it was reported; also
    one without hazards), and by place and industry."""

    total: Sums
    places: dict[str, Sums]
    sectors: dict[str, Sums]
    sources: dict[str, Sums]
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


def board(session: Session, *, scope: ColumnElement[bool], within: Unit | None = None, length: int = 0) -> Board:
    """The board of a region, as the caller's scope lets him see it, by the parts of that region; `length`: by other parts, told
    apart by so many digits of the region code."""
    place = func.substr(Hazard.region_code, 1, length or digits(within))
    inside = questions.in_region(within) if within is not None else true()
    keys = place, func.coalesce(Hazard.sector, "OTHER"), func.coalesce(Hazard.source, "")
    first = Hazard.status, Hazard.region_code, Hazard.sector, Hazard.source
    counted = grouped(session, keys, scope, inside, first=first)
    parts = {(code.ljust(12, "0"), *rest): sums for (code, *rest), sums in counted.items()}
    by_sector, by_source = _add_up(parts, 1), _add_up(parts, 2)
    return Board(
        add(parts.values()),
        dict(sorted(_add_up(parts, 0).items())),
        {sector: by_sector[sector] for sector in names(session) if sector in by_sector},
        {source: by_source.get(source, Sums()) for source in ledger.SOURCES},
        _add_up(parts, slice(2)),
    )


def departments(session: Session, *, scope: ColumnElement[bool], within: Unit | None = None) -> list[tuple[Unit, Sums]]:
    """The same by the county's departments to which handover two gave the hazards, in the order of their units."""
    inside = questions.in_region(within) if within is not None else true()
    key = func.coalesce(Hazard.county_dept_id, 0)
    counted = grouped(session, (key,), scope, inside, Hazard.county_dept_id.is_not(None))
    return [(people.get_unit(session, unit_id), sums) for (unit_id,), sums in sorted(counted.items())]


def _add_up(parts: Mapping[tuple[str, ...], Sums], by: Any) -> dict[Any, Sums]:
    """The parts added up by one place, or by several, of their keys."""
    together: dict[Any, list[Sums]] = {}
    for key, sums in parts.items():
        together.setdefault(key[by], []).append(sums)
    return {key: add(each) for key, each in together.items()}


def grouped(
    session: Session, keys: tuple[ColumnElement[Any], ...], *conditions: ColumnElement[bool], first: tuple[Any, ...] = ()
) -> dict[tuple[Any, ...], Sums]:
    """The figures of the numbered hazards that meet the conditions, by the values of the keys. Each hazard is looked at once, and
    asked only what its status leaves open; the few that are listed or blocked are fetched by themselves.

    `first`: the leading columns of the counting index, if the keys follow from them. Counted by these in their order, and only
    then added up by the keys, 100,000 hazards need not be sorted."""
    cells: dict[tuple[Any, ...], dict[str, int]] = {}
    for condition, figures in _passes(clock.now()):
        named = [key.label(f"key {place}") for place, key in enumerate(keys)]
        found = select(*named, *(_counted(figure).label(name) for name, figure in figures.items()))
        part = found.where(*conditions, ledger.is_numbered(), condition).group_by(*(first or keys)).subquery()
        by = [part.c[key.name] for key in named]
        counted = select(*by, *(func.sum(part.c[name]) for name in figures)).group_by(*by)
        for row in session.execute(counted):
            cell, values = cells.setdefault(tuple(row[: len(keys)]), {}), row[len(keys) :]
            cell |= {name: cell.get(name, 0) + int(value) for name, value in zip(figures, values, strict=True)}
    return {
        key: Sums(ages={age: cell.pop(f"age {age}", 0) for age in ledger.AGES}, **cell) for key, cell in cells.items()
    }


def _counted(figure: ColumnElement[bool] | None) -> ColumnElement[int]:
    return func.count() if figure is None else func.sum(case((figure, 1), else_=0))


def _passes(now: datetime) -> Iterator[tuple[ColumnElement[bool], dict[str, ColumnElement[bool] | None]]]:
    """Which hazards to look at, and what to count of them: the conditions of the ledger, so that a figure and the list behind
    it never differ. None counts them all."""
    timings = {kind: ledger.timing(kind, now, Hazard.due_at, Hazard.closed_at) for kind in ledger.TERMS}
    is_open, is_closed = Hazard.status.in_(rules.IN_HAND), Hazard.status.in_(rules.COUNTED_AS_CLOSED)
    is_listed, is_blocked = Hazard.id.in_(ledger.listed()), Hazard.id.in_(ledger.blocked())
    yield is_closed, {"found": None, "closed": None, "kept": timings["kept"], "missed": timings["missed"]}
    yield (
        is_open,
        {
            "found": None,
            "awaiting": Hazard.status.in_(rules.AWAITING_SIGNATURE),
            "late": timings["late"],
            "soon": timings["soon"],
            **{f"age {age}": ledger.aged(age, now) for age in ledger.AGES},
        },
    )
    marked = Hazard.id.in_(ledger.listed().union(ledger.blocked())) & Hazard.status.not_in(rules.NOT_COUNTED)
    yield marked, {"listed": is_listed, "blocked": is_blocked}


def units(session: Session, within: Unit | None) -> dict[str, Unit]:
    """The units that the places of a board are, by region code."""
    return {unit.region_code: unit for unit in people.units(session, "TOWN" if digits(within) == 9 else "VILLAGE")}
