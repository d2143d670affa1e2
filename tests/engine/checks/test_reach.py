"""Where a token can get: beginnings, ends, loops, and what is too large."""

import pytest

from tests.engine.checks.files import (
    KNOWN,
    TERMINATE,
    around,
    assert_refused,
    chain,
    diagram,
    end,
    flow,
    node,
    rules_of,
    service,
    start,
    user,
)
from workflows.engine.checks import check, reach

ERRORS = {
    "no start": (("start-missing", "p"), diagram(user(), end(), flow("u", "e"))),
    "two starts": (("start-several", "s2"), around(user(), start("s2"), flow("s2", "u"))),
    "no end": (("end-missing", "p"), diagram(start(), user(), flow("s", "u"))),
    "empty sub-process": (("scope-empty", "x"), around(node("subProcess", "x"), first="x", last="x")),
    "unreachable": (("unreachable", "lost"), around(user(), user("lost"), flow("lost", "e"))),
    "recurring duty without terminate": (
        ("loop-without-terminate", "e2"),
        around(
            node(
                "subProcess", "x",
                start("s2") + node("parallelGateway", "fork") + user() + end("e2") + chain("s2", "fork", "u", "e2")
                + node("exclusiveGateway", "m") + user("again") + chain("fork", "m", "again", "m"),
            ),
            first="x", last="x",
        ),
    ),
    "turning alone": (
        ("automatic-loop", "v"),
        diagram(
            start(), service(), node("exclusiveGateway", "g", attributes='default="g_v"'), end(), chain("s", "v", "g", "v"),
            flow("g", "e", "is_done()"),
        ),
    ),
    "loop without a gateway": (
        ("loop-without-gateway", "u"),
        diagram(
            start(), node("parallelGateway", "fork"), user(), user("v"), end("e", TERMINATE), chain("s", "fork", "u", "v", "u"),
            flow("fork", "e"),
        ),
    ),
    "loop into a parallel gateway": (
        ("parallel-loop", "j"),
        diagram(
            start(), node("parallelGateway", "j"), user(), node("exclusiveGateway", "g", attributes='default="g_e"'), end(),
            chain("s", "j", "u", "g", "e"), flow("g", "j", "decision == 'redo'"),
        ),
    ),
    "long chain": (
        ("chain-too-long", "e"),
        around(*(user(f"u{i}") for i in range(250)), chain(*(f"u{i}" for i in range(250))), first="u0", last="u249"),
    ),
    "nested too deep": (
        ("too-deep", "x0"),
        around(
            *(f'<bpmn:subProcess id="x{i}">' for i in reversed(range(6))), "</bpmn:subProcess>" * 6, first="x5", last="x5"
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_refuses(name):
    assert_refused(*ERRORS[name])


def test_every_rule_has_a_test():
    assert rules_of(reach) == {case[0][0] for case in ERRORS.values()} | {"too-large"}


def test_of_what_nothing_leads_to_only_the_first_is_told():
    lost = around(
        user(), user("a"), user("b"), node("exclusiveGateway", "m"), user("c"), node("exclusiveGateway", "g", attributes='default="g_m"'),
        chain("a", "b", "e"), chain("m", "c", "g", "m"), flow("g", "e", "decision == 'accept'"),
    )  # fmt: skip
    found = [each for each in check(lost, KNOWN) if each.rule == "unreachable"]
    assert [each.element_id for each in found] == ["a", "m"]
    assert "它和后面的 1 个图形永远轮不到" in found[0].message
    assert "它和后面的 2 个图形永远轮不到" in found[1].message


def test_a_join_that_gets_one_token_back_at_once_is_no_loop_into_a_join():
    """The main diagram's join of both handovers (design, section 5)."""
    data = diagram(
        start(), node("parallelGateway", "fork"), user("a"), user("b"), node("exclusiveGateway", "m"),
        node("exclusiveGateway", "n"), node("parallelGateway", "join"), node("parallelGateway", "stays"), user("c"),
        node("exclusiveGateway", "g", attributes='default="g_e"'), end("e", TERMINATE),
        chain("s", "fork", "n", "a", "join", "stays", "c", "g", "e"), chain("fork", "b", "m", "join"), chain("stays", "m"),
        flow("g", "n", "decision == 'redo'"),
    )  # fmt: skip
    assert check(data, KNOWN) == []
