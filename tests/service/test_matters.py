"""其他事项: beginning another process from a hazard's page."""

import pytest
from lxml import html

from tests.scenarios.test_extensions import ASK
from tests.scenarios.test_listings import AGREE, TAKEN_OFF, asked
from tests.scenarios.test_reopenings import asked as again
from tests.scenarios.test_stops import drafted
from tests.scenarios.ways import bring, close, found
from workflows.engine import history, instances
from workflows.hazards import get as get_hazard


@pytest.fixture
def hazard(driver, clock_at):
    """A hazard under time-limited rectification, due on 2026-03-31; today is 2026-03-02."""
    clock_at("2026-03-02 09:00")
    return bring(driver, found(driver), "rectify", issue_rectify={"due_date": "2026-03-31"})


def running(driver, hazard):
    with driver.database.reading() as session:
        return [name for each, name in instances.of(session, get_hazard(session, hazard).ref) if each.ended_at is None]


def test_the_button_stands_only_before_those_who_may(signed_in, hazard):
    """P08: the enterprise and the lead. Others find neither button nor page, and the refusal is on record."""
    page = signed_in("changzhang").get(f"/hazards/{hazard}").text
    assert f'href="/matters/hazard/{hazard}/extension"' in page
    assert "matters/extension" not in signed_in("zhuren").get(f"/hazards/{hazard}").text
    stranger = signed_in("zhuren").get(f"/matters/hazard/{hazard}/extension")
    assert stranger.status_code == 404


def test_what_is_wrong_comes_back_with_what_was_typed_and_begins_nothing(signed_in, driver, hazard):
    """422 with a sentence at the field; no instance stays behind."""
    browser, before = signed_in("changzhang"), running(driver, hazard)
    answer = browser.submit(f"/matters/hazard/{hazard}/extension", {**ASK, "until_on": "2026-12-31"})
    assert answer.status_code == 422
    assert "最晚到" in answer.text
    assert ASK["reason"] in answer.text
    assert running(driver, hazard) == before


def test_a_voiding_without_photos_is_asked_for_again_and_what_was_typed_stays(signed_in, hazard):
    """P09: the form offers what the hazard may repeat, and says at the field what is missing."""
    page = signed_in("zhifa1").get(f"/matters/hazard/{hazard}/voiding").text
    assert all(words in page for words in ("申请核减", "原始记录对照", "编号较早的保留"))
    given = {"kind": "MISTAKE", "reason": "把一般问题误录为重大。", "comparison": "原始检查记录为灯具损坏。"}
    answer = signed_in("zhifa1").submit(f"/matters/hazard/{hazard}/voiding", given)
    assert answer.status_code == 422
    assert given["comparison"] in answer.text
    assert "至少" in answer.text


def test_a_case_opened_again_shows_its_old_signature_out_of_force(signed_in, driver):
    """Domain 3.4: the closure of the first round is kept, marked 已失效; the button stands only where something is closed."""
    closed = close(driver, found(driver)).id
    assert f"/matters/hazard/{closed}/reopening" in signed_in("zhanzhang").get(f"/hazards/{closed}").text
    driver.begin(closed, "reopening", "zhanzhang", **again(driver))
    driver.do(closed, "deputy_decision", decision="agree", opinion="情况属实。")
    page = signed_in("zhuren").get(f"/hazards/{closed}").text
    assert all(words in page for words in ("重新打开1次", "原销号签字", "分管副县长", "已失效，留存备查", "移交一签发"))
    assert "matters/reopening" not in signed_in("zhanzhang").get(f"/hazards/{closed}").text


def test_a_change_of_the_responsible_is_offered_to_the_director_and_asks_for_its_reason(signed_in, hazard):
    """INV-7: on the case's page, to whom it belongs; 422 at the field, and what was chosen stays."""
    address = f"/matters/hazard/{hazard}/change_responsible"
    assert address in signed_in("zhuren").get(f"/hazards/{hazard}").text
    assert address not in signed_in("changzhang").get(f"/hazards/{hazard}").text
    answer = signed_in("zhuren").submit(address, {"part": "TERRITORY", "territory_person": "1", "reason": ""})
    assert answer.status_code == 422
    assert "请填写“变更原因”" in answer.text


def test_a_page_left_open_too_long_is_told_why(signed_in, clock_at, driver, hazard):
    """An extension five working days before the end or later: the sentence that helps, not that the page is missing."""
    clock_at("2026-03-25 09:00")
    browser = signed_in("changzhang")
    assert browser.get(f"/matters/hazard/{hazard}/extension").status_code == 404
    assert "到期前 5 个工作日" in told(browser.submit(f"/matters/hazard/{hazard}/extension", ASK))
    assert "延期审批" not in running(driver, hazard)


def told(answer):
    """The page of a refusal that came too late: 409."""
    assert answer.status_code == 409
    return answer.text


def test_an_application_begins_once_and_shows_on_the_case(signed_in, driver, hazard):
    """A second click is told that one is under way; the page tells what is under way; the chain holds."""
    browser = signed_in("changzhang")
    assert browser.submit(f"/matters/hazard/{hazard}/extension", ASK).status_code == 302
    page = browser.get(f"/hazards/{hazard}").text
    assert "正在办理：延期审批" in page
    assert browser.get(f"/matters/hazard/{hazard}/extension").status_code == 404
    assert "正在办理" in told(browser.submit(f"/matters/hazard/{hazard}/extension", ASK))
    assert running(driver, hazard).count("延期审批") == 1
    task = next(each for each in driver.open_tasks(hazard) if each.element_id == "lead_opinion")
    shown = signed_in("baocun").get(f"/tasks/{task.id}").text
    assert "牵头人意见" in shown
    assert ASK["safety_measures"] in shown
    with driver.database.reading() as session:
        assert history.verify(session, get_hazard(session, hazard).ref) == []


def test_a_plate_goes_from_the_page_to_the_public_and_off_again(signed_in, client, driver, hazard):
    """P06, M031: proposed on the case's page, decided and published in the inbox; nothing is public before the county says so."""
    address, words = f"/matters/hazard/{hazard}/listing", asked(driver, hazard)
    assert address in signed_in("banshi1").get(f"/hazards/{hazard}").text
    assert address not in signed_in("changzhang").get(f"/hazards/{hazard}").text
    wrong = signed_in("banshi1").submit(address, {**words, "until_on": "2028-01-01"})
    assert (wrong.status_code, "最长 365 日" in wrong.text, words["reason"] in wrong.text) == (422, True, True)
    assert signed_in("banshi1").submit(address, words).status_code == 302
    for login, element in (("yingji", "dept_opinion"), ("fuxianzhang", "leader_decision")):
        assert hand_in(signed_in(login), driver, hazard, element, AGREE).status_code == 302
    page = signed_in("changzhang").get(f"/hazards/{hazard}").text
    assert all(told in page for told in ("挂牌督办", "甲县应急管理局督办", "挂牌督办通知书", "甲政督〔2026〕1号"))
    assert words["public_text"] not in client.get("/public/listed").text
    assert hand_in(signed_in("xianban"), driver, hazard, "publish_listing", {"channels": ["web"]}).status_code == 302
    told = client.get("/public/listed").text
    assert words["public_text"] in told and "督办中" in told
    assert [row.text_content() for row in html.fromstring(signed_in("zhuren").get("/ledger?mark=listed").text).xpath("//tbody/tr")]
    driver.do(hazard, "rectify")
    bring(driver, hazard, "")
    off = f"/matters/hazard/{hazard}/unlisting"
    assert off in signed_in("xianban").get(f"/hazards/{hazard}").text
    assert signed_in("xianban").submit(off, TAKEN_OFF).status_code == 302
    assert hand_in(signed_in("fuxianzhang"), driver, hazard, "leader_decision", AGREE).status_code == 302
    assert hand_in(signed_in("xianban"), driver, hazard, "publish_unlisting", {"channels": ["web"]}).status_code == 302
    assert "已摘牌" in client.get("/public/listed").text
    assert "已摘牌" in signed_in("zhuren").get("/ledger?mark=listed").text


def test_an_order_to_stop_stands_on_the_case_until_it_is_lifted(signed_in, driver, hazard):
    """安全生产法 65: drafted and signed on pages; the enterprise acknowledges; a second click finds nothing to do."""
    address, words = f"/matters/hazard/{hazard}/stop_order", drafted(driver)
    assert address not in signed_in("changzhang").get(f"/hazards/{hazard}").text
    wrong = signed_in("zhifa1").submit(address, {**words, "partner": str(driver.person("zhifa1"))})
    assert (wrong.status_code, "另一名到场" in wrong.text) == (422, True)
    assert signed_in("zhifa1").submit(address, words).status_code == 302
    assert hand_in(signed_in("zhuren"), driver, hazard, "deputy_signs", AGREE).status_code == 302
    serve = next(each.id for each in driver.open_tasks(hazard) if each.element_id == "serve_stop")
    enterprise = signed_in("changzhang")
    assert enterprise.submit(f"/tasks/{serve}", {"served": "left"}).status_code == 422
    assert enterprise.submit(f"/tasks/{serve}", {"served": "accept"}).status_code == 302
    page = enterprise.get(f"/hazards/{hazard}").text
    assert all(told in page for told in ("停产停业", "打磨车间全部停产", "现场处理措施决定书", "乙现决〔2026〕1号"))
    assert f"/matters/hazard/{hazard}/resumption" in page
    assert "STOP_ORDER" not in signed_in("banshi1").get(f"/hazards/{hazard}").text  # a decision is not made at a desk
    again = {"kind": "STOP_ORDER"}
    assert signed_in("banshi1").submit(f"/hazards/{hazard}/documents", again, page=f"/hazards/{hazard}").status_code == 422
    assert enterprise.submit(f"/tasks/{serve}", {"served": "accept"}).status_code == 409


def hand_in(browser, driver, hazard, element, data):
    """Do an open task on its page."""
    task = next(each.id for each in driver.open_tasks(hazard) if each.element_id == element)
    return browser.submit(f"/tasks/{task}", data)
