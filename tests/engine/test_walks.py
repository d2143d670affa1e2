"""Random walks through random diagrams, in the engine and in the token game at once.

After every step the run is frozen to text and thawed; in every eighth walk with specs that no one has used before, in the
others with the shared ones, which must come out of it unchanged to the last bit. Then open tasks with their instance
numbers, armed timers, waiting joins, service calls made and the end must be the same in both; an open task must keep its
id; an id must never come back. BIHUAN_WALKS says how many (2000; 20000 in a soak).
"""

import os
import pickle
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.engine import diagrams
from workflows.engine import expressions, spiff
from workflows.engine.spiff import library, pruning, reading
from workflows.engine.tokens import Game, Net, Unsafe
from workflows.errors import Problem

WALKS = int(os.environ.get("BIHUAN_WALKS", "2000"))
LONGEST = 60  # steps
PER_DIAGRAM = 4
HAZARD_LOOP = Path(__file__).parents[2] / "bpmn" / "hazard_loop.bpmn"


def weighed(**weights: int) -> list[dict[str, Any]]:
    return [{"decision": answer} for answer, weight in weights.items() for _ in range(weight)]


# What the tasks of the main diagram may answer, and how often: rare where it ends the case early.
DECIDES: dict[str, list[dict[str, Any]]] = {
    "confirm_registration": weighed(accept=44, redo=4, downgrade=1, reject=1, merge=1),
    "ack_territory": weighed(accept=3, refuse=1),
    "ack_sector": weighed(accept=3, refuse=1),
    "name_tracker": weighed(accept=1, object=1),
    "ack_tracker": weighed(accept=3, refuse=1),
    "verify": [{"member_count": n} for n in (1, 2, 3)],
    "confirm_verification": [{"agree": "yes"}] * 7 + [{"agree": "no"}],
    "town_review": weighed(approve=6, apply=1, rectify=1, verify=1),
    "tracker_opinion": weighed(agree=6, apply=1, verify=1),
    "sign": weighed(sign=3, rectify=2, verify=2, town=1),
    "approve_disclosure": weighed(accept=2, redo=1),
}


class World:
    """Answers both engines; the answers change between steps, never within one."""

    def __init__(self, rnd: random.Random) -> None:
        self.rnd = rnd
        self.calls: Counter[str] = Counter()
        self.now = datetime(2026, 3, 2, tzinfo=UTC)
        self.turn()

    def turn(self) -> None:
        self.now += timedelta(hours=1)
        self.answers = {f"q{n}": self.rnd.random() < 0.5 for n in range(diagrams.QUESTIONS)} | {
            "mode": self.rnd.choice(("DEADLINE", "IMMEDIATE")),
            "one_person": self.rnd.random() < 0.3,
            "result": self.rnd.choice(("PASS", "PASS", "FAIL")),
            "verified": self.rnd.random() < 0.4,
            "archive_complete": self.rnd.random() < 0.6,
            "reopened": self.rnd.random() < 0.2,
            "at": self.now,
            "next_feedback_on": self.now.date(),
            "next_reminder_at": self.now,
            "tracker_due_at": self.now,
        }
        self.functions = {name: partial(self.answers.__getitem__, name) for name in self.answers}

    def evaluate(self, expression: str, data: Mapping[str, Any]) -> Any:
        return expressions.parse(expression).evaluate(data, self.functions)

    def call(self, step: str, _parameters: Mapping[str, Any], _data: Mapping[str, Any]) -> None:
        self.calls[step] += 1


@dataclass
class Fresh:
    """A diagram, whose spec can be had again and again as if it had just been read."""

    diagram: diagrams.Diagram

    def __post_init__(self) -> None:
        self.net = Net(self.diagram.xml, self.diagram.process_id)
        self.shared = spiff.read(self.diagram.xml, self.diagram.process_id)
        root = reading.bpmn.parse(self.diagram.xml)
        self.pristine = pickle.dumps(reading._specs(root, self.diagram.process_id))
        self.steps = {
            n.id: node.find("{*}extensionElements/{*}serviceTaskOperator").get("id")
            for n in self.net.nodes.values()
            if n.kind == "serviceTask"
            for node in root.iterfind(f".//{{*}}serviceTask[@id='{n.element_id}']")
        }

    def spec(self) -> spiff.Spec:
        specs = pickle.loads(self.pristine)
        library.connect(specs)
        return replace(self.shared, _specs=specs)

    def imprint(self) -> bytes:
        """All that the shared spec knows, to see whether anybody changed it."""
        return pickle.dumps(self.shared._specs)


class Walk:
    """One run in both engines."""

    def __init__(self, fresh: Fresh, seed: int) -> None:
        self.fresh, self.rnd = fresh, random.Random(seed)
        self.world = World(self.rnd)
        self.game = Game(fresh.net, self.world.evaluate)
        self.spec = fresh.spec if seed % 8 == 0 else lambda: fresh.shared
        self.run = spiff.begin(self.spec(), self.world)
        self.slow = self.rnd.choice([*fresh.net.nodes])  # this one is seldom chosen, so others loop beside it
        self.used: set[str] = set()
        self.trail: list[Any] = []

    def go(self, longest: int) -> int:
        """Walk to the end, or until it is long enough; how many steps it was."""
        for step in range(longest):
            self.rethaw()
            self.compare()
            places = self.game.open() + self.game.timers()
            if not places:
                return step
            self.step(self.rnd.choices(places, [0.05 if self.slow in p else 1 for p in places])[0])
        return longest

    def rethaw(self) -> None:
        self.run = spiff.thaw(self.spec(), spiff.freeze(self.run), self.world)

    def step(self, place: str) -> None:
        node = self.game.net.node_at(place)
        data = self.rnd.choice(self.fresh.diagram.decides.get(node.element_id, [{}]))
        self.trail.append((place, data))
        self.world.turn()
        kept = self.game.marking - {place}
        before, started = self.ids(), len(self.game.log)
        chosen = before[self.named(place)].pop()
        self.game.act(place, data)
        if node.is_timed:
            spiff.fire(self.run, chosen)
        else:
            spiff.complete(self.run, chosen, data)
        self.used.add(chosen)
        opened = {id for what, id in self.game.log[started:] if what == "open"}
        self.compare_ids(before, kept & self.game.marking, opened)

    def compare(self) -> None:
        net, game, run, steps = self.game.net, self.game, self.run, self.fresh.steps
        expected = (
            sorted(self.named(p) for p in game.open()),
            sorted(self.named(p) for p in game.timers()),
            sorted({net.nodes[j].element_id for j in game.joins()}),
            game.is_ended,
            Counter(steps[id] for what, id in game.log if what == "done" and id in steps),
        )
        held = {self.named(p)[0] for p in (*game.open(), *game.timers())}
        found = (
            sorted((t.element.id, t.index) for t in spiff.open_tasks(run)),
            sorted((t.element.id, 0) for t in spiff.armed(run)),
            sorted(set(spiff.tokens(run)) - held),
            run.is_ended,
            self.world.calls,
        )
        assert found == expected, f"after {self.trail}"

    def compare_ids(self, before: dict[tuple[str, int], list[str]], kept: set[str], opened: set[str]) -> None:
        """What stayed open has kept its id; what was done never comes back."""
        after = self.ids()
        for place in kept:
            if place[0] == "@" and self.game.net.node_at(place).id not in opened and self.named(place) in before:
                assert before[self.named(place)] == after[self.named(place)], f"{place} after {self.trail}"
        assert not self.used & {id for ids in after.values() for id in ids}, f"after {self.trail}"

    def ids(self) -> dict[tuple[str, int], list[str]]:
        found: dict[tuple[str, int], list[str]] = {}
        for task in spiff.open_tasks(self.run):
            found.setdefault((task.element.id, task.index), []).append(task.id)
        for timer in spiff.armed(self.run):
            found.setdefault((timer.element.id, 0), []).append(timer.id)
        return found

    def named(self, place: str) -> tuple[str, int]:
        """The element and the instance's number that a place stands for."""
        _, _, position = place.partition("#")
        return self.game.net.node_at(place).element_id, int(position.partition("/")[0] or 0)


def walks(fresh: Fresh, seeds: range, *, longest: int = LONGEST) -> Counter[str]:
    """Walk once for every seed."""
    found, before = Counter[str](), fresh.imprint()
    for seed in seeds:
        walk = Walk(fresh, seed)
        try:
            found["steps"] += walk.go(longest)
        except Unsafe as place:
            found[f"unsafe at {place} after {walk.trail}"] += 1
        found["ended"] += walk.run.is_ended
        found.update(id for what, id in walk.game.log if what == "done")
    assert fresh.imprint() == before, "a walk has changed the shared spec"
    return found


@pytest.mark.parametrize("block", ["all", *dict.fromkeys(diagrams.BLOCKS)])
def test_the_engine_moves_as_the_token_game_does(block: str) -> None:
    """Design, section 5, "Checked against an oracle". Each kind of block has its share of diagrams where it is frequent."""
    share = WALKS * 9 // 10 // (len(set(diagrams.BLOCKS)) + 1)
    first = 100_000 * (1 + diagrams.BLOCKS.index(block) if block != "all" else 0)
    found: Counter[str] = Counter()
    for seed in range(first, first + max(1, share // PER_DIAGRAM)):
        rnd = random.Random(seed)
        blocks = diagrams.BLOCKS if block == "all" else [block, block, *rnd.sample(diagrams.BLOCKS, 3)]
        found += walks(Fresh(diagrams.grow(seed, blocks)), range(seed * 100, seed * 100 + PER_DIAGRAM))
    assert found["ended"] > share // 2
    assert not [name for name in found if name.startswith("unsafe")]


def test_the_main_diagram_moves_as_the_token_game_does() -> None:
    """The diagram that is deployed, with every answer its forms allow."""
    fresh = Fresh(diagrams.Diagram(HAZARD_LOOP.read_bytes(), "hazard_closed_loop", DECIDES))
    found = walks(fresh, range(max(10, WALKS // 20)), longest=150)
    assert not [name for name in found if name.startswith("unsafe")]
    if WALKS >= 2000:
        starts = {n.id for n in fresh.net.nodes.values() if n.kind == "startEvent"}
        assert set(fresh.net.nodes) - set(found) - starts == set(), "nodes that no walk has passed"


def test_it_does_so_up_to_the_step_that_makes_a_diagram_unsafe() -> None:
    """What a non-interrupting timer starts may still be open when it fires again: the proof refuses such diagrams."""
    for seed in range(max(1, WALKS // 50)):
        walks(Fresh(diagrams.grow(seed, diagrams.LOOSE)), range(seed * 100, seed * 100 + PER_DIAGRAM))


WORSE: dict[str, tuple[Any, str, Callable[..., Any], list[str]]] = {
    "a join remembers the round before": (library.Memory, "gather", lambda _, task: task._inherit_data(), ["both"]),
    "a join's memory is pruned": (pruning, "is_join", lambda _: False, ["both"]),
    "an inclusive join does not wait": (library.Some, "may_go", lambda *_: True, ["some"]),
    "losers of a race stay armed": (library.Race, "lose", lambda _: None, ["race"]),
    "instances are not heard of": (library, "connect", lambda _: None, ["members"]),
    "live tasks are pruned": (pruning, "_branches", lambda tasks, root, anchors: ([root], {root: []}), ["loop"]),
}


@pytest.mark.parametrize("cure", WORSE)
def test_the_walks_have_teeth(monkeypatch: pytest.MonkeyPatch, cure: str) -> None:
    """Without any one of our cures some walk deviates or breaks."""
    place, name, worse, blocks = WORSE[cure]
    monkeypatch.setattr(place, name, worse)
    noticed = False
    for seed in range(50):
        fresh = Fresh(diagrams.grow(seed, [*blocks * 2, "loop", "both"]))
        try:
            walks(fresh, range(seed * 100 + 1, seed * 100 + 5))
        except (AssertionError, LookupError, Problem):
            noticed = True
            break
    assert noticed
