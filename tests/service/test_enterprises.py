"""企业: whose business one is, what its page tells, and how it is found."""

from lxml import html

from tests.scenarios.ways import found
from workflows import people

NAMES = {"乙镇木家具厂", "丙村液化气换瓶点", "丁村面馆"}
SEES = {  # the furniture works, the gas point and the noodle shop: an industrial one and two of gas, two in 丙村 and one in 丁村
    "changzhang": {"乙镇木家具厂"},
    "cunwei": {"乙镇木家具厂", "丙村液化气换瓶点"},
    "cunwei2": {"丁村面馆"},
    "banshi1": NAMES,
    "xianban": NAMES,
    "zhujian": {"丙村液化气换瓶点", "丁村面馆"},
    "genzong2": set(),
    "sheji": set(),
}


def listed(page):
    return {link.text_content() for link in html.fromstring(page).xpath("//tbody//a")}


def test_whose_business_an_enterprise_is(signed_in):
    """Domain 2.1: by region and industry, as with its hazards; its own people see it alone."""
    assert {login: listed(signed_in(login).get("/enterprises").text) for login in SEES} == SEES


def test_one_is_found_by_name_or_code(signed_in, town):
    browser = signed_in("banshi1")
    with town.reading() as session:
        works = people.find_unit_named(session, "乙镇木家具厂")
    for search in ("家具", works.uscc):
        assert listed(browser.get("/enterprises", query_string={"q": search}).text) == {"乙镇木家具厂"}
    assert "没有符合条件的企业" in browser.get("/enterprises?q=%25").text


def test_its_page_tells_what_was_found_there_as_far_as_one_may_see(signed_in, town, driver):
    """And leads there and back; a unit that is no enterprise has no such page."""
    hazard = found(driver)
    with town.reading() as session:
        works, village = (people.find_unit_named(session, name).id for name in ("乙镇木家具厂", "丙村"))
    page = signed_in("banshi1").get(f"/enterprises/{works}").text
    assert all(told in page for told in ("在这里发现的隐患（1 件）", f"/hazards/{hazard}", "木家具厂厂长"))
    assert f"/enterprises/{works}" in signed_in("banshi1").get(f"/hazards/{hazard}").text
    assert [signed_in(login).get(f"/enterprises/{works}").status_code for login in ("cunwei2", "zhujian")] == [404, 404]
    assert signed_in("banshi1").get(f"/enterprises/{village}").status_code == 404
