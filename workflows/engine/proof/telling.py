"""A run told twice: for the canvas as stops, and for the designer in words."""

from collections.abc import Callable, Iterator, Sequence

from workflows.engine.proof.records import Stop
from workflows.engine.proof.space import Run, Space
from workflows.engine.tokens import SCOPES, TASKS, Net, Node

LONGEST = 14  # names told of one way
TOLD = {*TASKS, "serviceTask", "startEvent", "endEvent", "intermediateCatchEvent", "boundaryEvent"}


def whole(space: Space, run: Run) -> list[Run]:
    """The runs from the beginning to this one: the fewest acts that lead there."""
    found = [run]
    while (source := found[-1].source) is not None:
        found.append(space.came[source])
    return found[::-1]


def stops(net: Net, runs: Sequence[Run]) -> tuple[Stop, ...]:
    """The machine form of a way."""
    return tuple(_stop(net, run) for run in runs)


def _stop(net: Net, run: Run) -> Stop:
    node = net.node_at(run.act) if run.act else net.starts[net.root]
    moves = run.trail.moves()
    passed = [net.nodes[id].element_id for move in moves for what, id in move.log if what == "done"]
    places = sorted(run.here.marking)
    stands = [net.node_at(place) if place[0] == "@" else net.nodes[net.target[place]] for place in places]
    return Stop(
        element_id=node.element_id,
        name=node.name,
        calls=tuple(call.rpartition(">")[2] for call in _calls(node)),
        passed=tuple(passed),
        flows=tuple(flow.rpartition(">")[2] for move in moves for flow in move.flows),
        members=tuple((net.nodes[id].element_id, move.members) for move in moves if move.members for _, id in move.log),
        ends_early=run.stop,
        tokens=tuple(dict.fromkeys(at.element_id for at in stands if at.kind not in SCOPES)),
    )


def _calls(node: Node) -> list[str]:
    return node.id.split(">")[:-1]


def way(net: Net, runs: Sequence[Run], begins: Callable[[str], bool] = lambda _: False, last: Node | None = None) -> str:
    """从…经…到…: what was done, and what named gateways decided, since `begins` last said yes; up to `last`."""
    names = list(_names(net, runs, begins))
    if last is not None:
        names = [*(names[:-1] if names[-1:] == [last.label] else names), last.label]
    first, *middle, end = names if len(names) > 1 else [*names, *names]
    if len(middle) > LONGEST:
        middle = [*middle[: LONGEST // 2], f"……（略去 {len(middle) - LONGEST} 步）……", *middle[-LONGEST // 2 :]]
    return f"从{first}{'经' if middle else ''}{''.join(middle)}到{end}" if first != end or middle else f"在{first}"


def _names(net: Net, runs: Sequence[Run], begins: Callable[[str], bool]) -> Iterator[str]:
    passed = [entry for run in runs for move in run.trail.moves() for entry in _entries(net, move.log, move.flows)]
    start = max((n for n, (_, node, _) in enumerate(passed) if begins(node.id)), default=0)
    before = ""
    for n, (what, node, choice) in enumerate(passed[start:]):
        told = f"{node.label}（{choice}）" if choice else node.label
        is_told = n == 0 or choice or (what == "done" and node.kind in TOLD)
        if is_told and told != before:
            yield told
            before = told


def _entries(net: Net, log: tuple[tuple[str, str], ...], flows: tuple[str, ...]) -> Iterator[tuple[str, Node, str]]:
    choice = "、".join(net.captions[flow] or f"往{net.nodes[net.target[flow]].label}" for flow in flows)
    for what, id in log:
        node = net.nodes[id]
        yield what, node, choice if node.name and len(node.out) > 1 else ""
