"""The diagram that is deployed is proven; and whatever a designer might break in it is found and told in words."""

import re
from pathlib import Path

import pytest

from service.setup import SHIPPED, forms_beside
from workflows import functions, loops, steps, vocabulary
from workflows.engine import END, checks, proof
from workflows.engine.proof import Proof
from workflows.engine.tokens import Net

XML = (Path(__file__).parents[3] / "bpmn" / "hazard_loop.bpmn").read_text(encoding="utf-8")
FORMS = forms_beside(SHIPPED / "hazard_loop.bpmn")
KEY = "hazard_closed_loop"


def prove(text: str) -> Proof:
    return proof.prove(text.encode(), KEY, loops.LOOP_RULES)


def test_the_shipped_diagram_is_proven() -> None:
    found = prove(XML)
    assert (found.verdict, found.faults) == ("proven", ())
    assert 100 < found.states < 5_000


def test_rules_speak_of_what_the_domain_offers() -> None:
    """A misspelt word would make a rule that nothing can meet, or that asks for nothing."""
    net = Net(XML.encode(), KEY)
    known = {END} | steps.STEPS.keys() | {word for node in net.nodes.values() for word in node.words}
    for rule in loops.LOOP_RULES:
        words = rule.what | rule.after | rule.since
        assert {word for word in words if not word.startswith("if:")} <= known
        called = {word[3:].partition("(")[0] for word in words if word.startswith("if:") and "(" in word}
        assert called <= functions.FUNCTIONS.keys()


def test_what_is_written_on_a_gateway_proves_nothing() -> None:
    """It does no review, whatever its properties say."""
    gateway = '<bpmn:exclusiveGateway id="m_town">'
    verb = '<spiffworkflow:property name="verb" value="review_in_town"/>'
    said = f"<bpmn:extensionElements><spiffworkflow:properties>{verb}</spiffworkflow:properties></bpmn:extensionElements>"
    found = prove(put(verb, "").replace(gateway, gateway + said))
    assert found.verdict == "refuted"
    assert any("镇审核" in fault.message for fault in found.faults)


def bend(flow: str, target: str) -> str:
    """The diagram with one arrow leading elsewhere."""
    bent, count = re.subn(rf'(<bpmn:sequenceFlow id="{flow}"[^>]* targetRef=")[^"]*', rf"\g<1>{target}", XML)
    assert count == 1, flow
    return bent


def cut(flow: str) -> str:
    """The diagram without an arrow, as the designer's room leaves it."""
    left = re.sub(rf'<bpmn:sequenceFlow id="{flow}".*?(/>|</bpmn:sequenceFlow>)', "", XML, count=1, flags=re.DOTALL)
    assert left != XML, flow
    return re.sub(rf"<bpmn:(incoming|outgoing)>{flow}</bpmn:\1>", "", left).replace(f' default="{flow}"', "")


def put(old: str, new: str) -> str:
    assert old in XML, old
    return XML.replace(old, new)


BENT = {  # what the designer did → (the diagram, element that is marked, words of the sentence)
    "applied for although it failed": (
        bend("sv_failed__m_rectify", "m_apply"),
        "apply",
        "从“验收不通过”到“申请销号”，其间没有验收通过。",
    ),
    "verified by nobody": (
        bend("rectify__m_verify", "m_apply"),
        "apply",
        "从“整改实施”到“申请销号”，其间没有验收通过。",
    ),
    "signed without the tracker": (
        bend("gw_town__tracker_opinion", "sign"),
        "sign",
        "“镇审核？”（通过）到“县签字”，其间没有县跟踪意见。",
    ),
    "signed without the town": (
        bend("apply__m_town", "tracker_opinion"),
        "sign",
        "“县跟踪意见”“跟踪意见？”（同意）到“县签字”，其间没有镇审核。",
    ),
    "signed after the return to rectification": (
        bend("sv_failed__m_rectify", "sign"),
        "sign",
        "从“验收不通过”到“县签字”，其间没有验收通过。",
    ),
    "closed without a signature": (
        bend("gw_tracker__sign", "sv_close"),
        "sv_close",
        "“跟踪意见？”（同意）到“销号”，其间没有县签字。",
    ),
    "applied for without handover two": (
        bend("sv_passed__join_handovers", "m_apply"),
        "apply",
        "到“申请销号”，其间没有移交二完成。",
    ),
    "applied for without the tracker": (
        bend("m_ack_k__ack_tracker", "sv_h2_done"),
        "apply",
        "到“申请销号”，其间没有跟踪人签收。",
    ),
    "applied for without the territory": (
        bend("issue_rectify__fork_ack", "gw_one_ack").replace('targetRef="join_ack"', 'targetRef="sv_h1_done"'),
        "apply",
        "到“申请销号”，其间没有属地签收。",
    ),
    "applied for without the sector": (
        bend("gw_one_ack__m_ack_s", "m_ack_s_done"),
        "apply",
        "“条块同一人？”（否）",
    ),
    "applied for without the tracker's word": (
        bend("county_names__m_ack_k", "sv_h2_done"),
        "apply",
        "申请销号须在县跟踪人签收之后：从“县办指定跟踪人”经“移交二完成”",
    ),
    "rectified at once although time was given": (
        put("mode() == 'DEADLINE'", "mode() == 'IMMEDIATE'"),
        "rectify",
        "“整改方式？”（立即整改）到“整改实施”，其间没有整改方案。",
    ),
    "rectified without a plan": (
        bend("gw_mode__plan", "m_rectify"),
        "rectify",
        "到“整改实施”，其间没有整改方案。",
    ),
    "not published": (
        bend("in_hand__m_draft", "m_archive"),
        "end_archived",
        "到“归档办结”，其间没有公开。",
    ),
    "not archived": (
        bend("gw_publish__m_archive", "end_archived"),
        "end_archived",
        "“公开审定”“审定结果？”（同意公开）到“归档办结”，其间没有归档。",
    ),
    "ended without a word": (
        bend("gw_register__sv_reject", "end_rejected"),
        "end_rejected",
        "从“发现隐患”经“重新打开？”（否）“发现上报”“登记拟办”“主任核定”“核定结果？”（不属实）到“不属实办结”，其间没有移交一、移交二、整改、验收",
    ),
    "opened again and straight to the disclosure": (
        bend("gw_reopened__in_hand", "m_draft"),
        "end_archived",
        "“重新打开？”（是，沿用原编号）",
    ),
    "opened again and let go": (
        bend("gw_reopened__in_hand", "sv_reject"),
        "sv_reject",
        "不按重大隐患办理的，须由主任核定，且在移交以前",
    ),
    "registered by nobody, on a ground that holds of a new one too": (
        put("reopened()", "one_person()"),
        "end_archived",
        "其间没有登记",
    ),
    "rejected when it was in hand already": (
        bend("in_hand__m_draft", "sv_reject"),
        "sv_reject",
        "不按重大隐患办理的，须由主任核定，且在移交以前",
    ),
    "a signature without its verb": (
        put('name="verb" value="sign_closure"', 'name="verb" value="feed_back"'),
        "sv_close",
        "图上没有办理县签字的环节，请补画（依据：闭环规则第 2 条）。",
    ),
    "a handover issued without its verb": (
        put('name="verb" value="issue_for_tracking"', 'name="verb" value="feed_back"'),
        "sv_h2_done",
        "移交二完成须在移交二签发之后",
    ),
    "a refusal that waits at the join": (
        bend("reassign_territory__m_ack_t", "join_ack"),
        "join_ack",
        "一直等着“裁定改派（块）”过来，却再也等不到",
    ),
    "a plain end where a duty runs": (
        put("<bpmn:terminateEventDefinition", "<bpmn:documentation"),
        None,
        "一再重来。请把“销号生效”改为终止结束事件",
    ),
    "a verification that is passed over": (
        bend("rectify__m_verify", "sv_passed"),
        "sv_passed",
        "从“整改实施”到“验收通过”，其间没有现场验收",
    ),
    "no way out of the sector's receipt": (
        cut("gw_ack_s__m_ack_s_done"),
        "join_ack",
        "之后只有“行业签收”、“裁定改派（条）”一再重来，而“条块均已签收”一直等着",
    ),
    "handover two is not given back": (
        cut("fork_h2_stays__m_h2"),
        "join_handovers",
        "“跟踪已落实且验收通过”一直等着“移交二完成”后面的排他网关过来，却再也等不到。请检查往",
    ),
    "feedback that breeds": (
        bend("feedback_territory__join_feedback", "m_feedback"),
        "wait_thursday",
        "“等待周四”还没有结束，又会再来一次",
    ),
    "a return into the join": (
        bend("gw_town__m_rectify", "join_handovers"),
        "join_handovers",
        "却再也等不到",
    ),
}


@pytest.mark.parametrize("name", BENT)
def test_what_a_designer_breaks_is_found_and_told(name: str) -> None:
    text, element, words = BENT[name]
    found = prove(text)
    assert found.verdict == "refuted"
    told = [fault for fault in found.faults if words in fault.message and element in (None, fault.element_id)]
    assert told, [fault.message for fault in found.faults]
    assert told[0].example[0].element_id == "start_hazard"
    assert len(told[0].example) <= 20


CUT = {  # arrow → what is marked, how: once, where it is missing
    "start_in_hand__fork_handovers": {("start_in_hand", "dead-end"), ("fork_handovers", "unreachable")},
    "sv_h2_done__m_h2": {("sv_h2_done", "dead-end")},
    "rectify__m_verify": {("rectify", "dead-end")},
    "sv_passed__join_handovers": {("sv_passed", "dead-end")},
    "m_ack_t__ack_territory": {("m_ack_t", "dead-end"), ("ack_territory", "unreachable")},
    "sv_archive__end_archived": {("sv_archive", "dead-end"), ("end_archived", "unreachable")},
    "gw_ack_k__m_h2_name": {("gw_ack_k", "default-missing")},
    "fork_ack__m_ack_t": {("m_ack_t", "unreachable")},
}


@pytest.mark.parametrize("flow", CUT)
def test_an_arrow_that_is_missing_is_told_where_it_is_missing(flow: str) -> None:
    found = checks.check(cut(flow).encode(), vocabulary.known())
    assert {(each.element_id, each.rule) for each in found if each.severity == "error" and not each.rule.startswith("form")} == CUT[flow]


def test_a_second_verification_must_pass_too() -> None:
    """What a newcomer adds. The newest verification counts: it needs its own members' word, and the way back needs its finding."""
    assert prove(second()).verdict == "proven"
    sent_on = second(('targetRef="sv_failed"', 'targetRef="m_apply"'))
    assert "从“再次确认”" in faults_at("apply", sent_on)
    unconfirmed = second(('targetRef="confirm2"', 'targetRef="gw2"'))
    assert "到“验收通过”，其间没有成员确认" in faults_at("sv_passed", unconfirmed)
    by_the_way = second(("result() == 'PASS'", "one_person()"))
    assert "验收合格的不能按不通过退回" in faults_at("sv_failed", by_the_way)


def second(*changes: tuple[str, str]) -> str:
    """The loop with a second verification behind the first that passed, changed in some way."""
    added = SECOND
    for old, new in changes:
        assert old in added
        added = added.replace(old, new)
    loop = XML.replace("</bpmn:subProcess>", added + "</bpmn:subProcess>")
    return re.sub(r'(id="gw_result__sv_passed"[^>]* targetRef=")[^"]*', r"\g<1>verify2", loop)


def faults_at(element: str, text: str) -> str:
    return "".join(fault.message for fault in prove(text).faults if fault.element_id == element)


SECOND = """
<bpmn:userTask id="verify2" name="再次验收"><bpmn:extensionElements><spiffworkflow:properties>
<spiffworkflow:property name="verb" value="verify"/><spiffworkflow:property name="duty" value="V"/>
</spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>
<bpmn:userTask id="confirm2" name="再次确认"><bpmn:extensionElements><spiffworkflow:properties>
<spiffworkflow:property name="verb" value="confirm_verification"/><spiffworkflow:property name="duty" value="V"/>
</spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>
<bpmn:exclusiveGateway id="gw2" name="再次合格？" default="f4"/>
<bpmn:sequenceFlow id="f1" sourceRef="verify2" targetRef="confirm2"/>
<bpmn:sequenceFlow id="f2" sourceRef="confirm2" targetRef="gw2"/>
<bpmn:sequenceFlow id="f3" sourceRef="gw2" targetRef="sv_passed">
<bpmn:conditionExpression>result() == 'PASS'</bpmn:conditionExpression></bpmn:sequenceFlow>
<bpmn:sequenceFlow id="f4" sourceRef="gw2" targetRef="sv_failed"/>
"""


def test_a_decision_that_is_asked_no_more_is_not_taken_from_an_older_one() -> None:
    """Every form of the loop calls it `decision`. Renamed in one of them, its gateway would go by what somebody else decided."""
    form = FORMS["town_review"]
    renamed = {("outcome" if key == "decision" else key): field for key, field in form["properties"].items()}
    changed = {**form, "properties": renamed, "required": ["outcome" if key == "decision" else key for key in form["required"]]}
    found = checks.check(XML.encode(), vocabulary.known(FORMS), {**FORMS, "town_review": changed})
    assert {(each.rule, each.element_id) for each in found if each.severity == "error"} == {
        ("data-stale", "gw_town__m_apply"),
        ("data-stale", "gw_town__m_rectify"),
        ("data-stale", "gw_town__m_verify"),
    }
    assert "看的是更早的“县签字”填的“签字意见”，而最近一个环节“镇审核”不填这一项" in found[0].message
    assert [each for each in checks.check(XML.encode(), vocabulary.known(FORMS), FORMS) if each.severity == "error"] == []
