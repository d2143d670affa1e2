"""What is wrong in an explored space, each fault with a shortest way to it and a sentence that says what to do."""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain

from workflows.engine.proof.records import Fault
from workflows.engine.proof.space import Run, Space, State
from workflows.engine.proof.telling import stops, way, whole
from workflows.engine.tokens import Node

PAIRS = "请让分开和汇合的网关成对：排他分开的用排他汇合，并行分开的用并行汇合。"


def faults(space: Space) -> Iterator[Fault]:
    """What was found. What never happens, and what never ends, is only known when everything was seen and nothing was cut
    off by a fault before it."""
    found = [*_unsafe(space), *_stuck(space)]
    if not found and not space.is_cut:
        found = [*_endless(space)] or [*_dead(space)]
    yield from found
    yield from _broken(space)


def _unsafe(space: Space) -> Iterator[Fault]:
    """Second tokens. Of a gateway or event one cannot say that it is still open: it is what follows that is done twice."""
    for id, run in space.unsafe.items():
        node, runs = space.net.nodes[id], whole(space, run)
        twice = "还没有结束，又会再来一次" if node.waits else "会同时走到两次，后面的环节跟着重复"
        said = (
            f"{node.label}{twice}：{way(space.net, runs, last=node)}。"
            "请在分开的路径合到一起的地方用并行网关汇合；定期重复的工作放进子流程，由终止结束事件收口。"
        )
        yield Fault("proof-unsafe", node.element_id, said, stops(space.net, runs))


def _stuck(space: Space) -> Iterator[Fault]:
    """States where tokens are left and nobody can act; one for each set of waiting gateways."""
    seen = set()
    for state in space.came:
        joins = tuple(_waiting(space, state))
        if joins and joins not in seen and not space.acts_in(state.marking):
            seen.add(joins)
            yield _deadlock(space, state, joins[0])


def _waiting(space: Space, state: State) -> list[Node]:
    """The gateways where tokens wait for others."""
    net = space.net
    return [net.nodes[id] for id in dict.fromkeys(net.target[place] for place in sorted(state.marking) if place[0] != "@")]


def _deadlock(space: Space, state: State, join: Node) -> Fault:
    net, runs = space.net, whole(space, space.came[state])
    wait = _in_vain(space, state, join)
    if any(node.kind == "endEvent" and node.scope == join.scope for node in _passed(space, runs)):
        said = f"已经走到结束，却还有一步留在半路，永远办不完：{way(net, runs)}，可是{wait}。{PAIRS}"
        return Fault("proof-leftover", join.element_id, said, stops(net, runs))
    said = f"流程会卡住：{way(net, runs)}，之后{wait}，也没有人可以办理。{PAIRS}"
    return Fault("proof-deadlock", join.element_id, said, stops(net, runs))


def _passed(space: Space, runs: Iterable[Run]) -> list[Node]:
    """The nodes of a way, in order."""
    return [space.net.nodes[id] for run in runs for move in run.trail.moves() for _, id in move.log]


def _in_vain(space: Space, state: State, join: Node) -> str:
    missing = [space.net.nodes[space.net.source[flow]].label for flow in join.into if flow not in state.marking]
    return f"{join.label}一直等着{'、'.join(missing)}过来，却再也等不到"


def _endless(space: Space) -> Iterator[Fault]:
    """States from which no end is in reach although somebody can always act: told by what comes round again and again, and by
    what should have stopped it: an end that was passed, or a gateway that waits in vain."""
    good, net = _may_end(space), space.net
    lost = [state for state in space.came if state not in good]
    if not space.came:
        start = net.starts[net.root]
        yield Fault("proof-livelock", start.element_id, f"从{start.label}出发会一直空转。请在圈里加用户任务或定时事件。")
    elif lost:
        whirl = _whirl(space, lost[-1])
        vain = _vain(space, whirl)
        runs = whole(space, space.came[next(state for state in lost if state in whirl or _never_goes(space, state, vain))])
        turning = list(dict.fromkeys(net.node_at(place) for state in whirl for place in space.acts_in(state.marking)))
        again = f"之后只有{'、'.join(node.label for node in turning[:6])}一再重来"
        ended = [node for node in _passed(space, runs) if node.kind == "endEvent" and node.scope == turning[0].scope]
        if ended:
            cause = f"。请把{ended[-1].label}改为终止结束事件，让它们一起停下。"
        elif vain:
            cause = f"，而{_in_vain(space, next(iter(whirl)), vain)}。请检查往{vain.label}去的箭头，看哪一条没有接上。"
        else:
            cause = "。请画出通到结束的箭头。"
        at = turning[0] if ended or not vain else vain
        yield Fault("proof-livelock", at.element_id, f"再也到不了结束：{way(net, runs)}，{again}{cause}", stops(net, runs))


def _vain(space: Space, whirl: Collection[State]) -> Node | None:
    """A gateway that has a token wherever the case goes round, and never goes."""
    going = {id for state in whirl for run in space.runs(state) for move in run.trail.moves() for _, id in move.log}
    common = set.intersection(*({join.id for join in _waiting(space, state)} for state in whirl)) - going
    return space.net.nodes[min(common)] if common else None


def _never_goes(space: Space, state: State, join: Node | None) -> bool:
    return join is not None and join.id not in space.fired and join in _waiting(space, state)


def _whirl(space: Space, state: State) -> dict[State, None]:
    """States that a case goes round in from here on, and never leaves: while something in reach cannot come back here, go
    there."""
    before = _before(space)
    reach = _reach([state], space.after)
    while True:
        back = _reach([state], before)
        gone = [far for far in reach if far not in back]
        if not gone:
            return reach
        state = gone[-1]
        reach = _reach([state], space.after)


def _may_end(space: Space) -> Collection[State]:
    return _reach([state for state in space.came if not state.marking], _before(space))


def _before(space: Space) -> dict[State, list[State]]:
    before: dict[State, list[State]] = {}
    for state, following in space.after.items():
        for next in following:
            before.setdefault(next, []).append(state)
    return before


def _reach(states: Iterable[State], arrows: Mapping[State, Iterable[State]]) -> dict[State, None]:
    """All states in reach of these, along or against the arrows; the nearest first."""
    found = dict.fromkeys(states)
    waiting = deque(found)
    while waiting:
        fresh = [next for next in arrows.get(waiting.popleft(), ()) if next not in found]
        found |= dict.fromkeys(fresh)
        waiting.extend(fresh)
    return found


def _dead(space: Space) -> Iterator[Fault]:
    """Elements that no case ever passes. What comes after such a one, or stands in it, is not told again; but what only
    comes after itself is."""
    net = space.net
    dead = {node.id: node for node in net.nodes.values() if node.kind != "startEvent" and node.id not in space.fired}
    before = {node.id: {node.scope, node.host, *(net.source[flow] for flow in node.into)} for node in dead.values()}
    first = [node for node in dead.values() if before[node.id].isdisjoint(dead)]
    for node in first or dead.values():
        said = f"{node.label}永远轮不到：没有一种走法经过它。请检查通到它的箭头，或删去它。"
        yield Fault("proof-dead", node.element_id, said)


def _broken(space: Space) -> Iterator[Fault]:
    """One fault for each demand and way: what several rules miss on one way is told together."""
    together: dict[tuple[str, str, Run], list[int]] = {}
    for number, run in space.broken.items():
        rule = space.rules[number]
        together.setdefault((rule.demand, rule.source, run), []).append(number)
    for (demand, source, run), numbers in together.items():
        last, runs, lacking = _asking(space, run, numbers[0]), whole(space, run), "、".join(_lacking(space, numbers))
        told = way(space.net, runs, partial(space.ear.begins, numbers[0]), last)
        said = f"{demand.format(lacking)}：{told}，其间没有{lacking}。{_advice(space, numbers)}（依据：{source}）。"
        yield Fault("proof-loop", last.element_id, said, stops(space.net, runs))


def _asking(space: Space, run: Run, rule: int) -> Node:
    """The node where the rule asked in vain; for the end of the case, the end event that was reached last."""
    nodes = space.net.nodes
    asked = (nodes[id] for _, id in run.trail.log if space.ear.asks(rule, id))
    ended = (nodes[id] for move in run.trail.moves()[::-1] for _, id in move.log if nodes[id].kind == "endEvent")
    return next(chain(asked, ended))


def _lacking(space: Space, rules: Iterable[int]) -> list[str]:
    return [space.rules[rule].lacking for rule in rules]


def _advice(space: Space, rules: list[int]) -> str:
    unknown = _lacking(space, (rule for rule in rules if not space.ear.knows(rule)))
    if unknown:
        return f"图上没有办理{'、'.join(unknown)}的环节，请补画"
    return f"请让每一条这样的路都先经过{'、'.join(_lacking(space, rules))}"
