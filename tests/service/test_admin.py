"""管理: each administrator his own part, everything dated, nothing deleted, nothing of the business seen (INV-20, domain 2.1)."""

import pytest

from service.demo import PEOPLE
from workflows import people
from workflows.engine import Subject, history

SYSTEM = ["/admin/units", "/admin/units/1", "/admin/units/new/TOWN", "/admin/units/1/change", "/admin/units/1/end",
          "/admin/enterprises", "/admin/persons", "/admin/persons/1", "/admin/persons/new", "/admin/persons/1/change",
          "/admin/persons/1/password", "/admin/persons/1/deactivate", "/admin/persons/1/activate", "/admin/parameters",
          "/admin/parameters/ZB2024/ack_wd", "/admin/parameters/ZB2024/ack_wd/change",
          "/admin/sectors", "/admin/sectors/new", "/admin/sectors/FIRE/rename", "/admin/sectors/FIRE/end",
          "/admin/sectors/FIRE/resume", "/admin/calendar", "/admin/calendar/2027/enter", "/admin/calendar/change"]  # fmt: skip
SECURITY = ["/admin/appointments", "/admin/appointments/new", "/admin/appointments/new?role=ENFORCER", "/admin/appointments/1/end",
            "/admin/substitutions", "/admin/substitutions/new"]  # fmt: skip
BOTH = ["/admin", "/admin/import", "/admin/import/template.xlsx"]
OTHERS = sorted(set(PEOPLE) - {"guanli", "anquan"})


def refusals(town, login):
    """The paths this person was refused, as the record has them."""
    with town.reading() as session:
        person = people.find_by_login(session, login)
        lines = history.lines(session, Subject("person", person.id))
        return [line.body["path"] for line in lines if line.kind == "refused"]


@pytest.mark.parametrize("login", OTHERS)
def test_nobody_else_gets_in_and_each_try_is_a_line(signed_in, town, login):
    browser = signed_in(login)
    asked = [*SYSTEM, *SECURITY, *BOTH, *([] if login == "shenji" else ["/audit"])]
    assert {browser.get(address).status_code for address in asked} == {403}
    assert refusals(town, login) == [address.partition("?")[0] for address in asked]
    assert 'href="/admin"' not in browser.get("/").text


@pytest.mark.parametrize(("login", "mine", "others"), [("guanli", SYSTEM, SECURITY), ("anquan", SECURITY, SYSTEM)])
def test_each_administrator_has_his_own_part(signed_in, town, login, mine, others):
    browser = signed_in(login)
    assert {address: browser.get(address).status_code for address in [*mine, *BOTH]} == dict.fromkeys([*mine, *BOTH], 200)
    assert {browser.get(address).status_code for address in others} == {403}
    assert refusals(town, login) == [address.partition("?")[0] for address in others]
    assert browser.get("/audit").status_code == 403


@pytest.mark.parametrize("login", ["guanli", "anquan", "shenji"])
def test_an_administrator_sees_no_hazards(signed_in, driver, login):
    with driver.database.reading() as session:
        subject = next(value for value, text in driver.rules.options["subjects"](session, None) if "木家具厂" in text)
    hazard = driver.report("cunwei", subject_on_file=True, subject_id=subject, source="SELF")
    browser = signed_in(login)
    assert browser.get(f"/hazards/{hazard}").status_code == 404
    assert f"/hazards/{hazard}" not in browser.get("/hazards").text
    assert 'href="/hazards"' not in browser.get("/").text


@pytest.mark.parametrize("address", ["units/999999", "persons/999999", "units/new/CASTLE", "parameters/ZB2024/nothing"])
def test_what_does_not_exist_is_not_found(signed_in, address):
    assert signed_in("guanli").get(f"/admin/{address}").status_code == 404
