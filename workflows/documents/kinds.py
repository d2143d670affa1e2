"""Which kinds of document there are, when one may be made, and what fills it. Values are texts; a field's name is what an office
writes between braces in its template: {{ 隐患描述 }}."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from workflows import clock, closures, handovers, listings, people, petitions, rectifications, sectors, stops, verifications
from workflows.engine import Subject
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
    "签收人",
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
    of_county: bool = False  # issued by the county, else by the town
    about: Callable[[Any], Subject] = lambda thing: thing.ref  # with whose case it is kept
    internal: Callable[[Any], bool] = lambda _thing: False  # whether the enterprise is not to see it
    by_hand: bool = True  # may be ordered at a desk too; a decision is made by its signature alone

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
        hazard.hazard_no or "尚未编号",
        hazard.subject_name,
        hazard.uscc,
        hazard.address,
        sectors.names(session).get(hazard.sector or "", ""),
        hazard.description,
        hazard.clause_text or hazard.standard_clause or hazard.key_check_item or "尚待核定",
        hazard_rules.SOURCES.get(hazard.source or "", ""),
        hazard_rules.MODES.get(hazard.mode or "", ""),
        day(hazard.due_on) or "签收后 24 小时内",
        row.requirements if row else "",
    )
    both = "、".join(dict.fromkeys(name for name in (territory, sector) if name))
    return dict(zip(HAZARD, (*(text or "" for text in texts), both, lead, territory, sector, dept, tracker), strict=True))


def _reinspection(session: Session, hazard: Hazard) -> Filled:
    row = verifications.get_last(session, hazard)
    names = people.names(session, [member.person_id for member in row.members])
    said = [f"{names[each.person_id]}（{each.certificate_no or '无执法证'}）" for each in row.members]
    verdict = {"PASS": "合格，隐患已消除", "FAIL": "不合格，继续整改"}[row.result]
    told = {"验收结论": verdict, "验收意见": row.opinion, "验收时间": day(row.onsite_at), "验收人": "、".join(said)}
    return _hazard(session, hazard) | {"完成方式": _way(session, hazard)} | told


def _reviews(session: Session, hazard: Hazard) -> Filled:
    rows = {row.stage: row for row in closures.of(session, hazard)}
    names = people.names(session, [row.by for row in rows.values()])

    def told(stage: str) -> str:
        row = rows.get(stage)
        return f"{row.opinion or '同意'}（{names[row.by]}，{day(row.at)}）" if row else ""

    signed = rows.get("SIGN")
    return _hazard(session, hazard) | {
        "完成方式": _way(session, hazard),
        "整改小结": told("APPLY"),
        "镇审核意见": told("TOWN"),
        "县跟踪意见": told("TRACKER"),
        "县领导意见": told("SIGN"),
        "签署校验值": signed.line.hash if signed else "",
    }


def _way(session: Session, hazard: Hazard) -> str:
    """整改完成, or 关停取缔."""
    return rectifications.CLOSE_REASONS["SHUTDOWN" if rectifications.is_shut_down(session, hazard) else "RECTIFIED"]


def _application(session: Session, hazard: Hazard) -> Filled:
    """Dated as it was applied for, though it is made when the town has looked at it."""
    applied = [row for row in closures.of(session, hazard) if row.stage == "APPLY"]
    return _reviews(session, hazard) | {"成文日期": day(applied[-1].at)}


def _listing(session: Session, hazard: Hazard) -> Filled:
    row = _granted(session, hazard, listings.Listing)
    supervisor = people.get_unit(session, row.supervisor_id).name
    told = {"挂牌事由": listings.GROUNDS[row.ground], "挂牌理由": row.reason, "督办单位": supervisor}
    return _hazard(session, hazard) | told | {"督办期限": day(row.until_on), "督办要求": row.requirements}


def _unlisting(session: Session, hazard: Hazard) -> Filled:
    since = _granted(session, hazard, listings.Listing).decided_at
    return _hazard(session, hazard) | {"挂牌日期": day(since), "解除理由": _granted(session, hazard, listings.Unlisting).reason}


def _stop(session: Session, hazard: Hazard) -> Filled:
    row = _granted(session, hazard, stops.Stop)
    names = people.names(session, [row.by, row.partner_id])
    cuts = "CUT" in row.measures
    measures = "；".join(stops.MEASURES[each] for each in row.measures)
    return _hazard(session, hazard) | {
        "检查人员": "、".join(names[id] for id in dict.fromkeys((row.by, row.partner_id))),
        "现实危险": row.reason,
        "法律依据": "第七十条" if cuts else "第六十五条",
        "处理措施": measures + (f"，自{clock.local(row.cut_at):%Y年%-m月%-d日%-H时%M分}起" if row.cut_at else ""),
        "停产范围": row.scope,
    }


def _resumption(session: Session, hazard: Hazard) -> Filled:
    row = _granted(session, hazard, stops.Resumption)
    checked, decided = (line.body for line in petitions.reviews(session, hazard, row)[-2:])
    onsite_at = datetime.fromisoformat(checked["onsite_at"])
    told = {"审查时间": day(onsite_at), "审查意见": checked["opinion"], "审批意见": decided["opinion"]}
    return _hazard(session, hazard) | {"申请理由": row.reason} | told


def _granted(session: Session, hazard: Hazard, kind: Any) -> Any:
    return petitions.find_granted(session, kind, hazard)


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
    row = handovers.find_last(session, hazard, "RECTIFY")
    if row is None or hazard.mode != "DEADLINE":
        return "只有已交办的限期整改隐患可以制发责令限期整改指令书。"
    return f"已另行出具指令书（{row.document_no}）。" if row.document_no else None


def _no_verification(session: Session, hazard: Hazard) -> str | None:
    return None if verifications.find_last(session, hazard) else "还没有验收结论。"


def _no_review(stage: str, sentence: str) -> Callable[[Session, Hazard], str | None]:
    return lambda session, hazard: None if any(row.stage == stage for row in closures.of(session, hazard)) else sentence


def _not_granted(kind: Any, sentence: str) -> Callable[[Session, Hazard], str | None]:
    return lambda session, hazard: None if petitions.find_granted(session, kind, hazard) else sentence


def _not_signed(_session: Session, urge: Any) -> str | None:
    return None if urge.signed_at else "还没有签发，不能成文。"


def _urge(title: str, mark: str, level: int) -> Kind:
    """It is kept with the hazard's case; what is urged of an official, the enterprise does not see."""
    kept: dict[str, Any] = {"about": lambda urge: urge.hazard.ref, "internal": lambda urge: urge.is_internal}
    return Kind(title, mark, URGED, _urged, _not_signed, level, "urge", **kept)


def _given(_session: Session, thing: Any) -> Filled:
    """A thing that knows itself what its document says."""
    return dict(thing.told)


REVIEWED = (*HAZARD, "完成方式", "整改小结", "镇审核意见", "县跟踪意见", "县领导意见", "签署校验值")
REINSPECTED = (*HAZARD, "完成方式", "验收结论", "验收意见", "验收时间", "验收人")
URGED = (*HAZARD, "督促事由", "督促要求", "签发人", "受文人")
LISTED = (*HAZARD, "挂牌事由", "挂牌理由", "督办单位", "督办期限", "督办要求")
STOPPED = (*HAZARD, "检查人员", "现实危险", "法律依据", "处理措施", "停产范围")
RESUMED = (*HAZARD, "申请理由", "审查时间", "审查意见", "审批意见")
KINDS: Mapping[str, Kind] = {
    "HANDOVER": Kind("交办单", "安交", HAZARD, _hazard, _no_handover("RECTIFY", "移交一还没有签发。")),
    "LETTER": Kind("移交函", "安函", HAZARD, _hazard, _no_handover("TRACK", "移交二还没有签发。")),
    "RECTIFY_ORDER": Kind("责令限期整改指令书", "责改", HAZARD, _hazard, _no_order),
    "REINSPECTION": Kind("整改复查意见书", "复查", REINSPECTED, _reinspection, _no_verification),
    "CLOSURE_APPLY": Kind("销号申请表", "销申", REVIEWED, _application, _no_review("APPLY", "还没有申请销号。")),
    "CLOSURE": Kind("销号审批表", "销批", REVIEWED, _reviews, _no_review("SIGN", "县政府分管领导还没有签字。")),
    "LISTING": Kind(
        "挂牌督办通知书",
        "政督",
        LISTED,
        _listing,
        _not_granted(listings.Listing, "还没有批准挂牌督办。"),
        of_county=True,
        by_hand=False,
    ),
    "UNLISTING": Kind(
        "解除挂牌督办通知书",
        "政解",
        (*HAZARD, "挂牌日期", "解除理由"),
        _unlisting,
        _not_granted(listings.Unlisting, "还没有批准解除挂牌。"),
        of_county=True,
        by_hand=False,
    ),
    "STOP_ORDER": Kind(
        "现场处理措施决定书", "现决", STOPPED, _stop, _not_granted(stops.Stop, "还没有责令停产撤人。"), by_hand=False
    ),
    "RESUMPTION": Kind(
        "恢复生产审查意见书",
        "恢审",
        RESUMED,
        _resumption,
        _not_granted(stops.Resumption, "还没有同意恢复生产。"),
        by_hand=False,
    ),
    "URGE_CARD": _urge("提示卡", "安卡", 1),
    "URGE_ORDER": _urge("督办单", "安督", 2),
    "URGE_LETTER": _urge("督促函", "安促", 3),
    "URGE_DIRECTIVE": _urge("整改指令", "安令", 4),
    "WEEKLY_REPORT": Kind(
        "周四反馈情况报告",
        "政报",
        ("标题", "签发人", "主送", "抄送", "周", "应报", "已报", "补报", "漏报", "在办", "明细"),
        _given,
        lambda _session, _thing: None,
        subject="weekly_report",
    ),
}
