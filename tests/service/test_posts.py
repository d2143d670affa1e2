"""任职, 代理: given with a document from a day to a day; what nobody may hold."""

import pytest

from tests.service.administering import days, last, person_id, unit_id
from tests.service.inspector import faults_of
from workflows import people
from workflows.engine import history


def appoint(browser, town, role, login, unit, **dates):
    data = {"person": person_id(town, login), "unit": unit_id(town, unit), "document_no": "某任〔2026〕1 号"}
    return browser.submit(f"/admin/appointments/new?role={role}", {**data, **days(**(dates or {"from_on": 0}))})


def test_a_post_is_given_with_its_document_and_ended(signed_in, town):
    browser = signed_in("anquan")
    assert appoint(browser, town, "VILLAGE", "cunwei", "丁村").status_code == 302
    line = last(town, "cunwei", "appointed")
    assert (line.by, line.body["document_no"]) == (person_id(town, "anquan"), "某任〔2026〕1 号")
    address = f"/admin/appointments/{line.body['appointment']}/end"
    assert browser.submit(address, {**days(to_on=-1), "reason": "调整"}).status_code == 302
    assert last(town, "cunwei", "appointment_ended").body["reason"] == "调整"
    assert browser.submit(address, {**days(to_on=0), "reason": "再来"}, page="/admin/appointments/1/end").status_code == 409
    with town.reading() as session:
        assert {post.unit_id for post in people.posts(session, person_id(town, "cunwei"))} == {unit_id(town, "丙村")}
        assert history.verify(session) == []


@pytest.mark.parametrize(
    ("role", "login", "unit", "field", "part"),
    [
        ("SYS_ADMIN", "cunwei", "甲县", "role", "不得兼任业务岗位"),  # INV-20
        ("OFFICE_STAFF", "guanli", "乙镇", "role", "不得兼任业务岗位"),
        ("AUDITOR", "guanli", "甲县", "role", "三个不同的人"),
        ("VILLAGE", "cunwei", "丙村", "role", "已任丙村村委"),
        ("SYS_ADMIN", "sheji", "乙镇", "unit", "从列出的选项"),  # the three are kept at the county (domain 9)
    ],
)
def test_posts_that_nobody_may_hold(signed_in, town, role, login, unit, field, part):
    answer = appoint(signed_in("anquan"), town, role, login, unit)
    assert answer.status_code == 422
    assert part in answer.text


def test_a_post_in_the_future_counts_too(signed_in, town):
    """An administrator from next month on may hold no business post that lasts until then, and the other way round."""
    browser = signed_in("anquan")
    answer = appoint(browser, town, "SYS_ADMIN", "cunwei", "甲县", from_on=30)
    assert "不得兼任业务岗位" in answer.text


def test_substitution(signed_in, town):
    browser = signed_in("anquan")
    data = {"principal": person_id(town, "zhuren"), "substitute": person_id(town, "shuji"), "document_no": "某授〔2026〕1 号"}
    assert browser.submit("/admin/substitutions/new", {**data, **days(from_on=0, to_on=9)}).status_code == 302
    with town.reading() as session:
        assert person_id(town, "zhuren") in people.caller(session, person_id(town, "shuji")).stands_in
    made = last(town, "zhuren", "substituted").body["substitution"]
    address = f"/admin/substitutions/{made}/end"
    assert browser.submit(address, {**days(to_on=10), "reason": "延长"}).status_code == 422
    assert browser.submit(address, {**days(to_on=-1), "reason": "提前回来"}).status_code == 302
    with town.reading() as session:
        assert people.caller(session, person_id(town, "shuji")).stands_in == {}


def test_an_administrator_stands_in_for_nobody_of_the_business(signed_in, town):
    """INV-20: else he would do by substitution what he may not by appointment."""
    data = {"principal": person_id(town, "zhuren"), "substitute": person_id(town, "guanli"), "document_no": "某授〔2026〕1 号"}
    answer = signed_in("anquan").submit("/admin/substitutions/new", {**data, **days(from_on=0, to_on=9)})
    assert "不得兼任业务岗位" in faults_of(answer.text)["substitute"]
