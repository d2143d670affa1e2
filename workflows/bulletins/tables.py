"""三公开: what a town makes public each month, in numbered editions that never change once they are public."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from workflows.db import Base, Key
from workflows.engine import Subject


class Bulletin(Base):
    """A town's disclosure for one month; opened after the month's cut."""

    __tablename__ = "bulletins"
    __table_args__ = (Index("uq_bulletins_month", "region_code", "month", unique=True),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    region_code: Mapped[str] = mapped_column(String(12))  # the town's
    town_name: Mapped[str] = mapped_column(String(120))
    month: Mapped[date]  # its first day
    cut_at: Mapped[datetime]  # the 25th 24:00: everything in it is as it stood then
    opened_at: Mapped[datetime]

    @property
    def ref(self) -> Subject:
        """The bulletin as a subject of instances and history."""
        return Subject("bulletin", self.id)


class Edition(Base):
    """One draft of a bulletin and what became of it. A published one never changes: a correction is the next edition."""

    __tablename__ = "bulletin_editions"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletins.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))  # DRAFTED RETURNED PUBLISHED
    number: Mapped[int | None]  # 1, 2 …: given when it is published
    correction: Mapped[str | None] = mapped_column(Text)  # from the second on: what was corrected and why; public
    findings: Mapped[list[Any]]  # what the check for personal data found in it, as sentences; for the approver
    explanation: Mapped[str | None] = mapped_column(Text)  # why that may be made public all the same
    sha256: Mapped[str] = mapped_column(String(64))  # of all that the public reads; see `rules.digest`
    drafted_at: Mapped[datetime]
    drafted_by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    drafted_for: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    decided_for: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    opinion: Mapped[str | None] = mapped_column(Text)


class Row(Base):
    """One line of an edition's lists, as the public reads it; EXEMPT ones it never reads."""

    __tablename__ = "bulletin_rows"
    __table_args__ = (Index("ix_bulletin_rows_edition", "edition_id", "list", "position"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("bulletin_editions.id"))
    list: Mapped[str] = mapped_column(String(10))  # LIST PROGRESS RESULT CORRECTION EXEMPT
    position: Mapped[int]
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"), index=True)
    hazard_no: Mapped[str] = mapped_column(String(40))
    subject_name: Mapped[str] = mapped_column(String(120))
    village_code: Mapped[str] = mapped_column(String(12))
    village_name: Mapped[str] = mapped_column(String(120))
    sector: Mapped[str] = mapped_column(String(60))  # in words: it may be renamed later
    text: Mapped[str] = mapped_column(Text)  # what was found; how far it is; how it ended; EXEMPT: why it is left out
    on_day: Mapped[date | None]  # registered on; to be finished by; closed on
    is_late: Mapped[bool]  # PROGRESS: the deadline had passed at the cut


class Wording(Base):
    """What the public reads of a hazard instead of what stands in its file. The newest holds, in every later month too."""

    __tablename__ = "bulletin_wordings"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"), index=True)
    subject_name: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime]
    set_by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
