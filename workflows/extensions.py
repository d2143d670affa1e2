"""Extensions (延期, P08): the only way a rectification's deadline changes once it is set (INV-9).

The enterprise or the lead asks in time, says how far it is and how people are kept safe until the new day; the lead, the
station, the office and the deputy head decide one after the other, for a listed hazard the county as well. Until it is granted
the old deadline stands; when it is, every timer and term follows, and the old one stays to be asked for.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import calendars, campaigns, clock, fields, handovers, hazards, papers, people, petitions
from workflows.engine import Cause
from workflows.errors import Conflict, Forbidden, Invalid
from workflows.fields import Data
from workflows.hazards.tables import Hazard
from workflows.petitions import Petition


class Extension(Petition):
    """One application for a later deadline."""

    __tablename__ = "extensions"
    noun, called = "extension", "延期"

    progress: Mapped[str] = mapped_column(Text)  # what is done already
    safety_measures: Mapped[str] = mapped_column(Text)  # how people are kept safe until then
    from_on: Mapped[date]  # the last day of the deadline it asks to change
    until_on: Mapped[date]  # the last day it asks for


# ---- rules -------------------------------------------------------------------------------------------------------------


def asking_fault(hazard: Hazard, granted: int, terms: dict[str, Any], calendar: clock.Calendar) -> str | None:
    """Why nobody may ask for an extension now; None if one may (P08)."""
    if hazard.status != "RECTIFYING" or hazard.mode != "DEADLINE" or hazard.due_on is None:
        return "只有正在限期整改的隐患可以申请延期。"
    if granted >= terms["extension_max"]:
        return f"这件隐患已延期 {granted} 次，按本地参数最多 {terms['extension_max']} 次。"
    before = terms["extension_before_listed_wd" if hazard.listed_supervision else "extension_before_wd"]
    latest = clock.add_working_days(hazard.due_on, -before, calendar)
    if clock.today() > latest:
        return f"延期须在到期前 {before} 个工作日（{latest.isoformat()}）以前申请，现在已过。"
    if hazard.immediate_danger and not hazard.stop_production:
        return "紧急危险尚未消除、也没有停产停用的，不得延期。"
    return None


def until_fault(until_on: date, first: tuple[date, date], due_on: date, total: float) -> str | None:
    """Why a new deadline will not do: later than the old one, and all extensions together at most this share of the first term.
    `first`: the days from which and to which the first deadline ran."""
    set_on, first_due_on = first
    latest = first_due_on + timedelta(days=(first_due_on - set_on).days * round(total * 100) // 100)
    if until_on <= due_on:
        return f"新的期限要晚于现在的期限（{due_on.isoformat()}）。"
    if until_on > latest:
        return f"延期累计不能超过原定期限的 {total * 100:g}%（本地参数），最晚到 {latest.isoformat()}。"
    return None


# ---- verbs -------------------------------------------------------------------------------------------------------------


def apply_for_extension(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """申请延期: by the lead or the enterprise, in time."""
    if sentence := fault(session, hazard):
        raise Conflict(sentence)
    _must_be_theirs(session, hazard, on_behalf_of or by)
    assert hazard.due_on is not None
    until_on = fields.day(data, "until_on", "申请延期至")
    total = campaigns.param(session, hazard.campaign, "extension_total")
    if sentence := until_fault(until_on, _first(session, hazard), hazard.due_on, total):
        raise Invalid("until_on", sentence)
    row = Extension(
        reason=fields.text(data, "reason", "延期原因", least=5),
        progress=fields.text(data, "progress", "已完成的进度", least=2),
        safety_measures=fields.text(data, "safety_measures", "延期期间安全保障措施", least=5),
        from_on=hazard.due_on,
        until_on=until_on,
        by=by,
        on_behalf_of=on_behalf_of,
    )
    papers.attach(session, hazard, task, "attachments", fields.shas(data, "attachments"), by=by)
    petitions.ask(session, hazard, row, "E1", task, **{"from": row.from_on, "until": until_on})


def review_extension(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """审核延期: one of those who must agree says yes or no."""
    row = petitions.get_asked(session, Extension, hazard)
    is_agreed = petitions.review(session, hazard, row, by=by, on_behalf_of=on_behalf_of, task=task, data=data)
    if is_agreed and (sentence := _late_fault(hazard, row)):
        raise Conflict(sentence)


def grant_extension(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """批准延期: the new deadline is in force; the caller lets the timers follow. Not without the deputy head or who stands above
    him, and for a listed hazard the county leader; each another person than who asked (duty E2)."""
    row = petitions.get_asked(session, Extension, hazard)
    needed = ("COUNTY_LEADER",) if hazard.listed_supervision else petitions.TOWN_DECIDERS
    if sentence := _late_fault(hazard, row) or petitions.lacks(session, hazard, row, needed):
        raise Conflict(sentence)
    hazard.extension_count += 1
    source = f"延期批准（第 {hazard.extension_count} 次）"
    hazards.set_deadline(session, hazard, clock.end_of(row.until_on), by=cause.by, source=source, reason=row.reason)
    petitions.decide(session, hazard, row, "GRANTED", cause, until=row.until_on, count=hazard.extension_count)


def refuse_extension(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """不同意延期: the old deadline stands."""
    row = petitions.get_asked(session, Extension, hazard)
    petitions.decide(session, hazard, row, "REFUSED", cause, until=row.until_on)


def _must_be_theirs(session: Session, hazard: Hazard, person_id: int) -> None:
    own = {post.unit_id for post in people.posts(session, person_id) if post.role in people.ENTERPRISE_ROLES}
    if person_id != hazard.lead_person_id and hazard.enterprise_id not in own:
        raise Forbidden("延期由企业或牵头责任人申请。")


def _late_fault(hazard: Hazard, row: Extension) -> str | None:
    """Why it can no longer be granted: it was finished, or its deadline passed or changed meanwhile."""
    if hazard.status != "RECTIFYING":
        return "这件隐患已不在整改中，不用再批延期；请选“不同意”并说明。"
    if hazard.due_on != row.from_on or clock.now() > clock.end_of(row.from_on):
        return "原定期限已经到期或变更，不能再批准延期；请选“不同意”并说明。"
    return None


# ---- questions ---------------------------------------------------------------------------------------------------------


def fault(session: Session, hazard: Hazard) -> str | None:
    """Why nobody may ask for an extension of this hazard now; None if one may."""
    terms = campaigns.params(session, hazard.campaign)
    return asking_fault(hazard, hazard.extension_count, terms, calendars.of(session))


def may_extend(session: Session, hazard: Hazard) -> bool:
    """An extension may be asked for now."""
    return fault(session, hazard) is None


def lead_asked(session: Session, hazard: Hazard) -> bool:
    """The lead himself asked for the extension that is under way, so he need not agree to it."""
    row = petitions.get_asked(session, Extension, hazard)
    return hazard.lead_person_id in (row.by, row.on_behalf_of)


def of(session: Session, hazard: Hazard) -> list[Extension]:
    """Every application, oldest first."""
    return petitions.of(session, Extension, hazard)


def _first(session: Session, hazard: Hazard) -> tuple[date, date]:
    """The day the first deadline of this round was set, and its last day: handover one orders both."""
    row = handovers.get_last(session, hazard, "RECTIFY")
    assert row.due_date is not None, "only a time-limited rectification is extended"
    return clock.on(row.issued_at), row.due_date
