"""Publishing one hazard (domain 3.3 ⑬)."""



from tests.domain.town import Town, refused
from workflows import disclosures
from workflows.errors import Conflict, Forbidden, Invalid


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
