"""From where a condition has what it asks for."""

from dataclasses import replace

import pytest

from tests.engine.checks.files import (
    KNOWN,
    around,
    assert_readable,
    chain,
    end,
    flow,
    many,
    node,
    rules_of,
    service,
    start,
    step,
    timer,
    user,
)
from workflows.engine import xml
from workflows.engine.checks import check, feeding
from workflows.engine.checks.diagrams import read

ASKS = {"title": "拟办", "type": "object", "properties": {"decision": {"title": "拟办意见", "type": "boolean", "x-decides": True}}}
SIGNS = {**ASKS, "title": "签字", "properties": {"decision": {**ASKS["properties"]["decision"], "title": "签字意见"}}}
SILENT = {"title": "传阅", "type": "object", "properties": {"note": {"title": "附言", "type": "boolean"}}}
FORMS = {"asks": ASKS, "signs": SIGNS, "silent": SILENT}
GATEWAY = '<bpmn:exclusiveGateway id="g" default="back"/>'


def of(node_id, form, inside=""):
    return user(node_id, inside, role="ENT_SAFETY", form=form)


def decided_by(*tasks):
    """These tasks one after another, then a gateway that goes by `decision`, or back to the first of them."""
    names = [f"t{number}" for number in range(len(tasks))]
    drawn = (of(name, form) for name, form in zip(names, tasks, strict=True))
    into = '<bpmn:exclusiveGateway id="m"/>'
    back = flow("g", "m", flow_id="back")
    going = around(into, *drawn, GATEWAY, chain("m", *names, "g"), back, first="m", last="g")
    return going.replace(b'targetRef="e">', b'targetRef="e"><bpmn:conditionExpression>decision</bpmn:conditionExpression>')


@pytest.mark.parametrize(
    ("tasks", "forms", "is_stale"),
    [
        (("asks", "signs"), FORMS, False),
        (("asks", "silent"), FORMS, True),
        (("asks", "silent"), {"asks": ASKS, "silent": SILENT}, False),  # nobody else could have meant it
        (("asks", "gone"), FORMS, False),  # a form that is not there has a finding of its own
    ],
)
def test_a_decision_is_read_right_behind_the_task_that_asks_it(tasks, forms, is_stale):
    known = replace(KNOWN, forms=frozenset({"asks", "signs", "silent"}))
    found = [each for each in check(decided_by(*tasks), known, forms) if each.rule == "data-stale"]
    assert [each.element_id for each in found] == (["g_e"] if is_stale else [])
    assert all("更早的“环节t0”填的“拟办意见”，而最近一个环节“环节t1”不填" in each.message for each in found)
    assert_readable(found)


ENOUGH = many("2", "<bpmn:completionCondition>decision</bpmn:completionCondition>")
WAITS = node("intermediateCatchEvent", "x", timer("decision"))
TELLS = service("x", step("remind", 'id="level" type="str" value="decision"'))
GUARD = node("boundaryEvent", "late", timer("decision"), 'attachedToRef="x"') + end("e2") + flow("late", "e2")


@pytest.mark.parametrize(
    ("earlier", "last", "stale_at"),
    [
        (("asks", "silent"), WAITS, ["x"]),
        (("silent", "asks"), WAITS, []),
        (("asks", "silent"), TELLS, ["x"]),
        (("silent", "asks"), TELLS, []),
        (("asks", "asks"), of("x", "silent", ENOUGH), ["x"]),
        (("asks", "silent"), of("x", "signs", ENOUGH), []),  # its own answers are there when one of them has come
        (("asks", "silent"), of("x", "signs", many("decision")), ["x"]),  # but not yet when it is asked how many are to answer
        (("silent", "asks"), of("x", "silent", many("decision")), []),
        (("asks", "silent"), of("x", "signs") + GUARD, ["late"]),  # nor when its term is set
        (("silent", "asks"), of("x", "silent") + GUARD, []),
    ],
)
def test_so_is_what_a_term_a_count_and_a_step_go_by(earlier, last, stale_at):
    known = replace(KNOWN, forms=frozenset(FORMS))
    drawn = around(of("a", earlier[0]), of("b", earlier[1]), last, chain("a", "b", "x"), first="a", last="x")
    found = [each for each in check(drawn, known, FORMS) if each.rule == "data-stale"]
    assert [each.element_id for each in found] == stale_at
    assert_readable(found)


def test_what_stands_before_a_sub_process_stands_before_what_is_in_it():
    inner = node("subProcess", "sub", start("s2") + of("b", "asks") + end("e2") + chain("s2", "b", "e2"))
    drawn = read(xml.parse(around(of("a", "asks"), inner, of("c", "asks"), chain("a", "sub", "c"), first="a", last="c")))
    assert [task.id for task in feeding.tasks_before(drawn, "e")] == ["c", "b", "a"]
    assert [task.id for task in feeding.tasks_before(drawn, "b")] == ["b", "a"]
    assert [task.id for task in feeding.tasks_before(drawn, "sub", only_next=True)] == ["b"]
    assert list(feeding.tasks_before(drawn, "nowhere")) == []


def test_every_rule_has_a_test():
    assert rules_of(feeding) == {"data-stale"}
