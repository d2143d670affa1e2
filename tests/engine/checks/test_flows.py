"""Arrows, gateways and what hangs on a border."""

import pytest

from tests.engine.checks.files import (
    KNOWN,
    around,
    assert_refused,
    assert_warned,
    chain,
    diagram,
    end,
    file,
    flow,
    node,
    process,
    rules,
    rules_of,
    service,
    start,
    timer,
    user,
)
from workflows.engine.checks import check, flows

ERRORS = {
    "dangling target": (("flow-dangling", "s_nobody"), around(user(), flow("s", "nobody"))),
    "dangling source": (("flow-dangling", "nobody_e"), around(user(), flow("nobody", "e"))),
    "into a sub-process": (
        ("flow-crosses", "u_e2"),
        around(user(), node("subProcess", "x", start("s2") + end("e2") + flow("s2", "e2")), flow("u", "e2")),
    ),
    "kept in another process": (
        ("flow-elsewhere", "q"), file(process(start(), end()), process(flow("s", "e"), process_id="q")),
    ),
    "condition behind a task": (
        ("condition-ignored", "u_e"),
        diagram(start(), user(), end(), flow("s", "u"), flow("u", "e", "x == 1")),
    ),
    "condition of the default": (
        ("default-condition", "g_e"),
        diagram(
            start(), node("exclusiveGateway", "g", attributes='default="g_e"'), end(), flow("s", "g"),
            flow("g", "e", "x == 1"),
        ),
    ),
    "foreign default": (
        ("default-unknown", "g"),
        diagram(start(), node("exclusiveGateway", "g", attributes='default="s_g"'), end(), chain("s", "g", "e")),
    ),
    "no default": (
        ("default-missing", "g"),
        diagram(
            start(), node("exclusiveGateway", "g"), user(), end(), chain("s", "g"), chain("u", "e"),
            flow("g", "u", "x == 1"), flow("g", "e", "x == 2"),
        ),
    ),
    "inclusive without default": (
        ("default-missing", "g"),
        diagram(
            start(), node("inclusiveGateway", "g"), user(), end(), chain("s", "g"), chain("u", "e"),
            flow("g", "u", "x == 1"), flow("g", "e", "x == 2"),
        ),
    ),
    "no condition": (
        ("condition-missing", "g_u"),
        diagram(
            start(), node("exclusiveGateway", "g", attributes='default="g_e"'), user(), end(), chain("s", "g", "u", "e"),
            flow("g", "e"),
        ),
    ),
    "start entered": (("start-entered", "s"), around(user(), flow("u", "s"))),
    "end left": (("end-left", "e"), around(user(), flow("e", "u"))),
    "two arrows from a task": (
        ("several-outgoing", "u"), around(user(), end("e2"), flow("u", "e2")),
    ),
    "dead end": (("dead-end", "u"), diagram(start(), user(), end(), flow("s", "u"))),
    "the same arrow twice": (
        ("flow-doubled", "g"),
        diagram(start(), node("parallelGateway", "g"), end(), flow("s", "g"), flow("g", "e"), flow("g", "e", flow_id="again")),
    ),
    "event gateway to a task": (
        ("event-gateway", "u"),
        diagram(
            start(), node("eventBasedGateway", "g"), user(), node("intermediateCatchEvent", "t", timer()), end(),
            chain("s", "g", "u", "e"), chain("g", "t", "e"),
        ),
    ),
    "boundary of nothing": (
        ("boundary-host", "b"), around(user(), node("boundaryEvent", "b", timer()), end("e2"), flow("b", "e2")),
    ),
    "boundary of a service": (
        ("boundary-host", "b"),
        around(
            service(), node("boundaryEvent", "b", timer(), 'attachedToRef="v"'), end("e2"), flow("b", "e2"), first="v", last="v"
        ),
    ),
}  # fmt: skip
WARNINGS = {
    "default of a task": (
        ("default-ignored", "u"), around(user().replace("<bpmn:userTask", '<bpmn:userTask default="u_e"')),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_refuses(name):
    assert_refused(*ERRORS[name])


@pytest.mark.parametrize("name", WARNINGS)
def test_warns(name):
    assert_warned(*WARNINGS[name])


def test_every_rule_has_a_test():
    assert rules_of(flows) == {case[0][0] for case in (ERRORS | WARNINGS).values()}


def test_a_choice_of_two_opposites_needs_no_default():
    for one, other in (("x == 1", "x != 1"), ("is_done()", "not is_done()"), ("x and y", "not (x and y)")):
        data = diagram(
            start(), node("exclusiveGateway", "g"), user(), end(), chain("s", "g"), chain("u", "e"),
            flow("g", "u", one), flow("g", "e", other),
        )  # fmt: skip
        assert check(data, KNOWN) == []
    data = data.replace(b"not (x and y)", b"not x and y")
    assert ("default-missing", "g") in rules(check(data, KNOWN))
