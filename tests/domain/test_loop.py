"""The guards of the loop, verb by verb, without a diagram: what a diagram forgets, these refuse.

Long because it follows one hazard from its report to the ledger, in the order of domain 3.3.
"""

from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from tests.domain.town import TOWN, Town, sha
from workflows import (
    archives,
    clock,
    closures,
    disclosures,
    duties,
    facts,
    feedbacks,
    handovers,
    hazards,
    ledger,
    rectifications,
    reminders,
    verifications,
)
from workflows.engine import history
from workflows.errors import Conflict, Forbidden, Invalid
from workflows.hazards.tables import Deadline, Sequence


def refused(kind, word, call, *args, **kwargs):
    """The call is refused, with this word in its sentence."""
    with pytest.raises(kind) as caught:
        call(*args, **kwargs)
    assert word in caught.value.message


def test_a_hazard_goes_from_report_to_archive(town: Town):
    """Domain 3.3, the whole of it."""
    hazard = town.published()
    town.step(archives.check_archive, hazard, "staff")
    assert archives.missing(town.session, hazard) == []
    town.step(archives.archive_hazard, hazard, "staff")
    assert hazard.status == "ARCHIVED"
    kept = archives.find(town.session, hazard)
    assert sha("before") in kept.manifest["photos"]
    assert history.verify(town.session) == []
    assert facts.faults(town.session) == []


# ---- report and registration -------------------------------------------------------------------------------------------


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
    """Domain 2.1: ENT_* see and report their own enterprise."""
    refused(Forbidden, "本企业", town.report, "other_boss", source="SELF")
    refused(Forbidden, "企业自查", town.report, "boss")
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


# ---- handovers -----------------------------------------------------------------------------------------------------------


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


# ---- rectification -------------------------------------------------------------------------------------------------------


def test_no_finish_before_the_five_implementations(town: Town):
    """INV-8."""
    hazard = town.rectifying()
    refused(Conflict, "五落实", town.finish, hazard)
    refused(Invalid, "整改期限", town.plan, hazard, deadline="2026-04-03")
    for field in ("person", "measures", "fund_yuan", "deadline", "emergency_plan", "onsite_notice_photo"):
        with pytest.raises(Invalid):
            town.plan(hazard, **{field: None})


def test_a_finish_needs_two_different_photos(town: Town):
    """⑥: after_photos ≥ 2; the same picture twice is one."""
    hazard = town.rectifying()
    town.plan(hazard)
    refused(Invalid, "2 张不同", town.finish, hazard, after_photos=[sha("one"), sha("one")])


def test_a_shutdown_closes_by_the_same_way_and_shows_its_proof(town: Town):
    """INV-22, domain 3.4."""
    hazard = town.rectifying()
    town.plan(hazard)
    refused(Invalid, "关停", town.finish, hazard, close_reason="SHUTDOWN")
    town.finish(hazard, close_reason="SHUTDOWN", shutdown_proof=[sha("p1"), sha("p2")])
    assert hazard.status == "RECTIFIED"


def test_immediate_rectification_brings_its_plan_with_reasons_for_what_is_not_needed(town: Town):
    """⑤: IMMEDIATE 时资金/预案可填“不适用”+理由."""
    hazard = town.rectifying(issue={"mode": "IMMEDIATE"})
    given = {"person": "厂长", "measures": "当场清障", "fund_reason": "不需资金"}
    refused(Invalid, "应急预案", town.finish, hazard, **given)
    town.finish(hazard, **given, emergency_reason="当场改完")
    assert rectifications.find_plan(town.session, hazard).fund is None


def test_only_lead_and_village_record_for_the_enterprise_and_only_with_the_seal(town: Town):
    """代录, domain 3.3; AC-13: whoever may verify may not."""
    hazard = town.rectifying()
    proxy = {"by_proxy": True, "sealed_original": [sha("seal")]}
    refused(Invalid, "代录", town.plan, hazard, "liaison")
    refused(Invalid, "签章", town.plan, hazard, "liaison", by_proxy=True)
    refused(Forbidden, "不得代", town.plan, hazard, "enforcer1", **proxy)
    refused(Forbidden, "不得代", town.plan, hazard, "enforcer1", for_="liaison", **proxy)
    refused(Forbidden, "只有企业", town.plan, hazard, "other_village", **proxy)
    refused(Forbidden, "只有企业", town.plan, hazard, "other_boss", **proxy)
    town.plan(hazard, "village", **proxy)
    assert rectifications.find_plan(town.session, hazard).is_proxy
    assert duties.forbidden(town.session, hazard, "T", town.id("village"))  # the recorder counts as R


# ---- verification --------------------------------------------------------------------------------------------------------


def test_a_verification_is_made_after_the_report_by_two_with_a_certificate(town: Town, clock_at):
    """⑧, INV-2."""
    hazard = town.rectifying()
    town.plan(hazard)
    clock_at("2026-03-03 10:00")
    town.finish(hazard)
    refused(Invalid, "完工报告之后", town.verify, hazard, onsite_at="2026-03-03T09:59:00+08:00")
    refused(Invalid, "晚于现在", town.verify, hazard, onsite_at="2026-03-03T10:01:00+08:00")
    refused(Invalid, "其他验收成员", town.verify, hazard, members=[str(town.id("enforcer1"))])
    refused(Invalid, "2 张", town.verify, hazard, photos=[sha("on1"), sha("on1")])
    refused(Invalid, "不能验收", town.verify, hazard, members=[str(town.id("liaison"))])
    refused(Invalid, "不能验收", town.verify, hazard, members=[str(town.id("boss"))])
    town.hire("station2", "STATION_STAFF", "station")
    refused(Invalid, "执法证", town.verify, hazard, "station", members=[str(town.id("station2"))])
    assert town.verify(hazard) == {"member_count": 1}


def test_each_member_confirms_himself_and_one_no_is_not_a_pass(town: Town):
    """⑧: 不能由一人代填."""
    hazard = town.rectified()
    town.verify(hazard)
    confirm = verifications.confirm_verification
    assert verifications.member(town.session, hazard, 0) == town.id("enforcer2")
    refused(Forbidden, "本人", town.act, confirm, hazard, "enforcer1", agree="yes")
    refused(Forbidden, "本人", town.act, confirm, hazard, "station", for_="enforcer2", agree="yes")
    refused(Conflict, "确认", town.step, verifications.pass_verification, hazard)
    town.act(confirm, hazard, "enforcer2", agree="no", opinion="照片不符")
    refused(Conflict, "确认", town.step, verifications.pass_verification, hazard)
    town.pass_(hazard)
    assert hazard.status == "VERIFIED"


def test_only_a_verifier_verifies_and_only_the_group_reviews(town: Town):
    """INV-17: a diagram that addresses these tasks to others does not get past the domain."""
    hazard = town.rectified()
    refused(Forbidden, "可验收的人员", town.verify, hazard, "staff")
    refused(Forbidden, "职责分离", town.verify, hazard, "liaison")
    town.pass_(hazard)
    town.apply(hazard)
    review = {"decision": "approve", "opinion": "同意"}
    refused(Forbidden, "副组长", town.act, closures.review_in_town, hazard, "staff", **review)


def test_a_failed_verification_goes_back_and_counts(town: Town):
    """⑧: FAIL→RECTIFYING, return_count+1; the second time listing is suggested."""
    hazard = town.rectified()
    for count in (1, 2):
        town.verify(hazard, result="FAIL")
        town.act(verifications.confirm_verification, hazard, "enforcer2", agree="yes")
        town.step(verifications.fail_verification, hazard)
        assert (hazard.status, hazard.return_count) == ("RECTIFYING", count)
        town.finish(hazard)
    kinds = [line.kind for line in history.lines(town.session, hazard.ref)]
    assert kinds.count("listing_suggested") == 1


def test_a_verification_before_the_newest_finish_does_not_count(town: Town):
    """INV-2: later than the last finish report."""
    hazard = town.verified()
    town.to_signature(hazard)
    town.act(closures.sign_closure, hazard, "magistrate", decision="rectify", reason="照片不清")
    assert hazard.status == "RECTIFYING"
    town.finish(hazard)
    refused(Conflict, "最近一次完工之后", town.step, verifications.pass_verification, hazard)


# ---- closure -------------------------------------------------------------------------------------------------------------


def test_an_application_says_all_that_is_missing_line_by_line(town: Town, clock_at):
    """AC-14, INV-3, ⑨: handover two not acknowledged, feedback owed."""
    hazard = town.verified(track=False)
    clock_at("2026-03-06 09:00")
    with pytest.raises(Invalid) as caught:
        town.apply(hazard)
    assert set(caught.value.fields) == {"handover_two", "feedback"}
    assert "03月05日" in caught.value.message


def test_what_was_missed_is_cleared_by_reporting_late(town: Town, clock_at):
    """⑦: 补报即清欠，漏报记录保留."""
    hazard = town.rectifying()
    clock_at("2026-03-13 09:00")
    assert len(feedbacks.missing(town.session, hazard)) == 4
    report = {"situation": "正在整改", "progress_pct": 30, "next_step": "督促"}
    for login in ("liaison", "leader") * 2:
        town.act(feedbacks.feed_back, hazard, login, **report)
    assert feedbacks.missing(town.session, hazard) == []
    assert all(row.is_late for row in feedbacks.of(town.session, hazard))
    assert feedbacks.next_due_on(town.session, hazard).isoformat() == "2026-03-19"
    refused(Forbidden, "责任人", town.act, feedbacks.feed_back, hazard, "boss", **report)


def test_a_verified_hazard_is_noted_as_awaiting_its_signature(town: Town):
    """⑦: 验收通过后系统自动记“待签字”，不派任务."""
    hazard = town.rectified()
    refused(Conflict, "验收通过", town.step, feedbacks.note_awaiting_signature, hazard)
    town.pass_(hazard)
    before = feedbacks.next_on(town.session, hazard)
    town.step(feedbacks.note_awaiting_signature, hazard)
    assert feedbacks.next_on(town.session, hazard) == before + timedelta(days=7)


def test_only_the_lead_applies(town: Town):
    """⑨."""
    hazard = town.verified()
    refused(Forbidden, "牵头人", town.apply, hazard, "leader")


@pytest.mark.parametrize(
    ("login", "roles"),
    [("liaison", ["GROUP_DEPUTY"]), ("enforcer1", ["GROUP_DEPUTY"]), ("enforcer2", ["GROUP_DEPUTY"])],
)
def test_who_leads_or_verifies_does_not_review(town: Town, login, roles):
    """INV-1, AC-13: by person, whatever posts he holds."""
    for role in roles:
        town.hire(login, role, "town")
    hazard = town.verified()
    town.apply(hazard)
    review = {"decision": "approve", "opinion": "同意"}
    refused(Forbidden, "职责分离", town.act, closures.review_in_town, hazard, login, **review)
    refused(Forbidden, "职责分离", town.act, closures.review_in_town, hazard, "head", for_=login, **review)


def test_a_substitute_burdens_himself_and_his_principal(town: Town):
    """Domain 2.2: actor and principal."""
    hazard = town.verified()
    town.apply(hazard)
    town.act(closures.review_in_town, hazard, "head", for_="deputy", decision="approve", opinion="同意")
    assert set(duties.of(town.session, hazard, "T")) == {town.id("head"), town.id("deputy")}
    assert all(duties.forbidden(town.session, hazard, "S", town.id(login)) for login in ("head", "deputy"))


def test_the_county_leader_signs_himself(town: Town):
    """⑫, AC-13: 不可代办、不可授权; a tracker does not sign."""
    hazard = town.verified()
    town.to_signature(hazard)
    sign = {"decision": "sign"}
    refused(Forbidden, "不可代办", town.act, closures.sign_closure, hazard, "head", for_="magistrate", **sign)
    refused(Forbidden, "县政府分管领导", town.act, closures.sign_closure, hazard, "tracker", **sign)
    town.hire("tracker", "COUNTY_LEADER", "county")
    refused(Forbidden, "职责分离", town.act, closures.sign_closure, hazard, "tracker", **sign)
    refused(Conflict, "签字", town.step, closures.close_hazard, hazard)
    town.act(closures.sign_closure, hazard, "magistrate", **sign)
    town.step(closures.close_hazard, hazard, "magistrate")
    assert (hazard.status, hazard.closed_at) == ("CLOSED", clock.now())


@pytest.mark.parametrize("to", ["rectify", "verify", "town"])
def test_a_return_asks_for_the_rest_of_the_way_again(town: Town, to):
    """INV-2: after a return the signature needs what stood behind it anew."""
    hazard = town.verified()
    town.to_signature(hazard)
    refused(Invalid, "退回原因", town.act, closures.sign_closure, hazard, "magistrate", decision=to)
    town.act(closures.sign_closure, hazard, "magistrate", decision=to, reason="材料不清")
    hazard.status = "TOWN_APPROVED"  # as if a diagram had led straight back
    with pytest.raises(Invalid):
        town.act(closures.sign_closure, hazard, "magistrate", decision="sign")


def test_no_step_can_be_taken_out_of_turn(town: Town):
    """INV-17: a diagram that lost a node does not get past the domain."""
    hazard = town.registered()
    for status in ("VERIFIED", "CLOSED", "ARCHIVED", "REPORTED"):
        with pytest.raises(Conflict):
            hazards.move(town.session, hazard, status, by=None)
    refused(Conflict, "移交一", town.step, closures.close_hazard, hazard)


# ---- disclosure, archive ---------------------------------------------------------------------------------------------------


def test_drafter_and_approver_are_two(town: Town):
    """INV-15."""
    hazard = town.closed()
    draft = {"exempt": False, "content": "该隐患已整改并销号。"}
    refused(Conflict, "公开稿", town.act, disclosures.approve_disclosure, hazard, "director", decision="accept")
    town.act(disclosures.draft_disclosure, hazard, "staff", **draft)
    town.hire("staff", "OFFICE_DIRECTOR", "town")
    refused(Forbidden, "职责分离", town.act, disclosures.approve_disclosure, hazard, "staff", decision="accept")
    town.act(disclosures.approve_disclosure, hazard, "director", decision="redo", reason="写明地点")
    assert hazard.status == "CLOSED"
    refused(
        Invalid, "手机号", town.act, disclosures.draft_disclosure, hazard, "staff", exempt=False, content="电话13912345678号。"
    )


def test_self_inspected_hazards_are_not_published_by_the_town(town: Town):
    """P12, AC-16."""
    hazard = town.closed(source="SELF")
    text = {"exempt": False, "content": "该隐患已整改并销号。"}
    refused(Invalid, "不由镇", town.act, disclosures.draft_disclosure, hazard, "staff", **text)
    town.act(disclosures.draft_disclosure, hazard, "staff", exempt=True, exempt_reason="现场公示代替")
    town.act(disclosures.approve_disclosure, hazard, "director", decision="accept")
    assert (hazard.status, hazard.exemption) == ("PUBLISHED", "现场公示代替")


# ---- deadlines and reminders ---------------------------------------------------------------------------------------------


def test_a_deadline_is_appended_never_changed(town: Town):
    """INV-9."""
    hazard = town.rectifying()
    hazards.set_deadline(town.session, hazard, hazard.due_at + timedelta(days=10), by=town.id("deputy"), source="延期批准")
    town.session.flush()
    rows = town.session.scalars(select(Deadline).where(Deadline.hazard_id == hazard.id)).all()
    assert [row.due_at for row in rows][-1] == hazard.due_at
    assert len(rows) == 2


def test_each_threshold_counts_once_and_the_level_rises(town: Town, clock_at):
    """P16, INV-10; ⑥ of the reminder rule: once per hazard, threshold and deadline."""
    hazard = town.rectifying()  # due 2026-04-02, 24:00
    levels = []
    for _ in range(5):
        clock_at(reminders.next_at(town.session, hazard))
        town.step(reminders.remind, hazard)
        town.step(reminders.remind, hazard)
        levels.append(hazard.overdue_level)
    assert levels == [0, 1, 2, 3, 4]
    assert reminders.next_at(town.session, hazard) == reminders.FAR
    assert len(town.session.scalars(select(reminders.Reminder)).all()) == 5


def test_finished_in_time_is_not_overdue_until_it_comes_back(town: Town, clock_at):
    """INV-10: waiting for others is not the rectifier's delay; a return after the deadline is."""
    hazard = town.rectified()
    clock_at("2026-04-03 09:00")
    town.step(reminders.remind, hazard)
    assert hazard.overdue_level == 0
    town.verify(hazard, result="FAIL")
    town.act(verifications.confirm_verification, hazard, "enforcer2", agree="yes")
    town.step(verifications.fail_verification, hazard)
    assert hazard.overdue_level == 1


def test_a_return_to_verification_makes_nothing_late(town: Town, clock_at):
    """INV-10: sent back to ⑧ after the deadline, the work itself was finished in time all the same."""
    hazard = town.verified()
    town.apply(hazard)
    clock_at("2026-04-03 09:00")
    town.act(closures.review_in_town, hazard, "deputy", decision="verify", opinion="请再验收一次。")
    town.step(reminders.remind, hazard)
    assert (hazard.status, hazard.overdue_level) == ("RECTIFIED", 0)


# ---- ledger --------------------------------------------------------------------------------------------------------------


def test_only_a_signature_counts_as_rectified(town: Town):
    """AC-02: approved by the town is not rectified, it stands apart as 已改待销."""
    hazard = town.verified()
    town.to_signature(hazard)
    town.closed()
    before = ledger.count(town.session)
    assert (before.total.found, before.total.closed, before.total.awaiting, before.rate) == (2, 1, 1, 50.0)
    town.act(closures.sign_closure, hazard, "magistrate", decision="sign")
    town.step(closures.close_hazard, hazard, "magistrate")
    assert (ledger.count(town.session).items["A4"], ledger.count(town.session).rate) == (2, 100.0)


def test_voided_hazards_are_subtracted_and_never_rectified(town: Town):
    """AC-03, INV-14."""
    found = [town.registered() for _ in range(3)]
    assert ledger.count(town.session).items["A3"] == 3
    for hazard in found:
        hazards.move(town.session, hazard, "VOIDED", by=town.id("deputy"), reason="误录")
    town.session.flush()
    counts = ledger.count(town.session)
    assert (counts.total.found, counts.total.closed, counts.gone["VOIDED"]) == (0, 0, 3)
    assert all(hazard.hazard_no for hazard in found)


def test_the_month_ends_on_the_25th_at_midnight(town: Town, clock_at):
    """AC-11, by the server's clock at which it was recorded."""
    clock_at("2023-06-25 23:59:59")
    town.registered()
    moment = clock_at("2023-06-26 00:00:01")
    town.registered()
    june = ledger.cutoff(moment.date().replace(day=1))
    assert ledger.count(town.session, as_of=june).total.found == 1
    assert ledger.count(town.session, as_of=june + timedelta(days=30)).total.found == 2


def test_the_ledger_stays_within_region_and_source(town: Town):
    """INV-11, INV-16."""
    town.registered()
    town.registered(source="SELF")
    assert ledger.count(town.session, within=town.units["village"]).total.found == 2
    assert ledger.count(town.session, within=town.units["other"]).total.found == 0
    assert town.units["town"].region_code == TOWN
    items = ledger.count(town.session).items
    assert (items["A1"], items["A3"], items["A9"]) == (1, 1, 0)


def test_a_past_ledger_does_not_change(town: Town, clock_at):
    """INV-12: recomputed for any moment."""
    hazard = town.verified()
    town.to_signature(hazard)
    then = clock.now()
    clock_at("2026-03-04 09:00")
    town.act(closures.sign_closure, hazard, "magistrate", decision="sign")
    town.step(closures.close_hazard, hazard, "magistrate")
    assert ledger.count(town.session, as_of=then).total.closed == 0
    assert ledger.status_at(town.session, hazard, then) == "TOWN_APPROVED"
    assert ledger.count(town.session).total.closed == 1


# ---- separation of duties, whoever tries what ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_whoever_tries_whatever_no_person_bears_two_duties_that_exclude_each_other(town: Town, seed):
    """INV-1: people with many posts try every step, by themselves and for others; a fourth of the tries are substitutions."""
    choose = Random(seed)
    people_ = ["liaison", "enforcer1", "enforcer2", "deputy", "head", "tracker", "magistrate"]
    posts = ["VILLAGE_LIAISON", "ENFORCER", "GROUP_DEPUTY", "COUNTY_LEADER"]
    for login in people_:
        town.persons[login].certificate_no = f"ZF-{login}"
        for role in choose.sample(posts, 2):
            town.hire(login, role, {"VILLAGE_LIAISON": "village", "COUNTY_LEADER": "county"}.get(role, "town"))
    hazard = town.rectified()
    for _ in range(120):
        login, other = choose.sample(people_, 2)
        more = {"for_": other} if choose.random() < 0.25 else {}
        with suppress(Conflict, Forbidden, Invalid), town.session.begin_nested():
            choose.choice(TRIES)(town, hazard, login, other, more)
    borne = {(row.person_id, row.duty) for row in town.session.scalars(select(duties.Duty))}
    for pair in duties.EXCLUDES:
        first, second = pair
        assert not {person for person, duty in borne if duty == first} & {person for person, duty in borne if duty == second}


TRIES = [
    lambda town, hazard, login, other, more: town.verify(hazard, login, members=[str(town.id(other))], **more),
    lambda town, hazard, login, other, more: town.act(verifications.confirm_verification, hazard, login, agree="yes", **more),
    lambda town, hazard, login, other, more: town.step(verifications.pass_verification, hazard),
    lambda town, hazard, login, other, more: town.apply(hazard, login, **more),
    lambda town, hazard, login, other, more: town.act(
        closures.review_in_town, hazard, login, decision="approve", opinion="同意", **more
    ),
    lambda town, hazard, login, other, more: town.act(
        closures.give_tracking_opinion, hazard, "tracker", decision="agree", opinion="同意", **more
    ),
    lambda town, hazard, login, other, more: town.act(closures.sign_closure, hazard, login, decision="sign", **more),
    lambda town, hazard, login, other, more: town.step(closures.close_hazard, hazard),
]
