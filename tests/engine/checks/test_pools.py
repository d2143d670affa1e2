"""Processes, pools, lanes, calls, the drawing."""

import pytest

from tests.engine.checks.files import (
    around,
    assert_refused,
    assert_warned,
    chain,
    end,
    file,
    flow,
    node,
    process,
    rules_of,
    start,
    user,
)
from workflows.engine.checks import pools

ERRORS = {
    "no process": (("process-missing", ""), file()),
    "not executable": (
        ("not-executable", "p"),
        file(process(start(), end(), flow("s", "e"), attributes='isExecutable="false"')),
    ),
    "two processes": (
        ("process-several", "q"),
        file(process(start(), end(), flow("s", "e")), process(start("s2"), end("e2"), flow("s2", "e2"), process_id="q")),
    ),
    "second process for show": (
        ("process-idle", "q"),
        file(
            process(start(), end(), flow("s", "e")),
            process(start("s2"), end("e2"), flow("s2", "e2"), process_id="q", attributes='isExecutable="false"'),
        ),
    ),
    "pool of nothing": (
        ("pool-unknown", "pool"),
        file(
            node("collaboration", "c", node("participant", "pool", attributes='processRef="q"')),
            process(start(), end(), flow("s", "e")),
        ),
    ),
    "space in a lane": (
        ("lane-space", "l"),
        around(user(), node("laneSet", "ls", node("lane", "l", "<bpmn:flowNodeRef> u\n</bpmn:flowNodeRef>"))),
    ),
    "lane of nothing": (
        ("lane-unknown", "l"),
        around(user(), node("laneSet", "ls", node("lane", "l", "<bpmn:flowNodeRef>gone</bpmn:flowNodeRef>"))),
    ),
    "two lanes": (
        ("lane-twice", "u"),
        around(
            user(),
            node("laneSet", "ls", "".join(node("lane", i, "<bpmn:flowNodeRef>u</bpmn:flowNodeRef>") for i in ("l1", "l2"))),
        ),
    ),
    "call of nothing": (
        ("call-unknown", "x"), around(node("callActivity", "x", attributes='calledElement="gone"'), first="x", last="x"),
    ),
    "call of itself": (
        ("call-recursive", "x"), around(node("callActivity", "x", attributes='calledElement="p"'), first="x", last="x"),
    ),
    "call around the corner": (
        ("call-recursive", "y"),
        file(
            process(start(), node("callActivity", "x", attributes='calledElement="q"'), end(), chain("s", "x", "e")),
            process(
                start("s2"), node("callActivity", "y", attributes='calledElement="p"'), end("e2"), chain("s2", "y", "e2"),
                process_id="q",
            ),
        ),
    ),
    "place without numbers": (
        ("drawing-broken", "u"), around(user()).replace(b'x="1"', b'x="left"'),
    ),
}  # fmt: skip
WARNINGS = {
    "other tool": (
        ("foreign-extension", "u"),
        around(user().replace("<bpmn:userTask", '<bpmn:userTask camunda:assignee="kermit"')),
    ),
    "message flow": (
        ("message-flow", "m"),
        file(node("collaboration", "c", node("messageFlow", "m")), process(start(), end(), flow("s", "e"))),
    ),
    "not drawn": (
        ("drawing-missing", "e"),
        file(process(start(), end(), flow("s", "e")), drawn=("s",)),
    ),
    "nothing drawn": (("drawing-missing", ""), file(process(start(), end(), flow("s", "e")), drawn=())),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_refuses(name):
    assert_refused(*ERRORS[name])


@pytest.mark.parametrize("name", WARNINGS)
def test_warns(name):
    assert_warned(*WARNINGS[name])


def test_every_rule_has_a_test():
    assert rules_of(pools) == {case[0][0] for case in (ERRORS | WARNINGS).values()}
