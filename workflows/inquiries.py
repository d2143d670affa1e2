"""Inquiries (一案三查, P07): who answers for it that a rectification was faked, or that a hazard came back after its closure.

The record suggests one; the head of the leading group decides whether a case is opened. Then three inquiries run beside each
other, into the enterprise's head, the leader in charge and the village's liaison cadre; each hears whom it is about. The case is
closed only with all three. Its file lies apart from the hazard's: who conducts it reads it, and nobody else; and nobody
conducts a case that is about himself (domain 2.2). So its chain, which auditors read, tells what was done and not what was said:
that stands in the submissions, whose hashes are in the chain.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, String, Text, UniqueConstraint, false, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from workflows import clock, duties, fields, people
from workflows.db import Base, Key
from workflows.duties import Duty
from workflows.engine import Caller, Cause, Subject, history
from workflows.errors import Conflict, Forbidden, NotFound
from workflows.fields import Data
from workflows.handovers import Acknowledgement, Handover
from workflows.hazards.questions import in_region
from workflows.hazards.tables import Hazard

PROCESS = "inquiry"
DUTY = "Q"


class Inquiry(Base):
    """One case."""

    __tablename__ = "inquiries"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"), index=True)
    region_code: Mapped[str] = mapped_column(String(12))  # the hazard's
    ground: Mapped[str] = mapped_column(String(10))  # one of GROUNDS
    state: Mapped[str] = mapped_column(String(10))  # one of STATES
    suggested_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    conclusion: Mapped[str | None] = mapped_column(Text)
    advice: Mapped[str | None] = mapped_column(Text)
    closed_at: Mapped[datetime | None]
    held: Mapped[int] = mapped_column(default=0)  # how many persons are held accountable, once it is closed (C9)
    hazard: Mapped[Hazard] = relationship()

    @property
    def ref(self) -> Subject:
        """The case as a subject of instances and history."""
        return Subject("inquiry", self.id)


class Part(Base):
    """What one of the three inquiries came to."""

    __tablename__ = "inquiry_parts"
    __table_args__ = (UniqueConstraint("inquiry_id", "part"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    inquiry_id: Mapped[int] = mapped_column(ForeignKey("inquiries.id"))
    part: Mapped[str] = mapped_column(String(10))  # one of PARTS
    whom: Mapped[str] = mapped_column(String(100))
    found: Mapped[str] = mapped_column(Text)
    statement: Mapped[str] = mapped_column(Text)  # 本人陈述和申辩
    held: Mapped[list[Any]]  # names of those to be held accountable
    by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]


# ---- rules -------------------------------------------------------------------------------------------------------------

GROUNDS = {"FALSE": "弄虚作假（假整改）", "REBOUND": "回头看发现反弹"}
STATES = {
    "SUGGESTED": "待组长决定",
    "OPEN": "调查中",
    "CONCLUDED": "待组长审定",
    "APPROVED": "已审定",
    "CLOSED": "已结案",
    "DROPPED": "不予立案",
}
PARTS = {"enterprise": "企业负责人", "leader": "分管领导", "liaison": "包村干部"}
UNDER_WAY = ("SUGGESTED", "OPEN", "CONCLUDED", "APPROVED")


def title(inquiry: Inquiry) -> str:
    """A case in a line, as its tasks are headed."""
    return f"{inquiry.hazard.hazard_no} 一案三查：{inquiry.hazard.subject_name}，{GROUNDS[inquiry.ground]}"


def names(text: str | None) -> list[str]:
    """One person a line, each once (去重人)."""
    return list(dict.fromkeys(line for line in ("".join(each.split()) for each in (text or "").splitlines()) if line))


# ---- verbs -------------------------------------------------------------------------------------------------------------


def suggest(session: Session, hazard: Hazard, ground: str, *, cause: Cause) -> Inquiry | None:
    """建议倒查 (M028): put a case before the head of the leading group; None if one about this hazard is under way. The caller
    starts its diagram. That it was suggested stands in the hazard's record as well."""
    history.record(session, hazard.ref, "inquiry_suggested", by=cause.by, reason=GROUNDS[ground])
    if session.scalar(select(Inquiry.id).where(Inquiry.hazard_id == hazard.id, Inquiry.state.in_(UNDER_WAY)).limit(1)):
        return None
    row = Inquiry(hazard=hazard, region_code=hazard.region_code, ground=ground, state="SUGGESTED", suggested_at=clock.now())
    session.add(row)
    session.flush()
    history.record(session, row.ref, "inquiry_suggested", by=cause.by, hazard=hazard.hazard_no, ground=ground)
    return row


def decide_inquiry(session: Session, inquiry: Inquiry, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """组长决定是否立案."""
    _begin(session, inquiry, "SUGGESTED", by, on_behalf_of)
    is_opened = fields.choice(data, "decision", "是否立案", ("open", "drop")) == "open"
    fields.text(data, "opinion", "理由", least=5)
    inquiry.state, inquiry.opened_at = ("OPEN", clock.now()) if is_opened else ("DROPPED", None)
    body = {"decision": data["decision"], "task": task.id}
    history.record(session, inquiry.ref, "inquiry_decided", by=by, on_behalf_of=on_behalf_of, **body)


def inquire(
    session: Session, inquiry: Inquiry, *, part: str, by: int, on_behalf_of: int | None, task: Any, data: Data
) -> None:
    """三查之一: what one whom it is about did and left undone, what he says himself, and who is to be held accountable."""
    _begin(session, inquiry, "OPEN", by, on_behalf_of)
    row = Part(
        inquiry_id=inquiry.id,
        part=part,
        whom=fields.text(data, "whom", "被查的人", least=2, most=100),
        found=fields.text(data, "found", "查明的事实", least=10),
        statement=fields.text(data, "statement", "本人陈述和申辩", least=2),
        held=names(fields.find_text(data, "held")),
        by=by,
        at=clock.now(),
    )
    session.add(row)
    session.flush()
    body = {"part": part, "held": len(row.held), "task": task.id}
    history.record(session, inquiry.ref, "inquired", by=by, on_behalf_of=on_behalf_of, **body)


def conclude_inquiry(session: Session, inquiry: Inquiry, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """形成结论: not before all three have been inquired into (M027: 缺一路不能结案)."""
    _begin(session, inquiry, "OPEN", by, on_behalf_of)
    if missing := PARTS.keys() - {each.part for each in parts(session, inquiry)}:
        raise Conflict(f"{'、'.join(PARTS[part] for part in PARTS if part in missing)}还没有查，三路都查完才能形成结论。")
    inquiry.conclusion = fields.text(data, "conclusion", "调查结论", least=10)
    inquiry.advice = fields.find_text(data, "advice")
    inquiry.state = "CONCLUDED"
    history.record(session, inquiry.ref, "inquiry_concluded", by=by, on_behalf_of=on_behalf_of, task=task.id)


def approve_inquiry(session: Session, inquiry: Inquiry, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """组长审定: the conclusion stands, or goes back to be written anew."""
    _begin(session, inquiry, "CONCLUDED", by, on_behalf_of)
    decision = fields.choice(data, "decision", "审核意见", ("agree", "refuse"))
    fields.text(data, "opinion", "意见说明", least=2)
    inquiry.state = "APPROVED" if decision == "agree" else "OPEN"
    body = {"decision": decision, "task": task.id}
    history.record(session, inquiry.ref, "inquiry_reviewed", by=by, on_behalf_of=on_behalf_of, **body)


def close_inquiry(session: Session, inquiry: Inquiry, *, cause: Cause) -> None:
    """结案: whom it holds accountable counts from now on, each person once a case (C9)."""
    if inquiry.state != "APPROVED":
        raise Conflict("调查结论还没有经领导组组长审定，不能结案。")
    inquiry.state, inquiry.closed_at, inquiry.held = "CLOSED", clock.now(), len(held_by(session, inquiry))
    history.record(session, inquiry.ref, "inquiry_closed", by=cause.by, held=inquiry.held)


def _begin(session: Session, inquiry: Inquiry, state: str, by: int, on_behalf_of: int | None) -> None:
    """The case stands there, and neither who acts nor for whom is one whom it is about."""
    if inquiry.state != state:
        raise Conflict(f"这起倒查现为“{STATES[inquiry.state]}”，不能办理这一步。")
    for person_id in (by, on_behalf_of):
        if person_id in concerned(session, inquiry):
            raise Forbidden(AVOIDS)
    duties.take(session, inquiry.hazard, DUTY, by=by, on_behalf_of=on_behalf_of)


AVOIDS = "您对这件隐患的整改或验收负责，是倒查的对象，不能办理（回避）。"


# ---- questions ---------------------------------------------------------------------------------------------------------


def get(session: Session, inquiry_id: int) -> Inquiry:
    """The case, or NotFound."""
    if row := session.get(Inquiry, inquiry_id):
        return row
    raise NotFound("没有找到这起倒查。")


def find_for(session: Session, caller: Caller, inquiry_id: int) -> Inquiry | None:
    """The case, if the caller conducts those of its town and it is not about him."""
    row = session.scalar(select(Inquiry).where(Inquiry.id == inquiry_id, _scope(session, caller)))
    return None if row is None or caller.person_id in concerned(session, row) else row


def page(session: Session, caller: Caller, limit: int = 100) -> list[Inquiry]:
    """The cases that the caller may see, newest first."""
    rows = session.scalars(select(Inquiry).where(_scope(session, caller)).order_by(Inquiry.id.desc()).limit(limit))
    return [row for row in rows if caller.person_id not in concerned(session, row)]


def _scope(session: Session, caller: Caller) -> ColumnElement[bool]:
    """Those of the towns in whose leading group or discipline office he sits."""
    held = [post for post in caller.all_posts if post.role in people.ACTIONS["see_inquiries"]]
    codes = {people.get_unit(session, post.unit_id).region_code[:9] for post in held}
    return or_(false(), *(Inquiry.region_code.startswith(code, autoescape=True) for code in sorted(codes)))


def parts(session: Session, inquiry: Inquiry) -> list[Part]:
    """What has been inquired into so far."""
    return list(session.scalars(select(Part).where(Part.inquiry_id == inquiry.id).order_by(Part.id)))


def held_by(session: Session, inquiry: Inquiry) -> list[str]:
    """The persons whom the three inquiries hold accountable, each once."""
    return list(dict.fromkeys(name for each in parts(session, inquiry) for name in each.held))


def concerned(session: Session, inquiry: Inquiry) -> frozenset[int]:
    """Whom the case is about: who answers for territory or industry, who rectified and who verified, in whichever round."""
    hazard = inquiry.hazard
    named = {hazard.territory_person_id, hazard.sector_person_id} - {None}
    answered = select(Acknowledgement.person_id).join(Handover, Handover.id == Acknowledgement.handover_id)
    answered = answered.where(Handover.hazard_id == hazard.id, Handover.kind == "RECTIFY", Acknowledgement.is_accepted)
    borne = select(Duty.person_id).where(Duty.hazard_id == hazard.id, Duty.duty.in_(("R", "V")))
    return frozenset(id for id in (*named, *session.scalars(answered), *session.scalars(borne)) if id is not None)


def among(session: Session, wanted: Collection[tuple[Subject, str]], person_id: int) -> dict[tuple[Subject, str], str]:
    """Which of several (inquiry, duty) pairs a person may not bear, with the sentence."""
    mine = [pair for pair in wanted if pair[0].kind == "inquiry" and pair[1] == DUTY]
    return {pair: AVOIDS for pair in mine if person_id in concerned(session, get(session, pair[0].id))}


def held(session: Session, within: people.Unit, as_of: datetime, campaign: str) -> int:
    """C9: how many persons the cases closed by a moment hold accountable, each once a case (去重人×案)."""
    closed = (Inquiry.closed_at <= as_of, Hazard.id == Inquiry.hazard_id, Hazard.campaign == campaign, in_region(within))
    return int(session.scalar(select(func.coalesce(func.sum(Inquiry.held), 0)).where(*closed)) or 0)


def timeline(session: Session, inquiry: Inquiry) -> list[tuple[datetime, str, int]]:
    """责任时间线: who bore which duty on the hazard since when: (moment, duty, person)."""
    borne = select(Duty).where(Duty.hazard_id == inquiry.hazard_id, Duty.duty != DUTY)
    return [(row.recorded_at, row.duty, row.person_id) for row in session.scalars(borne.order_by(Duty.id))]
