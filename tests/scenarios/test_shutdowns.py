"""Shut down or banned (关停取缔, domain 3.4): its own evidence, the whole way to the signature, and the count of subjects (C6)."""

import pytest

from tests.scenarios.test_reopenings import reopen
from tests.scenarios.test_stops import AGREE, resume, stop
from tests.scenarios.ways import FURNITURE, bring, found, kinds, refused, state
from workflows import clock, dispatch, documents, people
from workflows.errors import Invalid

UNLICENSED = {
    "subject_on_file": False,
    "subject_name": "丙村河边废塑料堆场",
    "subject_type": "UNLICENSED",
    "region_code": "999901101201",
    "sector": "INDUSTRY",
    "address": "丙村河边",
}


def shut_down(town, hazard):
    """Shut down with its proof, looked at by two, and signed."""
    bring(town, hazard, "rectify")
    proof = [town.photo("shutdown", number) for number in (1, 2)]
    town.do(hazard, "rectify", close_reason="SHUTDOWN", shutdown_proof=proof)
    bring(town, hazard, "")
    return state(town, hazard)


def form(town, place="乙镇", as_of=None):
    """C6a and C6b of a village, town or county."""
    with town.database.reading() as session:
        values = dispatch.compute(session, people.find_unit_named(session, place), as_of, "ZB2024").values
        return values["C6a"], values["C6b"]


def test_it_asks_for_its_proof_and_goes_the_whole_way(monday):
    """INV-22: not by itself; what was shut down goes on only after another look, and its papers say how it was closed."""
    hazard = bring(monday, found(monday), "rectify")
    refused(Invalid, "", monday.do, hazard, "rectify", close_reason="SHUTDOWN")
    after = shut_down(monday, hazard)
    assert (after.status, after.stop_production) == ("ARCHIVED", True)
    assert kinds(monday, hazard).count("SHUTDOWN") == 1
    with monday.database.reading() as session:
        told = {row.kind: row.data for row in documents.of(session, after.ref)}
    assert [told[kind]["完成方式"] for kind in ("REINSPECTION", "CLOSURE_APPLY", "CLOSURE")] == ["关停取缔"] * 3
    resume(monday, hazard)
    monday.do(hazard, "deputy_decision", **AGREE)
    assert not state(monday, hazard).stop_production


def test_each_subject_counts_once_with_a_code_or_without(monday, clock_at):
    """AC-06: C6b by subjects; the villages add up to the town; as of the day before there was none (INV-12)."""
    twice = [found(monday, at=FURNITURE), found(monday, at=FURNITURE, description="喷漆房与焊接间未分隔，违法生产。")]
    nameless = monday.report("zhifa1", **UNLICENSED)
    noodles = found(monday, at="丁村面馆")
    before = clock.now()
    clock_at("2026-03-03 09:00")
    for hazard in (*twice, nameless, noodles):
        shut_down(monday, hazard)
    assert [form(monday, place)[1] for place in ("丙村", "丁村", "乙镇", "甲县")] == [2, 1, 3, 3]
    assert (form(monday, as_of=before)[1], form(monday, as_of=clock.now())[1]) == (0, 3)


def test_what_is_opened_again_was_not_shut_down(monday, clock_at):
    """A reopened hazard counts no more, until it is shut down again."""
    hazard = shut_down(monday, found(monday)).id
    assert form(monday)[1] == 1
    clock_at("2026-03-03 09:00")
    reopen(monday, hazard)
    assert form(monday)[1] == 0
    bring(monday, hazard, "")
    assert form(monday)[1] == 0


@pytest.mark.parametrize(("measures", "number"), [(["EVACUATE", "STOP"], 1), (["DISUSE"], 0)])
def test_what_was_ordered_to_stop_counts_also_after_it_goes_on(monday, measures, number):
    """C6a 责令停产整顿: production stopped, not equipment put out of use; cumulative."""
    hazard = bring(monday, found(monday), "rectify")
    stop(monday, hazard, measures=measures)
    assert form(monday)[0] == number
    resume(monday, hazard)
    monday.do(hazard, "deputy_decision", **AGREE)
    assert form(monday)[0] == number
