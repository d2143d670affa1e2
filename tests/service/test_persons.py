"""人员: accounts, initial passwords, who is out and who comes back."""

import pytest

from service.demo import PASSWORD
from tests.service.administering import last, person_id
from tests.service.inspector import faults_of
from workflows import passwords, people
from workflows.engine import Subject, history
from workflows.errors import Forbidden


def initial(text):
    """The password that a page shows."""
    return text.split('class="secret">')[1].split("<")[0]


def test_a_new_person_signs_in_with_the_password_shown_and_chooses_his_own(signed_in, town, app):
    answer = signed_in("guanli").submit("/admin/persons/new", {"name": "新人", "login": "xinren"})
    assert answer.status_code == 200
    password, own = initial(answer.text), "Own-password-1"
    browser = app.test_client()
    assert browser.sign_in("xinren", password).status_code == 302
    assert browser.get("/").headers["Location"] == "/password"  # nothing else before it is his own
    assert browser.submit("/password", {"old": "wrong", "new": own, "again": own}).status_code == 422
    assert browser.submit("/password", {"old": password, "new": own, "again": "x"}).status_code == 422
    assert browser.submit("/password", {"old": password, "new": "short", "again": "short"}).status_code == 422
    assert browser.submit("/password", {"old": password, "new": password, "again": password}).status_code == 422
    assert browser.submit("/password", {"old": password, "new": own, "again": own}).status_code == 302
    assert browser.get("/").status_code == 200
    with pytest.raises(Forbidden):
        passwords.check(town, "xinren", password)
    assert password not in str([line.body for line in _lines(town, "xinren")])


def _lines(town, login):
    with town.reading() as session:
        return history.lines(session, Subject("person", people.find_by_login(session, login).id))


def test_a_deactivated_person_is_out_at_once_and_can_come_back(signed_in, town):
    village, admin = signed_in("cunwei"), signed_in("guanli")
    person = person_id(town, "cunwei")
    assert admin.submit(f"/admin/persons/{person}/deactivate", {"reason": "调离"}).status_code == 302
    assert village.get("/").headers["Location"].startswith("/sign-in")
    assert last(town, "cunwei", "deactivated").body == {"reason": "调离"}
    assert admin.submit(f"/admin/persons/{person}/deactivate", {"reason": "调离"}).status_code == 409
    assert admin.submit(f"/admin/persons/{person}/activate", {"reason": "调回"}).status_code == 302
    assert passwords.check(town, "cunwei", PASSWORD) == person


def test_an_administrator_does_not_shut_himself_out(signed_in, town):
    answer = signed_in("guanli").submit(f"/admin/persons/{person_id(town, 'guanli')}/deactivate", {"reason": "误点"})
    assert "不能停用自己" in faults_of(answer.text)["reason"]


def test_a_certificate_and_a_new_password(signed_in, town):
    admin, person = signed_in("guanli"), person_id(town, "cunwei")
    data = {"name": "丙村村委主任", "certificate_no": "ZF-9901-009"}
    assert admin.submit(f"/admin/persons/{person}/change", data).status_code == 302
    assert last(town, "cunwei", "person_changed").body["after"] == {"certificate_no": "ZF-9901-009"}
    password = initial(admin.submit(f"/admin/persons/{person}/password", {"reason": "本人忘记"}).text)
    assert passwords.check(town, "cunwei", password) == person


@pytest.mark.parametrize(("login", "part"), [("cunwei", "已有人使用"), ("大写", "格式不对")])
def test_a_login_is_ones_own_and_plain(signed_in, login, part):
    answer = signed_in("guanli").submit("/admin/persons/new", {"name": "新人", "login": login})
    assert part in faults_of(answer.text)["login"]
