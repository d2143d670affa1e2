"""The small safe language of conditions, cardinalities and due moments (design, section 5).

Names, numbers, texts, comparisons, and/or/not, `in` (also against a literal list), + - * / // %, and calls of the
functions that the domain lists. Python's own `eval`, which SpiffWorkflow would use, gives a diagram a shell.
"""

import ast
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from threading import local
from typing import Any

from simpleeval import InvalidExpression, SimpleEval

from workflows.errors import Invalid

LONGEST = 500  # characters
DEEPEST = 60  # operators within operators; Python's stack would end at some hundreds

MAY_SAY = "只能用名称、数字、文字、比较、且或非、四则运算和列出的函数"

ALLOWED = (
    ast.Expression,
    ast.BoolOp,
    ast.boolop,
    ast.UnaryOp,
    ast.Not,
    ast.USub,
    ast.BinOp,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.Compare,
    ast.Eq,
    ast.NotEq,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
    ast.In,
    ast.NotIn,
    ast.Name,
    ast.Load,
    ast.Constant,
    ast.Call,
    ast.List,
    ast.Tuple,
)


@dataclass(frozen=True)
class Expression:
    """A parsed expression; shared by all threads. `names`: the data it reads; `calls`: the functions it calls; `given`: those of
    them that are given something."""

    text: str
    names: frozenset[str]
    calls: frozenset[str]
    given: frozenset[str]
    _tree: ast.expr = field(repr=False, compare=False)

    def evaluate(self, names: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> Any:
        """The value for this data.

        Invalid when a name or a function is missing (a name never counts as empty: a decision that was not made must
        not choose a path) or when values do not go together. A Problem of a function comes out as itself.
        """
        if missing := sorted(self.names - names.keys()) + sorted(self.calls - functions.keys()):
            raise Invalid("", f"表达式“{self.text}”用到的“{'、'.join(missing)}”还没有值，无法判断。")
        try:
            with _language(names, functions) as language:
                return language.eval(self.text, previously_parsed=self._tree)
        except (InvalidExpression, TypeError, ValueError, ArithmeticError) as error:
            raise Invalid("", f"表达式“{self.text}”无法计算：两边的数据类型不相配，或者除数为零。") from error


def _remainder(a: Any, b: Any) -> Any:
    """The remainder of numbers. On a text, % would format: a few characters could ask for gigabytes."""
    if isinstance(a, str | bytes):
        raise TypeError("text has no remainder")
    return a % b


_mine = local()


@contextmanager
def _language(names: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> Iterator[SimpleEval]:
    """This thread's evaluator: making one takes longer than evaluating. What it knew is put back, because a function may
    evaluate an expression itself."""
    if not hasattr(_mine, "language"):
        _mine.language = SimpleEval(names={}, functions={})
        _mine.language.operators[ast.Mod] = _remainder
    language = _mine.language
    before = language.names, language.functions
    language.names, language.functions = names, functions
    try:
        yield language
    finally:
        language.names, language.functions = before


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Read an expression. Invalid, with a sentence for the designer, if it is too long, broken, or says more than the
    language allows."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Invalid("", f"表达式不能为空，也不能超过 {LONGEST} 个字符。")
    tree = _read(text)
    _refuse_deep(text, tree)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    _refuse_others(text, tree)
    functions = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
    given = {call.func.id for call in calls if isinstance(call.func, ast.Name) and call.args}
    called = {id(call.func) for call in calls}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called}
    return Expression(text, frozenset(names), frozenset(functions), frozenset(given), _Fold().visit(tree).body)


def _read(text: str) -> ast.Expression:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # Python's advice helps no official
            return ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:  # the last two: thousands of brackets
        raise Invalid("", f"表达式“{text}”写法有误，请检查引号、括号和运算符。") from error


def _refuse_deep(text: str, tree: ast.Expression) -> None:
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    if level:
        raise Invalid("", f"表达式“{text}”嵌套过深，请写短一些，或拆成几个条件。")


def _refuse_others(text: str, tree: ast.Expression) -> None:
    for node in ast.walk(tree):
        if not isinstance(node, ALLOWED):
            raise Invalid("", f"表达式“{text}”里有不允许的写法；{MAY_SAY}。")
        if isinstance(node, ast.Constant) and not isinstance(node.value, str | int | float | None):
            raise Invalid("", f"表达式“{text}”里只能写数字和文字。")
        if isinstance(node, ast.List | ast.Tuple) and not all(isinstance(one, ast.Constant) for one in node.elts):
            raise Invalid("", f"表达式“{text}”的列表里只能写数字和文字。")
        if isinstance(node, ast.Call):
            _refuse_call(text, node)


def _refuse_call(text: str, call: ast.Call) -> None:
    if not isinstance(call.func, ast.Name) or call.keywords:
        raise Invalid("", f"表达式“{text}”只能直接调用列出的函数，参数不能带名称。")


class _Fold(ast.NodeTransformer):
    """Literal lists become constants, which simpleeval knows; it has no lists of its own."""

    def visit_List(self, node: ast.List) -> ast.Constant:
        """The library would go on into the list and leave it one."""
        values = tuple(one.value for one in node.elts if isinstance(one, ast.Constant))
        return ast.copy_location(ast.Constant(values), node)  # type: ignore[arg-type]  # only simpleeval reads it

    visit_Tuple = visit_List  # type: ignore[assignment]  # both have elts
