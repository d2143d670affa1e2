"""The workbook of a new county: the empty one to fill in, and a filled one read into rows."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation

from workflows import people
from workflows.db import Session
from workflows.errors import Invalid
from workflows.staffing import rules
from workflows.staffing.rosters import SHEETS, Column, Row, choices

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
        read_cells = {title: _cell(columns[title], cell) for title, cell in zip(titles, cells, strict=False) if title in columns}
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


# ---- the empty workbook ------------------------------------------------------------------------------------------------


def template(session: Session) -> bytes:
    """A sheet of each kind with its columns and lists, and one that explains them."""
    book = Workbook()
    guide = book.active
    guide.title = "填写说明"
    lists = book.create_sheet("选项")
    for name, columns in SHEETS.items():
        sheet = book.create_sheet(name)
        for place, column in enumerate(columns, start=1):
            _head(sheet.cell(1, place, column.title + ""), is_required=column.is_required)
            letter = get_column_letter(place)
            sheet.column_dimensions[letter].width = 30 if column.most >= 80 else 22
            sheet.column_dimensions[letter].number_format = "yyyy-mm-dd" if column.kind == "date" else "@"
            for row in range(2, 302):
                sheet.cell(row, place).number_format = "yyyy-mm-dd" if column.kind == "date" else "@"
            if column.kind == "choice":
                sheet.add_data_validation(_list(lists, name, column, letter, choices(session, column)))
        sheet.freeze_panes = "A2"
    _explain(session, guide)
    lists.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _head(cell: Any, *, is_required: bool) -> None:
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor="0B4F9E" if is_required else "465160")


def _list(lists: Any, sheet: str, column: Column, letter: str, offered: Mapping[str, str]) -> DataValidation:
    """The choices stand in a hidden sheet: a list written into the cell itself may hold 255 characters only."""
    place = lists.max_column + 1 if lists.cell(1, 1).value else 1
    for row, text in enumerate([f"{sheet}·{column.title}", *offered.values()], start=1):
        _say(lists.cell(row, place), text)
    source = get_column_letter(place)
    made = DataValidation("list", formula1=f"选项!${source}$2:${source}${len(offered) + 1}", allow_blank=True)
    made.error, made.showErrorMessage = "请从下拉列表中选择。", True
    made.add(f"{letter}2:{letter}{MAX_ROWS}")
    return made


def _say(cell: Any, text: str) -> None:
    """A name as a text, also where a spreadsheet would take it for a formula."""
    cell.value = text
    cell.data_type, cell.quotePrefix = "s", True


def _explain(session: Session, guide: Any) -> None:
    rows = [("工作表", "列", "必填", "填写要求")]
    rows += [
        (name, column.title, "必填" if column.is_required else "选填", column.hint + _offered(column, choices(session, column)))
        for name, columns in SHEETS.items()
        for column in columns
    ]
    rows += [
        ("任职", f"岗位：{people.role_name(role)}", "须设" if role in rules.NEEDED else "选设", _told(role))
        for role in rules.KINDS_OF_ROLE
    ]
    for row in rows:
        guide.append(row)
    for cell in guide[1]:
        _head(cell, is_required=True)
    for letter, width in zip("ABCD", (10, 20, 8, 90), strict=True):
        guide.column_dimensions[letter].width = width
    for line in guide.iter_rows(min_row=2):
        line[3].alignment = Alignment(wrap_text=True, vertical="top")


def _told(role: str) -> str:
    needed = rules.NEEDED.get(role, "")
    return f"任命在{rules.places_of(role)}。" + (f"{needed}。" if needed else "")


def _offered(column: Column, offered: Mapping[str, str]) -> str:
    return f"可填：{'、'.join(offered.values())}。" if column.kind == "some" else ""
