"""What one version of a diagram says, in words: its elements by their names, its conditions by the forms that feed them."""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from workflows import steps, vocabulary
from workflows.engine.checks import diagrams
from workflows.engine.checks.feeding import tasks_before
from workflows.engine.xml import BPMN, parse

COMPARED = {ast.Eq: "是", ast.NotEq: "不是", ast.Lt: "小于", ast.LtE: "不大于", ast.Gt: "大于", ast.GtE: "不小于"}
JOINED = {ast.And: "，而且", ast.Or: "，或者"}
Asked = tuple[str, Mapping[str, str]]
"""What a condition asks for: its name, and its values (as Python writes them) with theirs."""


class Untold(Exception):
    """A condition says what has no words here; it is shown as it is written."""


class Version:
    """A diagram with its forms."""

    def __init__(self, file: bytes, forms: Mapping[str, Any]) -> None:
        root = parse(file)
        self._diagram = diagrams.read(root)
        self._forms = forms
        self._nodes = {node.id: node for _, node in self._diagram.nodes}
        self._flows = {flow.id: flow for scope in self._diagram.scopes for flow in scope.flows}
        self._others = {each.get("id", ""): each for each in root.iter(f"{{{BPMN}}}*")}

    def name(self, id: str) -> str:
        """What an element is called; "" if it is not here. An arrow without a name is called by its ends."""
        if id in self._flows:
            return _bare(self._flows[id].label.removeprefix("箭头")).removesuffix("的箭头")
        if id in self._nodes:
            return _bare(self._nodes[id].label)
        return _bare(diagrams.label(self._others[id])) if id in self._others else ""

    def form(self, key: str) -> str:
        """What a form is called."""
        return str(self._forms.get(key, {}).get("title", key))

    def condition(self, where: str, text: str) -> str:
        """“主任核定：核定结果”是“退回补正”, as the room itself tells it. `where`: the arrow, task or field it stands at."""
        try:
            return self._told(where, ast.parse(text, mode="eval").body)
        except (SyntaxError, Untold):
            return text

    def count(self, text: str) -> str:
        """How many are to sign."""
        handed_over = {name: title for step in steps.STEPS.values() for name, title in step.returns.items()}
        return handed_over.get(text) or vocabulary.FUNCTIONS.get(text.removesuffix("()"), (text, ()))[0]

    def _told(self, where: str, said: ast.expr) -> str:
        match said:
            case ast.BoolOp(op=op, values=parts):
                return JOINED[type(op)].join(self._told(where, part) for part in parts)
            case ast.UnaryOp(op=ast.Not(), operand=ast.Name() | ast.Call() as asked):
                return self._compared(where, asked, "是", "False")
            case ast.Compare(left=asked, ops=[op], comparators=[ast.Constant() as value]) if type(op) in COMPARED:
                return self._compared(where, asked, COMPARED[type(op)], ast.unparse(value))
            case ast.Name() | ast.Call():
                return self._compared(where, said, "是", "True")
        raise Untold

    def _compared(self, where: str, asked: ast.expr, how: str, value: str) -> str:
        name, values = self._asked(where, asked)
        return f"“{name}”{how}“{values.get(value, value.strip(chr(39)))}”"

    def _asked(self, where: str, asked: ast.expr) -> Asked:
        match asked:
            case ast.Call(func=ast.Name(id=code)) if code in vocabulary.FUNCTIONS:
                name, values = vocabulary.FUNCTIONS[code]
                return name, dict(values)
            case ast.Name(id=key):
                for whose, form in self._feeding(where):
                    if key in form["properties"]:
                        return _field(whose, form, key)
        raise Untold

    def _feeding(self, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The forms that a condition may ask, the nearest first, each with the task that asks for it: a field its own, a task its
        own and those before it, an arrow those before it."""
        if where.startswith("form:"):
            yield "", self._forms[where.removeprefix("form:").partition("/")[0]]
            return
        for node in tasks_before(self._diagram, self._flows[where].source if where in self._flows else where):
            if form := self._forms.get(diagrams.properties(node.element).get("form", "")):
                yield _bare(node.label), form


def _field(whose: str, form: Mapping[str, Any], key: str) -> Asked:
    field = form["properties"][key]
    choices = {repr(each.get("const")): str(each.get("title")) for each in field.get("oneOf", ())}
    title = str(field.get("title", key))
    return f"{whose}：{title}" if whose else title, {"True": "是", "False": "否", **choices}


def _bare(label: str) -> str:
    """A name without its quotes; “验收”后面的排他网关 keeps those of the neighbour."""
    return label[1:-1] if label.startswith("“") and label.endswith("”") else label
