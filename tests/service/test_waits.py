"""Where cases wait: medians, what waits now, and what was done again, in the caller's scope."""

from datetime import date, timedelta

import pytest

from tests.scenarios.ways import found
from workflows import people, waits
from workflows.engine import definitions

PAGE = "/definitions/hazard_closed_loop/1/waits"


def hours(*counts):
    return [timedelta(hours=count) for count in counts]


@pytest.mark.parametrize(
    ("spans", "median", "most"),
    [((), None, None), ((5,), 5, 5), ((1, 2, 3, 4), 2, 4), ((9, 1, 5), 5, 9), (tuple(range(1, 11)), 5, 9)],
)
def test_nearest_rank(spans, median, most):
    """Half, and nine of ten, do not take longer."""
    assert [waits.at_share(hours(*spans), share) for share in (0.5, 0.9)] == [each and timedelta(hours=each) for each in (median, most)]


@pytest.fixture
def cases(driver, clock_at):
    """Two cases: registered after 2 and 4 hours; one sent back by the director and registered again after 6; it waits there."""
    clock_at("2026-03-02 09:00")
    first, second = found(driver), found(driver)
    clock_at("2026-03-02 11:00")
    driver.do(first, "register")
    driver.do(first, "confirm_registration", decision="redo", reason="请补充判定条款。")
    clock_at("2026-03-02 13:00")
    driver.do(second, "register")
    clock_at("2026-03-02 17:00")
    driver.do(first, "register")


def rows(driver, login, since=date(2026, 3, 1), until=date(2026, 3, 31)):
    with driver.database.reading() as session:
        caller, version = people.caller(session, driver.person(login)), definitions.get(session, "hazard_closed_loop")
        return {row.element_id: row for row in waits.of_version(session, caller, version, since=since, until=until)}


def test_medians_returns_and_what_waits(driver, cases):
    """Registration: 2, 4 and, after the return, 6 hours; two now wait for the director."""
    seen = rows(driver, "zhuren")
    register, director = seen["register"], seen["confirm_registration"]
    assert (register.done, register.median, register.most, register.again) == (3, *hours(4, 6), 1)
    assert (director.done, director.open, director.again) == (1, 2, 0)


def test_only_finished_in_the_period_and_in_scope_counts(driver, cases):
    """What was finished on another day is left out, what waits is not; a neighbour's county sees nothing of it."""
    later = rows(driver, "zhuren", since=date(2026, 3, 3))
    assert (later.get("register"), later["confirm_registration"].open) == (None, 2)
    assert rows(driver, "shenji") == {}


def test_the_page_shows_map_and_table_to_supervisors_only(signed_in, driver, cases):
    page = signed_in("zhuren").get(f"{PAGE}?since=2026-03-01&until=2026-03-31").text
    assert "bpmn-heat" in page
    assert "4小时" in page
    assert signed_in("zhifa1").get(PAGE).status_code == 403
    assert signed_in("zhuren").get(f"{PAGE}?since=gestern").status_code == 422
