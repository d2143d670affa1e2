"""Ids: each once, in their form, none of the library's own."""

import pytest

from tests.engine.checks.files import (
    around,
    assert_refused,
    diagram,
    end,
    flow,
    rules_of,
    service,
    start,
    user,
)
from workflows.engine.checks import ids

ERRORS = {
    "Start": (("id-reserved", "Start"), around(user("Start"), first="Start", last="Start")),
    "End": (("id-reserved", "End"), around(user("End"), first="End", last="End")),
    "EndJoin": (("id-reserved", "p.EndJoin"), around(user("p.EndJoin"), first="p.EndJoin", last="p.EndJoin")),
    "space in id": (("id-form", "a b"), around(user("a b"), first="a b", last="a b")),
    "digit first": (("id-form", "1a"), around(user("1a"), first="1a", last="1a")),
    "no id": (("id-missing", "p"), around(user(), "<bpmn:userTask/>")),
    "twice": (("id-twice", "u"), around(user(), user())),
    "flow like node": (("id-twice", "u"), diagram(start(), user(), end(), flow("s", "u", flow_id="u"), flow("u", "e"))),
    "operator like node": (("id-clash", "close"), around(service("close"), first="close", last="close")),
    "form field like node": (
        ("id-clash", "u"),
        around(user(), '<bpmn:extensionElements><camunda:formField id="u"/></bpmn:extensionElements>'),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_refuses(name):
    assert_refused(*ERRORS[name])


def test_every_rule_has_a_test():
    assert rules_of(ids) == {case[0][0] for case in ERRORS.values()}
