"""Every way back that the diagram draws (domain 3.3, 3.4): it asks for a reason, keeps what was handed in, and the case can
still be closed."""

import pytest

from tests.scenarios.ways import appoint, bring, close, count, do_own, found, handed_in, kinds, refused, state, waiting
from workflows import clock, closures, disclosures, duties, handovers, hazards, people, staffing, verifications
from workflows.engine import Cause, history, instances, tasks
from workflows.errors import Forbidden, Invalid, NotFound

PASSWORD = "Liaison-2026"


def ended(town, hazard):
    """How its instance ended."""
    with town.database.reading() as session:
        return instances.find(session, hazards.get(session, hazard).ref, "hazard_closed_loop").ended_how


def closed_again(town, hazard):
    """The case goes on to the archive, its record is whole, and the ledger counts it once."""
    stood = close(town, hazard)
    assert (stood.status, ended(town, hazard)) == ("ARCHIVED", "completed")
    assert (count(town).total.found, count(town).total.closed) == (1, 1)
    with town.database.reading() as session:
        assert history.verify(session, stood.ref) == []
    return stood


# ---- registration ------------------------------------------------------------------------------------------------------


def test_registration_is_redone(monday):
    """②: back to the clerk with a reason; no number was used up."""
    hazard = bring(monday, found(monday), "confirm_registration")
    refused(Invalid, "", monday.do, hazard, "confirm_registration", decision="redo")
    monday.do(hazard, "confirm_registration", decision="redo", reason="条款选错了。")
    assert waiting(monday, hazard) == ["register"]
    assert closed_again(monday, hazard).hazard_no.endswith("-00001")
    assert handed_in(monday, hazard).count("register") == 2


@pytest.mark.parametrize(
    ("proposal", "decision", "status"),
    [
        (
            {"proposal": "downgrade", "level_final": "ORDINARY", "station_opinion": "属一般隐患。", "reason": "不在标准内。"},
            {"decision": "downgrade", "station_opinion": "属一般隐患。", "reason": "不在标准内。"},
            "DOWNGRADED",
        ),
        ({"proposal": "reject", "reason": "到现场没有发现。"}, {"decision": "reject", "reason": "情况不属实。"}, "REJECTED_LEAD"),
    ],
)
def test_what_is_no_major_hazard_leaves_by_the_side(monday, proposal, decision, status):
    """②, INV-14, INV-21: no number, no task, counted neither as found nor as rectified; the reason is asked for."""
    hazard = bring(monday, found(monday), "register")
    monday.do(hazard, "register", **proposal)
    refused(Invalid, "", monday.do, hazard, "confirm_registration", decision=decision["decision"])
    monday.do(hazard, "confirm_registration", **decision)
    stood = state(monday, hazard)
    assert (stood.status, stood.hazard_no, monday.open_tasks(hazard), ended(monday, hazard)) == (status, None, [], "completed")
    assert set(count(monday).items.values()) == {0}
    assert bring(monday, found(monday), "issue_rectify") != hazard  # the next one has the first number
    assert count(monday).items["A3"] == 1


def test_a_repetition_is_merged_and_counted_once(monday):
    """②, INV-13, INV-14: reported by the village and the enforcers; it points to the main number and stays to be asked for."""
    main = bring(monday, found(monday), "plan")
    number = state(monday, main).hazard_no
    again = bring(monday, found(monday, "cunwei", source="SELF"), "register")
    monday.do(again, "register", proposal="merge", dup_check="DUPLICATE", merge_into=number, reason="同一处隐患。")
    refused(Invalid, "编号", monday.do, again, "confirm_registration", decision="merge", merge_into="0000", reason="同一处。")
    monday.do(again, "confirm_registration", decision="merge", merge_into=number, reason="同一处隐患。")
    stood = state(monday, again)
    assert (stood.status, stood.merged_into_id, ended(monday, again)) == ("MERGED", main, "completed")
    assert "merged_in" in kinds(monday, main)
    closed_again(monday, main)  # found 1, closed 1
    with monday.database.reading() as session:
        assert hazards.get(session, again).description


# ---- handovers -----------------------------------------------------------------------------------------------------------

TWO = "zhanzhang"  # the station's head answers for the industry, so that territory and industry are two persons


def liaison(town):
    """A second liaison cadre of the village."""
    with town.database.transaction() as session:
        staffing.add_person(session, "包村干部乙", "baocun2", PASSWORD)
    appoint(town, "baocun2", "VILLAGE_LIAISON", "丙村")


def test_the_territory_refuses_and_another_is_named(monday):
    """③: 拒收须述理由→办公室裁定改派; the new one leads."""
    liaison(monday)
    two = {"sector_person": str(monday.person(TWO))}
    hazard = bring(monday, found(monday), "ack_territory", issue_rectify=two)
    refused(Invalid, "", monday.do, hazard, "ack_territory", decision="refuse")
    monday.do(hazard, "ack_territory", decision="refuse", reason="不在本村地界。")
    assert "reassign_territory" in waiting(monday, hazard)
    monday.do(hazard, "reassign_territory", territory_person=str(monday.person("baocun2")), reason="属丙村。")
    assert state(monday, hazard).lead_person_id == monday.person("baocun2")
    monday.do(hazard, "ack_territory", "baocun2")
    monday.do(hazard, "ack_sector")
    bring(monday, hazard, "apply")
    refused(Exception, "", monday.do, hazard, "apply", "baocun")
    monday.do(hazard, "apply", "baocun2")
    closed_again(monday, hazard)


def test_the_industry_refuses_and_another_is_named(monday):
    """③, the other branch; the territory's acknowledgement stands."""
    two = {"sector_person": str(monday.person(TWO))}
    hazard = bring(monday, found(monday), "ack_territory", issue_rectify=two)
    monday.do(hazard, "ack_territory")
    monday.do(hazard, "ack_sector", decision="refuse", reason="不属本行业。")
    assert "plan" not in waiting(monday, hazard)
    monday.do(hazard, "reassign_sector", sector_person=str(monday.person("baocun")), reason="由分管领导负责。")
    monday.do(hazard, "ack_sector", "baocun")
    with monday.database.reading() as session:
        answers = handovers.answers(session, hazards.get(session, hazard))
    assert [(answer.part, answer.is_accepted) for answer in answers].count(("SECTOR", False)) == 1
    closed_again(monday, hazard)


@pytest.mark.parametrize("leads", ["TERRITORY", "SECTOR"])
def test_one_person_for_both_parts_refuses_and_another_takes_both(monday, leads):
    """③ with ⑦'s “条块同一人”: he is asked once, refuses, and another is named. No task asks the industry apart any more, so
    the new one takes both parts, else the handover stood still for ever."""
    liaison(monday)
    hazard = bring(monday, found(monday), "ack_territory", issue_rectify={"lead_unit": leads})
    monday.do(hazard, "ack_territory", decision="refuse", reason="不在本村地界。")
    monday.do(hazard, "reassign_territory", territory_person=str(monday.person("baocun2")), reason="属丙村。")
    monday.do(hazard, "ack_territory", "baocun2")
    stood, new = state(monday, hazard), monday.person("baocun2")
    assert (stood.territory_person_id, stood.sector_person_id, stood.lead_person_id) == (new, new, new)
    bring(monday, hazard, "apply")
    monday.do(hazard, "apply", "baocun2")
    closed_again(monday, hazard)


@pytest.mark.parametrize("is_acknowledged", [False, True])
def test_who_became_the_one_person_later_refuses_and_the_industry_stays(monday, is_acknowledged):
    """③: asked apart for the industry, then named for the territory too, he refuses that alone; the industry stays his."""
    liaison(monday)
    appoint(monday, TWO, "VILLAGE_LIAISON", "丙村")
    two = {"territory_person": str(monday.person("baocun")), "sector_person": str(monday.person(TWO))}
    hazard = bring(monday, found(monday), "ack_territory", issue_rectify=two)
    if is_acknowledged:
        monday.do(hazard, "ack_sector")
    for login in (TWO, "baocun2"):
        monday.do(hazard, "ack_territory", decision="refuse", reason="不在本村地界。")
        monday.do(hazard, "reassign_territory", territory_person=str(monday.person(login)), reason="属丙村。")
    monday.do(hazard, "ack_territory", "baocun2")
    if not is_acknowledged:
        monday.do(hazard, "ack_sector", TWO)
    assert (state(monday, hazard).sector_person_id, state(monday, hazard).status) == (monday.person(TWO), "RECTIFYING")
    bring(monday, hazard, "apply")
    monday.do(hazard, "apply", "baocun2")
    closed_again(monday, hazard)


def test_the_territory_is_reassigned_to_who_answers_for_the_industry(monday):
    """③: two persons become one; what is acknowledged once is not asked for in vain."""
    appoint(monday, TWO, "VILLAGE_LIAISON", "丙村")
    two = {"territory_person": str(monday.person("baocun")), "sector_person": str(monday.person(TWO))}
    hazard = bring(monday, found(monday), "ack_territory", issue_rectify=two)
    monday.do(hazard, "ack_territory", decision="refuse", reason="不在本村地界。")
    monday.do(hazard, "reassign_territory", territory_person=str(monday.person(TWO)), reason="属丙村。")
    closed_again(monday, hazard)


def test_the_department_objects_and_the_county_rules(monday):
    """④: 部门异议→县办裁定; another department tracks."""
    with monday.database.reading() as session:
        units = dict(reversed(pair) for pair in monday.rules.options["county_depts"](session, state(monday, found(monday))))
    hazard = bring(monday, found(monday), "name_tracker")
    refused(Invalid, "", monday.do, hazard, "name_tracker", decision="object", tracker=None)
    monday.do(hazard, "name_tracker", decision="object", tracker=None, reason="不属本部门职责。")
    assert "rule_on_track" in waiting(monday, hazard)
    monday.do(hazard, "rule_on_track", county_dept=units["甲县住建局"])
    monday.do(hazard, "name_tracker", "zhujian")
    assert state(monday, hazard).tracker_id == monday.person("genzong2")
    assert {"tracking_objected", "tracking_ruled"} <= set(kinds(monday, hazard))
    closed_again(monday, hazard)


def test_the_tracker_refuses_and_another_is_named(monday):
    """④, INV-3, M008: the named person acknowledges himself; until he has, he tracks nothing, and a refusal goes back to naming."""
    hazard = bring(monday, found(monday), "ack_tracker")
    appoint(monday, "xianban", "COUNTY_TRACKER", "甲县")
    refused(NotFound, "", monday.do, hazard, "ack_tracker", "yingji")
    refused(Invalid, "", monday.do, hazard, "ack_tracker", "genzong1", decision="refuse")
    monday.do(hazard, "ack_tracker", "genzong1", decision="refuse", reason="近期抽调在外。")
    monday.do(hazard, "name_tracker", tracker=str(monday.person("xianban")))
    with monday.database.reading() as session:
        thing = hazards.get(session, hazard)
        assert handovers.track_faults(session, thing) == ["县跟踪人还没有签收移交二。"]
        assert duties.of(session, thing, "K") == []
    monday.do(hazard, "ack_tracker", "xianban")
    with monday.database.reading() as session:
        assert duties.of(session, hazards.get(session, hazard), "K") == [monday.person("xianban")]
    closed_again(monday, hazard)


@pytest.mark.parametrize("moment", ["2026-03-05 23:59", "2026-03-06 00:00"])
def test_a_department_that_names_nobody_in_time_loses_it_to_the_county_office(monday, clock_at, moment):
    """④, 上转表: 县部门逾 tracker_wd 未指定跟踪人→县专项办指定. Asked on Monday, three working days end on Thursday 24:00."""
    hazard = bring(monday, found(monday), "name_tracker")
    clock_at(moment)
    monday.sweep()
    is_late = moment.endswith("00:00")
    at = "county_names" if is_late else "name_tracker"
    assert at in waiting(monday, hazard)
    assert ("tracking_raised" in kinds(monday, hazard)) == is_late
    monday.do(hazard, at, "xianban" if is_late else "yingji")
    monday.do(hazard, "ack_tracker", decision="refuse", reason="近期抽调在外。")
    assert "name_tracker" in waiting(monday, hazard)  # the department's turn again, with a term of its own
    monday.sweep()
    assert "name_tracker" in waiting(monday, hazard)
    assert close(monday, hazard).status == "ARCHIVED"


def test_an_objection_gives_the_next_department_a_term_of_its_own(monday, clock_at):
    """④: the term counts from when a department was asked, also after a changed deadline has all moments asked for again."""
    hazard = bring(monday, found(monday), "name_tracker")
    clock_at("2026-03-05 15:00")
    monday.do(hazard, "name_tracker", decision="object", tracker=None, reason="不属本部门职责。")
    monday.do(hazard, "rule_on_track")
    clock_at("2026-03-06 09:00")
    with monday.database.transaction() as session:
        instances.rearm(session, monday.rules, hazards.get(session, hazard).ref, Cause(("test", 0), clock.now()))
    monday.sweep()
    assert "name_tracker" in waiting(monday, hazard)
    clock_at("2026-03-11 00:00")
    monday.sweep()
    assert "county_names" in waiting(monday, hazard)


# ---- rectification and verification --------------------------------------------------------------------------------------


@pytest.mark.parametrize("false", [False, True])
def test_a_failed_verification_goes_back_to_rectification(monday, false):
    """⑧: FAIL→RECTIFYING, return_count+1; false rectification is marked (domain 3.4)."""
    hazard = bring(monday, found(monday), "verify")
    monday.do(hazard, "verify", result="FAIL", false_rectification=false, opinion="门锁未拆除。")
    monday.do(hazard, "confirm_verification")
    assert waiting(monday, hazard) == ["issue_track", "rectify"]
    assert (state(monday, hazard).return_count, state(monday, hazard).false_rectification) == (1, false)
    closed_again(monday, hazard)
    assert handed_in(monday, hazard).count("rectify") == 2


def test_two_failures_suggest_listed_supervision(monday):
    """⑧: FAIL≥2次→建议挂牌."""
    hazard = bring(monday, found(monday), "verify")
    for _ in range(2):
        bring(monday, hazard, "verify", verify={})
        monday.do(hazard, "verify", result="FAIL", opinion="门锁未拆除。")
        monday.do(hazard, "confirm_verification")
    assert kinds(monday, hazard).count("listing_suggested") == 1
    assert closed_again(monday, hazard).return_count == 2


def test_a_member_disagrees_and_the_leading_verifier_writes_anew(monday):
    """⑧: 任一成员“不同意”即回主验人; the other members' tasks go away."""
    hazard = bring(monday, found(monday), "verify")
    members = [str(monday.person(login)) for login in ("zhifa2", "zhifa3", "zhanzhang")]
    monday.do(hazard, "verify", "zhifa1", members=members)
    assert waiting(monday, hazard).count("confirm_verification") == 3
    do_own(monday, hazard, "zhifa3", agree="yes")
    refused(Invalid, "", do_own, monday, hazard, "zhifa2", agree="no")
    do_own(monday, hazard, "zhifa2", agree="no", opinion="照片与现场不符。")
    assert waiting(monday, hazard) == ["issue_track", "verify"]
    assert state(monday, hazard).status == "RECTIFIED"
    closed_again(monday, hazard)
    with monday.database.reading() as session:
        assert closures.faults(session, hazards.get(session, hazard), until="SIGN") == []
        assert len(verifications.failed(session, hazards.get(session, hazard))) == 0


# ---- on the way to the signature -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("element", "to", "lands", "status"),
    [
        ("town_review", "apply", "apply", "VERIFIED"),
        ("town_review", "rectify", "rectify", "RECTIFYING"),
        ("town_review", "verify", "verify", "RECTIFIED"),
        ("tracker_opinion", "apply", "apply", "VERIFIED"),
        ("tracker_opinion", "verify", "verify", "RECTIFIED"),
        ("sign", "rectify", "rectify", "RECTIFYING"),
        ("sign", "verify", "verify", "RECTIFIED"),
        ("sign", "town", "town_review", "CLOSE_APPLIED"),
    ],
)
def test_a_return_lands_where_it_was_sent_and_the_rest_of_the_way_is_gone_again(monday, element, to, lands, status):
    """⑩⑪⑫, 3.4: a reason and a target; old submissions stay; every stage behind the target is decided anew before a
    signature counts (INV-2), twice in a row as once."""
    hazard, key = found(monday), "reason" if element == "sign" else "opinion"
    for turn in (1, 2):
        bring(monday, hazard, element)
        refused(Invalid, "", monday.do, hazard, element, decision=to, **{key: None})
        monday.do(hazard, element, decision=to, **{key: "材料与现场不符，退回。"})
        assert waiting(monday, hazard) == [lands]
        assert (state(monday, hazard).status, state(monday, hazard).return_count) == (status, turn)
        assert count(monday).total.closed == 0
    closed_again(monday, hazard)
    way = ["rectify", "verify", "apply", "town_review", "tracker_opinion", "sign"]
    gone = handed_in(monday, hazard)
    between = way[way.index(lands) : way.index(element) + 1]
    assert [gone.count(each) for each in between] == [3] * len(between)


def test_what_was_handed_in_before_a_return_stays_as_it_was(monday):
    """INV-4, 3.4 版本化保留旧提交: the first finish report is still there, word for word."""
    hazard = bring(monday, found(monday), "verify", rectify={"finish_report": "第一次完工报告。"})
    with monday.database.reading() as session:
        before = [(each.id, each.data, each.sha256) for each in tasks.submissions(session, state(monday, hazard).ref)]
    monday.do(hazard, "verify", result="FAIL", opinion="门锁未拆除。")
    monday.do(hazard, "confirm_verification")
    closed_again(monday, hazard)
    with monday.database.reading() as session:
        after = [(each.id, each.data, each.sha256) for each in tasks.submissions(session, state(monday, hazard).ref)]
    assert after[: len(before)] == before
    assert all(sha == history.digest(data) for _, data, sha in after)


# ---- disclosure ------------------------------------------------------------------------------------------------------------


def test_a_disclosure_is_redone(monday):
    """⑬, INV-15: back to the drafter; the rejected draft stays; drafter and approver are two."""
    hazard = bring(monday, found(monday), "approve_disclosure")
    refused(Invalid, "", monday.do, hazard, "approve_disclosure", decision="redo")
    monday.do(hazard, "approve_disclosure", decision="redo", reason="请写明地点。")
    assert waiting(monday, hazard) == ["draft_disclosure"]
    bring(monday, hazard, "approve_disclosure")
    with monday.database.reading() as session:
        drafter = disclosures.find_last(session, hazards.get(session, hazard)).drafted_by
        login = people.get(session, drafter).login
    appoint(monday, login, "OFFICE_DIRECTOR", "乙镇")
    refused(Forbidden, "职责分离", monday.do, hazard, "approve_disclosure", login)
    stood = closed_again(monday, hazard)
    with monday.database.reading() as session:
        assert [row.decision for row in disclosures.of(session, stood)] == ["redo", "accept"]
