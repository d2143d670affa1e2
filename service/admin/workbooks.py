"""The workbook of a new county: the empty one to fill in, and a filled one read into rows."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation

from workflows import clock, people, sectors, staffing
from workflows.db import Session
from workflows.errors import Invalid
from workflows.staffing import rules
from workflows.staffing.columns import SHEETS, STAFF, Column, Row
from workflows.staffing.rosters import choices

MAX_BYTES, MAX_UNPACKED, MAX_ROWS = 5 * 1024 * 1024, 60 * 1024 * 1024, 5000
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOT_A_BOOK = "这不是能读取的 Excel 工作簿。请使用下载的模板，并保存为 .xlsx 文件。"
DATE = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?")


def read(content: bytes) -> dict[str, list[Row]]:
    """The rows of each known sheet. Invalid for what is no workbook, is too large, or lacks a sheet or column."""
    _check_size(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        missing = [name for name in SHEETS if name not in book.sheetnames]
        if missing:
            raise Invalid("file", f"工作簿缺少工作表“{'”“'.join(missing)}”，请使用下载的模板。")
        return {name: list(_rows(name, book[name])) for name in SHEETS}
    except (InvalidFileException, zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, AttributeError, OSError):
        raise Invalid("file", NOT_A_BOOK) from None  # what openpyxl raises for broken parts; it has no class of its own


def _check_size(content: bytes) -> None:
    """A workbook is a zip; what it unpacks to is looked at before anything is unpacked."""
    if len(content) > MAX_BYTES:
        raise Invalid("file", "工作簿不能超过 5 MB。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(each.file_size for each in packed.infolist())
    except zipfile.BadZipFile:
        raise Invalid("file", NOT_A_BOOK) from None
    if size > MAX_UNPACKED:
        raise Invalid("file", "工作簿的内容过大，请删除空白行列和图片后再上传。")


def _rows(name: str, sheet: Any) -> Iterator[Row]:
    lines = sheet.iter_rows(values_only=True, max_row=MAX_ROWS + 2, max_col=40)
    titles = [_text(cell) for cell in next(lines, ())]
    missing = [column.title for column in SHEETS[name] if column.title not in titles]
    if missing:
        raise Invalid("file", f"工作表“{name}”的第一行缺少列“{'”“'.join(missing)}”，请使用下载的模板。")
    columns = {column.title: column for column in SHEETS[name]}
    for number, cells in enumerate(lines, start=2):
        pairs = ((columns[title], cell) for title, cell in zip(titles, cells, strict=False) if title in columns)
        read_cells = {column.key: _cell(column, cell) for column, cell in pairs}
        if any(cell != "" for cell in read_cells.values()):
            if number > MAX_ROWS + 1:
                raise Invalid("file", f"工作表“{name}”超过 {MAX_ROWS} 行，请分成几个工作簿导入。")
            yield Row(number, read_cells)


def _cell(column: Column, cell: Any) -> str | date:
    if column.kind == "date":
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        if found := DATE.fullmatch(_text(cell)):
            year, month, day = map(int, found.groups())
            try:
                return date(year, month, day)
            except ValueError:
                return _text(cell)
    return _text(cell)


def _text(cell: Any) -> str:
    """A cell as text: codes typed as numbers come back as numbers, and get no decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split())


# ---- the workbook to fill in ---------------------------------------------------------------------------------------------

EXAMPLES = {
    "单位": {"kind": "村（社区）", "name": "例：乙镇东村", "region_code": "201"},
    "企业": {"name": "例：乙镇木器厂", "subject_type": "个体工商户", "village": "乙镇东村", "address": "东村南路 1 号"},
    STAFF: {
        "role": people.role_name("VILLAGE_LIAISON"),
        "unit": "乙镇东村",
        "name": "例：王某",
        "document_no": "某任〔2026〕1 号",
    },
}
SKELETON = ("COUNTY_DEPT", "COUNTY_DEPT", "TOWN", "GROUP", "GROUP", "STATION", "VILLAGE", "VILLAGE", "VILLAGE")
FIRST = 3  # below the heads and an example
STEPS = (
    "第一步：填“单位”“企业”“人员和岗位”三张表，上传、核对、导入。必设的岗位已经列好，填好单位就显示单位名称，每行填上姓名；登录名不用填。",
    "第二步：把同一个文件交安全管理员，由他导入任职。",
    "单位比模板列出的多，可以接着往下填；导入单位后再下载一次，“人员和岗位”里就列好了还缺的必设岗位。没有的单位空着，那几行不导入。",
    "点到要填的格子，会显示这一列怎么填；深蓝色表头的列必填。以“例：”开头的行不导入，可以留着。",
    "已经导入的行会跳过，文件可以接着填、反复导入。企业没有账号的，整改情况由村里或牵头责任人代录。",
)


@dataclass(frozen=True)
class Formula:
    """What a spreadsheet works out by itself; reading the workbook finds what came of it."""

    text: str


def template(session: Session) -> bytes:
    """What to fill in: a sheet of each kind with its columns, lists and an example, and one that explains them. It brings the
    units on file, those that a new county will have, and a row for each post that the loop cannot do without and nobody holds."""
    book = Workbook()
    guide = book.active
    guide.title = "填写说明"
    lists = book.create_sheet("选项")
    given = {"单位": list(_on_file(session)), STAFF: list(_vacant(session))}
    if len(given["单位"]) < 2:  # a new county, alone with its own three posts
        given = {sheet: [*rows, *_expected(sheet, FIRST + len(given["单位"]))] for sheet, rows in given.items()}
    for name, columns in SHEETS.items():
        sheet = book.create_sheet(name)
        for place, column in enumerate(columns, start=1):
            offered = choices(session, column)
            _head(sheet.cell(1, place, column.title), is_required=column.is_required)
            _lay_out(sheet, get_column_letter(place), column)
            told, source = column.hint + _offered(column, offered), _source(lists, name, column, offered)
            sheet.add_data_validation(_entry(column, get_column_letter(place), told, source))
            for number, row in enumerate((EXAMPLES[name], *given.get(name, ())), start=FIRST - 1):
                _say(sheet.cell(number, place), row.get(column.key))
        for cell in sheet[FIRST - 1]:
            cell.font = Font(italic=True, color="7A828C")
        sheet.freeze_panes = "A2"
    _explain(session, guide)
    lists.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _on_file(session: Session) -> Iterator[dict[str, Any]]:
    """The units of the county, as rows of their sheet."""
    named = sectors.names(session)
    for unit in staffing.units(session):
        led = "、".join(named[code] for code in unit.sectors or ())
        typed = {"name": unit.name, "region_code": unit.region_code, "report_phone": unit.report_phone}
        yield {"kind": rules.KINDS[unit.kind], "sectors": led, **typed}


def _vacant(session: Session) -> Iterator[dict[str, Any]]:
    """A row for each person that is missing at a post."""
    for vacancy in staffing.vacancies(session):
        unit = {"unit": vacancy.unit.name, "region_code": vacancy.unit.region_code}
        yield from [{"role": people.role_name(vacancy.role), **unit, "from_on": clock.today()}] * vacancy.lacking


def _expected(sheet: str, first: int) -> Iterator[dict[str, Any]]:
    """Of the units that a small county has, in the order in which they are best typed: their rows, which begin at the first; and
    those of their posts, which show a unit's name as soon as it is typed."""
    town = first + SKELETON.index("TOWN")
    for number, kind in enumerate(SKELETON, start=first):
        named = Formula(f'=IF(D{number}="","",B{town}&D{number}&"领导组")') if kind == "GROUP" else None
        if sheet == "单位":
            yield {"kind": rules.KINDS[kind], "name": named}
            continue
        for role, need in rules.NEEDED.items():
            row = {"role": people.role_name(role), "unit": Formula(f'=单位!B{number}&""'), "from_on": clock.today()}
            yield from [row] * (need.least if kind in need.kinds else 0)


def _head(cell: Any, *, is_required: bool) -> None:
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor="0B4F9E" if is_required else "465160")


def _lay_out(sheet: Any, letter: str, column: Column) -> None:
    """Codes are texts, also when they are typed: a spreadsheet would round 18 digits."""
    form = "yyyy-mm-dd" if column.kind == "date" else "@"
    sheet.column_dimensions[letter].width = 30 if column.most >= 80 else 22
    sheet.column_dimensions[letter].number_format = form
    for row in range(2, 302):
        sheet[f"{letter}{row}"].number_format = form


def _source(lists: Any, sheet: str, column: Column, offered: Mapping[str, str]) -> str:
    """Where the texts of a drop-down list stand; a list written into the cell itself may hold 255 characters only."""
    if column.is_of_units:
        return f"单位!$B${FIRST}:$B${MAX_ROWS}"
    if column.kind not in ("choice", "some"):
        return ""
    place = lists.max_column + 1 if lists.cell(1, 1).value else 1
    for row, text in enumerate([f"{sheet}·{column.title}", *offered.values()], start=1):
        _say(lists.cell(row, place), text)
    letter = get_column_letter(place)
    return f"选项!${letter}$2:${letter}${len(offered) + 1}"


def _entry(column: Column, letter: str, told: str, source: str) -> DataValidation:
    """What a spreadsheet says and offers when somebody goes to a cell; it says 255 characters at most."""
    made = DataValidation("list" if source else None, formula1=source or None, allow_blank=True)
    made.promptTitle, made.prompt, made.showInputMessage = column.title, told[:255], True
    made.error, made.showErrorMessage = "请从下拉列表中选择。", column.kind == "choice"
    made.add(f"{letter}2:{letter}{MAX_ROWS}")
    return made


def _say(cell: Any, value: Any) -> None:
    """A name as a text, also where a spreadsheet would take it for a formula."""
    if isinstance(value, Formula):
        cell.value, cell.number_format = value.text, "General"
        return
    cell.value = value
    if isinstance(value, str):
        cell.data_type, cell.quotePrefix = "s", True


def _explain(session: Session, guide: Any) -> None:
    for step in STEPS:
        guide.append((step,))
    guide.append(())
    guide.append(("工作表", "列", "必填", "填写要求"))
    for cell in guide[guide.max_row]:
        _head(cell, is_required=True)
    head = guide.max_row
    for name, columns in SHEETS.items():
        for column in columns:
            told = column.hint + _offered(column, choices(session, column))
            guide.append((name, column.title, "必填" if column.is_required else "选填", told))
    for role in [*rules.NEEDED, *(role for role in rules.KINDS_OF_ROLE if role not in rules.NEEDED)]:
        guide.append((STAFF, f"岗位：{people.role_name(role)}", "须设" if role in rules.NEEDED else "选设", _told(role)))
    for letter, width in zip("ABCD", (12, 24, 8, 90), strict=True):
        guide.column_dimensions[letter].width = width
    for line in guide.iter_rows(min_row=head + 1):
        line[3].alignment = Alignment(wrap_text=True, vertical="top")


def _told(role: str) -> str:
    need = rules.NEEDED.get(role)
    return f"任命在{rules.places_of(role)}。" + (f"{need.said}。" if need else "")


def _offered(column: Column, offered: Mapping[str, str]) -> str:
    return f"可填：{'、'.join(offered.values())}。" if column.kind == "some" else ""
