"""The dispatch form's items and the nine checks (domain 5; S1's annex: three parts, 28 items, 31 values). No I/O."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from workflows import ledger
from workflows.db import canonical


@dataclass(frozen=True)
class Item:
    """One value of the form: its code, its place among the 28 items, what it says, its unit, and where it comes from."""

    code: str
    number: int
    title: str
    unit: str
    source: str  # "computed" from the records; "manual" until there are records of it; "both" where they do not know all
    within: str = ""  # the item it is part of, and so never more than


@dataclass(frozen=True)
class Form:
    """The form of a region as of a moment. `values` are whole numbers; C3b in fen."""

    level: str
    region_code: str
    campaign: str
    as_of: datetime
    values: Mapping[str, int]

    @property
    def found(self) -> int:
        """A1+A3+A5+A7; A9 lies within and is not added."""
        return sum(self.values[code] for code in FOUND)

    @property
    def closed(self) -> int:
        """A2+A4+A6+A8."""
        return sum(self.values[code] for code in CLOSED)

    @property
    def rate(self) -> float | None:
        """整改率 in percent; None when nothing was found."""
        return ledger.percentage(self.closed, self.found)


class Finding(NamedTuple):
    """What one of the nine checks has to say: its number, the items concerned, the sentence."""

    rule: int
    codes: tuple[str, ...]
    sentence: str


FOUND, CLOSED = ("A1", "A3", "A5", "A7"), ("A2", "A4", "A6", "A8")
PARTS = {"A": "一、重大事故隐患排查整治情况", "B": "二、对企业自查自改的抽查检查情况", "C": "三、精准严格执法情况"}
LEVELS = {"VILLAGE": "村（社区）", "TOWN": "乡镇", "COUNTY": "县"}
STATES = {"OPEN": "填报中", "FROZEN": "已定稿", "SIGNED": "已签发报县", "RECEIVED": "县已收"}
ITEMS = (
    Item("A1", 1, "企业自查发现的重大事故隐患", "个", "computed"),
    Item("A2", 2, "其中已完成整改的", "个", "computed", "A1"),
    Item("A3", 3, "执法检查发现的重大事故隐患", "个", "computed"),
    Item("A4", 4, "其中已完成整改的", "个", "computed", "A3"),
    Item("A5", 5, "群众举报的重大事故隐患", "个", "computed"),
    Item("A6", 6, "其中已完成整改的", "个", "computed", "A5"),
    Item("A7", 7, "上级交办的重大事故隐患", "个", "computed"),
    Item("A8", 8, "其中已完成整改的", "个", "computed", "A7"),
    Item("A9", 9, "政府部门挂牌督办的重大事故隐患", "个", "computed"),
    Item("A10", 10, "其中已完成整改的", "个", "computed", "A9"),
    Item("B1", 11, "抽查检查的企业总数", "家", "manual"),
    Item("B2", 12, "主要负责人未按要求亲自研究排查整治的", "家", "manual", "B1"),
    Item("B3", 13, "主要负责人未带队检查的", "家", "manual", "B1"),
    Item("B4", 14, "未制定分管负责人职责清单的", "家", "manual", "B1"),
    Item("B5", 15, "未依法建立安全管理机构和配足人员的", "家", "manual", "B1"),
    Item("B6", 16, "电焊等特种作业岗位无证上岗的", "家", "manual", "B1"),
    Item("B7", 17, "外包外租安全管理混乱的", "家", "manual", "B1"),
    Item("B8", 18, "未按规定演练、员工不熟悉逃生出口的", "家", "manual", "B1"),
    Item("C1", 19, "帮扶指导重点村", "个次", "manual"),
    Item("C2", 20, "帮扶指导重点企业", "家次", "manual"),
    Item("C3a", 21, "行政处罚", "次", "manual"),
    Item("C3b", 21, "行政处罚金额", "万元", "manual"),
    Item("C4", 22, "“一案双罚”", "次", "manual", "C3a"),
    Item("C5", 23, "移送司法机关", "人", "manual"),
    Item("C6a", 24, "责令停产整顿", "家", "both"),
    Item("C6b", 24, "关闭取缔", "家", "both"),
    Item("C7", 25, "曝光、约谈、联合惩戒企业", "家", "both"),
    Item("C8a", 26, "公布典型案例", "个", "manual"),
    Item("C8b", 26, "其中危险作业罪案例", "个", "manual", "C8a"),
    Item("C9", 27, "责任倒查追责问责", "人", "both"),
    Item("C10", 28, "约谈通报有关乡镇及部门", "次", "both"),
)
TOLD = ("version", "as_of", "unit", "campaign", "values")  # of a frozen version, by its line in the record
LAST_CUTOFF_DAY = 28  # the parameter `cutoff_day` is at most this
BY_CODE = {item.code: item for item in ITEMS}
COMPUTED = tuple(item.code for item in ITEMS if item.source == "computed")
MANUAL = tuple(item.code for item in ITEMS if item.source != "computed")
RECORDED = {"C6a": ("stopped", "counted"), "C6b": ("shutdown", "closed"), "C7": ("talked", "counted")}
"""What has subjects of its own on record beside what is entered by hand (自动+人工): code → (mark, status) of its lines in the
ledger. C10 counts times, not subjects."""

Entered = Mapping[str, tuple[str, list[Any]]]
"""What was entered by hand: code → (reason, proof)."""


def shown(code: str, value: int) -> str:
    """A value as the form prints it: fines in 万元 with two places, half up, without ever being a float (AC-09)."""
    if code != "C3b":
        return str(value)
    hundredths = (value + 5_000) // 10_000  # fen ÷ 10⁶ is 万元; its hundredth is 10⁴ fen
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def fingerprint(told: Mapping[str, Any], lines: Sequence[Any]) -> str:
    """Hex SHA-256 over a frozen version: what its line tells of it, and its list of hazards."""
    return hashlib.sha256(canonical({**{name: told.get(name) for name in TOLD}, "lines": lines}).encode()).hexdigest()


# ---- the nine checks -----------------------------------------------------------------------------------------------------


def check(
    values: Mapping[str, int],
    *,
    earlier: Mapping[str, int] | None = None,
    explanation: str | None = None,
    entered: Entered | None = None,
    as_of_on: date | None = None,
    days: Collection[date] = (),
) -> list[Finding]:
    """What the checks ①–⑧ find; ⑨ (a frozen form changes only by a new version) is how versions are made. `earlier`: the last
    period's values; `days`: those of the
    campaign's returns."""
    found = [*_signs(values), *_parts(values), *_supervised(values), *fines(values)]
    fallen = falls(values, earlier or {})
    if fallen and not (explanation or "").strip():
        found.append(Finding(6, fallen, f"{'、'.join(fallen)} 比上期减少，请填写核减说明。"))
    for code, (reason, proof) in (entered or {}).items():
        if values.get(code) and (not reason.strip() or not proof):
            found.append(Finding(7, (code,), f"{code} 是人工补录，要有理由和佐证。"))
    if as_of_on and days and as_of_on not in days:
        found.append(Finding(8, (), "统计截止日应为每月的截止日，或行动的最后一天。"))
    return found


def fines(values: Mapping[str, int]) -> list[Finding]:
    """⑤, of a whole form and of what one unit enters alike: no money without a decision."""
    if values.get("C3b", 0) > 0 and not values.get("C3a", 0):
        return [Finding(5, ("C3a", "C3b"), "有行政处罚金额（C3b）时，行政处罚次数（C3a）不能为 0。")]
    return []


def falls(values: Mapping[str, int], earlier: Mapping[str, int]) -> tuple[str, ...]:
    """The items that are lower than they were: cumulative figures fall only where something was taken out or reopened."""
    return tuple(item.code for item in ITEMS if values.get(item.code, 0) < earlier.get(item.code, 0))


def _signs(values: Mapping[str, int]) -> list[Finding]:
    bad = tuple(code for code, value in values.items() if value < 0)
    return [Finding(1, bad, f"{'、'.join(bad)} 不能是负数。")] if bad else []


def _parts(values: Mapping[str, int]) -> list[Finding]:
    """②④⑤: what is part of something is at most as much."""
    found = []
    for item in ITEMS:
        if item.within and values.get(item.code, 0) > values.get(item.within, 0):
            rule = {"A": 2, "B": 4, "C": 5}[item.code[0]]
            whole = "发现数" if rule == 2 else BY_CODE[item.within].title
            sentence = f"{item.code}（{values[item.code]}）不能大于{whole} {item.within}（{values.get(item.within, 0)}）。"
            found.append(Finding(rule, (item.code, item.within), sentence))
    return found


def _supervised(values: Mapping[str, int]) -> list[Finding]:
    """③: what is listed lies within what was found."""
    pairs = (("A9", FOUND, "A1+A3+A5+A7"), ("A10", CLOSED, "A2+A4+A6+A8"))
    return [
        Finding(3, (code,), f"{code} 不能大于 {named}。")
        for code, parts, named in pairs
        if values.get(code, 0) > sum(values.get(part, 0) for part in parts)
    ]


# ---- periods -------------------------------------------------------------------------------------------------------------


def periods(from_on: date, to_on: date, first_on: date | None, day: int = 25) -> list[date]:
    """The days of a campaign's returns: each month's 25th from the first one on, and its last day besides (终报)."""
    month = (first_on or from_on).replace(day=1)
    days = []
    while month <= to_on:
        days.append(month.replace(day=day))
        month = (month + timedelta(days=32)).replace(day=1)
    days = [each for each in days if (first_on or from_on) <= each <= to_on]
    return days if to_on in days else [*days, to_on]


def opens_on(as_of_on: date, open_day: int, day: int = 25) -> date:
    """The day from which a return may be filled in: the 20th; of the last one as many days before its end as of any other."""
    return as_of_on - timedelta(days=max(day - open_day, 0))


def upset(before: Collection[tuple[date, date]], after: Collection[tuple[date, date]], on: date) -> str:
    """Why a campaign may not change its days so; "" if it may. Each period is (the day it opens, the day of its cut): one that is
    being filled in must stay, and none may come whose time to fill it in has begun without it."""
    gone = [day for opens_on, day in sorted(set(before) - set(after)) if opens_on <= on]
    late = [day for opens_on, day in sorted(set(after) - set(before)) if opens_on < on]
    if gone:
        return f"截至 {gone[0]} 的月报已经开始填报，这样修改就没有这一期了；请选择不影响这一期的日期。"
    return f"这样修改，截至 {late[0]} 的月报现在就应当已经开始填报；请选择更晚的日期。" if late else ""


def month_name(as_of_on: date) -> str:
    """2023年6月; of a campaign's last return, whose day is no parameter's, 2023年12月终报."""
    return f"{as_of_on.year}年{as_of_on.month}月{'终报' if as_of_on.day > LAST_CUTOFF_DAY else ''}"
