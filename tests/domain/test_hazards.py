"""Reporting and registering a hazard, verb by verb: what a diagram forgets, these refuse (domain 3.3 ①②)."""


import pytest
from sqlalchemy import select

from tests.domain.town import VILLAGE, Town, fault_of, refused
from workflows import hazards
from workflows.errors import Invalid
from workflows.hazards.tables import Sequence


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("description", {"description": "太短"}),
        ("found_at", {"found_at": "2026-03-03T09:00:01+08:00"}),
        ("interim_measures", {"immediate_danger": True}),
        ("immediate_danger", {"immediate_danger": None}),
        ("photos", {"photos": []}),
        ("tip_ref", {"source": "TIPOFF"}),
        ("superior_doc_no", {"source": "ASSIGNED"}),
        ("inspection_kind", {"inspection_kind": None}),
        ("certificate_1", {"inspection_kind": "ENFORCEMENT"}),
        ("inspection_on", {"inspection_on": "2026-03-04"}),
        ("uscc", {"uscc": "91999901MA0000001X"}),
        ("source", {"source": "OTHER"}),
    ],
)
def test_a_report_says_which_field_is_wrong(town: Town, field, data):
    """①, INV-18, INV-19."""
    with pytest.raises(Invalid) as caught:
        town.report(**data)
    assert field in caught.value.fields


def test_an_enterprise_brings_its_data_along(town: Town):
    """①: 主体带出代码、区划、地址、行业."""
    hazard = town.report()
    assert (hazard.subject_name, hazard.sector, hazard.region_code) == ("木家具厂", "INDUSTRY", "999901101201")


def test_an_enterprise_reports_its_own_only(town: Town):
    """Domain 2.1: ENT_* see and report their own enterprise; what is wrong stands at its field, and what was typed stays."""
    place = {"region_code": VILLAGE, "sector": "FIRE", "address": "村口"}
    elsewhere = {"subject_id": None, "subject_name": "路边摊", "subject_type": "STALL", **place}
    assert fault_of(town.report, "other_boss", source="SELF").keys() == {"subject_id"}
    assert fault_of(town.report, "boss").keys() == {"source"}
    assert fault_of(town.report, "boss", source="SELF", **elsewhere).keys() == {"subject_on_file"}
    assert town.report("boss", source="SELF").status == "REPORTED"


def test_numbers_have_no_gaps_and_are_counted_by_town_and_year(town: Town, clock_at):
    """INV-6: a rolled-back registration gives its number back."""
    assert [town.registered().hazard_no[-5:] for _ in range(2)] == ["00001", "00002"]
    attempt = town.session.begin_nested()
    assert town.registered().hazard_no.endswith("00003")
    attempt.rollback()
    assert town.registered().hazard_no == "999901101-ZB2024-2026-00003"
    clock_at("2027-01-04 09:00")
    assert town.registered().hazard_no == "999901101-ZB2024-2027-00001"
    assert len(town.session.scalars(select(Sequence)).all()) == 2


def test_only_a_major_hazard_with_its_ground_is_registered(town: Town):
    """INV-21, ②."""
    hazard = town.report()
    proposal = {"proposal": "accept", "level_final": "MAJOR", "primary_source": "ENFORCE"}
    refused(Invalid, "判定条款", town.act, hazards.propose_registration, hazard, "staff", **proposal)
    ordinary = {**proposal, "proposal": "downgrade", "level_final": "ORDINARY"}
    town.act(hazards.propose_registration, hazard, "staff", **ordinary)
    refused(Invalid, "一般隐患", town.act, hazards.decide_registration, hazard, "director", decision="accept")
    refused(Invalid, "理由", town.act, hazards.decide_registration, hazard, "director", decision="downgrade")
    said = {"decision": "downgrade", "reason": "不在判定标准内", "station_opinion": "同意"}
    town.act(hazards.decide_registration, hazard, "director", **said)
    town.step(hazards.downgrade_hazard, hazard, "director")
    assert (hazard.status, hazard.hazard_no) == ("DOWNGRADED", None)


def test_a_merged_hazard_points_to_a_registered_one(town: Town):
    """INV-13."""
    main, hazard = town.registered(), town.report()
    merge = {"decision": "merge", "reason": "同一处"}
    refused(Invalid, "编号", town.act, hazards.decide_registration, hazard, "director", merge_into="0", **merge)
    town.act(hazards.decide_registration, hazard, "director", merge_into=main.hazard_no, **merge)
    town.step(hazards.merge_hazard, hazard, "director")
    assert (hazard.status, hazard.merged_into_id) == ("MERGED", main.id)
    assert hazards.likely_duplicates(town.session, town.report()) == [main]
