"""节假日: what an administrator enters reaches every term; what no calendar knows is marked, and counted anew (domain 8.3)."""

from datetime import date

import pytest
from sqlalchemy import text

from tests.scenarios.ways import found
from tests.service.inspector import faults_of
from workflows import calendars, clock, steps
from workflows.errors import Invalid

NOTICE = "国办发明电〔2026〕7号"


@pytest.fixture
def browser(signed_in, clock_at):
    """The system administrator on the last Wednesday of a year whose next one is not built in."""
    clock_at("2026-12-30 09:00")
    return signed_in("guanli")


def parts(name, day):
    return {f"{name}.year": day.year, f"{name}.month": day.month, f"{name}.day": day.day}


def enter(browser, *, year=2027, **typed):
    given = {"off": "1月1日至3日、2-5至2-11", "work": "2月14日", "document": NOTICE, **typed}
    return browser.submit(f"/admin/calendar/{year}/enter", given)


def add(browser, kind, first, last=None, **typed):
    given = {"kind": kind, **parts("first", first), "name": "壮族三月三", "document": "自治区通知", **typed}
    return browser.submit("/admin/calendar/change", given | (parts("last", last) if last else {}))


def now(town):
    with town.reading() as session:
        return calendars.of(session)


def ordered(town):
    """How often the counting anew has been ordered."""
    where = "workflow_status" if town.is_sqlite else "dbos.workflow_status"
    with town.reading() as session:
        return session.scalar(text(f"select count(*) from {where} where name = 'terms.count_anew'"))


def test_a_term_into_a_year_nobody_knows_is_provisional_until_the_year_is_entered(town, driver, signed_in, clock_at):
    clock_at("2026-12-31 10:00")
    hazard_id, browser = found(driver), signed_in("guanli")
    driver.do(hazard_id, "register")
    (task,) = driver.open_tasks(hazard_id)
    assert clock.last_day(task.due_at) == date(2027, 1, 1)  # a Friday like any other, as long as nobody says more
    assert "暂算：2027年放假安排未录入" in task.due_source
    assert "暂算" in signed_in("zhuren").get("/").text
    assert "2027年的放假安排还没有录入" in browser.get("/admin/calendar").text
    assert enter(browser).status_code == 302
    assert ordered(town) == 1
    assert steps.count_anew(town) == 1
    (task,) = driver.open_tasks(hazard_id)
    assert clock.last_day(task.due_at) == date(2027, 1, 4)
    assert "暂算" not in task.due_source
    page = browser.get("/admin/calendar?year=2027").text
    assert NOTICE in page
    assert "已录入" in page
    assert "2027年的放假安排还没有录入" not in page


def test_a_term_keeps_the_parameter_it_began_under(browser, town, driver, clock_at):
    """Domain 10: a changed parameter is for what begins after it, however often terms are counted."""
    hazard_id = found(driver)
    (before,) = driver.open_tasks(hazard_id)
    clock_at("2026-12-30 09:30")
    changed = browser.submit("/admin/parameters/ZB2024/register_wd/change", {"value": "9", "reason": "人手不足。"})
    assert changed.status_code == 302
    assert steps.count_anew(town) == 1
    assert driver.open_tasks(hazard_id)[0].due_at == before.due_at


def test_local_days_hold_over_the_notice_and_can_be_taken_back(browser, town):
    day = date(2027, 4, 9)
    assert clock.is_working_day(day, now(town))
    assert add(browser, "OFF", day, date(2027, 4, 12)).status_code == 302
    assert not clock.is_working_day(day, now(town))
    enter(browser)
    assert not clock.is_working_day(day, now(town))
    assert add(browser, "USUAL", day, name="取消").status_code == 302
    assert clock.is_working_day(day, now(town))
    assert not clock.is_working_day(date(2027, 4, 12), now(town))
    assert add(browser, "WORK", date(2027, 1, 2)).status_code == 302
    assert add(browser, "USUAL", date(2027, 1, 2)).status_code == 302
    assert not clock.is_working_day(date(2027, 1, 2), now(town))  # as the notice has it
    page = browser.get("/admin/calendar?year=2027").text
    assert page.count("壮族三月三") == 3
    assert "guanli" not in page


def test_a_year_entered_again_replaces_its_notice(browser, town):
    enter(browser)
    enter(browser, off="1月1日", work="")
    assert clock.is_working_day(date(2027, 2, 5), now(town))
    assert not clock.is_working_day(date(2027, 2, 14), now(town))
    assert now(town).knows(date(2027, 6, 1))


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"off": "1月1日到13月3日"}, "off", "不是日期"),
        ({"off": "元旦"}, "off", "不是日期"),
        ({"off": "2月30日"}, "off", "不是日期"),
        ({"off": "1月3日至1日"}, "off", "不能早于"),
        ({"off": "2月5日至2月11日"}, "off", "元旦"),
        ({"work": "2月15日"}, "work", "不是周末"),
        ({"work": "1月3日"}, "work", "既填了放假又填了上班"),
        ({"off": "1月1日至6月1日"}, "off", "最多 31 天"),
        ({"document": ""}, "document", "依据"),
    ],
)
def test_a_notice_typed_wrongly_is_refused_and_kept_on_the_page(browser, town, typed, field, sentence):
    answer = enter(browser, **typed)
    assert answer.status_code == 422
    assert sentence in faults_of(answer.text)[field]
    assert "2月14日" in answer.text or "work" in typed
    assert not now(town).years
    assert ordered(town) == 0


def test_past_years_stay_as_they_were_counted(browser):
    answer = add(browser, "OFF", date(2025, 4, 9))
    assert answer.status_code == 422
    assert "过去年度" in faults_of(answer.text)["first"]
    assert browser.get("/admin/calendar/2025/enter").status_code == 404
    assert browser.get("/admin/calendar?year=1990").status_code == 404
    assert add(browser, "OFF", date(2027, 4, 9), date(2027, 4, 8)).status_code == 422


def test_a_built_in_year_shows_its_holidays(browser):
    page = browser.get("/admin/calendar?year=2026").text
    assert "系统内置" in page
    assert "2026年10月1日 周四" in page


def test_days_are_read_as_notices_write_them():
    wanted = [date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3), date(2027, 2, 28), date(2027, 3, 1)]
    for written in ("1月1日至3日，2月28日至3月1日", "1-1到1-3 2.28~3.1", "1/1、1/2、1/3；2月28日—3月1日"):
        assert calendars.read_days("off", 2027, written) == wanted
    with pytest.raises(Invalid):
        calendars.read_days("off", 2027, "1月1日和2日")
