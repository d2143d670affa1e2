"""Changes of who answers for a hazard (INV-3, INV-7): the newcomer acknowledges, then takes over with every open task."""

import pytest

from tests.scenarios.ways import appoint, bring, found, kinds, refused, state, waiting
from workflows import closures, duties, handovers, hazards
from workflows.engine import history, tasks
from workflows.errors import Conflict, Invalid, NotFound

WHY = {"reason": "原责任人调离，工作已交接。"}
ACCEPT, REFUSE = {"decision": "accept"}, {"decision": "refuse", "reason": "不分管这个村。"}


@pytest.fixture
def town(monday):
    """The town with a second liaison cadre of the village, and a second tracker of the department."""
    appoint(monday, "banshi1", "VILLAGE_LIAISON", "丙村")
    appoint(monday, "genzong2", "COUNTY_TRACKER", "甲县应急管理局")
    return monday


@pytest.fixture
def hazard(town):
    """Under rectification, led by the first liaison cadre and tracked by the first tracker."""
    cadre, tracker = town.person("baocun"), town.person("genzong1")
    answers = {"issue_rectify": {"territory_person": str(cadre)}, "name_tracker": {"tracker": str(tracker)}}
    at = bring(town, found(town), "apply", **answers)
    assert (state(town, at).lead_person_id, state(town, at).tracker_id) == (cadre, tracker)
    return at


def name(town, hazard, login, **change):
    data = {"part": "TERRITORY", "territory_person": str(town.person(login)), **WHY, **change}
    town.begin(hazard, "change_responsible", "zhuren", **data)


def test_whoever_takes_over_leads_from_then_on_and_has_the_open_tasks(town, hazard):
    """INV-7: until he acknowledges nothing changes; then the lead, the duty R and the application are his; the old R stays."""
    name(town, hazard, "banshi1")
    assert state(town, hazard).lead_person_id == town.person("baocun")
    town.do(hazard, "take_over", "banshi1", **ACCEPT)
    after, newcomer = state(town, hazard), town.person("banshi1")
    assert (after.territory_person_id, after.lead_person_id) == (newcomer, newcomer)
    assert next(task for task in town.open_tasks(hazard) if task.element_id == "apply").assignee_id == newcomer
    with town.database.reading() as session:
        thing = hazards.get(session, hazard)
        assert {town.person("baocun"), newcomer} <= set(duties.of(session, thing, "R"))
        assert handovers.rectify_faults(session, thing) == []
        assert closures.faults_before_application(session, thing).keys() <= {"feedback"}
    assert {"change_asked", "change_granted", "readdressed"} <= set(kinds(town, hazard))


def test_of_the_tasks_only_those_that_wait_are_told_to_be_somebody_elses(town, hazard):
    """The one by which he took over is done: it is nobody else's, and was never without anybody (受阻)."""
    name(town, hazard, "banshi1")
    town.do(hazard, "take_over", "banshi1", **ACCEPT)
    with town.database.reading() as session:
        ref = hazards.get(session, hazard).ref
        told = [line.body["element"] for line in history.lines(session, ref) if line.kind == "readdressed"]
        (done,) = (task for task, _ in tasks.with_forms(session, ref) if task.element_id == "take_over")
    assert (told, done.blocked, done.assignee_id) == (["apply"], "", town.person("banshi1"))


def test_a_refusal_with_its_reason_leaves_all_as_it_was(town, hazard):
    name(town, hazard, "banshi1")
    refused(Invalid, "拒收理由", town.do, hazard, "take_over", "banshi1", decision="refuse")
    town.do(hazard, "take_over", "banshi1", **REFUSE)
    assert state(town, hazard).lead_person_id == town.person("baocun")
    name(town, hazard, "banshi1")  # and another may be named


def test_the_county_changes_its_tracker_and_his_opinion_is_asked(town, hazard):
    """INV-3: K is borne by both; the tracker's opinion is the newcomer's."""
    town.begin(hazard, "change_tracker", "yingji", tracker=str(town.person("genzong2")), **WHY)
    town.do(hazard, "take_over", "genzong2", **ACCEPT)
    bring(town, hazard, "tracker_opinion")
    task = next(task for task in town.open_tasks(hazard) if task.element_id == "tracker_opinion")
    assert task.assignee_id == town.person("genzong2")
    with town.database.reading() as session:
        assert len(set(duties.of(session, hazards.get(session, hazard), "K"))) == 2


def test_only_one_waits_for_its_answer_and_a_closure_ends_it(town, hazard):
    name(town, hazard, "banshi1")
    tracker = {"tracker": str(town.person("genzong2")), **WHY}
    refused(Conflict, "已有一项变更待签收", town.begin, hazard, "change_tracker", "yingji", **tracker)
    for element in ("apply", "town_review", "tracker_opinion", "sign"):
        town.do(hazard, element)
    assert waiting(town, hazard) == ["draft_disclosure"]
    refused(Conflict, "只有在办的隐患", name, town, hazard, "banshi1")


def test_who_is_barred_or_was_not_offered_is_not_named(town, hazard):
    """Domain 2.2: R∩V=∅; nobody is named by an edited request; the same person needs no change."""
    refused(Invalid, "不用变更", name, town, hazard, "baocun")
    refused(Invalid, "不在可担任的人选之列", name, town, hazard, "zhifa1")
    with town.database.reading() as session:
        verifier = next(iter(duties.of(session, hazards.get(session, hazard), "V")))
    for login in ("zhifa1", "zhifa2", "zhifa3", "zhanzhang"):
        if town.person(login) == verifier:
            appoint(town, login, "VILLAGE_LIAISON", "丙村")
            refused(Invalid, "验收人", name, town, hazard, login)
            return
    raise AssertionError("nobody verified")


def test_before_the_handover_is_acknowledged_there_is_nothing_to_change(town):
    hazard = bring(town, found(town), "ack_territory")
    refused(Conflict, "签收以前不用变更", name, town, hazard, "banshi1")


def test_nobody_acknowledges_for_the_newcomer(town, hazard):
    name(town, hazard, "banshi1")
    refused(NotFound, "不在您的岗位上", town.do, hazard, "take_over", "baocun", **ACCEPT)
