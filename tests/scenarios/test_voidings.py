"""Voidings (P09, INV-4, 6, 13, 14): what was entered by mistake, is not major, not true, or entered twice leaves the ledger."""

import pytest

from tests.scenarios.ways import appoint, bring, count, found, kinds, refused, state, waiting
from workflows import clock, extensions, facts, hazards, people, petitions, voidings
from workflows.engine import history, instances
from workflows.errors import Forbidden, Invalid

AGREE, REFUSE = {"decision": "agree", "opinion": "情况属实，同意。"}, {"decision": "refuse", "opinion": "现场隐患确实存在。"}


def asked(town, **change):
    """An application as it is usually written."""
    usual = {
        "kind": "MISTAKE",
        "reason": "把一般问题误录为重大事故隐患。",
        "comparison": "检查记录所列为灯具损坏，登记成了安全出口上锁。",
        "photos": [town.photo("void")],
    }
    return {**usual, **change}


def check(town, **change):
    """What somebody else finds on the place."""
    return {"onsite_at": clock.now().isoformat(), "photos": [town.photo("check", 2)], **AGREE, **change}


def void(town, hazard, **change):
    """The whole way, up to the county's file where the county knows."""
    town.begin(hazard, "voiding", "zhifa1", **asked(town, **change))
    town.do(hazard, "check_voiding", "cunwei", **check(town))
    for element in ("office_opinion", "deputy_decision", "county_files"):
        if element in waiting(town, hazard):
            town.do(hazard, element, **AGREE)
    return state(town, hazard)


def number_of(town, hazard):
    return state(town, hazard).hazard_no


# ---- AC-03, AC-04 ----------------------------------------------------------------------------------------------------------


def test_three_entered_by_mistake_are_found_nowhere_and_never_rectified(monday, clock_at):
    """AC-03: found 0, rectified 0, 核减 3; the numbers stay; as of the day before they are still three."""
    three = [bring(monday, found(monday), "issue_rectify") for _ in range(3)]
    before = clock.now()
    assert count(monday).items["A3"] == 3
    clock_at("2026-03-03 09:00")
    assert [void(monday, hazard).status for hazard in three] == ["VOIDED"] * 3
    counts = count(monday)
    assert set(counts.items.values()) == {0}
    assert (counts.gone["VOIDED"], counts.numbered, counts.total.closed) == (3, 3, 0)
    assert count(monday, as_of=before).items["A3"] == 3
    with monday.database.reading() as session:
        caller = people.caller(session, monday.person("zhuren"))
        assert all(hazards.find_by_no(session, caller, number_of(monday, hazard)) for hazard in three)
    assert state(monday, bring(monday, found(monday), "issue_rectify")).hazard_no.endswith("00004")  # none is given twice


def test_ordinary_hazards_leave_the_form_at_zero(monday):
    """AC-04, INV-21: whatever is found not to be major counts nowhere in A1–A10, from whichever way it came."""
    for _ in range(3):
        hazard = bring(monday, found(monday), "confirm_registration", register={"level_final": "ORDINARY"})
        monday.do(hazard, "confirm_registration", decision="downgrade", reason="达不到判定标准。", station_opinion="属一般隐患。")
    last = void(monday, bring(monday, found(monday), "issue_rectify"), kind="ORDINARY")
    assert (last.status, last.level) == ("DOWNGRADED", "ORDINARY")
    assert set(count(monday).items.values()) == {0}


# ---- what ends with it -----------------------------------------------------------------------------------------------------


def test_whatever_else_runs_about_it_ends_and_the_record_says_why(monday):
    """INV-4, INV-7: the loop and an application for an extension end; nobody has a task any more; the fact bears the reason."""
    hazard = bring(monday, found(monday), "rectify", issue_rectify={"due_date": "2026-03-31"})
    ask = {"until_on": "2026-04-20", "reason": "到货延后。", "progress": "已拆除。", "safety_measures": "停用该区域。"}
    monday.begin(hazard, "extension", "changzhang", **ask)
    monday.do(hazard, "issue_track")
    void(monday, hazard)
    assert monday.open_tasks(hazard) == []
    with monday.database.reading() as session:
        thing = hazards.get(session, hazard)
        assert {name: each.ended_how for each, name in instances.of(session, thing.ref)} == {
            "重大事故隐患闭环": "隐患已核减，流程终止。",
            "延期审批": "隐患已核减，流程终止。",
            "误录核减": "completed",
        }
        fact = facts.find_last(session, hazard)
        assert (fact.kind, fact.line.body["reason"]) == ("VOIDED", asked(monday)["reason"])
        assert history.verify(session, thing.ref) == []
    assert kinds(monday, hazard).count("instance_cancelled") == 2
    refused(Invalid, "只有在办的隐患", monday.begin, hazard, "voiding", "zhifa1", **asked(monday))


# ---- who -------------------------------------------------------------------------------------------------------------------


def test_who_asks_neither_looks_nor_decides(monday):
    """Domain 2.2: 误录核减的申请人≠批准人, P09: 现场核（≠申请人）; per person, whatever posts he is given since."""
    hazard = bring(monday, found(monday), "issue_rectify")
    monday.begin(hazard, "voiding", "cunwei", **asked(monday))
    refused(Forbidden, "核减申请人", monday.do, hazard, "check_voiding", "cunwei", **check(monday))
    monday.do(hazard, "check_voiding", "zhanzhang", **check(monday))
    appoint(monday, "cunwei", "GROUP_DEPUTY", "乙镇")
    monday.do(hazard, "office_opinion", "zhuren", **AGREE)
    refused(Forbidden, "核减申请人", monday.do, hazard, "deputy_decision", "cunwei", **AGREE)
    monday.do(hazard, "deputy_decision", "zhuren", **AGREE)
    assert state(monday, hazard).status == "VOIDED"


def test_the_county_files_what_it_was_told_of(monday):
    """P09: 已报县者加县办备案; a refusal there leaves everything as it was, and another may be asked for."""
    hazard = bring(monday, found(monday), "rectify")
    monday.do(hazard, "issue_track")
    monday.begin(hazard, "voiding", "zhifa1", **asked(monday))
    monday.do(hazard, "check_voiding", "cunwei", **check(monday))
    monday.do(hazard, "office_opinion", **AGREE)
    monday.do(hazard, "deputy_decision", **AGREE)
    assert state(monday, hazard).status == "RECTIFYING"
    monday.do(hazard, "county_files", "xianban", **REFUSE)
    assert state(monday, hazard).status == "RECTIFYING"
    assert "rectify" in waiting(monday, hazard)
    assert void(monday, hazard).status == "VOIDED"
    with monday.database.reading() as session:
        rows = petitions.of(session, voidings.Voiding, hazards.get(session, hazard))
        assert [row.state for row in rows] == ["REFUSED", "GRANTED"]


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("reason", {"reason": " "}),
        ("comparison", {"comparison": "无"}),
        ("photos", {"photos": []}),
        ("kind", {"kind": "CLOSED"}),
        ("merge_into", {"kind": "DUPLICATE", "merge_into": "999901101-ZB2024-2026-99999"}),
    ],
)
def test_what_an_application_lacks_is_said_at_its_field(monday, field, change):
    hazard = bring(monday, found(monday), "issue_rectify")
    fault = refused(Invalid, "", monday.begin, hazard, "voiding", "zhifa1", **asked(monday, **change))
    assert list(fault.fields) == [field]
    assert waiting(monday, hazard) == ["issue_rectify", "issue_track"]


def test_what_is_closed_is_not_voided(monday):
    """INV-14 the other way round: what counts as rectified leaves the total by a reopening, not by a voiding."""
    hazard = bring(monday, found(monday), "draft_disclosure")
    refused(Invalid, "已销号", monday.begin, hazard, "voiding", "zhifa1", **asked(monday))


def test_closing_ends_what_nobody_has_decided(monday):
    """A site check or an opinion that takes long does not undo a signature: what was asked for falls with it, and nobody is
    left with a task."""
    hazard = bring(monday, found(monday), "rectify", issue_rectify={"due_date": "2026-03-31"})
    ask = {"until_on": "2026-04-20", "reason": "到货延后。", "progress": "已拆除。", "safety_measures": "停用该区域。"}
    monday.begin(hazard, "extension", "changzhang", **ask)
    for step in ("rectify", "issue_track", "name_tracker", "ack_tracker", "verify", "confirm_verification", "apply"):
        monday.do(hazard, step)
    monday.begin(hazard, "voiding", "zhifa1", **asked(monday))
    monday.do(hazard, "check_voiding", **check(monday))
    for step in ("town_review", "tracker_opinion", "sign"):
        monday.do(hazard, step)
    assert (state(monday, hazard).status, waiting(monday, hazard)) == ("CLOSED", ["draft_disclosure"])
    with monday.database.reading() as session:
        thing = hazards.get(session, hazard)
        asked_for = [*petitions.of(session, voidings.Voiding, thing), *petitions.of(session, extensions.Extension, thing)]
        assert [row.state for row in asked_for] == ["CANCELLED", "CANCELLED"]
        ended = {name: each.ended_how for each, name in instances.of(session, thing.ref)}
        assert ended == {"重大事故隐患闭环": "", **dict.fromkeys(("延期审批", "误录核减"), "隐患已销号，申请终止。")}


# ---- merging -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named_in", ["the later", "the earlier"])
def test_of_two_that_are_one_the_earlier_number_stays(monday, named_in):
    """INV-13, domain 3.4: whichever names the other; counted once; the sources of both are known."""
    first = bring(monday, found(monday), "issue_rectify")
    second = bring(monday, found(monday, source="ASSIGNED", superior_doc_no="甲安委〔2026〕3号"), "issue_rectify")
    begun, other = (second, first) if named_in == "the later" else (first, second)
    void(monday, begun, kind="DUPLICATE", merge_into=number_of(monday, other))
    main, gone = state(monday, first), state(monday, second)
    assert (main.status, gone.status, gone.merged_into_id) == ("REGISTERED", "MERGED", first)
    assert count(monday).total.found == 1
    assert (waiting(monday, first), monday.open_tasks(second)) == (["issue_rectify", "issue_track"], [])
    with monday.database.reading() as session:
        assert [each.source for each in hazards.merged_into(session, main)] == ["ASSIGNED"]


@pytest.mark.parametrize(("end", "word"), [("MERGED", "主号"), ("VOIDED", "已核减"), ("CLOSED", "已销号")])
def test_nothing_is_merged_into_what_is_gone_or_closed(monday, end, word):
    """The sentence says where to turn."""
    gone = bring(monday, found(monday), "draft_disclosure" if end == "CLOSED" else "issue_rectify")
    if end == "MERGED":
        void(monday, bring(monday, found(monday), "issue_rectify"), kind="DUPLICATE", merge_into=number_of(monday, gone))
        gone = gone + 1
    elif end == "VOIDED":
        void(monday, gone)
    assert state(monday, gone).status == end
    hazard = bring(monday, found(monday), "issue_rectify")
    again = asked(monday, kind="DUPLICATE", merge_into=number_of(monday, gone))
    fault = refused(Invalid, word, monday.begin, hazard, "voiding", "zhifa1", **again)
    assert list(fault.fields) == ["merge_into"]
