"""Markup in whatever people type, and formulas in whatever is written into a sheet: shown as text, never run."""

import io
import re
import zipfile

import pytest
from lxml import html
from openpyxl import load_workbook

from service import forms, sheets
from service.demo import PASSWORD
from tests.scenarios.ways import found
from workflows import clock, people, sectors, staffing
from workflows.engine import Subject, definitions, tasks

MARKUP = "\"><img src=x onerror=alert(1)></textarea>'{{7*7}}"
FORMULAS = ["=1+1", "+86", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0"]


def typed(schema, text=MARKUP):
    """This text in every field of a form that takes any."""
    fields = {key: field for key, field in schema["properties"].items() if forms.kind_of(field) in ("text", "line")}
    return {key: text for key, field in fields.items() if _takes(field, text) and not {"pattern", "x-visible-when"} & field.keys()}


def _takes(field, text):
    return field.get("minLength", 0) <= len(text) <= field.get("maxLength", len(text))


def holds(answer):
    """How often a page shows the markup; it fails if any of it became an element."""
    assert answer.status_code in (200, 422), answer.status_code
    page = html.fromstring(answer.text)
    assert page.xpath("//img[@src='x'] | //*[@onerror]") == []
    assert "49" not in re.findall(r"textarea>'(\w+)", page.text_content())
    said = page.text_content() + "".join(page.xpath("//@value | //@title | //@aria-label"))
    return said.count("<img src=x onerror=alert(1)>")


@pytest.fixture
def case(driver):
    """A hazard brought to its archive, with markup in every free text of every form on the way; and who did what."""
    hazard = found(driver, **typed(_report(driver)))
    done = []
    for _ in range(40):
        waiting = [each for each in driver.open_tasks(hazard) if not each.element_id.startswith("feedback")]
        if not waiting:
            break
        with driver.database.reading() as session:
            text = typed(tasks.schema(session, waiting[0]))
        driver.complete(waiting[0], **text)
        done.append((waiting[0].id, len(text)))
    return hazard, done


def _report(driver):
    with driver.database.reading() as session:
        schema = definitions.get(session, "hazard_closed_loop").forms["report"]
    return {"properties": {key: schema["properties"][key] for key in ("description", "cause")}}


def test_what_was_typed_on_the_way_is_shown_as_text(case, driver, signed_in):
    """On the hazard's page, in its dossier, in the lists, in the record, and on the page of each task that is done."""
    hazard, done = case
    assert sum(number for _, number in done) > 15
    office = signed_in("banshi1")
    assert holds(office.get(f"/hazards/{hazard}")) > 15
    assert holds(office.get(f"/hazards/{hazard}/dossier")) > 0
    for address in ("/hazards", "/ledger", "/done", "/"):
        holds(office.get(address))
    holds(signed_in("shenji").get(f"/audit?subject=hazard&id={hazard}"))
    with driver.database.reading() as session:
        by = {each.task_id: people.get(session, each.by).login for each in tasks.submissions(session, Subject("hazard", hazard)) if each.task_id}
    browsers = {login: signed_in(login) for login in set(by.values())}
    assert sum(holds(browsers[by[task]].get(f"/tasks/{task}")) > 0 for task, number in done if number) > 8
    with zipfile.ZipFile(io.BytesIO(office.get(f"/hazards/{hazard}/dossier.zip").data)) as packed:
        pages = [packed.read(name).decode() for name in packed.namelist() if name.endswith(".html")]
    assert not [page for page in pages if "<img src=x" in page]


def test_what_is_typed_is_there_again_as_text(driver, signed_in):
    """On the form that is refused, in its draft, and in the list of drafts."""
    browser = signed_in("zhifa1")
    fields = "subject_name address description cause interim_measures inspectors certificate tip_ref superior_doc_no uscc geo".split()
    data = {"draft_key": "a-draft-of-mine", "subject_on_file": "false", **dict.fromkeys(fields, MARKUP)}
    assert holds(browser.submit("/hazards/new", data)) > 5
    browser.submit("/hazards/drafts", data, page="/hazards/new")
    assert holds(browser.get("/hazards/new?draft=a-draft-of-mine")) > 5
    assert holds(browser.get("/hazards/new")) > 0
    for address in ("/?q={}", "/hazards?q={}", "/ledger?q={}"):
        assert holds(signed_in("zhuren").get(address.format("%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E"))) > 0


def test_names_are_text(town, signed_in):
    """Of persons, units and industries, wherever they are listed or offered; and in the name's own masthead."""
    with town.transaction() as session:
        above = people.find_unit_named(session, "丙村")
        more = {"subject_type": "NINE_SMALL", "sector_code": "GAS", "address": MARKUP}
        unit = staffing.add_unit(session, "ENTERPRISE", MARKUP, above.region_code, parent=above, **more)
        person = staffing.add_person(session, MARKUP[:40], "markup", PASSWORD)
        staffing.appoint(session, person, "ENT_HEAD", unit, clock.today())
    administrator = signed_in("guanli")
    for address in ("/admin/enterprises", "/admin/persons", f"/admin/units/{unit.id}", f"/admin/persons/{person.id}", f"/admin/units/{unit.id}/change"):
        assert holds(administrator.get(address)) > 0, address
    assert holds(signed_in("zhifa1").get("/hazards/new")) > 0
    assert holds(signed_in("markup").get("/")) > 0
    assert holds(signed_in("anquan").get("/admin/appointments?q=img")) > 0


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_sheet_is_a_formula(tmp_path, formula):
    """In every column, head and note of what the house writes; a spreadsheet reads a text."""
    file = tmp_path / "sheet.xlsx"
    sheets.write(file, name="表", notes=[formula], heads=[(formula, 9)] * 3, rows=[[formula, 1, formula]])
    cells = [cell for row in load_workbook(file).active.iter_rows() for cell in row if cell.value is not None]
    assert len(cells) == 7
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not [cell.value for cell in cells if cell.data_type == "s" and not cell.value.startswith("'")]


def test_no_choice_of_the_roster_is_a_formula(town, signed_in):
    """An industry may be called anything; the workbook to fill in offers its name as a text."""
    with town.transaction() as session:
        sectors.add(session, "=1+1", by=1)
    book = load_workbook(io.BytesIO(signed_in("guanli").get("/admin/import/template.xlsx").data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "=1+1" in {cell.value for cell in cells}
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
