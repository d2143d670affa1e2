"""Rules about hazards, without I/O."""

from datetime import date

SOURCES = {"SELF": "企业自查", "ENFORCE": "执法检查", "TIPOFF": "群众举报", "ASSIGNED": "上级交办"}
FINDERS = {"COUNTY": "县有关部门检查发现", "COUNTY_TIP": "县受理的群众举报", "ABOVE": "县以上机关发现"}
COUNTY_FINDERS = ("COUNTY_DEPT", "COUNTY_TRACKER", "COUNTY_OFFICE", "COUNTY_INSPECTION")  # posts whose finds are the county's
LEVELS = {"MAJOR": "重大事故隐患", "ORDINARY": "一般事故隐患"}
MODES = {"IMMEDIATE": "立即整改", "DEADLINE": "限期整改"}
SUBJECT_TYPES = {
    "ENTERPRISE": "企业",
    "INDIVIDUAL": "个体工商户",
    "NINE_SMALL": "九小场所",
    "SELF_BUILT": "自建房",
    "PUBLIC_FACILITY": "公共设施",
    "ROAD": "道路",
    "STALL": "无证摊点",
    "UNLICENSED": "散乱污",
}
STATUSES = {
    "DRAFT": "草稿",
    "REPORTED": "已上报",
    "REGISTERED": "已编号建账",
    "HANDED_OVER": "两移交已发出",
    "RECTIFYING": "整改中",
    "RECTIFIED": "整改完成待验收",
    "VERIFIED": "验收通过",
    "CLOSE_APPLIED": "已申请销号",
    "TOWN_APPROVED": "镇已审核",
    "CLOSED": "已销号",
    "PUBLISHED": "结果已公开",
    "ARCHIVED": "已归档",
    "VOIDED": "误录核减",
    "DOWNGRADED": "不属于重大",
    "MERGED": "并入他号",
    "REJECTED_LEAD": "线索不属实",
}

COUNTED_AS_CLOSED = frozenset({"CLOSED", "PUBLISHED", "ARCHIVED"})
AWAITING_SIGNATURE = frozenset({"VERIFIED", "CLOSE_APPLIED", "TOWN_APPROVED"})  # 已改待销
NOT_COUNTED = frozenset({"VOIDED", "DOWNGRADED", "MERGED", "REJECTED_LEAD"})
IN_HAND = frozenset({"REGISTERED", "HANDED_OVER", "RECTIFYING", "RECTIFIED"}) | AWAITING_SIGNATURE

MOVES: dict[str, frozenset[str]] = {
    "DRAFT": frozenset({"REPORTED"}),
    "REPORTED": frozenset({"REGISTERED", "DOWNGRADED", "REJECTED_LEAD", "MERGED"}),
    "REGISTERED": frozenset({"HANDED_OVER", "RECTIFYING", "VOIDED", "DOWNGRADED", "MERGED"}),
    "HANDED_OVER": frozenset({"RECTIFYING", "VOIDED", "DOWNGRADED", "MERGED"}),
    "RECTIFYING": frozenset({"RECTIFIED", "VOIDED", "DOWNGRADED", "MERGED"}),
    "RECTIFIED": frozenset({"VERIFIED", "RECTIFYING", "VOIDED", "DOWNGRADED"}),
    "VERIFIED": frozenset({"CLOSE_APPLIED", "RECTIFIED", "RECTIFYING", "VOIDED"}),
    "CLOSE_APPLIED": frozenset({"TOWN_APPROVED", "VERIFIED", "RECTIFIED", "RECTIFYING", "VOIDED"}),
    "TOWN_APPROVED": frozenset({"CLOSED", "CLOSE_APPLIED", "VERIFIED", "RECTIFIED", "RECTIFYING", "VOIDED"}),
    "CLOSED": frozenset({"PUBLISHED", "RECTIFYING"}),
    "PUBLISHED": frozenset({"ARCHIVED", "RECTIFYING"}),
    "ARCHIVED": frozenset({"RECTIFYING"}),
}


def may_move(before: str, after: str) -> bool:
    """Whether the status may go from one to the other (domain 3.2). Nothing leaves VOIDED, DOWNGRADED, MERGED, REJECTED_LEAD."""
    return after in MOVES.get(before, frozenset())


def main_fault(status: str) -> str | None:
    """Why no other hazard may be merged into one of this status; None if one may (INV-13)."""
    if status == "MERGED":
        return "这个编号已并入其他编号，请填写主号。"
    if status in NOT_COUNTED:
        return f"这个编号已核减（{STATUSES[status]}），不能并入。"
    if status in COUNTED_AS_CLOSED:
        return "这个编号已销号，不能并入；又出现同样问题的，请申请重新打开，或另行登记。"
    return None if status in IN_HAND else "这个编号还没有登记，不能并入。"


def number(region_code: str, campaign: str, year: int, serial: int) -> str:
    """The hazard's number: 县6位 镇3位-行动-年-流水5位 (domain 3.5)."""
    return f"{region_code[:9]}-{campaign}-{year}-{serial:05d}"


def due_date_fault(due_on: date, issued_on: date, most_days: int) -> str | None:
    """Why a rectification may not be ordered for this day (default 30, at most 180 natural days, domain 3.3 ⑥)."""
    if due_on < issued_on:
        return "整改期限不能早于今天。"
    if (due_on - issued_on).days > most_days:
        return f"整改期限最长 {most_days} 日，请改短，确需更长的走延期审批。"
    return None


def region_fault(code: str) -> str | None:
    """Why a text is no region code; None if it is one."""
    return None if len(code) == 12 and code.isascii() and code.isdigit() else "区划代码应为 12 位数字。"


def source_proof_fault(source: str, has_inspection: bool, tip_ref: str | None, superior_doc_no: str | None) -> dict[str, str]:
    """What proof of its source a report lacks (domain 3.3 ①): {field: sentence}."""
    if source == "ENFORCE" and not has_inspection:
        return {"inspection_kind": "执法检查发现的隐患，请填写检查类别、日期和检查人员。"}
    if source == "TIPOFF" and not tip_ref:
        return {"tip_ref": "群众举报的隐患，请填写举报编号。"}
    if source == "ASSIGNED" and not superior_doc_no:
        return {"superior_doc_no": "上级交办的隐患，请填写交办文号。"}
    return {}
