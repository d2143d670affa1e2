"""Applying, reviewing, signing, verb by verb (domain 3.3 ⑨–⑫)."""

from datetime import timedelta

import pytest

from tests.domain.town import Town, refused
from workflows import clock, closures, duties, feedbacks, hazards
from workflows.errors import Conflict, Forbidden, Invalid


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
