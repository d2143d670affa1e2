"""公开: the page for everybody: no sign-in, no cookie, nothing that is not approved; and the pages of the office behind it."""

import csv
import io

import pytest
from lxml import html

from tests.scenarios.test_bulletins import CHECKED, open_month, publish, report, task_of
from workflows import people, staffing

TOWN = "999901101000"
FORMULA = "=HYPERLINK(1)出口上锁，无法疏散。"


@pytest.fixture
def month(driver, clock_at):
    """乙镇's bulletin for March 2026 with one hazard, drafted by nobody yet."""
    clock_at("2026-03-02 09:00")
    report(driver, "ENFORCE", FORMULA)
    return open_month(driver, clock_at)


def test_what_is_not_approved_never_shows(client, driver, month):
    """By address, in lists, in the search, as a sheet: 404 or nothing before the approval."""
    addresses = [f"/public/{TOWN}/2026-03", f"/public/{TOWN}/2026-03.csv", f"/public/{TOWN}/2026-03?version=1"]
    assert [client.get(each).status_code for each in addresses] == [404, 404, 404]
    assert "木家具厂" not in client.get("/public?q=家具").text.replace('value="家具"', "")
    publish(driver, month)
    assert [client.get(each).status_code for each in addresses] == [200, 200, 200]
    assert "乙镇木家具厂" in client.get("/public?q=家具").text


def test_it_says_whose_it_is_and_the_sign_in_leads_there(client, driver, month):
    """Whoever opens the bare address without a sign-in is no dead end."""
    assert 'href="/public"' in client.get("/sign-in").text
    assert html.fromstring(client.get("/public").text).xpath("string(//header//strong)") == "甲县"


@pytest.mark.parametrize("address", ["2026-13", "2026-00", "0000-01", "2026-03?version=2", "2026-03?version=x", "latest", "2026-3"])
def test_an_address_that_names_nothing_is_not_found(client, driver, month, address):
    publish(driver, month)
    assert client.get(f"/public/{TOWN}/{address}").status_code == 404
    assert client.get("/public/999901101/2026-03").status_code == 404


def test_anybody_reads_it_without_a_cookie_and_caches_may_keep_it(client, driver, month):
    """No session, the same headers as elsewhere, an entity tag; asked again, 304."""
    publish(driver, month)
    answer = client.get(f"/public/{TOWN}/2026-03")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"].startswith("public")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    again = client.get(f"/public/{TOWN}/2026-03", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert all(name in answer.text for name in ("隐患清单", "整改推进情况", "整改治理结果", "丙村", "2026年3月25日"))
    assert not [person for person in ("执法队员甲", "办公室经办甲", "副组长兼办公室主任") if person in answer.text]


def test_it_is_narrowed_by_village_and_words(client, driver, month):
    publish(driver, month)
    assert "乙镇木家具厂" in client.get(f"/public/{TOWN}/2026-03?village=999901101201").text
    for question in ("village=999901101202", "q=加油站", "q=%25", "q=_"):
        assert "本期没有符合条件的内容" in client.get(f"/public/{TOWN}/2026-03?{question}").text


def test_a_search_tells_each_hazard_once_as_it_stands_now(client, driver, month, clock_at):
    """The words stand in the list of March alone; what April told last is shown all the same, with a link to both months."""
    publish(driver, month)
    publish(driver, open_month(driver, clock_at, "2026-04-26 09:00"))
    rows = html.fromstring(client.get("/public?q=HYPERLINK").text).xpath("//tbody/tr")
    assert len(rows) == 1
    assert rows[0].xpath(".//li/a/text()") == ["2026年4月", "2026年3月"]
    assert "正在整改" in rows[0].text_content()
    assert FORMULA in rows[0].text_content()
    assert "没有查到" in client.get(f"/public?q=HYPERLINK&town={TOWN[:-1]}9").text


def test_the_sheet_runs_nothing(client, driver, month):
    """CSV, formula-injection safe, opened rightly by Excel."""
    publish(driver, month)
    answer = client.get(f"/public/{TOWN}/2026-03.csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert answer.mimetype == "text/csv"
    assert len(rows) == 4
    assert [row[0] for row in rows[2:]] == ["隐患清单", "整改推进情况"]
    assert rows[2][5] == f"'{FORMULA}"


def test_where_to_report_stands_on_the_page(client, signed_in, driver, month):
    """M055: set for each town by the administrator."""
    publish(driver, month)
    with driver.database.reading() as session:
        town = people.find_unit(session, "TOWN", TOWN)
    data = {"name": town.name, "report_phone": "12350", "report_email": "anquan@example.com"}
    assert "jubao@yizhen.example" in client.get("/public").text
    assert signed_in("guanli").submit(f"/admin/units/{town.id}/change", data).status_code == 302
    for address in ("/public", f"/public/{TOWN}/2026-03"):
        assert all(each in client.get(address).text for each in ("12350", "anquan@example.com"))
    with driver.database.transaction() as session:
        staffing.change_unit(session, people.get_unit(session, town.id), report_phone=None, report_email=None)
    assert "12350" not in client.get("/public").text


def test_the_office_sees_the_lists_beside_the_form_and_rewrites_a_line(signed_in, driver, month, clock_at):
    """The draft's page shows what the check found; a line is rewritten on a page of its own; a number comes back as 422."""
    clock_at("2026-03-26 09:00")
    second = report(driver, "ENFORCE", "出口上锁，电话13912345678。")
    later = open_month(driver, clock_at, "2026-04-26 09:00")
    publish(driver, month)
    browser, task = signed_in("banshi1"), task_of(driver, later)
    assert all(word in browser.get(f"/tasks/{task.id}").text for word in ("隐患清单", "手机号“13912345678”", "改写"))
    refused = browser.submit(f"/tasks/{task.id}", CHECKED)
    assert refused.status_code == 422
    assert "电话号码和身份证号不得公开" in refused.text
    address = f"/bulletins/{later.id}/hazards/{second}/wording"
    data = {"subject_name": "乙镇木家具厂", "text": "出口上锁，电话13912345678。"}
    assert browser.submit(address, data).status_code == 422
    assert browser.submit(address, {**data, "text": "安全出口上锁，无法疏散。"}).status_code == 302
    assert browser.submit(f"/tasks/{task.id}", CHECKED).status_code == 302
    approver = signed_in("zhuren")
    assert "安全出口上锁" in approver.get(f"/bulletins/{later.id}").text
    decide = task_of(driver, later)
    assert approver.submit(f"/tasks/{decide.id}", {"decision": "accept"}).status_code == 302
    assert approver.submit(f"/tasks/{decide.id}", {"decision": "accept"}, page="/").status_code == 409
    assert "安全出口上锁" in approver.get(f"/public/{TOWN}/2026-04").text


def test_a_correction_begins_from_the_month_and_only_when_there_is_something_to_correct(signed_in, driver, month):
    browser = signed_in("banshi1")
    button = f'action="/bulletins/{month.id}/correct"'
    assert button not in browser.get(f"/bulletins/{month.id}").text
    assert browser.submit(f"/bulletins/{month.id}/correct", {}, page="/").status_code == 409
    publish(driver, month)
    assert button in browser.get(f"/bulletins/{month.id}").text
    assert browser.submit(f"/bulletins/{month.id}/correct", {}, page=f"/bulletins/{month.id}").status_code == 302
    assert browser.submit(f"/bulletins/{month.id}/correct", {}, page="/").status_code == 409
    assert signed_in("zhifa1").get(f"/bulletins/{month.id}").status_code == 404
    assert signed_in("zhifa1").get("/bulletins").status_code == 403
