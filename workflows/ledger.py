"""The ledger (台账): how many hazards were found and how many rectified, at any past moment (domain 5, AC-01–03, AC-11).

Counted from dated facts alone, by the server's clock at which they were recorded: what a hazard's status was at a moment, its
newest status fact up to that moment says. Only a county leader's signature counts as rectified; voided, downgraded and merged
hazards count nowhere (INV-11, INV-13, INV-14).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, case, func, select, true
from sqlalchemy.orm import Session

from workflows import clock
from workflows.facts import BESIDE, Fact
from workflows.hazards import questions, rules
from workflows.hazards.tables import Hazard
from workflows.people import Unit

SOURCES = ("SELF", "ENFORCE", "TIPOFF", "ASSIGNED")


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
    def open(self) -> int:
        """Found and not signed."""
        return self.total.found - self.total.closed

    @property
    def rate(self) -> float | None:
        """Rectified in percent of found, two places (AC-02); None when nothing was found."""
        return round(self.total.closed * 100 / self.total.found, 2) if self.total.found else None

    @property
    def items(self) -> dict[str, int]:
        """A1…A10 of the dispatch form."""
        found = [each for source in SOURCES for each in (self.rows[source].found, self.rows[source].closed)]
        return {f"A{place}": value for place, value in enumerate([*found, self.listed.found, self.listed.closed], start=1)}


def cutoff(month: date) -> datetime:
    """24:00 of a month's 25th, a holiday or not (AC-11)."""
    return clock.end_of(month.replace(day=25))


# ---- questions ---------------------------------------------------------------------------------------------------------


def count(
    session: Session,
    *,
    as_of: datetime | None = None,
    within: Unit | None = None,
    scope: ColumnElement[bool] | None = None,
    campaign: str | None = None,
) -> Counts:
    """Count the ledger as it stood at a moment (now, if none is given), in a unit's region and a caller's scope."""
    moment = as_of or clock.now()
    conditions = [scope if scope is not None else true(), questions.in_region(within) if within is not None else true()]
    if campaign:
        conditions.append(Hazard.campaign == campaign)
    rows, listed, gone = {source: Row() for source in SOURCES}, Row(), dict.fromkeys(("VOIDED", "DOWNGRADED", "MERGED"), 0)
    for source, status, is_listed, number in session.execute(_by_status(moment).where(*conditions)):
        if status in rules.NOT_COUNTED:
            gone[status] = gone.get(status, 0) + number
            continue
        rows[source] = _plus(rows[source], status, number)
        listed = _plus(listed, status, number) if is_listed else listed
    return Counts(moment, rows, listed, gone)


def status_at(session: Session, hazard: Hazard, moment: datetime) -> str:
    """The hazard's status as it was recorded at a moment; DRAFT before its report."""
    before = select(Fact.kind).where(Fact.hazard_id == hazard.id, Fact.recorded_at <= moment, Fact.kind.not_in(BESIDE))
    return session.scalars(before.order_by(Fact.id.desc()).limit(1)).first() or "DRAFT"


def _plus(row: Row, status: str, number: int) -> Row:
    is_closed, awaits = status in rules.COUNTED_AS_CLOSED, status in rules.AWAITING_SIGNATURE
    return Row(row.found + number, row.closed + number * is_closed, row.awaiting + number * awaits)


def _by_status(moment: datetime) -> Select[str, str, bool, int]:
    """How many hazards registered by a moment then stood in which status, by source: one pass over the facts."""
    upto = (
        select(
            Fact.hazard_id,
            func.max(case((Fact.kind == "REGISTERED", 1), else_=0)).label("registered"),
            func.max(case((Fact.kind == "LISTED", 1), else_=0)).label("listed"),
            func.max(case((Fact.kind.not_in(BESIDE), Fact.id))).label("last"),
        )
        .where(Fact.recorded_at <= moment)
        .group_by(Fact.hazard_id)
        .subquery()
    )
    is_listed = upto.c.listed == 1
    return (
        select(func.coalesce(Hazard.source, ""), Fact.kind, is_listed, func.count())
        .join_from(upto, Fact, Fact.id == upto.c.last)
        .join(Hazard, Hazard.id == upto.c.hazard_id)
        .where(upto.c.registered == 1)
        .group_by(Hazard.source, Fact.kind, is_listed)
    )
