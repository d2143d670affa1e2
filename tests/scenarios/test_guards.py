"""What no diagram, no form and no direct call gets past: the evidence before a closure (AC-14)."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from service import setup
from tests.scenarios.ways import appoint, bring, close, count, found, refused, state, waiting
from workflows import clock, closures, hazards, people, vocabulary
from workflows.engine import Cause, definitions, history
from workflows.engine.worklist import Task
from workflows.errors import Forbidden, Invalid, Problem

XML = (setup.SHIPPED / "hazard_loop.bpmn").read_text(encoding="utf-8")
FORMS = setup.forms_beside(setup.SHIPPED / "hazard_loop.bpmn")

# ---- AC-14, INV-2, INV-3, INV-8: a changed diagram -----------------------------------------------------------------------

WHOLE = (
    "report register confirm_registration issue_rectify ack_territory sv_h1_done issue_track name_tracker ack_tracker sv_h2_done "
    "plan rectify verify confirm_verification sv_passed apply town_review tracker_opinion sign sv_close draft_disclosure "
    "approve_disclosure sv_archive_check sv_archive"
).split()


def in_a_row(*left_out, changes=None, moved=()):
    """A diagram of the same elements, one after the other and some left out: what a designer might draw. `changes`: element →
    {text: new text}; `moved`, or put in: (element, the one it then stands before)."""
    ids = [each for each in WHOLE if each not in (*left_out, *(element for element, _ in moved))]
    for element, before in moved:
        ids.insert(ids.index(before), element)
    neighbours = zip(["begin", *ids], ids, [*ids[1:], "end"], strict=False)
    nodes = [_changed(_element(each, before, after), (changes or {}).get(each, {})) for before, each, after in neighbours]
    flows = [_flow(a, b) for a, b in zip(["begin", *ids], [*ids, "end"], strict=True)]
    head = XML[: XML.index("<bpmn:collaboration")] + XML[XML.index("<bpmn:process ") : XML.index("<bpmn:laneSet")]
    start = f'<bpmn:startEvent id="begin" name="开始"><bpmn:outgoing>begin__{ids[0]}</bpmn:outgoing></bpmn:startEvent>'
    end = f'<bpmn:endEvent id="end" name="结束"><bpmn:incoming>{ids[-1]}__end</bpmn:incoming></bpmn:endEvent>'
    return "".join([head, start, *nodes, end, *flows, "</bpmn:process></bpmn:definitions>"]).encode()


def _changed(text, changes):
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def _element(id, before, after):
    found = re.search(rf'<bpmn:(userTask|serviceTask) id="{id}".*?</bpmn:\1>', XML, re.S)
    bare = re.sub(r"<bpmn:(incoming|outgoing)>.*?</bpmn:\1>\s*", "", found[0])
    ends = f"<bpmn:incoming>{before}__{id}</bpmn:incoming><bpmn:outgoing>{id}__{after}</bpmn:outgoing>"
    return bare.replace("</bpmn:extensionElements>", "</bpmn:extensionElements>" + ends, 1)


def _flow(a, b):
    return f'<bpmn:sequenceFlow id="{a}__{b}" sourceRef="{a}" targetRef="{b}"/>'


def deploy(town, xml, forms=FORMS):
    """Deploy a changed diagram past the proof's rules for loops, as if there were none: here the domain stands alone."""
    with town.database.transaction() as session:
        definitions.deploy(session, replace(vocabulary.known(forms), loop_rules=()), xml, forms)


def test_the_elements_in_a_row_are_a_way_that_closes(monday):
    """So that the cases below are refused for what they lack, and for nothing else."""
    deploy(monday, in_a_row())
    assert close(monday, found(monday)).status == "ARCHIVED"


def put(name, value):
    """A property as it stands in the diagram."""
    return f'<spiffworkflow:property name="{name}" value="{value}"/>'


BY_CLERK = {put("unit", "sector"): put("unit", "town"), put("duty", "V"): ""} | {
    put("role", "ENFORCER,STATION_HEAD,STATION_STAFF"): put("role", "OFFICE_STAFF")
}
BY_OFFICE = {put("person", "tracker"): put("role", "COUNTY_OFFICE") + put("unit", "county"), put("duty", "K"): ""}
TRACK = ["issue_track", "name_tracker", "ack_tracker", "sv_h2_done"]
LACKING = {  # what the designer did: (left out, further, where the case then stands still, words of the refusal)
    "no verification": (["verify", "confirm_verification", "sv_passed"], {}, "apply", "验收通过"),
    "no verifier's task": (["verify", "confirm_verification"], {}, "rectify", "最近一次完工之后还没有验收"),
    "no confirmation": (["confirm_verification"], {}, "verify", "还没有全部确认"),
    "no finish report": (["rectify"], {}, "verify", "整改完成待验收"),
    "no plan": (["plan"], {}, "rectify", "五落实"),
    "no application": (["apply"], {}, "town_review", "已申请销号"),
    "no town review": (["town_review"], {}, "tracker_opinion", "镇已审核"),
    "no tracker's opinion": (["tracker_opinion"], {}, "sign", "县跟踪人还没有同意"),
    "no signature": (["sign"], {}, "tracker_opinion", "分管领导还没有签字"),
    "straight to closure": (WHOLE[WHOLE.index("verify") : WHOLE.index("sv_close")], {}, "rectify", "还没有验收"),
    "no acknowledgement": (["ack_territory"], {}, "issue_rectify", "属地责任人还没有签收"),
    "no second handover": (TRACK, {}, "apply", "移交二还没有签发"),
    "no tracker named": (TRACK[1:], {}, "apply", "移交二还没有指定县跟踪人"),
    "second handover not acknowledged": (["ack_tracker"], {}, "name_tracker", "县跟踪人还没有签收移交二"),
    "second handover neither acknowledged nor completed": (TRACK[2:], {}, "apply", "县跟踪人还没有签收移交二"),
    "second handover not completed": (TRACK[3:], {}, "apply", "移交二还没有办结"),
    "second handover too late": ([], {"moved": [(each, "draft_disclosure") for each in TRACK]}, "apply", "移交二还没有签发"),
    "published before closure": ([], {"moved": [("draft_disclosure", "apply")]}, "draft_disclosure", "已销号"),
    "archived unpublished": (["draft_disclosure", "approve_disclosure"], {}, "sign", "结果已公开"),
    "not registered": (["register", "confirm_registration"], {}, "issue_rectify", "已编号建账"),
    "signed without its verb": ([], {"changes": {"sign": {put("verb", "sign_closure"): ""}}}, "sign", "领导还没有签字"),
    "signed by the office": ([], {"changes": {"sign": {"COUNTY_LEADER": "COUNTY_OFFICE"}}}, "sign", "县政府分管领导签字"),
    "opined by another": ([], {"changes": {"tracker_opinion": BY_OFFICE}}, "tracker_opinion", "县跟踪人可以出具"),
    "failed though it passed": ([], {"moved": [("sv_failed", "sv_passed")]}, "confirm_verification", "验收结论为合格"),
    "reviewed by a clerk": ([], {"changes": {"town_review": {"GROUP_DEPUTY": "OFFICE_STAFF"}}}, "town_review", "副组长"),
    "verified by a clerk": ([], {"changes": {"verify": BY_CLERK}}, "verify", "可验收的人员"),
}


@pytest.mark.parametrize("name", LACKING)
def test_a_diagram_that_lacks_a_guard_does_not_get_past_the_domain(monday, name):
    """AC-14 改BPMN同样被拒, INV-2, INV-3, INV-8, INV-15: deployed and run; the step is refused and leaves nothing behind."""
    left_out, further, stands, words = LACKING[name]
    deploy(monday, in_a_row(*left_out, **further))
    hazard = bring(monday, found(monday), stands)
    before = state(monday, hazard)
    refused(Problem, words, monday.do, hazard, stands)
    after = state(monday, hazard)
    assert (after.status, after.closed_at, waiting(monday, hazard)) == (before.status, None, [stands])
    assert count(monday).total.closed == 0
    with monday.database.reading() as session:
        assert history.verify(session) == []


def test_nobody_answers_for_what_another_acknowledged(monday):
    """INV-3: who is named after an acknowledgement has not given it, whatever a diagram forgets to ask him."""
    deploy(monday, in_a_row(moved=[("reassign_territory", "sv_h1_done")]))
    appoint(monday, "banshi1", "VILLAGE_LIAISON", "丙村")
    first, other = str(monday.person("baocun")), str(monday.person("banshi1"))
    hazard = bring(monday, found(monday), "reassign_territory", issue_rectify={"territory_person": first})
    again = (monday.do, hazard, "reassign_territory")
    refused(Problem, "属地责任人还没有签收", *again, territory_person=other)
    monday.do(hazard, "reassign_territory", territory_person=first)
    assert state(monday, hazard).status == "RECTIFYING"


def test_a_diagram_that_says_no_duty_does_not_lift_it(monday):
    """INV-1: the verb asks, whatever the diagram's properties say."""
    unsaid = {put("unit", "sector"): put("unit", "town"), put("duty", "V"): ""}
    deploy(monday, in_a_row(changes={"verify": unsaid, "town_review": {put("duty", "T"): ""}}))
    hazard = bring(monday, found(monday), "verify")
    appoint(monday, "baocun", "ENFORCER", "乙镇")
    appoint(monday, "baocun", "GROUP_DEPUTY", "乙镇")
    refused(Forbidden, "职责分离", monday.do, hazard, "verify", "baocun", members=[str(monday.person("zhifa1"))])
    monday.do(hazard, "verify", "zhifa1")
    bring(monday, hazard, "town_review")
    refused(Forbidden, "职责分离", monday.do, hazard, "town_review", "baocun")


# ---- AC-14: a changed form, and a direct call ------------------------------------------------------------------------------

ASKED = {  # a field of the verification: (what is handed in, what the form says, what the verb says when the form is silent)
    "members": ([], "验收成员", "其他验收成员"),
    "photos": (1, "至少要 2 张", "2 张不同"),
}


@pytest.mark.parametrize("is_silent", [False, True])
@pytest.mark.parametrize("field", ASKED)
def test_one_verifier_or_one_photo_is_refused_by_the_form_and_by_the_verb(monday, field, is_silent):
    """AC-14, INV-2: a version whose form asks for less does not let more through."""
    given, by_form, by_verb = ASKED[field]
    if is_silent:
        verify = FORMS["verify"]
        lax = {key: value for key, value in verify["properties"][field].items() if key != "minItems"}
        required = [each for each in verify["required"] if each != field]
        form = {**verify, "required": required, "properties": {**verify["properties"], field: lax}}
        deploy(monday, XML.encode(), {**FORMS, "verify": form})
    hazard = bring(monday, found(monday), "verify")
    handed_in = [monday.photo("verify", number) for number in range(given)] if isinstance(given, int) else given
    refused(Invalid, by_verb if is_silent else by_form, monday.do, hazard, "verify", **{field: handed_in})
    assert close(monday, hazard).status == "ARCHIVED"


def test_what_is_missing_is_said_line_by_line(monday, clock_at):
    """AC-14 错误逐条列明: the second handover, and the owed report."""
    deploy(monday, in_a_row(*TRACK))
    hazard = bring(monday, found(monday), "apply")
    clock_at("2026-03-06 09:00")
    problem = refused(Invalid, "", monday.do, hazard, "apply")
    assert set(problem.fields) == {"handover_two", "feedback"}
    assert "03月05日" in problem.fields["feedback"]


def direct(town, hazard, verb, login, **data):
    """Call a verb without task, form or diagram."""
    with town.database.transaction() as session:
        thing = hazards.get(session, hazard)
        if data:
            task = Task(id=1, element_id="", index=0)
            verb(session, thing, by=town.person(login), on_behalf_of=None, task=task, data=data)
        else:
            verb(session, thing, cause=Cause(("task", 1), clock.now(), town.person(login)))


def test_a_direct_call_is_refused_as_well(monday):
    """AC-14 直接调接口同样被拒: at every place before its turn, each step on the way to closure refuses."""
    apply = {"summary": "申请销号。", "checklist": ["plan"]}
    calls = {
        "apply": lambda h: direct(monday, h, closures.apply_for_closure, "baocun", **apply),
        "town_review": lambda h: direct(monday, h, closures.review_in_town, "zhuren", decision="approve", opinion="同意。"),
        "tracker_opinion": lambda h: direct(
            monday, h, closures.give_tracking_opinion, "genzong1", decision="agree", opinion="同意。"
        ),
        "sign": lambda h: direct(monday, h, closures.sign_closure, "fuxianzhang", decision="sign"),
        "close": lambda h: direct(monday, h, closures.close_hazard, "fuxianzhang"),
    }
    way, hazard = list(calls), found(monday)
    for place in (
        "issue_rectify",
        "rectify",
        "verify",
        "confirm_verification",
        "apply",
        "town_review",
        "tracker_opinion",
        "sign",
    ):
        bring(monday, hazard, place)
        too_early = way[way.index(place) + 1 :] if place in way else way
        for each in too_early if place != "sign" else ["close"]:
            refused(Problem, "", calls[each], hazard)
    assert state(monday, hazard).closed_at is None
    assert close(monday, hazard).status == "ARCHIVED"


def test_a_shutdown_does_not_close_by_itself(monday):
    """INV-22: 关停取缔 asks for its proof and goes the whole way to the signature."""
    hazard = bring(monday, found(monday), "rectify")
    refused(Invalid, "", monday.do, hazard, "rectify", close_reason="SHUTDOWN")
    proof = [monday.photo("shutdown", number) for number in (1, 2)]
    monday.do(hazard, "rectify", close_reason="SHUTDOWN", shutdown_proof=proof)
    assert (state(monday, hazard).status, count(monday).total.closed) == ("RECTIFIED", 0)
    bring(monday, hazard, "sign")
    assert count(monday).total.closed == 0
    assert close(monday, hazard).closed_at is not None


def test_a_business_date_is_never_later_than_now(monday):
    """INV-19: found, inspected, verified on the spot."""
    tomorrow = clock.now() + timedelta(days=1)
    refused(Invalid, "", found, monday, found_at=tomorrow.isoformat())
    refused(Invalid, "", found, monday, inspection_on=clock.on(tomorrow).isoformat())
    hazard = bring(monday, found(monday), "verify")
    refused(Invalid, "晚于", monday.do, hazard, "verify", onsite_at=tomorrow.isoformat())


def test_what_no_list_offers_is_refused_whatever_the_page_sent(monday):
    """A tampered field: the office offers one's own villages and people, and nothing else is taken."""
    hazard = bring(monday, found(monday), "issue_track")
    with monday.database.reading() as session:
        town = next(unit for unit in people.units(session, "TOWN"))
    refused(Invalid, "", monday.do, hazard, "issue_track", county_dept=str(town.id))
    assert "issue_track" in [task.element_id for task in monday.open_tasks(hazard)]
