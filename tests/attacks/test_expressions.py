"""No hostile expression has a value, none takes long, each gets a sentence (design, section 5: no Python from diagrams)."""

import time
from xml.sax.saxutils import escape

import pytest

from tests.attacks.expressions import FUNCTIONS, HOSTILE, NAMES
from tests.engine.checks.files import KNOWN, around, flow, node, user
from workflows.engine import expressions
from workflows.engine.checks import check
from workflows.errors import Invalid

SECONDS = 0.5  # of processor time; a guard, not a measurement


def test_there_are_enough_and_no_two_are_the_same():
    assert len(HOSTILE) == len(set(HOSTILE)) > 250


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_it_has_no_value(text):
    began = time.process_time()
    with pytest.raises(Invalid) as refused:
        expressions.parse(text).evaluate(NAMES, FUNCTIONS)
    assert time.process_time() - began < SECONDS
    assert refused.value.message.endswith("。")
    assert len(refused.value.message) < expressions.LONGEST + 100


@pytest.mark.parametrize("text", ["-" * 490 + "n", "not " * 124 + "n", "n" + "+n" * 249, "n" + " or n" * 99, "n" + "<n" * 249])
def test_what_is_only_long_has_a_value_or_a_sentence(text):
    try:
        assert expressions.parse(text).evaluate(NAMES, FUNCTIONS) is not None
    except Invalid as refused:
        assert refused.message.endswith("。")


def test_no_condition_of_a_diagram_may_hold_it():
    """What cannot even be read is an error on the canvas, and nothing else happens to the designer."""
    told = 0
    for text in HOSTILE:
        if can_be_read(text) or not is_xml(text):
            continue
        found = check(with_condition(text), KNOWN)
        assert {finding.element_id for finding in found if finding.severity == "error"} >= {"g_u"}, text
        assert all(finding.message.endswith("。") and "\n" not in finding.message for finding in found), text
        told += 1
    assert told > 150


def can_be_read(text):
    try:
        expressions.parse(text)
    except Invalid:
        return False
    return True


def is_xml(text):
    return text.strip() and text.isprintable() and text.isascii()


def with_condition(text):
    choice = node("exclusiveGateway", "g", attributes='default="g_e"')
    return around(choice, user(), flow("g", "u", escape(text)), flow("g", "e"), first="g", last="u")
