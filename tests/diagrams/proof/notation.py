"""Small diagrams in a line of text, written out as real BPMN.

    s > x1 ; x1 > A > x2 ; x1 > B > x2 ; x2 > e

An id's first letters say what it is: s start, e end, k terminate end, x exclusive, p parallel, i inclusive, v event-based
gateway, t timer, do service task, sub sub-process, call called process; capitals are user tasks. What a task calls is its id
without digits: A and A2 have the verb A. `A*` has several instances side by side, `A**` one after another, `A?` behind either
ends early at somebody's answer. `b1@A` is a timer on A that interrupts it, `n1@A` one that does not. The last arrow out of a
choosing gateway is its default; each other one has a condition of its own, a function of the arrow's name, unless one is
given: `x1 > A : kind() == 'fast'`. `sub1="s1 > A > e1"` says what stands inside.
"""

import re
from dataclasses import dataclass, field

from tests.engine.diagrams import TERMINATE, definitions, many, operator, timer

KINDS = {
    "s": "startEvent",
    "e": "endEvent",
    "k": "endEvent",
    "x": "exclusiveGateway",
    "p": "parallelGateway",
    "i": "inclusiveGateway",
    "v": "eventBasedGateway",
    "t": "intermediateCatchEvent",
    "b": "boundaryEvent",
    "n": "boundaryEvent",
    "do": "serviceTask",
    "sub": "subProcess",
    "call": "callActivity",
}


@dataclass
class Drawing:
    """A diagram: its own line, and those of the sub-processes and called processes in it."""

    line: str
    parts: dict[str, str] = field(default_factory=dict)
    loop: str = ""

    @property
    def xml(self) -> bytes:
        """The BPMN file; its main process is "main"."""
        called = [f'<b:process id="of_{id}" isExecutable="true">{self._inside(id)}</b:process>' for id in self.parts if _is(id, "call")]
        said = f'<b:extensionElements><s:properties><s:property name="loop" value="{self.loop}"/></s:properties></b:extensionElements>'
        main = f'<b:process id="main" isExecutable="true">{said if self.loop else ""}{self._scope(self.line)}</b:process>'
        return definitions(main, *called)

    def _inside(self, id: str) -> str:
        return self._scope(self.parts[id])

    def _scope(self, line: str) -> str:
        nodes: dict[str, str] = {}  # id → how it was written
        flows: list[tuple[str, str, str]] = []
        for path in line.split(";"):
            way, _, condition = path.partition(" : ")
            ids = [self._node(word.strip(), nodes) for word in way.split(">")]
            flows += [(a, b, condition.strip()) for a, b in zip(ids, ids[1:], strict=False)]
        return "".join(self._element(id, nodes[id], flows) for id in nodes) + "".join(_flow(each, flows) for each in flows)

    def _node(self, word: str, nodes: dict[str, str]) -> str:
        id = re.split(r"[@*?]", word)[0]
        nodes[id] = max(word, nodes.get(id, ""), key=len)
        return id

    def _element(self, id: str, word: str, flows: list[tuple[str, str, str]]) -> str:
        kind = _kind(id)
        more, body = f' name="{id}"', ""
        leaving = [_id(a, b) for a, b, _ in flows if a == id]
        if kind in ("exclusiveGateway", "inclusiveGateway") and len(leaving) > 1:
            more += f' default="{leaving[-1]}"'
        if kind == "boundaryEvent":
            more += f' attachedToRef="{word.partition("@")[2]}" cancelActivity="{str(id[0] == "b").lower()}"'
        if kind in ("boundaryEvent", "intermediateCatchEvent"):
            body = timer()
        if kind == "userTask":
            body = f'<b:extensionElements><s:properties><s:property name="verb" value="{word_of(id)}"/></s:properties></b:extensionElements>'
        if "*" in word:
            body += many("count()", "enough()" if "?" in word else "", sequential="**" in word)
        if kind == "serviceTask":
            body = operator(id)
        if _is(id, "k"):
            body = TERMINATE
        if kind == "callActivity":
            more += f' calledElement="of_{id}"'
        return f'<b:{kind} id="{id}"{more}>{body}{self._inside(id) if kind == "subProcess" else ""}</b:{kind}>'


def word_of(id: str) -> str:
    """What an element calls."""
    return id.rstrip("0123456789")


def _kind(id: str) -> str:
    return next((kind for letters, kind in KINDS.items() if _is(id, letters)), "userTask")


def _is(id: str, letters: str) -> bool:
    return re.fullmatch(rf"{letters}(\d.*|_.*)?", id) is not None


def _id(a: str, b: str) -> str:
    return f"{a}_{b}"


def _flow(flow: tuple[str, str, str], flows: list[tuple[str, str, str]]) -> str:
    a, b, condition = flow
    leaving = [_id(*each[:2]) for each in flows if each[0] == a]
    if _kind(a) in ("exclusiveGateway", "inclusiveGateway") and len(leaving) > 1 and _id(a, b) != leaving[-1]:
        condition = condition or f"{_id(a, b)}()"
    asked = f"<b:conditionExpression>{condition.replace('<', '&lt;')}</b:conditionExpression>" if condition else ""
    return f'<b:sequenceFlow id="{_id(a, b)}" sourceRef="{a}" targetRef="{b}">{asked}</b:sequenceFlow>'
