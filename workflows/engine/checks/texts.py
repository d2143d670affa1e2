"""Conditions, due moments and head counts: read with the same small language that runs them."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from workflows.engine import expressions
from workflows.engine.checks.diagrams import (
    TIMED,
    Diagram,
    Node,
    Scope,
    children,
    host_of,
    kind_of,
    operator,
    properties,
    text_of,
    words_of,
)
from workflows.engine.checks.findings import Finding, Known, error, warning
from workflows.engine.checks.forms import decides, is_form
from workflows.engine.xml import SPIFF
from workflows.errors import Invalid

MAX_MEMBERS = 100  # as the engine has it
SAID = {"timeDate": "到期时刻", "loopCardinality": "会签人数", "completionCondition": "会签完成条件"}
FOREIGN = ("${", "#{", "=", "{{")  # how other tools begin an expression


@dataclass(frozen=True)
class Asking:
    """An expression that is evaluated while a case runs."""

    element_id: str
    what: str  # what a designer calls it: “验收”的会签人数
    text: str
    behind: tuple[str, ...]  # the nodes that are done with when it is evaluated, itself among them if it is


def conditions(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Of arrows."""
    for scope in diagram.scopes:
        for flow in scope.flows:
            if flow.condition is not None:
                yield from _check(flow.id, f"{flow.label}的条件", flow.condition, known)


def beginnings(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Of processes that people begin: when they may."""
    for process_id, what, when in _begun_when(diagram):
        yield from _read(process_id, what, when, known)
        for name in sorted(names_in(when)):
            said = f"{what}用了“{name}”，而发起以前还没有填过任何表单。请改用列出的项。"
            yield error(process_id, "data-undecided", said)


def _begun_when(diagram: Diagram) -> Iterator[tuple[str, str, str]]:
    for scope in diagram.scopes:
        if scope.parent is None and (when := properties(scope.element).get("when")) is not None:
            yield scope.id, f"流程{scope.label}的发起条件", when.strip()


def timers(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Of timer events."""
    for _, node in diagram.nodes:
        for timer in children(node.element, "timerEventDefinition") if node.kind in TIMED else ():
            for moment in children(timer, "timeDate"):
                yield from _check(node.id, f"{node.label}的到期时刻", moment, known)


def counts(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Of multi-instance tasks: how many, and when it is enough."""
    for _, node in diagram.nodes:
        for many in children(node.element, "multiInstanceLoopCharacteristics") if node.kind == "userTask" else ():
            for enough in children(many, "completionCondition"):
                yield from _check(node.id, f"{node.label}的会签完成条件", enough, known)
            for count in children(many, "loopCardinality"):
                yield from _check(node.id, f"{node.label}的会签人数", count, known)
                yield from _at_least_one(node.id, node.label, text_of(count))


def _at_least_one(element_id: str, name: str, text: str) -> Iterator[Finding]:
    """Nobody could end a multi-instance of nobody, and a fraction of a person confirms nothing."""
    try:
        number = float(text)
    except ValueError:
        return
    if not 1 <= number <= MAX_MEMBERS or not number.is_integer():
        said = f"{name}的会签人数写成了“{text}”。请写 1 到 {MAX_MEMBERS} 之间的整数，或选前面步骤得出的人数。"
        yield error(element_id, "cardinality-odd", said)


def parameters(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Of service tasks: the engine evaluates each parameter's value."""
    for _, node in diagram.nodes:
        for each in _given(node):
            yield from _read(each.element_id, each.what, each.text, known)


def _given(node: Node) -> Iterator[Asking]:
    step = operator(node.element)
    for parameter in step.iterfind(f".//{{{SPIFF}}}parameter") if step is not None else ():
        value = parameter.get("value")
        if value is not None:
            yield Asking(node.id, f"{node.label}的参数“{parameter.get('id', '')}”", value.strip(), (node.id,))


def calls(diagram: Diagram) -> Iterator[tuple[str, str, str]]:
    """(element, what it is, function) of every function that an expression of the diagram calls."""
    running = ((each.element_id, each.what, each.text) for each in asking(diagram))
    for element_id, what, text in (*running, *_begun_when(diagram)):
        for name in sorted(called_in(text)):
            yield element_id, what, name


def unanswered(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """What answers only once a step is done is asked in a diagram that does it: about a case where it was never done, the case
    would stop there."""
    done = {word for _, node in diagram.nodes for word in words_of(node.element)}
    for element_id, what, function in calls(diagram):
        if (step := known.needs.get(function, "")) and step not in done:
            asked = known.names.get(("function", function), function)
            needed = known.names.get(("verb", step)) or known.names.get(("step", step), step)
            told = f"{what}看的是“{asked}”，办过“{needed}”的才有结果，而图中没有这一步；没有办过的，流程会停在这里。"
            yield warning(element_id, "function-unanswered", f"{told}请改选别的，或确认都已办过。")


def undecided(diagram: Diagram, known: Known, asked: Mapping[str, Any]) -> Iterator[Finding]:
    """What an expression asks for is decided in some form of the diagram, or handed over by one of its steps: a name that nobody
    gives a value would stop the case there. Says nothing while a form is missing, because that has a finding of its own."""
    nodes, forms = [node.element for _, node in diagram.nodes], _forms(diagram, asked)
    if known.is_empty or forms is None:
        return
    fields = {key: field for form in forms for key, field in form["properties"].items()}
    handed_over = {name for each in nodes for word in words_of(each) for name in known.returns.get(word, ())}
    decided = {key for key, field in fields.items() if decides(field)} | handed_over
    for each in asking(diagram):
        for name in sorted(names_in(each.text) - decided):
            yield error(each.element_id, "data-undecided", f"{each.what}用了“{name}”，但{_advice(name, fields, known)}")


def unoffered(diagram: Diagram, known: Known, asked: Mapping[str, Any]) -> Iterator[Finding]:
    """What an item is compared with is a choice of some form that asks for it: else that arrow is never taken, without a word."""
    forms = _forms(diagram, asked)
    if known.is_empty or forms is None:
        return
    fields = [(key, field) for form in forms for key, field in form["properties"].items() if _choices(field)]
    offered = {key: [each for name, field in fields if name == key for each in _choices(field)] for key, _ in fields}
    titles = {key: field.get("title", key) for key, field in fields}
    for each in asking(diagram):
        for name, value in _compared(each.text):
            if name in offered and value not in offered[name]:
                said = f"{each.what}拿“{titles[name]}”与“{value}”比，而表单里没有这个选项，永远不会符合。请在属性中重新选择。"
                yield error(each.element_id, "value-unoffered", said)


def _forms(diagram: Diagram, asked: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """Those that the diagram's tasks ask for; None while one of them is missing or broken, which is told elsewhere."""
    named = {form for _, node in diagram.nodes if (form := properties(node.element).get("form"))}
    found = [asked[key] for key in sorted(named) if is_form(asked.get(key))]
    return found if len(found) == len(named) else None


def _choices(field: Mapping[str, Any]) -> list[Any]:
    """What a field can hold, where that is a list."""
    if field.get("type") == "boolean":
        return [True, False]
    return [each.get("const") for each in field.get("oneOf", ()) if isinstance(each, dict)]


def _compared(text: str) -> Iterator[tuple[str, Any]]:
    """(item, value) of each comparison for equality."""
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a finding of its own
        return
    for part in ast.walk(tree):
        match part:
            case ast.Compare(left=ast.Name(id=name), ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant(value=value)]):
                yield name, value


def _advice(name: str, fields: Mapping[str, Any], known: Known) -> str:
    if name in fields:
        return f"表单里的“{fields[name].get('title', name)}”没有勾选“用于流程判断”。请勾选它，或改用别的项。"
    if step := next((step for step, names in sorted(known.returns.items()) if name in names), None):
        title = known.names.get(("verb", step), step)
        return f"它由办理步骤“{title}”给出，而图中没有环节选用这一步骤。请在前面的环节选上它，或改用别的项。"
    return "图中没有哪张表单填报它，也没有哪个步骤给出它。请改用列出的项，或在前面的表单里加上它。"


def asking(diagram: Diagram) -> Iterator[Asking]:
    """Everything that is evaluated while a case runs."""
    for scope in diagram.scopes:
        for flow in scope.flows:
            if flow.condition is not None:
                yield Asking(flow.id, f"{flow.label}的条件", text_of(flow.condition), (flow.source,))
    for scope, node in diagram.nodes:
        for part in node.element.iter() if node.kind != "subProcess" else ():  # what is in it is a node of its own
            if said := SAID.get(kind_of(part)):
                yield Asking(node.id, f"{node.label}的{said}", text_of(part), _behind(scope, node, kind_of(part)))
        yield from _given(node)


def _behind(scope: Scope, node: Node, part: str) -> tuple[str, ...]:
    """How many are to sign, and until when a task waits, is asked when the task comes: what is filled in there is not yet."""
    coming = {"boundaryEvent": host_of(node), "userTask": node.id if part == "loopCardinality" else ""}.get(node.kind)
    return tuple(flow.source for flow in scope.entering.get(coming, ())) if coming else (node.id,)


def called_in(text: str) -> frozenset[str]:
    """The functions that an expression calls; none of one that cannot be read, which has a finding of its own."""
    try:
        return expressions.parse(text).calls
    except Invalid:
        return frozenset()


def names_in(text: str) -> frozenset[str]:
    """The data that an expression asks for; none of one that cannot be read, which has a finding of its own."""
    try:
        return expressions.parse(text).names
    except Invalid:
        return frozenset()


def _check(element_id: str, what: str, element: etree._Element, known: Known) -> Iterator[Finding]:
    if len(element):
        said = f"{what}里夹有其他标记，只会读到一部分。请删去重写，只留文字。"
        yield error(element_id, "expression-bad", said)
    else:
        yield from _read(element_id, what, text_of(element), known)


def _read(element_id: str, what: str, text: str, known: Known) -> Iterator[Finding]:
    if not text:
        yield error(element_id, "expression-empty", f"{what}是空的。请填写，或删去它。")
        return
    try:
        expression = expressions.parse(text)
    except Invalid as problem:
        foreign = f"“{text[:40]}”是其他软件的写法。请删去它，在属性中重新选择。"
        yield error(element_id, "expression-bad", what + (foreign if text.startswith(FOREIGN) else f"有误：{problem.message}"))
        return
    for name in sorted(expression.calls - known.functions) if not known.is_empty else ():
        listed = "、".join(f"{function}()" for function in sorted(known.functions)) or "（无）"
        said = f"{what}用了“{name}()”，但系统没有这一项。请在属性中重新选择。"
        yield error(element_id, "function-unknown", said, f"可用的函数有：{listed}。")
    for name in sorted(expression.given & known.functions):  # the domain answers each about its own case
        yield error(element_id, "function-given", f"{what}在“{name}()”的括号里写了东西。括号里什么也不用写，请改成“{name}()”。")
