"""The dispatch form as Excel, in the layout of the annex: the head, 28 items with 31 values, who filled and who reviewed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from service import labels
from service.sheets import harmless
from workflows import dispatch

WIDTHS = (6, 7, 52, 8, 12, 10)
HEADS = ("序号", "代码", "项目", "单位", "数量", "来源")
SOURCES = {"computed": "系统", "both": "系统和补录", "manual": "补录"}
FOUND_HEADS = ("来源", "本表（按登记时间）", "截止前发现、以后登记", "发现口径")


@dataclass(frozen=True)
class Head:
    """What stands above the form."""

    region: str
    campaign: str
    as_of: str
    filler: str
    reviewer: str
    version: str


def write(file: Path, head: Head, values: Mapping[str, int], found: Sequence[dispatch.Found]) -> None:
    """Write the form to a file, and 发现口径 on a sheet of its own if there is any; no text runs as a formula."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "tmpdir": str(file.parent)}
    with xlsxwriter.Workbook(file, options) as book:
        page = book.add_worksheet("调度表")
        styles = _styles(book)
        _set_up(page)
        line = _top(page, head, styles)
        for part, title in dispatch.PARTS.items():
            page.merge_range(line, 0, line, 5, title, styles["part"])
            line += 1
            for item in (item for item in dispatch.ITEMS if item.code[0] == part):
                _item(page, line, item, values[item.code], styles)
                line += 1
        note = (
            "自行动开始日累计至截止日 24:00；“已完成整改”以县领导签字销号为准；A9、A10 含在 A1 至 A8 内，不另加入总数。"
        )
        page.merge_range(line, 0, line, 5, note, styles["note"])
        page.set_row(line, 32)
        if found:
            _write_found(book.add_worksheet("发现口径"), head, found, styles)


def _write_found(page: Any, head: Head, found: Sequence[dispatch.Found], styles: dict[str, Any]) -> None:
    page.set_column(0, 3, 24)
    page.write_string(0, 0, harmless(f"{head.region}，截至{head.as_of} 24:00。供分析，不改变调度表。"), styles["head"])
    for place, text in enumerate(FOUND_HEADS):
        page.write_string(1, place, text, styles["heads"])
    for line, each in enumerate(found, 2):
        page.write_string(line, 0, labels.source(each.source), styles["middle"])
        for place, number in enumerate((each.counted, each.later, each.counted + each.later), 1):
            page.write_number(line, place, number, styles["number"])


def _styles(book: Any) -> dict[str, Any]:
    plain = {"border": 1, "valign": "vcenter", "text_wrap": True}
    return {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}),
        "head": book.add_format({"valign": "vcenter"}),
        "heads": book.add_format({**plain, "bold": True, "align": "center", "bg_color": "#E8F0FA"}),
        "part": book.add_format({**plain, "bold": True}),
        "text": book.add_format(plain),
        "middle": book.add_format({**plain, "align": "center"}),
        "number": book.add_format({**plain, "align": "right", "num_format": "0"}),
        "money": book.add_format({**plain, "align": "right", "num_format": "0.00"}),
        "note": book.add_format({"text_wrap": True, "valign": "top", "font_size": 9}),
    }


def _set_up(page: Any) -> None:
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 1)
    page.set_default_row(19)
    for place, width in enumerate(WIDTHS):
        page.set_column(place, place, width)


def _top(page: Any, head: Head, styles: dict[str, Any]) -> int:
    """Title, head rows and column heads; answers the line after them."""
    page.merge_range(0, 0, 0, 5, "重大事故隐患专项排查整治进展情况调度表", styles["title"])
    page.set_row(0, 30)
    rows = (
        (f"填报单位：{head.region}", f"统计截止：{head.as_of} 24:00"),
        (f"行动：{head.campaign}", f"版本：{head.version}"),
        (f"填表人：{head.filler}", f"审核人：{head.reviewer}"),
    )
    for line, (left, right) in enumerate(rows, 1):
        page.merge_range(line, 0, line, 2, "", styles["head"])
        page.write_string(line, 0, harmless(left), styles["head"])
        page.merge_range(line, 3, line, 5, "", styles["head"])
        page.write_string(line, 3, harmless(right), styles["head"])
    for place, text in enumerate(HEADS):
        page.write_string(4, place, text, styles["heads"])
    page.freeze_panes(5, 0)
    return 5


def _item(page: Any, line: int, item: dispatch.Item, value: int, styles: dict[str, Any]) -> None:
    page.write_number(line, 0, item.number, styles["middle"])
    page.write_string(line, 1, item.code, styles["middle"])
    page.write_string(line, 2, item.title, styles["text"])
    page.write_string(line, 3, item.unit, styles["middle"])
    if item.code == "C3b":
        page.write_number(line, 4, float(dispatch.shown(item.code, value)), styles["money"])
    else:
        page.write_number(line, 4, value, styles["number"])
    page.write_string(line, 5, SOURCES[item.source], styles["middle"])
