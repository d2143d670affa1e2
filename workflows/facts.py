"""Dated facts about a hazard: what the ledger and every report are counted from.

A fact is written by its verb together with its history line and carries that line's id; the line's hash covers it. Reports
ask by `recorded_at` (the server's clock); `effective_at` is only shown (design 6).
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from workflows.db import Base, Key
from workflows.engine import Subject, history
from workflows.engine.history import Line

LISTED = text("kind = 'LISTED'")
RARE = text("kind IN ('STOPPED', 'SHUTDOWN', 'TALKED', 'UNIT_TALKED')")


class Fact(Base):
    """One thing that is true of a hazard since a moment. Never changed, never deleted (INV-4)."""

    __tablename__ = "facts"
    __table_args__ = (
        Index("ix_facts_hazard", "hazard_id", "recorded_at", "kind"),  # the ledger reads nothing but this index
        Index("ix_facts_recorded", "recorded_at"),
        Index("ix_facts_listed", "recorded_at", "hazard_id", sqlite_where=LISTED, postgresql_where=LISTED),  # few
        Index("ix_facts_rare", "kind", "recorded_at", "hazard_id", sqlite_where=RARE, postgresql_where=RARE),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"))
    kind: Mapped[str] = mapped_column(String(30))  # a status (REGISTERED, CLOSED …) or one of BESIDE
    recorded_at: Mapped[datetime]
    effective_at: Mapped[datetime | None]
    line_id: Mapped[int] = mapped_column(ForeignKey("history.id"), unique=True)
    line: Mapped[Line] = relationship()


# ---- rules -------------------------------------------------------------------------------------------------------------

BESIDE = tuple("DUE OVERDUE LISTED UNLISTED STOPPED RESTRICTED RESUMED SHUTDOWN TALKED UNIT_TALKED REOPENED TO_CORRECT".split())
"""Facts that leave the status as it was."""


# ---- verbs -----------------------------------------------------------------------------------------------------------


def record(
    session: Session,
    hazard_id: int,
    kind: str,
    *,
    by: int | None = None,
    on_behalf_of: int | None = None,
    effective_at: datetime | None = None,
    **body: Any,
) -> Fact:
    """Write a fact and the history line that proves it; `body` stands in the line."""
    if effective_at is not None:
        body["effective_at"] = effective_at.isoformat()
    line = history.record(session, Subject("hazard", hazard_id), kind, by=by, on_behalf_of=on_behalf_of, **body)
    fact = Fact(hazard_id=hazard_id, kind=kind, recorded_at=line.at, effective_at=effective_at, line=line)
    session.add(fact)
    return fact


# ---- questions -------------------------------------------------------------------------------------------------------


def find_last(session: Session, hazard_id: int, *kinds: str) -> Fact | None:
    """The newest fact of these kinds (of any kind, if none is named)."""
    mine = select(Fact).where(Fact.hazard_id == hazard_id)
    if kinds:
        mine = mine.where(Fact.kind.in_(kinds))
    return session.scalars(mine.order_by(Fact.id.desc()).limit(1)).first()


def faults(session: Session) -> list[str]:
    """Facts that differ from their history line, and lines whose fact is gone: sentences for the auditor, none when all is in
    order (INV-12)."""
    return [*_differing(session), *_lost(session)]


BATCH = 1000  # rows in memory at a time: a county has millions


def _differing(session: Session) -> Iterator[str]:
    fact = (Fact.hazard_id, Fact.kind, Fact.recorded_at, Fact.effective_at)
    line = (Line.subject_kind, Line.subject_id, Line.seq, Line.kind, Line.at, Line.body)
    proven = select(*fact, *line).join(Line, Line.id == Fact.line_id).order_by(Fact.id)
    for *told, effective_at, about, hazard_id, seq, kind, at, body in session.execute(proven.execution_options(yield_per=BATCH)):
        if (told, effective_at, about) != ([hazard_id, kind, at], _effective_at(body), "hazard"):
            yield f"隐患 {told[0]} 的事实“{told[1]}”与留痕第 {seq} 条不一致。"


def _lost(session: Session) -> Iterator[str]:
    """Of all lines about hazards, those of facts are in capitals."""
    is_one = (Line.subject_kind == "hazard", Line.kind == func.upper(Line.kind))
    alone = select(Line.subject_id, Line.kind, Line.seq).outerjoin(Fact, Fact.line_id == Line.id)
    alone = alone.where(*is_one, Fact.id.is_(None)).order_by(Line.id)
    for hazard_id, kind, seq in session.execute(alone):
        yield f"隐患 {hazard_id} 的留痕第 {seq} 条所记的事实“{kind}”不见了。"


def _effective_at(body: dict[str, Any]) -> datetime | None:
    with suppress(ValueError, TypeError):
        return datetime.fromisoformat(body.get("effective_at", ""))
    return None
