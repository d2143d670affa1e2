"""Disclosure of a result (⑬, 信息公开): drafted by one person, approved by another (INV-15), without what must not be said."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import campaigns, clock, duties, fields, hazards, privacy
from workflows.db import Base, Key
from workflows.engine import history
from workflows.errors import Conflict, Invalid
from workflows.fields import Data
from workflows.hazards.tables import Hazard


class Disclosure(Base):
    """One draft of what is made public, and what became of it. A redone draft is a new row."""

    __tablename__ = "disclosures"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))  # RESULT; LIST and PROGRESS are monthly (P12)
    content: Mapped[str | None] = mapped_column(Text)  # None: exempt
    channels: Mapped[list[Any]] = mapped_column(default=list)
    exempt_reason: Mapped[str | None] = mapped_column(Text)
    drafted_at: Mapped[datetime]
    drafted_by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    decision: Mapped[str | None] = mapped_column(String(10))  # accept or redo; None: not decided
    opinion: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))


# ---- rules -------------------------------------------------------------------------------------------------------------

OF_TIPSTERS = ("举报人", "吹哨人")


def content_fault(content: str) -> str | None:
    """Why a text may not be made public (INV-15): numbers of persons, hints at who tipped off. None if nothing was found."""
    for each in privacy.findings(content):
        if each.is_absolute:
            return f"公开内容中疑有{each.what}，请删去后再提交。"
    for word in OF_TIPSTERS:
        if word in content:
            return f"公开内容中出现“{word}”，不得含有指向举报人的内容。"
    return None


# ---- verbs -------------------------------------------------------------------------------------------------------------


def draft_disclosure(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """⑬公开拟稿: write what is made public, or why it is exempt."""
    hazards.must_be(hazard, "CLOSED")
    is_exempt = fields.answer(data, "exempt", "是否申请不公开")
    reason = fields.text(data, "exempt_reason", "不公开的理由", least=2) if is_exempt else None
    content = None if is_exempt else fields.text(data, "content", "公开内容", least=10, most=2000)
    if content and (fault := content_fault(content)):
        raise Invalid("content", fault)
    if content and not _is_public_source(session, hazard):
        raise Invalid("exempt", "这类来源的隐患按参数不由镇对外公开，请申请不公开并写明理由。")
    duties.take(session, hazard, "P1", by=by, on_behalf_of=on_behalf_of)
    row = Disclosure(
        hazard_id=hazard.id,
        kind="RESULT",
        content=content,
        channels=list(data.get("channels") or []),
        exempt_reason=reason,
        drafted_at=clock.now(),
        drafted_by=by,
    )
    session.add(row)
    session.flush()
    body = {"disclosure": row.id, "exempt": is_exempt, "task": task.id}
    history.record(session, hazard.ref, "disclosure_drafted", by=by, on_behalf_of=on_behalf_of, **body)


def _is_public_source(session: Session, hazard: Hazard) -> bool:
    """Self-inspected hazards are shown at the enterprise, not by the town, unless the parameter says otherwise (P12, AC-16)."""
    return hazard.source in campaigns.param(session, hazard.campaign, "publish_sources")


def approve_disclosure(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """⑬公开审定: by somebody other than the drafter; accept makes it public, redo sends it back."""
    hazards.must_be(hazard, "CLOSED")
    row = find_last(session, hazard)
    if row is None or row.decision is not None:
        raise Conflict("没有待审定的公开稿。")
    decision = fields.choice(data, "decision", "审定结果", ("accept", "redo"))
    is_redone = decision == "redo"
    opinion = fields.text(data, "reason", "退回原因", least=2) if is_redone else fields.find_text(data, "opinion")
    duties.take(session, hazard, "P2", by=by, on_behalf_of=on_behalf_of)
    row.decision, row.opinion = decision, opinion
    row.decided_at, row.decided_by = clock.now(), by
    body = {"disclosure": row.id, "decision": row.decision, "reason": row.opinion, "task": task.id}
    history.record(session, hazard.ref, "disclosure_decided", by=by, on_behalf_of=on_behalf_of, **body)
    if not is_redone:
        hazard.published_at, hazard.exemption = clock.now(), row.exempt_reason
        exempt = row.exempt_reason is not None
        hazards.move(session, hazard, "PUBLISHED", by=by, on_behalf_of=on_behalf_of, disclosure=row.id, exempt=exempt)


# ---- questions ---------------------------------------------------------------------------------------------------------


def find_last(session: Session, hazard: Hazard) -> Disclosure | None:
    """The newest draft."""
    mine = select(Disclosure).where(Disclosure.hazard_id == hazard.id)
    return session.scalars(mine.order_by(Disclosure.id.desc()).limit(1)).first()


def of(session: Session, hazard: Hazard) -> list[Disclosure]:
    """Every draft, oldest first."""
    return list(session.scalars(select(Disclosure).where(Disclosure.hazard_id == hazard.id).order_by(Disclosure.id)))
