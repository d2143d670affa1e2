"""Rectification (⑤⑥): the plan with its five implementations (五落实), and the finish report.

Where the enterprise has no account, the lead or the village records for it (代录), with a photo of the sealed original; whoever
records counts as having rectified, and whoever may verify may not record.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import addresses, clock, duties, fields, hazards, memory, papers, people, photos
from workflows.db import Base, Key
from workflows.engine import Post, history
from workflows.errors import Conflict, Forbidden, Invalid
from workflows.fields import Data
from workflows.hazards.tables import Hazard


class Plan(Base):
    """One version of the plan; the newest is in force."""

    __tablename__ = "plans"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"), index=True)
    round: Mapped[int] = mapped_column(default=0, server_default="0")  # 0 at first, one more after each reopening
    person: Mapped[str] = mapped_column(String(60))  # 责任人
    measures: Mapped[str] = mapped_column(Text)
    fund: Mapped[int | None] = mapped_column(Key)  # fen; None: not applicable, see fund_reason
    fund_reason: Mapped[str | None] = mapped_column(Text)
    deadline: Mapped[date | None]  # None: immediate rectification
    emergency_plan: Mapped[str | None] = mapped_column(Text)
    emergency_reason: Mapped[str | None] = mapped_column(Text)
    goal: Mapped[str | None] = mapped_column(Text)
    safety_measures: Mapped[str | None] = mapped_column(Text)
    is_proxy: Mapped[bool]
    by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    on_behalf_of: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]


class Finish(Base):
    """One report that the rectification is done; once sent back there is another."""

    __tablename__ = "finishes"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"), index=True)
    round: Mapped[int] = mapped_column(default=0, server_default="0")
    report: Mapped[str] = mapped_column(Text)
    log: Mapped[str | None] = mapped_column(Text)
    close_reason: Mapped[str] = mapped_column(String(20))  # RECTIFIED or SHUTDOWN (关停取缔: closes by the same way, INV-22)
    is_proxy: Mapped[bool]
    by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    on_behalf_of: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]


@dataclass(frozen=True)
class Hand:
    """Whose hand records: the actor, his principal, and whether it is done for the enterprise by proxy."""

    by: int
    on_behalf_of: int | None
    is_proxy: bool


# ---- rules -------------------------------------------------------------------------------------------------------------

MOST_FUND = 100_000_000_000  # fen: a billion yuan
CLOSE_REASONS = {"RECTIFIED": "整改完成", "SHUTDOWN": "关停取缔"}


def deadline_fault(deadline: date, due_on: date | None, today: date) -> str | None:
    """A plan ends from today on and by the day ordered (domain 3.3 ⑤); where that day is past, today: it must go on somehow."""
    if deadline < today:
        return "完成期限不能早于今天。"
    if due_on is not None and deadline > max(due_on, today):
        return f"完成期限不能晚于交办的整改期限（{due_on.isoformat()}）。"
    return None


# ---- verbs -------------------------------------------------------------------------------------------------------------


def submit_plan(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """⑤整改方案: all five implementations, before a time-limited rectification may begin (INV-8)."""
    hazards.must_be(hazard, "RECTIFYING")
    hand = _hand(session, hazard, by, on_behalf_of, task, data)
    shown = photos.attach(session, hazard, task, "onsite_notice_photo", fields.shas(data, "onsite_notice_photo"), by=by)
    if not shown:
        raise Invalid("onsite_notice_photo", "请上传在现场醒目位置公开的照片。")
    for field in ("emergency_paper", "attachments"):
        papers.attach(session, hazard, task, field, fields.shas(data, field), by=by)
    deadline = fields.day(data, "deadline", "完成期限")
    if fault := deadline_fault(deadline, hazard.due_on, clock.today()):
        raise Invalid("deadline", fault)
    fund = fields.whole(data, "fund_yuan", "整改资金", most=MOST_FUND)
    emergency_plan = fields.text(data, "emergency_plan", "应急预案", least=2)
    _write_plan(session, hazard, hand, data, task, fund=fund, deadline=deadline, emergency_plan=emergency_plan)
    duties.take(session, hazard, "R", by=by, on_behalf_of=on_behalf_of)


def finish_rectification(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """⑥完工: report with at least two photos of the place afterwards. Immediate rectification brings its plan along."""
    hazards.must_be(hazard, "RECTIFYING")
    hand = _hand(session, hazard, by, on_behalf_of, task, data)
    if hazard.mode == "IMMEDIATE":
        _plan_of_immediate(session, hazard, hand, data, task)
    elif find_plan(session, hazard) is None:
        raise Conflict("五落实整改方案还没有提交，不能进入整改实施。")
    reason = fields.choice({"close_reason": "RECTIFIED", **data}, "close_reason", "完成方式", CLOSE_REASONS)
    _attach_evidence(session, hazard, task, data, by, reason)
    row = Finish(
        hazard_id=hazard.id,
        round=hazard.reopened_count,
        report=fields.text(data, "finish_report", "完工报告", least=2),
        log=fields.find_text(data, "log"),
        close_reason=reason,
        is_proxy=hand.is_proxy,
        by=by,
        on_behalf_of=on_behalf_of,
        at=clock.now(),
    )
    session.add(row)
    session.flush()
    memory.of(session, "finish")[hazard.id, row.round] = row
    duties.take(session, hazard, "R", by=by, on_behalf_of=on_behalf_of)
    body = {"finish": row.id, "proxy": hand.is_proxy, "close_reason": reason, "task": task.id}
    hazards.move(session, hazard, "RECTIFIED", by=by, on_behalf_of=on_behalf_of, **body)


def _attach_evidence(session: Session, hazard: Hazard, task: Any, data: Data, by: int, reason: str) -> None:
    after = photos.attach(session, hazard, task, "after_photos", fields.shas(data, "after_photos"), by=by)
    if len(after) < 2:
        raise Invalid("after_photos", "请至少上传 2 张不同的整改后照片。")
    proof = photos.attach(session, hazard, task, "shutdown_proof", fields.shas(data, "shutdown_proof"), by=by)
    if reason == "SHUTDOWN" and len(proof) < 2:
        raise Invalid("shutdown_proof", "关停取缔的，请上传关停取缔证明和断电断水、清场的照片。")
    photos.attach(session, hazard, task, "photos", fields.shas(data, "photos"), by=by)


def _plan_of_immediate(session: Session, hazard: Hazard, hand: Hand, data: Data, task: Any) -> None:
    """Fund and emergency plan may be not applicable, with a reason (domain 3.3 ⑤)."""
    has_fund = data.get("fund_yuan") is not None
    fund = fields.whole(data, "fund_yuan", "整改资金", most=MOST_FUND) if has_fund else None
    if not has_fund:
        fields.text(data, "fund_reason", "资金不适用的理由", least=2)
    emergency_plan = fields.find_text(data, "emergency_plan")
    if emergency_plan is None:
        fields.text(data, "emergency_reason", "应急预案不适用的理由", least=2)
    _write_plan(session, hazard, hand, data, task, fund=fund, deadline=None, emergency_plan=emergency_plan)


def _write_plan(
    session: Session,
    hazard: Hazard,
    hand: Hand,
    data: Data,
    task: Any,
    *,
    fund: int | None,
    deadline: date | None,
    emergency_plan: str | None,
) -> None:
    row = Plan(
        hazard_id=hazard.id,
        round=hazard.reopened_count,
        person=fields.text(data, "person", "责任人", least=2, most=60),
        measures=fields.text(data, "measures", "整改措施", least=2),
        fund=fund,
        fund_reason=fields.find_text(data, "fund_reason"),
        deadline=deadline,
        emergency_plan=emergency_plan,
        emergency_reason=fields.find_text(data, "emergency_reason"),
        goal=fields.find_text(data, "goal"),
        safety_measures=fields.find_text(data, "safety_measures"),
        is_proxy=hand.is_proxy,
        by=hand.by,
        on_behalf_of=hand.on_behalf_of,
        at=clock.now(),
    )
    session.add(row)
    session.flush()
    body = {"plan": row.id, "deadline": deadline, "fund": fund, "proxy": hand.is_proxy, "task": task.id}
    history.record(session, hazard.ref, "plan_submitted", by=hand.by, on_behalf_of=hand.on_behalf_of, **body)


def _hand(session: Session, hazard: Hazard, by: int, on_behalf_of: int | None, task: Any, data: Data) -> Hand:
    """Whose hand records; a proxy must be allowed to and show the sealed original (代录, domain 3.3)."""
    actor = on_behalf_of or by
    own = {Post(role, hazard.enterprise_id) for role in people.ENTERPRISE_ROLES if hazard.enterprise_id}
    if own & people.posts(session, actor):
        return Hand(by, on_behalf_of, False)
    for person_id in {by, actor}:
        if sentence := proxy_fault(session, hazard, person_id, is_actor=person_id == actor):
            raise Forbidden(sentence)
    sealed = photos.attach(session, hazard, task, "sealed_original", fields.shas(data, "sealed_original"), by=by)
    if not fields.yes(data, "by_proxy"):
        raise Invalid("by_proxy", "您不是这家企业的人员，代企业录入的请选“代录”。")
    if not sealed:
        raise Invalid("sealed_original", "代企业录入的，请上传企业签章原件的照片。")
    return Hand(by, on_behalf_of, True)


# ---- questions ---------------------------------------------------------------------------------------------------------


def mode(session: Session, hazard: Hazard) -> str:  # noqa: ARG001
    """IMMEDIATE or DEADLINE, as handover one ordered; DEADLINE before it did, because that asks for more."""
    return hazard.mode or "DEADLINE"


def proxy_fault(session: Session, hazard: Hazard, person_id: int, *, is_actor: bool = True) -> str | None:
    """Why this person may not record for the enterprise; None if he may. Whoever may verify may not record."""
    held = people.posts(session, person_id)
    if held & addresses.verifier_posts(session, hazard):
        return "可担任验收的人员不得代企业录入整改。"
    village = {Post("VILLAGE", unit.id) for unit in addresses.units(session, hazard, "village")}
    if is_actor and person_id != hazard.lead_person_id and not held & village:
        return "只有企业人员、牵头人和本村村委可以填写整改情况。"
    return None


def find_plan(session: Session, hazard: Hazard) -> Plan | None:
    """The plan in force: of this round."""
    mine = select(Plan).where(Plan.hazard_id == hazard.id, Plan.round == hazard.reopened_count)
    return session.scalars(mine.order_by(Plan.id.desc()).limit(1)).first()


def plans(session: Session, hazard: Hazard) -> list[Plan]:
    """Every plan, oldest first."""
    return list(session.scalars(select(Plan).where(Plan.hazard_id == hazard.id).order_by(Plan.id)))


def finishes(session: Session, hazard: Hazard) -> list[Finish]:
    """Every finish report, oldest first."""
    return list(session.scalars(select(Finish).where(Finish.hazard_id == hazard.id).order_by(Finish.id)))


_LAST_FINISH = (
    select(Finish)
    .where(Finish.hazard_id == bindparam("hazard"), Finish.round == bindparam("round"))
    .order_by(Finish.id.desc())
    .limit(1)
)


def find_finish(session: Session, hazard: Hazard) -> Finish | None:
    """The newest finish report of this round."""
    asked = {"hazard": hazard.id, "round": hazard.reopened_count}
    return memory.once(session, "finish", tuple(asked.values()), lambda: session.scalars(_LAST_FINISH, asked).first())


def is_shut_down(session: Session, hazard: Hazard) -> bool:
    """The enterprise was shut down or banned instead of rectified (关停取缔)."""
    row = find_finish(session, hazard)
    return row is not None and row.close_reason == "SHUTDOWN"
