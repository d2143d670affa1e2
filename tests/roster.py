"""A filled workbook of a new county."""

import io
import re

from openpyxl import Workbook

from workflows.staffing.columns import SHEETS, STAFF

COUNTY = {
    "单位": [["村（社区）", "辛村", 999902101201, "", ""], ["县（市、区）", "己县", "999902000000", "", ""],
             ["乡镇（街道）", "庚镇", "999902101000", "", "0999-2101000"], ["站所", "庚镇应急站", "", "消防、城镇燃气", ""]],
    "企业": [["辛村液化气站", "91999901MA0000003X", "", "辛村", "城镇燃气", "村口"],
             ["辛村小吃店", "", "九小场所", "999902101201", "城镇燃气", "村口"]],
    STAFF: [["村委", "辛村", "辛村主任", "xincun", "", "2026/1/1", "", "某任〔2026〕2 号", ""],
            ["综合行政执法队员", "庚镇", "庚镇执法员", "gengzhifa", "ZF-1", "", "2027年12月31日", "", ""],
            ["站所经办", "庚镇应急站", "庚镇执法员", "gengzhifa", "", "", "", "", "999902101000"]],
}  # fmt: skip


def book(**changed):
    """A filled workbook; `changed`: other rows of a sheet."""
    made = Workbook()
    made.remove(made.active)
    for name, columns in SHEETS.items():
        sheet = made.create_sheet(name)
        sheet.append([column.title for column in columns])
        for row in {**COUNTY, **changed}[name]:
            sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def calculate(made):
    """What a spreadsheet does when it saves the template: each of its two formulas has its value."""
    units = made["单位"]
    for cell in [*units["B"], *made[STAFF]["B"]]:
        if found := re.fullmatch(r'=单位!(B\d+)&""', str(cell.value)):
            cell.value = units[found[1]].value or ""
        elif found := re.fullmatch(r'=IF\((D\d+)="","",(B\d+)&\1&"(.*)"\)', str(cell.value)):
            led = units[found[1]].value
            cell.value = f"{units[found[2]].value}{led}{found[3]}" if led else ""
