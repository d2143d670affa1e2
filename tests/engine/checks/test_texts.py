"""Conditions, due moments, head counts."""

from dataclasses import replace
from xml.sax.saxutils import escape

import pytest

from tests.engine.checks.files import (
    FORM,
    KNOWN,
    around,
    assert_readable,
    assert_refused,
    chain,
    diagram,
    end,
    flow,
    many,
    node,
    properties,
    rules_of,
    service,
    start,
    step,
    timer,
    user,
)
from workflows.engine.checks import check, texts

ERRORS = {
    "none at all": (("cardinality-odd", "u"), around(user("u", many("0")))),
    "shell": (
        ("expression-bad", "g_u"),
        diagram(
            start(), node("exclusiveGateway", "g", attributes='default="g_e"'), user(), end(), chain("s", "g"), chain("u", "e"),
            flow("g", "u", "().__class__.__bases__"), flow("g", "e"),
        ),
    ),
    "bad timer": (
        ("expression-bad", "x"), around(node("intermediateCatchEvent", "x", timer("3 days")), first="x", last="x"),
    ),
    "bad count": (("expression-bad", "u"), around(user("u", many("a b")))),
    "bad enough": (
        ("expression-bad", "u"),
        around(user("u", many("2", "<bpmn:completionCondition>agree ==</bpmn:completionCondition>"))),
    ),
    "no words": (
        ("expression-empty", "x"), around(node("intermediateCatchEvent", "x", timer(" ")), first="x", last="x"),
    ),
    "marks in an expression": (
        ("expression-bad", "x"),
        around(node("intermediateCatchEvent", "x", timer("due_at() <camunda:b/> + 1")), first="x", last="x"),
    ),
    "unknown function": (
        ("function-unknown", "x"), around(node("intermediateCatchEvent", "x", timer("tomorrow()")), first="x", last="x"),
    ),
    "a function that is given something": (
        ("function-given", "x"), around(node("intermediateCatchEvent", "x", timer("due_at(3)")), first="x", last="x"),
    ),
    "a beginning that asks for what nobody has filled in": (
        ("data-undecided", "p"),
        diagram(properties(subject="hazard", begin="申请", when="decision == 'yes'"), start(), user(), end(), flow("s", "u"), flow("u", "e")),
    ),
    "bad parameter": (
        ("expression-bad", "v"),
        around(service(inside=step("remind", 'id="level" type="str" value="a b"')), first="v", last="v"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_refuses(name):
    assert_refused(*ERRORS[name])


def test_every_rule_has_a_test():
    assert rules_of(texts) == {case[0][0] for case in ERRORS.values()} | {"value-unoffered", "function-unanswered"}


@pytest.mark.parametrize(
    ("condition", "decides", "said"),
    [
        ("agree == True", True, None),
        ("agree == True and is_done()", True, None),
        ("agree == True", False, "“是否同意”没有勾选“用于流程判断”"),
        ("agreed == True", True, "没有哪张表单填报它"),
        ("number_of_closed > 1", True, None),  # a step hands it over
        ("members > 1", True, "由办理步骤“点数”给出，而图中没有环节选用"),
    ],
)
def test_what_a_condition_asks_for_is_decided_somewhere(condition, decides, said):
    gateway = '<bpmn:exclusiveGateway id="g" default="back"/>'
    drawn = around(user(), service(), gateway, flow("u", "v"), flow("v", "g"), flow("g", "u", flow_id="back"), last="g")
    drawn = drawn.replace(b'targetRef="e">', f'targetRef="e"><bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>'.encode())
    form = {**FORM, "properties": {"agree": {**FORM["properties"]["agree"], "x-decides": decides}}}
    handed_over = {"close": {"number_of_closed": "关闭的件数"}, "count": {"members": "人数"}}
    known = replace(KNOWN, returns=handed_over, names={("verb", "close"): "关闭", ("verb", "count"): "点数"})
    found = [each for each in check(drawn, known, {"report": form}) if each.rule == "data-undecided"]
    assert [each.element_id for each in found] == ([] if said is None else ["g_e"])
    assert all(said in each.message for each in found)
    assert_readable(found)
    assert [each for each in check(drawn, known, {}) if each.rule == "data-undecided"] == []  # the missing form is said already


@pytest.mark.parametrize("is_done", [True, False])
def test_what_answers_only_after_a_step_is_asked_where_that_is_done(is_done):
    known = replace(KNOWN, needs={"is_done": "close"}, names={**KNOWN.names, ("function", "is_done"): "已经关闭"})
    before = service("v") if is_done else user("v")
    waits = node("intermediateCatchEvent", "x", timer("is_done()"))
    found = check(around(before, waits, chain("v", "x"), first="v", last="x"), known)
    assert [(each.rule, each.element_id) for each in found if each.severity == "warning"] == ([] if is_done else [("function-unanswered", "x")])
    assert all("看的是“已经关闭”，办过“销号”的才有结果" in each.message for each in found if each.severity == "warning")
    assert_readable(found)


def test_so_is_what_a_step_is_given():
    told = service("v", step("remind", 'id="level" type="str" value="nobody_says"'))
    found = check(around(user(), told, chain("u", "v"), last="v"), KNOWN, {"report": FORM})
    assert [(each.rule, each.element_id) for each in found if each.severity == "error"] == [("data-undecided", "v")]
    assert "“步骤”的参数“level”用了“nobody_says”" in found[0].message


@pytest.mark.parametrize(
    ("condition", "wrong"),
    [("agree == 'yes'", "yes"), ("agree != False", None), ("is_done() or not (agree == 2)", "2"), ("level == 'b'", None), ("level != 'c'", "c")],
)
def test_what_an_item_is_compared_with_is_among_its_choices(condition, wrong):
    """Else, after a choice has got another code, its arrow would never be taken, and nobody would be told."""
    gateway = '<bpmn:exclusiveGateway id="g" default="back"/>'
    drawn = around(user(), gateway, flow("u", "g"), flow("g", "u", flow_id="back"), last="g")
    drawn = drawn.replace(b'targetRef="e">', f'targetRef="e"><bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>'.encode())
    level = {"title": "级别", "type": "string", "oneOf": [{"const": "a", "title": "甲"}, {"const": "b", "title": "乙"}], "x-decides": True}
    form = {**FORM, "properties": {"agree": {**FORM["properties"]["agree"], "x-decides": True}, "level": level}}
    found = [each for each in check(drawn, KNOWN, {"report": form}) if each.severity == "error"]
    assert [(each.rule, each.element_id) for each in found] == ([("value-unoffered", "g_e")] if wrong else [])
    assert all(f"与“{wrong}”比" in each.message for each in found)
    assert_readable(found)
