"""The ledger: what it counts and lists, for whom, and as Excel."""

import io
import re
import tracemalloc
import zipfile
from datetime import timedelta

import pytest
from lxml import html

from service import sheets
from tests import make
from workflows import clock, people
from workflows.engine import Subject, history

ELSEWHERE = "999901102201"  # a village of another town: noise


def figures(text):
    """{what: number} of the tiles above the list."""
    tiles = html.fromstring(text).xpath("//div[contains(@class, 'figures')]/*")
    return {"".join(tile.xpath("text()")).strip(): tile.findtext("b") for tile in tiles}


def listed(text):
    """The subjects in the list, in order."""
    return html.fromstring(text).xpath("//td[contains(@class, 'title')]/a/text()")


def cells(response):
    """The texts of an Excel file, row by row."""
    with zipfile.ZipFile(io.BytesIO(response.data)) as file:
        sheet = html.fromstring(file.read("xl/worksheets/sheet1.xml"))
    return [["".join(cell.itertext()) for cell in row.xpath("./*[local-name()='c']")] for row in sheet.xpath("//*[local-name()='row']")]


@pytest.fixture
def fill(town):
    """`fill(at="CLOSED", number=3)` puts hazards into the ledger."""

    def make_some(number=1, **fields):
        with town.transaction() as session:
            return [make.hazard(session, **fields).id for _ in range(number)]

    return make_some


def test_ac_01_the_county_sum(fill, signed_in):
    """AC-01: 140 found, 42 by the enterprises, 98 by enforcement; 101 signed (31 + 70); 39 open; 72.14 %."""
    for source, signed, waiting in (("SELF", 31, 11), ("ENFORCE", 70, 28)):
        fill(signed, at="CLOSED", source=source)
        fill(waiting, at="RECTIFYING", source=source)
    fill(at="REPORTED")
    fill(2, at="VOIDED")
    for address in ("/ledger", "/board"):
        shown = figures(signed_in("xianban").get(address).text)
        assert (shown["发现"], shown["已完成整改（县签字）"], shown["已改待销"], shown["未销号"]) == ("140", "101", "0", "39")
    page = signed_in("xianban").get("/ledger").text
    assert figures(page)["整改率"] == "72.14%"
    rows = html.fromstring(page).xpath("//table[contains(@class, 'numbers')]//tr[td]")
    assert [[cell.text for cell in row.xpath("td")] for row in rows][:4] == [
        ["42", "31", "0"],
        ["98", "70", "0"],
        ["0", "0", "0"],
        ["0", "0", "0"],
    ]
    assert "误录核减 2 件" in page
    assert "明细（142 件）" in page  # what is voided keeps its number and its line


def test_ac_02_what_waits_for_the_signature_stands_apart(fill, signed_in, town):
    """AC-02: 106 of 112 signed, 6 approved by the town: 94.64 %, 6 apart; after six signatures 112 of 112, 100.00 %."""
    fill(106, at="CLOSED")
    waiting = fill(6, at="TOWN_APPROVED")
    browser = signed_in("fuxianzhang")
    for address in ("/ledger", "/board"):
        text = browser.get(address).text
        assert (figures(text)["已改待销"], figures(text)["已完成整改（县签字）"], "94.64%" in text) == ("6", "106", True)
    assert len(listed(browser.get("/ledger?status=awaiting").text)) == 6
    with town.transaction() as session:
        for hazard_id in waiting:
            make.sign(session, make.hazards.get(session, hazard_id))
    for address in ("/ledger", "/board"):
        text = browser.get(address).text
        assert (figures(text)["已改待销"], figures(text)["已完成整改（县签字）"], "100.00%" in text) == ("0", "112", True)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["关停", "超期", "加气", "面馆"]),
        ("q=加气", ["加气"]),
        ("sector=GAS", ["加气", "面馆"]),
        ("source=TIPOFF", ["面馆"]),
        ("status=closed", ["面馆"]),
        ("status=CLOSED", ["面馆"]),
        ("status=gone", ["关停"]),
        ("status=open", ["超期", "加气"]),
        ("term=late", ["超期"]),
        ("term=soon", ["加气"]),
        ("term=kept", ["面馆"]),
        ("term=missed", []),
        ("mark=listed", []),
        ("mark=blocked", []),
        ("age=7", ["超期", "加气"]),
        ("age=30", []),
        ("term=<script>&age=x&status=x&sector=x", []),
    ],
)
def test_filters(fill, signed_in, asked, found):
    now = clock.now()
    fill(at="CLOSED", subject_name="面馆", source="TIPOFF", sector="GAS", due_at=now + timedelta(days=9))
    fill(at="VERIFIED", subject_name="加气", sector="GAS", due_at=now + timedelta(days=2))
    fill(at="HANDED_OVER", subject_name="超期", due_at=now - timedelta(days=1))
    fill(at="DOWNGRADED", subject_name="关停")
    fill(at="REPORTED", subject_name="未编号")
    assert listed(signed_in("banshi1").get(f"/ledger?{asked}").text) == found


def test_the_region_is_picked_from_ones_own(fill, signed_in, town):
    fill(at="CLOSED", subject_name="丙村的")
    fill(at="CLOSED", subject_name="丁村的", region_code="999901101202")
    fill(at="CLOSED", subject_name="别镇的", region_code=ELSEWHERE)
    with town.reading() as session:
        village, county = people.units(session, "VILLAGE")[0], people.units(session, "COUNTY")[0]
    browser = signed_in("banshi1")
    assert listed(browser.get("/ledger").text) == ["丁村的", "丙村的"]
    page = browser.get(f"/ledger?unit={village.id}").text
    assert (listed(page), figures(page)["发现"]) == (["丙村的"], "1")
    assert browser.get(f"/ledger?unit={county.id}").status_code == 404
    assert browser.get("/ledger?unit=x").status_code == 404
    assert len(listed(signed_in("xianban").get(f"/ledger?unit={county.id}").text)) == 3


def test_nothing_out_of_scope_is_counted_listed_or_exported(fill, signed_in):
    """INV-16: of another village, another town, another industry."""
    fill(at="CLOSED", subject_name="外村的", region_code=ELSEWHERE)
    fill(at="CLOSED", subject_name="学校的", sector="SCHOOL")
    for login in ("cunwei2", "zhujian"):
        browser = signed_in(login)
        page = browser.get("/ledger").text
        assert (listed(page), figures(page)["发现"]) == ([], "0")
        assert "将导出 0 件" in browser.get("/ledger/export").text
        assert not [row for row in cells(browser.get("/ledger/export.xlsx")) if "的" in "".join(row[1:2])]


@pytest.mark.parametrize("login", ["changzhang", "sheji", "guanli", "shenji"])
@pytest.mark.parametrize("address", ["/ledger", "/ledger/export", "/ledger/export.xlsx"])
def test_the_ledger_is_not_for_everybody(signed_in, login, address):
    browser = signed_in(login)
    assert browser.get(address).status_code == 403
    assert 'href="/ledger"' not in browser.get("/").text


def test_pages_by_key_show_every_row_once(fill, signed_in):
    ids = fill(60)
    browser, address, seen = signed_in("banshi1"), "/ledger", []
    while address:
        page = html.fromstring(browser.get(address).text)
        seen += page.xpath("//td[contains(@class, 'title')]/a/@href")
        address = page.xpath("string(//a[@rel='next']/@href)")
    assert seen == [f"/hazards/{hazard_id}" for hazard_id in reversed(ids)]


def test_as_of_a_past_day(fill, signed_in, town, clock_at):
    """INV-12: what it was at 24:00 of that day, in totals, list and export; later changes do not reach back."""
    clock_at("2026-03-02 23:59")
    (first,) = fill(at="TOWN_APPROVED", subject_name="先登记的", due_at=clock.now())
    clock_at("2026-03-03 00:01")
    fill(at="RECTIFYING", subject_name="后登记的")
    with town.transaction() as session:
        make.sign(session, make.hazards.get(session, first))
    clock_at("2026-03-10 09:00")
    browser = signed_in("banshi1")
    page = browser.get("/ledger?as_of=2026-03-02").text
    assert listed(page) == ["先登记的"]
    assert (figures(page)["已改待销"], figures(page)["已完成整改（县签字）"]) == ("1", "0")
    assert "镇已审核" in html.fromstring(page).xpath("string(//table[contains(@class, 'cards')])")
    assert listed(browser.get("/ledger?as_of=2026年3月2日&status=closed").text) == []
    assert listed(browser.get("/ledger?as_of=20260302&term=late").text) == ["先登记的"]
    assert listed(browser.get("/ledger?as_of=2026-03-03&status=closed").text) == ["先登记的"]
    assert figures(browser.get("/ledger").text)["已完成整改（县签字）"] == "1"
    rows = cells(browser.get("/ledger/export.xlsx?as_of=2026-03-02"))
    assert [row[1] for row in rows[4:]] == ["先登记的"]
    assert "镇已审核" in rows[4]
    assert browser.get("/ledger?as_of=2026-13-40").status_code == 422
    assert browser.get("/ledger?as_of=gestern").status_code == 422


def test_now_and_the_facts_say_the_same(fill, town):
    """INV-12: the hazards' own rows and the facts, counted apart, agree."""
    for status in (*make.WAY[1:], "VOIDED", "DOWNGRADED", "MERGED"):
        fill(at=status)
    from workflows import ledger

    with town.reading() as session:
        now, then = ledger.count(session), ledger.count(session, as_of=clock.now())
    assert (now.rows, now.gone, now.listed) == (then.rows, then.gone, then.listed)
    assert (now.total.found, now.total.closed, now.total.awaiting, sum(now.gone.values())) == (10, 3, 3, 3)


def test_the_export_holds_texts_and_no_formula(fill, signed_in, town):
    fill(at="TOWN_APPROVED", subject_name="=1+1", description='=HYPERLINK("http://example.org","点我")', address="@SUM(A1)")
    fill(at="CLOSED", subject_name="+86", description="-2+3", address="  =cmd|' /C calc'!A0")
    browser = signed_in("banshi1")
    page = browser.get("/ledger/export")
    assert "将导出 2 件" in page.text
    answer = browser.get("/ledger/export.xlsx")
    assert answer.mimetype.endswith("sheet")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as file:
        assert b"<f>" not in file.read("xl/worksheets/sheet1.xml")
        assert "externalLink" not in "".join(file.namelist())
    rows = cells(answer)
    assert rows[3][:2] == ["编号", "主体名称"]
    assert [row[1] for row in rows[4:]] == ["'=1+1", "'+86"]
    assert not [cell for row in rows[4:] for cell in row if re.match(r"\s*[=+\-@]", cell)]
    assert "整改率 50.00%" in rows[2][0]


def test_an_export_stays_on_record(fill, signed_in, town):
    fill(3)
    signed_in("banshi1").get("/ledger/export.xlsx?sector=INDUSTRY")
    with town.reading() as session:
        person = people.find_by_login(session, "banshi1")
        lines = history.lines(session, Subject("person", person.id))
    assert [line.body["number"] for line in lines if line.kind == "ledger_exported"] == [3]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\n@x"])
def test_what_a_spreadsheet_would_run_is_made_harmless(text):
    assert sheets.harmless(text) == f"'{text}"
    assert sheets.harmless(f"x{text}") == f"x{text}"


def test_a_long_sheet_needs_no_memory(tmp_path):
    """A row is on disk before the next is asked for: 20,000 rows of 900 bytes are 18 MB, and never in memory together."""
    rows = ((f"{number:05d}", "隐" * 300) for number in range(20_000))
    tracemalloc.start()
    sheets.write(tmp_path / "long.xlsx", name="台账", notes=["x"], heads=[("a", 9), ("b", 9)], rows=rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000
