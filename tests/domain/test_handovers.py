"""The two handovers, verb by verb: named, issued, acknowledged, refused (domain 3.3 ③–⑤)."""

from datetime import timedelta

from tests.domain.town import Town, refused
from workflows import handovers, hazards
from workflows.errors import Conflict, Forbidden, Invalid


def test_a_handover_names_only_whom_the_form_offered(town: Town):
    """④: an edited request names nobody else."""
    hazard = town.registered()
    refused(Invalid, "人选", town.issue, hazard, territory_person=str(town.id("boss")))
    refused(Invalid, "180", town.issue, hazard, due_date="2027-03-03")


def test_only_the_named_person_acknowledges_and_a_refusal_is_ruled_on(town: Town):
    """③: 拒收须述理由→裁定改派."""
    hazard = town.registered()
    town.issue(hazard)
    acknowledge = handovers.acknowledge_as_territory
    refused(Forbidden, "不是交给您", town.act, acknowledge, hazard, "leader", decision="accept")
    refused(Invalid, "拒收理由", town.act, acknowledge, hazard, "liaison", decision="refuse")
    town.act(acknowledge, hazard, "liaison", decision="refuse", reason="不在本村")
    refused(Conflict, "属地", town.step, handovers.complete_rectify_handover, hazard)
    town.hire("liaison2", "VILLAGE_LIAISON", "village")
    ruling = {"territory_person": str(town.id("liaison2")), "reason": "由其负责"}
    town.act(handovers.reassign_territory, hazard, "director", **ruling)
    assert hazard.lead_person_id == town.id("liaison2")
    town.act(acknowledge, hazard, "liaison2", decision="accept")
    town.act(handovers.acknowledge_as_sector, hazard, "leader", decision="accept")
    town.step(handovers.complete_rectify_handover, hazard)
    assert hazard.status == "RECTIFYING"


def test_one_person_for_both_parts_acknowledges_once(town: Town):
    """⑦: 块、条为同一人的只签收一次."""
    town.hire("liaison", "SECTOR_LEADER", "group")
    hazard = town.registered()
    town.issue(hazard, sector_person=str(town.id("liaison")))
    assert handovers.is_one_person(hazard)
    town.act(handovers.acknowledge_as_territory, hazard, "liaison", decision="accept")
    assert handovers.rectify_faults(town.session, hazard) == []


def test_both_handovers_issued_is_a_status_of_its_own(town: Town):
    """Domain 3.2: HANDED_OVER 两移交已发出."""
    hazard = town.registered()
    town.act(handovers.issue_for_tracking, hazard, "deputy", county_dept=str(town.units["dept"].id))
    assert hazard.status == "REGISTERED"
    town.issue(hazard)
    assert hazard.status == "HANDED_OVER"


def test_immediate_rectification_has_24_hours_from_its_acknowledgement(town: Town, clock_at):
    """⑥, ①: 立即整改的24小时自签收起算."""
    hazard = town.registered()
    town.issue(hazard, mode="IMMEDIATE")
    moment = clock_at("2026-03-03 15:30")
    town.act(handovers.acknowledge_as_territory, hazard, "liaison", decision="accept")
    town.act(handovers.acknowledge_as_sector, hazard, "leader", decision="accept")
    town.step(handovers.complete_rectify_handover, hazard)
    assert hazard.due_at == moment + timedelta(hours=24)
    assert "法定" not in hazards.deadlines(town.session, hazard)[-1].source


def test_a_tracker_is_named_who_may_track(town: Town):
    """④, INV-1: whoever rectifies does not track."""
    town.hire("liaison", "COUNTY_TRACKER", "dept")
    hazard = town.rectifying(track=False)
    town.act(handovers.issue_for_tracking, hazard, "deputy", county_dept=str(town.units["dept"].id))
    accept = {"decision": "accept"}
    refused(Invalid, "整改责任人", town.act, handovers.name_tracker, hazard, "dept", tracker=str(town.id("liaison")), **accept)
    refused(Invalid, "跟踪督办人", town.act, handovers.name_tracker, hazard, "dept", tracker=str(town.id("office")), **accept)
    refused(Conflict, "跟踪人", town.step, handovers.complete_track_handover, hazard)
