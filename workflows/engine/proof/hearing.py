"""The loop rules as bits that travel with a state: bit i is set while the i-th rule's `after` has happened since its `since`."""

import ast
from collections.abc import Iterable, Iterator, Sequence

from workflows.engine import END, LoopRule
from workflows.engine.tokens import Log, Net, Node


class Ear:
    """Hears what a run passes. Three masks a node: rules that ask here (`what`), begin anew (`since`), are met (`after`).

    A rule asks, and begins anew, when a task opens *and* when it is done: a signature must be right when it is offered and
    when it is given, and a rectification makes an older verification void from the day it is ordered to the day it is
    finished. It is met only when the task is done; by all of its members, where there are several. What is cancelled was
    begun, but not done.
    """

    def __init__(self, net: Net, rules: Sequence[LoopRule]) -> None:
        said = {node.id: node.words for node in net.nodes.values()} | _conditions(net)
        self._asks = _masks(said, [rule.what for rule in rules])
        self._anew = _masks(said, [rule.since for rule in rules])
        self._meets = _masks(said, [rule.after for rule in rules])
        self._end = sum(1 << i for i, rule in enumerate(rules) if END in rule.what)
        heard = self._asks.keys() | self._anew.keys() | self._meets.keys()
        self._listened = {net.source.get(id, id) for id in heard}  # of an arrow, the gateway that takes it

    def listens_to(self, node: Node) -> bool:
        """Whether the order in which this node goes may matter to a rule."""
        return node.id in self._listened

    def asks(self, rule: int, id: str) -> bool:
        """Whether the rule must hold here."""
        return bool(self._asks.get(id, 0) >> rule & 1)

    def begins(self, rule: int, id: str) -> bool:
        """Whether the rule begins anew here."""
        return bool(self._anew.get(id, 0) >> rule & 1)

    def knows(self, rule: int) -> bool:
        """Whether anything in the diagram can meet the rule."""
        return any(mask >> rule & 1 for mask in self._meets.values())

    def hear(self, bits: int, log: Log, flows: Iterable[str], *, is_ended: bool) -> tuple[int, int]:
        """The bits after these moves, and the mask of the rules they break."""
        broken = 0
        for what, id in log:
            broken |= self._asks.get(id, 0) & ~bits
            bits &= ~self._anew.get(id, 0)
            if what == "done":
                bits |= self._meets.get(id, 0)
        for flow in flows:
            bits |= self._meets.get(flow, 0)
        return bits, broken | (self._end & ~bits if is_ended else 0)


def _masks(said: dict[str, frozenset[str]], alphabets: list[frozenset[str]]) -> dict[str, int]:
    masks = {id: sum(1 << i for i, words in enumerate(alphabets) if words & own) for id, own in said.items() if own}
    return {id: mask for id, mask in masks.items() if mask}


def _conditions(net: Net) -> dict[str, frozenset[str]]:
    """Flow → what is known when it is taken: its condition holds; for a default, no other one does."""
    said: dict[str, frozenset[str]] = {}
    for node in net.nodes.values():
        if node.kind in ("exclusiveGateway", "inclusiveGateway"):
            asked = {flow: net.conditions[flow] for flow in node.out if flow != node.default and net.conditions[flow]}
            known = {flow: [(condition, True)] for flow, condition in asked.items()}
            if node.default:
                known[node.default] = [(condition, False) for condition in asked.values()]
            said |= {flow: frozenset(w for c, holds in all for w in _implied(c, holds)) for flow, all in known.items()}
    return said


def _implied(condition: str, holds: bool) -> Iterator[str]:
    try:
        tree = ast.parse(condition, mode="eval").body
    except SyntaxError:  # another system's language
        return
    yield from (f"if:{literal}" for literal in _literals(tree, holds))


def _literals(tree: ast.expr, holds: bool) -> Iterator[str]:
    """The simple conditions that must hold if this one holds, or does not."""
    match tree:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            yield from _literals(inner, not holds)
        case ast.BoolOp(op=ast.And() | ast.Or() as op, values=parts) if isinstance(op, ast.And) == holds:
            yield from (literal for part in parts for literal in _literals(part, holds))
        case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq() as op], comparators=[right]):
            sign = "==" if isinstance(op, ast.Eq) == holds else "!="
            yield f"{ast.unparse(left)} {sign} {ast.unparse(right)}"
        case _:
            yield ast.unparse(tree) if holds else f"not {ast.unparse(tree)}"
