"""Rules about urges, without questions to the database."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from workflows import clock, documents, handovers
from workflows.reminders import LEVELS

PROCESS = "escalation"
GROUNDS = {"DEADLINE": "超期未整改", "THURSDAY": "漏报周四反馈"}
TALKS = {"TALK": "约谈", "CIRCULAR": "通报"}
AGAINST = {"ENTERPRISE": "企业", "UNIT": "乡镇、村或部门"}
TALKED = {"ENTERPRISE": "TALKED", "UNIT": "UNIT_TALKED"}  # against whom → the fact from which C7 and C10 are counted
PARTS = {"": "", "TERRITORY": "属地", "SECTOR": "行业"}
UNFINISHED = ("HANDED_OVER", "RECTIFYING")  # what was reported finished waits for others: no further level until it comes back
HIGHEST = max(LEVELS)


def title(urge: Any) -> str:
    """An urge in a line, as its tasks are headed: the hazard's number first."""
    return f"{urge.hazard.hazard_no} {LEVELS[urge.level]}：{urge.hazard.subject_name}，{GROUNDS[urge.ground]}"


def reason(urge: Any) -> str:
    """Why it is sent, as its document says."""
    day = documents.day(urge.missed_on)
    if urge.ground == "DEADLINE":
        begun_on = clock.on(urge.begun_at)
        late = (begun_on - urge.missed_on).days
        return f"下列隐患的整改期限（{day}）已过，至{documents.day(begun_on)}超期{late}天，尚未整改完毕"
    whose = "" if handovers.is_one_person(urge.hazard) else PARTS[urge.part]
    times = f"，已连续{urge.level}次" if urge.level > 1 else ""
    return f"下列隐患{day}这一周的{whose}周四反馈没有按时报送{times}"


def state(urge: Any) -> str:
    """Where it stands, in a word."""
    if urge.ended_at is not None:
        return "已终止"
    if urge.answered_at is not None:
        return "已回复"
    if urge.received_at is not None:
        return "已签收，待回复"
    return "待签收" if urge.signed_at is not None or urge.level == 1 else "待签发"


def level_of_misses(row: int) -> int:
    """漏报即日卡，连续两次单，三次函，四次令 (domain 3.3 ⑦)."""
    return min(row, HIGHEST)


def in_a_row(weeks: Iterable[date], in_time: Collection[date]) -> list[date]:
    """Of the weeks owed, oldest first, the last ones of which none was reported in time."""
    missed: list[date] = []
    for week_on in weeks:
        missed = [] if week_on in in_time else [*missed, week_on]
    return missed


def kind_of(urge: Any) -> str:
    """Which kind of document it is on paper."""
    return next(code for code, kind in documents.KINDS.items() if kind.urge == urge.level)
