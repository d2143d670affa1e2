"""A county's units, enterprises, persons and posts from a workbook: every row goes through the verbs, all of them or none.

The trial run does the same as the real one and is rolled back by its caller; so what it tells is what would happen. A row that
is on file already is passed over, so the same workbook serves twice: the system administrator stores units, enterprises and
persons with it, the security administrator the posts (domain 2.1: neither does the other's part).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows import people, sectors
from workflows.engine import Subject, history
from workflows.errors import Invalid
from workflows.hazards.rules import SUBJECT_TYPES
from workflows.people import Appointment, Unit
from workflows.staffing import questions, rules, verbs


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


@dataclass(frozen=True)
class Row:
    """One row as it stands in the workbook: its number there, and its cells by the column's title."""

    number: int
    cells: Mapping[str, str | date]


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where."""

    sheet: str
    row: int
    sentence: str


@dataclass
class Report:
    """What a run did, or would do."""

    added: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    passwords: list[tuple[str, str, str]] = field(default_factory=list)
    """(name, login, initial password) of each new person; kept nowhere else."""

    def count(self, sheet: str, *, is_new: bool) -> None:
        """Count a row that is right."""
        counted = self.added if is_new else self.known
        counted[sheet] = counted.get(sheet, 0) + 1


UNITS, ENTERPRISES, PERSONS, POSTS = "单位", "企业", "人员", "任职"
_KINDS = {code: text for code, text in rules.KINDS.items() if code != "ENTERPRISE"}
_ROLES = {code: text for code, text in people.ROLES.items() if code in rules.KINDS_OF_ROLE}
_CODE = "统计用 12 位区划代码"
SHEETS: Mapping[str, tuple[Column, ...]] = {
    UNITS: (
        Column("kind", "类别", "从下拉列表中选择。", True, kind="choice", choices=_KINDS),
        Column("name", "名称", "全称，例如“乙镇应急消防站”。", True),
        Column("region_code", "区划代码", f"{_CODE}；县后 6 位、乡镇后 3 位填 0；站所、领导组填乡镇的，县部门填县的。", True, 12),
        Column("sectors", "主管行业", "站所、领导组、县有关部门必填；几个行业用顿号分开。", kind="some"),
    ),
    ENTERPRISES: (
        Column("name", "名称", "与营业执照一致；没有执照的写通用名称。", True),
        Column("subject_type", "主体类别", "从下拉列表中选择。", True, kind="choice", choices=SUBJECT_TYPES),
        Column("uscc", "统一社会信用代码", "18 位；类别为“企业”的必填，没有执照的不填。", most=18),
        Column("region_code", "所在村区划代码", f"{_CODE}，须是“单位”中登记的村（社区）。", True, 12),
        Column("sector_code", "行业领域", "从下拉列表中选择。", True, kind="choice"),
        Column("address", "地址", "门牌或方位。", True, 200),
    ),
    PERSONS: (
        Column("name", "姓名", "", True, 60),
        Column("login", "登录名", "小写字母、数字、点或横线，每人一个，定了不能改。", True, 60),
        Column("certificate_no", "执法证号", "有执法证的填写。", most=40),
    ),
    POSTS: (
        Column("login", "登录名", "“人员”中的登录名；一人几个岗位就写几行。", True, 60),
        Column("role", "岗位", "从下拉列表中选择。", True, kind="choice", choices=_ROLES),
        Column("unit", "单位名称", "“单位”或“企业”中的名称。", True),
        Column("region_code", "单位区划代码", "有重名的单位时填写。", most=12),
        Column("from_on", "起始日期", "例如 2026-01-01。", True, kind="date"),
        Column("to_on", "截止日期", "长期任职不填。", kind="date"),
        Column("document_no", "任命文号", "", True, 80),
    ),
}
OF_SYSTEM, OF_SECURITY = frozenset({UNITS, ENTERPRISES, PERSONS}), frozenset({POSTS})
LOGIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")


def choices(session: Session, column: Column) -> Mapping[str, str]:
    """code → text of what may stand in a column: the industries are those on file."""
    return sectors.offered(session) if column.key in ("sectors", "sector_code") else column.choices


def run(session: Session, book: Mapping[str, Sequence[Row]], sheets: Collection[str], *, by: int) -> Report:
    """Store what the named sheets say; the report tells each faulty row. With faults the caller must roll back."""
    report = Report()
    for sheet in (name for name in SHEETS if name in sheets):
        for row in _in_order(sheet, book.get(sheet, ())):
            try:
                is_new = _STORE[sheet](session, _values(session, sheet, row), report, by)
                report.count(sheet, is_new=is_new)
            except Invalid as invalid:
                report.faults += [Fault(sheet, row.number, sentence) for sentence in invalid.fields.values()]
    report.faults.sort(key=lambda fault: (list(SHEETS).index(fault.sheet), fault.row))
    return report


def record(session: Session, report: Report, sha256: str, *, by: int) -> None:
    """Leave a line about the import as a whole; each row has left its own."""
    history.record(session, Subject("person", by), "imported", by=by, added=report.added, known=report.known, sha256=sha256)


# ---- a row's cells -----------------------------------------------------------------------------------------------------


def _in_order(sheet: str, rows: Sequence[Row]) -> list[Row]:
    """Units above come before units below, in whichever order they were typed."""
    order = list(rules.KINDS.values())
    if sheet != UNITS:
        return list(rows)
    return sorted(rows, key=lambda row: order.index(kind) if (kind := str(row.cells.get("类别"))) in order else len(order))


def _values(session: Session, sheet: str, row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for column in SHEETS[sheet]:
        cell = row.cells.get(column.title, "")
        if cell == "":
            if column.is_required:
                faults[column.key] = f"请填写“{column.title}”。"
            continue
        try:
            values[column.key] = _value(column, choices(session, column), cell)
        except ValueError as error:
            faults[column.key] = str(error)
    if faults:
        raise Invalid(faults)
    return values


def _value(column: Column, offered: Mapping[str, str], cell: str | date) -> Any:
    if column.kind == "date":
        if not isinstance(cell, date):
            raise ValueError(f"“{column.title}”不是有效的日期：{cell}。请写成 2026-01-01。")
        return cell
    text = str(cell)
    if len(text) > column.most and column.kind == "text":
        raise ValueError(f"“{column.title}”最多 {column.most} 个字。")
    if column.kind == "choice":
        return _code(column, offered, text)
    if column.kind == "some":
        return [_code(column, offered, each) for each in dict.fromkeys(_parts(text))]
    return text


def _parts(text: str) -> Iterator[str]:
    for separator in "，,；;/ ":
        text = text.replace(separator, "、")
    return (part for part in text.split("、") if part)


def _code(column: Column, offered: Mapping[str, str], text: str) -> str:
    for code, name in offered.items():
        if text in (code, name):
            return code
    raise ValueError(f"“{column.title}”没有“{text}”这一项，请从下拉列表中选择。")


# ---- one row stored: whether it is new ---------------------------------------------------------------------------------


def _unit(session: Session, values: dict[str, Any], _report: Report, by: int) -> bool:
    kind, name, code = values["kind"], values["name"], values["region_code"]
    sectors = values.get("sectors", [])
    if kind in rules.WITH_SECTORS and not sectors:
        raise Invalid("sectors", f"{rules.KINDS[kind]}请填写“主管行业”。")
    if _find(session, kind, name, code):
        return False
    above = questions.above(session, kind, code)
    verbs.add_unit(session, kind, name, code, parent=above, by=by, sectors=sectors if kind in rules.WITH_SECTORS else [])
    return True


def _enterprise(session: Session, values: dict[str, Any], _report: Report, by: int) -> bool:
    name, code = values.pop("name"), values.pop("region_code")
    values["uscc"] = values["uscc"].upper() if values.get("uscc") else None
    same = _find(session, "ENTERPRISE", name, code)
    if same is not None and same.uscc == values["uscc"]:
        return False
    above = questions.above(session, "ENTERPRISE", code)
    verbs.add_unit(session, "ENTERPRISE", name, code, parent=above, by=by, **values)
    return True


def _find(session: Session, kind: str, name: str, code: str) -> Unit | None:
    same = select(Unit).where(Unit.kind == kind, Unit.region_code == code, Unit.name == name, people.is_there())
    return session.scalars(same.limit(1)).first()


def _person(session: Session, values: dict[str, Any], report: Report, by: int) -> bool:
    name, login = values["name"], values["login"]
    if len(login) < 2 or not set(login) <= LOGIN:
        raise Invalid("login", f"登录名“{login}”只能用小写字母、数字、点和横线，至少 2 个。")
    known = people.find_by_login(session, login)
    if known is not None:
        if known.name != name:
            raise Invalid("login", f"登录名“{login}”已有人使用（{known.name}）。")
        return False
    certificate_no = values.get("certificate_no")
    _, password = verbs.add_with_issued_password(session, name, login, certificate_no=certificate_no, by=by)
    report.passwords.append((name, login, password))
    return True


def _post(session: Session, values: dict[str, Any], _report: Report, by: int) -> bool:
    person = people.find_by_login(session, values["login"])
    if person is None:
        raise Invalid("login", f"没有登录名为“{values['login']}”的人员。")
    unit = _named(session, values["unit"], values.get("region_code", ""), rules.KINDS_OF_ROLE[values["role"]])
    post = {"person_id": person.id, "role": values["role"], "unit_id": unit.id, "from_on": values["from_on"]}
    if session.scalars(select(Appointment.id).filter_by(**post).limit(1)).first():
        return False
    dates, document_no = (values["from_on"], values.get("to_on")), values["document_no"]
    verbs.appoint(session, person, values["role"], unit, *dates, document_no=document_no, by=by)
    return True


def _named(session: Session, name: str, code: str, kinds: Collection[str]) -> Unit:
    found = select(Unit).where(Unit.name == name, people.is_there())
    if code:
        found = found.where(Unit.region_code == code)
    all_named = list(session.scalars(found.limit(20)))
    right = [unit for unit in all_named if unit.kind in kinds] or all_named
    if not right:
        raise Invalid("unit", f"没有名称为“{name}”的单位{'，或区划代码不符' if code else ''}。")
    if len(right) > 1:
        raise Invalid("unit", f"名称为“{name}”的单位不止一个，请填写“单位区划代码”。")
    return right[0]


_STORE = {UNITS: _unit, ENTERPRISES: _enterprise, PERSONS: _person, POSTS: _post}
