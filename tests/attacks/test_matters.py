"""Markup and formulas in every text of the forms beside the loop, wherever it is shown, published, printed or written out."""

import csv
import io
import zipfile
from datetime import date

import pytest
from openpyxl import load_workbook

from tests.attacks.test_markup import MARKUP, holds, typed
from tests.scenarios.test_bulletins import CHECKED, open_month, task_of
from tests.scenarios.ways import appoint, bring, found, state
from workflows import clock, daily, dispatch, documents, duties, hazards, people, staffing, urges
from workflows.engine import Subject, beginnings, definitions, tasks
from workflows.errors import Invalid

FORMULA = "=HYPERLINK(1)安全出口上锁，通道堆放货物。"
AGREE, ACCEPT = {"decision": "agree"}, {"decision": "accept"}


@pytest.fixture
def march(driver, clock_at):
    """Monday 2026-03-02, 9:00."""
    clock_at("2026-03-02 09:00")
    return driver


def begin(driver, hazard, key, login, **valid):
    """Begin a process about a hazard with markup in every text of its first form."""
    with driver.database.reading() as session:
        latest = definitions.get(session, key)
        version = definitions.version_of(session, latest.id, latest.sha256)
        texts = typed(version.forms[version.spec.first.properties["form"]])
    assert texts, key
    driver.begin(hazard, key, login, **{**texts, **valid})


def do(driver, hazard, element, login=None, **valid):
    """Do a task about a hazard with markup in every text of its form."""
    task = next(each for each in driver.open_tasks(hazard) if each.element_id == element)
    with driver.database.reading() as session:
        texts = typed(tasks.schema(session, task))
    driver.complete(task, login, **{**texts, **valid})


def hand_in(driver, ref, login, element="", **valid):
    """The same of the open task (at an element, where there are several) about anything else."""
    with driver.database.transaction() as session:
        caller = people.caller(session, driver.person(login))
        waiting = next(each for each in tasks.open_of(session, ref) if element in ("", each.element_id))
        task = tasks.get(session, waiting.id, caller)
        tasks.complete(session, driver.rules, task, caller, {**typed(tasks.schema(session, task)), **valid})


def test_what_is_typed_beside_the_loop_is_text_everywhere(march, signed_in, client):
    """Extension, change, listing, stop, resumption, reopening, unlisting, voiding: on the case, in the dossier, in each document."""
    appoint(march, "banshi1", "VILLAGE_LIAISON", "丙村")
    danger = {"immediate_danger": True, "interim_measures": MARKUP}
    hazard = bring(march, found(march, **danger), "rectify", issue_rectify={"due_date": "2026-03-31", "requirements": MARKUP})
    photo, now = [march.photo("place")], clock.now().isoformat()
    begin(march, hazard, "stop_order", "zhifa1", measures=["STOP"], partner=str(march.person("zhifa2")))
    do(march, hazard, "deputy_signs", **AGREE)
    do(march, hazard, "serve_stop", "changzhang", served="accept")
    begin(march, hazard, "extension", "changzhang", until_on="2026-04-20")
    for element in ("lead_opinion", "station_opinion", "office_opinion", "deputy_decision"):
        do(march, hazard, element, **AGREE)
    begin(march, hazard, "resumption", "changzhang", photos=photo)
    do(march, hazard, "check_resumption", "zhifa3", onsite_at=now, photos=photo, **AGREE)
    do(march, hazard, "deputy_decision", **AGREE)
    begin(march, hazard, "listing", "xianban", ground="OTHER", supervisor=_department(march), until_on="2026-09-30")
    do(march, hazard, "leader_decision", **AGREE)
    do(march, hazard, "publish_listing", channels=["web"])
    cadre = next(login for login in ("banshi1", "baocun") if march.person(login) != _territory(march, hazard))
    begin(march, hazard, "change_responsible", "zhuren", part="TERRITORY", territory_person=str(march.person(cadre)))
    do(march, hazard, "take_over", cadre, **ACCEPT)
    bring(march, hazard, "")
    begin(march, hazard, "unlisting", "yingji")
    do(march, hazard, "leader_decision", **AGREE)
    do(march, hazard, "publish_unlisting", channels=["web"])
    begin(march, hazard, "reopening", "zhanzhang", kind="FAILED", false_rectification=False, photos=photo)
    do(march, hazard, "deputy_decision", **AGREE)
    begin(march, hazard, "voiding", "zhifa1", kind="MISTAKE", photos=photo)
    office = signed_in("banshi2")
    assert holds(office.get(f"/hazards/{hazard}")) > 25
    holds(office.get(f"/hazards/{hazard}/dossier"))
    for address in ("/hazards", "/ledger", "/", "/board"):
        holds(office.get(address))
    holds(signed_in("shenji").get(f"/audit?subject=hazard&id={hazard}"))
    check = next(each.id for each in march.open_tasks(hazard) if each.element_id == "check_voiding")
    assert holds(signed_in("cunwei").get(f"/tasks/{check}")) > 5
    assert holds(client.get("/public/listed")) == 2
    assert _printed(march, hazard) >= 8


def _territory(driver, hazard):
    return state(driver, hazard).territory_person_id


def _department(driver):
    with driver.database.reading() as session:
        return str(people.find_unit_named(session, "甲县应急管理局").id)


def _printed(driver, hazard):
    """How many documents of a hazard there are; each holds what was typed as text, and no element of it."""
    with driver.database.reading() as session:
        made = documents.of(session, Subject("hazard", hazard))
    for row in made:
        documents.write(driver.database, driver.home, row.id)
        with driver.database.reading() as session:
            sha256 = documents.get(session, row.id).sha256
        with zipfile.ZipFile(driver.home / f"papers/{sha256[:2]}/{sha256}.docx") as packed:
            body = packed.read("word/document.xml").decode()
        assert "<img" not in body and "'49" not in body, row.kind
    return len(made)


def test_what_is_urged_answered_and_talked_of_is_text(march, signed_in, clock_at):
    """A directive's demand, receipt, answer and talk: on its pages, behind C10, on the case, in the dossier, in its document."""
    hazard = bring(march, found(march), "rectify", issue_rectify={"due_date": "2026-03-31"})
    clock_at("2026-04-23 00:01")
    march.sweep()
    with march.database.reading() as session:
        (urge,) = urges.of(session, hazards.get(session, hazard))
    hand_in(march, urge.ref, "shuji", "sign_directive")
    hand_in(march, urge.ref, "zhuren", "hold_talk", kind="CIRCULAR", against="UNIT", held_at=clock.now().isoformat())
    for element in ("receive_directive", "answer_directive"):
        hand_in(march, urge.ref, "changzhang", element)
    hand_in(march, urge.ref, "xianban", "copy_county")
    office = signed_in("banshi1")
    assert holds(office.get(f"/urges/{urge.id}")) > 4
    assert holds(office.get("/dispatch/entries?code=C10")) == 2
    for address in ("/urges?all=1", f"/hazards/{hazard}", f"/hazards/{hazard}/dossier", "/done"):
        holds(office.get(address))
    holds(signed_in("shenji").get(f"/audit?subject=hazard&id={hazard}"))
    assert _printed(march, hazard) == 3


def test_what_is_found_at_a_look_back_is_text(march, signed_in, clock_at):
    """On the list of draws, on the case and in its dossier, and in the application for the reopening that follows."""
    hazard = bring(march, found(march), "")
    clock_at("2026-04-30 00:50")
    daily.draw_look_backs(march.database)
    clock_at("2026-05-06 10:00")
    with march.database.reading() as session:
        verified = duties.of(session, hazards.get(session, hazard), "V")
    looker = next(login for login in ("zhifa1", "zhifa2", "zhifa3") if march.person(login) not in verified)
    seen = {"onsite_at": clock.now().isoformat(), "photos": [march.photo("look", number) for number in (1, 2)]}
    do(march, hazard, "look", looker, **seen, result="REBOUND", false_rectification=True)
    office = signed_in("zhuren")
    assert holds(office.get("/look-backs")) == 1
    assert holds(office.get(f"/hazards/{hazard}")) > 1
    holds(office.get(f"/hazards/{hazard}/dossier"))
    decide = next(each.id for each in march.open_tasks(hazard) if each.element_id == "deputy_decision")
    assert holds(signed_in("zhuren").get(f"/tasks/{decide}")) > 0
    _inquire(march)
    assert holds(signed_in("shuji").get("/inquiries/1")) > 4
    assert holds(signed_in("shenji").get("/audit?subject=inquiry&id=1")) == 0  # the auditor reads what was done, not what was said


def _inquire(driver):
    """The inquiry that the rebound began, with markup in whatever is typed, to its end."""
    appoint(driver, "cunwei2", "TOWN_DISCIPLINE", "乙镇")
    case = Subject("inquiry", 1)
    hand_in(driver, case, "shuji", decision="open")
    for element in ("inquire_enterprise", "inquire_leader", "inquire_liaison"):
        with pytest.raises(Invalid, match="不是姓名"):
            hand_in(driver, case, "cunwei2", element)
        hand_in(driver, case, "cunwei2", element, held="王五")
    hand_in(driver, case, "cunwei2", "conclude_inquiry")
    hand_in(driver, case, "shuji", **AGREE)


def test_a_month_and_a_week_show_and_publish_what_was_typed_as_text(march, signed_in, client, clock_at):
    """The bulletin's lists, wording, decision, public page and sheet; the weekly report and its pages."""
    with march.database.transaction() as session:
        above = people.find_unit_named(session, "丙村")
        more = {"subject_type": "NINE_SMALL", "sector_code": "GAS", "address": FORMULA}
        staffing.add_unit(session, "ENTERPRISE", "=1+1" + MARKUP, above.region_code, parent=above, **more)
        enterprise = people.find_unit_named(session, "=1+1" + MARKUP).id
    bring(march, found(march, at="=1+1" + MARKUP, description=FORMULA + MARKUP), "rectify")
    for address in ("/enterprises", f"/enterprises/{enterprise}"):
        assert holds(signed_in("banshi1").get(address)) > 0
    clock_at("2026-03-06 00:40")
    assert daily.collect_weeks(march.database) == 1
    week = Subject("weekly_report", 1)
    hand_in(march, week, "zhuren", **ACCEPT)
    assert holds(signed_in("zhuren").get("/thursdays/reports/1")) > 0
    bulletin = open_month(march, clock_at)
    hand_in(march, bulletin.ref, "banshi1", **CHECKED)
    assert task_of(march, bulletin) is not None
    assert holds(signed_in("banshi1").get(f"/bulletins/{bulletin.id}")) > 1
    hand_in(march, bulletin.ref, "zhuren", **ACCEPT)
    for address in ("/public/999901101000/2026-03", "/public?q=HYPERLINK"):
        assert holds(client.get(address)) > 0
    rows = list(csv.reader(io.StringIO(client.get("/public/999901101000/2026-03.csv").data.decode("utf-8-sig"))))
    assert any(FORMULA in cell for row in rows for cell in row)
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))] == []
    sheet = load_workbook(io.BytesIO(signed_in("zhuren").get("/ledger/export.xlsx").data)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert any(FORMULA in str(cell.value) for cell in cells)


def test_a_return_shows_what_was_typed_as_text(march, signed_in, clock_at):
    """What was entered by hand, why, and its correction: on the page of the return and of its records, and in its sheet."""
    clock_at("2026-03-20 09:00")
    daily.open_returns(march.database)
    with march.database.reading() as session:
        village = people.find_unit_named(session, "丙村")
        row = next(each for each, _ in dispatch.returns(session, village, "ZB2024", date(2026, 3, 25)))
    proof = [f"{march.photo('proof')}/证明.jpg"]
    hand_in(march, row.ref, "cunwei", C6a=3, proof=proof)
    hand_in(march, row.ref, "baocun", **AGREE)
    clock_at("2026-03-26 08:00")
    march.sweep()
    with march.database.transaction() as session:
        caller = people.caller(session, march.person("cunwei"))
        ask = {"C6a": 2, "reason": MARKUP, "proof": proof}
        beginnings.begin(session, march.rules, "return_correction", row.ref, caller, ask)
    hand_in(march, row.ref, "baocun", **AGREE)
    browser = signed_in("cunwei")
    assert holds(browser.get(f"/dispatch/returns/{row.id}")) > 2
    assert holds(browser.get("/dispatch/entries?code=C6a")) > 0
    sheet = load_workbook(io.BytesIO(browser.get(f"/dispatch/returns/{row.id}/form.xlsx").data)).active
    assert [cell.value for line in sheet.iter_rows() for cell in line if cell.data_type == "f"] == []
