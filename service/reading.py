"""A case for reading: its handovers, plans, reports, verifications, reviews and disclosures, each as lines of label and text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service import labels
from service.cases import Fact
from workflows import closures, disclosures, feedbacks, handovers, people, rectifications, verifications
from workflows.hazards import Hazard

HANDOVERS = {"RECTIFY": "移交一 整改治理", "TRACK": "移交二 跟踪管理"}
STAGES = {"APPLY": "申请销号", "TOWN": "镇审核", "TRACKER": "县跟踪意见", "SIGN": "县政府分管领导签字"}
DECISIONS = {
    "apply": "申请销号",
    "approve": "同意上报",
    "agree": "同意销号",
    "sign": "同意销号，签字",
    "accept": "同意公开",
    "redo": "退回重拟",
}
RETURNED = {"rectify": "退回整改", "verify": "退回验收", "apply": "退回重新申请", "town": "退回镇审核"}
CHECKED = {
    "person": "责任人已落实",
    "measures": "措施已落实",
    "fund": "资金已落实",
    "deadline": "期限已落实",
    "emergency_plan": "应急预案已落实",
    "clause": "判定条款所列情形已消除",
    "none": "以上均不符合",
}


@dataclass(frozen=True)
class Entry:
    """One paper of the dossier: what it is, who wrote it when, and its lines."""

    title: str
    by: str
    at: datetime
    rows: list[Fact]


@dataclass(frozen=True)
class Section:
    """The papers of one kind, oldest first."""

    id: str
    title: str
    entries: list[Entry]


def sections(session: Any, hazard: Hazard) -> list[Section]:
    """What a dossier holds, in the order of the loop; a kind that the case has not come to yet is left out."""
    kinds = {
        "handovers": ("两移交与签收", _handovers),
        "plans": ("整改方案（五落实）", _plans),
        "finishes": ("完工报告", _finishes),
        "feedbacks": ("周四反馈", _feedbacks),
        "verifications": ("验收与成员确认", _verifications),
        "reviews": ("申请、审核与签字", _reviews),
        "disclosures": ("信息公开", _disclosures),
    }
    found = [Section(id, title, list(read(session, hazard))) for id, (title, read) in kinds.items()]
    return [section for section in found if section.entries]


def _facts(rows: Iterable[tuple[str, Any]]) -> list[Fact]:
    return [Fact(label, str(text)) for label, text in rows if text not in (None, "")]


def _entry(session: Any, title: str, row: Any, at: datetime, by: int | None, rows: Iterable[tuple[str, Any]]) -> Entry:
    principal = getattr(row, "on_behalf_of", None)
    names = people.names(session, [by, principal])
    who = names.get(by or 0, "系统") + (f"（代 {names.get(principal, '')}）" if principal else "")
    return Entry(title, who, at, _facts(rows))


def _handovers(session: Any, hazard: Hazard) -> Iterator[Entry]:
    answers = handovers.answers(session, hazard)
    for row in handovers.of(session, hazard):
        unit = people.get_unit(session, row.county_dept_id).name if row.county_dept_id else ""
        lead = f"{labels.part(row.lead)}责任人" if row.lead else ""
        co_units = "、".join(people.get_unit(session, int(id)).name for id in row.co_units or [])
        rows = [("牵头", lead), ("县有关部门", unit), ("配合单位", co_units), ("整改方式", labels.mode(row.mode))]
        rows += [("整改期限", labels.day(row.due_date)), ("要求", row.requirements), ("文号", row.document_no)]
        rows += [("联系方式", row.contact)]
        rows += [(f"{labels.part(each.part)}签收", _answer(session, each)) for each in answers if each.handover_id == row.id]
        rows += [("签收齐全", labels.moment(row.completed_at))]
        yield _entry(session, HANDOVERS[row.kind], row, row.issued_at, row.issued_by, rows)


def _answer(session: Any, answer: handovers.Acknowledgement) -> str:
    """Whom it was for, what he said, and whose hand it was if not his own: the department names the tracker."""
    names = people.names(session, [answer.person_id, answer.by])
    verdict = "签收" if answer.is_accepted else f"拒收：{answer.reason or ''}"
    hand = f"（{names.get(answer.by, '')}办理）" if answer.by != answer.person_id else ""
    return f"{names.get(answer.person_id, '')}，{labels.moment(answer.at)} {verdict}{hand}"


def _plans(session: Any, hazard: Hazard) -> Iterator[Entry]:
    for number, row in enumerate(rectifications.plans(session, hazard), 1):
        fund = labels.yuan(row.fund) if row.fund is not None else f"不适用：{row.fund_reason or ''}"
        deadline = labels.day(row.deadline) or "立即整改"
        urgent = row.emergency_plan or f"不适用：{row.emergency_reason or ''}"
        rows = [("目标", row.goal), ("责任人", row.person), ("措施", row.measures), ("资金", fund), ("期限", deadline)]
        rows += [("应急预案", urgent), ("安全措施", row.safety_measures), ("代录", "是" if row.is_proxy else "")]
        yield _entry(session, f"整改方案（第 {number} 份）", row, row.at, row.by, rows)


def _finishes(session: Any, hazard: Hazard) -> Iterator[Entry]:
    for number, row in enumerate(rectifications.finishes(session, hazard), 1):
        rows = [("完成方式", rectifications.CLOSE_REASONS[row.close_reason]), ("完工报告", row.report), ("整改过程", row.log)]
        rows += [("代录", "是" if row.is_proxy else "")]
        yield _entry(session, f"完工报告（第 {number} 份）", row, row.at, row.by, rows)


def _feedbacks(session: Any, hazard: Hazard) -> Iterator[Entry]:
    for row in feedbacks.of(session, hazard):
        percent = f"{row.progress_pct}%" if row.progress_pct is not None else ""
        rows = [("情况", row.situation), ("进度", percent), ("存在问题", row.problems), ("下一步", row.next_step)]
        late = "，补报" if row.is_late else ""
        title = f"{labels.part(row.part)}反馈（{labels.day(row.week_on)} 这一周{late}）"
        yield _entry(session, title, row, row.at, row.by, rows)


def _verifications(session: Any, hazard: Hazard) -> Iterator[Entry]:
    for number, row in enumerate(verifications.of(session, hazard), 1):
        checked = "、".join(CHECKED.get(each, each) for each in row.check_items)
        rows = [("结论", labels.result(row.result)), ("现场时间", labels.moment(row.onsite_at)), ("逐条核对", checked)]
        rows += [("验收意见", row.opinion), ("专家意见", row.expert_opinion), ("弄虚作假", "是" if row.is_false else "")]
        names = people.names(session, [member.person_id for member in row.members])
        rows += [(f"成员{place}", _member(member, names)) for place, member in enumerate(row.members, 1)]
        yield _entry(session, f"验收（第 {number} 次）", row, row.at, row.by, rows)


def _member(member: verifications.Member, names: dict[int, str]) -> str:
    said = {True: "同意", False: "不同意", None: "尚未确认"}[member.is_agreed]
    certificate = f"，执法证 {member.certificate_no}" if member.certificate_no else ""
    when = f"，{labels.moment(member.answered_at)}" if member.answered_at else ""
    why = f"：{member.opinion}" if member.opinion else ""
    return f"{names.get(member.person_id, '')}{certificate}，{said}{when}{why}"


def _reviews(session: Any, hazard: Hazard) -> Iterator[Entry]:
    for row in closures.of(session, hazard):
        goes_on = row.decision == closures.STAGES[row.stage]
        decision = (DECISIONS if goes_on else RETURNED).get(row.decision, row.decision)
        onsite = {True: "已到现场", False: "未到现场"}.get(row.is_onsite) if row.is_onsite is not None else ""
        rows = [("意见", decision), ("说明", row.opinion), ("现场查看", onsite), ("签署校验值", row.line.hash)]
        yield _entry(session, STAGES[row.stage], row, row.at, row.by, rows)


def _disclosures(session: Any, hazard: Hazard) -> Iterator[Entry]:
    for row in disclosures.of(session, hazard):
        rows = [("公开内容", row.content), ("不公开的理由", row.exempt_reason)]
        if row.decided_at:
            decided = people.names(session, [row.decided_by]).get(row.decided_by or 0, "")
            words = DECISIONS.get(row.decision or "", "")
            rows += [("审定", f"{decided}，{words}，{labels.moment(row.decided_at)}"), ("审定意见", row.opinion)]
        yield _entry(session, "公开拟稿", row, row.drafted_at, row.drafted_by, rows)
