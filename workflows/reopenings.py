"""Reopenings (重新打开, domain 3.4): a closed hazard that was not rectified after all is taken up again under its old number.

Because a later look at the place found it again, a tip proved true, or the county leader takes his signature back. A new round
begins: both handovers are issued anew, and whoever answers, verifies, applies and reviews does so again. The old signature stays
on record, marked as no longer in force; as of any day before, the ledger counts as it did.
"""

from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import closures, facts, fields, hazards, papers, petitions, photos
from workflows.engine import Cause
from workflows.errors import Conflict, Invalid
from workflows.fields import Data
from workflows.hazards import rules as hazard_rules
from workflows.hazards.tables import Hazard
from workflows.petitions import Petition

PROCESS = "reopening"


class Reopening(Petition):
    """One application to open a closed hazard again."""

    __tablename__ = "reopenings"
    noun, called = "reopening", "重新打开"

    kind: Mapped[str] = mapped_column(String(10))  # one of KINDS
    is_false: Mapped[bool]  # the rectification was faked (假整改)


# ---- rules -------------------------------------------------------------------------------------------------------------

KINDS = {"FAILED": "复查不合格", "TIPOFF": "举报属实", "REVOKED": "签字撤销"}


def fault(hazard: Hazard) -> str | None:
    """Why a hazard cannot be opened again; None if it can."""
    if hazard.status in hazard_rules.COUNTED_AS_CLOSED:
        return None
    return f"这件隐患现为“{hazard_rules.STATUSES[hazard.status]}”，只有已销号的可以重新打开。"


# ---- verbs -------------------------------------------------------------------------------------------------------------


def apply_for_reopening(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """申请重新打开: on which ground, what was found, with photos, and whether the rectification was faked."""
    if sentence := fault(hazard):
        raise Conflict(sentence)
    row = Reopening(
        kind=fields.choice(data, "kind", "重新打开的情形", KINDS),
        reason=fields.text(data, "reason", "现场情况和理由", least=5),
        is_false=fields.answer(data, "false_rectification", "是否弄虚作假"),
        by=by,
        on_behalf_of=on_behalf_of,
    )
    if not photos.attach(session, hazard, task, "photos", fields.shas(data, "photos"), by=by):
        raise Invalid("photos", "请至少上传 1 张现场照片或凭据照片。")
    papers.attach(session, hazard, task, "attachments", fields.shas(data, "attachments"), by=by)
    petitions.ask(session, hazard, row, "O1", task, kind=row.kind, false=row.is_false)


def review_reopening(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """审批重新打开: by the deputy head; a signature is taken back by the county leader himself."""
    row = petitions.get_asked(session, Reopening, hazard)
    petitions.review(session, hazard, row, by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def reopen_hazard(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """重新打开: a new round begins under rectification; the caller lets the loop begin again. What was public needs a correction,
    which the next disclosure brings."""
    row = petitions.get_asked(session, Reopening, hazard)
    needed = ("COUNTY_LEADER",) if row.kind == "REVOKED" else petitions.TOWN_DECIDERS
    if sentence := fault(hazard) or petitions.lacks(session, hazard, row, needed):
        raise Conflict(sentence)
    was_public = hazard.published_at is not None and hazard.exemption is None
    body: dict[str, Any] = {"reopening": row.id, "reason": row.reason, "ground": row.kind, "false": row.is_false}
    closures.revoke_signature(session, hazard, cause=cause, reason=row.reason)
    hazard.reopened_count += 1
    hazard.false_rectification = hazard.false_rectification or row.is_false
    hazard.closed_at = hazard.published_at = hazard.archived_at = hazard.exemption = None
    facts.record(session, hazard.id, "REOPENED", by=cause.by, on_behalf_of=cause.on_behalf_of, **body)
    if was_public:
        facts.record(session, hazard.id, "TO_CORRECT", by=cause.by, on_behalf_of=cause.on_behalf_of, reason=row.reason)
    hazards.move(session, hazard, "RECTIFYING", by=cause.by, on_behalf_of=cause.on_behalf_of, reopening=row.id)
    petitions.decide(session, hazard, row, "GRANTED", cause, round=hazard.reopened_count)


def refuse_reopening(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """不同意重新打开: the closure stands."""
    petitions.decide(session, hazard, petitions.get_asked(session, Reopening, hazard), "REFUSED", cause)


# ---- questions ---------------------------------------------------------------------------------------------------------


def may_reopen(session: Session, hazard: Hazard) -> bool:  # noqa: ARG001
    """A reopening may be asked for now."""
    return fault(hazard) is None


def is_reopened(session: Session, hazard: Hazard) -> bool:  # noqa: ARG001
    """The hazard was closed before, and has been opened again."""
    return hazard.reopened_count > 0


def takes_back(session: Session, hazard: Hazard) -> bool:
    """The reopening that is asked for takes a signature back, so the county leader decides."""
    return petitions.get_asked(session, Reopening, hazard).kind == "REVOKED"
