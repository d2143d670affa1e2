"""调度表: the form, what stands behind its cells, the month's returns, and the form as Excel."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from lxml import html

from tests import make
from tests.scenarios.test_dispatch import returned
from tests.scenarios.ways import bring, found
from tests.service.inspector import faults_of
from tests.service.test_ledger import listed
from tests.service.test_tasks import picture
from workflows import clock, daily


@pytest.fixture
def counted(town):
    """Hazards of several sources, signed and not, one listed, one of another campaign, one voided."""
    kinds = [
        {"at": "CLOSED", "source": "SELF"},
        {"at": "RECTIFYING", "source": "SELF"},
        {"at": "RECTIFYING", "source": "ENFORCE", "region_code": "999901101202"},
        {"at": "ARCHIVED", "source": "TIPOFF"},
        {"at": "VOIDED", "source": "ENFORCE"},
        {"at": "RECTIFYING", "source": "ENFORCE", "campaign": "ZD2023"},
    ]
    with town.transaction() as session:
        return [make.hazard(session, **{"campaign": "ZB2024", **kind}).id for kind in kinds]


@pytest.fixture
def june(driver, clock_at):
    """The window of 2023-06 is open."""
    clock_at("2023-06-20 09:00")
    daily.open_returns(driver.database)
    return driver


def cells_of(text):
    """{code: (value, address of its records)} of the form on a page."""
    page = html.fromstring(text)
    rows = page.xpath("//table[contains(@class, 'form31')]/tbody/tr[th[@scope='row']]")
    found = {row.xpath("string(th/small)").split()[0]: row.xpath("td[2]")[0] for row in rows}
    return {code: (cell.text_content(), (cell.xpath("a/@href") or [""])[0]) for code, cell in found.items()}


def test_the_form_counts_and_each_cell_leads_to_exactly_its_records(counted, signed_in):
    """Domain 5: A1…A10 of the running campaign; the link behind each lists as many rows as the cell says, also in the past."""
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    for login, total in (("xianban", 4), ("zhuren", 4), ("cunwei", 3)):
        browser = signed_in(login)
        shown = cells_of(browser.get("/dispatch").text)
        assert len(shown) == 31
        assert [shown[code][0] for code in ("A1", "A2", "A5", "A6")] == ["2", "1", "1", "1"]
        assert sum(int(shown[code][0]) for code in ("A1", "A3", "A5", "A7")) == total
        for value, address in shown.values():
            assert bool(address) == (value not in ("0", "0.00"))
            assert not address or len(listed(browser.get(address).text)) == int(value)
    assert signed_in("zhuren").get(f"/dispatch?as_of={tomorrow}").status_code == 422


def test_it_is_for_those_who_see_all_industries(counted, signed_in):
    """INV-16: the form is not split by industry, so a station, a department, an enterprise, an administrator see none."""
    for login in ("zhanzhang", "yingji", "changzhang", "guanli"):
        assert signed_in(login).get("/dispatch").status_code == 403
    assert signed_in("cunwei2").get("/dispatch?unit=1").status_code == 404
    assert 'href="/dispatch"' not in signed_in("yingji").get("/").text
    assert 'href="/dispatch"' in signed_in("cunwei").get("/").text


def test_the_excel_is_the_annex(counted, signed_in):
    """28 items in 31 rows, with the head the annex asks for."""
    book = openpyxl.load_workbook(io.BytesIO(signed_in("zhuren").get("/dispatch/form.xlsx").data))
    rows = [[str(value) for value in row if value is not None] for row in book.active.iter_rows(values_only=True)]
    texts = ["".join(row) for row in rows]
    assert rows[0][0] == "重大事故隐患专项排查整治进展情况调度表"
    assert all(any(word in text for text in texts) for word in ("填报单位：乙镇", "统计截止：", "填表人：", "审核人：", "版本："))
    items = {row[1]: row for row in rows if len(row) > 4 and row[1][:1] in "ABC" and row[1][1:2].isdigit()}
    assert len(items) == 31
    assert len({row[0] for row in items.values()}) == 28
    assert [items["A1"][4], items["A2"][4], items["C3b"][3]] == ["2", "1", "万元"]


def test_a_village_fills_in_on_the_page_and_what_is_wrong_comes_back(june, signed_in, clock_at):
    """P11 through pages: fill → freeze by the clock → the return's page, its list, its Excel."""
    hazard = found(june)
    bring(june, hazard, "issue_rectify")
    browser = signed_in("cunwei")
    task = html.fromstring(browser.get("/").text).xpath("//a[starts-with(@href, '/tasks/')]/@href")[0]
    wrong = browser.submit(task, {"B1": "3", "B2": "4"})
    assert wrong.status_code == 422
    assert "佐证" in faults_of(wrong.text)["proof"]
    assert 'value="4"' in wrong.text
    right = browser.submit(task, {"B1": "3", "B2": "1", "reason": "抽查记录三份。", "papers-proof": picture()})
    assert right.status_code == 302
    clock_at("2023-06-26 08:00")
    june.sweep()
    row, kept = returned(june, "丙村")
    browser = signed_in("cunwei")
    page = browser.get(f"/dispatch/returns/{row.id}").text
    assert "已定稿" in page
    assert kept.sha256[:12] in page
    shown = cells_of(page)
    assert [shown[code][0] for code in ("A3", "B1", "B2")] == ["1", "3", "1"]
    proof = html.fromstring(browser.get(shown["B1"][1]).text).xpath("//ul[@class='papers']//a/@href")
    assert browser.get(proof[0]).status_code == 200
    past = html.fromstring(page).xpath("//section[@aria-labelledby='past-title']//ul[@class='papers']//a/@href")
    assert past == proof
    assert signed_in("banshi1").get(past[0]).status_code == 200
    assert signed_in("cunwei2").get(past[0]).status_code == 404
    assert browser.get(past[0].replace("/return/", "/hazard/")).status_code == 404
    assert browser.get(past[0][:-64] + "0" * 64).status_code == 404
    assert len(listed(browser.get(shown["A3"][1]).text)) == 1
    assert "本期新增" in browser.get(f"/dispatch/returns/{row.id}/list").text
    assert browser.get(f"/dispatch/returns/{row.id}/form.xlsx").status_code == 200
    assert "首尾相接" in browser.get(f"/dispatch/returns/{row.id}?check=1").text
    assert signed_in("cunwei2").get(f"/dispatch/returns/{row.id}").status_code == 404
    assert browser.get(f"/dispatch?as_of={date(2023, 6, 25)}&campaign=ZD2023").status_code == 200


def test_what_was_registered_after_the_cut_stands_beside_the_form(june, signed_in, clock_at):
    """发现口径 (domain 5): on the page with a link to exactly those hazards, and on a sheet of its own."""
    hazard = found(june, found_at="2023-06-20T08:00:00+08:00")
    clock_at("2023-06-27 09:00")
    bring(june, hazard, "issue_rectify")
    browser, asked = signed_in("zhuren"), "as_of=2023-06-25&campaign=ZD2023"
    told = html.fromstring(browser.get(f"/dispatch?{asked}").text).xpath("//details[summary[contains(., '发现口径')]]")[0]
    assert [cell.text_content() for cell in told.xpath(".//tbody/tr[2]/td")] == ["0", "1", "1"]
    text = browser.get(told.xpath(".//td/a/@href")[0]).text
    assert (len(listed(text)), "2023年6月25日" in text, "以前发现、以后登记" in text) == (1, True, True)
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"/dispatch/form.xlsx?{asked}").data))
    rows = [row for row in book["发现口径"].iter_rows(values_only=True) if row[0] == "执法检查"]
    assert rows == [("执法检查", 0, 1, 1)]
    assert "<strong>发现口径" not in browser.get("/dispatch").text


def test_the_form_begins_with_what_the_unit_had(june, signed_in, clock_at):
    """Nobody copies last month's figures by hand: they stand in the form, fines in yuan, and unchanged they ask for no proof."""
    given = {"C3a": "2", "C3b": "500.5", "reason": "处罚决定书。", "papers-proof": picture()}
    browser = signed_in("banshi1")
    task = html.fromstring(browser.get("/").text).xpath("//a[starts-with(@href, '/tasks/')]/@href")[0]
    assert browser.submit(task, given).status_code == 302
    clock_at("2023-07-20 09:00")
    june.sweep()
    daily.open_returns(june.database)
    browser = signed_in("banshi1")
    links = html.fromstring(browser.get("/").text).xpath("//a[starts-with(@href, '/tasks/')][contains(., '7月')]/@href")
    shown = {field.name: field.value for field in html.fromstring(browser.get(links[0]).text).xpath("//input[@value]") if field.name}
    assert (shown["C3a"], shown["C3b"], shown["B1"]) == ("2", "500.5", "")
    assert browser.submit(links[0], {"C3a": "2", "C3b": "500.5"}).status_code == 302


def test_before_the_cut_there_is_no_list_and_no_sheet_of_it(june, signed_in):
    """A return for a month not yet cut: its page says so, its list and sheet are not there."""
    row, _ = returned(june, "丙村")
    browser = signed_in("cunwei")
    assert "到时自动定稿" in browser.get(f"/dispatch/returns/{row.id}").text
    for page in ("list", "form.xlsx"):
        assert browser.get(f"/dispatch/returns/{row.id}/{page}").status_code == 404
    assert browser.get(f"/matters/return/{row.id}/return_correction").status_code == 404


def test_a_correction_is_asked_for_on_the_page(june, signed_in, clock_at):
    """Refused with the sentence at the field, then begun once; the office of another unit finds no such button."""
    clock_at("2023-06-26 08:00")
    june.sweep()
    row, _ = returned(june, "丙村")
    browser, address = signed_in("cunwei"), f"/matters/return/{row.id}/return_correction"
    assert address in browser.get(f"/dispatch/returns/{row.id}").text
    assert address not in signed_in("banshi1").get(f"/dispatch/returns/{row.id}").text
    wrong = browser.submit(address, {"B1": "3", "reason": "漏报了三家。"})
    assert (wrong.status_code, "佐证" in wrong.text) == (422, True)
    done = browser.submit(address, {"B1": "3", "reason": "漏报了三家。", "papers-proof": picture()})
    assert done.status_code == 302
    assert browser.get(address).status_code == 404
