"""The delivered templates, drawn by GB/T 9704-2012: A4, 37 mm above, 28 mm left, 156 × 225 mm of text, 22 lines of size 3
FangSong; the issuer and the separator in red, the number with six-angled brackets, arabic dates.

Drawn here and not kept as files, so that a change can be read; what they say stands in `wording`. The fonts are those an
office has; where one lacks, Word and LibreOffice take another.
"""

import io
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from docx import Document
from docx.document import Document as Word
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from workflows.documents.kinds import KINDS, ROWS
from workflows.documents.wording import COPIED, FACTS, REPORT, TEXTS

SIZE_2, SIZE_3, SIZE_4 = Pt(22), Pt(16), Pt(14)
SONG, TITLE, HEI, KAI, NUMERALS = "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312", "宋体"
RULE = "D01C1C"
RED = RGBColor.from_string(RULE)
LINE, TWO_LINES, HALF_LINE = Pt(28.95), Pt(57.9), Pt(14)  # 22 lines on 225 mm
COLUMNS = (("序号", 13), ("编号", 38), ("主体", 27), ("责任人", 24), ("报送", 17), ("情况", 37))
LETTERS = ("LETTER", "URGE_LETTER")  # 函 has a form of its own (信函格式)


@lru_cache
def delivered(kind: str) -> bytes:
    """The delivered template of a kind as a docx."""
    word = _page()
    if kind == "WEEKLY_REPORT":
        _report(word)
    elif kind in LETTERS:
        _letter(word, kind)
    else:
        _paper(word, kind)
    if kind in COPIED:
        _imprint(word, COPIED[kind])
    _page_numbers(word)
    written = io.BytesIO()
    word.save(written)
    return written.getvalue()


def _page() -> Word:
    word = Document()
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    style = word.styles["Normal"]
    style.font.size = SIZE_3
    style.font.name = "Times New Roman"
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), SONG)
    return word


def _paper(word: Word, kind: str) -> None:
    _mark(word.add_paragraph(), "{{ 发文机关 }}")
    _rule(_line(word, "{{ 发文字号 }}", at=WD_ALIGN_PARAGRAPH.CENTER))
    _title(word, KINDS[kind].title)
    _body(word, kind)


def _letter(word: Word, kind: str) -> None:
    """信函格式 (10.1): the issuer 30 mm below the edge, a double red line under it and one 20 mm above the lower edge, 170 mm
    long; the number on the right, no page number on the first page."""
    section = word.sections[0]
    section.different_first_page_header_footer = True
    section.header_distance = Mm(30)
    mark, foot = section.first_page_header.paragraphs[0], section.first_page_footer.paragraphs[0]
    _mark(mark, "{{ 发文机关 }}")
    _edge(mark, "bottom", RULE, "24", style="thickThinSmallGap")
    _edge(foot, "bottom", RULE, "24", style="thinThickSmallGap")
    for line in (mark, foot):
        line.paragraph_format.left_indent, line.paragraph_format.right_indent = Mm(-8), Mm(-6)
    number = _line(word, "{{ 发文字号 }}", at=WD_ALIGN_PARAGRAPH.RIGHT)
    number.paragraph_format.space_before = HALF_LINE
    _title(word, KINDS[kind].title, space=TWO_LINES)
    _body(word, kind)


def _report(word: Word) -> None:
    """A report upwards (上行文, 7.2): the issuer 35 mm below the edge of the text, two lines below it the number on the left and
    who signs it on the right; a long name goes on below itself."""
    mark = _mark(word.add_paragraph(), "{{ 发文机关 }}文件")
    mark.paragraph_format.space_before = Mm(35)
    head = _line(word, "　{{ 发文字号 }}\t签发人：")
    head.paragraph_format.space_before = TWO_LINES
    head.paragraph_format.left_indent, head.paragraph_format.first_line_indent = Mm(106), Mm(-106)
    head.paragraph_format.tab_stops.add_tab_stop(Mm(106) - 4 * SIZE_3)
    _write(head, "{{ 签发人 }}", KAI, SIZE_3)
    _rule(head)
    _title(word, "{{ 标题 }}", space=TWO_LINES)
    _line(word, "{{ 主送 }}：")
    for text in REPORT:
        _line(word, text, indent=2)
    _rows(word)
    _line(word, "特此报告。", indent=2)
    _signed(word)


def _mark(paragraph: Paragraph, text: str) -> Paragraph:
    """发文机关标志."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _shape(paragraph, exact=False)
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = HALF_LINE
    _write(paragraph, text, TITLE, Pt(32), RED)
    return paragraph


def _title(word: Word, text: str, *, space: Length = HALF_LINE) -> None:
    made = _line(word, text, TITLE, SIZE_2, at=WD_ALIGN_PARAGRAPH.CENTER)
    made.paragraph_format.space_before, made.paragraph_format.space_after = space, HALF_LINE


def _body(word: Word, kind: str) -> None:
    """To whom, why, the table of the hazard, what follows from it, and who issues it when."""
    to, paragraphs = TEXTS[kind]
    _line(word, to)
    _line(word, paragraphs[0], indent=2)
    _table(word, [(name, f"{{{{ {name} }}}}") for name in FACTS])
    after = [_line(word, text, indent=2) for text in paragraphs[1:]]
    after[0].paragraph_format.space_before = Pt(8)
    _signed(word)


def _line(
    word: Word, text: str, font: str = SONG, size: Pt = SIZE_3, *, at: WD_ALIGN_PARAGRAPH | None = None, indent: int = 0
) -> Paragraph:
    made = word.add_paragraph()
    _shape(made)
    if at is not None:
        made.alignment = at
    made.paragraph_format.first_line_indent = Pt(indent * size.pt)
    _write(made, text, font, size)
    return made


def _shape(paragraph: Paragraph, exact: bool = True) -> None:
    style = paragraph.paragraph_format
    style.space_before = style.space_after = Pt(0)
    if exact:
        style.line_spacing_rule, style.line_spacing = WD_LINE_SPACING.AT_LEAST, LINE


def _write(paragraph: Paragraph, text: str, font: str, size: Pt, colour: RGBColor | None = None) -> Run:
    run = paragraph.add_run(text)
    run.font.name, run.font.size = "Times New Roman", size
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if colour is not None:
        run.font.color.rgb = colour
    return run


def _rule(paragraph: Paragraph) -> None:
    """The red line 4 mm below number and signer (7.2.7)."""
    _edge(paragraph, "bottom", RULE, "12", space=11)


def _edge(paragraph: Paragraph, side: str, colour: str, width: str, *, style: str = "single", space: int = 4) -> None:
    """A line above or below a paragraph; the one above is drawn first where there are both."""
    format = paragraph._element.get_or_add_pPr()
    borders = format.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        format.append(borders)
    edge = OxmlElement(f"w:{side}")
    for name, value in (("val", style), ("sz", width), ("space", str(space)), ("color", colour)):
        edge.set(qn(f"w:{name}"), value)
    borders.append(edge)


def _table(word: Word, rows: Iterable[tuple[str, str]]) -> None:
    table = _grid(word, [32, 124])
    for label, text in rows:
        cells = _row(table)
        for cell, width, said, font in zip(cells, (Mm(32), Mm(124)), (label, text), (HEI, SONG), strict=True):
            cell.width = width
            _shape(cell.paragraphs[0], exact=False)
            cell.paragraphs[0].paragraph_format.space_before = cell.paragraphs[0].paragraph_format.space_after = Pt(3)
            _write(cell.paragraphs[0], said, font, SIZE_4)


def _grid(word: Word, widths: Sequence[int]) -> Table:
    """An empty table with columns of these millimetres, a little below the text."""
    word.paragraphs[-1].paragraph_format.space_after = Pt(8)
    table: Table = word.add_table(rows=0, cols=len(widths), style="Table Grid")
    table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    return table


def _row(table: Table) -> list[Any]:
    """The cells of one more row, which no page divides."""
    row = table.add_row()
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    return list(row.cells)


def _rows(word: Word) -> None:
    """One table row for each line of 明细; docxtpl's `tr` repeats the row between its marks."""
    table = _grid(word, [width for _, width in COLUMNS])
    progress = "{{ 件.情况 }}{% if 件.进度 %}（进度{{ 件.进度 }}）{% endif %}{% if 件.问题 %}问题：{{ 件.问题 }}{% endif %}"
    said = {name: f"{{{{ 件.{name} }}}}" for name in ROWS["明细"]} | {"情况": progress}
    for texts in (
        [name for name, _ in COLUMNS],
        ["{%tr for 件 in 明细 %}", *[""] * (len(COLUMNS) - 1)],
        [said[name] for name, _ in COLUMNS],
        ["{%tr endfor %}", *[""] * (len(COLUMNS) - 1)],
    ):
        for cell, (_, width), text in zip(_row(table), COLUMNS, texts, strict=True):
            cell.width = Mm(width)
            _shape(cell.paragraphs[0], exact=False)
            cell.paragraphs[0].paragraph_format.space_before = cell.paragraphs[0].paragraph_format.space_after = Pt(2)
            _write(cell.paragraphs[0], text, SONG, Pt(10.5))
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # it stands again on each page


def _signed(word: Word) -> None:
    """Issuer above date, both about one axis, the date four characters from the right (7.3.5.1)."""
    axis = Mm(156) - int(7.75 * SIZE_3)  # a date is 7.5 characters wide
    lines = [_line(word, f"\t{text}") for text in ("{{ 发文机关 }}", "{{ 成文日期 }}")]
    for line in lines:
        line.paragraph_format.tab_stops.add_tab_stop(axis, WD_TAB_ALIGNMENT.CENTER)
    for line in word.paragraphs[-3:-1]:  # the date never stands alone on a page (7.3.5)
        line.paragraph_format.keep_with_next = True
    lines[0].paragraph_format.space_before = Pt(28)


def _imprint(word: Word, copied: str) -> None:
    """版记 (7.4): to whom copies go, who printed it and when; thick lines around it, a thin one within."""
    copies = _line(word, f"　抄送：{copied}。", size=SIZE_4)
    copies.paragraph_format.space_before = Pt(28)
    copies.paragraph_format.keep_with_next = True
    _edge(copies, "top", "000000", "8")
    printed = _line(word, "　{{ 发文机关 }}办公室\t{{ 成文日期 }}印发", size=SIZE_4)
    printed.paragraph_format.tab_stops.add_tab_stop(Mm(156) - SIZE_4, WD_TAB_ALIGNMENT.RIGHT)
    _edge(printed, "top", "000000", "6")
    _edge(printed, "bottom", "000000", "8")


def _page_numbers(word: Word) -> None:
    """— 1 — 7 mm below the text, outside: on the right of odd pages, on the left of even ones (7.5)."""
    word.settings.odd_and_even_pages_header_footer = True
    section = word.sections[0]
    section.footer_distance = Mm(20)
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    odd.alignment, odd.paragraph_format.right_indent = WD_ALIGN_PARAGRAPH.RIGHT, SIZE_4
    even.alignment, even.paragraph_format.left_indent = WD_ALIGN_PARAGRAPH.LEFT, SIZE_4
    for foot in (odd, even):
        _write(foot, "— ", NUMERALS, SIZE_4)
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "PAGE")
        field.append(_write(foot, "1", NUMERALS, SIZE_4)._element)
        foot._element.append(field)
        _write(foot, " —", NUMERALS, SIZE_4)
