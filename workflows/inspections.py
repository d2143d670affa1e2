"""Inspections (检查) that found a hazard. Enforcement needs two certificates, a routine visit one named person (INV-18)."""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock, fields
from workflows.db import Base, Key
from workflows.engine import history
from workflows.errors import Invalid
from workflows.fields import Data
from workflows.hazards.tables import Hazard


class Inspection(Base):
    """One visit on which a hazard was found."""

    __tablename__ = "inspections"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # ENFORCEMENT or ROUTINE
    made_on: Mapped[date]
    inspectors: Mapped[str] = mapped_column(String(200))  # the names, as on the record of the visit
    certificate_1: Mapped[str | None] = mapped_column(String(40))
    certificate_2: Mapped[str | None] = mapped_column(String(40))


# ---- rules -------------------------------------------------------------------------------------------------------------


KINDS = {"ENFORCEMENT": "执法检查", "ROUTINE": "日常、督导检查"}


def certificate_fault(kind: str, first: str | None, second: str | None) -> dict[str, str]:
    """What an enforcement inspection lacks: two different certificates (INV-18)."""
    if kind != "ENFORCEMENT":
        return {}
    if not first or not second:
        return {"certificate_2" if first else "certificate_1": "执法检查须有两名持证人员，请填写两个执法证号。"}
    return {"certificate_2": "两个执法证号不能相同。"} if first == second else {}


# ---- verbs -------------------------------------------------------------------------------------------------------------


def record(session: Session, hazard: Hazard, *, by: int, data: Data) -> Inspection:
    """Write down the visit on which a hazard was found."""
    kind = fields.choice(data, "inspection_kind", "检查类别", KINDS)
    made_on = fields.day(data, "inspection_on", "检查日期")
    if made_on > clock.today():
        raise Invalid("inspection_on", "检查日期不能晚于今天。")
    inspectors = fields.text(data, "inspectors", "检查人员", least=2, most=200)
    first, second = fields.find_text(data, "certificate_1"), fields.find_text(data, "certificate_2")
    if faults := certificate_fault(kind, first, second):
        raise Invalid(faults)
    row = Inspection(kind=kind, made_on=made_on, inspectors=inspectors, certificate_1=first, certificate_2=second)
    session.add(row)
    session.flush()
    history.record(session, hazard.ref, "inspection_recorded", by=by, inspection=row.id, inspection_kind=kind)
    return row
