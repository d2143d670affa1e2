"""Verifying, verb by verb: by two, after the report, each confirming himself (domain 3.3 ⑧)."""



from tests.domain.town import Town, refused, sha
from workflows import closures, verifications
from workflows.engine import history
from workflows.errors import Conflict, Forbidden, Invalid


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
