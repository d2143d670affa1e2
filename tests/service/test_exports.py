"""Exports in the background: progress, one's own file for a day, and nothing half however it ends."""

from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html

from service import exports as pages
from service import ledger, sheets
from tests import make
from tests.domain.test_store import little_room
from tests.patience import wait_until
from tests.service.test_ledger import cells
from workflows import clock, exports, people, staffing
from workflows.engine import Subject, history, jobs


@pytest.fixture
def browser(signed_in, town):
    """An office clerk of a town with three hazards."""
    with town.transaction() as session:
        for number in range(3):
            make.hazard(session, subject_name=f"=主体{number}")
        make.hazard(session, sector="GAS")
    return signed_in("banshi1")


def order(browser, asked="?sector=INDUSTRY"):
    """Order an export; answers the address of its page."""
    answer = browser.submit(f"/ledger/exports{asked}", {}, page="/ledger/export")
    assert answer.status_code == 302
    return answer.location


def number_of(address):
    return int(address.rpartition("/")[2])


def row(town, address):
    with town.reading() as session:
        return session.get_one(exports.Export, number_of(address))


def test_an_export_is_written_by_a_job_and_fetched_by_its_orderer_alone(browser, town, signed_in):
    address = order(browser)
    waiting = html.fromstring(browser.get(address).text)
    assert waiting.xpath("//*[@id='progress']/@hx-trigger") == ["every 1s"]
    assert waiting.xpath("//progress/@max") == ["3"]
    assert browser.get(f"{address}/file").status_code == 404
    jobs.start(town, poll_seconds=0.1)
    try:
        wait_until(lambda: not row(town, address).is_in_hand)
    finally:
        jobs.stop()
    ready = html.fromstring(browser.get(address).text)
    assert not ready.xpath("//*[@hx-trigger='every 1s']")
    (file,) = ready.xpath("//a[@download]/@href")
    rows = cells(browser.get(file))
    assert [cell[1] for cell in rows[4:]] == ["'=主体0", "'=主体1", "'=主体2"]
    assert "工贸" in rows[1][0]
    for colleague in ("banshi2", "zhuren"):
        for path in (address, file):
            assert signed_in(colleague).get(path).status_code == 404
    with town.reading() as session:
        person = people.find_by_login(session, "banshi1")
        lines = history.lines(session, Subject("person", person.id))
    assert [line.body["number"] for line in lines if line.kind == "ledger_exported"] == [3]
    assert "已完成" in browser.get("/ledger/export").text


def test_a_file_is_kept_for_a_day(browser, town, clock_at):
    address = order(browser)
    pages.write(town, export_id=number_of(address))
    file = Path(row(town, address).file)
    assert exports.expire(town) == 0
    assert file.exists()
    with clock.travel(clock.now() + timedelta(hours=25)):
        assert exports.expire(town) == 1
    assert not file.exists()
    assert "文件已过期" in browser.get(address).text
    assert browser.get(f"{address}/file").status_code == 404


def test_a_cancelled_export_leaves_nothing(browser, town):
    address = order(browser)
    assert browser.submit(f"{address}/cancel", {}, page=address).status_code == 302
    pages.write(town, export_id=number_of(address))
    assert row(town, address).status == "CANCELLED"
    assert not Path(row(town, address).file).exists()
    assert browser.submit(f"{address}/cancel", {}, page="/ledger/export").status_code == 409


def test_a_writer_learns_that_it_was_cancelled(browser, town):
    """Cancelled while it is written: its next report is answered no, and what it finishes is thrown away."""
    address = order(browser)
    with town.transaction() as session:
        export = exports.begin(session, number_of(address))
    browser.submit(f"{address}/cancel", {}, page=address)
    with town.transaction() as session:
        assert not exports.report(session, export.id, 500)
        assert not exports.finish(session, export, 600)
    assert row(town, address).done == 0


def test_a_long_one_reports_as_it_goes_and_stops_where_it_is_told_to():
    reported = []

    def passed(number):
        reported.append(number)
        if number == 1000:
            raise pages.Cancelled

    rows = ledger._Counted(iter([("x",)] * 5000), passed)
    with pytest.raises(pages.Cancelled):
        list(rows)
    assert (reported, rows.number) == ([500, 1000], 1000)


def test_cut_off_it_is_written_again_from_the_beginning(browser, town):
    address = order(browser)
    file = Path(row(town, address).file)
    with town.transaction() as session:
        exports.begin(session, number_of(address))
        exports.report(session, number_of(address), 2)
    file.parent.mkdir(parents=True)
    file.with_suffix(".part").write_bytes(b"half")
    pages.write(town, export_id=number_of(address))
    pages.write(town, export_id=number_of(address))  # a job may run twice
    assert len(cells(browser.get(f"{address}/file"))) == 7
    assert not file.with_suffix(".part").exists()


def test_a_second_click_orders_nothing_and_a_fourth_order_waits(browser):
    first = order(browser)
    assert order(browser) == first
    others = [order(browser, "?sector=GAS"), order(browser, "")]
    assert len({first, *others}) == 3
    answer = browser.submit("/ledger/exports?source=SELF", {}, page="/ledger/export")
    assert answer.status_code == 409
    assert "已有 3 个导出" in answer.text


def test_who_may_see_the_ledger_no_more_gets_no_file(browser, town):
    """INV-16: what he may see when it is written counts, not what he saw when he ordered it."""
    address = order(browser)
    with town.transaction() as session:
        for held in staffing.of_person(session, row(town, address).person_id):
            staffing.end_appointment(session, held.appointment, clock.today() - timedelta(days=1), "调离", by=1)
    pages.write(town, export_id=number_of(address))
    assert (row(town, address).status, row(town, address).why) == ("FAILED", "您的岗位不能查看台账。")


def test_a_disk_that_takes_nothing_in_fails_the_export_with_a_sentence(browser, town):
    """The next order finds room again; before, the job would have been tried for a quarter of an hour, and counted as in hand."""
    address = order(browser)
    folder = Path(row(town, address).file).parent
    assert not folder.exists()
    folder.write_text("something else lies where the folder should be")
    pages.write(town, export_id=number_of(address))
    assert row(town, address).status == "FAILED"
    assert "可能已满" in browser.get(address).text
    folder.unlink()
    again = order(browser)
    pages.write(town, export_id=number_of(again))
    assert row(town, again).status == "READY"


def test_a_sheet_that_finds_no_room_is_an_error_of_the_system(tmp_path):
    """Not one of the library's, which nobody would catch."""
    with little_room(), pytest.raises(OSError, match="File too large"):
        sheets.write(tmp_path / "a.xlsx", name="台账", notes=[], heads=[("甲", 10)], rows=([f"{n}" * 400] for n in range(9000)))
