"""Closure (⑨–⑫, 销号): application, town review, tracker's opinion, and the county leader's signature, which alone closes.

Every step is a row about one verification. `faults` asks the record, not the diagram: whatever a diagram says, nothing closes
without all of it (INV-2, INV-3).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from workflows import (
    clock,
    duties,
    facts,
    feedbacks,
    fields,
    handovers,
    hazards,
    memory,
    papers,
    people,
    rectifications,
    reminders,
    verifications,
)
from workflows.db import Base, Key
from workflows.engine import Cause, history
from workflows.errors import Conflict, Forbidden, Invalid
from workflows.fields import Data
from workflows.hazards import rules as hazard_rules
from workflows.hazards.tables import Hazard


class Review(Base):
    """One step on the way to closure, with its decision."""

    __tablename__ = "reviews"
    __table_args__ = (Index("ix_reviews_hazard", "hazard_id", "verification_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"))
    verification_id: Mapped[int] = mapped_column(ForeignKey("verifications.id"))  # the one it rests on
    stage: Mapped[str] = mapped_column(String(10))  # APPLY TOWN TRACKER SIGN
    decision: Mapped[str] = mapped_column(String(10))  # apply approve agree sign, or where it goes back to
    opinion: Mapped[str | None] = mapped_column(Text)
    is_onsite: Mapped[bool | None]  # TRACKER: whether he was there
    by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    on_behalf_of: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]  # SIGN: a reopening has taken it out of force (已失效); it stays
    line_id: Mapped[int] = mapped_column(ForeignKey("history.id"))
    line: Mapped[history.Line] = relationship()


# ---- rules -------------------------------------------------------------------------------------------------------------

STAGES = {"APPLY": "apply", "TOWN": "approve", "TRACKER": "agree", "SIGN": "sign"}  # in order, with what lets it go on
MISSING = {
    "APPLY": "牵头人还没有申请销号。",
    "TOWN": "本次申请之后镇里还没有审核同意。",
    "TRACKER": "镇审核之后县跟踪人还没有同意销号。",
    "SIGN": "县政府分管领导还没有签字。",
}
TOWN_REVIEWERS = ("GROUP_DEPUTY", "GROUP_HEAD", "COUNTY_OFFICE")
BACK_TO = {"rectify": "RECTIFYING", "verify": "RECTIFIED", "apply": "VERIFIED", "town": "CLOSE_APPLIED"}


def way_faults(reviews: list[tuple[str, str]], until: str) -> list[str]:
    """What is missing on the way up to a stage, given the (stage, decision) pairs since the last verification, in order.

    A return takes back what stood behind it: to rectify or verify, all of it; to apply, all from the application on.
    """
    standing: list[str] = []
    for stage, decision in reviews:
        if decision == STAGES[stage]:
            place = list(STAGES).index(stage)
            standing = standing[:place] + [stage] if standing[:place] == list(STAGES)[:place] else standing
        elif decision in ("rectify", "verify"):
            return ["上次退回之后还没有重新验收。"]
        else:
            standing = [] if decision == "apply" else ["APPLY"]
    needed = list(STAGES)[: list(STAGES).index(until) + 1]
    return [MISSING[stage] for stage in needed if stage not in standing]


# ---- verbs -------------------------------------------------------------------------------------------------------------


def apply_for_closure(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """⑨申请销号: by the lead, when nothing is missing; what is missing is said line by line (AC-14)."""
    hazards.must_be(hazard, "VERIFIED")
    if hazard.lead_person_id not in (by, on_behalf_of):
        raise Forbidden("只有移交一的牵头人可以申请销号。")
    if sentences := faults_before_application(session, hazard):
        raise Invalid(sentences)
    summary = fields.text(data, "summary", "整改情况小结", least=2)
    if not data.get("checklist"):
        raise Invalid("checklist", "请逐项核对材料。")
    papers.attach(session, hazard, task, "attachments", fields.shas(data, "attachments"), by=by)
    duties.take(session, hazard, "A", by=by, on_behalf_of=on_behalf_of)
    _write(session, hazard, "APPLY", "apply", summary, task, by=by, on_behalf_of=on_behalf_of)
    hazards.move(session, hazard, "CLOSE_APPLIED", by=by, on_behalf_of=on_behalf_of)


def review_in_town(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """⑩镇审核: approve, or send back to application, rectification or verification."""
    hazards.must_be(hazard, "CLOSE_APPLIED")
    if not people.holds(session, on_behalf_of or by, TOWN_REVIEWERS, hazard.region_code):
        raise Forbidden("镇审核须由领导组副组长、组长办理，或上转县专项办。")
    decision = fields.choice(data, "decision", "审核结果", ("approve", "apply", "rectify", "verify"))
    opinion = fields.text(data, "opinion", "审核意见", least=2)
    duties.take(session, hazard, "T", by=by, on_behalf_of=on_behalf_of)
    if decision == "approve" and (sentences := verifications.faults(session, hazard)):
        raise Invalid("decision", "".join(sentences))
    _write(session, hazard, "TOWN", decision, opinion, task, by=by, on_behalf_of=on_behalf_of)
    if decision == "approve":
        hazards.move(session, hazard, "TOWN_APPROVED", by=by, on_behalf_of=on_behalf_of)
    else:
        _send_back(session, hazard, decision, opinion, by=by, on_behalf_of=on_behalf_of)


def give_tracking_opinion(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """⑪县跟踪意见: agree, or send back to application or verification."""
    hazards.must_be(hazard, "TOWN_APPROVED")
    if hazard.tracker_id not in (by, on_behalf_of):
        raise Forbidden("只有这件隐患的县跟踪人可以出具跟踪意见。")
    decision = fields.choice(data, "decision", "跟踪意见", ("agree", "apply", "verify"))
    opinion = fields.text(data, "opinion", "意见说明", least=2)
    duties.take(session, hazard, "K", by=by, on_behalf_of=on_behalf_of)
    is_onsite = fields.yes(data, "onsite_checked") if "onsite_checked" in data else None
    _write(session, hazard, "TRACKER", decision, opinion, task, by=by, on_behalf_of=on_behalf_of, is_onsite=is_onsite)
    if decision != "agree":
        _send_back(session, hazard, decision, opinion, by=by, on_behalf_of=on_behalf_of)


def sign_closure(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """⑫县签字: by the county leader himself, never for him; or back to rectification, verification or the town."""
    hazards.must_be(hazard, "TOWN_APPROVED")
    if on_behalf_of is not None:
        raise Forbidden("县政府分管领导的销号签字不可代办、不可授权。")
    if not people.holds(session, by, ("COUNTY_LEADER",), hazard.region_code):
        raise Forbidden("销号须由县政府分管领导签字。")
    decision = fields.choice(data, "decision", "签字意见", ("sign", "rectify", "verify", "town"))
    is_signed = decision == "sign"
    opinion = fields.find_text(data, "opinion") if is_signed else fields.text(data, "reason", "退回原因", least=2)
    if is_signed and (sentences := faults(session, hazard, until="TRACKER")):
        raise Invalid("decision", "".join(sentences))
    papers.attach(session, hazard, task, "signature_scan", fields.shas(data, "signature_scan"), by=by)
    duties.take(session, hazard, "S", by=by)
    _write(session, hazard, "SIGN", decision, opinion, task, by=by, on_behalf_of=None)
    if not is_signed:
        _send_back(session, hazard, decision, opinion or "", by=by, on_behalf_of=None)


def close_hazard(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """销号: refuses unless the whole way is on record since the last finished rectification, signature and all (INV-2)."""
    if sentences := faults(session, hazard, until="SIGN"):
        raise Conflict("".join(sentences))
    signature = of(session, hazard)[-1]
    hazard.closed_at = clock.now()
    body = {"signature": signature.id, "signed_by": signature.by, "verification": signature.verification_id}
    hazards.move(session, hazard, "CLOSED", by=cause.by, on_behalf_of=cause.on_behalf_of, **body)
    hazard.overdue_level = 0
    if rectifications.is_shut_down(session, hazard):  # what was shut down goes on only after another look (domain 3.4)
        hazard.stop_production = True
        facts.record(session, hazard.id, "SHUTDOWN", by=cause.by, on_behalf_of=cause.on_behalf_of, signature=signature.id)


def revoke_signature(session: Session, hazard: Hazard, *, cause: Cause, reason: str) -> None:
    """签字失效: the signature on which the hazard was closed is out of force, and stays on record with the closure."""
    signature = of(session, hazard)[-1]
    signature.revoked_at = clock.now()
    body = {"signature": signature.id, "signed_by": signature.by, "closed_at": hazard.closed_at, "reason": reason}
    history.record(session, hazard.ref, "signature_revoked", by=cause.by, on_behalf_of=cause.on_behalf_of, **body)


def _write(
    session: Session,
    hazard: Hazard,
    stage: str,
    decision: str,
    opinion: str | None,
    task: Any,
    *,
    by: int,
    on_behalf_of: int | None,
    is_onsite: bool | None = None,
) -> None:
    verification = verifications.get_last(session, hazard)
    body = {"stage": stage, "decision": decision, "opinion": opinion, "verification": verification.id, "task": task.id}
    line = history.record(session, hazard.ref, "reviewed", by=by, on_behalf_of=on_behalf_of, **body)
    row = Review(
        hazard_id=hazard.id,
        verification_id=verification.id,
        stage=stage,
        decision=decision,
        opinion=opinion,
        is_onsite=is_onsite,
        by=by,
        on_behalf_of=on_behalf_of,
        at=line.at,
        line=line,
    )
    session.add(row)
    memory.of(session, "reviews").pop(hazard.id, None)


def _send_back(session: Session, hazard: Hazard, to: str, reason: str, *, by: int, on_behalf_of: int | None) -> None:
    """退回: to a step the form offers, with a reason; what was handed in before stays as it was (domain 3.4)."""
    hazard.return_count += 1
    body = {"returned": True, "reason": reason, "returns": hazard.return_count}
    hazards.move(session, hazard, BACK_TO[to], by=by, on_behalf_of=on_behalf_of, **body)
    if to == "rectify":
        reminders.resume(session, hazard)


# ---- questions ---------------------------------------------------------------------------------------------------------


def is_verified(session: Session, hazard: Hazard) -> bool:  # noqa: ARG001
    """Whether the hazard has passed and waits for its signature."""
    return hazard.status in hazard_rules.AWAITING_SIGNATURE


_RESTING = (
    select(Review.stage, Review.decision)
    .where(Review.hazard_id == bindparam("hazard"), Review.verification_id == bindparam("verification"))
    .order_by(Review.id)
)
_REVIEWS = select(Review).where(Review.hazard_id == bindparam("hazard")).order_by(Review.id)


def of(session: Session, hazard: Hazard) -> list[Review]:
    """Every step on the way to closure, oldest first."""
    return memory.once(session, "reviews", hazard.id, lambda: list(session.scalars(_REVIEWS, {"hazard": hazard.id})))


def revoked(session: Session, hazard: Hazard) -> list[Review]:
    """The signatures that reopenings have taken out of force, oldest first."""
    return [row for row in of(session, hazard) if row.revoked_at]


def faults_before_application(session: Session, hazard: Hazard) -> dict[str, str]:
    """What keeps a hazard from being applied for, one sentence a matter; {} if nothing does."""
    owed = feedbacks.missing(session, hazard)
    weeks = "、".join(dict.fromkeys(week_on.strftime("%m月%d日") for _, week_on in owed))
    found = {
        "handover_one": "".join(handovers.rectify_faults(session, hazard)),
        "handover_two": "".join(handovers.track_faults(session, hazard)),
        "verification": "".join(verifications.faults(session, hazard)),
        "verification_returned": "".join(_return_faults(session, hazard)),
        "feedback": f"周四反馈有欠报（{weeks}），请责任人先补报。" if owed else "",
    }
    return {matter: sentence for matter, sentence in found.items() if sentence}


def faults(session: Session, hazard: Hazard, *, until: str) -> list[str]:
    """What keeps the hazard from the stage after `until`, as the record has it."""
    return [
        *handovers.rectify_faults(session, hazard),
        *handovers.track_faults(session, hazard),
        *verifications.faults(session, hazard),
        *way_faults(_since_verification(session, hazard), until),
    ]


def _return_faults(session: Session, hazard: Hazard) -> list[str]:
    returned = any(decision in ("rectify", "verify") for _, decision in _since_verification(session, hazard))
    return ["上次退回之后还没有重新验收。"] if returned else []


def _since_verification(session: Session, hazard: Hazard) -> list[tuple[str, str]]:
    """The (stage, decision) pairs that rest on the newest verification, oldest first."""
    last = verifications.find_last(session, hazard)
    if last is None:
        return []
    rows = session.execute(_RESTING, {"hazard": hazard.id, "verification": last.id})
    return [(stage, decision) for stage, decision in rows]
