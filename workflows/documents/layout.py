"""The delivered templates, drawn by GB/T 9704-2012: A4, 37 mm above, 28 mm left, 156 × 225 mm of text, 22 lines of size 3
FangSong; the issuer and the separator in red, the number with six-angled brackets, arabic dates.

Drawn here and not kept as files, so that a change of wording can be read. The fonts are those an office has; where one lacks,
Word and LibreOffice take another.
"""

import io
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from docx import Document
from docx.document import Document as Word
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph

from workflows.documents.kinds import KINDS, ROWS

SIZE_2, SIZE_3, SIZE_4 = Pt(22), Pt(16), Pt(14)
SONG, TITLE, HEI, KAI = "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312"
RED = RGBColor(0xD0, 0x1C, 0x1C)
LINE = Pt(28.95)  # 22 lines on 225 mm
SIGNER = "签发人：{{ 签发人 }}"
FACTS = ("编号", "主体", "地址", "行业领域", "隐患描述", "判定依据", "隐患来源")
TEXTS: dict[str, tuple[str, list[str]]] = {  # kind → (to whom, paragraphs: one before the table of the hazard, the others after)
    "HANDOVER": (
        "{{ 签收人 }}：",
        [
            "经核定，下列隐患属于重大事故隐患，现交由你们组织整改治理，由{{ 牵头责任人 }}牵头，按{{ 整改方式 }}办理，"
            "整改期限为{{ 整改期限 }}。",
            "整改要求：{{ 整改要求 }}",
            "请自收到之日起1个工作日内签收，每周四24:00前书面反馈整改治理情况，没有进展的也须反馈。",
        ],
    ),
    "LETTER": (
        "{{ 县有关部门 }}：",
        [
            "下列重大事故隐患已交属地和行业整改治理，现移交你单位跟踪管理。",
            "整改期限：{{ 整改期限 }}。牵头责任人：{{ 牵头责任人 }}。{% if 跟踪人 %}跟踪人：{{ 跟踪人 }}。{% endif %}",
            "请明确专人跟踪督办，指导整改，并在销号前出具意见。",
        ],
    ),
    "RECTIFY_ORDER": (
        "{{ 主体 }}：",
        [
            "经查，你单位存在下列重大事故隐患。依据《中华人民共和国安全生产法》有关规定，现责令你单位于{{ 整改期限 }}前整改完毕，"
            "达到有关法律法规和标准的要求。",
            "整改要求：{{ 整改要求 }}",
            "整改期间应当落实责任人、措施、资金、期限和应急预案，并在现场醒目位置公示。整改完毕后提出复查申请。"
            "如不服本指令，可以依法申请行政复议或者提起行政诉讼。",
        ],
    ),
    "REINSPECTION": (
        "{{ 主体 }}：",
        [
            "根据你单位的完工报告（{{ 完成方式 }}），{{ 验收时间 }}对下列重大事故隐患的整改情况进行了现场复查。",
            "复查结论：{{ 验收结论 }}",
            "复查意见：{{ 验收意见 }}",
            "复查人员：{{ 验收人 }}",
        ],
    ),
    "CLOSURE_APPLY": (
        "{{ 镇 }}专项行动领导组：",
        ["下列重大事故隐患已{{ 完成方式 }}并经验收合格，现申请销号。", "整改小结：{{ 整改小结 }}", "申请人：{{ 牵头责任人 }}"],
    ),
    "CLOSURE": (
        "{{ 县 }}人民政府：",
        [
            "下列重大事故隐患已{{ 完成方式 }}，经验收合格，报请审批销号。",
            "整改小结：{{ 整改小结 }}",
            "镇审核意见：{{ 镇审核意见 }}",
            "县跟踪意见：{{ 县跟踪意见 }}",
            "县政府分管领导意见：{{ 县领导意见 }}",
            "签署校验值：{{ 签署校验值 }}",
        ],
    ),
    "LISTING": (
        "{{ 主体 }}、{{ 镇 }}人民政府：",
        [
            "经研究，决定对下列重大事故隐患挂牌督办。",
            "挂牌事由：{{ 挂牌事由 }}。{{ 挂牌理由 }}",
            "责任单位：{{ 主体 }}。督办单位：{{ 督办单位 }}。督办期限：{{ 督办期限 }}。",
            "督办要求：{{ 督办要求 }}",
            "责任单位应当落实整改的责任人、措施、资金、期限和应急预案，督办单位应当跟踪督促。整改完成，经验收合格并由县政府"
            "分管领导签字销号后，解除挂牌督办。",
        ],
    ),
    "UNLISTING": (
        "{{ 主体 }}、{{ 镇 }}人民政府：",
        [
            "{{ 挂牌日期 }}挂牌督办的下列重大事故隐患，经研究，决定自即日起解除挂牌督办。",
            "解除理由：{{ 解除理由 }}",
        ],
    ),
    "STOP_ORDER": (
        "{{ 主体 }}：",
        [
            "{{ 检查人员 }}对你单位进行了现场检查，发现下列重大事故隐患。",
            "该隐患整改前或者整改过程中无法保证安全：{{ 现实危险 }}",
            "依据《中华人民共和国安全生产法》{{ 法律依据 }}，现决定采取以下现场处理措施：{{ 处理措施 }}。范围：{{ 停产范围 }}",
            "重大事故隐患排除后，应当书面申请，经现场审查同意，方可恢复生产经营和使用。",
            "如不服本决定，可以依法申请行政复议或者提起行政诉讼，但复议、诉讼期间不停止执行。",
        ],
    ),
    "RESUMPTION": (
        "{{ 主体 }}：",
        [
            "你单位关于下列重大事故隐患恢复生产的申请收悉。",
            "申请理由：{{ 申请理由 }}",
            "{{ 审查时间 }}经现场审查，危险已消除。审查意见：{{ 审查意见 }}",
            "审批意见：{{ 审批意见 }}",
            "经审查同意，自即日起可以恢复生产经营和使用。隐患仍应按期整改，经验收合格并由县政府分管领导签字后销号。",
        ],
    ),
    "URGE_CARD": ("{{ 受文人 }}：", ["{{ 督促事由 }}。请抓紧办理，并自收到之日起2个工作日内回复。{{ 督促要求 }}", SIGNER]),
    "URGE_ORDER": (
        "{{ 受文人 }}：",
        ["{{ 督促事由 }}，现予督办。请立即组织办理，并自收到之日起2个工作日内书面回复。{{ 督促要求 }}", SIGNER],
    ),
    "URGE_LETTER": (
        "{{ 受文人 }}：",
        ["{{ 督促事由 }}，督办后仍未办理到位。请督促办理，并自收到之日起2个工作日内书面回复。{{ 督促要求 }}", SIGNER],
    ),
    "URGE_DIRECTIVE": (
        "{{ 受文人 }}：",
        [
            "{{ 督促事由 }}，现责令立即办理到位，并自收到之日起2个工作日内书面回复；仍不办理的，依规约谈、通报，并建议挂牌督办、"
            "追究责任。{{ 督促要求 }}",
            SIGNER,
            "抄送：县专项领导组办公室",
        ],
    ),
}
REPORT = [
    "按照重大事故隐患周四反馈制度，现将{{ 周 }}这一周的整改治理情况报告如下。",
    "本周在办重大事故隐患{{ 在办 }}件，应报反馈{{ 应报 }}份，按时报送{{ 已报 }}份，补报{{ 补报 }}份，漏报{{ 漏报 }}份。"
    "漏报的已督促补报，记录保留。逐件进展见下表。",
]
COLUMNS = (("序号", 10), ("编号", 34), ("主体", 26), ("责任人", 20), ("报送", 14), ("情况", 52))


@lru_cache
def delivered(kind: str) -> bytes:
    """The delivered template of a kind as a docx."""
    word = _page()
    if kind == "WEEKLY_REPORT":
        _report(word)
    else:
        _paper(word, kind)
    _page_number(word)
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
    to, paragraphs = TEXTS[kind]
    _mark(word, "{{ 发文机关 }}")
    _line(word, "{{ 发文字号 }}", at=WD_ALIGN_PARAGRAPH.CENTER)
    _rule(word)
    _line(word, KINDS[kind].title, TITLE, SIZE_2, at=WD_ALIGN_PARAGRAPH.CENTER, space=True)
    _line(word, to)
    _line(word, paragraphs[0], indent=2)
    _table(word, [(name, f"{{{{ {name} }}}}") for name in FACTS])
    for text in paragraphs[1:]:
        _line(word, text, indent=2)
    word.paragraphs[1 - len(paragraphs)].paragraph_format.space_before = Pt(8)
    _signed(word)


def _report(word: Word) -> None:
    """A report upwards (上行文): number on the left, who signs it on the right (GB/T 9704-2012, 7.2.6)."""
    _mark(word, "{{ 发文机关 }}文件")
    head = _line(word, "　{{ 发文字号 }}\t签发人：")
    head.paragraph_format.tab_stops.add_tab_stop(Mm(104))
    _write(head, "{{ 签发人 }}", KAI, SIZE_3)
    _rule(word)
    _line(word, "{{ 标题 }}", TITLE, SIZE_2, at=WD_ALIGN_PARAGRAPH.CENTER, space=True)
    _line(word, "{{ 主送 }}：")
    for text in REPORT:
        _line(word, text, indent=2)
    _rows(word)
    _line(word, "特此报告。", indent=2)
    _signed(word)
    _imprint(word)


def _mark(word: Word, text: str) -> None:
    """发文机关标志."""
    _line(word, text, TITLE, Pt(32), colour=RED, at=WD_ALIGN_PARAGRAPH.CENTER, space=True, exact=False)


def _line(
    word: Word,
    text: str,
    font: str = SONG,
    size: Pt = SIZE_3,
    *,
    colour: RGBColor | None = None,
    at: WD_ALIGN_PARAGRAPH | None = None,
    indent: int = 0,
    space: bool = False,
    exact: bool = True,
) -> Paragraph:
    made = word.add_paragraph()
    _shape(made, exact)
    if at is not None:
        made.alignment = at
    made.paragraph_format.first_line_indent = Pt(indent * size.pt)
    if space:
        made.paragraph_format.space_before = made.paragraph_format.space_after = Pt(14)
    _write(made, text, font, size, colour)
    return made


def _shape(paragraph: Paragraph, exact: bool) -> None:
    style = paragraph.paragraph_format
    style.space_before = style.space_after = Pt(0)
    if exact:
        style.line_spacing_rule, style.line_spacing = WD_LINE_SPACING.AT_LEAST, LINE


def _write(paragraph: Paragraph, text: str, font: str, size: Pt, colour: RGBColor | None = None) -> None:
    run = paragraph.add_run(text)
    run.font.name, run.font.size = "Times New Roman", size
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if colour is not None:
        run.font.color.rgb = colour


def _rule(word: Word) -> None:
    """The red line below number and signer."""
    _edge(word.paragraphs[-1], "bottom", "D01C1C", "12")


def _edge(paragraph: Paragraph, side: str, colour: str, width: str) -> None:
    borders = OxmlElement("w:pBdr")
    edge = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", width), ("space", "4"), ("color", colour)):
        edge.set(qn(f"w:{name}"), value)
    borders.append(edge)
    paragraph._element.get_or_add_pPr().append(borders)


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
            _write(cell.paragraphs[0], text, SONG, Pt(10.5))
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # it stands again on each page


def _signed(word: Word) -> None:
    """Issuer and date, four characters from the right."""
    for text in ("{{ 发文机关 }}", "{{ 成文日期 }}"):
        line = _line(word, text, at=WD_ALIGN_PARAGRAPH.RIGHT)
        line.paragraph_format.right_indent = Pt(4 * SIZE_3.pt)
    for line in word.paragraphs[-3:-1]:  # the date never stands alone on a page (GB/T 9704-2012, 7.3.5)
        line.paragraph_format.keep_with_next = True
    word.paragraphs[-2].paragraph_format.space_before = Pt(28)


def _imprint(word: Word) -> None:
    """版记: to whom copies go, who printed it and when."""
    copies = _line(word, "　抄送：{{ 抄送 }}。", size=SIZE_4)
    copies.paragraph_format.space_before = Pt(28)
    _edge(copies, "top", "000000", "8")
    printed = _line(word, "　{{ 发文机关 }}办公室\t{{ 成文日期 }}印发", size=SIZE_4)
    printed.paragraph_format.tab_stops.add_tab_stop(Mm(104))
    _edge(printed, "bottom", "000000", "8")


def _page_number(word: Word) -> None:
    """— 1 — below the text."""
    foot = word.sections[0].footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(foot, "— ", SONG, SIZE_4)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    foot._element.append(field)
    _write(foot, " —", SONG, SIZE_4)
