"""Immediate danger (安全生产法 65, 70; domain 3.4 停产撤人): ordered, signed, served, and lifted after a look at the place."""

from datetime import timedelta

import pytest

from tests.scenarios.test_extensions import ASK
from tests.scenarios.test_leaving import leave
from tests.scenarios.ways import appoint, bring, found, kinds, refused, state, waiting
from workflows import clock, facts, hazards, petitions, stops
from workflows.engine import Cause, history
from workflows.errors import Conflict, Forbidden, Invalid

AGREE, REFUSE = {"decision": "agree", "opinion": "情况属实，同意。"}, {"decision": "refuse", "opinion": "可以局部停用，不必停产。"}
DANGER = {"immediate_danger": True, "interim_measures": "已撤出人员并断电。"}


def drafted(town, **change):
    """An order as it is usually drafted by zhifa1."""
    usual = {
        "measures": ["EVACUATE", "STOP"],
        "reason": "粉尘浓度超标，随时可能爆炸，整改期间无法保证安全。",
        "scope": "打磨车间全部停产，撤出 12 人。",
        "partner": str(town.person("zhifa2")),
    }
    return {**usual, **change}


def stop(town, hazard, **change):
    """Drafted, signed and acknowledged."""
    town.begin(hazard, "stop_order", "zhifa1", **drafted(town, **change))
    town.do(hazard, "deputy_signs", **AGREE)
    town.do(hazard, "serve_stop", "changzhang", served="accept")
    return state(town, hazard)


def resume(town, hazard, **check):
    """Asked for by the enterprise, looked at by another, and agreed to."""
    town.begin(hazard, "resumption", "changzhang", reason="除尘系统已检修，浓度合格。", photos=[town.photo("safe")])
    found_there = {"onsite_at": clock.now().isoformat(), "photos": [town.photo("look")], **AGREE, **check}
    town.do(hazard, "check_resumption", "zhifa2", **found_there)


@pytest.fixture
def hazard(monday):
    """In immediate danger, under rectification until 2026-03-31."""
    return bring(monday, found(monday, **DANGER), "rectify", issue_rectify={"due_date": "2026-03-31"})


def test_an_order_is_signed_served_and_lifted_after_a_look(monday, hazard):
    """M068, law 65: what is stopped goes on only after somebody looked and the town agreed; the chain tells all of it."""
    assert stop(monday, hazard).stop_production
    resume(monday, hazard)
    assert state(monday, hazard).stop_production
    monday.do(hazard, "deputy_decision", **AGREE)
    after = state(monday, hazard)
    assert (after.stop_production, after.immediate_danger, after.status) == (False, False, "RECTIFYING")
    told = [kind for kind in kinds(monday, hazard) if "stop" in kind or "resum" in kind or kind in ("STOPPED", "RESUMED")]
    ordered = ["stop_asked", "stop_reviewed", "STOPPED", "stop_granted", "stop_served"]
    assert told == [*ordered, "resumption_asked", "resumption_reviewed", "resumption_reviewed", "RESUMED", "resumption_granted"]
    with monday.database.reading() as session:
        assert history.verify(session, hazards.get(session, hazard).ref) == []
        assert facts.faults(session) == []


def test_whoever_looked_has_looked_though_he_is_moved_before_the_town_agrees(monday, hazard, clock_at):
    """安全生产法 65: his post counts on the day he looked; nobody could grant it any more if it counted today."""
    stop(monday, hazard)
    resume(monday, hazard)
    clock_at("2026-03-04 09:00")
    leave(monday, "zhifa2")
    monday.do(hazard, "deputy_decision", **AGREE)
    assert not state(monday, hazard).stop_production


def test_a_deadline_waits_for_the_danger_to_be_stopped_or_removed(monday, hazard):
    """P08: 紧急危险未消除且未停产的不得批; stopped, or looked at and removed, it may be extended."""
    refused(Conflict, "紧急危险", monday.begin, hazard, "extension", "changzhang", **ASK)
    resume(monday, hazard)
    monday.do(hazard, "deputy_decision", **AGREE)
    monday.begin(hazard, "extension", "changzhang", **ASK)
    assert "lead_opinion" in waiting(monday, hazard)


def test_what_is_found_unsafe_stays_stopped_and_may_be_asked_for_again(monday, hazard):
    """16号令: 不合格续停."""
    stop(monday, hazard)
    resume(monday, hazard, decision="refuse", opinion="浓度仍然超标。")
    assert state(monday, hazard).stop_production
    resume(monday, hazard)
    assert "deputy_decision" in waiting(monday, hazard)


def test_power_is_cut_by_the_head_alone_after_an_order_was_not_obeyed_with_a_days_notice(monday, hazard):
    """安全生产法 70: 拒不执行的, 主要负责人批准, 提前二十四小时, 紧急情形除外."""
    soon, later = ((clock.now() + timedelta(hours=hours)).isoformat() for hours in (2, 25))
    cut = {"measures": ["CUT"], "cut_at": later, "is_urgent": False}
    refused(Invalid, "拒不执行", monday.begin, hazard, "stop_order", "zhifa1", **drafted(monday, **cut))
    stop(monday, hazard)
    refused(Invalid, "已责令", monday.begin, hazard, "stop_order", "zhifa1", **drafted(monday))
    refused(Invalid, "提前 24 小时", monday.begin, hazard, "stop_order", "zhifa1", **drafted(monday, **{**cut, "cut_at": soon}))
    monday.begin(hazard, "stop_order", "zhifa1", **drafted(monday, **cut))
    assert "deputy_signs" not in waiting(monday, hazard)
    monday.do(hazard, "head_signs", "shuji", **AGREE)
    with monday.database.reading() as session:
        assert facts.find_last(session, hazard, "RESTRICTED").line.body["measures"] == ["CUT"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"measures": []}, "现场处理措施"),
        ({"reason": ""}, "现实危险"),
        ({"scope": ""}, "范围"),
        ({"partner": ""}, "一同到场"),
    ],
)
def test_what_is_lacking_is_said_and_nothing_is_ordered(monday, hazard, change, word):
    refused(Invalid, word, monday.begin, hazard, "stop_order", "zhifa1", **drafted(monday, **change))
    assert not state(monday, hazard).stop_production


def test_nobody_inspects_alone_signs_his_own_draft_or_lifts_by_himself(monday, hazard):
    """INV-18, domain 2.2; the domain asks for the signature whatever the diagram says."""
    alone = drafted(monday, partner=str(monday.person("zhifa1")))
    refused(Invalid, "另一名", monday.begin, hazard, "stop_order", "zhifa1", **alone)
    monday.begin(hazard, "stop_order", "zhifa1", **drafted(monday))
    with monday.database.transaction() as session:
        thing = hazards.get(session, hazard)
        refused(Conflict, "还没有经", stops.order_stop, session, thing, cause=Cause(("task", 0), clock.now()))
    monday.do(hazard, "deputy_signs", **REFUSE)
    assert not state(monday, hazard).stop_production
    resume(monday, hazard)
    with monday.database.transaction() as session:
        thing = hazards.get(session, hazard)
        refused(Conflict, "还没有经领导组副组长", stops.lift_stop, session, thing, cause=Cause(("task", 0), clock.now()))
    appoint(monday, "zhifa2", "GROUP_DEPUTY", "乙镇")
    refused(Forbidden, "恢复生产审查人", monday.do, hazard, "deputy_decision", "zhifa2", **AGREE)


def test_who_will_not_sign_gets_it_left_there_with_a_picture(monday):
    """留置送达 where the enterprise has no account: the village serves it and shows so."""
    hazard = bring(monday, found(monday, at="丁村面馆"), "ack_territory")
    monday.begin(hazard, "stop_order", "zhifa1", **drafted(monday))
    monday.do(hazard, "deputy_signs", **AGREE)
    refused(Invalid, "回证", monday.do, hazard, "serve_stop", "cunwei2", served="left")
    monday.do(hazard, "serve_stop", "cunwei2", served="left", receipt=[monday.photo("receipt")])
    with monday.database.reading() as session:
        row = petitions.find_granted(session, stops.Stop, hazards.get(session, hazard))
        assert row.is_left and row.served_at


def test_an_order_does_not_close_anything(monday, hazard):
    """INV-22; the order stands until it is lifted, also over the signature."""
    stop(monday, hazard)
    bring(monday, hazard, "")
    after = state(monday, hazard)
    assert (after.status, after.stop_production) == ("ARCHIVED", True)
    resume(monday, hazard)
    monday.do(hazard, "deputy_decision", **AGREE)
    assert not state(monday, hazard).stop_production
