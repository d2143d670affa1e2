"""What a campaign's parameters are called, in which unit they count, and which values make sense (domain 10)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SOURCES = {"SELF": "企业自查", "ENFORCE": "执法检查", "TIPOFF": "群众举报", "ASSIGNED": "上级交办"}
DAY = re.compile(r"20\d\d-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])")  # a day that every month has
ON_FILE = "只作登记：系统目前没有按它计算的环节。"
WORKDAYS, DAYS, HOURS = "个工作日", "天", "小时"


@dataclass(frozen=True)
class Spec:
    """One parameter. `kind`: whole, share (shown in percent), numbers (a list), some (of choices), choice,
    yesno, day, fixed."""

    title: str
    unit: str = ""
    least: float = 0
    most: float = 365
    kind: str = "whole"
    count: int | None = None
    choices: Mapping[Any, str] = field(default_factory=dict)
    hint: str = ""


def _term(title: str, most: int = 60) -> Spec:
    return Spec(title, WORKDAYS, 1, most)


SPECS: Mapping[str, Spec] = {
    "register_wd": _term("登记建账时限"),
    "register_urgent_h": Spec("紧急隐患登记时限", HOURS, 1, 72),
    "handover_wd": _term("移交签发时限"),
    "ack_wd": _term("移交签收时限"),
    "tracker_wd": _term("县部门指定跟踪人时限"),
    "plan_wd": _term("整改方案提交时限"),
    "immediate_h": Spec("立即整改时限", HOURS, 1, 72, hint="自签收起算。"),
    "default_due_d": Spec("限期整改的默认期限", DAYS, 1),
    "max_due_d": Spec("限期整改的最长期限", DAYS, 1),
    "listed_max_d": Spec("挂牌督办的最长期限", DAYS, 1, 730),
    "verify_d": Spec("现场验收时限", DAYS, 1, 60),
    "apply_wd": _term("申请销号时限"),
    "town_wd": _term("镇审核时限"),
    "tracker_opinion_wd": _term("县跟踪人出具意见时限"),
    "county_sign_wd": _term("县领导签字时限"),
    "feedback_dow": Spec("每周反馈日", kind="fixed", choices={4: "星期四"}, hint="不能修改。"),
    "cutoff_day": Spec("每月统计截止日", "日 24:00", 1, 28),
    "window_open_day": Spec("每月报送开始日", "日", 1, 28),
    "first_return_on": Spec("第一期月报所在的月", kind="day", hint="写这个月的任何一天，如 2023-06-01。"),
    "publish_wd": _term("结果公开时限"),
    "archive_wd": _term("归档时限"),
    "publish_sources": Spec("由镇对外公开的隐患来源", kind="some", choices=SOURCES),
    "extension_before_wd": _term("延期申请应提前"),
    "extension_before_listed_wd": _term("挂牌督办件的延期申请应提前"),
    "extension_decide_wd": _term("延期审批时限"),
    "extension_max": Spec("最多延期次数", "次", 0, 5),
    "extension_total": Spec("累计延期最长", "%（占原定期限）", 0, 3, "share", hint="100 表示累计不超过原定期限的一倍。"),
    "postclose_sample": Spec("销号后回头看抽查比例", "%", 0, 1, "share"),
    "postclose_sample_listed": Spec("挂牌件销号后回头看抽查比例", "%", 0, 1, "share"),
    "postclose_d": Spec("销号后回头看的日子", "天后", 1, 730, "numbers", hint="几个日子用逗号分开。"),
    "remind_wd": Spec("到期提醒", WORKDAYS, -60, 0, "numbers", hint="负数表示到期前；几个数用逗号分开。"),
    "urge_wd": Spec("逾期催办：卡、单、函、令", WORKDAYS, 0, 120, "numbers", 4, hint="到期后第几个工作日，四个数由小到大。"),
    "tip_accept_wd": _term("举报受理时限"),
    "tip_finish_d": Spec("举报办结时限", DAYS, 1, 180),
    "tip_finish_extension_d": Spec("举报办结可延长", DAYS, 0, 180),
    "reward": Spec("举报奖励：比例、下限、上限", "（比例为小数，金额为元）", 0, 10_000_000, "numbers", 3, hint=ON_FILE),
    "appraisal_weights": Spec("四考核权重", "（合计 100）", 0, 100, "numbers", 4, hint=ON_FILE),
    "rectified_counting": Spec("“已整改”的统计口径", kind="fixed", choices={"CLOSED": "县领导签字销号"}, hint="不能修改。"),
    "lead_check_freq": Spec(
        "主要负责人带队检查频次", kind="choice", choices={"MONTHLY": "每月", "QUARTERLY": "每季度"}, hint=ON_FILE
    ),
    "urge_documents": Spec("逾期时发卡、单、函、令", kind="yesno"),
}


def fault(name: str, value: Any) -> str | None:
    """Why a parameter may not have this value; None if it may."""
    spec = SPECS[name]
    if spec.kind == "fixed":
        return f"“{spec.title}”是固定口径，不能修改。"
    if spec.kind in ("whole", "share"):
        return _number_fault(spec, value)
    if spec.kind == "numbers":
        return _numbers_fault(name, spec, value)
    if spec.kind == "some":
        return None if isinstance(value, list) and value and set(value) <= set(spec.choices) else f"“{spec.title}”请至少选一项。"
    if spec.kind == "day":
        return None if isinstance(value, str) and DAY.fullmatch(value) else f"“{spec.title}”请按“2023-06-01”的样子填写。"
    if spec.kind == "choice":
        return None if value in spec.choices else f"“{spec.title}”请从列出的选项中选择。"
    return None if isinstance(value, bool) else f"“{spec.title}”请选择是或否。"


def _number_fault(spec: Spec, value: Any) -> str | None:
    kinds = (int,) if spec.kind == "whole" else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not spec.least <= value <= spec.most:
        factor = 100 if spec.kind == "share" else 1
        whole = "整数" if spec.kind == "whole" else "数字"
        return f"“{spec.title}”应为 {spec.least * factor:g} 至 {spec.most * factor:g} 的{whole}。"
    return None


def _numbers_fault(name: str, spec: Spec, value: Any) -> str | None:
    numbers = value if isinstance(value, list) else []
    if not numbers or any(isinstance(each, bool) or not isinstance(each, int | float) for each in numbers):
        return f"“{spec.title}”请填写数字，几个数用逗号分开。"
    if spec.count is not None and len(value) != spec.count:
        return f"“{spec.title}”应填 {spec.count} 个数。"
    if any(not spec.least <= each <= spec.most for each in value):
        return f"“{spec.title}”的每个数应在 {spec.least:g} 至 {spec.most:g} 之间。"
    if name == "appraisal_weights" and sum(value) != 100:
        return "四考核权重合计应为 100。"
    if name in ("urge_wd", "postclose_d", "remind_wd") and value != sorted(set(value)):
        return f"“{spec.title}”应由小到大，不能重复。"
    if name == "reward" and not (value[0] <= 1 and value[1] <= value[2]):
        return "举报奖励的比例不能大于 1，下限不能大于上限。"
    return None
