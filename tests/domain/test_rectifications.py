"""Rectifying, verb by verb: the plan, the finish, its photos (domain 3.3 ⑥⑦)."""


import pytest

from tests.domain.town import Town, refused, sha
from workflows import duties, rectifications
from workflows.errors import Conflict, Forbidden, Invalid


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
