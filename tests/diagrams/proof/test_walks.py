"""The proof against the running engine: random diagrams, half of them bent somewhere, and the book.

What is proven, no walk gets stuck in, and no walk breaks a rule; what is refuted, the engine can be led into by the very stops
of the counter-example. BIHUAN_PROOFS says how many diagrams (120; 4000 in a soak).
"""

import os
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree

from tests.diagrams.proof import book
from tests.engine import diagrams
from workflows.engine import LoopRule, checks, expressions, proof, spiff
from workflows.engine.proof import Fault
from workflows.engine.xml import BPMN, SPIFF, parse

PROOFS = int(os.environ.get("BIHUAN_PROOFS", "120"))
LIMIT = 1_500  # states
WALKS, LONGEST = 2, 40
NO_RULE = LoopRule("test", frozenset(), frozenset(), frozenset(), "", "", "")
LATER = datetime(2026, 3, 9, 8, tzinfo=UTC)


@dataclass
class World:
    """Answers for the arrows that are to be taken; notes what is called."""

    taken: frozenset[str] = frozenset()  # flows whose conditions hold
    members: dict[str, int] = field(default_factory=dict)  # of multi-instance tasks
    is_enough: bool = False
    calls: list[str] = field(default_factory=list)

    def evaluate(self, expression: str, data: Mapping[str, Any]) -> Any:
        asked = expressions.parse(expression)
        functions = {name: lambda name=name: name in self.taken for name in asked.calls}
        functions |= {"at": lambda: LATER, "count": lambda id: self.members.get(id, 1), "enough": lambda: self.is_enough}
        return asked.evaluate(data, functions)

    def call(self, step: str, _parameters: Mapping[str, Any], _data: Mapping[str, Any]) -> None:
        self.calls.append(step)


class Case:
    """One run of the real engine, frozen and thawed after every act."""

    def __init__(self, spec: spiff.Spec, world: World) -> None:
        self.spec, self.world = spec, world
        self.state = spiff.freeze(spiff.begin(spec, world))

    @property
    def run(self) -> spiff.Run:
        return spiff.thaw(self.spec, self.state, self.world)

    def acts(self) -> list[tuple[str, int]]:
        """(element, number of the instance) where somebody may act or a timer fire; what is open twice stands there twice."""
        run = self.run
        return [(task.element.id, task.index) for task in spiff.open_tasks(run)] + [(t.element.id, 0) for t in spiff.armed(run)]

    def act(self, element: str) -> None:
        run = self.run
        open_here = [task.id for task in spiff.open_tasks(run) if task.element.id == element]
        if open_here:
            spiff.complete(run, open_here[0], {})
        else:
            spiff.fire(run, next(timer.id for timer in spiff.armed(run) if timer.element.id == element))
        self.state = spiff.freeze(run)


def free(xml: bytes) -> bytes:
    """The diagram with a condition of its own for each arrow, so that any way of the proof can be walked; in the loop "test"."""
    root = parse(xml)
    for flow in root.iter(f"{{{BPMN}}}sequenceFlow"):
        for condition in flow.iterfind(f"{{{BPMN}}}conditionExpression"):
            condition.text = f"{flow.get('id')}()"
    for many in root.iter(f"{{{BPMN}}}multiInstanceLoopCharacteristics"):
        for count in many.iterfind(f"{{{BPMN}}}loopCardinality"):
            count.text = f"count('{many.getparent().get('id')}')"
        for enough in many.iterfind(f"{{{BPMN}}}completionCondition"):
            enough.text = "enough()"
    main = next(each for each in root.iterfind(f"{{{BPMN}}}process") if each.get("id") == "main")
    if main.find(f"{{{BPMN}}}extensionElements") is None:
        said = etree.fromstring(f'<b:extensionElements xmlns:b="{BPMN}" xmlns:s="{SPIFF}"><s:properties/></b:extensionElements>')
        etree.SubElement(said[0], f"{{{SPIFF}}}property", name="loop", value="test")
        main.insert(0, said)
    return etree.tostring(root)


def bent(xml: bytes, rnd: random.Random) -> bytes:
    """One arrow leads elsewhere in its scope, or one gateway is of another kind."""
    root = parse(xml)
    flow = rnd.choice(list(root.iter(f"{{{BPMN}}}sequenceFlow")))
    if rnd.random() < 0.5:
        tags = ("userTask", "serviceTask", "exclusiveGateway", "parallelGateway", "inclusiveGateway", "endEvent", "subProcess")
        nodes = [each for each in flow.getparent() if each.tag in [f"{{{BPMN}}}{tag}" for tag in tags]]
        flow.set("targetRef", rnd.choice(nodes).get("id"))
    else:
        kinds = [f"{{{BPMN}}}{kind}Gateway" for kind in ("exclusive", "parallel", "inclusive")]
        gateways = list(root.iter(*kinds))
        if gateways:
            gateway = rnd.choice(gateways)
            gateway.tag = rnd.choice([kind for kind in kinds if kind != gateway.tag])
    return etree.tostring(root)


def random_rule(xml: bytes, rnd: random.Random) -> LoopRule:
    """X only after Y since Z, of steps that the diagram calls."""
    steps = [each.get("id", "") for each in parse(xml).iter(f"{{{SPIFF}}}serviceTaskOperator")] or ["nothing"]
    what, after, since = (frozenset({rnd.choice(steps)}) for _ in range(3))
    return LoopRule("test", what, after, since if rnd.random() < 0.5 else frozenset(), "{}", "Y", "试验")


def keeps(calls: list[str], rule: LoopRule) -> bool:
    """Whether this order of calls keeps the rule."""
    is_met = False
    for step in calls:
        if step in rule.what and not is_met:
            return False
        is_met = (is_met and step not in rule.since) or step in rule.after
    return True


def drawn(seed: int) -> tuple[bytes, LoopRule, random.Random]:
    rnd = random.Random(seed)
    grown = diagrams.grow(seed, diagrams.LOOSE if rnd.random() < 0.2 else diagrams.BLOCKS).xml
    rule = random_rule(grown, rnd) if rnd.random() < 0.5 else NO_RULE
    return free(bent(grown, rnd) if rnd.random() < 0.5 else grown), rule, rnd


def test_the_proof_says_of_random_diagrams_what_the_engine_does() -> None:
    verdicts: Counter[str] = Counter()
    for seed in range(PROOFS):
        xml, rule, rnd = drawn(seed)
        if any(finding.severity == "error" for finding in checks.check(xml, checks.Known())):
            verdicts["not asked"] += 1
            continue
        found = proof.prove(xml, "main", (rule,), limit=LIMIT)
        verdicts[found.verdict] += 1
        if found.verdict == "proven":
            walk(xml, rule, rnd, f"seed {seed}")
        elif {fault.rule for fault in found.faults} == {"proof-loop"} and found.states < LIMIT:
            walk(xml, NO_RULE, rnd, f"seed {seed}")
        for fault in found.faults:
            verdicts[fault.rule] += 1
            follow(xml, fault, f"seed {seed}: {fault}")
    assert min(verdicts["proven"], verdicts["refuted"]) > PROOFS // 6, verdicts
    assert {"proof-unsafe", "proof-deadlock", "proof-loop"} <= verdicts.keys()


def walk(xml: bytes, rule: LoopRule, rnd: random.Random, note: str) -> None:
    """Random walks through what is proven: always something to do until the end, nothing open twice, the rule kept."""
    spec = spiff.read(xml, "main")
    arrows = [flow.get("id", "") for flow in parse(xml).iter(f"{{{BPMN}}}sequenceFlow")]
    for _ in range(WALKS):
        world = World()
        turn(world, arrows, rnd)
        case = Case(spec, world)
        for _ in range(LONGEST):
            acts = case.acts()
            assert len(acts) == len(set(acts)), f"twice open: {acts}, {note}"
            assert bool(acts) != case.run.is_ended, note
            assert keeps(world.calls, rule), f"{rule} broken by {world.calls}, {note}"
            if not acts:
                break
            turn(world, arrows, rnd)
            case.act(rnd.choice(acts)[0])


def turn(world: World, arrows: list[str], rnd: random.Random) -> None:
    world.taken = frozenset(arrow for arrow in arrows if rnd.random() < 0.5)
    world.members, world.is_enough = {}, rnd.random() < 0.3


def follow(xml: bytes, fault: Fault, note: str) -> None:
    """Lead the real engine along a counter-example: after each stop it stands where the stop says. The last stop of a fault
    that comes up on the way to rest is not compared: the engine goes on to rest."""
    if not fault.example:
        return
    case: Case | None = None
    comes_up = fault.rule in ("proof-unsafe", "proof-loop")
    for number, stop in enumerate(fault.example, 1):
        world = World(frozenset(stop.flows), dict(stop.members), stop.ends_early)
        if case is None:
            case = Case(spiff.read(xml, "main"), world)
        else:
            case.world = world
            case.act(stop.element_id)
        if not (comes_up and number == len(fault.example)):
            assert set(spiff.tokens(case.run)) == set(stop.tokens), f"after stop {number} of {note}"
    assert case is not None
    if fault.rule in ("proof-deadlock", "proof-leftover"):
        assert not case.acts(), note
        assert not case.run.is_ended, note
    if fault.rule == "proof-unsafe" and fault.element_id in [element for element, _ in case.acts()]:
        assert len(case.acts()) > len(set(case.acts())), note


@pytest.mark.parametrize("name", book.BROKEN)
def test_the_books_counter_examples_can_be_followed(name: str) -> None:
    xml = free(book.BROKEN[name][3].xml)
    if all(finding.severity != "error" for finding in checks.check(xml, checks.Known())):
        for fault in proof.prove(xml, "main", book.RULES[:1] + book.RULES[2:]).faults:
            follow(xml, fault, fault.message)


@pytest.mark.parametrize("name", book.SOUND)
def test_the_books_sound_diagrams_can_be_walked(name: str) -> None:
    xml = free(book.SOUND[name].xml)
    assert proof.prove(xml, "main").verdict == "proven"
    walk(xml, NO_RULE, random.Random(name), name)
