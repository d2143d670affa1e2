"""What a value is called in front of people: codes, moments, money. Templates reach these as filters."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask, g

from workflows import clock, people, sectors
from workflows.engine.definitions.rules import STATES as DRAFT_STATES
from workflows.hazards.rules import IN_HAND, MODES, SOURCES, STATUSES, SUBJECT_TYPES

OPEN, GOOD, GONE = "blue", "green", "grey"
STATUS_TONE = {
    **dict.fromkeys(("CLOSED", "PUBLISHED", "ARCHIVED", "VERIFIED"), GOOD),
    **dict.fromkeys(("DRAFT", "VOIDED", "DOWNGRADED", "MERGED", "REJECTED_LEAD"), GONE),
}
RESULT = {"PASS": "合格", "FAIL": "不合格"}
PARTS = {"TERRITORY": "属地", "SECTOR": "行业", "TRACKER": "跟踪人"}
URGED = {1: "已发卡", 2: "已发单", 3: "已发函", 4: "已发令"}
LINES = {
    "instance_started": "启动流程",
    "instance_ended": "流程办结",
    "instance_cancelled": "流程终止",
    "task_claimed": "签领任务",
    "task_released": "退签任务",
    "claim_ended": "签领人离岗，任务退回岗位",
    "task_completed": "提交",
    "readdressed": "任务上转",
    "inspection_recorded": "登记检查",
    "registration_proposed": "登记拟办",
    "registration_decided": "主任核定",
    "merged_in": "并入重复件",
    "handover_rectify_issued": "发出移交一",
    "handover_track_issued": "发出移交二",
    "handover_rectify_completed": "移交一签收齐全",
    "handover_track_completed": "移交二办结",
    "acknowledged": "签收",
    "refused": "拒收",
    "reassigned": "裁定改派",
    "tracker_named": "指定跟踪人",
    "tracking_raised": "逾期未指定，上转县专项办",
    "tracking_objected": "县部门提出异议",
    "tracking_ruled": "县办裁定",
    "plan_submitted": "提交整改方案",
    "fed_back": "周四反馈",
    "feedback_noted": "记待签字",
    "reminded": "到期提醒",
    "verification_written": "填写验收结论",
    "verification_confirmed": "成员确认验收",
    "listing_suggested": "建议挂牌督办",
    "listing_asked": "申请挂牌督办",
    "listing_reviewed": "审批挂牌督办",
    "listing_granted": "批准挂牌督办",
    "listing_refused": "不予挂牌",
    "listing_published": "公布挂牌",
    "listing_reminded": "督办期限将到，提醒督办单位",
    "listing_reported": "说明督办情况",
    "STOPPED": "责令停产停业",
    "RESTRICTED": "责令撤人停用",
    "SHUTDOWN": "关停取缔",
    "stations_signed": "分管领导签发站所反馈",
    "TALKED": "约谈、通报企业",
    "UNIT_TALKED": "约谈、通报乡镇、村或部门",
    "RESUMED": "恢复生产",
    "stop_asked": "拟停产撤人决定",
    "stop_reviewed": "签发停产撤人决定",
    "stop_granted": "停产撤人决定生效",
    "stop_refused": "不予责令停产撤人",
    "stop_served": "送达停产撤人决定",
    "resumption_asked": "申请恢复生产",
    "resumption_reviewed": "审查恢复生产",
    "resumption_granted": "同意恢复生产",
    "resumption_refused": "继续停产",
    "unlisting_asked": "申请解除挂牌",
    "unlisting_reviewed": "审批解除挂牌",
    "unlisting_granted": "批准解除挂牌",
    "unlisting_refused": "不予解除挂牌",
    "unlisting_published": "公布摘牌",
    "reviewed": "审核签署意见",
    "voiding_asked": "申请核减",
    "voiding_reviewed": "审核核减",
    "voiding_granted": "批准核减",
    "voiding_refused": "不同意核减",
    "extension_asked": "申请延期",
    "extension_reviewed": "审核延期",
    "extension_granted": "批准延期",
    "extension_refused": "不同意延期",
    "return_opened": "月报开窗",
    "return_filled": "填报月报",
    "return_value_entered": "人工补录",
    "return_checked": "审核月报",
    "return_frozen": "月报定稿",
    "return_collected": "汇总月报",
    "return_reviewed": "主任核月报",
    "return_signed": "组长签发月报",
    "return_received": "县收月报",
    "return_correction_asked": "申请更正月报",
    "return_correction_decided": "审定月报更正",
    "disclosure_drafted": "公开拟稿",
    "disclosure_decided": "公开审定",
    "bulletin_opened": "本期开始拟稿",
    "bulletin_drafted": "月度公开拟稿",
    "bulletin_decided": "月度公开审定",
    "wording_set": "改写公开文字",
    "unit_added": "登记单位",
    "unit_changed": "变更单位",
    "unit_ended": "终止单位",
    "person_added": "新增人员",
    "person_changed": "变更人员信息",
    "deactivated": "停用账号",
    "activated": "恢复账号",
    "password_set": "设置密码",
    "password_asked": "申请重发密码",
    "locked": "密码连错锁定",
    "appointed": "任命岗位",
    "appointment_ended": "终止任职",
    "substituted": "设置代理",
    "substitution_ended": "终止代理",
    "parameter_set": "修改参数",
    "campaign_prepared": "新建行动",
    "campaign_changed": "修改行动",
    "phase_added": "增加阶段",
    "phase_changed": "修改阶段",
    "calendar_changed": "调整节假日",
    "year_entered": "录入全年放假安排",
    "timer_tried": "重试到点事项",
    "job_ordered_again": "重做后台任务",
    "sector_added": "新增行业领域",
    "sector_renamed": "行业领域更名",
    "sector_ended": "停用行业领域",
    "sector_resumed": "恢复行业领域",
    "deployed": "发布流程图",
    "draft_begun": "新建流程草稿",
    "draft_taken_over": "接手流程草稿",
    "draft_handed_in": "提交发布",
    "draft_returned": "退回流程草稿",
    "draft_published": "批准发布",
    "draft_discarded": "作废流程草稿",
    "imported": "Excel 导入",
    "chains_verified": "校验全部记录",
    "archive_checked": "归档检查",
    "supplemented": "补齐归档材料",
    "DUE": "确定整改期限",
    "OVERDUE": "超期升级",
    "LISTED": "挂牌督办",
    "UNLISTED": "解除挂牌督办",
    "REOPENED": "重新打开",
    "TO_CORRECT": "须发更正公开",
    "signature_revoked": "原销号签字失效",
    "change_asked": "提名接任人员",
    "change_granted": "接任签收",
    "change_refused": "接任拒收",
    "reopening_asked": "申请重新打开",
    "reopening_reviewed": "审批重新打开",
    "reopening_granted": "批准重新打开",
    "reopening_refused": "不同意重新打开",
    "ledger_exported": "导出台账",
    "week_collected": "汇总周四反馈",
    "report_checked": "核定周报告",
    "report_signed": "签发周报告",
    "report_received": "签收周报告",
    "look_back_drawn": "抽取回头看",
    "look_back_ordered": "抽中回头看",
    "looked_back": "现场回头看",
    "inquiry_suggested": "建议倒查责任",
    "inquiry_decided": "决定是否立案倒查",
    "inquired": "完成一路调查",
    "inquiry_concluded": "倒查结论",
    "inquiry_reviewed": "审定倒查结论",
    "inquiry_closed": "倒查结案",
    "duty_noted": "登记职责",
    "urge_begun": "发起督促",
    "urge_signed": "签发督促",
    "urge_received": "签收督促",
    "urge_answered": "回复督促",
    "urge_copied": "县办签收督促抄件",
    "urge_talked": "约谈或通报",
    "urge_ended": "督促终止",
    "document_ordered": "制发文书",
    "document_written": "文书生成完毕",
    "template_replaced": "更换文书模板",
}
NUMBERED = re.compile(r"(\d{9}-\w+-\d{4}-\d{5}|未编号|草稿) (.+)", re.S)
WEEKDAYS = "一二三四五六日"


def init_app(app: Flask) -> None:
    """Give the templates these words."""
    dates = (day, moment, span, due_words, remaining, tone_of_due)
    words = (yuan, percent, sector, status, status_tone, source, result, line_kind, number_of, bare_title, role, subject_type)
    words += (draft_state, draft_tone, part, people.post_name)
    app.jinja_env.filters.update({f.__name__: f for f in (*dates, *words)})
    app.jinja_env.globals.update(today=clock.today, STATUS=STATUSES, SOURCE=SOURCES, sectors_known=sectors_known, IN_HAND=IN_HAND)


def posts(unit: str, roles: Iterable[str]) -> str:
    """Several posts of one unit, which is named once."""
    first, *others = (people.post_name(unit, role) for role in roles)
    return "、".join([first, *(each.removeprefix(unit) for each in others)])


def status(code: str) -> str:
    """已销号 for CLOSED."""
    return STATUSES.get(code, code)


def status_tone(code: str) -> str:
    """The colour of a status."""
    return STATUS_TONE.get(code, OPEN)


def draft_state(code: str) -> str:
    """待发布审批 for HANDED_IN."""
    return DRAFT_STATES.get(code, code)


def draft_tone(code: str) -> str:
    """The colour of a draft's state."""
    return {"HANDED_IN": "blue", "RETURNED": "amber", "PUBLISHED": GOOD}.get(code, GONE)


def source(code: str | None) -> str:
    """企业自查 for SELF."""
    return SOURCES.get(code or "", code or "")


def mode(code: str | None) -> str:
    """立即整改 for IMMEDIATE."""
    return MODES.get(code or "", code or "")


def sector(code: str | None) -> str:
    """危险化学品 for HAZCHEM."""
    return sectors_known().get(code or "", code or "")


def sectors_known() -> dict[str, str]:
    """Every industry, ended ones too: what lists may be narrowed to."""
    return sectors.names(g.session)


def subject_type(code: str | None) -> str:
    """企业 for ENTERPRISE."""
    return SUBJECT_TYPES.get(code or "", code or "")


def role(code: str) -> str:
    """企业主要负责人 for ENT_HEAD."""
    return people.role_name(code)


def result(code: str | None) -> str:
    """合格 for PASS."""
    return RESULT.get(code or "", code or "")


def part(code: str) -> str:
    """属地 for TERRITORY: for which part somebody answers."""
    return PARTS.get(code, code)


def line_kind(kind: str) -> str:
    """What a line of the record tells, in words; a status fact is called by its status."""
    return LINES.get(kind) or STATUSES.get(kind) or "系统记录"


def number_of(title: str) -> str:
    """The hazard's number out of a task's title, which begins with it; 未编号 before the registration."""
    found = NUMBERED.fullmatch(title)
    return found[1] if found else ""


def bare_title(title: str) -> str:
    """A task's title without the number: what one recognises a case by."""
    found = NUMBERED.fullmatch(title)
    return found[2] if found else title


def day(value: date | datetime | str | None) -> str:
    """2026年11月22日 周日, on the office's calendar."""
    if not value:
        return ""
    on = _date(value)
    return f"{on.year}年{on.month}月{on.day}日 周{WEEKDAYS[on.weekday()]}"


def moment(value: datetime | str | None) -> str:
    """2026年11月22日 09:05, on the office's clock."""
    if not value:
        return ""
    local = clock.local(datetime.fromisoformat(value) if isinstance(value, str) else value)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def plain_day(value: date | None) -> str:
    """2026-11-22, for sheets: it sorts."""
    return value.isoformat() if value else ""


def plain_moment(value: datetime | None) -> str:
    """2026-11-22 09:05, for sheets, on the office's clock."""
    return f"{clock.local(value):%Y-%m-%d %H:%M}" if value else ""


def percent(value: float | None) -> str:
    """72.14% (two places always); a dash where there is nothing to take a part of."""
    return "—" if value is None else f"{value:.2f}%"


def remaining(due_at: datetime | None) -> str:
    """剩余3天, 今天到期, 剩余2小时, 逾期2天. A term that ends at 24:00 ends on the day before that midnight."""
    if due_at is None:
        return "无期限"
    left = due_at - clock.now()
    days = (clock.last_day(due_at) - clock.today()).days
    if left < timedelta(0):
        return f"逾期{-days}天" if days < 0 else "刚逾期"
    if days == 0:
        hours = int(left.total_seconds() // 3600)
        return f"剩余{hours}小时" if 0 < hours < 12 else "今天到期"
    return f"剩余{days}天"


def lateness(due_at: datetime | None, at: datetime) -> str:
    """逾期2天, for what was done at a moment after its term; "" in time and without a term."""
    if due_at is None or at <= due_at:
        return ""
    days = (clock.on(at) - clock.last_day(due_at)).days
    return f"逾期{days}天" if days else "当天逾期"


def due_words(due_at: datetime) -> str:
    """2026年11月25日 周三 24:00: an end at midnight is written as the end of the day it belongs to."""
    local = clock.local(due_at)
    hour = "24:00" if (local.hour, local.minute) == (0, 0) else f"{local.hour:02}:{local.minute:02}"
    return f"{day(clock.last_day(due_at))} {hour}"


def tone_of_due(due_at: datetime | None) -> str:
    """red when late, amber within three days, green before; grey without a term."""
    if due_at is None:
        return "grey"
    if due_at < clock.now():
        return "red"
    return "amber" if (clock.last_day(due_at) - clock.today()).days <= 3 else "green"


def position(lat: float | None, lng: float | None) -> str:
    """北纬 23.12346°，东经 108.20000°, to about a metre; "" where a picture did not say."""
    if lat is None or lng is None:
        return ""
    return f"{'北' if lat >= 0 else '南'}纬 {abs(lat):.5f}°，{'东' if lng >= 0 else '西'}经 {abs(lng):.5f}°"


def span(length: timedelta | None) -> str:
    """2天, 2.5天, 3小时, 不到1小时; a dash where nothing was measured."""
    if length is None:
        return "—"
    hours = length.total_seconds() / 3600
    if hours < 1:
        return "不到1小时"
    return f"{hours:.0f}小时" if round(hours) < 24 else f"{round(hours / 24, 1):g}天"


def yuan(fen: int | None) -> str:
    """12,000.50 元 for 1200050 fen."""
    return "" if fen is None else f"{fen / 100:,.2f} 元"


def _date(value: Any) -> date:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    return clock.on(value) if isinstance(value, datetime) else value
