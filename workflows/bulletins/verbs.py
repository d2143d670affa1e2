"""Opening, drafting, deciding, correcting. An official does it once: with the month's results he does step ⑬ of each of them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows import campaigns, clock, fields, people, privacy
from workflows.bulletins import contents, questions, rules
from workflows.bulletins.tables import Bulletin, Edition, Row, Wording
from workflows.engine import Caller, Rules, history, instances, tasks
from workflows.errors import Conflict, Forbidden, Invalid, NotFound
from workflows.fields import Data
from workflows.hazards.tables import Hazard
from workflows.ledger import cutoff
from workflows.people import Unit

PROCESS = "bulletin"
CHECKED = ["tipster", "personal", "secret"]


def open_month(session: Session, engine: Rules, town: Unit, month: date, *, by: int | None = None) -> Bulletin:
    """Open a town's bulletin for a month that is cut, and start its process."""
    cut_at = _cut_at(session, month)
    if clock.now() < cut_at:
        raise Conflict(f"{month.month}月的数据截至{clock.last_day(cut_at).day}日24时，还不能拟稿。")
    bulletin = Bulletin(
        region_code=town.region_code, town_name=town.name, month=month, cut_at=cut_at, opened_at=clock.now()
    )
    session.add(bulletin)
    session.flush()
    history.record(session, bulletin.ref, "bulletin_opened", by=by, town=town.region_code, month=month, cut_at=cut_at)
    instances.start(session, engine, PROCESS, bulletin.ref, by=by)
    return bulletin


def due_month(session: Session) -> date:
    """The first day of the newest month that is cut."""
    month = clock.today().replace(day=1)
    return month if clock.now() >= _cut_at(session, month) else (month - timedelta(days=1)).replace(day=1)


def _cut_at(session: Session, month: date) -> datetime:
    """When the month is cut, as the campaign has it that runs then: with the returns (P11)."""
    campaign = campaigns.current(session, month.replace(day=25))
    return cutoff(month, campaigns.param(session, campaign.code, "cutoff_day"))


def correct(session: Session, engine: Rules, bulletin: Bulletin, caller: Caller) -> None:
    """Begin a correction of what is public: another edition, drafted and approved like the first."""
    if not questions.may_draft(session, caller, bulletin):
        raise Forbidden("更正由镇领导组办公室拟稿。")
    if not questions.is_correction(session, bulletin):
        raise Conflict("这一期还没有公开，不用更正，请直接修改公开稿。")
    instances.start(session, engine, PROCESS, bulletin.ref, by=caller.person_id)


def word(session: Session, bulletin: Bulletin, hazard: Hazard, subject_name: str, text: str, *, by: int) -> Wording:
    """Say what the public reads of a hazard instead of what stands in its file, where no draft waits for its decision."""
    if questions.find_drafted(session, bulletin) is not None:
        raise Conflict("公开稿正在等待审定，退回后才能改写。")
    for key, typed in (("subject_name", subject_name), ("text", text)):
        if fault := _number_fault(typed):
            raise Invalid(key, fault)
    row = Wording(hazard_id=hazard.id, subject_name=subject_name, text=text, set_at=clock.now(), set_by=by)
    session.add(row)
    session.flush()
    history.record(session, hazard.ref, "wording_set", by=by, wording=row.id, subject_name=subject_name, text=text)
    return row


def _number_fault(text: str) -> str | None:
    absolute = [each for each in privacy.findings(text) if each.is_absolute]
    return f"公开内容中有{absolute[0].what}“{absolute[0].found}”，请删去。" if absolute else None


# ---- drafting ------------------------------------------------------------------------------------------------------------


def draft(session: Session, bulletin: Bulletin, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> Edition:
    """公开拟稿: the lists as of the cut, checked for personal data, kept as they will be published."""
    _must_be_next(session, bulletin)
    _must_have_channels(session, bulletin)
    correction = None
    if questions.is_correction(session, bulletin):
        correction = fields.text(data, "correction", "更正了什么、为什么", least=5, most=1000)
    lines = contents.rows(session, bulletin, _left_out(session, bulletin, data))
    found = rules.findings(lines, correction, questions.names_on_file(session))
    explanation = _must_be_clean(found, data)
    edition = Edition(
        bulletin_id=bulletin.id,
        state="DRAFTED",
        correction=correction,
        findings=[rules.sentence(place, finding) for place, finding in found],
        explanation=explanation,
        sha256="",
        drafted_at=clock.now(),
        drafted_by=by,
        drafted_for=on_behalf_of,
    )
    session.add(edition)
    session.flush()
    for place, line in enumerate(lines, 1):
        line.edition_id, line.position = edition.id, place
    session.add_all(lines)
    edition.sha256 = rules.digest(bulletin, correction, lines)
    session.flush()
    body = {"edition": edition.id, "sha256": edition.sha256, "lines": len(lines), "task": task.id}
    history.record(session, bulletin.ref, "bulletin_drafted", by=by, on_behalf_of=on_behalf_of, **body)
    return edition


def _must_be_next(session: Session, bulletin: Bulletin) -> None:
    """Months are published one after the other: each tells what the ones before it have not."""
    mine = select(Bulletin).where(Bulletin.region_code == bulletin.region_code, Bulletin.cut_at < bulletin.cut_at)
    for earlier in session.scalars(mine.order_by(Bulletin.cut_at)):
        if not questions.is_correction(session, earlier):
            raise Conflict(f"请先办完{rules.title(earlier)}。")


def _must_have_channels(session: Session, bulletin: Bulletin) -> None:
    """举报电话、邮箱 stand on the public's page (M055): the drafter is to state that they work, so there must be one."""
    town = people.find_unit(session, "TOWN", bulletin.region_code)
    if town is None or not (town.report_phone or town.report_email):
        where = "请系统管理员先在“管理 → 单位”中填写，试拨、试发后再提交。"
        raise Invalid("checklist", f"{bulletin.town_name}还没有登记举报电话或邮箱，无从核对。{where}")


def _left_out(session: Session, bulletin: Bulletin, data: Data) -> dict[int, str]:
    """What the drafter asks to leave out, each with his reason; only what stands in the lists."""
    wanted = fields.ids(data, "left_out")
    if not wanted:
        return {}
    offered = {line.hazard_id for line in contents.rows(session, bulletin)}
    if set(wanted) - offered:
        raise Invalid("left_out", "只能从本期清单中选择不公开的隐患。")
    reason = fields.text(data, "left_out_reason", "不公开的理由", least=5, most=500)
    return dict.fromkeys(wanted, reason)


def _must_be_clean(found: list[rules.Found], data: Data) -> str | None:
    """Numbers are never published; everything else needs a reason why it may be."""
    absolute = [rules.sentence(place, finding) for place, finding in found if finding.is_absolute]
    if absolute:
        raise Invalid("explanation", f"电话号码和身份证号不得公开，请先改写：{'；'.join(absolute[:5])}。")
    if not found:
        return fields.find_text(data, "explanation")
    told = "；".join(rules.sentence(place, finding) for place, finding in found[:5])
    if len(fields.find_text(data, "explanation") or "") < 5:
        more = f"等 {len(found)} 处" if len(found) > 5 else ""
        raise Invalid("explanation", f"脱敏检查有发现，请改写，或在这里说明为什么可以公开：{told}{more}。")
    return fields.text(data, "explanation", "脱敏说明", least=5, most=1000)


# ---- deciding ------------------------------------------------------------------------------------------------------------


def decide(session: Session, bulletin: Bulletin, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> Edition:
    """公开审定: by another person than the drafter; accept makes the edition public as it was drafted, redo sends it back."""
    edition = questions.get_drafted(session, bulletin)
    decision = fields.choice(data, "decision", "审定结果", ("accept", "redo"))
    is_redone = decision == "redo"
    opinion = fields.text(data, "reason", "退回原因", least=2) if is_redone else fields.find_text(data, "opinion")
    for person_id in {by, on_behalf_of or by}:
        if sentence := questions.forbidden(session, bulletin, person_id):
            raise Forbidden(sentence)
    edition.decided_at, edition.decided_by, edition.decided_for, edition.opinion = clock.now(), by, on_behalf_of, opinion
    if is_redone:
        edition.state = "RETURNED"
    else:
        lines = questions.rows_of(session, edition)
        if rules.digest(bulletin, edition.correction, lines) != edition.sha256:
            raise Conflict("公开稿与拟稿时的校验值不符，请退回重拟。")
        last = questions.find_published(session, bulletin)
        edition.state, edition.number = "PUBLISHED", (last.number or 0) + 1 if last else 1
    body = {"edition": edition.id, "decision": decision, "number": edition.number, "sha256": edition.sha256, "task": task.id}
    history.record(session, bulletin.ref, "bulletin_decided", by=by, on_behalf_of=on_behalf_of, reason=opinion, **body)
    return edition


# ---- step ⑬ of the hazards in it -------------------------------------------------------------------------------------------


def hand_in_drafts(session: Session, engine: Rules, edition: Edition, *, by: int) -> None:
    """With the month's draft, hand in the open 公开拟稿 of every hazard whose result or exemption stands in it."""
    for hazard, row in _concerned(session, edition):
        _do(session, engine, hazard, "draft_disclosure", _draft_of(row), by=by)


def hand_in_decisions(session: Session, engine: Rules, edition: Edition, *, by: int) -> None:
    """With the month's decision, hand in the open 公开审定 of the same hazards. What is published is then published there too."""
    is_redone = edition.state == "RETURNED"
    answer = {"decision": "redo", "reason": edition.opinion} if is_redone else {"decision": "accept"}
    for hazard, row in _concerned(session, edition):
        _do(session, engine, hazard, "approve_disclosure", answer, by=by)
        if not is_redone and row.list == "RESULT" and not _is_public(hazard):
            raise Conflict(f"{hazard.hazard_no} 的公开环节与本期不一致（可能已重新打开，或已单独批准不公开），请退回重拟。")


def _concerned(session: Session, edition: Edition) -> list[tuple[Hazard, Row]]:
    """The hazards of the results and exemptions, by id: their instances are locked in one order."""
    found = select(Hazard, Row).join(Row, Row.hazard_id == Hazard.id)
    mine = found.where(Row.edition_id == edition.id, Row.list.in_(("RESULT", "EXEMPT")))
    return [(hazard, row) for hazard, row in session.execute(mine.order_by(Hazard.id))]


def _is_public(hazard: Hazard) -> bool:
    return hazard.status in ("PUBLISHED", "ARCHIVED") and hazard.exemption is None


def _draft_of(row: Row) -> Mapping[str, Any]:
    if row.list == "EXEMPT":
        return {"exempt": True, "exempt_reason": row.text}
    content = f"{row.subject_name}的重大事故隐患{row.text}"
    return {"exempt": False, "content": content, "channels": ["web"], "checklist": CHECKED}


def _do(session: Session, engine: Rules, hazard: Hazard, verb: str, answer: Mapping[str, Any], *, by: int) -> None:
    caller = people.caller(session, by)
    for task in tasks.open_of(session, hazard.ref):
        if task.verb == verb:
            try:
                tasks.complete(session, engine, tasks.get(session, task.id, caller), caller, answer)
            except (Conflict, Forbidden, NotFound) as refusal:
                raise type(refusal)(f"{hazard.hazard_no}：{refusal.message}") from refusal
