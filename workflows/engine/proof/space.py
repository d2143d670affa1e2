"""Every state a case may rest in, breadth first, so that the first way to a state or to a fault has the fewest acts."""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations
from operator import itemgetter
from typing import NamedTuple

from workflows.engine import LoopRule
from workflows.engine.proof.hearing import Ear
from workflows.engine.tokens import SCOPES, Log, Marking, Net, Node, Unsafe

MOST_MOVES = 10_000  # after one act: an inclusive gateway with thirty ways would open a thousand million
INSTANCES = (1, 2)  # of a multi-instance task: with one, with several; from outside three look like two


class State(NamedTuple):
    """Where a case rests: its tokens, and the rules' bits (see `hearing`)."""

    marking: frozenset[str]
    bits: int


class Trail(NamedTuple):
    """The last move of a run, and those before it."""

    before: "Trail | None"
    log: tuple[tuple[str, str], ...]
    flows: tuple[str, ...]  # chosen
    members: int  # of a multi-instance task that opens

    def moves(self) -> list["Trail"]:
        """All moves, first one first."""
        found: list[Trail] = []
        at: Trail | None = self
        while at is not None:
            found.append(at)
            at = at.before
        return found[::-1]


class Run(NamedTuple):
    """An act, and what followed of itself until here. `source` None: the case begins."""

    source: State | None
    act: str  # the place where somebody acts
    stop: bool  # whether his answer ends a multi-instance task
    trail: Trail
    here: State


NOWHERE = Trail(None, (), (), 0)  # before the first move


@dataclass
class Space:
    """What was explored. `limit` bounds the states; when it is reached, or one act has too many outcomes, `is_cut`."""

    net: Net
    rules: Sequence[LoopRule]
    limit: int
    came: dict[State, Run] = field(default_factory=dict)  # how each state was first reached, in the order of finding
    after: dict[State, dict[State, None]] = field(default_factory=dict)  # state → the next ones, in the order of finding
    unsafe: dict[str, Run] = field(default_factory=dict)  # node to which a second token came → the way
    broken: dict[int, Run] = field(default_factory=dict)  # number of a rule → the way
    fired: set[str] = field(default_factory=set)
    acts: int = 0  # all states within so many acts have been seen
    is_cut: bool = False

    def __post_init__(self) -> None:
        self.ear = Ear(self.net, self.rules)
        self._is_quiet = {node.id: self._quiet(node) for node in self.net.nodes.values()}

    def explore(self) -> "Space":
        """Go everywhere, or until the limit."""
        begins = Run(None, "", False, NOWHERE, State(frozenset(), 0))
        ring = self._reach(self._settle(begins, self.net.begin(), [("done", self.net.starts[self.net.root].id)]))
        while ring and not self.is_cut:
            ring = self._reach(chain.from_iterable(map(self.runs, ring)))
            self.acts += not self.is_cut
        return self

    def acts_in(self, marking: Collection[str]) -> list[str]:
        """The places where somebody may act, or a timer may fire. Of several instances side by side only the first: they
        are alike, so acting on another leads to the same picture with other numbers."""
        first: dict[str, str] = {}
        for place in sorted(marking):
            if place[0] == "@" and (node := self.net.node_at(place)).kind not in SCOPES:
                first.setdefault(node.id, place)
        return list(first.values())

    def runs(self, state: State) -> Iterator[Run]:
        """What may come of a state: one run for each act and each state at rest that it may lead to."""
        for place in self.acts_in(state.marking):
            for stop in (False, True) if self.net.node_at(place).until else (False,):
                marking, log, act = set(state.marking), list[tuple[str, str]](), Run(state, place, stop, NOWHERE, state)
                try:
                    self.net.act(marking, place, log, stop=stop)
                except Unsafe as second:
                    self._crowd(second, act, log)
                    continue
                yield from self._settle(act, marking, log)

    # ---- moves --------------------------------------------------------------------------------------

    def _reach(self, runs: Iterable[Run]) -> list[State]:
        """The states that these runs reach for the first time."""
        fresh = []
        for run in runs:
            if self.is_cut:
                break
            if run.source is not None:
                self.after.setdefault(run.source, {})[run.here] = None
            if run.here not in self.came:
                if len(self.came) >= self.limit:
                    self.is_cut = True
                    break
                self.came[run.here] = run
                fresh.append(run.here)
        return fresh

    def _settle(self, act: Run, marking: Marking, log: Log) -> Iterator[Run]:
        """Everything automatic goes; one run for each state at rest that may come of it."""
        first = self._heard(act, marking, log)
        waiting, seen = deque([first]), {first.here}
        while waiting:
            run = waiting.popleft()
            ready = self.net.ready(run.here.marking)
            if not ready:
                yield run
            for next in self._moves(run, ready) if ready else ():
                if len(seen) > MOST_MOVES:
                    self.is_cut = True
                    return
                if next.here not in seen:
                    seen.add(next.here)
                    waiting.append(next)

    def _moves(self, run: Run, ready: list[tuple[Node, tuple[str, ...]]]) -> Iterator[Run]:
        ready.sort(key=itemgetter(1))  # by their arrows: the same faults in the same words each time
        quiet = next((each for each in ready if self._is_quiet[each[0].id]), None)
        if quiet is None and (twice := [id for id, times in Counter(node.id for node, _ in ready).items() if times > 1]):
            self.unsafe.setdefault(twice[0], run)
            return
        for node, consumed in ready if quiet is None else [quiet]:
            for flows, count in _outcomes(node):
                marking, log = set(run.here.marking), list[tuple[str, str]]()
                try:
                    self.net.go(marking, node, consumed, log, chosen=flows, count=count)
                except Unsafe as second:
                    self._crowd(second, run, log, flows)
                    continue
                yield self._heard(run, marking, log, flows, count)

    def _heard(self, run: Run, marking: Marking, log: Log, flows: tuple[str, ...] = (), count: int = 0) -> Run:
        self.fired.update(id for what, id in log if what == "done" or self.net.nodes[id].kind in SCOPES)
        bits, broken = self.ear.hear(run.here.bits, log, flows, is_ended=not marking)
        trail = Trail(run.trail, tuple(log), flows, count)
        heard = Run(run.source, run.act, run.stop, trail, State(frozenset(marking), bits))
        while broken:
            self.broken.setdefault((broken & -broken).bit_length() - 1, heard)
            broken &= broken - 1
        return heard

    def _crowd(self, second: Unsafe, run: Run, log: Log, flows: tuple[str, ...] = ()) -> None:
        place = str(second)
        node_id = self.net.node_at(place).id if place[0] == "@" else self.net.target[place]
        self.unsafe.setdefault(node_id, run._replace(trail=Trail(run.trail, tuple(log), flows, 0)))

    def _quiet(self, node: Node) -> bool:
        """Whether a node may go first, alone, whatever else is ready: see the docstring of `proof`."""
        is_merge = len(node.into) > 1 and node.kind != "parallelGateway"
        return not (is_merge or node.terminates or self.ear.listens_to(node))


def _outcomes(node: Node) -> Iterator[tuple[tuple[str, ...], int]]:
    """(flows chosen, instances opened) of an automatic node: conditions are free."""
    if node.kind == "exclusiveGateway":
        yield from (((flow,), 0) for flow in node.out)
    elif node.kind == "inclusiveGateway":
        asked = [flow for flow in node.out if flow != node.default]
        subsets = chain.from_iterable(combinations(asked, size) for size in range(1, len(asked) + 1))
        yield from ((flows, 0) for flows in subsets)
        if node.default:
            yield (node.default,), 0
    elif node.cardinality:
        yield from (((), count) for count in INSTANCES)
    else:
        yield (), 0
