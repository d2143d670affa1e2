"""Exports (导出): long sheets that are written in the background, with progress; finished files are kept for a day.

The file is written beside its name and renamed when whole; the row says READY after that. Killed on the way, the job writes it
again from the beginning. Whoever cancels changes the row, and the writer sees it at its next report.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock, ledger
from workflows.db import Base, Database, Key
from workflows.engine import jobs
from workflows.errors import Conflict, NotFound

IN_HAND = ("WAITING", "RUNNING")
MOST_IN_HAND = 3
KEPT = timedelta(hours=24)


class Export(Base):
    """One order of one person. The address of what he asked for is kept, so that it is written by what he may see then."""

    __tablename__ = "exports"
    __table_args__ = (Index("ix_exports_person", "person_id", "status"), Index("ix_exports_status", "status", "ended_at"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    asked: Mapped[dict[str, Any]]  # the ledger's conditions
    told: Mapped[str] = mapped_column(String(400))  # the same in words
    total: Mapped[int]  # rows when it was ordered
    done: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(String(10), default="WAITING")  # RUNNING READY CANCELLED FAILED EXPIRED
    why: Mapped[str] = mapped_column(String(300), default="")  # it failed
    file: Mapped[str] = mapped_column(String(400))
    ordered_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    @property
    def is_in_hand(self) -> bool:
        """Whether it still waits or is written."""
        return self.status in IN_HAND

    @property
    def expires_at(self) -> datetime:
        """Until when a finished file is kept."""
        return (self.ended_at or self.ordered_at) + KEPT


# ---- verbs -------------------------------------------------------------------------------------------------------------


def order(session: Session, asked: Mapping[str, str], *, told: str, total: int, folder: Path, by: int) -> Export:
    """Order an export. The same one that is still in hand is given back: a second click orders nothing."""
    mine = list(session.scalars(select(Export).where(Export.person_id == by, Export.status.in_(IN_HAND))))
    if same := [each for each in mine if each.asked == dict(asked)]:
        return same[0]
    if len(mine) >= MOST_IN_HAND:
        raise Conflict(f"您已有 {MOST_IN_HAND} 个导出正在进行，请等其中一个完成或者取消后再导出。")
    made = Export(person_id=by, asked=dict(asked), told=told[:400], total=total, file="", ordered_at=clock.now())
    session.add(made)
    session.flush()
    made.file = str(folder / f"{made.id}.xlsx")
    jobs.enqueue(session, "ledger.export", export_id=made.id)
    return made


def cancel(session: Session, export: Export) -> None:
    """Let it be: the writer stops at its next report."""
    if not _move(session, export.id, IN_HAND, status="CANCELLED", ended_at=clock.now()):
        raise Conflict("这个导出已经结束，不能取消。")


def begin(session: Session, export_id: int) -> Export | None:
    """Take up an order, also one that was cut off; None if there is nothing to write any more."""
    return session.get(Export, export_id) if _move(session, export_id, IN_HAND, status="RUNNING", done=0) else None


def report(session: Session, export_id: int, done: int) -> bool:
    """Say how many rows are written; False if somebody has cancelled."""
    return _move(session, export_id, ("RUNNING",), done=done)


def finish(session: Session, export: Export, number: int) -> bool:
    """The file is whole: from now on it may be fetched, and that it was taken out is on record."""
    if not _move(session, export.id, ("RUNNING",), status="READY", done=number, total=number, ended_at=clock.now()):
        return False
    ledger.record_export(session, by=export.person_id, number=number)
    return True


def fail(session: Session, export_id: int, why: str) -> None:
    """It cannot be written; the sentence says why."""
    _move(session, export_id, IN_HAND, status="FAILED", why=why[:300], ended_at=clock.now())


def _move(session: Session, export_id: int, before: tuple[str, ...], **values: Any) -> bool:
    """Change the row if it still stands so; one statement, because writer and canceller meet here."""
    moved = update(Export).where(Export.id == export_id, Export.status.in_(before)).values(**values)
    return bool(session.execute(moved.returning(Export.id)).first())


def expire(database: Database) -> int:
    """Delete the files that were kept long enough, and then say so: whoever is killed in between finds them again. Answers how
    many."""
    old = (Export.status == "READY", Export.ended_at < clock.now() - KEPT)
    with database.reading() as session:
        files = session.scalars(select(Export.file).where(*old)).all()
    for file in files:
        Path(file).unlink(missing_ok=True)
    with database.transaction() as session:
        session.execute(update(Export).where(*old).values(status="EXPIRED"))
    return len(files)


jobs.daily("exports.expire", 3, 40)(expire)


# ---- questions ---------------------------------------------------------------------------------------------------------


def get_for(session: Session, person_id: int, export_id: int) -> Export:
    """One's own export; NotFound for everybody else's."""
    if found := session.scalar(select(Export).where(Export.id == export_id, Export.person_id == person_id)):
        return found
    raise NotFound("没有找到这个导出。")


def of(session: Session, person_id: int, limit: int = 10) -> list[Export]:
    """A person's last exports, the newest first."""
    mine = select(Export).where(Export.person_id == person_id).order_by(Export.id.desc()).limit(limit)
    return list(session.scalars(mine))
