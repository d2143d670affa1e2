"""Which kinds of document there are, when one may be made, and what fills it. Values are texts; a field's name is what an office
writes between braces in its template: {{ 隐患描述 }}."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from workflows import clock, closures, handovers, people, sectors, verifications
from workflows.hazards import rules as hazard_rules
from workflows.hazards.tables import Hazard

Filled = dict[str, Any]
COMMON = ("发文字号", "成文日期", "发文机关", "县", "镇")
HAZARD = (
    "编号",
    "主体",
    "统一社会信用代码",
    "地址",
    "行业领域",
    "隐患描述",
    "判定依据",
    "隐患来源",
    "整改方式",
    "整改期限",
    "整改要求",
    "牵头责任人",
    "属地责任人",
    "行业责任人",
    "县有关部门",
    "跟踪人",
)
ROWS = {"明细": ("序号", "编号", "主体", "责任人", "报送", "情况", "进度", "问题", "下一步")}
"""Fields that hold several lines, and the fields of a line."""


@dataclass(frozen=True)
class Kind:
    """One kind of document. `lacks`: why one cannot be made of this hazard now; None if it can. `urge`: 1–4 of 卡单函令."""

    title: str
    mark: str  # what stands in its number between the town and the year
    fields: tuple[str, ...]
    fill: Callable[[Session, Any], Filled]
    lacks: Callable[[Session, Any], str | None]
    urge: int = 0
    subject: str = "hazard"

    @property
    def all_fields(self) -> tuple[str, ...]:
        """What a template of this kind may name."""
        return COMMON + self.fields


# ---- rules -------------------------------------------------------------------------------------------------------------


def day(value: date | datetime | None) -> str:
    """2026年3月5日, as official papers write a date."""
    if value is None:
        return ""
    on = clock.on(value) if isinstance(value, datetime) else value
    return f"{on.year}年{on.month}月{on.day}日"


def short(unit_name: str) -> str:
    """乙 for 乙镇: how a place stands in its numbers."""
    return unit_name.removesuffix("街道").rstrip("镇乡县区市") or unit_name


# ---- what fills them ---------------------------------------------------------------------------------------------------


def _hazard(session: Session, hazard: Hazard) -> Filled:
    named = (hazard.lead_person_id, hazard.territory_person_id, hazard.sector_person_id, hazard.tracker_id)
    names = people.names(session, named)
    lead, territory, sector, tracker = (names.get(id or 0, "") for id in named)
    row = handovers.find_last(session, hazard, "RECTIFY")
    dept = people.get_unit(session, hazard.county_dept_id).name if hazard.county_dept_id else ""
    texts = (
        hazard.hazard_no,
        hazard.subject_name,
        hazard.uscc,
        hazard.address,
        sectors.names(session).get(hazard.sector or "", ""),
        hazard.description,
        hazard.clause_text or hazard.standard_clause or hazard.key_check_item,
        hazard_rules.SOURCES.get(hazard.source or "", ""),
        hazard_rules.MODES.get(hazard.mode or "", ""),
        day(hazard.due_on) or "签收后 24 小时内",
        row.requirements if row else "",
    )
    return dict(zip(HAZARD, (*(text or "" for text in texts), lead, territory, sector, dept, tracker), strict=True))


def _reinspection(session: Session, hazard: Hazard) -> Filled:
    row = verifications.get_last(session, hazard)
    members = verifications.members(session, row)
    names = people.names(session, [member.person_id for member in members])
    said = [f"{names[each.person_id]}（{each.certificate_no or '无执法证'}）" for each in members]
    verdict = {"PASS": "合格，隐患已消除", "FAIL": "不合格，继续整改"}[row.result]
    told = {"验收结论": verdict, "验收意见": row.opinion, "验收时间": day(row.onsite_at), "验收人": "、".join(said)}
    return _hazard(session, hazard) | told


def _reviews(session: Session, hazard: Hazard) -> Filled:
    rows = {row.stage: row for row in closures.of(session, hazard)}
    names = people.names(session, [row.by for row in rows.values()])

    def told(stage: str) -> str:
        row = rows.get(stage)
        return f"{row.opinion or '同意'}（{names[row.by]}，{day(row.at)}）" if row else ""

    signed = rows.get("SIGN")
    return _hazard(session, hazard) | {
        "整改小结": told("APPLY"),
        "镇审核意见": told("TOWN"),
        "县跟踪意见": told("TRACKER"),
        "县领导意见": told("SIGN"),
        "签署校验值": signed.line.hash if signed else "",
    }


def _urged(session: Session, urge: Any) -> Filled:
    """What the urge says, and to whom: card, order, letter and directive each have their receivers (P16)."""
    known, told = _hazard(session, urge.hazard), dict(urge.told)
    lead, subject, sector = known["牵头责任人"], known["主体"], known["行业责任人"]
    told["受文人"] = told["受文人"] or (lead, subject, sector, f"{lead}、{subject}")[urge.level - 1]
    return known | told


# ---- when one may be made ------------------------------------------------------------------------------------------------


def _no_handover(kind: str, sentence: str) -> Callable[[Session, Hazard], str | None]:
    return lambda session, hazard: None if handovers.find_last(session, hazard, kind) else sentence


def _no_order(session: Session, hazard: Hazard) -> str | None:
    issued = handovers.find_last(session, hazard, "RECTIFY") is not None
    return None if issued and hazard.mode == "DEADLINE" else "只有已交办的限期整改隐患可以制发责令限期整改指令书。"


def _no_verification(session: Session, hazard: Hazard) -> str | None:
    return None if verifications.find_last(session, hazard) else "还没有验收结论。"


def _no_review(stage: str, sentence: str) -> Callable[[Session, Hazard], str | None]:
    return lambda session, hazard: None if any(row.stage == stage for row in closures.of(session, hazard)) else sentence


def _not_signed(_session: Session, urge: Any) -> str | None:
    return None if urge.signed_at else "还没有签发，不能成文。"


def _given(_session: Session, thing: Any) -> Filled:
    """A thing that knows itself what its document says."""
    return dict(thing.told)


REVIEWED = (*HAZARD, "整改小结", "镇审核意见", "县跟踪意见", "县领导意见", "签署校验值")
REINSPECTED = (*HAZARD, "验收结论", "验收意见", "验收时间", "验收人")
URGED = (*HAZARD, "督促事由", "督促要求", "签发人", "受文人")
KINDS: Mapping[str, Kind] = {
    "HANDOVER": Kind("交办单", "安交", HAZARD, _hazard, _no_handover("RECTIFY", "移交一还没有签发。")),
    "LETTER": Kind("移交函", "安函", HAZARD, _hazard, _no_handover("TRACK", "移交二还没有签发。")),
    "RECTIFY_ORDER": Kind("责令限期整改指令书", "责改", HAZARD, _hazard, _no_order),
    "REINSPECTION": Kind("整改复查意见书", "复查", REINSPECTED, _reinspection, _no_verification),
    "CLOSURE_APPLY": Kind("销号申请表", "销申", REVIEWED, _reviews, _no_review("APPLY", "还没有申请销号。")),
    "CLOSURE": Kind("销号审批表", "销批", REVIEWED, _reviews, _no_review("SIGN", "县政府分管领导还没有签字。")),
    "URGE_CARD": Kind("提示卡", "安卡", URGED, _urged, _not_signed, 1, "urge"),
    "URGE_ORDER": Kind("督办单", "安督", URGED, _urged, _not_signed, 2, "urge"),
    "URGE_LETTER": Kind("督促函", "安促", URGED, _urged, _not_signed, 3, "urge"),
    "URGE_DIRECTIVE": Kind("整改指令", "安令", URGED, _urged, _not_signed, 4, "urge"),
    "WEEKLY_REPORT": Kind(
        "周四反馈情况报告",
        "政报",
        ("标题", "签发人", "主送", "抄送", "周", "应报", "已报", "补报", "漏报", "在办", "明细"),
        _given,
        lambda _session, _thing: None,
        subject="weekly_report",
    ),
}
