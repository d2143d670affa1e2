"""Who has done what on which hazard, and what that forbids (职责分离, domain 2.2, INV-1).

Kept per person and hazard, not per role, because one person holds many posts. Whoever acts for another burdens both: the duty
is written for the actor and for the principal, and both are checked.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, bindparam, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock, memory
from workflows.db import Base, Key
from workflows.engine import Subject
from workflows.errors import Forbidden
from workflows.hazards.tables import Hazard


class Duty(Base):
    """A person has borne a duty on a hazard in a round."""

    __tablename__ = "duties"
    __table_args__ = (Index("ix_duties_hazard", "hazard_id", "person_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"))
    round: Mapped[int]  # 0 at first, one more after each reopening
    duty: Mapped[str] = mapped_column(String(2))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    is_principal: Mapped[bool]  # he did not act himself, another acted for him
    recorded_at: Mapped[datetime]


# ---- rules -----------------------------------------------------------------------------------------------------------

NAMES = {
    "R": "整改责任人",
    "V": "验收人",
    "A": "销号申请人",
    "T": "镇审核人",
    "K": "县跟踪人",
    "S": "县签字人",
    "P1": "公开拟稿人",
    "P2": "公开审定人",
    "E1": "延期申请人",
    "E2": "延期审批人",
    "N1": "核减申请人",
    "N2": "核减现场核实人",
    "N3": "核减审批人",
    "O1": "重新打开申请人",
    "O2": "重新打开审批人",
    "L1": "挂牌申请人",
    "L2": "挂牌审批人",
    "M1": "解除挂牌申请人",
    "M2": "解除挂牌审批人",
    "W1": "停产决定拟办人",
    "W2": "停产决定签发人",
    "X1": "恢复生产申请人",
    "X2": "恢复生产审查人",
    "X3": "恢复生产审批人",
    "U1": "督促签发人",
    "B": "回头看复查人",
    "Q1": "倒查调查人",
    "Q2": "倒查审批人",
}
_LOOP = "R-V R-T R-K R-S V-T V-S T-K T-S K-S A-T A-K A-S P1-P2"
_BESIDE = "E1-E2 N1-N2 N1-N3 O1-O2 L1-L2 M1-M2 W1-W2 X1-X2 X1-X3 X2-X3 R-X2 R-X3 R-U1 B-R B-V"  # who asks does not decide
_INQUIRY = "Q1-Q2 Q1-R Q1-V Q2-R Q2-V"
EXCLUDES = frozenset(frozenset(pair.split("-")) for pair in f"{_LOOP} {_BESIDE} {_INQUIRY}".split())
PER_ROUND = frozenset({"V", "A", "T", "B"})  # the others are carried across rounds


def why_not(duty: str, borne: list[tuple[str, int]], round: int, *, is_false: bool = False, who: str = "您") -> str | None:
    """The sentence that keeps a person from a duty, given the (duty, round) pairs he has borne; None if nothing does.

    `is_false`: the hazard's rectification was found to be faked; then whoever verified it may not verify again.
    """
    for other, then in borne:
        counts = then == round or other not in PER_ROUND
        if counts and frozenset({duty, other}) in EXCLUDES:
            return f"{who}已是这件隐患的{NAMES[other]}，不能再做{NAMES[duty]}（职责分离）。"
        if duty == other == "V" and is_false and then < round:
            return "这件隐患曾被查出假整改，原验收人不得再次验收。"
    return None


# ---- verbs -----------------------------------------------------------------------------------------------------------


def take(session: Session, hazard: Hazard, duty: str, *, by: int, on_behalf_of: int | None = None) -> None:
    """Check that actor and principal may bear the duty, and write it down for both; Forbidden with the sentence."""
    persons = [by] if on_behalf_of is None or on_behalf_of == by else [by, on_behalf_of]
    for person_id in persons:
        if sentence := forbidden(session, hazard, duty, person_id):
            raise Forbidden(sentence)
    session.execute(insert(Duty.rows()), [_row(hazard, duty, person_id, by) for person_id in persons])
    for person_id in persons:
        _borne(session, hazard).setdefault(person_id, []).append((duty, hazard.reopened_count))


def _row(hazard: Hazard, duty: str, person_id: int, by: int) -> dict[str, Any]:
    return {
        "hazard_id": hazard.id,
        "round": hazard.reopened_count,
        "duty": duty,
        "person_id": person_id,
        "is_principal": person_id != by,
        "recorded_at": clock.now(),
    }


# ---- questions -------------------------------------------------------------------------------------------------------


def forbidden(session: Session, hazard: Hazard, duty: str, person_id: int, who: str = "您") -> str | None:
    """Why this person may not bear this duty on this hazard now, as a sentence about `who`; None if he may."""
    if duty not in NAMES:
        return None
    pairs = _borne(session, hazard).get(person_id, [])
    return why_not(duty, pairs, hazard.reopened_count, is_false=hazard.false_rectification, who=who)


def barred(session: Session, hazard: Hazard, duty: str, person_ids: Iterable[int]) -> frozenset[int]:
    """Those of several persons who may not bear the duty, in one question."""
    if duty not in NAMES:
        return frozenset()
    borne, round, is_false = _borne(session, hazard), hazard.reopened_count, hazard.false_rectification
    return frozenset(id for id in person_ids if why_not(duty, borne.get(id, []), round, is_false=is_false))


def kept_out(session: Session, hazard: Hazard, duty: str) -> frozenset[int]:
    """Everybody whom another duty on the hazard keeps from this one."""
    return barred(session, hazard, duty, _borne(session, hazard))


_HIS = (
    select(Duty.hazard_id, Duty.duty, Duty.round, Hazard.reopened_count, Hazard.false_rectification)
    .join(Hazard, Hazard.id == Duty.hazard_id)
    .where(Duty.hazard_id.in_(bindparam("hazards", expanding=True)), Duty.person_id == bindparam("person"))
)


def among(session: Session, wanted: Collection[tuple[Subject, str]], person_id: int) -> dict[tuple[Subject, str], str]:
    """Which of several (hazard, duty) pairs a person may not bear, with the sentence: one question for a page of tasks."""
    ids = {subject.id for subject, duty in wanted if subject.kind == "hazard" and duty in NAMES}
    if not ids:
        return {}
    if len(ids) == 1:  # what comes next will ask about this hazard again
        hazard = session.get_one(Hazard, ids.pop())
        found = {(subject, duty): forbidden(session, hazard, duty, person_id) for subject, duty in wanted}
        return {pair: sentence for pair, sentence in found.items() if sentence and pair[0].kind == "hazard"}
    borne: dict[int, list[tuple[str, int]]] = {}
    now: dict[int, tuple[int, bool]] = {}
    for hazard_id, other, then, round, is_false in session.execute(_HIS, {"hazards": list(ids), "person": person_id}):
        borne.setdefault(hazard_id, []).append((other, then))
        now[hazard_id] = (round, is_false)
    told = {
        (subject, duty): why_not(duty, borne[subject.id], now[subject.id][0], is_false=now[subject.id][1])
        for subject, duty in wanted
        if subject.kind == "hazard" and subject.id in borne
    }
    return {pair: sentence for pair, sentence in told.items() if sentence}


_BORNE = select(Duty.person_id, Duty.duty, Duty.round).where(Duty.hazard_id == bindparam("hazard")).distinct()


def _borne(session: Session, hazard: Hazard) -> dict[int, list[tuple[str, int]]]:
    """Who has borne what on the hazard: person → (duty, round) pairs. Remembered: the instance's lock keeps
    others out, and those of other instances the hazard's chain notices (`history.watch`)."""
    known: dict[int, dict[int, list[tuple[str, int]]]] = memory.of(session, "duties")
    if hazard.id not in known:
        borne: dict[int, list[tuple[str, int]]] = {}
        for person_id, other, then in session.execute(_BORNE, {"hazard": hazard.id}):
            borne.setdefault(person_id, []).append((other, then))
        known[hazard.id] = borne
    return known[hazard.id]


def of(session: Session, hazard: Hazard, duty: str) -> list[int]:
    """The persons who bear a duty on the hazard in this round, or in any for those that are carried across."""
    rows = select(Duty.person_id).where(Duty.hazard_id == hazard.id, Duty.duty == duty)
    if duty in PER_ROUND:
        rows = rows.where(Duty.round == hazard.reopened_count)
    return list(dict.fromkeys(session.scalars(rows.order_by(Duty.id))))
