"""判定标准: by which clauses a hazard is major, as a data set in versions (domain 8.2, M095).

The data stand in `bpmn/standards.json`: a new version of a standard is a new entry with its own id, the old one gets the day on
which it ended and stays, because hazards were registered by it. Titles are short and our own; the using office checks and
completes them with the official text.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import workflows

FILE = Path(workflows.__file__).parent.parent / "bpmn" / "standards.json"


@dataclass(frozen=True)
class Standard:
    """One version of a standard."""

    id: str
    name: str
    document: str  # the order or standard number that put it in force
    from_on: date
    to_on: date | None  # the last day; None while it is in force
    sectors: tuple[str, ...]
    is_general: bool  # holds in every industry, as fire does

    def is_in_force(self, on: date) -> bool:
        """Whether it holds on a day."""
        return self.from_on <= on and (self.to_on is None or on <= self.to_on)


@dataclass(frozen=True)
class Clause:
    """One clause; its code holds the standard's version, so a hazard that keeps the code keeps the version."""

    code: str
    title: str
    standard: Standard

    @property
    def text(self) -> str:
        """The clause with its source, as it is written down with a hazard."""
        return f"{self.title}（《{self.standard.name}》，{self.standard.document}，{self.standard.from_on} 起施行）"

    def fits(self, sector: str | None) -> bool:
        """Whether a hazard in this industry may be registered by it."""
        return self.standard.is_general or sector in self.standard.sectors


@cache
def clauses() -> dict[str, Clause]:
    """Every clause of every version, by its code."""
    return {clause.code: clause for clause in _read()}


def _read() -> Iterator[Clause]:
    for entry in json.loads(FILE.read_text(encoding="utf-8")):
        to_on = date.fromisoformat(entry["to_on"]) if "to_on" in entry else None
        standard = Standard(
            entry["id"],
            entry["name"],
            entry["document"],
            date.fromisoformat(entry["from_on"]),
            to_on,
            tuple(entry["sectors"]),
            entry.get("is_general", False),
        )
        for number, title in entry["clauses"].items():
            yield Clause(f"{standard.id}/{number}", title, standard)


def in_force(on: date, sector: str | None = None) -> list[Clause]:
    """The clauses of a day: those of the industry first, then what holds in every industry, then the others'."""
    holding = [clause for clause in clauses().values() if clause.standard.is_in_force(on)]
    return sorted(holding, key=lambda clause: (sector not in clause.standard.sectors, not clause.standard.is_general))


def own_of(sector: str | None, on: date) -> list[Standard]:
    """The standards an industry has of its own on a day; none: 重点检查事项 take their place (domain 8.2)."""
    found = (clause.standard for clause in in_force(on) if sector in clause.standard.sectors)
    return list(dict.fromkeys(found))
