"""Acting for another (domain 2.2), and the way up where those at the post are barred (上转表, domain 3.3)."""

from datetime import timedelta

import pytest

from service import create_app
from service.config import Config
from tests.scenarios.ways import appoint, bring, close, found, refused
from tests.service.inspector import Inspector
from workflows import clock, daily, duties, hazards, people, staffing
from workflows.engine import history, tasks
from workflows.errors import Forbidden, NotFound, Problem

# ---- substitution ------------------------------------------------------------------------------------------------------------


def substitute(town, principal, stand_in):
    """Let one person stand in for another this month."""
    with town.database.transaction() as session:
        one, other = (people.get(session, town.person(login)) for login in (principal, stand_in))
        staffing.substitute(session, one, other, clock.today(), clock.today() + timedelta(days=30), document_no="授权〔2026〕1号")


def test_a_substitute_acts_for_his_principal_and_the_duty_counts_for_both(monday):
    """Domain 2.2: 按实际操作人和委托人双重校验."""
    substitute(monday, "zhuren", "xianban")
    hazard = bring(monday, found(monday), "town_review")
    monday.do(hazard, "town_review", "xianban")
    with monday.database.reading() as session:
        thing = hazards.get(session, hazard)
        last = tasks.submissions(session, thing.ref)[-1]
        assert (last.by, last.on_behalf_of) == (monday.person("xianban"), monday.person("zhuren"))
        assert set(duties.of(session, thing, "T")) == {monday.person("xianban"), monday.person("zhuren")}
    for login in ("xianban", "zhuren"):
        appoint(monday, login, "COUNTY_LEADER", "甲县")
    bring(monday, hazard, "sign")
    for login in ("xianban", "zhuren"):
        refused(Forbidden, "镇审核人", monday.do, hazard, "sign", login)
    monday.do(hazard, "sign", "fuxianzhang")


def test_a_substitute_may_not_do_what_he_or_his_principal_is_barred_from(monday):
    """Domain 2.2: barred himself (he verified), or standing in for who is barred (the lead)."""
    for principal in ("zhuren", "baocun"):
        substitute(monday, principal, "zhifa1")
    hazard = bring(monday, found(monday), "verify")
    monday.do(hazard, "verify", "zhifa1", members=[str(monday.person("zhifa2"))])
    bring(monday, hazard, "town_review")
    refused(Forbidden, "验收人", monday.do, hazard, "town_review", "zhifa1")
    other = bring(monday, found(monday), "town_review")
    appoint(monday, "baocun", "GROUP_DEPUTY", "乙镇")
    substitute(monday, "baocun", "zhifa3")
    refused(Forbidden, "职责分离", monday.do, other, "town_review", "zhifa3")


def test_the_county_leaders_signature_is_not_delegable(monday):
    """⑫: 不可代办、不可授权: his substitute does not find the task, not even when the leader has claimed it."""
    substitute(monday, "fuxianzhang", "xianban")
    hazard = bring(monday, found(monday), "sign")
    refused(NotFound, "", monday.do, hazard, "sign", "xianban")
    with monday.database.transaction() as session:
        caller = people.caller(session, monday.person("fuxianzhang"))
        tasks.claim(session, monday.rules, tasks.get(session, monday.open_tasks(hazard)[0].id, caller), caller)
    refused(NotFound, "", monday.do, hazard, "sign", "xianban")
    assert close(monday, hazard).status == "ARCHIVED"


def test_nobody_confirms_a_verification_for_another(monday):
    """⑧: 每名成员以本人账号确认."""
    substitute(monday, "zhifa2", "zhifa3")
    hazard = bring(monday, found(monday), "verify")
    monday.do(hazard, "verify", "zhifa1", members=[str(monday.person("zhifa2"))])
    refused(Forbidden, "本人", monday.do, hazard, "confirm_verification", "zhifa3")


# ---- readdressing --------------------------------------------------------------------------------------------------------------


def review(town, hazard):
    """The town review's task."""
    return next(task for task in town.open_tasks(hazard) if task.element_id == "town_review")


def barred_deputy(town):
    """A hazard before its first handover, led by the deputy head himself: he may not review it."""
    appoint(town, "zhuren", "VILLAGE_LIAISON", "丙村")
    return bring(town, found(town), "issue_rectify"), {"issue_rectify": {"territory_person": str(town.person("zhuren"))}}


def test_the_review_goes_up_to_the_head_of_the_group(monday):
    """上转表: 副组长→组长; it says so on the task and in the record, and the deputy does not get at it."""
    hazard, led = barred_deputy(monday)
    bring(monday, hazard, "town_review", **led)
    assert "已上转领导组组长" in review(monday, hazard).note
    with pytest.raises(Problem):
        monday.do(hazard, "town_review", "zhuren")
    with monday.database.reading() as session:
        assert "readdressed" in [line.kind for line in history.lines(session, hazards.get(session, hazard).ref)]  # 每次上转留痕
    monday.do(hazard, "town_review", "shuji")
    assert close(monday, hazard).status == "ARCHIVED"


def barred_head(town):
    """And the head of the group verified it."""
    hazard, led = barred_deputy(town)
    appoint(town, "shuji", "ENFORCER", "乙镇")
    bring(town, hazard, "verify", **led)
    town.do(hazard, "verify", "zhifa1", members=[str(town.person("shuji"))])
    return hazard


def test_the_review_goes_up_to_the_county_office(monday):
    """上转表: 组长→县专项办, when the head is barred as well."""
    hazard = bring(monday, barred_head(monday), "town_review")
    assert "已上转县专项领导组办公室" in review(monday, hazard).note
    monday.do(hazard, "town_review", "xianban")
    assert close(monday, hazard).status == "ARCHIVED"


def test_where_the_way_up_ends_the_task_is_blocked_and_shown(monday, tmp_path):
    """2.2: 合格审核人不足，不得放行: blocked, nobody's inbox has it, and the case's page says why."""
    appoint(monday, "xianban", "COUNTY_TRACKER", "甲县")
    hazard = barred_head(monday)
    bring(monday, hazard, "town_review", name_tracker={"tracker": str(monday.person("xianban"))})
    task = review(monday, hazard)
    assert "没有可上转的岗位" in task.blocked
    with pytest.raises(LookupError):
        monday.do(hazard, "town_review")
    config = Config(home=tmp_path, database_url=monday.database.url, secret_key="for tests " * 4)
    app = create_app(config, monday.database, monday.rules)
    app.test_client_class = Inspector
    browser = app.test_client()
    browser.sign_in("banshi1")
    page = browser.get(f"/hazards/{hazard}").text
    assert "受阻" in page
    assert "没有可上转的岗位" in page


def test_a_blocked_task_finds_whoever_is_appointed_later(monday):
    """INV-7: a case is nobody's business only until somebody is appointed; the record says that he was found."""
    appoint(monday, "xianban", "COUNTY_TRACKER", "甲县")
    hazard = barred_head(monday)
    bring(monday, hazard, "town_review", name_tracker={"tracker": str(monday.person("xianban"))})
    assert daily.readdress_daily(monday.database) == 0
    appoint(monday, "banshi1", "GROUP_DEPUTY", "乙镇")
    assert daily.readdress_daily(monday.database) == 1
    assert review(monday, hazard).blocked == ""
    monday.do(hazard, "town_review", "banshi1")
    with monday.database.reading() as session:
        kinds = [line.kind for line in history.lines(session, hazards.get(session, hazard).ref)]
    assert "readdressed" in kinds
    assert close(monday, hazard).status == "ARCHIVED"


def test_who_claims_for_his_principal_acts_for_his_principal(monday):
    """Domain 2.2: a claim in one's own name does not make one forget for whom one acts."""
    substitute(monday, "zhuren", "xianban")
    hazard = bring(monday, found(monday), "town_review")
    with monday.database.transaction() as session:
        caller = people.caller(session, monday.person("xianban"))
        tasks.claim(session, monday.rules, tasks.get(session, review(monday, hazard).id, caller), caller)
    monday.do(hazard, "town_review", "xianban")
    with monday.database.reading() as session:
        mine = hazards.get(session, hazard)
        assert set(duties.of(session, mine, "T")) == {monday.person("zhuren"), monday.person("xianban")}
