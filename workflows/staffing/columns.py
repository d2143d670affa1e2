"""The sheets of a new county's workbook: what each column holds, which rows count, and what a cell that was left empty means.

Rules, without I/O. The workbook itself is made and read by `service/admin/workbooks.py`, and stored by `rosters`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from workflows import people
from workflows.hazards.rules import SUBJECT_TYPES
from workflows.staffing import rules

Cells = Mapping[str, str | date]


@dataclass(frozen=True)
class Column:
    """One column of a sheet."""

    key: str
    title: str
    hint: str
    is_required: bool = False
    most: int = 120
    kind: str = "text"
    """text, date, choice, some"""
    choices: Mapping[str, str] = field(default_factory=dict)
    """code → text; the workbook holds the text."""
    is_given: bool = False
    """The template fills it in: by itself it makes no row."""
    is_of_units: bool = False
    """The template offers the names in the sheet of units; others may be typed."""


@dataclass(frozen=True)
class Row:
    """One row as it stands in the workbook: its number there, and its cells by the column's key."""

    number: int
    cells: Cells
    taken: Mapping[str, int] = field(default_factory=dict)
    """column → the number of the row above from which an empty cell has what it means."""
    unclear: Mapping[str, str] = field(default_factory=dict)
    """column → why what an empty cell means could not be found out."""


@dataclass(frozen=True)
class Part:
    """What is stored of a sheet at a time: from which of its columns."""

    sheet: str
    keys: tuple[str, ...]

    @property
    def columns(self) -> Iterator[Column]:
        """Its columns."""
        return (column for column in SHEETS[self.sheet] if column.key in self.keys)


_KINDS = {code: text for code, text in rules.KINDS.items() if code != "ENTERPRISE"}
_ROLES = {code: text for code, text in people.ROLES.items() if code in rules.KINDS_OF_ROLE}
STAFF = "人员和岗位"
EXAMPLE = "例："
SHEETS: Mapping[str, tuple[Column, ...]] = {
    "单位": (
        Column("kind", "类别", "从下拉列表中选择。", True, kind="choice", choices=_KINDS, is_given=True),
        Column("name", "名称", "全称，例如“乙镇应急消防站”。领导组可以不填，按上面的乡镇和主管行业取名。", True),
        Column(
            "region_code",
            "区划代码",
            "12 位；乡镇、村（社区）可以只填自己的 3 位，例如 101、201，其余随上面最近的县、乡镇。县部门、站所、领导组不用填。",
            True,
            12,
        ),
        Column("sectors", "主管行业", "站所、领导组、县有关部门必填；几个行业用顿号分开。", kind="some"),
        Column("report_phone", "举报电话", "只有乡镇填写，在公开页面上公布。", most=30),
    ),
    "企业": (
        Column("name", "名称", "与营业执照一致；没有执照的写通用名称。", True),
        Column("uscc", "统一社会信用代码", "18 位；没有执照的不填。", most=18),
        Column("subject_type", "主体类别", "有信用代码的可以不填，就是“企业”。", kind="choice", choices=SUBJECT_TYPES),
        Column("village", "所在村", "“单位”中村（社区）的名称；有重名的填 12 位区划代码。", True, is_of_units=True),
        Column("sector_code", "行业领域", "从下拉列表中选择。", True, kind="choice"),
        Column("address", "地址", "门牌或方位；不填的就是所在村。", most=200),
    ),
    STAFF: (
        Column("role", "岗位", "从下拉列表中选择；一人几个岗位就写几行。", True, kind="choice", choices=_ROLES, is_given=True),
        Column("unit", "单位名称", "“单位”或“企业”中的名称。", True, is_given=True, is_of_units=True),
        Column("name", "姓名", "不填姓名的行不导入。", True, 60),
        Column(
            "login",
            "登录名",
            "可以不填：按姓名的拼音起，同音的加数字；不填的，同一姓名算同一个人。自己起的用小写字母、数字、点或横线，定了不能改。",
            most=60,
        ),
        Column("certificate_no", "执法证号", "有执法证的填写。", most=40),
        Column("from_on", "起始日期", "例如 2026-01-01；与上一行相同的可以不填。", True, kind="date", is_given=True),
        Column("to_on", "截止日期", "长期任职不填。", kind="date", is_given=True),
        Column("document_no", "任命文号", "与上一行相同的可以不填。", True, 80, is_given=True),
        Column("region_code", "单位区划代码", "有重名的单位时填写。", most=12, is_given=True),
    ),
}
UNITS, ENTERPRISES, PERSONS, POSTS = "单位", "企业", "人员", "任职"
PARTS: Mapping[str, Part] = {  # in the order in which they are stored
    UNITS: Part("单位", ("kind", "name", "region_code", "sectors", "report_phone")),
    ENTERPRISES: Part("企业", ("name", "uscc", "subject_type", "village", "sector_code", "address")),
    PERSONS: Part(STAFF, ("name", "login", "certificate_no")),
    POSTS: Part(STAFF, ("role", "unit", "login", "from_on", "to_on", "document_no", "region_code")),
}
OF_SYSTEM, OF_SECURITY = frozenset({UNITS, ENTERPRISES, PERSONS}), frozenset({POSTS})


def counting(book: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    """The rows of each sheet, each complete: without examples, and without rows in which nothing was typed but what the template
    brings."""
    return {sheet: _counting(sheet, rows) for sheet, rows in book.items()}


def _counting(sheet: str, rows: Sequence[Row]) -> list[Row]:
    typed = [row for row in rows if not _is_example(row)]
    complete = _COMPLETE.get(sheet, list)(typed)
    return [whole for row, whole in zip(typed, complete, strict=True) if not _is_blank(sheet, row)]


def rows(part: str, book: Mapping[str, Sequence[Row]]) -> list[Row]:
    """What a part reads of the rows that count, in the order in which they are stored."""
    return _ORDER[part](list(book.get(PARTS[part].sheet, ())))


def kind_of(row: Row) -> str:
    """The code of a unit's kind; empty if there is no such kind."""
    return next((code for code, text in _KINDS.items() if row.cells.get("kind") in (code, text)), "")


def _is_example(row: Row) -> bool:
    return any(str(cell).startswith(EXAMPLE) for cell in row.cells.values())


def _is_blank(sheet: str, row: Row) -> bool:
    return not any(row.cells.get(column.key) for column in SHEETS[sheet] if not column.is_given)


# ---- what an empty cell means --------------------------------------------------------------------------------------------


def _from_its_region(typed: list[Row]) -> list[Row]:
    """The nearest unit above in the sheet tells the beginning of a code or all of it, and a group's name."""
    nearest: dict[str, Row] = {}
    whole: list[Row] = []
    for row in typed:
        kind = kind_of(row)
        above = nearest.get(rules.PARENTS.get(kind, ""))
        made = _named(kind, _coded(kind, row, above), above) if above else row
        nearest[kind] = made
        whole.append(made)
    return whole


def _coded(kind: str, row: Row, above: Row) -> Row:
    code, typed = str(above.cells.get("region_code", "")), str(row.cells.get("region_code", ""))
    if rules.CODES[kind] == rules.CODES[rules.PARENTS[kind]]:  # it bears the code of what it stands below
        return _completed(row, "region_code", code, above)
    if len(typed) == rules.OWN_DIGITS and kind in rules.REGIONS:
        return _with(row, "region_code", rules.full_code(kind, typed, code), above)
    return row


def _named(kind: str, row: Row, above: Row) -> Row:
    town, led = above.cells.get("name"), row.cells.get("sectors")
    return _completed(row, "name", f"{town}{led}领导组", above) if kind == "GROUP" and town and led else row


def _as_above(typed: list[Row]) -> list[Row]:
    """One document appoints many from one day on. A row that does not count, but says so, is good enough to take it from."""
    whole: list[Row] = []
    source: dict[str, Row] = {}
    for row in typed:
        for key in ("from_on", "document_no"):
            if row.cells.get(key) or (key not in source and not _is_blank(STAFF, row)):
                source[key] = row
        made = row
        for key, above in source.items():
            made = _completed(made, key, above.cells.get(key, ""), above)
        whole.append(made)
    return whole


def _completed(row: Row, key: str, value: str | date, above: Row) -> Row:
    """The row with an empty cell filled in because of one above it."""
    return row if row.cells.get(key) or row.number == above.number else _with(row, key, value, above)


def _with(row: Row, key: str, value: str | date, above: Row) -> Row:
    return Row(row.number, {**row.cells, key: value}, {**row.taken, key: above.number})


_COMPLETE: Mapping[str, Callable[[list[Row]], list[Row]]] = {"单位": _from_its_region, STAFF: _as_above}


# ---- in which order they are stored ----------------------------------------------------------------------------------------


def _from_above(whole: list[Row]) -> list[Row]:
    """Units above come before units below, in whichever order they were typed."""
    order = [*rules.KINDS, ""]
    return sorted(whole, key=lambda row: order.index(kind_of(row)))


def _each_once(whole: list[Row]) -> list[Row]:
    """Each person by the first of his rows."""
    first: dict[tuple[object, ...], Row] = {}
    for row in whole:
        login = row.cells.get("login")
        first.setdefault((login, row.cells.get("name")) if login else (row.number,), row)
    return list(first.values())


def _with_posts(whole: list[Row]) -> list[Row]:
    """Without those who get an account alone."""
    return [row for row in whole if row.cells.get("role") or row.cells.get("unit")]


_ORDER: Mapping[str, Callable[[list[Row]], list[Row]]] = {
    UNITS: _from_above,
    ENTERPRISES: list,
    PERSONS: _each_once,
    POSTS: _with_posts,
}
