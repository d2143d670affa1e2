"""A unit's return of a month, what was entered into it by hand, and the versions in which it was frozen."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflows import clock
from workflows.db import Base, Json, Key
from workflows.engine import Subject
from workflows.people import Unit


class Return(Base):
    """The return (月报) of a village, town or county for one month of a campaign."""

    __tablename__ = "returns"
    __table_args__ = (UniqueConstraint("unit_id", "campaign", "as_of_on"), Index("ix_returns_region", "region_code", "as_of_on"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    unit: Mapped[Unit] = relationship()
    region_code: Mapped[str] = mapped_column(String(12))
    level: Mapped[str] = mapped_column(String(10))  # VILLAGE TOWN COUNTY
    campaign: Mapped[str] = mapped_column(String(10))
    as_of_on: Mapped[date]  # the 25th; of a campaign's last return its last day
    state: Mapped[str] = mapped_column(String(10))  # OPEN FROZEN SIGNED RECEIVED
    opened_at: Mapped[datetime]
    handed_in: Mapped[dict[str, Any] | None] = mapped_column(Json)  # the figures its unit stated or saw when it handed it in
    handed_in_at: Mapped[datetime | None]
    filler_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # 填表人
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # 审核人
    explanation: Mapped[str | None] = mapped_column(Text)  # why figures are lower than a month ago (核减说明)

    @property
    def ref(self) -> Subject:
        """The return as a subject of instances and history."""
        return Subject("return", self.id)

    @property
    def cut_at(self) -> datetime:
        """24:00 of its day (domain 5, 时点): what is recorded later belongs to the next one."""
        return clock.end_of(self.as_of_on)


class Value(Base):
    """A figure entered by hand, cumulative since the campaign began, with reason and proof. The newest of a unit is in force;
    older ones stay, so that a form of the past finds them."""

    __tablename__ = "return_values"
    __table_args__ = (Index("ix_return_values_region", "region_code", "campaign", "valid_at"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("returns.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    region_code: Mapped[str] = mapped_column(String(12))
    campaign: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(String(3))  # B1 … C10
    value: Mapped[int] = mapped_column(Key)  # C3b in fen
    reason: Mapped[str] = mapped_column(String(400))
    proof: Mapped[list[Any]]  # references of papers and photos
    valid_at: Mapped[datetime]  # from when it counts: when it was recorded; of a correction, the cut that it corrects
    recorded_at: Mapped[datetime]
    by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("history.id"))

    @property
    def filed_with(self) -> Subject:
        """The return with which it was handed in, its proof beside it."""
        return Subject("return", self.return_id)


class Frozen(Base):
    """A version of a return: its figures and its list of hazards as of the cut, under a hash that stands in the chain. A
    correction is a new row with its reason; the older ones stay."""

    __tablename__ = "frozen_returns"
    __table_args__ = (UniqueConstraint("return_id", "version"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("returns.id"))
    version: Mapped[int]
    as_of: Mapped[datetime]
    values: Mapped[dict[str, Any]] = mapped_column(Json)
    findings: Mapped[list[Any]]  # what the nine checks had to say: [rule, sentence]
    lines: Mapped[list[Any]] = mapped_column(Json, deferred=True)  # 月度清单: [hazard id, number, status, is new this month]
    sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(400))
    frozen_at: Mapped[datetime]
    frozen_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # None: by the clock, at the cut
    line_id: Mapped[int] = mapped_column(ForeignKey("history.id"))
