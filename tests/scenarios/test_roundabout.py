"""AC-13 and AC-14 once more, round about: through a second person, through a substitute, and by the bare address."""

from datetime import timedelta

import pytest

from service import create_app
from service.config import Config
from service.demo import PASSWORD
from tests.scenarios.test_substitution import substitute
from tests.scenarios.ways import appoint, bring, close, found, refused, state, waiting
from tests.service.inspector import Inspector, faults_of
from workflows import clock, duties, hazards
from workflows.engine import Subject, history
from workflows.errors import Forbidden, Invalid

APPLICATION = {"summary": "整改完成并验收通过，申请销号。", "checklist": ["handovers", "plan", "photos", "verification", "feedback"]}


@pytest.fixture
def browse(monday, tmp_path):
    """`browse("baocun")` is a browser of this person."""
    config = Config(home=tmp_path, database_url=monday.database.url, secret_key="for tests " * 4)
    app = create_app(config, monday.database, monday.rules)
    app.test_client_class = Inspector

    def sign_in(login):
        browser = app.test_client()
        assert browser.sign_in(login).status_code == 302
        return browser

    return sign_in


def at(town, hazard, element):
    """The address of a hazard's open task."""
    return f"/tasks/{next(task.id for task in town.open_tasks(hazard) if task.element_id == element)}"


def refusals(town, login):
    """(status, method, path) of what this person was refused, as the record has it."""
    with town.database.reading() as session:
        lines = history.lines(session, Subject("person", town.person(login)))
    return [(line.body["status"], line.body["method"], line.body["path"]) for line in lines if line.kind == "refused"]


# ---- AC-13: nobody signs his own work ----------------------------------------------------------------------------------------


def test_a_second_person_who_acknowledged_for_the_lead_is_barred_as_he_is(monday, browse):
    """He took the rectification on for both of them: neither verifies nor reviews, by whatever post, on the page or beside it."""
    substitute(monday, "baocun", "banshi1")
    hazard = bring(monday, found(monday), "ack_territory")
    monday.do(hazard, "ack_territory", "banshi1")
    with monday.database.reading() as session:
        both = {monday.person("baocun"), monday.person("banshi1")}
        assert set(duties.of(session, hazards.get(session, hazard), "R")) == both
    for login in ("baocun", "banshi1"):
        appoint(monday, login, "ENFORCER", "乙镇")
        appoint(monday, login, "GROUP_DEPUTY", "乙镇")
    bring(monday, hazard, "verify")
    for login in ("baocun", "banshi1"):
        refused(Forbidden, "职责分离", monday.do, hazard, "verify", login)
        refused(Invalid, "不能验收", monday.do, hazard, "verify", "zhifa1", members=[str(monday.person(login))])
    bring(monday, hazard, "town_review")
    review = at(monday, hazard, "town_review")
    for login in ("baocun", "banshi1"):
        answer = browse(login).submit(review, {"decision": "approve", "opinion": "同意。"})
        assert (answer.status_code, "职责分离" in answer.text) == (403, True)
        assert refusals(monday, login) == [(403, "POST", review)]
    monday.do(hazard, "town_review", "zhuren")
    assert close(monday, hazard).status == "ARCHIVED"


def test_a_free_persons_barred_substitute_does_not_review_for_him(monday, browse):
    """The lead stands in for the deputy: he finds the task at the deputy's post, and may not do it."""
    substitute(monday, "zhuren", "baocun")
    hazard = bring(monday, found(monday), "town_review")
    review = at(monday, hazard, "town_review")
    answer = browse("baocun").submit(review, {"decision": "approve", "opinion": "同意。"})
    assert (answer.status_code, "职责分离" in answer.text) == (403, True)
    assert refusals(monday, "baocun") == [(403, "POST", review)]
    assert state(monday, hazard).status == "CLOSE_APPLIED"
    assert browse("zhuren").submit(review, {"decision": "approve", "opinion": "同意。"}).status_code == 302


def test_by_the_bare_address_nobody_else_signs(monday, browse):
    """Whoever has the address of the signature finds nothing there: to look, to claim, to keep, to sign; each try is recorded."""
    hazard = bring(monday, found(monday), "sign")
    address = at(monday, hazard, "sign")
    tries = [("GET", address), *(("POST", f"{address}{way}") for way in ("", "/claim", "/draft"))]
    for login in ("genzong1", "zhifa1", "changzhang", "xianban", "guanli"):
        browser = browse(login)
        for method, path in tries:
            data = {"decision": "sign", "password": PASSWORD}
            answer = browser.get(path) if method == "GET" else browser.submit(path, data, page="/")
            assert (answer.status_code, "安全出口上锁" in answer.text) == (404, False), (login, path)
        assert refusals(monday, login) == [(404, method, path) for method, path in tries]
    assert state(monday, hazard).status == "TOWN_APPROVED"


# ---- AC-14: no closure without the evidence ----------------------------------------------------------------------------------


def test_neither_the_lead_nor_his_substitute_applies_while_something_is_owed(monday, browse, clock_at):
    """The same lines for both, on the page: which Thursdays nobody has reported."""
    substitute(monday, "baocun", "banshi2")
    hazard = bring(monday, found(monday), "apply")
    clock_at(clock.now() + timedelta(days=11))
    address = at(monday, hazard, "apply")
    told = []
    for login in ("baocun", "banshi2"):
        answer = browse(login).submit(address, APPLICATION)
        assert answer.status_code == 422
        told.append((faults_of(answer.text), "03月05日" in answer.text))
    assert told[0] == told[1]
    assert told[0][1]
    assert state(monday, hazard).status == "VERIFIED"


def test_what_is_verified_by_nobody_has_no_address_to_apply_at(monday, browse):
    """Before a passed verification there is no application: neither a second hazard's address nor the verification's own serves."""
    substitute(monday, "baocun", "banshi2")
    ready, hazard = bring(monday, found(monday), "apply"), bring(monday, found(monday), "verify")
    assert "apply" not in waiting(monday, hazard)
    verification, other = at(monday, hazard, "verify"), at(monday, ready, "apply")
    last = max(task.id for each in (ready, hazard) for task in monday.open_tasks(each))
    for login in ("baocun", "banshi2"):
        browser = browse(login)
        assert browser.submit(verification, APPLICATION, page="/").status_code == 404
        assert browser.submit(f"/tasks/{last + 1}", APPLICATION, page="/").status_code == 404
    answer = browser.submit(other, {**APPLICATION, "subject_id": str(hazard), "hazard_id": str(hazard)})
    assert answer.status_code == 302  # whatever else is sent along, it is the hazard of the address that is applied for
    assert (state(monday, ready).status, state(monday, hazard).status) == ("CLOSE_APPLIED", "RECTIFIED")
    assert browser.submit(other, APPLICATION, page="/").status_code == 409
