"""Words that the domain must know."""

import pytest

from tests.engine.checks.files import (
    around,
    assert_refused,
    assert_warned,
    chain,
    diagram,
    end,
    flow,
    node,
    properties,
    rules_of,
    service,
    start,
    step,
    user,
)
from workflows.engine.checks import words

ERRORS = {
    "script before": (
        ("script", "u"), around(user().replace("<s:properties>", "<s:preScript>x = 1</s:preScript><s:properties>")),
    ),
    "variable name": (
        ("extension-refused", "u"),
        around(user().replace("<s:properties>", "<s:variableName>x</s:variableName><s:properties>")),
    ),
    "property without value": (
        ("property-broken", "u"), around(user().replace("<s:properties>", '<s:properties><s:property name="x"/>')),
    ),
    "nested property": (
        ("property-broken", "u"),
        around(user().replace("</s:properties>", '<s:more><s:property name="verb" value="register"/></s:more></s:properties>')),
    ),
    "no step": (("step-missing", "v"), around(service(inside=""), first="v", last="v")),
    "step of a user task": (
        ("step-misplaced", "u"), around(user().replace("<s:properties>", '<s:serviceTaskOperator id="close"/><s:properties>')),
    ),
    "unknown step": (
        ("step-unknown", "v"), around(service(inside='<s:serviceTaskOperator id="fly"/>'), first="v", last="v"),
    ),
    "result variable": (
        ("step-option", "v"),
        around(service(inside='<s:serviceTaskOperator id="close" resultVariable="x"/>'), first="v", last="v"),
    ),
    "unknown parameter": (
        ("parameter-unknown", "v"),
        around(service(inside=step("close", 'id="x" type="str" value="1"')), first="v", last="v"),
    ),
    "half a parameter": (
        ("parameter-broken", "v"),
        around(service(inside=step("close", 'id="x" value="1"')), first="v", last="v"),
    ),
    "a name that no table holds": (("name-long", "u"), around(user().replace("环节u", "环" * 201))),
    "a process's name that no table holds": (
        ("name-long", "p"), around(user()).replace(b'isExecutable="true"', b'isExecutable="true" name="' + b"x" * 201 + b'"'),
    ),
    "verb": (("step-unknown", "u"), around(user(role="ENT_SAFETY", form="report", verb="fly"))),
    "form": (("form-unknown", "u"), around(user(role="ENT_SAFETY", form="gone"))),
    "role": (("role-unknown", "u"), around(user(role="ENT_SAFETY, KING", form="report"))),
    "unit": (("unit-unknown", "u"), around(user(role="ENT_SAFETY", form="report", unit="moon"))),
    "person": (("person-unknown", "u"), around(user(person="nobody", form="report"))),
    "duty": (("duty-unknown", "u"), around(user(role="ENT_SAFETY", form="report", duty="Z"))),
    "due": (("due-unknown", "u"), around(user(role="ENT_SAFETY", form="report", due="soon"))),
    "nobody": (("role-missing", "u"), around(user(form="report"))),
    "lane that is no role": (
        ("lane-role", "u"),
        around(
            user(form="report"),
            node("laneSet", "ls", node("lane", "l", "<bpmn:flowNodeRef>u</bpmn:flowNodeRef>", 'name="国王"')),
        ),
    ),
    "lane over a sub-process": (
        ("role-missing", "u"),
        around(
            node("laneSet", "ls", node("lane", "l", "<bpmn:flowNodeRef>x</bpmn:flowNodeRef>", 'name="主任"')),
            node("subProcess", "x", start("s2") + user(form="report") + end("e2") + chain("s2", "u", "e2")),
            first="x", last="x",
        ),
    ),
    "a loop nobody knows": (("loop-unknown", "p"), diagram(properties(loop="hazrd"), start(), end(), flow("s", "e"))),
    "a loop that does not say so": (("loop-missing", "p"), around(user(role="ENT_SAFETY", form="report", verb="register"))),
}  # fmt: skip
WARNINGS = {
    "a word on a gateway": (
        ("property-unknown", "x"),
        around(node("exclusiveGateway", "x", properties(verb="register")), first="x", last="x"),
    ),
    "no name": (("name-missing", "u"), around(user().replace('name="环节u"', ""))),
    "no form": (("form-missing", "u"), around(user(role="ENT_SAFETY"))),
    "odd property": (("property-unknown", "u"), around(user(role="ENT_SAFETY", form="report", rolle="x"))),
    "role and person": (
        ("role-and-person", "u"), around(user(role="ENT_SAFETY", person="reporter", form="report")),
    ),
    "no parameter": (
        ("parameter-missing", "v"), around(service(inside='<s:serviceTaskOperator id="remind"/>'), first="v", last="v"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_refuses(name):
    assert_refused(*ERRORS[name])


@pytest.mark.parametrize("name", WARNINGS)
def test_warns(name):
    assert_warned(*WARNINGS[name])


def test_every_rule_has_a_test():
    assert rules_of(words) | {"step-unknown", "unit-unknown", "person-unknown", "duty-unknown"} == {case[0][0] for case in (ERRORS | WARNINGS).values()}
