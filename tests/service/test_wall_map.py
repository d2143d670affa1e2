"""挂图作战 (AC-18, M080, M086–M088): phases and goals, quarters, and the map; each figure leads to its rows."""

import re
from datetime import date, timedelta

import pytest
from lxml import html

from tests import make
from tests.service.test_ledger import ELSEWHERE
from workflows import clock, goals, hazards, people
from workflows.phases import Phase


@pytest.fixture
def years(town, clock_at):
    """Found in 2023: five, two of them signed in time; in 2024 four (one voided), in early 2025 one; another town's is noise."""
    found = {
        "2023-06-01 09:00": [{"campaign": "ZD2023"}] * 5,
        "2024-03-04 09:00": [{"campaign": "ZB2024", "sector": "GAS"}] * 3 + [{"campaign": "ZB2024", "at": "VOIDED"}],
        "2025-02-03 09:00": [{"campaign": "ZB2024"}, {"campaign": "ZB2024", "region_code": ELSEWHERE}],
    }
    ids = []
    for moment, kinds in found.items():
        clock_at(moment)
        with town.transaction() as session:
            housing = people.find_unit_named(session, "甲县住建局").id
            kinds = [{"county_dept_id": housing if kind.get("sector") == "GAS" else None, **kind} for kind in kinds]
            due = clock.now() + timedelta(days=30)
            ids += [make.hazard(session, **{"at": "TOWN_APPROVED", "due_at": due, **kind}).id for kind in kinds]
    sign(town, clock_at, "2023-12-01 09:00", ids[:2])
    return ids


def sign(town, clock_at, moment, ids):
    clock_at(moment)
    with town.transaction() as session:
        for each in ids:
            make.sign(session, hazards.get(session, each))


def _id(town, name):
    with town.reading() as session:
        return people.find_unit_named(session, name).id


def goals_of(page):
    """{phase: (verdict, before, now)} of the table of phases."""
    found = {}
    for row in html.fromstring(page).xpath("//section[@aria-labelledby='stages-title']//tbody/tr"):
        cell = row.xpath("td[@data-label='目标']")[0]
        numbers = re.findall(r" (\d+) 件", cell.text_content()) or ["", ""]
        verdict = cell.xpath("string(.//*[contains(@class, 'tags')]/*)")
        found[row.xpath("string(td[1]/span/text())").strip()] = (verdict, *numbers)
    return found


@pytest.mark.parametrize(("left", "verdict"), [(0, "已达到"), (1, "未达到")])
def test_what_was_known_before_is_cleared_by_the_end_of_2024(years, town, signed_in, clock_at, left, verdict):
    """AC-18: three were open when the action began; one that is left after 2024-12-31 turns it red."""
    clock_at("2024-06-03 09:00")
    assert goals_of(signed_in("zhuren").get("/wall-map").text)["存量清零"] == ("进行中", "3", "3")
    sign(town, clock_at, "2024-12-30 09:00", years[2 : 5 - left])
    clock_at("2025-01-01 09:00")
    shown = goals_of(signed_in("zhuren").get("/wall-map").text)
    assert shown["存量清零"] == (verdict, "3", str(left))
    assert shown["动态清零常态化"][0] == "未开始"


def test_the_figures_of_a_year(years, signed_in, clock_at):
    """M087, M088: new ones beside the same days a year before, by quarter; what is open and late keeps 2026 from its goal."""
    clock_at("2026-02-02 09:00")
    page = signed_in("zhuren").get("/wall-map").text
    assert goals_of(page)["增量遏制"] == ("已达到", "3", "1")
    assert goals_of(page)["动态清零常态化"] == ("未达到", "7", "7")
    rows = html.fromstring(page).xpath("//section[@aria-labelledby='quarters-title']//tbody/tr")
    told = {row.xpath("string(th)"): [cell.text_content() for cell in row.xpath("td")] for row in rows}
    assert len(told) == 8
    assert told["2024年2季"] == ["0", "−100.0%", "−100.0%"]
    assert told["2025年1季"] == ["1", "—", "−66.7%"]
    before = goals_of(signed_in("zhuren").get("/wall-map?campaign=ZD2023").text)
    assert list(before) == ["动员部署", "企业自查自改和部门帮扶", "部门精准执法", "巩固提高"]


@pytest.mark.parametrize(("login", "number"), [("zhuren", 25), ("xianban", 25), ("zhujian", 10)])
def test_each_figure_leads_to_exactly_its_rows(years, signed_in, clock_at, login, number):
    """M080: the map says what the ledger says."""
    clock_at("2025-02-04 09:00")
    browser = signed_in(login)
    links = [
        link
        for query in ("", "?campaign=ZD2023")
        for link in html.fromstring(browser.get(f"/wall-map{query}").text).xpath("//a[starts-with(@href, '/ledger?')]")
    ]
    assert len(links) > number
    for link in links:
        page = html.fromstring(browser.get(link.get("href")).text)
        told = link.xpath("string(text()[normalize-space()][1])")
        assert page.xpath("string(//h2[@id='rows-title'])") == f"明细（{told} 件）", link.get("href")


def test_colours_are_said_in_words(years, signed_in, clock_at):
    """M080: red where something is late, amber where something is soon due, green otherwise; never by the colour alone."""
    clock_at("2024-04-02 09:00")
    rows = html.fromstring(signed_in("xianban").get("/wall-map").text).xpath("//table[contains(@class, 'lights')]/tbody/tr")
    lights = {row.findtext("th"): row.xpath("td/*[@class != 'light none']") for row in rows}
    told = {name: [(cell.get("class"), cell.findtext("small").split()[-1]) for cell in cells] for name, cells in lights.items()}
    mine = [("light amber", "黄"), ("light red", "红")]
    elsewhere = [("light green", "绿")]
    assert told == {"乙镇": mine, "丙村": mine, "未归乡镇的": elsewhere, "未归村的": elsewhere}


def test_departments_stand_beside_each_other(years, town, signed_in, clock_at):
    """挂图作战, by unit: what each of the county's departments follows; the ledger names the condition."""
    sign(town, clock_at, "2024-03-20 09:00", years[5:6])
    clock_at("2024-04-10 09:00")
    browser = signed_in("zhuren")
    rows = html.fromstring(browser.get("/wall-map").text).xpath("//section[@aria-labelledby='departments-title']//tbody/tr")
    told = [[cell.text_content().split()[0] for cell in row.xpath("td")] for row in rows]
    assert told == [["甲县住建局", "3", "1", "2", "2"]]
    assert "由甲县住建局跟踪" in browser.get(rows[0].xpath("td[2]/a/@href")[0]).text
    assert [browser.get(f"/ledger?department={other}").status_code for other in (999, _id(town, "乙镇木家具厂"))] == [404, 404]


def test_it_is_for_who_supervises(signed_in):
    """INV-16."""
    assert signed_in("changzhang").get("/wall-map").status_code == 403
    assert signed_in("guanli").get("/wall-map").status_code == 403
    assert 'href="/wall-map"' in signed_in("zhuren").get("/board").text


@pytest.mark.parametrize(
    ("goal", "before", "now", "on", "verdict"),
    [
        ("STOCK", 39, 39, "2024-12-31", goals.UNDER_WAY),
        ("STOCK", 39, 0, "2024-12-31", goals.MET),
        ("STOCK", 39, 1, "2025-01-01", goals.MISSED),
        ("INCREMENT", 5, 3, "2024-07-01", goals.UNDER_WAY),
        ("INCREMENT", 5, 5, "2025-01-01", goals.MISSED),
        ("INCREMENT", 0, 0, "2025-01-01", goals.MET),
        ("DYNAMIC", 8, 0, "2024-03-01", goals.MET),
        ("DYNAMIC", 8, 1, "2024-03-01", goals.MISSED),
        ("DYNAMIC", 8, 1, "2023-12-31", goals.TO_COME),
    ],
)
def test_verdicts(goal, before, now, on, verdict):
    """S4: cleared by the end of its year; less than a year before; never late."""
    phase = Phase(goal=goal, from_on=date(2024, 1, 1), to_on=date(2024, 12, 31))
    assert goals.verdict(phase, before, now, date.fromisoformat(on)) == verdict
