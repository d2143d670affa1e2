"""Whoever leaves his post blocks nobody (INV-7): claims end, tasks go up or stand as blocked, and the record says so."""

from types import SimpleNamespace

import pytest

from tests.scenarios.ways import appoint, bring, close, found, kinds, refused, state, waiting
from workflows import addresses, changes, clock, daily, hazards, people, staffing, steps, verifications
from workflows.engine import history, own, tasks
from workflows.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from workflows.people import Appointment


def task_at(town, hazard, element):
    """The open task at an element."""
    return next(task for task in town.open_tasks(hazard) if task.element_id == element)


def claim(town, hazard, element, login):
    """Take a task on oneself."""
    with town.database.transaction() as session:
        caller = people.caller(session, town.person(login))
        tasks.claim(session, town.rules, tasks.get(session, task_at(town, hazard, element).id, caller), caller)


def leave(town, login, *, is_told=True):
    """End all posts of a person with yesterday; `is_told`: through the administrator's page, which asks whose the tasks are."""
    with town.database.transaction() as session:
        for post in session.query(Appointment).filter_by(person_id=town.person(login)):
            staffing.end_appointment(session, post, clock.today() - clock.DAY, "调离", by=town.person("anquan"))
        if is_told:
            steps.readdress(session, town.person(login))


def shut_out(town, login):
    """Deactivate a person."""
    with town.database.transaction() as session:
        staffing.deactivate(session, people.get(session, town.person(login)), "调离", by=town.person("guanli"))
        steps.readdress(session, town.person(login))


def come_back(town, login):
    """Give back the liaison's post, and the account if it was shut."""
    with town.database.transaction() as session:
        person = people.get(session, town.person(login))
        if not person.is_active:
            staffing.activate(session, person, "返岗", by=town.person("guanli"))
        else:
            village = next(unit for unit in people.units(session, "VILLAGE") if unit.name == "丙村")
            staffing.appoint(session, person, "VILLAGE_LIAISON", village, clock.today())
        steps.readdress(session, person.id)


@pytest.mark.parametrize("goes", [leave, shut_out])
def test_a_claim_ends_with_the_post_and_colleagues_go_on(monday, goes):
    """A colleague's task is free again; the other's claims stay; the line names whose claim it was."""
    hazard, other = (bring(monday, found(monday), "register") for _ in range(2))
    claim(monday, hazard, "register", "banshi1")
    claim(monday, other, "register", "banshi2")
    refused(Conflict, "已由同岗位的其他人签领", monday.do, hazard, "register", "banshi2")
    goes(monday, "banshi1")
    with monday.database.reading() as session:
        ended = [line for line in history.lines(session, hazards.get(session, hazard).ref) if line.kind == "claim_ended"]
    assert [line.body["person"] for line in ended] == [monday.person("banshi1")]
    assert task_at(monday, other, "register").assignee_id == monday.person("banshi2")
    assert "claim_ended" not in kinds(monday, other)
    monday.do(hazard, "register", "banshi2")
    assert close(monday, hazard).status == "ARCHIVED"


def test_a_claim_ends_in_the_night_after_the_last_day(monday, clock_at):
    """The daily job: on his last day he still works, the day after he is gone."""
    hazard = bring(monday, found(monday), "register")
    claim(monday, hazard, "register", "banshi1")
    with monday.database.transaction() as session:
        post = session.query(Appointment).filter_by(person_id=monday.person("banshi1")).one()
        staffing.end_appointment(session, post, clock.today(), "调离", by=monday.person("anquan"))
    assert daily.readdress_daily(monday.database) == 0
    clock_at("2026-03-03 00:20")
    assert daily.readdress_daily(monday.database) == 1
    assert daily.readdress_daily(monday.database) == 0
    monday.do(hazard, "register", "banshi2")


def test_a_post_that_nobody_holds_any_more_sends_its_tasks_up(monday):
    """上转表: 经办→主任; what was addressed before they left goes up as well, and a newcomer's post takes the next one."""
    hazard = bring(monday, found(monday), "register")
    leave(monday, "banshi1")
    assert task_at(monday, hazard, "register").note == ""
    leave(monday, "banshi2")
    assert "已上转" in task_at(monday, hazard, "register").note
    assert "readdressed" in kinds(monday, hazard)
    refused(NotFound, "", monday.do, hazard, "register", "banshi2")
    monday.do(hazard, "register", "zhuren")
    bring(monday, hazard, "sign")


def test_where_nobody_is_left_the_task_is_blocked_until_somebody_is_appointed(monday):
    """INV-7, 县签字无上转."""
    hazard = bring(monday, found(monday), "sign")
    claim(monday, hazard, "sign", "fuxianzhang")
    leave(monday, "fuxianzhang")
    task = task_at(monday, hazard, "sign")
    assert "没有可上转的岗位" in task.blocked
    assert task.assignee_id is None
    appoint(monday, "zhujian", "COUNTY_LEADER", "甲县")
    assert daily.readdress_daily(monday.database) == 1
    assert close(monday, hazard).status == "ARCHIVED"


@pytest.mark.parametrize("goes", [leave, shut_out])
def test_a_named_person_who_left_is_said_to_be_missing(monday, goes):
    """INV-7: what is his by name stands as blocked, with what to do about it."""
    hazard = bring(monday, found(monday), "apply")
    goes(monday, "baocun")
    assert "已离岗或账号已停用" in task_at(monday, hazard, "apply").blocked
    refused(Problem, "", monday.do, hazard, "apply", "zhuren")
    come_back(monday, "baocun")
    assert task_at(monday, hazard, "apply").blocked == ""
    assert close(monday, hazard).status == "ARCHIVED"


def test_a_member_who_left_does_not_hold_up_the_verification(monday):
    """⑧: nobody confirms for him; the leading verifier takes the finding back and names another."""
    hazard = bring(monday, found(monday), "verify")
    monday.do(hazard, "verify", "zhifa1", members=[str(monday.person("zhifa2"))])
    refused(Forbidden, "本人", _confirm, monday, hazard, "zhifa1", {"agree": "no", "opinion": "成员离岗。"}, "zhifa2")
    shut_out(monday, "zhifa2")
    assert task_at(monday, hazard, "confirm_verification").assignee_id == monday.person("zhifa1")
    refused(Invalid, "不能替他同意", monday.do, hazard, "confirm_verification", "zhifa1")
    monday.do(hazard, "confirm_verification", "zhifa1", agree="no", opinion="成员离岗，重新指定。")
    assert waiting(monday, hazard) == ["issue_track", "verify"]
    monday.do(hazard, "verify", "zhifa1", members=[str(monday.person("zhifa3"))])
    assert close(monday, hazard).status == "ARCHIVED"
    assert state(monday, hazard).return_count == 0


def _confirm(town, hazard, login, data, of):
    """Confirm by a direct call, past the address."""
    with town.database.transaction() as session:
        thing, task = hazards.get(session, hazard), SimpleNamespace(id=1, element_id="", index=0)
        assert verifications.member(session, thing, 0) == town.person(of)
        verifications.confirm_verification(session, thing, by=town.person(login), on_behalf_of=None, task=task, data=data)


def test_a_colleague_at_another_post_of_the_lead_is_not_asked_to_record_for_the_enterprise(monday):
    """代录, domain 3.3: the lead himself and the village, not everybody who shares one of the lead's posts."""
    appoint(monday, "xianban", "SECTOR_LEADER", "乙镇工贸燃气领导组")
    stall = {"subject_on_file": False, "subject_type": "STALL", "subject_name": "集市烧烤摊", "region_code": "999901101201"}
    hazard = monday.report("zhifa1", **stall, sector="GAS", address="丙村集市")
    bring(monday, hazard, "plan")
    refused(NotFound, "", monday.do, hazard, "plan", "xianban")
    refused(NotFound, "", monday.do, hazard, "plan", "cunwei2")
    claim(monday, hazard, "plan", "baocun")
    refused(Conflict, "已由同岗位的其他人签领", monday.do, hazard, "plan", "cunwei")
    leave(monday, "baocun")
    monday.do(hazard, "plan", "cunwei")
    with monday.database.reading() as session:
        assert own(monday.person("baocun")) not in tasks.posts_of(session, task_at(monday, hazard, "rectify"))


def test_whoever_is_to_be_replaced_is_not_offered_again(monday):
    """Of the village's only cadre the town's others take over; the department's only tracker nobody."""
    hazard = bring(monday, found(monday), "apply")
    with monday.database.reading() as session:
        thing = hazards.get(session, hazard)
        village, town = (addresses.territory_persons(session, thing, but=but) for but in (None, thing.territory_person_id))
        assert [person.id for person in village] == [thing.territory_person_id]
        assert village[0] not in town
        assert changes.next_territory_persons(session, thing) == town
        assert changes.next_trackers(session, thing) == []
    appoint(monday, "banshi1", "VILLAGE_LIAISON", "丁村")
    change = {"part": "TERRITORY", "territory_person": str(monday.person("banshi1")), "reason": "原责任人病假。"}
    monday.begin(hazard, "change_responsible", "zhuren", **change)
