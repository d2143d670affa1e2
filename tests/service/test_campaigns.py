"""行动和阶段: a new campaign needs no code (domain 0, 10; M035, M044), and begins on its day."""

from datetime import date

import pytest
from sqlalchemy import delete

from tests.scenarios.ways import bring, found, state
from tests.service.inspector import faults_of
from workflows import campaigns, dispatch, phases
from workflows.engine import history

NEW = {"code": "ZB2027", "name": "安全生产巩固提升行动", "from_on": "2027-01-01", "to_on": "2029-12-31", "like": "ZB2024"}
FIRST = {"name": "动员部署", "from_on": "2027-01-01", "to_on": "2027-06-30", "goal": "STOCK"}


@pytest.fixture
def browser(signed_in, clock_at):
    clock_at("2026-11-26 09:00")
    return signed_in("guanli")


def test_a_campaign_is_made_on_pages_and_takes_over_on_its_day(browser, town, driver, clock_at, signed_in):
    """Its parameters are those of the one it follows; hazards reported from its first day on bear its code; the record says so."""
    assert browser.submit("/admin/campaigns/new", NEW).headers["Location"].endswith("/admin/campaigns/ZB2027")
    assert browser.submit("/admin/campaigns/ZB2027/phases/new", FIRST).status_code == 302
    hazard = found(driver)
    clock_at("2027-01-04 09:00")
    later = bring(driver, found(driver), "issue_rectify")
    assert (state(driver, hazard).campaign, state(driver, later).hazard_no) == ("ZB2024", "999901101-ZB2027-2027-00001")
    with town.reading() as session:
        made = campaigns.get(session, "ZB2027")
        assert campaigns.params(session, "ZB2027") == campaigns.params(session, "ZB2024")
        assert [line.kind for line in history.lines(session, made.ref)] == ["campaign_prepared", "phase_added"]
        assert history.verify(session, made.ref) == []
    text = signed_in("zhuren").get("/wall-map").text
    assert all(words in text for words in ("安全生产巩固提升行动", "动员部署", "行动开始时未销号"))


def test_a_newer_delivery_brings_its_parameters_to_every_campaign(browser, town):
    """Also to one that was made on a page; what a county has set stays."""
    assert browser.submit("/admin/campaigns/new", NEW).status_code == 302
    with town.transaction() as session:
        campaigns.set_param(session, "ZB2027", "ack_wd", 2, by=1, reason="县里通知")
        session.execute(delete(campaigns.Parameter).where(campaigns.Parameter.name == "extension_total"))
        campaigns.seed(session)
        told = campaigns.params(session, "ZB2027")
        assert (told["extension_total"], told["ack_wd"]) == (1.0, 2)


@pytest.mark.parametrize(
    ("change", "field", "word"),
    [
        ({"code": "zb27"}, "code", "大写字母"),
        ({"code": "ZB2024"}, "code", "已经有"),
        ({"from_on": "2026-12-01"}, "from_on", "重叠"),
        ({"from_on": "2020-01-01", "to_on": "2020-02-01"}, "from_on", "早于今天"),
        ({"to_on": "2026-12-31"}, "to_on", "早于开始"),
        ({"like": "NO"}, "like", ""),
        ({"name": ""}, "name", ""),
    ],
)
def test_what_cannot_be_is_said_at_its_field(browser, town, change, field, word):
    answer = browser.submit("/admin/campaigns/new", {**NEW, **change})
    assert answer.status_code == 422
    assert word in faults_of(answer.text)[field]
    with town.reading() as session:
        assert len(campaigns.everyone(session)) == 2


@pytest.mark.parametrize(
    ("change", "field", "word"),
    [
        ({"to_on": "2027-01-15"}, "from_on", "以内"),
        ({"from_on": "2024-12-01", "to_on": "2024-12-02"}, "from_on", "重叠"),
        ({"from_on": "2024-06-01", "to_on": "2024-05-01"}, "to_on", "早于"),
    ],
)
def test_phases_lie_in_their_campaign_and_not_over_each_other(browser, change, field, word):
    given = {"name": "加一段", "from_on": "2026-12-01", "to_on": "2026-12-31", **change}
    answer = browser.submit("/admin/campaigns/ZB2024/phases/new", given)
    assert answer.status_code == 422
    assert word in faults_of(answer.text)[field]


def test_a_changed_phase_says_what_it_was(browser, town):
    """Shipped phases are data: they are changed on a page, with a reason, and the record keeps both."""
    with town.reading() as session:
        last = phases.of(session, campaigns.get(session, "ZB2024"))[-1]
    address = f"/admin/campaigns/ZB2024/phases/{last.id}/change"
    given = {"name": last.name, "from_on": "2026-01-01", "to_on": "2026-11-30", "goal": "", "reason": "按县里通知提前结束。"}
    assert browser.submit(address, {**given, "reason": ""}).status_code == 422
    assert browser.submit(address, given).status_code == 302
    text = browser.get("/admin/campaigns/ZB2024").text
    assert "动态清零常态化，2026-01-01 至 2026-12-31，目标：动态清零 → 动态清零常态化，2026-01-01 至 2026-11-30" in text
    assert browser.get(f"/admin/campaigns/ZD2023/phases/{last.id}/change").status_code == 404


def test_a_changed_campaign_says_what_it_was(browser, town):
    """Its name and its last day are data as well; its code and what is past stay."""
    address = "/admin/campaigns/ZB2024/change"
    given = {"name": "安全生产治本攻坚三年行动", "from_on": "2024-01-01", "to_on": "2027-03-31", "reason": "县里通知延长一个季度。"}
    for change, field, word in (
        ({"reason": ""}, "reason", ""),
        ({"from_on": "2024-02-01"}, "from_on", "不能再改"),
        ({"to_on": "2026-12-30"}, "to_on", "修改阶段"),
        ({"to_on": "2023-12-31"}, "to_on", "早于"),
    ):
        answer = browser.submit(address, {**given, **change})
        assert (answer.status_code, word in faults_of(answer.text)[field]) == (422, True)
    assert browser.submit(address, given).status_code == 302
    text = browser.get("/admin/campaigns/ZB2024").text
    assert "行动，2024-01-01 至 2026-12-31 → 安全生产治本攻坚三年行动，2024-01-01 至 2027-03-31" in text
    assert "2027年3月终报" in [dispatch.month_name(day) for _, day in _window(town)][-1]
    over = {**given, "name": "排查整治行动", "from_on": "2023-04-25", "to_on": "2023-12-31"}
    refused = browser.submit("/admin/campaigns/ZD2023/change", over)
    assert "结束" in faults_of(refused.text)["to_on"]
    taken = browser.submit("/admin/campaigns/new", NEW)
    assert "重叠" in faults_of(taken.text)["from_on"]


def _window(town):
    with town.reading() as session:
        return dispatch.questions.window(session, "ZB2024")


@pytest.mark.parametrize(
    ("today", "was", "to_on", "is_refused"),
    [
        ("2026-03-23", "2026-12-31", "2026-03-24", True),  # the return of 03-25 is being filled in
        ("2026-03-27", "2026-03-31", "2026-06-30", True),  # the last return is being filled in
        ("2026-03-26", "2026-12-31", "2026-03-28", True),  # a last return that should be under way already
        ("2026-03-23", "2026-12-31", "2026-11-20", False),
        ("2026-03-26", "2026-12-31", "2026-03-31", False),  # opens today
    ],
)
def test_days_that_would_upset_a_return_under_way_are_refused(clock_at, signed_in, town, today, was, to_on, is_refused):
    """P11: what is being filled in stays, and no month is asked twice. Without phases, because they would be refused first."""
    clock_at("2026-01-05 09:00")
    with town.transaction() as session:
        campaign = campaigns.get(session, "ZB2024")
        session.execute(delete(phases.Phase).where(phases.Phase.campaign_id == campaign.id))
        phases.change_campaign(session, campaign, campaign.name, campaign.from_on, date.fromisoformat(was), by=1, reason="县里通知")
    clock_at(f"{today} 09:00")
    given = {"name": "治本攻坚三年行动", "from_on": "2024-01-01", "to_on": to_on, "reason": "县里通知改期。"}
    before = _window(town)
    answer = signed_in("guanli").submit("/admin/campaigns/ZB2024/change", given)
    assert answer.status_code == (422 if is_refused else 302)
    assert ("月报" in faults_of(answer.text).get("to_on", ""), _window(town) == before) == (is_refused, is_refused)


def test_an_overlap_of_a_running_campaign_is_said_where_it_can_be_mended(browser):
    """Its first day cannot be changed any more, so its last is what overlaps."""
    assert browser.submit("/admin/campaigns/new", NEW).status_code == 302
    given = {"name": "治本攻坚三年行动", "from_on": "2024-01-01", "to_on": "2027-06-30", "reason": "县里通知延长半年。"}
    faults = faults_of(browser.submit("/admin/campaigns/ZB2024/change", given).text)
    assert (set(faults), "重叠" in faults["to_on"]) == ({"to_on"}, True)


def test_shipped_campaigns_have_their_phases_once(town):
    """S1: four of ZD2023 without a gap; S4: the three goals of ZB2024. Seeding again adds nothing."""
    with town.transaction() as session:
        phases.seed(session)
        found_ones = {code: phases.of(session, campaigns.get(session, code)) for code in ("ZD2023", "ZB2024")}
    assert [each.goal for each in found_ones["ZB2024"]] == ["STOCK", "INCREMENT", "DYNAMIC"]
    assert len(found_ones["ZD2023"]) == 4
    for code, (first, last) in {"ZD2023": (date(2023, 4, 25), date(2023, 12, 31)), "ZB2024": (date(2024, 1, 1), date(2026, 12, 31))}.items():
        days = [(each.from_on, each.to_on) for each in found_ones[code]]
        assert (days[0][0], days[-1][1]) == (first, last)
        assert all((after[0] - before[1]).days == 1 for before, after in zip(days, days[1:], strict=False))


def test_it_is_the_system_administrators(signed_in):
    """INV-20: nobody else's."""
    for login in ("zhuren", "anquan", "shenji"):
        assert signed_in(login).get("/admin/campaigns").status_code == 403
