"""Each diagram of the book gets the verdict that stands beside it."""

import random
import re
import time

import pytest

from tests.diagrams.proof import book
from tests.diagrams.proof.notation import Drawing
from tests.diagrams.proof.test_walks import bent, random_rule
from tests.engine.diagrams import grow
from workflows.engine import LoopRule, checks, proof
from workflows.engine.proof import Proof
from workflows.engine.proof.space import Space
from workflows.engine.proof.verdicts import faults
from workflows.engine.tokens import Net, Node
from workflows.engine.xml import parse


def prove(drawing: Drawing) -> Proof:
    return proof.prove(drawing.xml, "main", book.RULES)


def test_the_book_is_long_enough_and_half_of_it_is_broken() -> None:
    assert len(book.SOUND) + len(book.BROKEN) >= 60
    assert min(len(book.SOUND), len(book.BROKEN)) >= 30


@pytest.mark.parametrize("name", book.SOUND)
def test_what_is_sound_is_proven(name: str) -> None:
    found = prove(book.SOUND[name])
    assert (found.verdict, found.faults) == ("proven", ())
    assert found.states >= 1


@pytest.mark.parametrize("name", book.BROKEN)
def test_what_is_broken_is_refuted_by_a_shortest_way(name: str) -> None:
    kind, element, acts, drawing = book.BROKEN[name]
    found = prove(drawing)
    assert found.verdict == "refuted"
    assert {fault.rule for fault in found.faults} == {f"proof-{kind}"}, "broken in one way, and in no other"
    first = found.faults[0]
    assert (first.element_id, max(0, len(first.example) - 1)) == (element, acts), first.message
    assert first.example or kind == "dead"


@pytest.mark.parametrize("name", book.BROKEN)
def test_a_counter_example_names_what_stands_on_the_canvas(name: str) -> None:
    drawing = book.BROKEN[name][3]
    ids = {each.get("id") for each in parse(drawing.xml).iter()}
    for fault in prove(drawing).faults:
        assert {fault.element_id}.union(*({s.element_id, *s.calls, *s.passed, *s.flows, *s.tokens} for s in fault.example)) <= ids
        assert "“" in fault.message
        assert fault.message.endswith("。")


class AllOrders(Space):
    """Nothing is quiet: between two acts every order of automatic nodes is tried."""

    def _quiet(self, _node: Node) -> bool:
        return False


@pytest.mark.parametrize("name", [*book.SOUND, *book.BROKEN])
def test_that_quiet_nodes_go_first_changes_no_verdict(name: str) -> None:
    drawing = book.SOUND.get(name) or book.BROKEN[name][3]
    compare(drawing.xml, "main", [rule for rule in book.RULES if rule.loop == drawing.loop])


@pytest.mark.parametrize("seed", range(25))
def test_nor_of_random_diagrams(seed: int) -> None:
    rnd = random.Random(seed)
    grown = bent(grow(seed).xml, rnd)
    if all(finding.severity != "error" for finding in checks.check(grown, checks.Known())):
        compare(grown, "main", [random_rule(grown, rnd)])


def compare(xml: bytes, process_id: str, rules: list[LoopRule]) -> None:
    fewer, all_orders = (kind(Net(xml, process_id), rules, 800).explore() for kind in (Space, AllOrders))
    if not fewer.is_cut:
        assert told(fewer) == told(all_orders)
        assert set(fewer.came) <= set(all_orders.came)


def told(space: Space) -> set[tuple[str, str]]:
    """What is wrong, and where; but a second token may be noticed sooner or later on its way."""
    return {(fault.rule, "" if fault.rule == "proof-unsafe" else fault.element_id) for fault in faults(space)}


def test_a_second_token_at_a_task_of_several_is_no_state_however_many_it_opens() -> None:
    """What is only found behind one is not told: the engine would stand elsewhere."""
    drawing = Drawing("s > p1 ; p1 > A > x1 ; p1 > B > x1 ; x1 > C** > e", {})
    states = Space(Net(drawing.xml, "main"), (), proof.LIMIT).explore().came
    markings = {tuple(sorted(state.marking)) for state in states if not {"@A", "@B"} & state.marking}
    assert markings == {(), ("@C#0/1",), ("@C#0/2",), ("@C#1/2",)}


def test_what_is_too_large_is_not_proven_and_says_how_far_it_came() -> None:
    found = proof.prove(book.WIDE.xml, "main", limit=100)
    assert (found.verdict, found.states, found.acts, found.faults) == ("unproven", 100, 3, ())
    assert "查了 100 个（3 步以内的全部走法）" in found.sentence
    assert proof.prove(book.WIDE.xml, "main").verdict == "proven"


def test_a_fault_found_before_the_search_is_cut_off_stands() -> None:
    broken = Drawing(book.WIDE.line.replace("A1", "X"), loop="test")
    found = proof.prove(broken.xml, "main", book.RULES, limit=100)
    assert found.verdict == "refuted"
    assert [(fault.rule, fault.element_id) for fault in found.faults] == [("proof-loop", "X")]


def test_calls_that_double_at_every_level_are_given_up_at_once() -> None:
    """Thirty processes, each calling the next one twice: a thousand million tasks."""
    parts = {f"call{n}": f"s{n} > call{n + 1} > A{n} > e{n}" for n in range(30)}
    twice = Drawing("s > call0 > e", parts | {"call30": "s99 > Z > e99"}).xml
    for n in range(30):
        twice = twice.replace(f'id="A{n}"'.encode(), f'calledElement="of_call{n + 1}" id="A{n}"'.encode())
    doubled = re.sub(rb'<b:userTask (calledElement="[^"]*" id="A\d+")(.*?)</b:userTask>', rb"<b:callActivity \1\2</b:callActivity>", twice)
    began = time.process_time()
    found = proof.prove(doubled, "main")
    assert (found.verdict, found.states, found.faults) == ("unproven", 0, ())
    assert found.sentence.endswith("没有查。")
    assert time.process_time() - began < 3


def test_a_gateway_with_thirty_ways_is_given_up_at_once() -> None:
    ways = " ; ".join(f"i1 > A{n} > i2" for n in range(30))
    began = time.process_time()
    found = proof.prove(Drawing(f"s > B > i1 ; {ways} ; i2 > e").xml, "main")
    assert (found.verdict, found.states, found.acts) == ("unproven", 1, 0)
    assert time.process_time() - began < 5
