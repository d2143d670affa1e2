"""Refusals: a Chinese page with a way back, nothing saved, and a trace."""

import pytest
from flask import flash, g

from service import App
from workflows import people
from workflows.engine import Subject, history
from workflows.errors import Conflict, Forbidden, Invalid, NotFound


@pytest.fixture
def app(own_app):
    """One's own: addresses are added to it."""
    return own_app


def refused(town, login):
    """What was refused to a person."""
    with town.reading() as session:
        person = people.find_by_login(session, login)
        return [line.body for line in history.lines(session, Subject("person", person.id)) if line.kind == "refused"]


class Overtaken(Conflict):
    """A special case of a refusal is refused like it."""


@pytest.mark.parametrize(("problem", "status"), [(NotFound, 404), (Forbidden, 403), (Conflict, 409), (Overtaken, 409)])
def test_each_problem_has_its_page(app: App, signed_in, problem, status):
    @app.get("/raises")
    def raises():
        raise problem("这是给人看的一句话。")

    answer = signed_in("banshi1").get("/raises")
    assert answer.status_code == status
    assert "这是给人看的一句话。" in answer.text
    assert "返回待办任务" in answer.text


def test_an_invalid_that_no_form_shows_has_a_page(app: App, signed_in):
    @app.get("/raises")
    def raises():
        raise Invalid("", "页码无效，请回到第一页。")

    answer = signed_in("banshi1").get("/raises")
    assert answer.status_code == 422
    assert "页码无效" in answer.text
    assert "返回刚才的页面" not in answer.text
    back = signed_in("banshi1").get("/raises", headers={"Referer": "https://localhost/hazards"}).text
    assert '<a class="button main" href="https://localhost/hazards" data-module="back">返回刚才的页面</a>' in back


def test_a_full_disk_is_told_and_nothing_is_said_to_be_saved(app: App, signed_in, town):
    """For real: the database may not grow by a page. What was going to be said of the deed is not."""
    if not town.is_sqlite:
        pytest.skip("a limit like SQLite's max_page_count is not to be had there")

    @app.post("/saves")
    def saves():
        connection = g.session.connection()
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        people.find_by_login(g.session, "banshi2").name = "改" * 100_000
        flash("已保存。", "good")
        return "", 204

    browser = signed_in("banshi1")
    answer = browser.submit("/saves", {}, page="/")
    town.engine.dispose()  # the limit goes with its connection
    assert (answer.status_code, "磁盘已满" in answer.text, "已保存" in answer.text) == (503, True, False)
    assert "已保存" not in browser.get("/").text


def test_a_raise_undoes_everything(app: App, signed_in, town):
    @app.post("/raises")
    def raises():
        people.find_by_login(g.session, "banshi2").name = "改了"
        g.session.flush()
        raise Conflict("慢了一步。")

    signed_in("banshi1").submit("/raises", {}, page="/")
    with town.reading() as session:
        assert people.find_by_login(session, "banshi2").name == "办公室经办乙"


def test_a_status_of_400_and_above_undoes_everything(app: App, signed_in, town):
    @app.post("/answers")
    def answers():
        people.find_by_login(g.session, "banshi2").name = "改了"
        return "", 422, {"Content-Type": "text/plain"}

    signed_in("banshi1").submit("/answers", {}, page="/")
    with town.reading() as session:
        assert people.find_by_login(session, "banshi2").name == "办公室经办乙"


def test_forbidden_and_foreign_addresses_are_recorded(signed_in, town):
    browser = signed_in("sheji")
    assert browser.get("/hazards/new").status_code == 403
    assert browser.get("/hazards/12345").status_code == 404
    assert [(body["status"], body["path"]) for body in refused(town, "sheji")] == [
        (403, "/hazards/new"),
        (404, "/hazards/12345"),
    ]


def test_an_unknown_address_is_a_page(signed_in):
    answer = signed_in("banshi1").get("/no-such-page")
    assert answer.status_code == 404
    assert "没有找到" in answer.text


def test_a_post_without_its_token_is_refused_and_recorded(signed_in, town):
    browser = signed_in("banshi1")
    answer = browser.post("/sign-out")
    assert answer.status_code == 400
    assert "没有保存" in answer.text
    assert browser.get("/").status_code == 200
    assert [body["what"] for body in refused(town, "banshi1")] == ["csrf"]


def test_every_post_needs_a_token(app: App, signed_in):
    """No route is exempt."""
    browser = signed_in("banshi1")
    posts = [rule for rule in app.url_map.iter_rules() if "POST" in rule.methods]
    with app.test_request_context():
        for rule in posts:
            _, address = rule.build(dict.fromkeys(rule.arguments, 1))
            if address != "/sign-in":
                assert browser.post(address).status_code == 400, address


def test_headers(client):
    headers = client.get("/sign-in").headers
    policy = headers["Content-Security-Policy"]
    for directive in ("script-src 'self';", "style-src 'self';", "img-src 'self' data: blob:;", "frame-ancestors 'none'"):
        assert directive in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_a_number_no_table_can_hold_names_nothing(signed_in):
    assert signed_in("banshi1").get("/hazards/99999999999999999999").status_code == 404
