"""Every state a case may rest in, breadth first, so that the first way to a state or to a fault has the fewest acts."""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations
from typing import NamedTuple

from workflows.engine import LoopRule
from workflows.engine.proof.hearing import Ear
from workflows.engine.tokens import SCOPES, Log, Marking, Net, Node, Unsafe

INSTANCES = (1, 2)  # of a multi-instance task: with one, with several; from outside three look like two


class State(NamedTuple):
    """Where a case rests: its tokens, and the rules' bits (see `hearing`)."""

    marking: frozenset[str]
    bits: int


class Trail(NamedTuple):
    """The last move of a run, and those before it."""

    before: "Trail | None"
    log: tuple[tuple[str, str], ...]
    flows: tuple[str, ...]

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
    trail: Trail
    here: State


@dataclass
class Space:
    """What was explored. `limit` bounds the states; when it is reached, `is_cut`."""

    net: Net
    rules: Sequence[LoopRule]
    limit: int
    came: dict[State, Run] = field(default_factory=dict)  # how each state was first reached, in the order of finding
    after: dict[State, set[State]] = field(default_factory=dict)
    unsafe: dict[str, Run] = field(default_factory=dict)  # node to which a second token came → the way
    broken: dict[int, Run] = field(default_factory=dict)  # number of a rule → the way
    fired: set[str] = field(default_factory=set)
    acts: int = 0  # all states within so many acts have been seen
    is_cut: bool = False

    def __post_init__(self) -> None:
        self.ear = Ear(self.net, self.rules)
        self._outcomes = {node.id: list(_outcomes(node)) for node in self.net.nodes.values()}
        self._is_quiet = {node.id: self._quiet(node) for node in self.net.nodes.values()}

    def explore(self) -> "Space":
        """Go everywhere, or until the limit."""
        ring = self._reach(self._settle(None, "", self.net.begin(), 0, [("done", self.net.starts[self.net.root].id)]))
        while ring and not self.is_cut:
            ring = self._reach(chain.from_iterable(map(self._runs, ring)))
            self.acts += not self.is_cut
        return self

    def acts_in(self, marking: Collection[str]) -> list[str]:
        """The places where somebody may act, or a timer may fire. Of several instances side by side only the first: they
        are alike, so acting on another leads to the same picture with other numbers."""
        found: dict[str, str] = {}
        for place in sorted(place for place in marking if place[0] == "@"):
            node = self.net.node_at(place)
            if node.kind not in SCOPES:
                found.setdefault(node.id, place)
        return list(found.values())

    # ---- moves --------------------------------------------------------------------------------------

    def _reach(self, runs: Iterable[Run]) -> list[State]:
        """The states that these runs reach for the first time."""
        fresh = []
        for run in runs:
            if run.source is not None:
                self.after.setdefault(run.source, set()).add(run.here)
            if run.here not in self.came:
                if len(self.came) >= self.limit:
                    self.is_cut = True
                    break
                self.came[run.here] = run
                fresh.append(run.here)
        return fresh

    def _runs(self, state: State) -> Iterator[Run]:
        for place in self.acts_in(state.marking):
            for stop in (False, True) if self.net.node_at(place).until else (False,):
                marking, log = set(state.marking), list[tuple[str, str]]()
                try:
                    self.net.act(marking, place, log, stop=stop)
                except Unsafe as second:
                    self._crowd(second, Run(state, place, Trail(None, tuple(log), ()), state))
                    continue
                yield from self._settle(state, place, marking, state.bits, log)

    def _settle(self, source: State | None, act: str, marking: Marking, bits: int, log: Log) -> Iterator[Run]:
        """Everything automatic goes; one run for each state at rest that may come of it."""
        first = self._heard(Run(source, act, Trail(None, (), ()), State(frozenset(), bits)), marking, log, ())
        waiting, seen = deque([first]), {first.here}
        while waiting:
            run = waiting.popleft()
            ready = sorted(self.net.ready(run.here.marking), key=lambda each: each[1])
            if not ready:
                yield run
            for next in self._moves(run, ready):
                if next.here not in seen:
                    seen.add(next.here)
                    waiting.append(next)

    def _moves(self, run: Run, ready: list[tuple[Node, tuple[str, ...]]]) -> Iterator[Run]:
        quiet = next((each for each in ready if self._is_quiet[each[0].id]), None)
        if quiet is None and len({node.id for node, _ in ready}) < len(ready):
            twice = next(node.id for n, (node, _) in enumerate(ready) if node in [other for other, _ in ready[:n]])
            self.unsafe.setdefault(twice, run)
            return
        for node, consumed in ready if quiet is None else [quiet]:
            for flows, count in self._outcomes[node.id]:
                marking, log = set(run.here.marking), list[tuple[str, str]]()
                try:
                    self.net.go(marking, node, consumed, log, chosen=flows, count=count)
                except Unsafe as second:
                    self._crowd(second, run._replace(trail=Trail(run.trail, tuple(log), flows)))
                    continue
                yield self._heard(run, marking, log, flows)

    def _heard(self, run: Run, marking: Marking, log: Log, flows: tuple[str, ...]) -> Run:
        self.fired.update(id for what, id in log if what == "done" or self.net.nodes[id].kind in SCOPES)
        bits, broken = self.ear.hear(run.here.bits, log, flows, is_ended=not marking)
        heard = run._replace(trail=Trail(run.trail, tuple(log), flows), here=State(frozenset(marking), bits))
        while broken:
            self.broken.setdefault((broken & -broken).bit_length() - 1, heard)
            broken &= broken - 1
        return heard

    def _crowd(self, second: Unsafe, run: Run) -> None:
        place = str(second)
        self.unsafe.setdefault(self.net.node_at(place).id if place[0] == "@" else self.net.target[place], run)

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
