"""Where a token can get: beginnings and ends, unreachable nodes, loops, and how much the engine can carry."""

from collections.abc import Callable, Iterable, Iterator

from workflows.engine.checks.diagrams import Diagram, Node, Scope, children
from workflows.engine.checks.findings import Finding, error

MAX_NODES = 500
MAX_FLOWS = 2_000
MAX_CHAIN = 200  # the library reads a diagram by recursion: 300 in a row are fine, 500 end in RecursionError
MAX_DEPTH = 5

WAITS = frozenset({"userTask", "intermediateCatchEvent", "subProcess", "callActivity", "eventBasedGateway"})


def size(diagram: Diagram) -> Iterator[Finding]:
    """What is larger than this nobody can read, and the library cannot carry."""
    nodes = sum(len(scope.nodes) for scope in diagram.scopes)
    flows = sum(len(scope.flows) for scope in diagram.scopes)
    if nodes > MAX_NODES or flows > MAX_FLOWS:
        said = (
            f"全图有 {nodes} 个图形、{flows} 条箭头，超过上限（{MAX_NODES} 个、{MAX_FLOWS} 条）。请拆成几个流程，用调用活动连接。"
        )
        yield error("", "too-large", said)
    for scope in diagram.scopes:
        if scope.depth == MAX_DEPTH + 1:
            said = f"{scope.label}里的子流程嵌套超过 {MAX_DEPTH} 层。请减少嵌套，或改用调用活动。"
            yield error(scope.id, "too-deep", said)


def is_too_large(diagram: Diagram) -> bool:
    """Whether following its arrows would take too long."""
    return any(finding.rule in ("too-large", "too-deep") for finding in size(diagram))


def empty(diagram: Diagram) -> Iterator[Finding]:
    """There is something in each process and sub-process."""
    for scope in (scope for scope in diagram.scopes if not scope.nodes):
        instead = "，或改为用户任务" if scope.parent else ""
        yield error(scope.id, "scope-empty", f"{scope.label}里面是空的。请画出里面的环节{instead}。")


def starts(diagram: Diagram) -> Iterator[Finding]:
    """One beginning in each process and sub-process."""
    for scope in (scope for scope in diagram.scopes if scope.nodes):
        found = scope.of("startEvent")
        if not found:
            said = f"{scope.label}没有开始事件。请加一个普通开始事件，并连到第一个环节。"
            yield error(scope.id, "start-missing", said)
        elif len(found) > 1:
            said = f"{scope.label}有几个开始事件，只能有一个。请删去多余的，不同情形用排他网关分开。"
            yield error(found[1].id, "start-several", said)


def ends(diagram: Diagram) -> Iterator[Finding]:
    """At least one end in each process and sub-process."""
    for scope in (scope for scope in diagram.scopes if scope.nodes):
        if not scope.of("endEvent"):
            yield error(scope.id, "end-missing", f"{scope.label}没有结束事件，永远办不完。请加一个结束事件。")


def unreachable(diagram: Diagram) -> Iterator[Finding]:
    """The library drops what no arrow leads to, without a word. Told once, where the arrow is missing, and not again of all that
    only comes after it."""
    for scope in diagram.scopes:
        lost = _lost(scope)
        for node_id in _first_of(scope, lost):
            node, behind = scope.nodes[node_id], len(_walk([node_id], scope.after) & lost) - 1
            also = f"和后面的 {behind} 个图形" if behind else ""
            said = f"从开始事件走不到{node.label}，它{also}永远轮不到。请画一条箭头连到它，或删去它。"
            yield error(node.id, "unreachable", said)


def _lost(scope: Scope) -> set[str]:
    """The nodes that no token comes to, save those that have a finding of their own."""
    if not scope.of("startEvent"):
        return set()
    left = (scope.nodes[node_id] for node_id in scope.nodes.keys() - _reached(scope))
    return {node.id for node in left if node.kind != "boundaryEvent" and not node.is_refused}


def _first_of(scope: Scope, lost: set[str]) -> Iterator[str]:
    """Of these, those before which no other stands; one of each circle."""
    behind = {node_id: _walk([node_id], scope.after) for node_id in lost}
    told: set[str] = set()
    for node_id in (node_id for node_id in scope.nodes if node_id in lost):
        before = {other for other in lost if node_id in behind[other]}
        if before <= behind[node_id] and told.isdisjoint(before):
            told.add(node_id)
            yield node_id


def endless(diagram: Diagram) -> Iterator[Finding]:
    """Recurring duties never reach an end: only a terminate end of their scope stops them (design, section 5)."""
    for scope in _whole(diagram):
        stuck = _endless(scope)
        names = "、".join(node.label for node in stuck[:3])
        for end in scope.of("endEvent") if stuck else ():
            if children(end.element, "terminateEventDefinition"):
                continue
            said = f"{scope.label}里有一直循环的环节（{names}），普通结束停不住它们。"
            said += f"请从这一圈画一条通到结束的箭头；要一直重复到别的环节办完为止的，请把{end.label}改为终止结束事件。"
            yield error(end.id, "loop-without-terminate", said)


def automatic_loops(diagram: Diagram) -> Iterator[Finding]:
    """A circle in which nobody acts and no timer waits would run for ever (the engine stops after 200 steps)."""
    for scope in _whole(diagram):
        circle = _circle(scope, {node.id for node in scope.nodes.values() if not _is_waiting(scope, node)})
        if circle:
            said = f"{_told(scope, circle)}没有人办理，也没有定时，会一直空转。请在圈里加用户任务或定时事件。"
            yield error(circle[0], "automatic-loop", said)


def loops(diagram: Diagram) -> Iterator[Finding]:
    """A loop is entered again through an exclusive gateway. Where the library can look ahead along a circle without
    a choice in it, it does so until RecursionError."""
    for scope in _whole(diagram):
        choices = ("exclusiveGateway", "inclusiveGateway")
        circle = _circle(scope, {node.id for node in scope.nodes.values() if node.kind not in choices})
        if circle:
            said = f"{_told(scope, circle)}没有排他网关，系统无法执行。请在退回的箭头进入的地方加一个排他网关。"
            yield error(circle[0], "loop-without-gateway", said)


def joins(diagram: Diagram) -> Iterator[Finding]:
    """A parallel gateway waits for all its arrows: one that can only come after the gateway itself never comes."""
    for scope in _whole(diagram):
        for node in scope.of("parallelGateway"):
            entering = scope.entering.get(node.id, [])
            if len(entering) < 2 or node.id not in _reached(scope):
                continue
            before = _reached(scope, without=node.id)
            for flow in (flow for flow in entering if flow.source not in before and flow.source in _reached(scope)):
                said = (
                    f"{flow.label}从后面退回到并行网关{node.label}，而并行网关要等所有箭头到齐，流程会卡住。"
                    "请在它前面加一个排他网关，让退回的箭头接到那里。"
                )
                yield error(node.id, "parallel-loop", said)


def chains(diagram: Diagram) -> Iterator[Finding]:
    """How deep the library's recursion gets: depth first, boundary events before arrows, as it reads."""
    for scope in diagram.scopes:
        depths = _depths(scope)
        deepest = max(depths, key=lambda node_id: depths[node_id], default="")
        if depths.get(deepest, 0) > MAX_CHAIN:
            said = f"{scope.label}里有超过 {MAX_CHAIN} 个图形首尾相连，系统无法执行。请把一部分放进子流程。"
            yield error(deepest, "chain-too-long", said)


def _whole(diagram: Diagram) -> Iterator[Scope]:
    """The scopes in which every node is reached and leads on. Where an arrow is still missing, that is told; of the circles
    beside it one could only speak in misleading words."""
    for scope in diagram.scopes:
        ends = (node for node in scope.nodes.values() if not scope.leaving.get(node.id))
        if not _lost(scope) and all(node.kind == "endEvent" or node.is_refused for node in ends):
            yield scope


def _reached(scope: Scope, without: str = "") -> set[str]:
    """All nodes that a token can be at, if it may not pass `without`."""
    first = [node.id for node in scope.of("startEvent")]
    return _walk(first, lambda node_id: [] if node_id == without else scope.after(node_id))


def _walk(first: Iterable[str], following: Callable[[str], Iterable[str]]) -> set[str]:
    waiting, seen = list(first), set(first)
    while waiting:
        for node_id in following(waiting.pop()):
            if node_id not in seen:
                seen.add(node_id)
                waiting.append(node_id)
    return seen


def _endless(scope: Scope) -> list[Node]:
    """Nodes on a circle from which no end can be reached."""
    backwards = _backwards(scope)
    ending = _walk([node.id for node in scope.of("endEvent")], lambda node_id: backwards.get(node_id, []))
    stuck = [scope.nodes[node_id] for node_id in scope.nodes if node_id in _reached(scope) - ending]
    return [node for node in stuck if not node.is_refused and _in_cycle(scope, node)]


def _backwards(scope: Scope) -> dict[str, list[str]]:
    leading: dict[str, list[str]] = {}
    for node_id in scope.nodes:
        for next_id in scope.after(node_id):
            leading.setdefault(next_id, []).append(node_id)
    return leading


def _is_waiting(scope: Scope, node: Node) -> bool:
    """Whether a token stops here; a join waits for its other arrows."""
    is_join = node.kind == "parallelGateway" and len(scope.entering.get(node.id, [])) > 1
    return is_join or node.kind in WAITS or node.is_refused


def _in_cycle(scope: Scope, node: Node) -> bool:
    return node.id in _walk(scope.after(node.id), scope.after)


def _circle(scope: Scope, among: set[str]) -> list[str]:
    """Some circle among these nodes, or nothing: what is left when those without predecessor or successor are taken away."""
    left = {
        node_id: [target for target in scope.after(node_id) if target in among] for node_id in scope.nodes if node_id in among
    }
    before = -1
    while len(left) != before:
        before = len(left)
        entered = {target for targets in left.values() for target in targets}
        kept = {node_id for node_id in left if node_id in entered and any(target in left for target in left[node_id])}
        left = {node_id: [target for target in left[node_id] if target in kept] for node_id in left if node_id in kept}
    path: list[str] = []
    at = next(iter(left), None)
    while at is not None and at not in path:
        path.append(at)
        at = left[at][0]
    return path[path.index(at) :] if at is not None else []


def _told(scope: Scope, circle: list[str]) -> str:
    """The beginning of a sentence about it."""
    names = "、".join(scope.nodes[node_id].label for node_id in circle[:4])
    return f"{names}连成了一圈，圈里" if len(circle) > 1 else f"{names}的箭头又指回它自己，中间"


def _depths(scope: Scope) -> dict[str, int]:
    """Node → its depth in a depth-first reading from the start."""
    depths: dict[str, int] = {}
    waiting = [(node.id, 1) for node in reversed(scope.of("startEvent"))]
    while waiting:
        node_id, depth = waiting.pop()
        if node_id not in depths:
            depths[node_id] = depth
            waiting.extend((next_id, depth + 1) for next_id in reversed(scope.after(node_id)))
    return depths
