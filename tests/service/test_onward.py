"""办完以后: whoever has handed something in is told what comes next and with whom the case lies; and no more than he may see."""

import pytest
from lxml import html

from service import labels
from tests.scenarios.test_extensions import ASK
from tests.scenarios.test_leaving import leave
from tests.scenarios.ways import bring, found
from tests.service.test_tasks import REGISTERED, task_id_of
from workflows import people


@pytest.fixture
def hazard_id(driver):
    """A reported hazard, waiting for its registration."""
    return found(driver, "cunwei", source="SELF")


def told(browser, address="/"):
    """What the next page says, as one line."""
    notices = html.fromstring(browser.get(address).text).xpath("//div[contains(@class, 'notice good')]")
    return "".join("".join(each.itertext()) for each in notices)


def hand_in(browser, driver, hazard_id, element, **data):
    """Do a task on its page."""
    assert browser.submit(f"/tasks/{task_id_of(driver, hazard_id, element)}", data).status_code == 302


def test_an_official_is_told_the_next_step_who_holds_it_and_until_when(signed_in, driver, hazard_id):
    """Once: who reloads the page is not told what was true before."""
    browser = signed_in("banshi1")
    hand_in(browser, driver, hazard_id, "register", **REGISTERED)
    said = told(browser)
    assert "“登记拟办”已提交：乙镇木家具厂" in said
    assert "下一步：主任核定，由乙镇领导组办公室主任（副组长兼办公室主任）办理，" in said
    assert said.endswith("前。\n  ")
    assert told(browser) == ""


def test_who_goes_on_himself_is_led_there(signed_in, driver, hazard_id):
    """Who registers it as director issues the handovers."""
    driver.do(hazard_id, "register", "banshi1")
    browser = signed_in("zhuren")
    hand_in(browser, driver, hazard_id, "confirm_registration", decision="accept")
    page = browser.get("/").text
    assert "下一步：移交一签发，仍由您办理" in page
    assert f'<a href="/tasks/{task_id_of(driver, hazard_id, "issue_rectify")}">接着办理</a>' in page


def test_a_case_that_is_over_says_so(signed_in, driver, hazard_id):
    driver.do(hazard_id, "register", "banshi1", **REGISTERED)
    browser = signed_in("zhuren")
    hand_in(browser, driver, hazard_id, "confirm_registration", decision="reject", reason="到现场核实，情况不属实。")
    assert "这项流程已经办结。" in told(browser)


def test_an_enterprise_is_told_the_post_and_not_who_holds_it(signed_in, driver, clock_at):
    """What is begun beside the loop goes its own way, and only that is told."""
    clock_at("2026-03-02 09:00")
    hazard_id = bring(driver, found(driver), "rectify", issue_rectify={"due_date": "2026-03-31"})
    browser = signed_in("changzhang")
    assert browser.submit(f"/matters/hazard/{hazard_id}/extension", ASK).status_code == 302
    said = told(browser, f"/hazards/{hazard_id}")
    assert "“申请延期”已提交。" in said
    assert "下一步：" in said
    assert "整改实施" not in said
    assert "（" not in said


def test_who_has_lost_his_scope_meanwhile_is_told_nothing_of_the_case(signed_in, driver, hazard_id):
    """INV-16: what he handed in stays his; where the case went is not."""
    browser = signed_in("banshi1")
    hand_in(browser, driver, hazard_id, "register", **REGISTERED)
    leave(driver, "banshi1")
    assert "下一步" not in told(browser)


def test_who_has_been_signed_out_meanwhile_comes_to_the_sign_in(signed_in, driver, hazard_id):
    """Signed out at another desk between the click and the page that would tell him."""
    browser = signed_in("banshi1")
    hand_in(browser, driver, hazard_id, "register", **REGISTERED)
    with driver.database.transaction() as session:
        people.end_sign_ins(people.get(session, driver.person("banshi1")))
    page = browser.get("/", follow_redirects=True)
    assert page.status_code == 200
    assert "下一步" not in page.text


@pytest.mark.parametrize(
    ("unit", "roles", "said"),
    [
        ("甲县", ["县政府分管领导"], "甲县政府分管领导"),
        ("甲县应急管理局", ["县有关部门负责人"], "甲县应急管理局负责人"),
        ("乙镇派出所", ["派出所"], "乙镇派出所"),
        ("乙镇应急消防站", ["综合行政执法队员", "站所负责人", "站所经办"], "乙镇应急消防站综合行政执法队员、负责人、经办"),
    ],
)
def test_a_post_is_said_as_an_office_says_it(unit, roles, said):
    """The unit once, and no word twice."""
    assert labels.posts(unit, roles) == said
