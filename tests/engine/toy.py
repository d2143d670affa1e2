"""A domain of one kind of thing, for testing the engine without hazards."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from workflows import clock
from workflows.engine import Address, Due, Post, Rules, Step, Subject, Want
from workflows.engine.checks import Known

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="d" targetNamespace="toy">
<bpmn:process id="toy" name="玩具流程" isExecutable="true">"""
FOOT = "</bpmn:process></bpmn:definitions>"


def properties(**values: str) -> str:
    """Extension elements with our properties."""
    rows = "".join(f'<spiffworkflow:property name="{name}" value="{value}"/>' for name, value in values.items())
    return f"<bpmn:extensionElements><spiffworkflow:properties>{rows}</spiffworkflow:properties></bpmn:extensionElements>"


def user(id: str, **values: str) -> str:
    """A user task; role A at unit 1 unless told."""
    values = {"role": "A", "unit": "here", "form": "note", "verb": "note", **values}
    return f'<bpmn:userTask id="{id}" name="{id}">{properties(**values)}</bpmn:userTask>'


def flow(source: str, target: str, condition: str = "") -> str:
    """A sequence flow named source__target."""
    inside = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return f'<bpmn:sequenceFlow id="{source}__{target}" sourceRef="{source}" targetRef="{target}">{inside}</bpmn:sequenceFlow>'


def path(*ids: str) -> str:
    """Flows along a row of elements."""
    return "".join(flow(a, b) for a, b in zip(ids, ids[1:], strict=False))


ONE_TASK = HEAD + '<bpmn:startEvent id="s"/>' + user("a") + '<bpmn:endEvent id="e"/>' + path("s", "a", "e") + FOOT
"""s → a → e"""

REWORK = (
    HEAD
    + '<bpmn:startEvent id="s"/><bpmn:exclusiveGateway id="m"/>'
    + user("a", duty="R")
    + user("b", duty="V", role="B", form="verdict", due="24h")
    + '<bpmn:exclusiveGateway id="g" default="g__m"/><bpmn:endEvent id="e"/>'
    + path("s", "m", "a", "b", "g")
    + flow("g", "e", "ok == True")
    + flow("g", "m")
    + FOOT
)
"""s → a → b → (ok → e, else back to a)"""

TIMER = (
    HEAD
    + '<bpmn:startEvent id="s"/>'
    + user("a")
    + '<bpmn:boundaryEvent id="late" attachedToRef="a" cancelActivity="true"><bpmn:timerEventDefinition>'
    + "<bpmn:timeDate>due_at()</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    + user("b")
    + '<bpmn:endEvent id="e"/><bpmn:endEvent id="e2"/>'
    + path("s", "a", "e")
    + path("late", "b", "e2")
    + FOOT
)
"""s → a → e; a is interrupted at due_at() → b → e2"""

FORMS: dict[str, Any] = {
    "note": {
        "title": "记事",
        "type": "object",
        "required": ["text"],
        "properties": {"text": {"type": "string", "title": "内容", "minLength": 2}},
    },
    "verdict": {
        "title": "结论",
        "type": "object",
        "required": ["ok"],
        "properties": {
            "ok": {"type": "boolean", "title": "是否通过", "x-decides": True},
            "reason": {
                "type": "string",
                "title": "原因",
                "x-visible-when": "ok == False",
                "x-required-when-visible": True,
            },
        },
    },
}
KNOWN = Known(
    task_steps=frozenset({"note"}),
    functions=frozenset({"due_at"}),
    roles={"甲": "A", "乙": "B"},
    forms=frozenset(FORMS),
    units=frozenset({"here"}),
    duties=frozenset({"R", "V"}),
)


@dataclass
class Toy:
    """What the toy domain remembers: who did which duty, and when its timer is due."""

    done: dict[str, set[int]] = field(default_factory=dict)
    due: datetime = field(default_factory=lambda: clock.now() + timedelta(days=1))
    refuse: Exception | None = None
    left: set[int] = field(default_factory=set)  # who holds no post any more

    def rules(self) -> Rules:
        """The rules of this domain: whoever did R may not do V."""
        return Rules(
            subject=lambda _session, subject: subject,
            title=lambda thing: f"第 {thing.id} 件",
            steps={"note": Step(self._note, "记事", "task")},
            functions={"due_at": lambda _session, _thing: self.due},
            options={},
            address=self._address,
            due=lambda _session, _thing, text, opened: Due(opened + timedelta(hours=24), text) if text else None,
            forbidden=self._forbidden,
            stands_at=lambda _session, person, _posts: person not in self.left,
        )

    def _note(self, _session: Any, _thing: Any, *, by: int, task: Any, **_rest: Any) -> None:
        if self.refuse:
            raise self.refuse
        self.done.setdefault(task.duty, set()).add(by)

    def _address(self, _session: Any, _thing: Any, want: Want) -> Address:
        return Address(frozenset(Post(role, 1) for role in want.roles))

    def _forbidden(self, _session: Any, pairs: Any, person: int) -> dict[Any, str]:
        barred = person in self.done.get("R", ())
        return {pair: "谁整改谁不得验收。" for pair in pairs if pair[1] == "V" and barred}


THING = Subject("thing", 1)
