"""A BPMN file as plain records: scopes (a process, a sub-process) with their nodes and flows."""

import re
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from workflows.engine.xml import BPMN, SPIFF

ACTIVITIES = frozenset({"userTask", "serviceTask", "subProcess", "callActivity"})
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"})
TIMED = frozenset({"intermediateCatchEvent", "boundaryEvent"})
EVENTS = frozenset({"startEvent", "endEvent"}) | TIMED
NODES = ACTIVITIES | GATEWAYS | EVENTS
MADE_UP = re.compile(r"[A-Z][A-Za-z]*_[0-9a-z]{7}|[\w-]{0,40}[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
"""Activity_1wlcl68, sid-62A13288-6A3F-471F-9A3B-2235D7B5F74F: such an id tells nobody anything."""

# Nodes of BPMN that we refuse. They still stand in the graph, so that one of them makes one finding and not five.
REFUSED = {
    "task": "没有类型的任务",
    "manualTask": "手工任务",
    "scriptTask": "脚本任务",
    "businessRuleTask": "业务规则任务",
    "sendTask": "发送任务",
    "receiveTask": "接收任务",
    "complexGateway": "复杂网关",
    "intermediateThrowEvent": "中间抛出事件",
    "implicitThrowEvent": "中间抛出事件",
    "transaction": "事务子流程",
    "adHocSubProcess": "自由子流程",
    "choreographyTask": "编排任务",
    "subChoreography": "编排子流程",
    "callChoreography": "调用编排",
}


NAMES = {
    "userTask": "用户任务",
    "serviceTask": "服务任务",
    "subProcess": "子流程",
    "callActivity": "调用活动",
    "exclusiveGateway": "排他网关",
    "parallelGateway": "并行网关",
    "inclusiveGateway": "包容网关",
    "eventBasedGateway": "事件网关",
    "startEvent": "开始事件",
    "endEvent": "结束事件",
    "intermediateCatchEvent": "中间事件",
    "boundaryEvent": "边界事件",
    "sequenceFlow": "箭头",
    "process": "流程",
    "lane": "泳道",
    "participant": "池",
    "textAnnotation": "注释",
}
"""What designers call the rest."""


@dataclass(frozen=True, eq=False)
class Node:
    """A flow node. `scope` is the id of the process or sub-process it stands in."""

    id: str
    kind: str
    scope: str
    element: etree._Element
    label: str  # what a designer sees on the canvas

    @property
    def is_refused(self) -> bool:
        """Whether a finding says that it cannot stay what it is: then nothing is asked of its arrows."""
        return self.kind in REFUSED or is_event_subprocess(self.element) or _is_compensating(self.element)


@dataclass(frozen=True, eq=False)
class Flow:
    """An arrow, with ends as written: they need not exist."""

    id: str
    source: str
    target: str
    homes: tuple["Scope | None", "Scope | None"]  # where each end stands
    condition: etree._Element | None
    element: etree._Element
    label: str  # 箭头“合格”, else 从“验收”到“归档”的箭头


@dataclass(eq=False)
class Scope:
    """A process or an embedded sub-process. `leaving`, `entering` hold only flows between two nodes of this scope."""

    id: str
    element: etree._Element
    parent: "Scope | None"
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    leaving: dict[str, list[Flow]] = field(default_factory=dict)
    entering: dict[str, list[Flow]] = field(default_factory=dict)
    guards: dict[str, list[Node]] = field(default_factory=dict)  # activity → its boundary events

    @property
    def depth(self) -> int:
        """0 for a process, 1 for a sub-process in it, and so on."""
        return self.parent.depth + 1 if self.parent else 0

    @property
    def process(self) -> "Scope":
        """The process it belongs to."""
        return self.parent.process if self.parent else self

    @property
    def label(self) -> str:
        """What a designer calls it."""
        return label(self.element)

    def of(self, *kinds: str) -> list[Node]:
        """Its nodes of these kinds, in the file's order."""
        return [node for node in self.nodes.values() if node.kind in kinds]

    def after(self, node_id: str) -> list[str]:
        """The nodes a token may be at next: its boundary events too."""
        next_ids = [guard.id for guard in self.guards.get(node_id, [])]
        return next_ids + [flow.target for flow in self.leaving.get(node_id, [])]


@dataclass(eq=False)
class Diagram:
    """A whole file. `scopes` are those that run (all, when the file marks no process as executable)."""

    root: etree._Element
    processes: list[etree._Element]
    is_executable: bool
    scopes: list[Scope]

    @property
    def nodes(self) -> Iterator[tuple[Scope, Node]]:
        """Every node that runs, with its scope."""
        return ((scope, node) for scope in self.scopes for node in scope.nodes.values())

    @cached_property
    def called(self) -> set[str | None]:
        """The ids of the processes that are called by others."""
        return {node.element.get("calledElement") for _, node in self.nodes if node.kind == "callActivity"}


def read(root: etree._Element) -> Diagram:
    """The records of a parsed file; what is broken in it stays visible in them."""
    processes = root.findall(f"{{{BPMN}}}process")
    running = [process for process in processes if is_executable(process)]
    scopes: list[Scope] = []
    for process in running or processes:
        _collect(process, scopes)
    homes = {node_id: scope for scope in reversed(scopes) for node_id in scope.nodes}
    for scope in scopes:
        _connect(scope, homes)
    return Diagram(root, processes, bool(running), scopes)


def is_executable(process: etree._Element) -> bool:
    """The engine takes a process without the mark as executable."""
    return process.get("isExecutable", "true") == "true"


def _collect(process: etree._Element, scopes: list[Scope]) -> None:
    """Without recursion: the depth of a hostile file must not become ours."""
    waiting: list[tuple[etree._Element, Scope | None]] = [(process, None)]
    while waiting:
        element, parent = waiting.pop(0)
        scope = Scope(element.get("id", ""), element, parent)
        scopes.append(scope)
        waiting.extend((inner, scope) for inner in _fill(scope))


def _fill(scope: Scope) -> list[etree._Element]:
    """Reads the scope's own nodes; answers the sub-processes in it."""
    inner, beside = [], places(scope.element)
    for child in scope.element:
        kind = kind_of(child)
        node_id = child.get("id", "")
        if (kind in NODES or kind in REFUSED) and node_id and node_id not in scope.nodes:
            scope.nodes[node_id] = Node(node_id, kind, scope.id, child, label(child, beside.get(node_id, "")))
            if kind == "subProcess" and not is_event_subprocess(child):
                inner.append(child)
    return inner


def _flow(element: etree._Element, homes: Mapping[str, Scope]) -> Flow:
    condition = element.find(f"{{{BPMN}}}conditionExpression")
    source, target = element.get("sourceRef", ""), element.get("targetRef", "")
    between = (homes[end].nodes[end].label if end in homes else f"“{end}”" for end in (source, target))
    told = f"箭头{label(element)}" if (element.get("name") or "").strip() else "从{}到{}的箭头".format(*between)
    return Flow(element.get("id", ""), source, target, (homes.get(source), homes.get(target)), condition, element, told)


def _connect(scope: Scope, everywhere: dict[str, Scope]) -> None:
    """Reads the scope's flows. `everywhere`: where each node of the file stands; a flow counts there, whoever keeps it."""
    homes = ChainMap(dict.fromkeys(scope.nodes, scope), everywhere)
    for flow in (_flow(element, homes) for element in children(scope.element, "sequenceFlow")):
        scope.flows.append(flow)
        home, other = flow.homes
        if home is not None and home is other:
            home.leaving.setdefault(flow.source, []).append(flow)
            home.entering.setdefault(flow.target, []).append(flow)
    for node in scope.of("boundaryEvent"):
        scope.guards.setdefault(host_of(node), []).append(node)


def host_of(guard: Node) -> str:
    """What a boundary event hangs on, without the namespace prefix that some tools write before the id."""
    return guard.element.get("attachedToRef", "").rpartition(":")[2]


def kind_of(element: etree._Element) -> str:
    """The element's BPMN name; "" for what is not BPMN."""
    tag = element.tag if isinstance(element.tag, str) else ""
    return tag.removeprefix(f"{{{BPMN}}}") if tag.startswith(f"{{{BPMN}}}") else ""


def is_event_subprocess(element: etree._Element) -> bool:
    """Whether it is started by an event and not by an arrow."""
    return kind_of(element) == "subProcess" and element.get("triggeredByEvent", "false") not in ("false", "0")


def _is_compensating(element: etree._Element) -> bool:
    """Whether it undoes something, or waits for that: neither has arrows."""
    return is_for_compensation(element) or bool(children(element, "compensateEventDefinition"))


def is_for_compensation(element: etree._Element) -> bool:
    """Whether it is done only to undo something."""
    return element.get("isForCompensation", "false") not in ("false", "0")


def places(scope: etree._Element) -> dict[str, str]:
    """Where the nodes of a process or sub-process stand, told by a neighbour that has a name: “验收”后面的, “验收”边框上的. A
    node without such a neighbour is left out."""
    named = {child.get("id", ""): _quoted(name) for child in scope if (name := child.get("name")) and kind_of(child) in NODES}
    hosts = {guard.get("id", ""): guard.get("attachedToRef", "") for guard in children(scope, "boundaryEvent")}
    at_edge = {guard: f"{named[host]}边框上的" for guard, host in hosts.items() if host in named}
    named = {guard: f"{place}{NAMES['boundaryEvent']}" for guard, place in at_edge.items()} | named
    arrows = [(flow.get("sourceRef", ""), flow.get("targetRef", "")) for flow in children(scope, "sequenceFlow")]
    before = {source: f"{named[target]}前面的" for source, target in reversed(arrows) if target in named}
    after = {target: f"{named[source]}后面的" for source, target in reversed(arrows) if source in named}
    return before | after | at_edge


def label(element: etree._Element, place: str = "") -> str:
    """What people call an element of the file: the name on the canvas, in quotes and on one line. Where there is none, of which
    kind it is, and where it stands (see `places`), else its id unless a tool made it up."""
    if name := (element.get("name") or "").strip():
        return _quoted(name)
    kind, id = kind_of(element), element.get("id") or ""
    if place and kind in NODES:
        return f"{place}{NAMES[kind]}"
    if not id or MADE_UP.fullmatch(id):
        return f"未命名的{NAMES.get(kind, '图形')}"
    return _quoted(f"{NAMES[kind]} {id}" if kind in NODES else id)


def _quoted(name: str) -> str:
    said = " ".join(name.split())
    return f"“{said if len(said) <= 40 else said[:40] + '…'}”"


def children(element: etree._Element, kind: str) -> list[etree._Element]:
    """Its direct children of one BPMN kind."""
    return element.findall(f"{{{BPMN}}}{kind}")


def extensions(element: etree._Element) -> list[etree._Element]:
    """What stands in its extensionElements, of whatever tool."""
    return [child for box in children(element, "extensionElements") for child in box]


def properties(element: etree._Element) -> dict[str, str]:
    """Its `spiffworkflow:property` pairs, stripped; a later one wins. Checks, proof and engine all read them here, so that
    what was checked and proven is what runs."""
    found = element.iterfind(f"{{{BPMN}}}extensionElements/{{{SPIFF}}}properties/{{{SPIFF}}}property")
    return {pair.get("name", ""): (pair.get("value") or "").strip() for pair in found}


def operator(element: etree._Element) -> etree._Element | None:
    """A service task's named step, which stands in its extensions; the last one wins, as in the engine."""
    found = element.findall(f"{{{BPMN}}}extensionElements/{{{SPIFF}}}serviceTaskOperator")
    return found[-1] if found else None


def words_of(element: etree._Element) -> frozenset[str]:
    """What it calls, as the loop rules speak of it: a user task its verb and "duty:V", a service task its step. Nothing else
    calls anything, whatever is written on it: a gateway does no verb, and must prove none."""
    said, step, kind = properties(element), operator(element), kind_of(element)
    if kind == "serviceTask" and step is not None:
        return frozenset(filter(None, [step.get("id")]))
    called = [said.get("verb"), f"duty:{said['duty']}" if said.get("duty") else None] if kind == "userTask" else []
    return frozenset(filter(None, called))


def text_of(element: etree._Element) -> str:
    """The text as the engine reads it: what stands before any child."""
    return (element.text or "").strip()
