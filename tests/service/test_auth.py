"""Signing in, lockout, idle sign-out, and that a sign-in leads nowhere else."""

from datetime import timedelta

import pytest
from lxml import html
from werkzeug.routing import IntegerConverter

from service import auth, create_app, labels
from service.config import Config
from tests.service.inspector import token_of
from workflows import clock, passwords, people, staffing, steps
from workflows.engine import Subject, history


def test_signs_in_and_out(client):
    assert client.get("/").headers["Location"] == "/sign-in"
    assert client.sign_in("banshi1").headers["Location"] == "/"
    page = client.get("/").text
    assert "办公室经办甲" in page
    assert "乙镇领导组办公室工作人员" in page
    assert client.submit("/sign-out", {}, page="/").headers["Location"] == "/sign-in"
    assert client.get("/").status_code == 302


def problem_of(answer):
    """What the sign-in page answers with."""
    return html.fromstring(answer.text).xpath("string(//*[@role='alert'])").strip()


def test_a_copied_cookie_ends_with_the_sign_out(app, client):
    """Whoever has copied the cookie is signed out as well, and so is the official's phone; signing in again is a new one."""
    client.sign_in("banshi1")
    thief, phone = app.test_client(), app.test_client()
    thief._cookies = dict(client._cookies)
    phone.sign_in("banshi1")
    assert thief.get("/").status_code == phone.get("/").status_code == 200
    client.submit("/sign-out", {}, page="/")
    assert thief.get("/").status_code == phone.get("/").status_code == 302
    client.sign_in("banshi1")
    assert client.get("/").status_code == 200
    assert thief.get("/").status_code == 302


@pytest.mark.parametrize(("login", "password"), [("banshi1", "wrong"), ("nobody", "Bihuan-2026"), ("", "")])
def test_a_wrong_password_and_an_unknown_login_look_the_same(client, login, password):
    answer = client.sign_in(login, password)
    assert answer.status_code == 422
    assert passwords.WRONG in answer.text


def test_a_password_that_is_hashed_quickly_costs_a_slow_hash_too(client, town):
    """What everybody may know, or what was given away, is not worth one; but by its time one would learn which logins there are."""
    before = passwords._nobody.cache_info()
    client.sign_in("banshi1", "wrong")
    after = passwords._nobody.cache_info()
    assert (after.hits + after.misses) - (before.hits + before.misses) == 1


def test_a_failed_sign_in_is_recorded(client, town):
    client.sign_in("banshi1", "wrong")
    with town.reading() as session:
        person = people.find_by_login(session, "banshi1")
        lines = history.lines(session, Subject("person", person.id))
    assert [line.body["what"] for line in lines if line.kind == "refused"] == ["sign_in"]
    assert "wrong" not in str([line.body for line in lines])


def test_five_failures_lock_for_fifteen_minutes(client, clock_at):
    """Domain 8.3 (GB/T 22239): 连续5次失败锁15分钟. To whoever guesses, a locked login looks like one that nobody has."""
    start = clock_at("2026-03-02 09:00")
    for _ in range(5):
        client.sign_in("banshi1", "wrong")
    locked, unknown = client.sign_in("banshi1"), client.sign_in("meiyou")
    assert locked.status_code == unknown.status_code == 422
    assert problem_of(locked) == problem_of(unknown) == passwords.WRONG
    clock_at(start + timedelta(minutes=15, seconds=1))
    assert client.sign_in("banshi1").status_code == 302


def test_fifteen_idle_minutes_sign_out(client, clock_at):
    start = clock_at("2026-03-02 09:00")
    client.sign_in("banshi1")
    clock_at(start + timedelta(minutes=14))
    assert client.get("/").status_code == 200
    clock_at(start + timedelta(minutes=14 + 16))
    assert client.get("/done").headers["Location"] == "/sign-in?next=/done"
    assert "15 分钟没有操作" in client.get("/sign-in").text
    assert client.get("/").status_code == 302


def test_what_a_page_brings_along_leaves_the_cookie_alone(client, clock_at):
    """A photo's answer may arrive after the page's next one: it must not put back the cookie of before."""
    start = clock_at("2026-03-02 09:00")
    client.sign_in("banshi1")
    client.get("/")
    for brought in ("/static/app.css", "/tasks/1/none.jpg", "/"):
        assert client.get(brought).headers.getlist("Set-Cookie") == [], brought
    clock_at(start + timedelta(minutes=1))
    assert [each.partition("=")[0] for each in client.get("/").headers.getlist("Set-Cookie")] == ["bihuan"]


@pytest.mark.parametrize("seen", [0, None])
def test_an_old_timestamp_alone_signs_out(client, seen):
    """A cookie from another time is worth nothing, whatever else it says; nor is one without the time."""
    client.sign_in("banshi1")
    with client.session_transaction() as cookie:
        cookie.pop("seen")
        if seen is not None:
            cookie["seen"] = seen
    assert client.get("/").status_code == 302


def test_a_new_password_ends_older_sign_ins(client, town):
    client.sign_in("banshi1")
    with town.transaction() as session:
        passwords.give(session, people.find_by_login(session, "banshi1"), "Another-2026")
    assert client.get("/").status_code == 302


def test_the_session_is_emptied_before_somebody_enters(client):
    client.get("/sign-in")
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
        before = cookie["csrf_token"]
    client.sign_in("banshi1")
    client.get("/")
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["csrf_token"] != before


@pytest.mark.parametrize(
    "target",
    ["https://example.org/", "//example.org", "/\\example.org", "\\\\example.org", "/\t/example.org", "javascript:alert(1)", "x"],
)
def test_next_leads_nowhere_else(client, target):
    token = token_of(client.get("/sign-in").text)
    data = {"csrf_token": token, "login": "banshi1", "password": "Bihuan-2026", "next": target}
    assert client.post("/sign-in", data=data).headers["Location"] == "/"


def test_next_leads_on_within_the_house(client):
    assert client.get("/hazards?q=%E5%8E%82").headers["Location"].startswith("/sign-in?next=/hazards?q%3D")
    answer = client.submit("/sign-in?next=/hazards", {"login": "banshi1", "password": "Bihuan-2026", "next": "/hazards"})
    assert answer.headers["Location"] == "/hazards"


@pytest.mark.parametrize("referrer", ["http://localhost/hazards?q=x", "https://localhost/hazards?q=x"])
def test_after_a_late_post_one_comes_back_to_its_page(client, referrer):
    """Behind a proxy the page's own address begins with https, and what comes to us does not."""
    answer = client.post("/hazards/new", headers={"Referer": referrer})
    assert answer.headers["Location"] == "/sign-in?next=/hazards?q%3Dx"


@pytest.mark.parametrize("referrer", ["https://example.org/hazards", "https://localhost.example.org/", "https://localhost", "x", "://"])
def test_after_a_late_post_from_elsewhere_one_comes_to_the_inbox(client, referrer):
    assert client.post("/hazards/new", headers={"Referer": referrer}).headers["Location"] == "/sign-in"


def test_signing_out_by_a_link_is_not_possible(signed_in):
    browser = signed_in("banshi1")
    assert browser.get("/sign-out").status_code == 405
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize("env", ["development", "production"])
def test_cookies(town, tmp_path, env):
    config = Config(home=tmp_path, database_url=town.url, secret_key="for tests " * 4, env=env)
    cookie = create_app(config, town, steps.RULES).test_client().get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) == (env == "production")


OPEN = {"auth.sign_in", "probes.healthz", "probes.metrics", "public.index", "public.listed", "public.show", "public.download", "static"}
"""What nobody need sign in for; a page that is added here has to be argued for."""


def test_every_page_asks_who_one_is(app, client):
    """Whatever stands in the list of routes, also what was added yesterday."""
    assert auth.OPEN_TO_ALL == OPEN
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and rule.endpoint not in OPEN]
    adapter = app.url_map.bind("localhost")
    assert len(rules) > 60
    for rule in rules:
        words = {name: 1 if isinstance(part, IntegerConverter) else "x" for name, part in rule._converters.items()}
        address = adapter.build(rule.endpoint, {**words, **(rule.defaults or {})})
        assert client.get(address).headers["Location"].startswith("/sign-in"), address


def test_the_header_shows_every_post_one_holds_and_for_whom_one_stands_in(signed_in, driver):
    """Domain 2.1: many hold several posts; who stands in acts on somebody else's behalf and must see that he does."""
    today = clock.today()
    with driver.database.transaction() as session:
        principal, stand_in = (people.get(session, driver.person(login)) for login in ("shuji", "zhuren"))
        staffing.substitute(session, principal, stand_in, today, today + 3 * clock.DAY)
    page = signed_in("zhuren").get("/").text
    assert "乙镇：" + "、".join(map(people.role_name, ("GROUP_DEPUTY", "OFFICE_DIRECTOR"))) in page
    assert f"代理 领导组组长，至 {labels.day(today + 3 * clock.DAY)}" in page
    assert "代理" not in signed_in("banshi1").get("/").text
    with clock.travel(clock.at(today + 4 * clock.DAY, 9)):
        assert "代理 领导组组长" not in signed_in("zhuren").get("/").text


def test_a_browser_that_keeps_no_cookie_is_told_so(client):
    """As in production over plain HTTP, where the cookie is for HTTPS only: the page would else come back without a word."""
    answer = client.post("/sign-in", data={"login": "banshi1", "password": "Bihuan-2026"})
    assert answer.status_code == 400
    assert "是不是以 https:// 开头" in answer.text
    assert client.sign_in("banshi1").status_code == 302
