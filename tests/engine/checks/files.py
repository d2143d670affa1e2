"""Diagrams to check, put together from small pieces, and what every finding must be."""

import re
from pathlib import Path
from types import ModuleType

from workflows.engine import LoopRule
from workflows.engine.checks import Finding, Known, check

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
NAMESPACES = (
    f'xmlns:bpmn="{BPMN}" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:s="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
)
KNOWN = Known(
    task_steps=frozenset({"register"}),
    service_steps={"remind": frozenset({"level"}), "close": frozenset()},
    functions=frozenset({"due_at", "is_done"}),
    roles={"安全员": "ENT_SAFETY", "主任": "OFFICE_DIRECTOR"},
    forms=frozenset({"report"}),
    units=frozenset({"town"}),
    persons=frozenset({"reporter"}),
    dues=frozenset({"verify_d", "hazard.due_on"}),
    duties=frozenset({"R", "V"}),
    loop_rules=(LoopRule("hazard", frozenset({"register"}), frozenset({"close"}), frozenset(), "登记须在{}之后", "关闭", "试验"),),
    subjects={"hazard": "隐患", "month": "月报"},
    only={("step", "close"): frozenset({"hazard"}), ("function", "is_done"): frozenset({"hazard"}), ("role", "ENT_SAFETY"): frozenset({"hazard"})},
    names={("step", "close"): "销号"},
)


def properties(**pairs: str) -> str:
    inside = "".join(f'<s:property name="{name}" value="{value}"/>' for name, value in pairs.items())
    return f"<bpmn:extensionElements><s:properties>{inside}</s:properties></bpmn:extensionElements>"


def user(node_id: str = "u", inside: str = "", **pairs: str) -> str:
    said = properties(**(pairs or {"role": "ENT_SAFETY", "form": "report"}))
    return f'<bpmn:userTask id="{node_id}" name="环节{node_id}">{said}{inside}</bpmn:userTask>'


def service(node_id: str = "v", inside: str = '<s:serviceTaskOperator id="close"/>') -> str:
    inside = f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>"
    return f'<bpmn:serviceTask id="{node_id}" name="步骤">{inside}</bpmn:serviceTask>'


def step(step_id: str, parameter: str) -> str:
    return f'<s:serviceTaskOperator id="{step_id}"><s:parameter {parameter}/></s:serviceTaskOperator>'


def node(kind: str, node_id: str, inside: str = "", attributes: str = "") -> str:
    return f'<bpmn:{kind} id="{node_id}" {attributes}>{inside}</bpmn:{kind}>'


def start(node_id: str = "s") -> str:
    return node("startEvent", node_id)


def end(node_id: str = "e", inside: str = "") -> str:
    return node("endEvent", node_id, inside)


def timer(moment: str = "due_at()", kind: str = "timeDate") -> str:
    return f"<bpmn:timerEventDefinition><bpmn:{kind}>{moment}</bpmn:{kind}></bpmn:timerEventDefinition>"


def flow(source: str, target: str, condition: str | None = None, flow_id: str = "") -> str:
    inside = "" if condition is None else f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>"
    return (
        f'<bpmn:sequenceFlow id="{flow_id or f"{source}_{target}"}" sourceRef="{source}" targetRef="{target}">{inside}'
        "</bpmn:sequenceFlow>"
    )


def chain(*node_ids: str) -> str:
    return "".join(flow(a, b) for a, b in zip(node_ids, node_ids[1:], strict=False))


def many(cardinality: str = "member_count", more: str = "") -> str:
    count = f"<bpmn:loopCardinality>{cardinality}</bpmn:loopCardinality>" if cardinality else ""
    return f"<bpmn:multiInstanceLoopCharacteristics>{count}{more}</bpmn:multiInstanceLoopCharacteristics>"


def process(*inside: str, process_id: str = "p", attributes: str = 'isExecutable="true"') -> str:
    return f'<bpmn:process id="{process_id}" {attributes}>{"".join(inside)}</bpmn:process>'


def file(*inside: str, drawn: tuple[str, ...] | None = None) -> bytes:
    """A whole file; everything counts as drawn unless `drawn` says what is."""
    text = "".join(inside)
    if drawn is None:
        drawn = tuple({part.split('"')[0] for part in text.split(' id="')[1:]})
    bounds = '<dc:Bounds x="1" y="2" width="3" height="4"/>'
    shapes = "".join(f'<bpmndi:BPMNShape bpmnElement="{one}">{bounds}</bpmndi:BPMNShape>' for one in drawn)
    drawing = f"<bpmndi:BPMNDiagram><bpmndi:BPMNPlane>{shapes}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
    return f'<bpmn:definitions {NAMESPACES} targetNamespace="t">{text}{drawing}</bpmn:definitions>'.encode()


def diagram(*inside: str) -> bytes:
    """A file with one process of these parts."""
    return file(process(*inside))


def around(*inside: str, first: str = "u", last: str = "u") -> bytes:
    """start → (what is inside) → end."""
    return diagram(start(), *inside, end(), flow("s", first), flow(last, "e"))


def of_a_month(part: str) -> bytes:
    """A process about a month with one thing to do."""
    node_id = part.split('id="')[1].split('"')[0]
    return diagram(properties(subject="month"), start(), part, end(), flow("s", node_id), flow(node_id, "e"))


TERMINATE = "<bpmn:terminateEventDefinition/>"
GOOD = file(
    '<bpmn:collaboration id="c"><bpmn:participant id="pool" processRef="p"/><bpmn:participant id="others"/>'
    "</bpmn:collaboration>",
    process(
        properties(subject="hazard", loop="hazard"),
        '<bpmn:laneSet id="ls"><bpmn:lane id="l" name="主任"><bpmn:flowNodeRef>by_lane</bpmn:flowNodeRef></bpmn:lane>'
        "</bpmn:laneSet>",
        "<bpmn:documentation>说明</bpmn:documentation>",
        start(),
        user("a", many("member_count", "<bpmn:completionCondition>agree == 'no'</bpmn:completionCondition>")),
        user("by_lane", form="report", verb="register", due="3wd", unit="town", duty="R"),
        node("exclusiveGateway", "merge"),
        node("exclusiveGateway", "g", attributes='default="g_merge"'),
        node(
            "subProcess",
            "sub",
            start("s2")
            + node("parallelGateway", "fork")
            + user("work", person="reporter", form="report", due="hazard.due_on")
            + end("stop", TERMINATE)
            + node("exclusiveGateway", "again")
            + node("intermediateCatchEvent", "wait", timer())
            + service("tell", step("remind", 'id="level" type="str" value="1 + 1"'))
            + chain("s2", "fork", "work", "stop")
            + chain("fork", "again", "wait", "tell", "again"),
        ),
        node("boundaryEvent", "late", timer("due_at()"), 'attachedToRef="sub" cancelActivity="false"'),
        node("callActivity", "call", attributes='calledElement="other"'),
        node("eventBasedGateway", "events"),
        node("intermediateCatchEvent", "one", timer()),
        node("intermediateCatchEvent", "two", timer()),
        service("done"),
        end(),
        end("e2"),
        node("textAnnotation", "note"),
        chain("s", "merge", "a", "by_lane", "g"),
        flow("g", "merge"),
        flow("g", "sub", "decision == 'accept' and not is_done()"),
        chain("sub", "call", "events", "one", "e"),
        chain("events", "two", "e"),
        chain("late", "done", "e2"),
    ),
    process(start("os"), user("ou"), end("oe"), chain("os", "ou", "oe"), process_id="other"),
)  # fmt: skip
BOMB = "".join(f'<!ENTITY a{i + 1} "{f"&a{i};" * 10}">' for i in range(9))
FORM = {"title": "登记", "type": "object", "properties": {"agree": {"type": "boolean", "title": "是否同意"}}}


def rules(findings: list[Finding]) -> set[tuple[str, str]]:
    return {(finding.rule, finding.element_id) for finding in findings}


def rules_of(room: ModuleType) -> set[str]:
    """The slugs of all rules that a room of the checks has."""
    code = Path(room.__file__ or "").read_text()
    return set(re.findall(r'(?:error|warning)\(.*?, "([a-z-]+)"[,)]', code))


def assert_refused(expected: tuple[str, str], data: bytes) -> None:
    """`expected`: the rule, and the element that its finding stands at."""
    found = check(data, KNOWN)
    assert expected in rules(found)
    assert found[0].severity == "error"
    assert_readable(found)


def assert_warned(expected: tuple[str, str], data: bytes) -> None:
    """The same of a finding that keeps nothing from running, and that it is the only one."""
    found = check(data, KNOWN)
    assert rules(found) == {expected}
    assert {finding.severity for finding in found} == {"warning"}
    assert_readable(found)


def assert_readable(findings: list[Finding]) -> None:
    """A finished Chinese sentence, without words of the library's."""
    for finding in findings:
        assert finding.message.endswith("。"), finding
        assert "\n" not in finding.message
        assert "None" not in finding.message
        assert not any(word in finding.message for word in ("Traceback", "spiff", "lxml", "Exception"))
        ours = re.sub(r"“[^“”]*”", "", finding.message)  # what is quoted is the file's own
        assert not re.search(r"[A-Za-z]{2,}", re.sub(r"BPMN|DOCTYPE|MB|XInclude|XML", "", ours)), finding
