"""文书: made of the record under a number, written by a job, never changed; templates an office may replace."""

import io
import zipfile

import pytest
from docx import Document as Word
from lxml import html

from tests.scenarios.ways import bring, found, state
from workflows import documents
from workflows.documents import templates
from workflows.engine import history


@pytest.fixture
def hazard(driver, clock_at):
    """A hazard under time-limited rectification, ordered on 2026-03-02."""
    clock_at("2026-03-02 09:00")
    return bring(driver, found(driver, description="安全出口上锁，<通道> & 楼梯堆放货物。"), "rectify", issue_rectify={"due_date": "2026-03-31"})


def order(browser, hazard, kind):
    return browser.submit(f"/hazards/{hazard}/documents", {"kind": kind}, page=f"/hazards/{hazard}")


def rows(driver, hazard, kind=""):
    with driver.database.reading() as session:
        return documents.of(session, state(driver, hazard).ref, kind)


def write(driver, hazard):
    """What the background job does."""
    for row in rows(driver, hazard):
        documents.write(driver.database, driver.home, row.id)


def text_of(content):
    """The text of a docx, tables included."""
    word = Word(io.BytesIO(content))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in word.paragraphs), *cells])


def template(*lines):
    """A docx with these paragraphs."""
    word, written = Word(), io.BytesIO()
    for line in lines:
        word.add_paragraph(line)
    word.save(written)
    return written.getvalue()


def upload(browser, kind, content, name="模板.docx"):
    return browser.submit(f"/admin/documents/{kind}", {"file": (io.BytesIO(content), name)}, page="/admin/documents")


def test_an_order_is_made_once_and_says_what_the_record_says(signed_in, driver, hazard):
    """The loop has ordered it (③); a click makes no second document; the file bears its number and lies under its digest; the
    chain tells."""
    browser = signed_in("banshi1")
    assert [row.kind for row in rows(driver, hazard)] == ["HANDOVER", "RECTIFY_ORDER"]
    assert "正在生成" in browser.get(f"/hazards/{hazard}").text
    write(driver, hazard)
    write(driver, hazard)
    assert order(browser, hazard, "RECTIFY_ORDER").status_code == 302
    (row,) = rows(driver, hazard, "RECTIFY_ORDER")
    answer = browser.get(f"/documents/{row.id}")
    told = text_of(answer.data)
    assert row.no == "乙责改〔2026〕1号"
    for words in (row.no, "责令限期整改指令书", "安全出口上锁，<通道> & 楼梯堆放货物。", "2026年3月31日", "乙镇木家具厂"):
        assert words in told
    assert "{{" not in told
    with driver.database.reading() as session:
        assert history.verify(session, row.subject) == []


def test_another_deadline_makes_another_number_and_the_old_one_stays(signed_in, driver, hazard, clock_at):
    browser = signed_in("banshi1")
    write(driver, hazard)
    before = rows(driver, hazard, "HANDOVER")[0].sha256
    with driver.database.transaction() as session:
        from workflows import clock, hazards

        made = hazards.get(session, hazard)
        hazards.set_deadline(session, made, clock.end_of(made.due_on + clock.DAY), by=None, source="延期")
    order(browser, hazard, "HANDOVER")
    write(driver, hazard)
    first, second = rows(driver, hazard, "HANDOVER")
    assert (first.no, second.no) == ("乙安交〔2026〕1号", "乙安交〔2026〕2号")
    assert first.sha256 == before != second.sha256


def test_what_the_record_does_not_bear_is_not_offered(signed_in, driver, hazard):
    """No approval before the signature, no card before the deadline; who rectifies makes none."""
    page = signed_in("banshi1").get(f"/hazards/{hazard}").text
    assert html.fromstring(page).xpath("//select[@name='kind']/option/@value") == ["HANDOVER", "RECTIFY_ORDER"]
    assert order(signed_in("banshi1"), hazard, "CLOSURE").status_code == 422
    assert order(signed_in("changzhang"), hazard, "HANDOVER").status_code == 403


def test_the_loop_orders_what_belongs_to_its_steps(signed_in, driver, hazard, clock_at):
    """③ order, ⑧ opinion of each verification, ⑨ application, ⑫ approval (domain 3.3): the file is complete without a click."""
    driver.do(hazard, "rectify")
    driver.do(hazard, "verify", result="FAIL", opinion="通道仍有货物，未清空。")
    driver.do(hazard, "confirm_verification")
    bring(driver, hazard, "apply")
    clock_at("2026-03-03 09:00")
    driver.do(hazard, "apply")
    clock_at("2026-03-04 09:00")
    bring(driver, hazard, "")
    assert state(driver, hazard).status == "ARCHIVED"
    made = rows(driver, hazard)
    again = ["REINSPECTION", "REINSPECTION", "CLOSURE_APPLY", "CLOSURE"]
    assert [row.kind for row in made] == ["HANDOVER", "RECTIFY_ORDER", *again]
    write(driver, hazard)
    browser = signed_in("banshi1")
    told = [text_of(browser.get(f"/documents/{row.id}").data) for row in made]
    assert "不合格，继续整改" in told[2] and "合格，隐患已消除" in told[3]
    assert "整改完成并验收通过，申请销号。" in told[4] and "2026年3月3日" in told[4]
    assert "分管副县长" in told[5]
    assert not [text for text in told if "{{" in text or "None" in text]


@pytest.mark.parametrize("kind", documents.KINDS)
def test_the_delivered_templates_are_in_order(kind):
    """Each passes the check its replacement must pass, and the same data gives the same bytes."""
    given = documents.template_bytes("", kind, None)
    assert templates.fault(documents.KINDS[kind], given) is None
    told = templates.sample(documents.KINDS[kind])
    assert templates.fill(given, told) == templates.fill(given, told)


@pytest.mark.parametrize("kind", ["LETTER", "URGE_LETTER"])
def test_a_letter_has_the_form_of_a_letter(kind):
    """GB/T 9704-2012, 10.1: issuer and double red lines on the first page alone, which bears no number; the others do."""
    section = Word(io.BytesIO(templates.fill(documents.template_bytes("", kind, None), templates.sample(documents.KINDS[kind])))).sections[0]
    head, foot = section.first_page_header.paragraphs[0], section.first_page_footer.paragraphs[0]
    assert (head.text, foot.text) == ("【发文机关】", "")
    assert [style in part._p.xml for style, part in (("thickThinSmallGap", head), ("thinThickSmallGap", foot))] == [True, True]
    assert ["PAGE" in part.paragraphs[0]._p.xml for part in (section.footer, section.even_page_footer)] == [True, True]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["{{ 隐患描叙 }}"], "“隐患描叙”不存在"),
        (["{{ 编号.__class__ }}"], "“__class__”不存在"),
        (["{{ 编号.upper() }}"], "不能用的写法"),
        (["{% for 甲 in 编号 %}{{ 甲 }}{% endfor %}"], "不能用的写法"),
        (["{{ 编号|upper }}"], "不能用的写法"),
        (["{{ 编号 * 999999999 }}"], "不能用的写法"),
        (["{% if 编号 %}没有结尾"], "没有写完整"),
        (["{{ 编号"], "没有写完整"),
    ],
)
def test_a_template_with_a_wrong_field_is_refused_by_its_name(signed_in, lines, words):
    """The sentence names the field; nothing is in force."""
    browser = signed_in("guanli")
    answer = upload(browser, "HANDOVER", template(*lines))
    assert answer.status_code == 422
    assert words in answer.text
    assert "第 1 版" not in browser.get("/admin/documents").text


def test_no_docx_is_no_template(signed_in):
    browser = signed_in("guanli")
    assert "应为 docx" in upload(browser, "HANDOVER", b"%PDF-1.7 hello").text
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zip_:
        zip_.writestr("a.txt", "a")
    assert upload(browser, "HANDOVER", packed.getvalue()).status_code == 422
    assert upload(browser, "HANDOVER", b"", name="").status_code == 422


def test_a_replaced_template_fills_what_comes_after_it(signed_in, driver, hazard):
    """Per county, from now on; what was made before keeps its own."""
    office, browser = signed_in("banshi1"), signed_in("guanli")
    assert upload(browser, "HANDOVER", template("本县交办：{{ 编号 }}", "{% if 跟踪人 %}跟踪：{{ 跟踪人 }}{% endif %}")).status_code == 302
    assert "第 1 版" in browser.get("/admin/documents").text
    assert "本县交办：" in text_of(browser.get("/admin/documents/HANDOVER.docx").data)
    order(office, hazard, "HANDOVER")
    write(driver, hazard)
    first, second = (text_of(office.get(f"/documents/{row.id}").data) for row in rows(driver, hazard, "HANDOVER"))
    assert "经核定" in first
    assert second.startswith(f"本县交办：{state(driver, hazard).hazard_no}")
    assert signed_in("anquan").get("/admin/documents").status_code == 403
