"""A plain token game over BPMN XML: the oracle of the engine's tests and the ground of the proof.

It shares no code with `spiff` but the reading of properties, on purpose: when both say the same after thousands of steps, both
are right about BPMN.

A place is a flow's id (a token travels there), "@task" (an open task, an armed timer, a running sub-process), "@task#2" (one of
several instances side by side) or "@task#2/5" (the third of five one after another). A marking is a set of places; a second
token on one place is `Unsafe`, never a state. A called process is copied into its caller: its nodes are named "call>task".
`Net` holds the rules, `Game` plays one run.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from workflows.engine import xml as bpmn
from workflows.engine.checks import diagrams

MODEL = f"{{{bpmn.BPMN}}}"

TASKS = {"userTask", "manualTask", "task"}
SCOPES = {"subProcess", "callActivity"}
KINDS = {
    *TASKS,
    *SCOPES,
    "startEvent",
    "endEvent",
    "serviceTask",
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "boundaryEvent",
}

Marking = set[str]
Log = list[tuple[str, str]]  # ("open" | "part" | "done", node id), in order

MOST_NODES = 1_500  # of one net, called processes copied in: each may be called many times, by one that is called many times


class TooLarge(Exception):
    """With all that it calls, at any depth, the process has more nodes than anybody could draw."""


class Unsafe(Exception):
    """A second token came to one place: the diagram starts something again that still runs."""


@dataclass(frozen=True)
class Node:
    """A node of the net. `id` is the element's, behind the path of call activities that lead to it."""

    id: str
    element_id: str
    name: str  # on the canvas; "" for none
    label: str  # what people call it, with a name or without
    words: frozenset[str]  # what it calls: its verb, its step, "duty:V"
    kind: str
    scope: str  # id of the node (sub-process, call) or process it stands in
    into: tuple[str, ...]  # flows
    out: tuple[str, ...]
    default: str | None
    is_timed: bool
    terminates: bool
    cardinality: str  # expressions; "" for none
    until: str
    is_sequential: bool
    host: str | None  # of a boundary event: whom it is attached to
    interrupts: bool
    rivals: tuple[str, ...] = ()  # events behind the same event-based gateway

    @property
    def waits(self) -> bool:
        """Whether a token rests here until somebody acts, a moment comes, or what is inside ends."""
        return self.kind in TASKS | SCOPES | {"intermediateCatchEvent", "boundaryEvent"}


class Net:
    """The rules of one process: which automatic nodes may go, what happens when they do, and when somebody acts."""

    def __init__(self, xml: bytes, process_id: str) -> None:
        root = bpmn.parse(xml)
        self._processes = {p.get("id", ""): p for p in root.iterfind(f"{MODEL}process")}
        self.root = process_id
        self.nodes: dict[str, Node] = {}
        self.target: dict[str, str] = {}  # flow → node
        self.source: dict[str, str] = {}
        self.conditions: dict[str, str] = {}  # flow → expression; "" for none
        self.captions: dict[str, str] = {}  # flow → its name for people
        self._add(self._processes[process_id], prefix="", scope=process_id, above=(process_id,))
        self.starts = {n.scope: n for n in self.nodes.values() if n.kind == "startEvent"}
        self.guards: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            if node.host is not None:
                self.guards.setdefault(node.host, []).append(node)
        self._set_rivals()
        self._places: dict[str, Node] = {}  # place → its node, as far as asked for
        self._within = {scope: self._scopes_within(scope) for scope in (process_id, *self._scopes())}
        self._ways = {n.id: self._ways_to(n) for n in self.nodes.values() if n.kind == "inclusiveGateway"}

    # ---- reading ------------------------------------------------------------------------------------

    def _add(self, process: etree._Element, *, prefix: str, scope: str, above: tuple[str, ...]) -> None:
        """Add the nodes and flows of a process. `above`: the processes that called it; none may call itself."""
        own = process.get("id")
        flows = process.iter(f"{MODEL}sequenceFlow")
        beside: dict[str, str] = {}
        for part in (process, *process.iter(f"{MODEL}subProcess")):
            beside |= diagrams.places(part)
        for flow in flows:
            id = prefix + flow.get("id", "")
            self.source[id], self.target[id] = prefix + flow.get("sourceRef", ""), prefix + flow.get("targetRef", "")
            self.conditions[id] = _text(flow, "conditionExpression")
            self.captions[id] = " ".join((flow.get("name") or "").split())
        for element in process.iter(f"{MODEL}*"):
            if etree.QName(element).localname in KINDS:
                parent = element.getparent()
                inside = parent.get("id") if parent is not None else own
                node = self._node(element, prefix, scope if inside == own else f"{prefix}{inside}", beside)
                self.nodes[node.id] = node
                if len(self.nodes) > MOST_NODES:
                    raise TooLarge
                if node.kind == "callActivity":
                    called = element.get("calledElement", "")
                    if called in above:
                        raise ValueError(f"{called} calls itself")
                    self._add(self._processes[called], prefix=f"{node.id}>", scope=node.id, above=(*above, called))

    def _node(self, element: etree._Element, prefix: str, scope: str, beside: Mapping[str, str]) -> Node:
        id = prefix + element.get("id", "")
        many = element.find(f"{MODEL}multiInstanceLoopCharacteristics")
        host, default = element.get("attachedToRef"), element.get("default")
        return Node(
            id=id,
            element_id=element.get("id", ""),
            name=" ".join((element.get("name") or "").split()),
            label=diagrams.label(element, beside.get(element.get("id", ""), "")),
            words=diagrams.words_of(element),
            kind=etree.QName(element).localname,
            scope=scope,
            into=tuple(f for f, node in self.target.items() if node == id),
            out=tuple(f for f, node in self.source.items() if node == id),
            default=None if default is None else prefix + default,
            is_timed=element.find(f"{MODEL}timerEventDefinition") is not None,
            terminates=element.find(f"{MODEL}terminateEventDefinition") is not None,
            cardinality="" if many is None else _text(many, "loopCardinality"),
            until="" if many is None else _text(many, "completionCondition"),
            is_sequential=many is not None and many.get("isSequential") == "true",
            host=None if host is None else prefix + host,
            interrupts=element.get("cancelActivity") != "false",
        )

    def _set_rivals(self) -> None:
        for gateway in [n for n in self.nodes.values() if n.kind == "eventBasedGateway"]:
            events = tuple(self.target[f] for f in gateway.out)
            for event in events:
                self.nodes[event] = replace(self.nodes[event], rivals=tuple(e for e in events if e != event))

    def _scopes(self) -> list[str]:
        return [n.id for n in self.nodes.values() if n.kind in SCOPES]

    def _scopes_within(self, scope: str) -> set[str]:
        """The scope and all that stand in it, at any depth."""
        found, inner = {scope}, [n for n in self._scopes() if self.nodes[n].scope == scope]
        return found.union(*(self._scopes_within(one) for one in inner))

    # ---- inclusive joins ----------------------------------------------------------------------------

    def _ways_to(self, gateway: Node) -> dict[str, set[str]]:
        """For each flow into a gateway: the flows from which a token may come to it without passing the gateway. A token
        that comes to an activity may also leave it by the activity's boundary events."""
        found = {}
        for entry in gateway.into:
            seen, stack = {entry}, [entry]
            while stack:
                source = self.nodes[self.source[stack.pop()]]
                before = self.nodes[source.host] if source.host is not None else source
                if before.id != gateway.id:
                    fresh = set(before.into) - seen
                    seen |= fresh
                    stack.extend(fresh)
            found[entry] = seen
        return found

    def _may_merge(self, marking: AbstractSet[str], gateway: Node) -> bool:
        """An inclusive join goes when a token is there and no token elsewhere in its scope can still come to an empty
        input, save those that can come to a full one as well (BPMN 2.0.2, 13.4.3)."""
        ways = self._ways[gateway.id]
        full = [ways[f] for f in gateway.into if f in marking]
        empty = [ways[f] for f in gateway.into if f not in marking]
        for place in marking:
            if place in gateway.into or self.scope_of(place) != gateway.scope:
                continue
            ahead = set(self.node_at(place).out) if place[0] == "@" else {place}
            if any(ahead & way for way in empty) and not any(ahead & way for way in full):
                return False
        return bool(full)

    # ---- places -------------------------------------------------------------------------------------

    def node_at(self, place: str) -> Node:
        """The node of an "@" place."""
        if place not in self._places:
            self._places[place] = self.nodes[place[1:].split("#")[0]]
        return self._places[place]

    def scope_of(self, place: str) -> str:
        """The process or subprocess a place belongs to."""
        return self.node_at(place).scope if place[0] == "@" else self.nodes[self.target[place]].scope

    def _inside(self, marking: Marking, scope: str) -> list[str]:
        return [p for p in marking if self.scope_of(p) in self._within[scope]]

    @staticmethod
    def _put(marking: Marking, places: Iterable[str]) -> None:
        for place in places:
            if place in marking:
                raise Unsafe(place)
            marking.add(place)

    # ---- moves --------------------------------------------------------------------------------------

    def begin(self) -> Marking:
        """The marking of a new run, before anything automatic has gone."""
        return set(self.starts[self.root].out)

    def ready(self, marking: AbstractSet[str]) -> list[tuple[Node, tuple[str, ...]]]:
        """Automatic nodes that may go now, with the flows they consume. Inclusive joins are asked only when all else has
        come to rest, in the order of the file."""
        arrived = [(self.nodes[self.target[p]], p) for p in marking if p[0] != "@"]
        found = [
            (node, (place,) if node.kind != "parallelGateway" else node.into)
            for node, place in arrived
            if not _merges(node) and (node.kind != "parallelGateway" or (place == node.into[0] and marking >= set(node.into)))
        ]
        if found:
            return found
        merging = {node.id for node, _ in arrived if _merges(node) and self._may_merge(marking, node)}
        return [(n, tuple(f for f in n.into if f in marking)) for n in self.nodes.values() if n.id in merging]

    def go(self, marking: Marking, node: Node, consumed: Iterable[str], log: Log, *, chosen: Iterable[str], count: int) -> None:
        """One automatic node goes. `chosen`: the flows a choosing gateway takes; `count`: how many instances open."""
        marking.difference_update(consumed)
        if node.kind in ("exclusiveGateway", "inclusiveGateway"):
            self._put(marking, chosen)
            log.append(("done", node.id))
        elif node.kind == "eventBasedGateway":
            log.append(("done", node.id))
            for event in (self.nodes[self.target[f]] for f in node.out):
                self._open(marking, event, 0, log)
        elif node.kind == "endEvent":
            self._end(marking, node, log)
        elif node.waits:
            self._open(marking, node, count, log)
        else:
            self._leave(marking, node, log)

    def _open(self, marking: Marking, node: Node, count: int, log: Log) -> None:
        if still := self._instances(marking, node):  # another number of instances would stand on other places
            raise Unsafe(min(still))
        if not node.cardinality:
            self._put(marking, [f"@{node.id}"])
        elif node.is_sequential:
            self._put(marking, [f"@{node.id}#0/{count}"])
        else:
            self._put(marking, [f"@{node.id}#{i}" for i in range(count)])
        self._put(marking, [f"@{guard.id}" for guard in self.guards.get(node.id, ())])
        if node.kind in SCOPES:
            self._put(marking, self.starts[node.id].out)
        log.append(("open", node.id))

    def _leave(self, marking: Marking, node: Node, log: Log) -> None:
        """A node ends: its guards go, its flows get their tokens."""
        marking.difference_update(f"@{guard.id}" for guard in self.guards.get(node.id, ()))
        self._put(marking, node.out)
        log.append(("done", node.id))
        if not node.out:
            self._end_scope(marking, node.scope, log)

    def _end(self, marking: Marking, node: Node, log: Log) -> None:
        log.append(("done", node.id))
        if node.terminates:
            marking.difference_update(self._inside(marking, node.scope))
        self._end_scope(marking, node.scope, log)

    def _end_scope(self, marking: Marking, scope: str, log: Log) -> None:
        """A sub-process or called process ends with its last token."""
        if scope != self.root and not self._inside(marking, scope):
            marking.discard(f"@{scope}")
            self._leave(marking, self.nodes[scope], log)

    def act(self, marking: Marking, place: str, log: Log, *, stop: bool = False) -> None:
        """Somebody does a task, or a timer fires. `stop`: this instance's answer ends the multi-instance task."""
        node = self.node_at(place)
        marking.discard(place)
        if node.host is not None:
            self._interrupt(marking, node)
            self._leave(marking, node, log)
            return
        marking.difference_update(f"@{rival}" for rival in node.rivals)
        if stop:
            marking.difference_update(self._instances(marking, node))
        elif node.is_sequential:
            self._put(marking, _after(place))
        if self._instances(marking, node):
            log.append(("part", node.id))
        else:
            self._leave(marking, node, log)

    def _instances(self, marking: Marking, node: Node) -> list[str]:
        return [p for p in marking if p.startswith(f"@{node.id}#")]

    def _interrupt(self, marking: Marking, event: Node) -> None:
        host = event.host or ""
        if event.interrupts:
            marking.difference_update(f"@{guard.id}" for guard in self.guards[host])
            marking.difference_update([f"@{host}", *self._instances(marking, self.nodes[host])])
            if host in self._within:
                marking.difference_update(self._inside(marking, host))


def _merges(node: Node) -> bool:
    return node.kind == "inclusiveGateway" and len(node.into) > 1


def _after(place: str) -> Iterator[str]:
    """The place of the next instance, if there is one."""
    name, _, position = place.partition("#")
    index, _, count = position.partition("/")
    if int(index) + 1 < int(count):
        yield f"{name}#{int(index) + 1}/{count}"


def _text(element: etree._Element, tag: str) -> str:
    return (element.findtext(f"{MODEL}{tag}") or "").strip()


Decide = Callable[[str, Mapping[str, Any]], Any]


class Game:
    """One run. `decide(expression, data)` answers conditions, cardinalities and completion conditions; the data are those of
    the last act only: a gateway that asks for an older decision gets an error."""

    def __init__(self, net: Net, decide: Decide) -> None:
        self.net, self.decide = net, decide
        self.marking = net.begin()
        self.log: Log = []
        self._settle({})

    def act(self, place: str, data: Mapping[str, Any]) -> None:
        """Do an open task with these decisions, or let a timer fire; then everything automatic goes to rest."""
        node = self.net.node_at(place)
        stop = bool(node.until and self.decide(node.until, data))
        self.net.act(self.marking, place, self.log, stop=stop)
        self._settle(data)

    def open(self) -> list[str]:
        """The places of tasks that somebody may do."""
        return sorted(p for p in self.marking if p[0] == "@" and self.net.node_at(p).kind in TASKS)

    def timers(self) -> list[str]:
        """The places that wait for a moment."""
        return sorted(p for p in self.marking if p[0] == "@" and self.net.node_at(p).is_timed)

    def joins(self) -> list[str]:
        """The nodes that wait for more tokens."""
        return sorted({self.net.target[p] for p in self.marking if p[0] != "@"})

    @property
    def is_ended(self) -> bool:
        """Whether no token is left."""
        return not self.marking

    def _settle(self, data: Mapping[str, Any]) -> None:
        while ready := self.net.ready(self.marking):
            node, consumed = ready[0]
            count = int(self.decide(node.cardinality, data)) if node.cardinality else 0
            chosen = self._chosen(node, data) if node.kind in ("exclusiveGateway", "inclusiveGateway") else ()
            self.net.go(self.marking, node, consumed, self.log, chosen=chosen, count=count)

    def _chosen(self, node: Node, data: Mapping[str, Any]) -> list[str]:
        """The flows a gateway takes: without a condition to ask, its only one; else what holds, else the default."""
        asked = [f for f in node.out if f != node.default and self.net.conditions[f]]
        holding = [f for f in asked if self.decide(self.net.conditions[f], data)]
        otherwise = [node.default] if node.default else [f for f in node.out if f not in asked]
        return (holding[:1] if node.kind == "exclusiveGateway" else holding) or otherwise[:1]
