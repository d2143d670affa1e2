"""A report that is not handed in yet: kept, found again, thrown away, and counted nowhere (domain 3.3 ①, 草稿不计数)."""

import re
from datetime import timedelta

import pytest
from lxml import html

from service import setup
from tests.scenarios.ways import FURNITURE, subject
from tests.service.inspector import faults_of, token_of
from tests.service.test_tasks import picture
from workflows import hazards, ledger, people, report_drafts, vocabulary
from workflows.engine import definitions, tasks

HALF = {"subject_on_file": "false", "subject_name": "集市早餐摊", "description": "写到一半"}


@pytest.fixture
def browser(signed_in):
    """The village's head, who reports."""
    return signed_in("cunwei")


def draft_address(page):
    """Where the first listed draft is gone on with."""
    return re.search(r'href="(/hazards/new\?draft=[^"]+)"', page)[1]


def key_of(page):
    """The key of a page of the report."""
    return re.search(r'name="draft_key" value="([^"]+)"', page)[1]


def whole(driver, **more):
    """A report with all that is asked for but the photo."""
    return {
        "subject_on_file": "true",
        "subject_id": subject(driver, FURNITURE),
        "description": "二层唯一安全出口上锁，楼梯间堆满半成品。",
        "immediate_danger": "false",
        "source": "SELF",
        **more,
    }


def number_of_hazards(driver):
    """How many there are, for whoever sees the most."""
    with driver.database.reading() as session:
        return len(hazards.page(session, people.caller(session, driver.person("xianban"))).rows)


def test_a_condition_of_the_report_may_ask_what_it_likes_of_the_hazard(browser, town):
    """Deployed by a designer, it must not stop everybody from reporting."""
    file = setup.SHIPPED / "hazard_loop.bpmn"
    asked = setup.forms_beside(file)
    asked["report"]["properties"]["since"] = {"title": "何时起", "type": "string", "x-visible-when": "mode() == 'DEADLINE'"}
    with town.transaction() as session:
        definitions.deploy(session, vocabulary.known(asked), file.read_bytes(), asked)
    answer = browser.get("/hazards/new")
    assert answer.status_code == 200
    assert html.fromstring(answer.text).xpath("//*[@data-key='since']/@data-asleep") == []
    assert '"mode": "DEADLINE"' in html.fromstring(answer.text).xpath("string(//form/@data-values)")


def test_a_script_that_comes_too_late_is_told_so_and_leaves_no_pile_of_notices(client, clock_at, driver):
    """It tries again and again while somebody types on after the idle sign-out: one notice is enough."""
    start = clock_at("2026-03-02 09:00")
    client.sign_in("cunwei")
    page = client.get("/hazards/new").text
    clock_at(start + timedelta(minutes=16))
    data = {"csrf_token": token_of(page), "draft_key": key_of(page), **whole(driver)}
    for _ in range(3):
        assert client.post("/hazards/drafts", data=data, headers={"X-Autosave": "1"}).status_code == 401
    notices = html.fromstring(client.get("/sign-in").text).xpath("//p[contains(@class, 'notice')]")
    assert len(notices) == 1


@pytest.mark.parametrize(
    ("login", "source", "own"), [("zhifa1", ["ENFORCE"], "ZF-9901-001"), ("changzhang", ["SELF"], ""), ("cunwei", [], "")]
)
def test_a_fresh_report_knows_what_its_reporter_would_type(signed_in, login, source, own):
    """An enforcer in the field: where it comes from, the day, his name and his certificate stand there, to be changed by him."""
    page = html.fromstring(signed_in(login).get("/hazards/new").text)
    assert page.xpath("//input[@name='source'][@checked]/@value") == source
    assert page.xpath("string(//input[@name='certificate_1']/@value)") == own
    colleagues = {"ZF-9901-001", "ZF-9901-002", "ZF-9901-003"} if own else set()
    assert set(page.xpath("//datalist/option/@value")) == colleagues


def test_a_draft_outlives_the_sign_in(browser, signed_in):
    answer = browser.submit("/hazards/drafts", {**HALF, "files-photos": picture()}, page="/hazards/new")
    assert answer.status_code == 302
    again = signed_in("cunwei")
    assert "1 份草稿没有上报" in again.get("/").text
    listed = again.get("/hazards/new").text
    assert "集市早餐摊：写到一半" in listed
    page = again.get(draft_address(listed)).text
    assert "写到一半</textarea>" in page
    assert 'name="kept-photos"' in page
    assert "尚未上报" in page


def test_several_drafts_lie_side_by_side_and_one_is_thrown_away(browser):
    for name in ("早餐摊", "烧烤摊"):
        browser.submit("/hazards/drafts", {**HALF, "subject_name": name}, page="/hazards/new")
    page = browser.get("/hazards/new").text
    assert "没有上报的草稿（2 份）" in page
    address = draft_address(page).replace("/hazards/new?draft=", "/hazards/drafts/") + "/discard"
    assert browser.post(address, data={"csrf_token": token_of(page)}).status_code == 302
    page = browser.get("/hazards/new").text
    assert "早餐摊：" in page
    assert "烧烤摊" not in page
    assert browser.post(address, data={"csrf_token": token_of(page)}).status_code == 404


def test_a_draft_is_its_writers_alone(browser, signed_in):
    browser.submit("/hazards/drafts", HALF, page="/hazards/new")
    address = draft_address(browser.get("/hazards/new").text)
    other = signed_in("cunwei2")
    assert "集市早餐摊" not in other.get("/hazards/new").text
    assert other.get(address).status_code == 404
    discard = address.replace("/hazards/new?draft=", "/hazards/drafts/") + "/discard"
    assert other.submit(discard, {}, page="/hazards/new").status_code == 404
    assert browser.get(address).status_code == 200


def test_autosave_keeps_one_draft_a_page(browser):
    page = browser.get("/hazards/new").text
    data = {"csrf_token": token_of(page), "draft_key": key_of(page), **HALF}
    for text in ("写", "写到一半"):
        answer = browser.post("/hazards/drafts", data={**data, "description": text}, headers={"X-Autosave": "1"})
        assert answer.status_code == 204
    assert "没有上报的草稿（1 份）" in browser.get("/hazards/new").text


def test_a_draft_counts_nowhere(browser, signed_in, driver):
    browser.submit("/hazards/drafts", whole(driver), page="/hazards/new")
    assert number_of_hazards(driver) == 0
    with driver.database.reading() as session:
        caller = people.caller(session, driver.person("xianban"))
        assert ledger.number(session, ledger.Wanted(), scope=hazards.scope(session, caller)) == 0
        assert tasks.count_open(session) == 0
    assert "木家具厂" not in signed_in("banshi1").get("/").text


def test_reporting_lets_go_of_the_draft_and_happens_once(browser, driver):
    browser.submit("/hazards/drafts", whole(driver, **{"files-photos": picture()}), page="/hazards/new")
    page = browser.get(draft_address(browser.get("/hazards/new").text)).text
    kept = re.search(r'name="kept-photos" value="([^"]+)"', page)[1]
    data = {"csrf_token": token_of(page), "draft_key": key_of(page), "kept-photos": kept, **whole(driver)}
    answer = browser.post("/hazards/new", data=data)
    assert answer.status_code == 302, faults_of(answer.text)
    again = browser.post("/hazards/new", data=data)
    assert again.status_code == 409
    assert "没有重复上报" in again.text
    late = browser.post("/hazards/drafts", data=data, headers={"X-Autosave": "1"})
    assert late.status_code == 409
    assert number_of_hazards(driver) == 1
    assert "没有上报的草稿" not in browser.get("/hazards/new").text


def test_a_refused_report_keeps_its_key(browser, driver):
    """Mended and sent once more it is one report; the refusal undid the first attempt."""
    page = browser.get("/hazards/new").text
    data = {"csrf_token": token_of(page), "draft_key": key_of(page), **whole(driver), "files-photos": picture()}
    refused = browser.post("/hazards/new", data={**data, "description": "太短"})
    assert refused.status_code == 422
    assert key_of(refused.text) == key_of(page)
    assert browser.post("/hazards/new", data={**data, "files-photos": picture()}).status_code == 302
    assert number_of_hazards(driver) == 1


def test_there_is_an_end_to_drafts(browser, town, driver):
    with town.transaction() as session:
        caller = people.caller(session, driver.person("cunwei"))
        for _ in range(report_drafts.MOST):
            report_drafts.save(session, caller, report_drafts.new_key(), HALF)
    refused = browser.submit("/hazards/drafts", HALF, page="/hazards/new")
    assert refused.status_code == 422
    assert "请先上报或删除" in refused.text
    assert "写到一半</textarea>" in refused.text


def test_who_may_not_report_has_no_drafts(signed_in):
    browser = signed_in("sheji")
    assert browser.submit("/hazards/drafts", HALF, page="/").status_code == 403
