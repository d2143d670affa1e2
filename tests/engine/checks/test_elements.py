"""What may stand in a diagram, and which event may be of which kind."""

import pytest

from tests.engine.checks.files import (
    KNOWN,
    around,
    assert_refused,
    assert_warned,
    chain,
    diagram,
    end,
    file,
    flow,
    many,
    node,
    process,
    rules_of,
    service,
    start,
    timer,
    user,
)
from workflows.engine.checks import check, elements

ERRORS = {
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
    "compensation": (("compensation", "u"), around(user().replace("<bpmn:userTask", '<bpmn:userTask isForCompensation="true"'))),
    "one after another, in other words": (
        ("mark-unclear", "u"), around(user("u", many().replace("Characteristics>", 'Characteristics isSequential="1">', 1))),
    ),
    "interrupting, in other words": (
        ("mark-unclear", "b"),
        around(user(), node("boundaryEvent", "b", timer(), 'attachedToRef="u" cancelActivity="1"'), end("e2"), flow("b", "e2")),
    ),
    "quantity": (("quantity", "u"), around(user().replace("<bpmn:userTask", '<bpmn:userTask startQuantity="2"'))),
    "message without an id": (("id-missing", ""), file("<bpmn:message/>", process(start(), end(), flow("s", "e")))),
    "hidden flow": (
        ("element-misplaced", "hidden"),
        around(user(), f"<bpmn:extensionElements>{flow('s', 'e', flow_id='hidden')}</bpmn:extensionElements>"),
    ),
    "hidden by another name": (
        ("element-misplaced", "hidden"),
        around(user(), '<bpmn:extensionElements><camunda:sequenceFlow id="hidden"/></bpmn:extensionElements>'),
    ),
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
    "process in a pool": (
        ("element-misplaced", "q"),
        file(node("collaboration", "c", process(process_id="q")), process(start(), end(), flow("s", "e"))),
    ),
}  # fmt: skip
WARNINGS = {
    "potential owner": (("people-ignored", "u"), around(user("u", "<bpmn:potentialOwner/>"))),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_refuses(name):
    assert_refused(*ERRORS[name])


@pytest.mark.parametrize("name", WARNINGS)
def test_warns(name):
    assert_warned(*WARNINGS[name])


def test_every_rule_has_a_test():
    assert rules_of(elements) == {case[0][0] for case in (ERRORS | WARNINGS).values()}


def test_what_stands_in_a_group_says_so_and_may():
    """As bpmn.io writes it, whenever something is drawn inside a group."""
    assert check(around(user(inside="<bpmn:categoryValueRef>band</bpmn:categoryValueRef>")), KNOWN) == []
