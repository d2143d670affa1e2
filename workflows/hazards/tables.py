"""The hazard (重大事故隐患) and what belongs to it alone: its number sequence and its deadlines."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflows.db import Base, Key
from workflows.engine import Subject
from workflows.engine.history import Line

# All that counting asks for, the scope of who counts included: the ledger's totals and the board read this index alone.
COUNTED = (
    "status region_code sector source due_at closed_at registered_at reporter_id lead_person_id territory_person_id "
    "sector_person_id tracker_id enterprise_id transferred campaign hazard_no"
).split()


MERGED = text("merged_into_id IS NOT NULL")


class Hazard(Base):
    """One hazard from its report to the archive. The columns are how it stands now; how it came so, facts and history tell."""

    __tablename__ = "hazards"
    __table_args__ = (
        Index("ix_hazards_region", "region_code", "sector"),
        Index("ix_hazards_status", "status", "due_on"),
        Index("ix_hazards_subject", "enterprise_id", "standard_clause"),
        Index("ix_hazards_ledger", *COUNTED),
        Index("ix_hazards_merged", "merged_into_id", sqlite_where=MERGED, postgresql_where=MERGED),  # few
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_no: Mapped[str | None] = mapped_column(String(40), unique=True)  # given at registration, for ever (INV-6)
    external_no: Mapped[str | None] = mapped_column(String(80))  # its number in a superior system
    status: Mapped[str] = mapped_column(String(20), default="DRAFT")
    campaign: Mapped[str] = mapped_column(String(10))
    level: Mapped[str | None] = mapped_column(String(10))  # MAJOR or ORDINARY, decided at registration
    level_proposed: Mapped[str | None] = mapped_column(String(10))
    source: Mapped[str | None] = mapped_column(String(10))  # SELF ENFORCE TIPOFF ASSIGNED
    found_by: Mapped[str | None] = mapped_column(String(10))  # COUNTY COUNTY_TIP ABOVE; None: the town or below found it
    # ---- the subject (主体) and the place
    subject_type: Mapped[str | None] = mapped_column(String(20))
    subject_name: Mapped[str] = mapped_column(String(120), default="")
    uscc: Mapped[str | None] = mapped_column(String(18))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))  # the subject's unit, if it has one
    region_code: Mapped[str] = mapped_column(String(12), default="")
    sector: Mapped[str | None] = mapped_column(String(30))
    address: Mapped[str | None] = mapped_column(String(200))
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    # ---- what was found
    found_at: Mapped[datetime | None]
    description: Mapped[str] = mapped_column(Text, default="")
    cause: Mapped[str | None] = mapped_column(Text)
    harm_analysis: Mapped[str | None] = mapped_column(Text)
    immediate_danger: Mapped[bool] = mapped_column(default=False)
    interim_measures: Mapped[str | None] = mapped_column(Text)
    inspection_id: Mapped[int | None] = mapped_column(ForeignKey("inspections.id"))  # ENFORCE
    tip_ref: Mapped[str | None] = mapped_column(String(60))  # TIPOFF: a reference only, never who reported (INV-5)
    superior_doc_no: Mapped[str | None] = mapped_column(String(80))  # ASSIGNED
    standard_clause: Mapped[str | None] = mapped_column(String(60))  # its code, which holds the standard's version
    clause_text: Mapped[str | None] = mapped_column(String(400))  # as it read then: the data set may change, this may not (M095)
    key_check_item: Mapped[str | None] = mapped_column(String(200))
    # ---- who
    reporter_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    lead_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # the one lead (牵头, INV-7)
    territory_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # 块
    sector_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # 条
    county_dept_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    tracker_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    # ---- when
    reported_at: Mapped[datetime | None]
    registered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]  # the county leader's signature; only this counts as rectified
    published_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    mode: Mapped[str | None] = mapped_column(String(10))  # IMMEDIATE or DEADLINE
    due_at: Mapped[datetime | None]  # the deadline now in force, a copy of the newest row of `deadlines`
    due_on: Mapped[date | None]  # the day of due_at
    # ---- marks
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("hazards.id"))
    overdue_level: Mapped[int] = mapped_column(default=0)  # 0–4: none, 卡, 单, 函, 令
    return_count: Mapped[int] = mapped_column(default=0)
    extension_count: Mapped[int] = mapped_column(default=0)
    reopened_count: Mapped[int] = mapped_column(default=0)  # the round of separation of duties
    listed_supervision: Mapped[bool] = mapped_column(default=False)
    stop_production: Mapped[bool] = mapped_column(default=False)
    transferred: Mapped[bool] = mapped_column(default=False)
    false_rectification: Mapped[bool] = mapped_column(default=False)
    exemption: Mapped[str | None] = mapped_column(Text)  # why its result is not made public

    @property
    def ref(self) -> Subject:
        """The hazard as a subject of instances and history."""
        return Subject("hazard", self.id)


class Sequence(Base):
    """The last serial given per town, campaign and year."""

    __tablename__ = "hazard_sequences"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int]


class Deadline(Base):
    """One deadline a hazard had; the newest is in force, older ones stay to be asked for (INV-9)."""

    __tablename__ = "deadlines"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"), index=True)
    due_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(120))  # which order, plan or parameter says so
    reason: Mapped[str] = mapped_column(String(400))
    set_at: Mapped[datetime]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # None: counted by the system
    line_id: Mapped[int] = mapped_column(ForeignKey("history.id"))
    line: Mapped[Line] = relationship()
