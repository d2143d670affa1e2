"""Changes of who answers for a hazard (变更责任人, 变更跟踪人): after a handover was acknowledged somebody else takes it over.

The office director names another person for the territory or the industry, the county's department or office another tracker;
he acknowledges as the first one did (INV-3), and only then takes over: the lead's duty with it, and every open task. Whoever
had it before keeps the duty he has borne (domain 2.2). Until then, and if the newcomer refuses, nothing changes (INV-7).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import addresses, duties, fields, handovers, petitions
from workflows.engine import Cause
from workflows.errors import Conflict, Forbidden, Invalid
from workflows.fields import Data
from workflows.hazards import rules as hazard_rules
from workflows.hazards.tables import Hazard
from workflows.people import Person
from workflows.petitions import Petition


class Change(Petition):
    """One person named in another's place. At most one a hazard waits for its answer."""

    __tablename__ = "changes"
    noun, called = "change", "变更"

    part: Mapped[str] = mapped_column(String(10))  # TERRITORY, SECTOR or TRACKER
    before_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    after_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))


# ---- rules -------------------------------------------------------------------------------------------------------------

PARTS = {"TERRITORY": "属地责任人（块）", "SECTOR": "行业责任人（条）"}
PERSONS = {  # part → the field that names the newcomer, and who may be named
    "TERRITORY": ("territory_person", addresses.territory_persons),
    "SECTOR": ("sector_person", addresses.sector_persons),
    "TRACKER": ("tracker", addresses.trackers),
}


# ---- verbs -------------------------------------------------------------------------------------------------------------


def name_successor(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """变更责任人: the office names another person for the territory or the industry, with a reason."""
    part = fields.choice(data, "part", "变更哪一方", PARTS)
    _name(session, hazard, part, by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def name_next_tracker(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """变更跟踪人: the county's department or office names another tracker, with a reason."""
    _name(session, hazard, "TRACKER", by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def _name(
    session: Session, hazard: Hazard, part: str, *, by: int, on_behalf_of: int | None, task: Any, data: Data
) -> None:
    if sentence := fault(session, hazard, part):
        raise Conflict(sentence)
    key = PERSONS[part][0]
    before, after = getattr(hazard, handovers.NAMED[part]), fields.id_of(data, key, "接任人员")
    if after == before:
        raise Invalid(key, "所选的就是现在的责任人，不用变更。")
    if after not in {person.id for person in _successors(session, hazard, part)}:
        raise Invalid(key, "所选人员不在可担任的人选之列，请重新选择。")
    duty = handovers.duty_of(hazard, handovers.last_of(session, hazard, part), part)
    if duty and (sentence := duties.forbidden(session, hazard, duty, after, "所选人员")):
        raise Invalid(key, sentence)
    reason = fields.text(data, "reason", "变更原因", least=2)
    row = Change(part=part, before_id=before, after_id=after, reason=reason, by=by, on_behalf_of=on_behalf_of)
    petitions.ask(session, hazard, row, "", task, part=part, before=before, after=after)


def answer_change(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> bool:
    """接任签收: he acknowledges and takes over, or refuses with a reason and nothing changes. Answers whether he took over."""
    row = petitions.get_asked(session, Change, hazard)
    if row.after_id not in (by, on_behalf_of):
        raise Forbidden("这项变更不是交给您签收的。")
    is_accepted = fields.choice(data, "decision", "签收意见", ("accept", "refuse")) == "accept"
    reason = None if is_accepted else fields.text(data, "reason", "拒收理由", least=2)
    cause = Cause(("task", task.id), row.at, by, on_behalf_of)
    if is_accepted:
        setattr(hazard, handovers.NAMED[row.part], row.after_id)
        if handovers.last_of(session, hazard, row.part).lead == row.part:
            hazard.lead_person_id = row.after_id
        handovers.answer(session, hazard, row.part, by=by, on_behalf_of=on_behalf_of, task=task, data=data)
    state = "GRANTED" if is_accepted else "REFUSED"
    petitions.decide(session, hazard, row, state, cause, part=row.part, after=row.after_id, reason=reason)
    return is_accepted


# ---- questions ---------------------------------------------------------------------------------------------------------


def fault(session: Session, hazard: Hazard, part: str) -> str | None:
    """Why nobody else may be named in this part now; None if somebody may."""
    if hazard.status not in hazard_rules.IN_HAND:
        return f"这件隐患现为“{hazard_rules.STATUSES[hazard.status]}”，只有在办的隐患可以变更。"
    if row := petitions.find_asked(session, Change, hazard):
        return f"已有一项变更待签收（{'跟踪人' if row.part == 'TRACKER' else PARTS[row.part]}），办结后才能再变更。"
    is_tracker = part == "TRACKER"
    lacks = handovers.track_faults(session, hazard, while_open=True) if is_tracker else handovers.rectify_faults(session, hazard)
    return "移交签收以前不用变更，由签收人拒收、改派即可。" if lacks else None


def may_change_responsible(session: Session, hazard: Hazard) -> bool:
    """Another person may be named for the territory or the industry now."""
    return fault(session, hazard, "TERRITORY") is None


def may_change_tracker(session: Session, hazard: Hazard) -> bool:
    """Another tracker may be named now."""
    return fault(session, hazard, "TRACKER") is None


def next_territory_persons(session: Session, hazard: Hazard) -> list[Person]:
    """Who may answer for the territory in place of whoever does."""
    return _successors(session, hazard, "TERRITORY")


def next_sector_persons(session: Session, hazard: Hazard) -> list[Person]:
    """Who may answer for the industry in place of whoever does."""
    return _successors(session, hazard, "SECTOR")


def next_trackers(session: Session, hazard: Hazard) -> list[Person]:
    """Who may track in place of whoever does."""
    return _successors(session, hazard, "TRACKER")


def _successors(session: Session, hazard: Hazard, part: str) -> list[Person]:
    return PERSONS[part][1](session, hazard, but=getattr(hazard, handovers.NAMED[part]))


def taken_over_at(session: Session, hazard: Hazard, part: str) -> datetime | None:
    """When whoever answers for a part now has taken it over from somebody else; None if he had it from the first."""
    granted = select(func.max(Change.decided_at)).where(Change.hazard_id == hazard.id, Change.state == "GRANTED")
    return session.scalar(granted.where(Change.part == part))


def successor(session: Session, hazard: Hazard) -> int | None:
    """The person who is named and has not answered yet."""
    row = petitions.find_asked(session, Change, hazard)
    return row.after_id if row else None
