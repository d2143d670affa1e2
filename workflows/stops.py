"""Stop-work and evacuation (停产撤人, 安全生产法 65, 70), and the resumption that only a look at the place allows.

Who inspects orders people out, production stopped, or equipment out of use; the town signs, the enterprise acknowledges. Where
it is not obeyed, the power may be cut: by the head of the town's group alone, with 24 hours' notice unless danger is immediate.
The order stands, whatever becomes of the hazard (INV-22), until somebody else has looked at the place and the town agrees.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import addresses, clock, facts, fields, papers, people, petitions, photos
from workflows.engine import Cause, history
from workflows.errors import Conflict, Invalid
from workflows.fields import Data
from workflows.hazards import rules as hazard_rules
from workflows.hazards.tables import Hazard
from workflows.petitions import Petition


class Stop(Petition):
    """One order, as it was drafted; it holds once it is signed."""

    __tablename__ = "stops"
    noun, called = "stop", "停产撤人"

    measures: Mapped[list[Any]]  # of MEASURES
    scope: Mapped[str] = mapped_column(Text)  # which workshops, equipment, people
    partner_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))  # who inspected with him (INV-18)
    cut_at: Mapped[datetime | None]  # CUT: from when there is no power
    is_left: Mapped[bool | None]  # how it was served: acknowledged, or refused and left there (留置送达); None: not yet
    served_at: Mapped[datetime | None]


class Resumption(Petition):
    """One application to go on, after the danger is removed."""

    __tablename__ = "resumptions"
    noun, called = "resumption", "恢复生产"


# ---- rules -------------------------------------------------------------------------------------------------------------

MEASURES = {
    "EVACUATE": "从危险区域内撤出作业人员",
    "STOP": "暂时停产停业",
    "DISUSE": "停止使用相关设施、设备",
    "CUT": "通知供电单位停止供电",
}
SIGNERS = ("GROUP_DEPUTY", "GROUP_HEAD")
HEAD = ("GROUP_HEAD",)  # 主要负责人
NOTICE = timedelta(hours=24)
UNDER_WAY = hazard_rules.IN_HAND | {"REPORTED"}  # 先责令撤人停用，再走流程 (domain 3.4)


def stop_fault(hazard: Hazard) -> str | None:
    """Why nothing can be ordered about a hazard now; None if it can."""
    if hazard.status in UNDER_WAY:
        return None
    return f"这件隐患现为“{hazard_rules.STATUSES[hazard.status]}”，只有在办的隐患可以责令停产撤人。"


def measures_fault(hazard: Hazard, measures: list[str]) -> str | None:
    """Why these measures cannot be ordered: the power is cut only where a stop was not obeyed (安全生产法 70)."""
    if not measures or not set(measures) <= MEASURES.keys():
        return "请选择现场处理措施。"
    if "CUT" in measures and not hazard.stop_production:
        return "停止供电须在责令停产停业、停用以后拒不执行的才能采取（安全生产法第七十条）。"
    if "CUT" not in measures and hazard.stop_production:
        return "这件隐患已责令停产撤人；拒不执行的，选“通知供电单位停止供电”。"
    return None


def resumption_fault(hazard: Hazard) -> str | None:
    """Why there is nothing to resume; None if there is: something is stopped, or danger is immediate and nothing is."""
    if hazard.stop_production or (hazard.immediate_danger and hazard.status in UNDER_WAY):
        return None
    return "这件隐患没有停产停用，也没有紧急危险，不用申请恢复。"


# ---- verbs -------------------------------------------------------------------------------------------------------------


def draft_stop(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """拟责令: what must stop and why, by two who were there."""
    if sentence := stop_fault(hazard):
        raise Conflict(sentence)
    measures = [str(each) for each in data.get("measures") or []]
    if sentence := measures_fault(hazard, measures):
        raise Invalid("measures", sentence)
    row = Stop(
        measures=measures,
        reason=fields.text(data, "reason", "现实危险和依据", least=5),
        scope=fields.text(data, "scope", "停产撤人的范围", least=2),
        partner_id=_partner(session, hazard, data, {by, on_behalf_of}),
        cut_at=_cut_at(data) if "CUT" in measures else None,
        by=by,
        on_behalf_of=on_behalf_of,
    )
    photos.attach(session, hazard, task, "photos", fields.shas(data, "photos"), by=by)
    petitions.ask(session, hazard, row, "W1", task, measures=measures, partner=row.partner_id, cut_at=row.cut_at)


def sign_stop(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """签发: by the deputy head; that the power is cut, by the head himself."""
    row = petitions.get_asked(session, Stop, hazard)
    petitions.review(session, hazard, row, by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def order_stop(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """责令停产撤人: in force from now on."""
    row = petitions.get_asked(session, Stop, hazard)
    if sentence := stop_fault(hazard):
        raise Conflict(f"{sentence}请选“不同意”并说明。")
    if sentence := petitions.lacks(session, hazard, row, HEAD if "CUT" in row.measures else SIGNERS):
        raise Conflict(sentence)
    hazard.stop_production = True
    body: dict[str, Any] = {"stop": row.id, "measures": row.measures, "cut_at": row.cut_at}
    kind = "STOPPED" if "STOP" in row.measures else "RESTRICTED"  # C6a counts what was stopped, not what was put out of use
    facts.record(session, hazard.id, kind, by=cause.by, on_behalf_of=cause.on_behalf_of, **body)
    petitions.decide(session, hazard, row, "GRANTED", cause)


def refuse_stop(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """不予责令."""
    petitions.decide(session, hazard, petitions.get_asked(session, Stop, hazard), "REFUSED", cause)


def serve_stop(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """送达: the enterprise acknowledges; where it will not, who serves the order leaves it there and shows that he did."""
    row = petitions.find_granted(session, Stop, hazard)
    if row is None or row.served_at:
        raise Conflict("没有待送达的停产撤人决定。")
    is_own = any(post.unit_id == hazard.enterprise_id for post in people.posts(session, on_behalf_of or by))
    row.is_left = fields.choice(data, "served", "送达方式", ("accept", "left")) == "left"
    if row.is_left and is_own:
        raise Invalid("served", "留置送达由送达的人填写；贵单位请选“已收到，立即执行”。")
    if not photos.attach(session, hazard, task, "receipt", fields.shas(data, "receipt"), by=by) and not is_own:
        raise Invalid("receipt", "请上传签收的送达回证或留置现场的照片。")
    row.served_at = clock.now()
    body = {"stop": row.id, "left": row.is_left, "note": fields.find_text(data, "note"), "task": task.id}
    history.record(session, hazard.ref, "stop_served", by=by, on_behalf_of=on_behalf_of, **body)


def apply_for_resumption(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """申请恢复: how the danger was removed, with photos."""
    if sentence := resumption_fault(hazard):
        raise Conflict(sentence)
    row = Resumption(reason=fields.text(data, "reason", "危险消除的情况", least=5), by=by, on_behalf_of=on_behalf_of)
    petitions.attach_photos(session, hazard, task, data, by)
    papers.attach(session, hazard, task, "attachments", fields.shas(data, "attachments"), by=by)
    petitions.ask(session, hazard, row, "X1", task)


def check_resumption(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """现场审查: somebody who may verify looks whether the danger is removed, with photos of his own."""
    row = petitions.get_asked(session, Resumption, hazard)
    petitions.review_onsite(
        session, hazard, row, looked="现场审查时间", by=by, on_behalf_of=on_behalf_of, task=task, data=data
    )


def decide_resumption(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """审批恢复: by the deputy head."""
    row = petitions.get_asked(session, Resumption, hazard)
    petitions.review(session, hazard, row, by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def lift_stop(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """恢复生产: after somebody has looked at the place and the town agrees; then the danger is removed too (安全生产法 65)."""
    row = petitions.get_asked(session, Resumption, hazard)
    for roles in (people.VERIFIER_ROLES, petitions.TOWN_DECIDERS):
        if sentence := petitions.lacks(session, hazard, row, roles):
            raise Conflict(sentence)
    hazard.stop_production = hazard.immediate_danger = False
    facts.record(
        session, hazard.id, "RESUMED", by=cause.by, on_behalf_of=cause.on_behalf_of, resumption=row.id, reason=row.reason
    )
    petitions.decide(session, hazard, row, "GRANTED", cause)


def refuse_resumption(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """续停: what is stopped stays so."""
    petitions.decide(session, hazard, petitions.get_asked(session, Resumption, hazard), "REFUSED", cause)


def _partner(session: Session, hazard: Hazard, data: Data, drafters: set[int | None]) -> int:
    """The second one who was there, with a certificate if the first has none."""
    person_id = fields.id_of(data, "partner", "一同到场的执法人员")
    if person_id in drafters:
        raise Invalid("partner", "请选择另一名到场的人员，本人不用选。")
    known = {person.id: person for person in addresses.verifiers(session, hazard)}
    if person_id not in known:
        raise Invalid("partner", "所选人员不是本镇的执法人员，请重新选择。")
    present = [known.get(id or 0) for id in (*drafters, person_id)]
    if not any(person and person.certificate_no for person in present):
        raise Invalid("partner", "到场的人员中至少要有 1 名持执法证的。")
    return person_id


def _cut_at(data: Data) -> datetime:
    """From when there is no power: 24 hours' notice, unless danger to life and limb is immediate."""
    cut_at = fields.moment(data, "cut_at", "停止供电的时间")
    if cut_at < clock.now() + NOTICE and not fields.yes(data, "is_urgent"):
        raise Invalid("cut_at", "停止供电应提前 24 小时通知；有危及生产安全的紧急情形的，请选“是”。")
    return cut_at


# ---- questions ---------------------------------------------------------------------------------------------------------


def may_stop(session: Session, hazard: Hazard) -> bool:  # noqa: ARG001
    """Stop-work or evacuation may be ordered now."""
    return stop_fault(hazard) is None


def may_resume(session: Session, hazard: Hazard) -> bool:  # noqa: ARG001
    """A resumption may be asked for now."""
    return resumption_fault(hazard) is None


def cuts_power(session: Session, hazard: Hazard) -> bool:
    """The order that is drafted cuts the power, so the head signs."""
    return "CUT" in petitions.get_asked(session, Stop, hazard).measures
