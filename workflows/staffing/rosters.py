"""A county's units, enterprises, persons and posts from a workbook: every row goes through the verbs, all of them or none.

The trial run does the same as the real one and is rolled back by its caller; so what it tells is what would happen. A row that
is on file already is passed over, so the same workbook serves twice: the system administrator stores units, enterprises and
persons with it, the security administrator the posts (domain 2.1: neither does the other's part). A row that fails only because
it refers to a faulty one is told there, not as a fault of its own.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows import memory, people, sectors
from workflows.engine import Subject, history
from workflows.errors import Invalid
from workflows.people import Appointment, Unit
from workflows.staffing import columns, logins, questions, rules, verbs
from workflows.staffing.columns import ENTERPRISES, PARTS, PERSONS, POSTS, SHEETS, STAFF, UNITS, Column, Row
from workflows.staffing.logins import Login

Key = tuple[str, str]
"""What a row may refer to: ("unit", its name), ("code", a region's), ("kind", the region's above), ("login", a person's)."""
LOGIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")


@dataclass(frozen=True)
class Place:
    """A row of the workbook."""

    sheet: str
    row: int


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where."""

    place: Place
    sentence: str


@dataclass
class Report:
    """What a run did, or would do."""

    added: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    waiting: dict[Place, list[Place]] = field(default_factory=dict)
    """faulty row → the rows that refer to it and are right or wrong only when it is mended."""
    passwords: list[tuple[str, str, str]] = field(default_factory=list)
    """(name, login, initial password) of each new person; kept nowhere else."""
    logins: list[Login] = field(default_factory=list)
    """Whose login nobody typed, and which one he has."""
    person_ids: list[int] = field(default_factory=list)
    """Who was given a post."""
    broken: dict[Key, Place] = field(default_factory=dict)
    """What would be there but for a faulty row."""

    def count(self, part: str, *, is_new: bool) -> None:
        """Count a row that is right."""
        counted = self.added if is_new else self.known
        counted[part] = counted.get(part, 0) + 1

    def refuse(self, part: str, row: Row, invalid: Invalid) -> None:
        """Note what is wrong with a row, or that it waits for another one."""
        here = Place(PARTS[part].sheet, row.number)
        causes = self._causes(here, row, invalid)
        cause = next(iter(causes.values()), here) if causes.keys() == invalid.fields.keys() else here
        self.broken.update(dict.fromkeys(_provides(part, row), cause))
        told = (Fault(here, sentence) for key, sentence in invalid.fields.items() if key not in causes)
        self.faults += [fault for fault in told if fault not in self.faults]
        if cause != here and here not in self.waiting.setdefault(cause, []):
            self.waiting[cause].append(here)

    def _causes(self, here: Place, row: Row, invalid: Invalid) -> dict[str, Place]:
        """column → the faulty row because of which it is wrong: what it refers to would be there, or its empty cell means what
        stands there."""
        if isinstance(invalid, Missing):
            found = next((self.broken[key] for key in invalid.keys if key in self.broken), None)
            return dict.fromkeys(invalid.fields, found) if found else {}
        faulty = {fault.place for fault in self.faults}
        taken = {key: Place(here.sheet, number) for key, number in row.taken.items() if key in invalid.fields}
        return {key: place for key, place in taken.items() if place in faulty}


class Missing(Invalid):
    """What a row refers to is not there."""

    def __init__(self, message: str, *keys: Key) -> None:
        super().__init__(keys[0][0], message)
        self.keys = keys


def choices(session: Session, column: Column) -> Mapping[str, str]:
    """code → text of what may stand in a column: the industries are those on file."""
    return sectors.offered(session) if column.key in ("sectors", "sector_code") else column.choices


def run(session: Session, book: Mapping[str, Sequence[Row]], parts: Collection[str], *, by: int) -> Report:
    """Store some parts of what the workbook says; the report tells each faulty row. With faults the caller must roll back."""
    report = Report()
    book = columns.counting(book)
    book[STAFF], report.logins = logins.complete(session, book[STAFF])
    for part in (name for name in PARTS if name in parts):
        for row, values in list(_readable(session, part, book, report)):
            try:
                report.count(part, is_new=_STORE[part](session, values, report, by))
            except Invalid as invalid:
                report.refuse(part, row, invalid)
    report.faults.sort(key=lambda fault: (list(SHEETS).index(fault.place.sheet), fault.place.row))
    return report


def record(session: Session, report: Report, sha256: str, *, by: int) -> None:
    """Leave a line about the import as a whole; each row has left its own."""
    history.record(session, Subject("person", by), "imported", by=by, added=report.added, known=report.known, sha256=sha256)


# ---- a row's cells -----------------------------------------------------------------------------------------------------


def _readable(
    session: Session, part: str, book: Mapping[str, Sequence[Row]], report: Report
) -> Iterator[tuple[Row, dict[str, Any]]]:
    """The rows whose cells are right, and what they say; the others are told before any row that may refer to them."""
    for row in columns.rows(part, book):
        try:
            yield row, _values(session, part, row)
        except Invalid as invalid:
            report.refuse(part, row, invalid)


def _provides(part: str, row: Row) -> list[Key]:
    """What others could refer to, were the row right."""
    if part == PERSONS:
        return [("login", str(row.cells.get("login", "")))]
    if part == POSTS:
        return []
    unit, kind = ("unit", str(row.cells.get("name", ""))), columns.kind_of(row)
    if part == ENTERPRISES or kind not in {*rules.REGIONS, ""}:  # without a kind it might be a region
        return [unit]
    return [unit, ("code", str(row.cells.get("region_code", ""))), ("kind", kind)]


def _values(session: Session, part: str, row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for column in PARTS[part].columns:
        cell = row.cells.get(column.key, "")
        if cell == "":
            if column.key in row.unclear:
                faults[column.key] = row.unclear[column.key]
            elif column.is_required:
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
        return [_code(column, offered, each) for each in dict.fromkeys(_listed(text))]
    return text


def _listed(text: str) -> Iterator[str]:
    for separator in "，,；;/ ":
        text = text.replace(separator, "、")
    return (each for each in text.split("、") if each)


def _code(column: Column, offered: Mapping[str, str], text: str) -> str:
    for code, name in offered.items():
        if text in (code, name):
            return code
    if column.kind == "some":
        raise ValueError(f"“{column.title}”没有“{text}”这一项，可填：{'、'.join(offered.values())}。")
    raise ValueError(f"“{column.title}”没有“{text}”这一项，请从下拉列表中选择。")


# ---- one row stored: whether it is new ---------------------------------------------------------------------------------


def _unit(session: Session, values: dict[str, Any], _report: Report, by: int) -> bool:
    kind, name, code = values["kind"], values["name"], values["region_code"]
    sectors = values.get("sectors", [])
    if kind in rules.WITH_SECTORS and not sectors:
        raise Invalid("sectors", f"{rules.KINDS[kind]}请填写“主管行业”。")
    if "report_phone" in values and kind != "TOWN":
        raise Invalid("report_phone", "“举报电话”只由乡镇填写。")
    if _find(session, kind, name, code):
        return False
    above = _above(session, kind, code)
    more = {"sectors": sectors if kind in rules.WITH_SECTORS else [], "report_phone": values.get("report_phone")}
    verbs.add_unit(session, kind, name, code, parent=above, by=by, **more)
    return True


def _above(session: Session, kind: str, code: str) -> Unit | None:
    if fault := rules.region_fault(kind, code):
        raise Invalid("region_code", fault)
    try:
        return questions.above(session, kind, code)
    except Invalid as invalid:
        raise Missing(invalid.message, ("code", rules.parent_code(kind, code)), ("kind", rules.PARENTS[kind])) from None


def _enterprise(session: Session, values: dict[str, Any], _report: Report, by: int) -> bool:
    name, village = values.pop("name"), _village(session, values.pop("village"))
    values["uscc"] = values["uscc"].upper() if values.get("uscc") else None
    if not values["uscc"] and "subject_type" not in values:
        raise Invalid("subject_type", "没有统一社会信用代码的，请填写“主体类别”。")
    values.setdefault("subject_type", "ENTERPRISE")
    values.setdefault("address", village.name)
    same = _find(session, "ENTERPRISE", name, village.region_code)
    if same is not None and same.uscc == values["uscc"]:
        return False
    verbs.add_unit(session, "ENTERPRISE", name, village.region_code, parent=village, by=by, **values)
    return True


def _village(session: Session, text: str) -> Unit:
    """The village by its name or its code, asked once: all units are stored before the first enterprise."""
    return memory.once(session, "villages of a workbook", text, lambda: _find_village(session, text))


def _find_village(session: Session, text: str) -> Unit:
    column, key = (Unit.region_code, "code") if text.isdigit() else (Unit.name, "unit")
    found = list(session.scalars(select(Unit).where(Unit.kind == "VILLAGE", column == text, people.is_there()).limit(2)))
    if not found:
        raise Missing(f"“单位”中没有名称或区划代码为“{text}”的村（社区）。", (key, text))
    if len(found) > 1:
        raise Invalid("village", f"名称为“{text}”的村不止一个，请在“所在村”填写它的 12 位区划代码。")
    return found[0]


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


def _post(session: Session, values: dict[str, Any], report: Report, by: int) -> bool:
    person = people.find_by_login(session, values["login"])
    if person is None:
        raise Missing(f"没有登录名为“{values['login']}”的人员。", ("login", values["login"]))
    unit = _named(session, values["unit"], values.get("region_code", ""), rules.KINDS_OF_ROLE[values["role"]])
    post = {"person_id": person.id, "role": values["role"], "unit_id": unit.id, "from_on": values["from_on"]}
    if session.scalars(select(Appointment.id).filter_by(**post).limit(1)).first():
        return False
    dates, document_no = (values["from_on"], values.get("to_on")), values["document_no"]
    verbs.appoint(session, person, values["role"], unit, *dates, document_no=document_no, by=by)
    report.person_ids.append(person.id)
    return True


def _named(session: Session, name: str, code: str, kinds: Collection[str]) -> Unit:
    """The unit of a post, asked once: all units are stored before the first post."""
    key = (name, code, kinds)
    return memory.once(session, "units of a workbook", key, lambda: _find_named(session, name, code, kinds))


def _find_named(session: Session, name: str, code: str, kinds: Collection[str]) -> Unit:
    found = select(Unit).where(Unit.name == name, people.is_there())
    if code:
        found = found.where(Unit.region_code == code)
    all_named = list(session.scalars(found.limit(20)))
    right = [unit for unit in all_named if unit.kind in kinds] or all_named
    if not right:
        raise Missing(f"没有名称为“{name}”的单位{'，或区划代码不符' if code else ''}。", ("unit", name))
    if len(right) > 1:
        raise Invalid("unit", f"名称为“{name}”的单位不止一个，请填写“单位区划代码”。")
    return right[0]


_STORE = {UNITS: _unit, ENTERPRISES: _enterprise, PERSONS: _person, POSTS: _post}
