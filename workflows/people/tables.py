"""Units (区划 tree, departments, enterprises), persons, and the dated posts they hold."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from workflows.db import Base, Key
from workflows.engine import Subject


class Unit(Base):
    """A county, town, village, station, leading group, county department or enterprise."""

    __tablename__ = "units"
    __table_args__ = (Index("ix_units_region", "kind", "region_code"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # COUNTY TOWN VILLAGE STATION GROUP COUNTY_DEPT ENTERPRISE
    name: Mapped[str] = mapped_column(String(120))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    region_code: Mapped[str] = mapped_column(String(12))  # 12 digits: county 6, town 3, village 3; padded with 0
    uscc: Mapped[str | None] = mapped_column(String(18), unique=True)  # of an enterprise; None for stalls and the unlicensed
    subject_type: Mapped[str | None] = mapped_column(String(20))  # of an enterprise: ENTERPRISE, NINE_SMALL …
    sector_code: Mapped[str | None] = mapped_column(String(30))  # of an enterprise: its industry (行业领域)
    address: Mapped[str | None] = mapped_column(String(200))
    sectors: Mapped[list[Any]] = mapped_column(default=list)  # of a station, group or department: the industries it handles
    report_phone: Mapped[str | None] = mapped_column(String(30))  # of a town: where anybody may report a hazard (M055)
    report_email: Mapped[str | None] = mapped_column(String(100))
    from_on: Mapped[date | None]  # its first day; None: before this system
    to_on: Mapped[date | None]  # its last day; None: it lasts. Cases keep its code (区划会变更，旧件不改码)

    @property
    def ref(self) -> Subject:
        """The unit as a subject of history, and, if it is an enterprise, of instances."""
        return Subject("unit", self.id)


class Person(Base):
    """A person with an account. He never vanishes; he is deactivated."""

    __tablename__ = "persons"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    login: Mapped[str] = mapped_column(String(60), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    certificate_no: Mapped[str | None] = mapped_column(String(40))  # 执法证号; None: no enforcement certificate
    is_active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)  # an administrator made it; its owner chooses his own
    session_epoch: Mapped[int] = mapped_column(default=0)  # rises when his sign-ins end; older cookies are worth nothing
    failed_count: Mapped[int] = mapped_column(default=0)  # wrong passwords in a row
    locked_until: Mapped[datetime | None]
    introduced_at: Mapped[datetime | None]  # when he put away what the inbox tells on the first day


class Appointment(Base):
    """A person holds a role at a unit from a day to a day, both included."""

    __tablename__ = "appointments"
    __table_args__ = (Index("ix_appointments_post", "unit_id", "role"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    from_on: Mapped[date]
    to_on: Mapped[date | None]  # None: until revoked
    document_no: Mapped[str | None] = mapped_column(String(80))  # 任命文号


class Substitution(Base):
    """One person stands in for another from a day to a day; duties then count for both (domain 2.2)."""

    __tablename__ = "substitutions"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    principal_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    substitute_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date]
    document_no: Mapped[str | None] = mapped_column(String(80))
