"""行业领域: a new industry needs no code, and what it routes goes its way at once (M034, M009)."""

import io

import pytest
from openpyxl import load_workbook

from tests.scenarios.ways import found
from tests.service.inspector import faults_of
from workflows import addresses, hazards, sectors
from workflows.errors import Conflict


@pytest.fixture
def browser(signed_in):
    return signed_in("guanli")


def add(browser, name="电动自行车"):
    return browser.submit("/admin/sectors/new", {"name": name})


def offered(town):
    with town.reading() as session:
        return {name: code for code, name in sectors.offered(session).items()}


def shop(browser, code):
    """A shop of an industry, entered as the administrator enters it."""
    given = {"name": "丙村电动车行", "region_code": "999901101201", "subject_type": "NINE_SMALL", "sector_code": code, "address": "村口"}
    return browser.submit("/admin/units/new/ENTERPRISE", given)


def test_a_new_industry_and_its_group_route_hazards_at_once(browser, town, driver, signed_in):
    """M034: added on a page, handled by a group that is added on a page; the next hazard of it goes to that group."""
    assert add(browser).status_code == 302
    code = offered(town)["电动自行车"]
    assert shop(browser, code).status_code == 302
    hazard_id = found(driver, at="丙村电动车行")
    with town.reading() as session:
        hazard = hazards.get(session, hazard_id)
        before = [unit.name for unit in addresses.units(session, hazard, "sector")]
    group = {"name": "乙镇电动自行车领导组", "region_code": "999901101000", "sectors": [code]}
    assert browser.submit("/admin/units/new/GROUP", group).status_code == 302
    with town.reading() as session:
        after = [unit.name for unit in addresses.units(session, hazard, "sector")]
    assert (before, after) == (["乙镇"], ["乙镇电动自行车领导组"])
    assert "乙镇电动自行车领导组" in browser.get("/admin/sectors").text
    for element in ("register", "confirm_registration"):
        driver.do(hazard_id, element)
    clerk = signed_in("banshi1")
    assert "电动自行车" in clerk.get(f"/hazards/{hazard_id}").text
    assert f"/hazards/{hazard_id}" in clerk.get(f"/ledger?sector={code}").text
    assert "电动自行车" in clerk.get(f"/ledger/export?sector={code}").text


def test_an_ended_industry_keeps_its_name_and_is_offered_no_more(browser, town, driver):
    add(browser)
    code = offered(town)["电动自行车"]
    shop(browser, code)
    hazard_id = found(driver, at="丙村电动车行")
    assert browser.submit(f"/admin/sectors/{code}/end", {"reason": "并入消防。"}).status_code == 302
    assert "电动自行车" not in offered(town)
    driver.do(hazard_id, "register")  # what bears it goes on
    refused = browser.submit("/admin/units/new/GROUP", {"name": "某领导组", "region_code": "999901101000", "sectors": [code]})
    assert "从列出的选项" in faults_of(refused.text)["sectors"]
    assert browser.submit(f"/admin/sectors/{code}/end", {"reason": "再停一次。"}, page="/admin/sectors/new").status_code == 409
    assert browser.submit(f"/admin/sectors/{code}/resume", {}).status_code == 302
    assert "电动自行车" in offered(town)
    page = browser.get("/admin/sectors").text
    for said in ("新增行业领域", "停用行业领域", "恢复行业领域", "并入消防。"):
        assert said in page


def test_names_are_unique_and_the_last_resort_stays(browser, town):
    assert "已有名为" in faults_of(add(browser, "消防").text)["name"]
    assert add(browser, "x").status_code == 422
    assert "不能停用" in faults_of(browser.submit("/admin/sectors/OTHER/end", {"reason": "不用了。"}).text)["reason"]
    assert browser.submit("/admin/sectors/FIRE/rename", {"name": "消防安全"}).status_code == 302
    assert offered(town)["消防安全"] == "FIRE"
    assert "消防 → 消防安全" in browser.get("/admin/sectors").text
    assert browser.get("/admin/sectors/NONE/end").status_code == 404
    with town.transaction() as session, pytest.raises(Conflict):
        sectors.resume(session, sectors.get(session, "FIRE"), by=1)


def test_the_workbook_offers_the_industries_on_file(browser):
    add(browser)
    book = load_workbook(io.BytesIO(browser.get("/admin/import/template.xlsx").data))
    assert "电动自行车" in [cell.value for row in book["选项"].iter_rows() for cell in row]
    assert "电动自行车" in "".join(str(row[3].value) for row in book["填写说明"].iter_rows())
