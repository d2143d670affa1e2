"""Each diagram of the book gets the verdict that stands beside it."""

import pytest

from tests.diagrams.proof import book
from tests.diagrams.proof.notation import Drawing
from workflows.engine import proof
from workflows.engine.proof import Proof
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
