"""Conditions, due moments and head counts: read with the same small language that runs them."""

from collections.abc import Iterator

from lxml import etree

from workflows.engine import expressions
from workflows.engine.checks.diagrams import Diagram, children, operator, properties, text_of
from workflows.engine.checks.findings import Finding, Known, error
from workflows.engine.xml import SPIFF
from workflows.errors import Invalid

MAX_MEMBERS = 100  # as the engine has it
FOREIGN = ("${", "#{", "=", "{{")  # how other tools begin an expression


def conditions(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Of arrows."""
    for scope in diagram.scopes:
        for flow in scope.flows:
            if flow.condition is not None:
                yield from _check(flow.id, f"箭头 {flow.id} 的条件", flow.condition, known)


def beginnings(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Of processes that people begin: when they may."""
    for scope in diagram.scopes:
        if scope.parent is None and (when := properties(scope.element).get("when")) is not None:
            yield from _read(scope.id, f"流程{scope.label}的发起条件", when.strip(), known)


def timers(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Of timer events."""
    for _, node in diagram.nodes:
        for timer in children(node.element, "timerEventDefinition"):
            for moment in children(timer, "timeDate"):
                yield from _check(node.id, f"{node.label}的到期时刻", moment, known)


def counts(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Of multi-instance tasks: how many, and when it is enough."""
    for _, node in diagram.nodes:
        for many in children(node.element, "multiInstanceLoopCharacteristics"):
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
        said = f"{name}的会签人数写成了 {text}。请写1 到 {MAX_MEMBERS} 之间的整数，或写数据名，如 member_count。"
        yield error(element_id, "cardinality-odd", said)


def parameters(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Of service tasks: the engine evaluates each parameter's value."""
    for _, node in diagram.nodes:
        step = operator(node.element)
        for parameter in step.iterfind(f".//{{{SPIFF}}}parameter") if step is not None else ():
            value = parameter.get("value")
            if value is not None:
                yield from _read(node.id, f"{node.label}的参数 {parameter.get('id', '')}", value.strip(), known)


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
        hint = "这是其他软件的写法，请去掉外面的符号，如写成 decision == 'accept'。" if text.startswith(FOREIGN) else ""
        yield error(element_id, "expression-bad", f"{what}有误：{problem.message}{hint}")
        return
    for name in sorted(expression.calls - known.functions) if not known.is_empty else ():
        listed = "、".join(f"{function}()" for function in sorted(known.functions)) or "（无）"
        said = f"{what}用了没有的函数 {name}()。可用的函数有：{listed}。"
        yield error(element_id, "function-unknown", said)
