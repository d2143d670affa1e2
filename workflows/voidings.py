"""Voidings (核减, P09): a hazard that was entered by mistake, is not major, is not true, or is entered twice leaves the ledger.

Whoever entered it asks, with photos of the place and a comparison with the original record; somebody else looks at the place;
the office and the deputy head decide, and the county files it if it knew. The number stays for ever (INV-6), nothing of it is
counted as rectified (INV-14). Of two that are one, the earlier number stays, whichever of them was named (INV-13).
"""

from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import fields, handovers, hazards, papers, petitions
from workflows.engine import Cause
from workflows.errors import Conflict, Invalid
from workflows.fields import Data
from workflows.hazards import rules as hazard_rules
from workflows.hazards.tables import Hazard
from workflows.petitions import Petition


class Voiding(Petition):
    """One application to take a hazard out of the ledger."""

    __tablename__ = "voidings"
    noun, called = "voiding", "核减"

    kind: Mapped[str] = mapped_column(String(10))  # one of KINDS
    comparison: Mapped[str] = mapped_column(Text)  # 原始记录对照
    other_id: Mapped[int | None] = mapped_column(ForeignKey("hazards.id"))  # DUPLICATE: the one it was named to repeat


# ---- rules -------------------------------------------------------------------------------------------------------------

KINDS = {"MISTAKE": "误录", "ORDINARY": "不属于重大", "UNTRUE": "不属实", "DUPLICATE": "重复登记"}
BECOMES = {"MISTAKE": "VOIDED", "ORDINARY": "DOWNGRADED", "UNTRUE": "VOIDED", "DUPLICATE": "MERGED"}


def fault(hazard: Hazard, kind: str) -> str | None:
    """Why a hazard may not leave the ledger in this way as it stands; None if it may."""
    if hazard.status not in hazard_rules.IN_HAND:
        return f"这件隐患现为“{hazard_rules.STATUSES[hazard.status]}”，只有在办的隐患可以核减。"
    if not hazard_rules.may_move(hazard.status, BECOMES[kind]):
        return f"这件隐患现为“{hazard_rules.STATUSES[hazard.status]}”，不能再按“{KINDS[kind]}”核减。"
    return None


def in_order(one: Hazard, other: Hazard) -> tuple[Hazard, Hazard]:
    """The one that stays and the one that is merged into it: the earlier number stays (domain 3.4)."""
    assert one.registered_at is not None, "both were registered"
    assert other.registered_at is not None, "both were registered"
    return (one, other) if (one.registered_at, one.id) < (other.registered_at, other.id) else (other, one)


# ---- verbs -------------------------------------------------------------------------------------------------------------


def apply_for_voiding(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """申请核减: which kind, why, with photos of the place and a comparison with the original record."""
    kind = fields.choice(data, "kind", "核减类型", KINDS)
    other = hazards.get_main(session, hazard, data) if kind == "DUPLICATE" else None
    gone = in_order(hazard, other)[1] if other else hazard
    if sentence := fault(gone, kind):
        raise Invalid("kind", sentence if gone is hazard else f"编号较晚的 {gone.hazard_no} 应并入本件，但{sentence}")
    row = Voiding(
        kind=kind,
        reason=fields.text(data, "reason", "核减原因", least=5),
        comparison=fields.text(data, "comparison", "原始记录对照", least=5),
        other_id=other.id if other else None,
        by=by,
        on_behalf_of=on_behalf_of,
    )
    petitions.attach_photos(session, hazard, task, data, by)
    papers.attach(session, hazard, task, "attachments", fields.shas(data, "attachments"), by=by)
    petitions.ask(session, hazard, row, "N1", task, kind=kind, other=other and other.hazard_no)


def check_voiding(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """现场核实: somebody else of the village or the station looks at the place, with photos of his own."""
    row = petitions.get_asked(session, Voiding, hazard)
    petitions.review_onsite(
        session, hazard, row, looked="现场核实时间", by=by, on_behalf_of=on_behalf_of, task=task, data=data
    )


def review_voiding(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """审核核减: the office, the deputy head, and the county's office where the county knows of the hazard."""
    row = petitions.get_asked(session, Voiding, hazard)
    petitions.review(session, hazard, row, by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def void_hazard(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """核减: the hazard leaves the ledger, or of two that are one the later. The caller has ended what else runs about it. Not
    without the deputy head or who stands above him, nor without the county's office if it knows of the hazard."""
    row = petitions.get_asked(session, Voiding, hazard)
    needed = [petitions.TOWN_DECIDERS, *([("COUNTY_OFFICE",)] if is_known_to_county(session, hazard) else [])]
    for roles in needed:
        if sentence := petitions.lacks(session, hazard, row, roles):
            raise Conflict(sentence)
    main, gone = _pair(session, hazard, row)
    if sentence := (main and hazard_rules.main_fault(main.status)) or fault(gone, row.kind):
        raise Conflict(f"{sentence}请选“不同意”并说明。")
    body = {"voiding": row.id, "reason": row.reason}
    if main:
        hazards.merge(session, gone, main, cause=cause, **body)
    else:
        gone.level = "ORDINARY" if row.kind == "ORDINARY" else gone.level
        hazards.move(session, gone, BECOMES[row.kind], by=cause.by, on_behalf_of=cause.on_behalf_of, **body)
    gone.overdue_level = 0
    petitions.decide(session, hazard, row, "GRANTED", cause, gone=gone.hazard_no, into=main and main.hazard_no)


def refuse_voiding(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """不同意核减: the hazard stays in the ledger."""
    petitions.decide(session, hazard, petitions.get_asked(session, Voiding, hazard), "REFUSED", cause)


def _pair(session: Session, hazard: Hazard, row: Voiding) -> tuple[Hazard | None, Hazard]:
    """The one that stays, if two are one, and the one that leaves."""
    if row.other_id is None:
        return None, hazard
    return in_order(hazard, session.get_one(Hazard, row.other_id, populate_existing=True))


# ---- questions ---------------------------------------------------------------------------------------------------------


def may_void(session: Session, hazard: Hazard) -> bool:  # noqa: ARG001
    """A voiding may be asked for now."""
    return fault(hazard, "MISTAKE") is None


def leaving(session: Session, hazard: Hazard) -> Hazard:
    """Which hazard leaves if the voiding that is asked for is granted: of two that are one, the later."""
    return _pair(session, hazard, petitions.get_asked(session, Voiding, hazard))[1]


def is_known_to_county(session: Session, hazard: Hazard) -> bool:
    """Handover two was issued, so the county has the hazard in its books and files the voiding."""
    return any(row.kind == "TRACK" for row in handovers.of(session, hazard))


def of(session: Session, hazard: Hazard) -> list[Voiding]:
    """Every application, oldest first."""
    return petitions.of(session, Voiding, hazard)
