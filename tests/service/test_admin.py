"""管理: each administrator his own part, everything dated, nothing deleted, nothing of the business seen (INV-20, domain 2.1)."""

from datetime import timedelta
from pathlib import Path

import pytest

import workflows
from service.demo import PASSWORD, PEOPLE
from tests.service.inspector import faults_of
from workflows import campaigns, clock, dues, passwords, people
from workflows.engine import Subject, history
from workflows.errors import Forbidden
from workflows.parameters import ON_FILE, SPECS

TELLING = {"campaigns", "parameters"}  # where they are defined and described

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


def last(town, login, kind):
    """The newest line of a kind about a person."""
    with town.reading() as session:
        person = people.find_by_login(session, login)
        return next(line for line in reversed(history.lines(session, Subject("person", person.id))) if line.kind == kind)


def unit_id(town, name):
    with town.reading() as session:
        return people.find_unit_named(session, name).id


def person_id(town, login):
    with town.reading() as session:
        return people.find_by_login(session, login).id


def days(**offsets):
    """The parts of date fields, counted from today."""
    found = {}
    for key, offset in offsets.items():
        on = clock.today() + timedelta(days=offset)
        found |= {f"{key}.year": on.year, f"{key}.month": on.month, f"{key}.day": on.day}
    return found


# ---- rights ------------------------------------------------------------------------------------------------------------


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


# ---- units -------------------------------------------------------------------------------------------------------------


def test_a_village_is_added_renamed_and_ended(signed_in, town):
    browser = signed_in("guanli")
    page = "/admin/units/new/VILLAGE"
    assert browser.submit(page, {"name": "戊村", "region_code": "999901101203"}).status_code == 302
    made = unit_id(town, "戊村")
    assert browser.submit(f"/admin/units/{made}/change", {"name": "戊社区"}).status_code == 302
    assert browser.submit(f"/admin/units/{made}/end", days(to_on=-1)).status_code == 302
    with town.reading() as session:
        lines = history.lines(session, Subject("unit", made))
        assert [(line.kind, line.by) for line in lines] == [(kind, person_id(town, "guanli")) for kind in ("unit_added", "unit_changed", "unit_ended")]
        assert lines[1].body == {"before": {"name": "戊村"}, "after": {"name": "戊社区"}}
        assert "戊社区" not in [unit.name for unit in people.units(session, "VILLAGE")]
        assert people.get_unit(session, made).parent_id == people.find_unit_named(session, "乙镇").id
    assert "戊社区" not in browser.get("/admin/units").text
    assert "戊社区" in browser.get("/admin/units?ended=1").text


@pytest.mark.parametrize(
    ("kind", "data", "field", "part"),
    [
        ("VILLAGE", {"name": "戊村", "region_code": "99990110120"}, "region_code", "12 位"),
        ("VILLAGE", {"name": "戊村", "region_code": "999901101000"}, "region_code", "后 3 位不为 0"),
        ("VILLAGE", {"name": "戊村", "region_code": "999901199201"}, "region_code", "没有区划代码为 999901199000"),
        ("VILLAGE", {"name": "戊村", "region_code": "999901101201"}, "region_code", "已登记为“丙村”"),
        ("TOWN", {"name": "己镇", "region_code": "999901000000"}, "region_code", "后 3 位为 0"),
        ("STATION", {"name": "应急站", "region_code": "999901101000"}, "sectors", "主管行业领域"),
        ("STATION", {"name": "应急站", "region_code": "000000000000", "sectors": "FIRE"}, "region_code", "从列出的选项"),
        ("ENTERPRISE", {"subject_type": "ENTERPRISE"}, "uscc", "企业须填写"),
        ("ENTERPRISE", {"subject_type": "ENTERPRISE", "uscc": "91999901MA0000001Q"}, "uscc", "校验位不符"),
        ("ENTERPRISE", {"subject_type": "ENTERPRISE", "uscc": "91999901MA0000001P"}, "uscc", "已登记为“乙镇木家具厂”"),
    ],
)
def test_what_is_wrong_with_a_unit_is_said_at_its_field(signed_in, kind, data, field, part):
    given = {"name": "某厂", "region_code": "999901101201", "sector_code": "GAS", "address": "村东"} if kind == "ENTERPRISE" else {}
    answer = signed_in("guanli").submit(f"/admin/units/new/{kind}", {**given, **data})
    assert answer.status_code == 422
    assert part in faults_of(answer.text)[field]


def test_the_unlicensed_need_no_code(signed_in, town):
    data = {"name": "路口烧烤摊", "region_code": "999901101201", "sector_code": "GAS", "address": "路口", "subject_type": "STALL"}
    assert signed_in("guanli").submit("/admin/units/new/ENTERPRISE", data).status_code == 302
    assert "路口烧烤摊" in signed_in("guanli").get("/admin/enterprises?q=烧烤").text


def test_a_unit_with_people_does_not_end(signed_in, town):
    answer = signed_in("guanli").submit(f"/admin/units/{unit_id(town, '丙村')}/end", days(to_on=0))
    assert answer.status_code == 422
    assert "下属单位、2 项任职没有终止" in faults_of(answer.text)["to_on"]


def test_a_station_of_another_industry_gets_its_hazards(signed_in, town):
    """M034: routing follows the industries at once."""
    station = unit_id(town, "乙镇应急消防站")
    data = {"name": "乙镇应急消防站", "sectors": ["MINE", "FIRE"]}
    assert signed_in("guanli").submit(f"/admin/units/{station}/change", data).status_code == 302
    with town.reading() as session:
        assert people.get_unit(session, station).sectors == ["MINE", "FIRE"]


# ---- persons -----------------------------------------------------------------------------------------------------------


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


# ---- posts -------------------------------------------------------------------------------------------------------------


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


# ---- parameters --------------------------------------------------------------------------------------------------------


def test_a_parameter_changes_and_keeps_its_past(signed_in, town):
    browser = signed_in("guanli")
    page = "/admin/parameters/ZB2024/ack_wd"
    assert browser.submit(f"{page}/change", {"value": "2", "reason": "县专项办通知"}).status_code == 302
    text = browser.get(page).text
    assert "2 个工作日" in text and "1 个工作日" in text and "县专项办通知" in text
    with town.reading() as session:
        assert campaigns.param(session, "ZB2024", "ack_wd") == 2
        assert campaigns.param(session, "ZD2023", "ack_wd") == 1


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("ack_wd", "0", "1 至 60"),
        ("ack_wd", "abc", "填写数字"),
        ("postclose_sample", "120", "0 至 100"),
        ("urge_wd", "0，3，7", "应填 4 个数"),
        ("urge_wd", "0，7，3，15", "由小到大"),
        ("appraisal_weights", "30，25，25，25", "合计应为 100"),
        ("lead_check_freq", "DAILY", "从列出的选项"),
    ],
)
def test_a_senseless_value_is_refused(signed_in, name, value, part):
    answer = signed_in("guanli").submit(f"/admin/parameters/ZB2024/{name}/change", {"value": value, "reason": "试一试"})
    assert part in faults_of(answer.text)["value"]


def test_shares_and_lists_are_typed_as_people_write_them(signed_in, town):
    browser = signed_in("guanli")
    for name, value in (("postclose_sample", "35"), ("urge_wd", "0、2、5、9"), ("remind_wd", "-5, -1")):
        assert browser.submit(f"/admin/parameters/ZB2024/{name}/change", {"value": value, "reason": "通知"}).status_code == 302
    with town.reading() as session:
        params = campaigns.params(session, "ZB2024")
    assert (params["postclose_sample"], params["urge_wd"], params["remind_wd"]) == (0.35, [0, 2, 5, 9], [-5, -1])


@pytest.mark.parametrize("name", ["rectified_counting", "feedback_dow"])
def test_what_the_house_is_built_on_is_fixed(signed_in, name):
    """已整改 is what is signed; 周四反馈 is of Thursdays."""
    assert signed_in("guanli").get(f"/admin/parameters/ZB2024/{name}/change").status_code == 404


def test_a_parameter_by_which_nothing_is_counted_says_so():
    """Nobody changes one and waits for what will never come of it."""
    code = "".join(file.read_text() for file in Path(workflows.__file__).parent.rglob("*.py") if file.stem not in TELLING)
    read = {name for name in SPECS if f'"{name}"' in code} | dues.known()
    assert {name for name, spec in SPECS.items() if spec.hint == ON_FILE} == SPECS.keys() - read - {"rectified_counting", "feedback_dow"}
