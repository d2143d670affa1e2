"""What a diagram may not contain: one small diagram a rule, hostile files, and bytes at random (design, section 5)."""

import re
import time
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.engine.check_files import (
    BOMB,
    BPMN,
    GOOD,
    KNOWN,
    TERMINATE,
    around,
    assert_readable,
    chain,
    diagram,
    end,
    file,
    flow,
    many,
    node,
    of_a_month,
    process,
    properties,
    rules,
    service,
    start,
    step,
    timer,
    user,
)
from workflows.engine import spiff
from workflows.engine.checks import Known, check


def test_a_good_diagram_has_no_findings():
    assert check(GOOD, KNOWN) == []
    assert check(GOOD, Known()) == []


ERRORS = {
    # elements that the library drops, passes through or cannot run
    "task": (("element-unsupported", "x"), around(node("task", "x"), first="x", last="x")),
    "manual": (("element-unsupported", "x"), around(node("manualTask", "x"), first="x", last="x")),
    "script": (("element-unsupported", "x"), around(node("scriptTask", "x"), first="x", last="x")),
    "rule": (("element-unsupported", "x"), around(node("businessRuleTask", "x"), first="x", last="x")),
    "send": (("element-unsupported", "x"), around(node("sendTask", "x"), first="x", last="x")),
    "receive": (("element-unsupported", "x"), around(node("receiveTask", "x"), first="x", last="x")),
    "complex": (("element-unsupported", "x"), around(node("complexGateway", "x"), first="x", last="x")),
    "transaction": (("element-unsupported", "x"), around(node("transaction", "x"), first="x", last="x")),
    "ad hoc": (("element-unsupported", "x"), around(node("adHocSubProcess", "x"), first="x", last="x")),
    "throw": (("element-unsupported", "x"), around(node("intermediateThrowEvent", "x"), first="x", last="x")),
    "choreography": (
        ("element-unsupported", "x"), file(process(start(), end(), flow("s", "e")), node("choreography", "x")),
    ),
    "task in task": (("element-unsupported", "u"), around(user("u", user("inner")))),
    "event sub-process": (
        ("event-subprocess", "x"),
        around(user(), node("subProcess", "x", start("s2") + end("e2") + flow("s2", "e2"), 'triggeredByEvent="true"')),
    ),
    "data object": (("data-unsupported", "d"), around(user(), node("dataObjectReference", "d"))),
    "data association": (("data-unsupported", "u"), around(user("u", node("dataOutputAssociation", "d")))),
    "loop mark": (("loop-unsupported", "u"), around(user("u", "<bpmn:standardLoopCharacteristics/>"))),
    "many services": (
        ("multi-unsupported", "v"),
        around(service().replace("</bpmn:serviceTask>", many() + "</bpmn:serviceTask>"), first="v", last="v"),
    ),
    "many of a list": (
        ("multi-unsupported", "u"),
        around(user("u", many("", "<bpmn:loopDataInputRef>members</bpmn:loopDataInputRef>"))),
    ),
    "many of nothing": (("cardinality-missing", "u"), around(user("u", many("")))),
    "none at all": (("cardinality-odd", "u"), around(user("u", many("0")))),
    "compensation": (("compensation", "u"), around(user().replace("<bpmn:userTask", '<bpmn:userTask isForCompensation="true"'))),
    "one after another, in other words": (
        ("mark-unclear", "u"), around(user("u", many().replace("Characteristics>", 'Characteristics isSequential="1">', 1))),
    ),
    "interrupting, in other words": (
        ("mark-unclear", "b"),
        around(user(), node("boundaryEvent", "b", timer(), 'attachedToRef="u" cancelActivity="1"'), end("e2"), flow("b", "e2")),
    ),
    "quantity": (("quantity", "u"), around(user().replace("<bpmn:userTask", '<bpmn:userTask startQuantity="2"'))),
    "hidden flow": (
        ("element-misplaced", "hidden"),
        around(user(), f"<bpmn:extensionElements>{flow('s', 'e', flow_id='hidden')}</bpmn:extensionElements>"),
    ),
    "hidden by another name": (
        ("element-misplaced", "hidden"),
        around(user(), '<bpmn:extensionElements><camunda:sequenceFlow id="hidden"/></bpmn:extensionElements>'),
    ),
    # events
    "message start": (
        ("event-kind", "s"),
        diagram(node("startEvent", "s", "<bpmn:messageEventDefinition/>"), user(), end(), chain("s", "u", "e")),
    ),
    "signal end": (
        ("event-kind", "e"),
        diagram(start(), user(), end("e", "<bpmn:signalEventDefinition/>"), chain("s", "u", "e")),
    ),
    "link": (
        ("event-kind", "x"),
        around(node("intermediateCatchEvent", "x", "<bpmn:linkEventDefinition/>"), first="x", last="x"),
    ),
    "conditional": (
        ("event-kind", "x"),
        around(node("intermediateCatchEvent", "x", "<bpmn:conditionalEventDefinition/>"), first="x", last="x"),
    ),
    "nothing to wait for": (("event-kind", "x"), around(node("intermediateCatchEvent", "x"), first="x", last="x")),
    "two reasons": (
        ("event-kind", "x"),
        around(node("intermediateCatchEvent", "x", timer() + timer()), first="x", last="x"),
    ),
    "error boundary": (
        ("event-kind", "b"),
        around(
            user(), node("boundaryEvent", "b", "<bpmn:errorEventDefinition/>", 'attachedToRef="u"'), end("e2"), flow("b", "e2")
        ),
    ),
    "duration": (
        ("timer-kind", "x"),
        around(node("intermediateCatchEvent", "x", timer("'P3D'", "timeDuration")), first="x", last="x"),
    ),
    "cycle": (
        ("timer-kind", "x"),
        around(node("intermediateCatchEvent", "x", timer("'R3/PT1H'", "timeCycle")), first="x", last="x"),
    ),
    "no moment": (
        ("timer-missing", "x"),
        around(node("intermediateCatchEvent", "x", "<bpmn:timerEventDefinition/>"), first="x", last="x"),
    ),
    # ids
    "Start": (("id-reserved", "Start"), around(user("Start"), first="Start", last="Start")),
    "End": (("id-reserved", "End"), around(user("End"), first="End", last="End")),
    "EndJoin": (("id-reserved", "p.EndJoin"), around(user("p.EndJoin"), first="p.EndJoin", last="p.EndJoin")),
    "space in id": (("id-form", "a b"), around(user("a b"), first="a b", last="a b")),
    "digit first": (("id-form", "1a"), around(user("1a"), first="1a", last="1a")),
    "no id": (("id-missing", "p"), around(user(), "<bpmn:userTask/>")),
    "twice": (("id-twice", "u"), around(user(), user())),
    "flow like node": (("id-twice", "u"), diagram(start(), user(), end(), flow("s", "u", flow_id="u"), flow("u", "e"))),
    "operator like node": (("id-clash", "close"), around(service("close"), first="close", last="close")),
    "form field like node": (
        ("id-clash", "u"),
        around(user(), '<bpmn:extensionElements><camunda:formField id="u"/></bpmn:extensionElements>'),
    ),
    # arrows and gateways
    "dangling target": (("flow-dangling", "s_nobody"), around(user(), flow("s", "nobody"))),
    "dangling source": (("flow-dangling", "nobody_e"), around(user(), flow("nobody", "e"))),
    "into a sub-process": (
        ("flow-crosses", "u_e2"),
        around(user(), node("subProcess", "x", start("s2") + end("e2") + flow("s2", "e2")), flow("u", "e2")),
    ),
    "kept in another process": (
        ("flow-elsewhere", "q"), file(process(start(), end()), process(flow("s", "e"), process_id="q")),
    ),
    "condition behind a task": (
        ("condition-ignored", "u_e"),
        diagram(start(), user(), end(), flow("s", "u"), flow("u", "e", "x == 1")),
    ),
    "condition of the default": (
        ("default-condition", "g_e"),
        diagram(
            start(), node("exclusiveGateway", "g", attributes='default="g_e"'), end(), flow("s", "g"),
            flow("g", "e", "x == 1"),
        ),
    ),
    "foreign default": (
        ("default-unknown", "g"),
        diagram(start(), node("exclusiveGateway", "g", attributes='default="s_g"'), end(), chain("s", "g", "e")),
    ),
    "no default": (
        ("default-missing", "g"),
        diagram(
            start(), node("exclusiveGateway", "g"), user(), end(), chain("s", "g"), chain("u", "e"),
            flow("g", "u", "x == 1"), flow("g", "e", "x == 2"),
        ),
    ),
    "inclusive without default": (
        ("default-missing", "g"),
        diagram(
            start(), node("inclusiveGateway", "g"), user(), end(), chain("s", "g"), chain("u", "e"),
            flow("g", "u", "x == 1"), flow("g", "e", "x == 2"),
        ),
    ),
    "no condition": (
        ("condition-missing", "g_u"),
        diagram(
            start(), node("exclusiveGateway", "g", attributes='default="g_e"'), user(), end(), chain("s", "g", "u", "e"),
            flow("g", "e"),
        ),
    ),
    "start entered": (("start-entered", "s"), around(user(), flow("u", "s"))),
    "end left": (("end-left", "e"), around(user(), flow("e", "u"))),
    "two arrows from a task": (
        ("several-outgoing", "u"), around(user(), end("e2"), flow("u", "e2")),
    ),
    "dead end": (("dead-end", "u"), diagram(start(), user(), end(), flow("s", "u"))),
    "the same arrow twice": (
        ("flow-doubled", "g"),
        diagram(start(), node("parallelGateway", "g"), end(), flow("s", "g"), flow("g", "e"), flow("g", "e", flow_id="again")),
    ),
    "event gateway to a task": (
        ("event-gateway", "u"),
        diagram(
            start(), node("eventBasedGateway", "g"), user(), node("intermediateCatchEvent", "t", timer()), end(),
            chain("s", "g", "u", "e"), chain("g", "t", "e"),
        ),
    ),
    "boundary of nothing": (
        ("boundary-host", "b"), around(user(), node("boundaryEvent", "b", timer()), end("e2"), flow("b", "e2")),
    ),
    "boundary of a service": (
        ("boundary-host", "b"),
        around(
            service(), node("boundaryEvent", "b", timer(), 'attachedToRef="v"'), end("e2"), flow("b", "e2"), first="v", last="v"
        ),
    ),
    # where a token can get
    "no start": (("start-missing", "p"), diagram(user(), end(), flow("u", "e"))),
    "two starts": (("start-several", "s2"), around(user(), start("s2"), flow("s2", "u"))),
    "no end": (("end-missing", "p"), diagram(start(), user(), flow("s", "u"))),
    "empty sub-process": (("scope-empty", "x"), around(node("subProcess", "x"), first="x", last="x")),
    "unreachable": (("unreachable", "lost"), around(user(), user("lost"), flow("lost", "e"))),
    "recurring duty without terminate": (
        ("loop-without-terminate", "e2"),
        around(
            node(
                "subProcess", "x",
                start("s2") + node("parallelGateway", "fork") + user() + end("e2") + chain("s2", "fork", "u", "e2")
                + node("exclusiveGateway", "m") + user("again") + chain("fork", "m", "again", "m"),
            ),
            first="x", last="x",
        ),
    ),
    "turning alone": (
        ("automatic-loop", "v"),
        diagram(
            start(), service(), node("exclusiveGateway", "g", attributes='default="g_v"'), end(), chain("s", "v", "g", "v"),
            flow("g", "e", "is_done()"),
        ),
    ),
    "loop without a gateway": (
        ("loop-without-gateway", "u"),
        diagram(
            start(), node("parallelGateway", "fork"), user(), user("v"), end("e", TERMINATE), chain("s", "fork", "u", "v", "u"),
            flow("fork", "e"),
        ),
    ),
    "loop into a parallel gateway": (
        ("parallel-loop", "j"),
        diagram(
            start(), node("parallelGateway", "j"), user(), node("exclusiveGateway", "g", attributes='default="g_e"'), end(),
            chain("s", "j", "u", "g", "e"), flow("g", "j", "decision == 'redo'"),
        ),
    ),
    "long chain": (
        ("chain-too-long", "e"),
        around(*(user(f"u{i}") for i in range(250)), chain(*(f"u{i}" for i in range(250))), first="u0", last="u249"),
    ),
    "nested too deep": (
        ("too-deep", "x0"),
        around(
            *(f'<bpmn:subProcess id="x{i}">' for i in reversed(range(6))), "</bpmn:subProcess>" * 6, first="x5", last="x5"
        ),
    ),
    # pools, lanes, calls, drawing
    "no process": (("process-missing", ""), file()),
    "not executable": (
        ("not-executable", "p"),
        file(process(start(), end(), flow("s", "e"), attributes='isExecutable="false"')),
    ),
    "two processes": (
        ("process-several", "q"),
        file(process(start(), end(), flow("s", "e")), process(start("s2"), end("e2"), flow("s2", "e2"), process_id="q")),
    ),
    "second process for show": (
        ("process-idle", "q"),
        file(
            process(start(), end(), flow("s", "e")),
            process(start("s2"), end("e2"), flow("s2", "e2"), process_id="q", attributes='isExecutable="false"'),
        ),
    ),
    "process in a pool": (
        ("element-misplaced", "q"),
        file(node("collaboration", "c", process(process_id="q")), process(start(), end(), flow("s", "e"))),
    ),
    "pool of nothing": (
        ("pool-unknown", "pool"),
        file(
            node("collaboration", "c", node("participant", "pool", attributes='processRef="q"')),
            process(start(), end(), flow("s", "e")),
        ),
    ),
    "space in a lane": (
        ("lane-space", "l"),
        around(user(), node("laneSet", "ls", node("lane", "l", "<bpmn:flowNodeRef> u\n</bpmn:flowNodeRef>"))),
    ),
    "lane of nothing": (
        ("lane-unknown", "l"),
        around(user(), node("laneSet", "ls", node("lane", "l", "<bpmn:flowNodeRef>gone</bpmn:flowNodeRef>"))),
    ),
    "two lanes": (
        ("lane-twice", "u"),
        around(
            user(),
            node("laneSet", "ls", "".join(node("lane", i, "<bpmn:flowNodeRef>u</bpmn:flowNodeRef>") for i in ("l1", "l2"))),
        ),
    ),
    "call of nothing": (
        ("call-unknown", "x"), around(node("callActivity", "x", attributes='calledElement="gone"'), first="x", last="x"),
    ),
    "call of itself": (
        ("call-recursive", "x"), around(node("callActivity", "x", attributes='calledElement="p"'), first="x", last="x"),
    ),
    "call around the corner": (
        ("call-recursive", "y"),
        file(
            process(start(), node("callActivity", "x", attributes='calledElement="q"'), end(), chain("s", "x", "e")),
            process(
                start("s2"), node("callActivity", "y", attributes='calledElement="p"'), end("e2"), chain("s2", "y", "e2"),
                process_id="q",
            ),
        ),
    ),
    "place without numbers": (
        ("drawing-broken", "u"), around(user()).replace(b'x="1"', b'x="left"'),
    ),
    # scripts and steps
    "script before": (
        ("script", "u"), around(user().replace("<s:properties>", "<s:preScript>x = 1</s:preScript><s:properties>")),
    ),
    "variable name": (
        ("extension-refused", "u"),
        around(user().replace("<s:properties>", "<s:variableName>x</s:variableName><s:properties>")),
    ),
    "property without value": (
        ("property-broken", "u"), around(user().replace("<s:properties>", '<s:properties><s:property name="x"/>')),
    ),
    "nested property": (
        ("property-broken", "u"),
        around(user().replace("</s:properties>", '<s:more><s:property name="verb" value="register"/></s:more></s:properties>')),
    ),
    "no step": (("step-missing", "v"), around(service(inside=""), first="v", last="v")),
    "step of a user task": (
        ("step-misplaced", "u"), around(user().replace("<s:properties>", '<s:serviceTaskOperator id="close"/><s:properties>')),
    ),
    "unknown step": (
        ("step-unknown", "v"), around(service(inside='<s:serviceTaskOperator id="fly"/>'), first="v", last="v"),
    ),
    "result variable": (
        ("step-option", "v"),
        around(service(inside='<s:serviceTaskOperator id="close" resultVariable="x"/>'), first="v", last="v"),
    ),
    "unknown parameter": (
        ("parameter-unknown", "v"),
        around(service(inside=step("close", 'id="x" type="str" value="1"')), first="v", last="v"),
    ),
    "half a parameter": (
        ("parameter-broken", "v"),
        around(service(inside=step("close", 'id="x" value="1"')), first="v", last="v"),
    ),
    # words
    "a name that no table holds": (("name-long", "u"), around(user().replace("环节u", "环" * 201))),
    "a process's name that no table holds": (
        ("name-long", "p"), around(user()).replace(b'isExecutable="true"', b'isExecutable="true" name="' + b"x" * 201 + b'"'),
    ),
    "verb": (("step-unknown", "u"), around(user(role="ENT_SAFETY", form="report", verb="fly"))),
    "form": (("form-unknown", "u"), around(user(role="ENT_SAFETY", form="gone"))),
    "role": (("role-unknown", "u"), around(user(role="ENT_SAFETY, KING", form="report"))),
    "unit": (("unit-unknown", "u"), around(user(role="ENT_SAFETY", form="report", unit="moon"))),
    "person": (("person-unknown", "u"), around(user(person="nobody", form="report"))),
    "duty": (("duty-unknown", "u"), around(user(role="ENT_SAFETY", form="report", duty="Z"))),
    "due": (("due-unknown", "u"), around(user(role="ENT_SAFETY", form="report", due="soon"))),
    "nobody": (("role-missing", "u"), around(user(form="report"))),
    "lane that is no role": (
        ("lane-role", "u"),
        around(
            user(form="report"),
            node("laneSet", "ls", node("lane", "l", "<bpmn:flowNodeRef>u</bpmn:flowNodeRef>", 'name="国王"')),
        ),
    ),
    "lane over a sub-process": (
        ("role-missing", "u"),
        around(
            node("laneSet", "ls", node("lane", "l", "<bpmn:flowNodeRef>x</bpmn:flowNodeRef>", 'name="主任"')),
            node("subProcess", "x", start("s2") + user(form="report") + end("e2") + chain("s2", "u", "e2")),
            first="x", last="x",
        ),
    ),
    # expressions
    "shell": (
        ("expression-bad", "g_u"),
        diagram(
            start(), node("exclusiveGateway", "g", attributes='default="g_e"'), user(), end(), chain("s", "g"), chain("u", "e"),
            flow("g", "u", "().__class__.__bases__"), flow("g", "e"),
        ),
    ),
    "bad timer": (
        ("expression-bad", "x"), around(node("intermediateCatchEvent", "x", timer("3 days")), first="x", last="x"),
    ),
    "bad count": (("expression-bad", "u"), around(user("u", many("a b")))),
    "bad enough": (
        ("expression-bad", "u"),
        around(user("u", many("2", "<bpmn:completionCondition>agree ==</bpmn:completionCondition>"))),
    ),
    "no words": (
        ("expression-empty", "x"), around(node("intermediateCatchEvent", "x", timer(" ")), first="x", last="x"),
    ),
    "marks in an expression": (
        ("expression-bad", "x"),
        around(node("intermediateCatchEvent", "x", timer("due_at() <camunda:b/> + 1")), first="x", last="x"),
    ),
    "unknown function": (
        ("function-unknown", "x"), around(node("intermediateCatchEvent", "x", timer("tomorrow()")), first="x", last="x"),
    ),
    "a function that is given something": (
        ("function-given", "x"), around(node("intermediateCatchEvent", "x", timer("due_at(3)")), first="x", last="x"),
    ),
    "a beginning that asks for what nobody has filled in": (
        ("data-undecided", "p"),
        diagram(properties(subject="hazard", begin="申请", when="decision == 'yes'"), start(), user(), end(), flow("s", "u"), flow("u", "e")),
    ),
    "a subject nobody knows": (("subject-unknown", "p"), diagram(properties(subject="day"), start(), end(), flow("s", "e"))),
    "a button that nobody's task is behind": (
        ("begin-first", "p"), diagram(properties(subject="hazard", begin="申请"), start(), service(), end(), flow("s", "v"), flow("v", "e")),
    ),
    "a button about nothing": (("subject-missing", "p"), diagram(properties(begin="申请"), start(), end(), flow("s", "e"))),
    "a step that is for something else": (("word-elsewhere", "v"), of_a_month(service())),
    "a post that has nothing to do with it": (("word-elsewhere", "u"), of_a_month(user(role="ENT_SAFETY", form="report"))),
    "a condition that asks of something else": (
        ("word-elsewhere", "p"), diagram(properties(subject="month", begin="申请", when="is_done()"), start(), end(), flow("s", "e")),
    ),
    "a loop nobody knows": (("loop-unknown", "p"), diagram(properties(loop="hazrd"), start(), end(), flow("s", "e"))),
    "a loop that does not say so": (("loop-missing", "p"), around(user(role="ENT_SAFETY", form="report", verb="register"))),
    "bad parameter": (
        ("expression-bad", "v"),
        around(service(inside=step("remind", 'id="level" type="str" value="a b"')), first="v", last="v"),
    ),
}  # fmt: skip

WARNINGS = {
    "a word on a gateway": (
        ("property-unknown", "x"),
        around(node("exclusiveGateway", "x", properties(verb="register")), first="x", last="x"),
    ),
    "potential owner": (("people-ignored", "u"), around(user("u", "<bpmn:potentialOwner/>"))),
    "other tool": (
        ("foreign-extension", "u"),
        around(user().replace("<bpmn:userTask", '<bpmn:userTask camunda:assignee="kermit"')),
    ),
    "message flow": (
        ("message-flow", "m"),
        file(node("collaboration", "c", node("messageFlow", "m")), process(start(), end(), flow("s", "e"))),
    ),
    "not drawn": (
        ("drawing-missing", "e"),
        file(process(start(), end(), flow("s", "e")), drawn=("s",)),
    ),
    "nothing drawn": (("drawing-missing", ""), file(process(start(), end(), flow("s", "e")), drawn=())),
    "no name": (("name-missing", "u"), around(user().replace('name="环节u"', ""))),
    "default of a task": (
        ("default-ignored", "u"), around(user().replace("<bpmn:userTask", '<bpmn:userTask default="u_e"')),
    ),
    "no form": (("form-missing", "u"), around(user(role="ENT_SAFETY"))),
    "odd property": (("property-unknown", "u"), around(user(role="ENT_SAFETY", form="report", rolle="x"))),
    "role and person": (
        ("role-and-person", "u"), around(user(role="ENT_SAFETY", person="reporter", form="report")),
    ),
    "no parameter": (
        ("parameter-missing", "v"), around(service(inside='<s:serviceTaskOperator id="remind"/>'), first="v", last="v"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_refuses(name):
    (rule, element_id), data = ERRORS[name]
    found = check(data, KNOWN)
    assert (rule, element_id) in rules(found)
    assert found[0].severity == "error"
    assert_readable(found)


@pytest.mark.parametrize("name", WARNINGS)
def test_warns(name):
    (rule, element_id), data = WARNINGS[name]
    found = check(data, KNOWN)
    assert rules(found) == {(rule, element_id)}
    assert {finding.severity for finding in found} == {"warning"}
    assert_readable(found)


FORM = {"title": "登记", "type": "object", "properties": {"agree": {"type": "boolean", "title": "是否同意"}}}


@pytest.mark.parametrize(
    ("condition", "decides", "said"),
    [
        ("agree == True", True, None),
        ("agree == True and is_done()", True, None),
        ("agree == True", False, "“是否同意”没有勾选“用于流程判断”"),
        ("agreed == True", True, "没有哪张表单填报它"),
        ("number_of_closed > 1", True, None),  # a step hands it over
        ("members > 1", True, "由办理步骤“点数”给出，而图中没有环节选用"),
    ],
)
def test_what_a_condition_asks_for_is_decided_somewhere(condition, decides, said):
    gateway = '<bpmn:exclusiveGateway id="g" default="back"/>'
    drawn = around(user(), service(), gateway, flow("u", "v"), flow("v", "g"), flow("g", "u", flow_id="back"), last="g")
    drawn = drawn.replace(b'targetRef="e">', f'targetRef="e"><bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>'.encode())
    form = {**FORM, "properties": {"agree": {**FORM["properties"]["agree"], "x-decides": decides}}}
    handed_over = {"close": {"number_of_closed": "关闭的件数"}, "count": {"members": "人数"}}
    known = replace(KNOWN, returns=handed_over, names={("verb", "close"): "关闭", ("verb", "count"): "点数"})
    found = [each for each in check(drawn, known, {"report": form}) if each.rule == "data-undecided"]
    assert [each.element_id for each in found] == ([] if said is None else ["g_e"])
    assert all(said in each.message for each in found)
    assert_readable(found)
    assert [each for each in check(drawn, known, {}) if each.rule == "data-undecided"] == []  # the missing form is said already


def test_what_people_begin_they_do_not_sign():
    """The page on which it begins asks for no password, so that the button would never be there."""
    drawn = diagram(properties(subject="hazard", begin="申请"), start(), user(), end(), flow("s", "u"), flow("u", "e"))
    for signed, told in ((False, []), (True, ["begin-signed"])):
        found = check(drawn, KNOWN, {"report": {**FORM, "x-reauthenticate": signed}})
        assert [each.rule for each in found if each.severity == "error"] == told
        assert_readable(found)


@pytest.mark.parametrize(
    ("condition", "wrong"),
    [("agree == 'yes'", "yes"), ("agree != False", None), ("is_done() or not (agree == 2)", "2"), ("level == 'b'", None), ("level != 'c'", "c")],
)
def test_what_an_item_is_compared_with_is_among_its_choices(condition, wrong):
    """Else, after a choice has got another code, its arrow would never be taken, and nobody would be told."""
    gateway = '<bpmn:exclusiveGateway id="g" default="back"/>'
    drawn = around(user(), gateway, flow("u", "g"), flow("g", "u", flow_id="back"), last="g")
    drawn = drawn.replace(b'targetRef="e">', f'targetRef="e"><bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>'.encode())
    level = {"title": "级别", "type": "string", "oneOf": [{"const": "a", "title": "甲"}, {"const": "b", "title": "乙"}], "x-decides": True}
    form = {**FORM, "properties": {"agree": {**FORM["properties"]["agree"], "x-decides": True}, "level": level}}
    found = [each for each in check(drawn, KNOWN, {"report": form}) if each.severity == "error"]
    assert [(each.rule, each.element_id) for each in found] == ([("value-unoffered", "g_e")] if wrong else [])
    assert all(f"与“{wrong}”比" in each.message for each in found)
    assert_readable(found)


def test_what_is_for_something_else_is_told_by_its_name():
    """In words, and with what it is for; a word that is for everything is said of nothing."""
    (found,) = (each for each in check(of_a_month(service()), KNOWN) if each.rule == "word-elsewhere")
    assert found.message == "“步骤”的系统步骤“销号”只用于隐患，而这个流程的办理对象是月报。请换一项，或改选办理对象。"
    form = {**FORM, "properties": {"agree": {**FORM["properties"]["agree"], "x-visible-when": "is_done()"}}}
    found = check(of_a_month(user(role="OFFICE_DIRECTOR", form="report")), KNOWN, {"report": form, "other": form})
    assert [(each.rule, each.element_id) for each in found if each.severity == "error"] == [("word-elsewhere", "form:report/agree")]


def test_every_rule_has_a_test():
    """Two lists that must agree: the slugs in the code, and those asserted here."""
    rooms = Path(check.__code__.co_filename).parent.glob("*.py")
    code = "".join(room.read_text() for room in rooms if room.name != "forms.py")  # see test_form_checks.py
    asserted = {case[0][0] for case in (ERRORS | WARNINGS).values()} | {"file-unreadable", "too-large", "more", "begin-signed", "value-unoffered"}
    written = set(re.findall(r'"((?!x-)[a-z]+(?:-[a-z]+)+)"', code))  # x-… is what a form says of a field
    written |= {"script", "compensation", "quantity", "unreachable", "more"}
    built = {f"{word}-unknown" for word in ("unit", "person", "duty")}  # words.py makes these slugs from the property
    assert written | built == asserted


def test_what_stands_in_a_group_says_so_and_may():
    """As bpmn.io writes it, whenever something is drawn inside a group."""
    assert check(around(user(inside="<bpmn:categoryValueRef>band</bpmn:categoryValueRef>")), KNOWN) == []


def test_a_choice_of_two_opposites_needs_no_default():
    for one, other in (("x == 1", "x != 1"), ("is_done()", "not is_done()"), ("x and y", "not (x and y)")):
        data = diagram(
            start(), node("exclusiveGateway", "g"), user(), end(), chain("s", "g"), chain("u", "e"),
            flow("g", "u", one), flow("g", "e", other),
        )  # fmt: skip
        assert check(data, KNOWN) == []
    data = data.replace(b"not (x and y)", b"not x and y")
    assert ("default-missing", "g") in rules(check(data, KNOWN))


def test_of_what_nothing_leads_to_only_the_first_is_told():
    lost = around(
        user(), user("a"), user("b"), node("exclusiveGateway", "m"), user("c"), node("exclusiveGateway", "g", attributes='default="g_m"'),
        chain("a", "b", "e"), chain("m", "c", "g", "m"), flow("g", "e", "decision == 'accept'"),
    )  # fmt: skip
    found = [each for each in check(lost, KNOWN) if each.rule == "unreachable"]
    assert [each.element_id for each in found] == ["a", "m"]
    assert "它和后面的 1 个图形永远轮不到" in found[0].message
    assert "它和后面的 2 个图形永远轮不到" in found[1].message


def test_a_join_that_gets_one_token_back_at_once_is_no_loop_into_a_join():
    """The main diagram's join of both handovers (design, section 5)."""
    data = diagram(
        start(), node("parallelGateway", "fork"), user("a"), user("b"), node("exclusiveGateway", "m"),
        node("exclusiveGateway", "n"), node("parallelGateway", "join"), node("parallelGateway", "stays"), user("c"),
        node("exclusiveGateway", "g", attributes='default="g_e"'), end("e", TERMINATE),
        chain("s", "fork", "n", "a", "join", "stays", "c", "g", "e"), chain("fork", "b", "m", "join"), chain("stays", "m"),
        flow("g", "n", "decision == 'redo'"),
    )  # fmt: skip
    assert check(data, KNOWN) == []


def test_files_of_other_tools_are_checked_for_structure_only():
    data = around(user(role="KING", verb="fly", due="soon", form="gone"), node("laneSet", "ls"))
    assert check(data, Known()) == []


def test_a_file_as_camunda_writes_it_needs_no_change_to_run():
    """Its own forms and assignees are kept and mean nothing; one sentence says so."""
    field = '<camunda:formData><camunda:formField id="amount"/><camunda:formField id="amount"/></camunda:formData>'
    data = file(
        node("message", "m"),
        process(
            node("startEvent", "s", f"<bpmn:extensionElements>{field}</bpmn:extensionElements>"),
            '<bpmn:userTask id="u" name="两&#xD;&#xA;行" camunda:assignee="kermit"/>',
            end(),
            chain("s", "u", "e"),
            attributes='isExecutable="true" camunda:historyTimeToLive="180"',
        ),
    )
    assert rules(check(data, Known())) == {("foreign-extension", "p")}
    assert ("role-missing", "u") in rules(check(data, KNOWN))


HOSTILE = {
    "nothing": b"",
    "spaces": b" \n ",
    "binary": bytes(range(256)),
    "half": GOOD[: len(GOOD) // 2],
    "zip": b"PK\x03\x04",
    "html": b"<html/>",
    "other namespace": b'<definitions xmlns="http://x"><process id="p"/></definitions>',
    "doctype": b"<!DOCTYPE a>" + GOOD,
    "entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + GOOD.replace("环节".encode(), b"&x;"),
    "bomb": f'<!DOCTYPE a [<!ENTITY a0 "ha">{BOMB}]><a b="&a9;">&a9;</a>'.encode(),
    "large": GOOD + b" " * 2_000_000,
    "deep": b"<a>" * 5_000 + b"</a>" * 5_000,
    "encoding": b'<?xml version="1.0" encoding="klingon"?><a/>',
    "nul": GOOD.replace(b"hazard", b"haz\0ard"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_get_one_sentence(name):
    began = time.perf_counter()
    found = check(HOSTILE[name], KNOWN)
    assert [(finding.severity, finding.rule) for finding in found] == [("error", "file-unreadable")]
    assert time.perf_counter() - began < 2
    assert_readable(found)


def test_large_files_are_answered_fast():
    row = [f"u{i}" for i in range(3_500)]
    crowd = diagram(start(), end(), *map(user, row), chain(*row))
    assert 1_000_000 < len(crowd) < 2_000_000
    dense = diagram(
        start(), end(), *(node("parallelGateway", f"g{i}") for i in range(480)), flow("s", "g0"), flow("g479", "e"),
        *(flow(f"g{i % 480}", f"g{(i * 7 + 1) % 480}", flow_id=f"f{i}") for i in range(1_900)),
    )  # fmt: skip
    for data in (crowd, dense):
        began = time.process_time()
        found = check(data, KNOWN)
        assert time.process_time() - began < 4  # a guard against quadratic rules, not a measurement
        assert len(found) <= 201
        assert_readable(found)


def test_five_hundred_in_a_row():
    row = [f"u{i}" for i in range(500)]
    found = rules(check(around(*map(user, row), chain(*row), first="u0", last="u499"), Known()))
    assert ("too-large", "") in found  # with start and end it is more than 500; the recursion behind it is never started


def test_doubts_are_cut_off_at_two_hundred():
    found = check(diagram(start(), end(), flow("s", "e"), *(node("task", f"x{i}") for i in range(300))), Known())
    assert len(found) == 201
    assert found[-1].rule == "more"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_never_raise(data):
    assert check(data, KNOWN)[0].rule == "file-unreadable"


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_diagrams_never_raise(data):
    """Bytes cut out, doubled, or replaced by a piece from elsewhere in the file: most stay XML for a while."""
    text = GOOD.decode()
    pieces = text.replace("<", "\0<").split("\0")
    for _ in range(data.draw(st.integers(1, 6))):
        at, other = (data.draw(st.integers(0, len(pieces) - 1)) for _ in range(2))
        match data.draw(st.sampled_from(["drop", "swap", "copy", "attribute"])):
            case "drop" if len(pieces) > 2:
                pieces.pop(at)
            case "swap":
                pieces[at], pieces[other] = pieces[other], pieces[at]
            case "copy":
                pieces.insert(at, pieces[other])
            case "attribute":
                words = pieces[at].split('"')
                if len(words) > 2:
                    words[1] = data.draw(st.sampled_from(["", "e", "s", "u", "nobody", "false", "<", "中", "p", "Start"]))
                    pieces[at] = '"'.join(words)
            case _:
                pass
    assert_readable(check("".join(pieces).encode(), KNOWN))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_trees_never_raise_and_what_is_accepted_can_be_read(data):
    """The same on the tree, so that the file stays XML: elements copied, removed, arrows bent, attributes changed."""
    root = etree.fromstring(GOOD)
    arrows = list(root.iter(f"{{{BPMN}}}sequenceFlow"))
    ids = [arrow.get("targetRef") for arrow in arrows]
    for _ in range(data.draw(st.integers(1, 5))):
        elements = list(root.iter())[1:]
        one, other = (data.draw(st.sampled_from(elements)) for _ in range(2))
        match data.draw(st.sampled_from(["retarget", "drop", "copy", "attribute", "text", "tag"])):
            case "retarget":
                end = data.draw(st.sampled_from(["sourceRef", "targetRef"]))
                data.draw(st.sampled_from(arrows)).set(end, data.draw(st.sampled_from(ids)))
            case "drop" if len(elements) > 2:
                one.getparent().remove(one)
            case "copy":
                other.append(deepcopy(one))
            case "attribute":
                key = data.draw(st.sampled_from([*one.attrib, "id", "default", "attachedToRef", "calledElement"]))
                one.set(key, data.draw(st.sampled_from(["", "e", "s", "sub", "g_merge", "p", "nobody", "true", "."])))
            case "text":
                one.text = data.draw(st.sampled_from(["", "x == 1", "a b", "${x}", "0", "nan", "1e999"]))
            case "tag":
                one.tag = other.tag
    found = check(etree.tostring(root), KNOWN)
    assert_readable(found)
    if not any(finding.severity == "error" for finding in found):
        spiff.read(etree.tostring(root))
