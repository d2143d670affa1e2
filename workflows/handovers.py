"""The two handovers (两移交, domain 3.1): one for rectification, to territory and industry; one for tracking, to the county.

Each is acknowledged by those it names. A refusal goes back to who may rule on it; the ruling names somebody else.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import addresses, campaigns, clock, duties, fields, hazards, memory, papers, people
from workflows.db import Base, Key
from workflows.engine import Cause, history, tasks
from workflows.errors import Conflict, Forbidden, Invalid
from workflows.fields import Data
from workflows.hazards import rules as hazard_rules
from workflows.hazards.tables import Hazard


class Handover(Base):
    """One handover as it was issued (交办单)."""

    __tablename__ = "handovers"
    __table_args__ = (Index("ix_handovers_hazard", "hazard_id", "kind"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"))
    kind: Mapped[str] = mapped_column(String(10))  # RECTIFY or TRACK
    round: Mapped[int] = mapped_column(default=0, server_default="0")  # 0 at first, one more after each reopening
    lead: Mapped[str | None] = mapped_column(String(10))  # RECTIFY: TERRITORY or SECTOR leads
    co_units: Mapped[list[Any]] = mapped_column(default=list)  # ids of units that assist
    mode: Mapped[str | None] = mapped_column(String(10))
    due_date: Mapped[date | None]
    requirements: Mapped[str | None] = mapped_column(Text)
    document_no: Mapped[str | None] = mapped_column(String(80))  # 指令书文号 / 移交函文号
    county_dept_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))  # TRACK, as first addressed
    contact: Mapped[str | None] = mapped_column(String(40))
    issued_at: Mapped[datetime]
    issued_by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    completed_at: Mapped[datetime | None]  # all that it names have acknowledged


class Acknowledgement(Base):
    """One answer to a handover: acknowledged (签收) or refused (拒收)."""

    __tablename__ = "acknowledgements"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handovers.id"), index=True)
    part: Mapped[str] = mapped_column(String(10))  # TERRITORY, SECTOR or TRACKER
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))  # whom the handover names in this part
    is_accepted: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]
    by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    on_behalf_of: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))


# ---- rules -------------------------------------------------------------------------------------------------------------

PARTS = {"TERRITORY": "territory_person_id", "SECTOR": "sector_person_id"}
NAMED = {**PARTS, "TRACKER": "tracker_id"}  # whom the two handovers name, and who must acknowledge


def is_one_person(hazard: Hazard) -> bool:
    """Territory and industry are answered for by one person: he acknowledges once and reports once (domain 3.3 ⑦)."""
    return hazard.territory_person_id is not None and hazard.territory_person_id == hazard.sector_person_id


# ---- ③ for rectification ---------------------------------------------------------------------------------------------------


def issue_for_rectification(
    session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data
) -> None:
    """③签发: name who answers for territory and industry, who leads, how and until when it is to be rectified."""
    _must_be_next(session, hazard)
    hazard.territory_person_id = _named(session, hazard, data, "territory_person")
    hazard.sector_person_id = _named(session, hazard, data, "sector_person")
    lead = fields.choice(data, "lead_unit", "牵头", PARTS)
    hazard.mode = fields.choice(data, "mode", "整改方式", hazard_rules.MODES)
    hazard.lead_person_id = getattr(hazard, PARTS[lead])
    _lead_must_be_free(session, hazard, "lead_unit")
    due_date = _due_date(session, hazard, data) if hazard.mode == "DEADLINE" else None
    row = Handover(
        hazard_id=hazard.id,
        kind="RECTIFY",
        lead=lead,
        co_units=fields.ids(data, "co_units"),
        mode=hazard.mode,
        due_date=due_date,
        requirements=fields.text(data, "requirements", "整改要求", least=2),
        document_no=fields.find_text(data, "directive_no"),
        issued_at=clock.now(),
        issued_by=by,
    )
    _issue(session, hazard, row, on_behalf_of, task)
    papers.attach(session, hazard, task, "directive", fields.shas(data, "directive"), by=by)
    if due_date:
        hazards.set_deadline(session, hazard, clock.end_of(due_date), by=by, source="交办单：整改期限")


def _must_be_next(session: Session, hazard: Hazard) -> None:
    """Handover one is issued once after the registration, and once after each reopening: it sets a deadline (INV-9)."""
    is_begun_again = hazard.reopened_count > 0 and find_last(session, hazard, "RECTIFY") is None
    hazards.must_be(hazard, "RECTIFYING" if is_begun_again else "REGISTERED")


def _named(session: Session, hazard: Hazard, data: Data, key: str) -> int:
    """The chosen person, who must be one of those the form offered: nobody is named by an edited request."""
    label = "属地责任人" if key == "territory_person" else "行业责任人"
    offered = addresses.territory_persons if key == "territory_person" else addresses.sector_persons
    person_id = fields.id_of(data, key, label)
    if person_id not in {person.id for person in offered(session, hazard)}:
        raise Invalid(key, f"所选人员不是这件隐患的{label}人选，请重新选择。")
    return person_id


def _lead_must_be_free(session: Session, hazard: Hazard, key: str) -> None:
    assert hazard.lead_person_id is not None
    if sentence := duties.forbidden(session, hazard, "R", hazard.lead_person_id, "牵头人"):
        raise Invalid(key, sentence)


def _due_date(session: Session, hazard: Hazard, data: Data) -> date:
    """The day ordered, 30 days on if none was typed, 180 at most, a year if listed (domain 3.3 ⑥)."""
    terms = campaigns.params(session, hazard.campaign)
    if not data.get("due_date"):
        return clock.today() + timedelta(days=int(terms["default_due_d"]))
    due_on = fields.day(data, "due_date", "整改期限")
    most = int(terms["listed_max_d"] if hazard.listed_supervision else terms["max_due_d"])
    if fault := hazard_rules.due_date_fault(due_on, clock.today(), most):
        raise Invalid("due_date", fault)
    return due_on


def _issue(session: Session, hazard: Hazard, row: Handover, on_behalf_of: int | None, task: Any) -> None:
    row.round = hazard.reopened_count
    session.add(row)
    session.flush()
    memory.of(session, "handovers").pop((hazard.id, row.round), None)
    body = {"handover": row.id, "county_dept": row.county_dept_id, "due": row.due_date, "task": task.id}
    if row.lead:
        body |= {"lead": hazard.lead_person_id, **{part: getattr(hazard, column) for part, column in PARTS.items()}}
    kind = f"handover_{row.kind.lower()}_issued"
    history.record(session, hazard.ref, kind, by=row.issued_by, on_behalf_of=on_behalf_of, **body)
    if hazard.status == "REGISTERED" and len(of(session, hazard)) == 2:
        hazards.move(session, hazard, "HANDED_OVER", by=row.issued_by, on_behalf_of=on_behalf_of)


def acknowledge_as_territory(
    session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data
) -> None:
    """属地签收: accept or refuse with a reason. One person for both parts acknowledges both at once."""
    answer(session, hazard, "TERRITORY", by=by, on_behalf_of=on_behalf_of, task=task, data=data)
    if is_one_person(hazard) and data["decision"] == "accept":
        answer(session, hazard, "SECTOR", by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def acknowledge_as_sector(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """行业签收: accept or refuse with a reason."""
    answer(session, hazard, "SECTOR", by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def answer(session: Session, hazard: Hazard, part: str, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """Acknowledge a part of the newest handover, or refuse it with a reason; by the person it names, and with his duty."""
    row = last_of(session, hazard, part)
    person_id = getattr(hazard, NAMED[part])
    if person_id is None or person_id not in (by, on_behalf_of):
        raise Forbidden("这份交办单不是交给您签收的。")
    is_accepted = fields.choice(data, "decision", "签收意见", ("accept", "refuse")) == "accept"
    reason = None if is_accepted else fields.text(data, "reason", "拒收理由", least=2)
    if is_accepted and (duty := duty_of(hazard, row, part)):
        duties.take(session, hazard, duty, by=by, on_behalf_of=on_behalf_of)
    said: dict[str, Any] = {"part": part, "person_id": person_id, "is_accepted": is_accepted, "reason": reason}
    session.add(Acknowledgement(handover_id=row.id, at=clock.now(), by=by, on_behalf_of=on_behalf_of, **said))
    session.flush()
    memory.of(session, "acknowledgements").pop(hazard.id, None)
    body = {"part": part, "reason": reason, "handover": row.id, "task": task.id, "person": person_id}
    history.record(session, hazard.ref, "acknowledged" if is_accepted else "refused", by=by, on_behalf_of=on_behalf_of, **body)


def duty_of(hazard: Hazard, row: Handover, part: str) -> str | None:
    """What one takes on by acknowledging: the tracker tracks, the lead answers for the rectification."""
    if part == "TRACKER":
        return "K"
    return "R" if row.lead == part and getattr(hazard, NAMED[part]) == hazard.lead_person_id else None


def reassign_territory(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """裁定改派（块）: after a refusal, name the same or another person for the territory."""
    _reassign(session, hazard, "TERRITORY", "territory_person", by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def reassign_sector(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """裁定改派（条）: after a refusal, name the same or another person for the industry."""
    _reassign(session, hazard, "SECTOR", "sector_person", by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def _reassign(
    session: Session, hazard: Hazard, part: str, key: str, *, by: int, on_behalf_of: int | None, task: Any, data: Data
) -> None:
    row = get_last(session, hazard, "RECTIFY")
    reason = fields.text(data, "reason", "裁定理由", least=2)
    before, was_asked_once = getattr(hazard, PARTS[part]), _is_asked_once(session, hazard, row)
    setattr(hazard, PARTS[part], _named(session, hazard, data, key))
    if was_asked_once:
        hazard.sector_person_id = hazard.territory_person_id
    if row.lead == part or was_asked_once:
        hazard.lead_person_id = getattr(hazard, PARTS[part])
        _lead_must_be_free(session, hazard, key)
    body = {"part": part, "before": before, "after": getattr(hazard, PARTS[part]), "reason": reason, "task": task.id}
    history.record(session, hazard.ref, "reassigned", by=by, on_behalf_of=on_behalf_of, **body)


def _is_asked_once(session: Session, hazard: Hazard, row: Handover) -> bool:
    """Whether one person answers for both parts and nobody is asked for the industry's apart: then whoever is named in his
    place takes both, because no task would ever ask the industry again, and the handover would stand still."""
    asked = any(task.verb == "acknowledge_as_sector" for task in tasks.open_of(session, hazard.ref))
    has_accepted = ("SECTOR", hazard.sector_person_id) in _accepted(session, row)
    return is_one_person(hazard) and not asked and not has_accepted


def complete_rectify_handover(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """移交一完成: both parts have acknowledged; rectification begins, and an immediate one has 24 hours from now."""
    row = get_last(session, hazard, "RECTIFY")
    if faults := rectify_faults(session, hazard):
        raise Conflict("".join(faults))
    row.completed_at = clock.now()
    body: dict[str, Any] = {"by": cause.by, "on_behalf_of": cause.on_behalf_of, "handover": row.id}
    if hazard.status == "RECTIFYING":  # it was opened again, and is that since
        history.record(session, hazard.ref, "handover_rectify_completed", **body)
    else:
        hazards.move(session, hazard, "RECTIFYING", **body)
    if hazard.mode == "IMMEDIATE":
        hours = int(campaigns.param(session, hazard.campaign, "immediate_h"))
        due_at = clock.now() + timedelta(hours=hours)
        hazards.set_deadline(session, hazard, due_at, by=cause.by, source=f"本地参数：立即整改 {hours} 小时，自签收起算")


# ---- ④ for tracking --------------------------------------------------------------------------------------------------------


def issue_for_tracking(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """④签发: hand the tracking to a county department."""
    hazards.must_be(hazard, *hazard_rules.IN_HAND)
    hazard.county_dept_id = _department(session, hazard, data)
    row = Handover(
        hazard_id=hazard.id,
        kind="TRACK",
        county_dept_id=hazard.county_dept_id,
        requirements=fields.find_text(data, "requirements"),
        document_no=fields.find_text(data, "letter_no"),
        issued_at=clock.now(),
        issued_by=by,
    )
    _issue(session, hazard, row, on_behalf_of, task)


def _department(session: Session, hazard: Hazard, data: Data) -> int:
    unit = people.get_unit(session, fields.id_of(data, "county_dept", "县有关部门"))
    is_ours = unit.region_code[:6] == hazard.region_code[:6]
    if unit.kind not in ("COUNTY_DEPT", "COUNTY") or not is_ours:
        raise Invalid("county_dept", "请选择本县的有关部门。")
    return unit.id


def name_tracker(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """指定跟踪人: the department names the person who tracks this hazard, or objects with a reason."""
    row = get_last(session, hazard, "TRACK")
    if fields.choice(data, "decision", "部门答复", ("accept", "object")) == "object":
        body = {"reason": fields.text(data, "reason", "异议理由", least=2), "handover": row.id, "task": task.id}
        history.record(session, hazard.ref, "tracking_objected", by=by, on_behalf_of=on_behalf_of, **body)
        return
    _name_tracker(session, hazard, row, by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def name_tracker_instead(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """县办指定跟踪人: the department let its term pass, so the county office names the person (上转表, domain 3.3)."""
    row = get_last(session, hazard, "TRACK")
    _name_tracker(session, hazard, row, by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def _name_tracker(
    session: Session, hazard: Hazard, row: Handover, *, by: int, on_behalf_of: int | None, task: Any, data: Data
) -> None:
    """Who is named has not taken it on yet: he acknowledges himself (INV-3)."""
    tracker = fields.id_of(data, "tracker", "跟踪人")
    if sentence := duties.forbidden(session, hazard, "K", tracker, "所选人员"):
        raise Invalid("tracker", sentence)
    if tracker not in {person.id for person in addresses.trackers(session, hazard)}:
        raise Invalid("tracker", "所选人员不是这个部门的专职跟踪督办人，请重新选择。")
    hazard.tracker_id, row.contact = tracker, fields.find_text(data, "contact")
    body = {"tracker": tracker, "handover": row.id, "task": task.id}
    history.record(session, hazard.ref, "tracker_named", by=by, on_behalf_of=on_behalf_of, **body)


def acknowledge_as_tracker(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """跟踪人签收: the named person takes the tracking on himself, or refuses with a reason (domain 3.3 ④)."""
    answer(session, hazard, "TRACKER", by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def raise_tracking(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """上转县专项办: the department named nobody in its term (上转表); whose turn it was stays on record."""
    row = get_last(session, hazard, "TRACK")
    note = "县有关部门逾期未指定跟踪人，已上转县专项办。"
    history.record(
        session, hazard.ref, "tracking_raised", by=cause.by, handover=row.id, county_dept=hazard.county_dept_id, note=note
    )


def rule_on_tracking(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """县办裁定: after an objection, say which department tracks."""
    before, hazard.county_dept_id = hazard.county_dept_id, _department(session, hazard, data)
    reason = fields.text(data, "reason", "裁定理由", least=2)
    body = {"before": before, "after": hazard.county_dept_id, "reason": reason, "task": task.id}
    history.record(session, hazard.ref, "tracking_ruled", by=by, on_behalf_of=on_behalf_of, **body)


def complete_track_handover(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """移交二完成: the named person has acknowledged that he tracks."""
    row = get_last(session, hazard, "TRACK")
    if faults := track_faults(session, hazard, while_open=True):
        raise Conflict("".join(faults))
    row.completed_at = clock.now()
    body = {"handover": row.id, "tracker": hazard.tracker_id}
    history.record(session, hazard.ref, "handover_track_completed", by=cause.by, on_behalf_of=cause.on_behalf_of, **body)


# ---- questions ---------------------------------------------------------------------------------------------------------


def of(session: Session, hazard: Hazard) -> list[Handover]:
    """The hazard's handovers, in the order they were issued."""
    return list(session.scalars(select(Handover).where(Handover.hazard_id == hazard.id).order_by(Handover.id)))


_OF_ROUND = (  # asked at nearly every click, so it is put together once
    select(Handover).where(Handover.hazard_id == bindparam("hazard"), Handover.round == bindparam("round")).order_by(Handover.id)
)


def find_last(session: Session, hazard: Hazard, kind: str) -> Handover | None:
    """The newest handover of a kind in this round: after a reopening both are issued anew."""
    asked = {"hazard": hazard.id, "round": hazard.reopened_count}
    known = memory.once(session, "handovers", tuple(asked.values()), lambda: session.scalars(_OF_ROUND, asked).all())
    return next((row for row in reversed(known) if row.kind == kind), None)


def get_last(session: Session, hazard: Hazard, kind: str) -> Handover:
    """The same; Conflict if none was issued."""
    if row := find_last(session, hazard, kind):
        return row
    raise Conflict("移交一还没有签发。" if kind == "RECTIFY" else "移交二还没有签发。")


def last_of(session: Session, hazard: Hazard, part: str) -> Handover:
    """The newest handover that names somebody in a part."""
    return get_last(session, hazard, "TRACK" if part == "TRACKER" else "RECTIFY")


def answers(session: Session, hazard: Hazard) -> list[Acknowledgement]:
    """Every acknowledgement and refusal of the hazard's handovers, oldest first."""
    mine = select(Acknowledgement).join(Handover, Handover.id == Acknowledgement.handover_id)
    return list(session.scalars(mine.where(Handover.hazard_id == hazard.id).order_by(Acknowledgement.id)))


def rectify_faults(session: Session, hazard: Hazard) -> list[str]:
    """What handover one lacks: the persons it names now must have acknowledged (INV-3)."""
    row = find_last(session, hazard, "RECTIFY")
    if row is None:
        return ["移交一还没有签发。"]
    accepted = _accepted(session, row)
    labels = {"TERRITORY": "属地责任人还没有签收移交一。", "SECTOR": "行业责任人还没有签收移交一。"}
    return [labels[part] for part, column in PARTS.items() if (part, getattr(hazard, column)) not in accepted]


def track_faults(session: Session, hazard: Hazard, *, while_open: bool = False) -> list[str]:
    """What handover two lacks: a named tracker who has acknowledged it himself (INV-3)."""
    row = find_last(session, hazard, "TRACK")
    if row is None:
        return ["移交二还没有签发。"]
    if hazard.tracker_id is None:
        return ["移交二还没有指定县跟踪人。"]
    if ("TRACKER", hazard.tracker_id) not in _accepted(session, row):
        return ["县跟踪人还没有签收移交二。"]
    return [] if while_open or row.completed_at else ["移交二还没有办结。"]


def _accepted(session: Session, row: Handover) -> set[tuple[str, int]]:
    """(part, person) of those who acknowledged a handover; read once for both handovers of a hazard."""
    ask = lambda: session.execute(_ACCEPTED, {"hazard": row.hazard_id}).all()  # noqa: E731
    accepted = memory.once(session, "acknowledgements", row.hazard_id, ask)
    return {(part, person_id) for handover_id, part, person_id in accepted if handover_id == row.id}


_ACCEPTED = select(Acknowledgement.handover_id, Acknowledgement.part, Acknowledgement.person_id).join(Handover).where(
    Handover.hazard_id == bindparam("hazard"), Acknowledgement.is_accepted
)
