"""What the verbs refuse although a form let it pass: subjects, places, sources and numbers that are none."""

import pytest

from tests.domain.town import OTHER, TOWN, Town, fault_of
from workflows import handovers, hazards
from workflows.options import OPTIONS
from workflows.people import Unit

# ---- report ------------------------------------------------------------------------------------------------------------

STALL = {"subject_id": "", "subject_type": "STALL", "subject_name": "早餐摊", "sector": "FOOD", "address": "村口"}


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("region_code", {"region_code": "999901101999"}),
        ("region_code", {"region_code": TOWN}),
        ("region_code", {"region_code": "９９９９０１１０１２０２"}),
        ("sector", {"sector": "MAGIC"}),
        ("subject_type", {"subject_type": "PALACE"}),
    ],
)
def test_a_subject_lies_in_a_known_village_and_industry(town: Town, field, data):
    """①: what was typed is compared with the lists the form offers."""
    given = {**STALL, "region_code": OTHER}
    assert town.report(**given).region_code == OTHER
    assert list(fault_of(town.report, **{**given, **data})) == [field]


def test_only_an_enterprise_is_a_subject_on_file(town: Town):
    """①: neither a village nor a unit that is not there."""
    for unit_id in (town.units["village"].id, 4711):
        assert list(fault_of(town.report, subject_id=str(unit_id))) == ["subject_id"]


def test_who_controls_an_enterprise_is_of_the_enterprise(town: Town):
    """Domain 2.1: the post of the actual controller makes nobody an inspector."""
    town.hire("boss", "ENT_CONTROLLER", "factory")
    assert list(fault_of(town.report, "boss")) == ["source"]
    offered = OPTIONS["subjects"](town.session, town.report("boss", source="SELF"))
    assert [label for _, label in offered] == ["木家具厂"]


def test_an_inspection_is_of_a_known_kind(town: Town):
    """INV-18: a made-up kind is no way around the two certificates."""
    assert list(fault_of(town.report, inspection_kind="ENFORCEMENT ")) == ["inspection_kind"]


# ---- registration ------------------------------------------------------------------------------------------------------

PROPOSAL = {"proposal": "accept", "level_final": "MAJOR", "standard_clause": "GM-2023/01", "dup_check": "NONE"}


@pytest.mark.parametrize("source", ["TIPOFF", "ASSIGNED"])
def test_registration_gives_no_source_without_its_proof(town: Town, source):
    """①, ②: whoever changes the source has to have what it rests on."""
    hazard = town.report()
    refused = fault_of(town.act, hazards.propose_registration, hazard, "staff", primary_source=source, **PROPOSAL)
    assert list(refused) == ["primary_source"]
    town.act(hazards.propose_registration, hazard, "staff", primary_source="SELF", **PROPOSAL)
    hazard.source = source
    assert list(fault_of(town.act, hazards.decide_registration, hazard, "director", decision="accept")) == ["decision"]


def test_a_hazard_is_merged_only_within_its_town(town: Town):
    """INV-13: another town's number is answered as one that does not exist."""
    main, hazard = town.registered(), town.report()
    merge = {"decision": "merge", "reason": "同一处", "merge_into": main.hazard_no}
    main.region_code = "999901102201"
    town.session.flush()
    refused = fault_of(town.act, hazards.decide_registration, hazard, "director", **merge)
    assert refused == {"merge_into": "没有找到这个编号的在册隐患，请核对。"}
    main.region_code = OTHER
    town.session.flush()
    town.act(hazards.decide_registration, hazard, "director", **merge)
    assert hazard.merged_into_id == main.id


# ---- handover ----------------------------------------------------------------------------------------------------------


def test_the_tracking_goes_to_a_department_of_ones_own_county(town: Town):
    """④: not to another county's, and not to a village."""
    hazard = town.registered()
    elsewhere = Unit(kind="COUNTY_DEPT", name="邻县应急管理局", region_code="999902000000", sectors=[])
    town.session.add(elsewhere)
    town.session.flush()
    for unit in (elsewhere, town.units["village"]):
        refused = fault_of(town.act, handovers.issue_for_tracking, hazard, "deputy", county_dept=str(unit.id))
        assert list(refused) == ["county_dept"]
    town.act(handovers.issue_for_tracking, hazard, "deputy", county_dept=str(town.units["dept"].id))
    assert hazard.county_dept_id == town.units["dept"].id


# ---- rectification -----------------------------------------------------------------------------------------------------


def test_a_plan_does_not_end_before_today(town: Town, clock_at):
    """⑤: and after the day ordered it may still be made, to end the same day."""
    hazard = town.rectifying()
    assert fault_of(town.plan, hazard, deadline="2026-03-02") == {"deadline": "完成期限不能早于今天。"}
    clock_at("2026-04-07 09:00")
    for day in ("2026-04-02", "2026-04-08"):
        assert list(fault_of(town.plan, hazard, deadline=day)) == ["deadline"]
    town.plan(hazard, deadline="2026-04-07")


# ---- verification ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("field", "checked"), [("result", ["none"]), ("check_items", [])])
def test_what_meets_none_of_the_points_does_not_pass(town: Town, field, checked):
    """⑧: the points are gone through one by one, and the conclusion follows from them."""
    assert list(fault_of(town.verify, town.rectified(), check_items=checked)) == [field]
