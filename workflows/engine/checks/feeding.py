"""From where a condition has what it asks for: the tasks before it, the nearest first."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from workflows.engine.checks.diagrams import Diagram, Node, Scope, properties
from workflows.engine.checks.findings import Finding, Known, error
from workflows.engine.checks.forms import decides, is_form
from workflows.engine.checks.texts import Asking, asking, names_in


def tasks_before(diagram: Diagram, *first: str, only_next: bool = False) -> Iterator[Node]:
    """The user tasks that stand before these nodes, themselves among them; `only_next`: none that stands before another of them.
    A sub-process counts with all that is done in it; what stands before a sub-process counts for what is in it. Nothing stands
    before what is not there: an arrow may hang in the air."""
    nodes = {node.id: (scope, node) for scope, node in diagram.nodes}
    waiting, seen = deque(id for id in first if id in nodes), set(first)
    while waiting:
        scope, node = nodes[waiting.popleft()]
        if node.kind == "userTask":
            yield node
            if only_next:
                continue
        fresh = dict.fromkeys(id for id in _one_step_back(nodes, scope, node) if id in nodes and id not in seen)
        seen.update(fresh)
        waiting.extend(fresh)


def _one_step_back(nodes: Mapping[str, tuple[Scope, Node]], scope: Scope, node: Node) -> Iterator[str]:
    """Into a sub-process from behind: all that is in it; out of it only at its start."""
    if node.kind == "subProcess":
        yield from (id for id, (inner, each) in nodes.items() if inner.id == node.id and each.kind != "startEvent")
        return
    yield from (flow.source for flow in scope.entering.get(node.id, ()))
    if node.kind == "boundaryEvent":
        yield node.element.get("attachedToRef", "")
    if node.kind == "startEvent" and scope.parent:
        yield from (flow.source for flow in scope.parent.entering.get(scope.id, ()))


def stale(diagram: Diagram, known: Known, asked: Mapping[str, Any]) -> Iterator[Finding]:
    """What several forms ask under one name is read right behind the task that asks it: further on it is what somebody else
    decided about something else, and the case would go by that."""
    for each in asking(diagram) if not known.is_empty else ():
        for name in sorted(names_in(each.text)):
            yield from _stale(diagram, each, asked, _deciding(asked, name))


def _stale(diagram: Diagram, read: Asking, asked: Mapping[str, Any], titles: Mapping[str, str]) -> Iterator[Finding]:
    if len(titles) < 2:
        return
    next_to = list(tasks_before(diagram, *read.behind, only_next=True))
    if not next_to or any(_form(task) in titles or _form(task) not in asked for task in next_to):
        return  # a form that is missing has a finding of its own
    if older := next((task for task in tasks_before(diagram, *read.behind) if _form(task) in titles), None):
        told = f"{read.what}看的是更早的{older.label}填的“{titles[_form(older)]}”，而最近一个环节{next_to[0].label}不填这一项。"
        yield error(read.element_id, "data-stale", f"{told}请改看{next_to[0].label}填的项，或在它的表单里加上。")


def _deciding(asked: Mapping[str, Any], name: str) -> dict[str, str]:
    """The forms in which an item of this name decides, and what it is called there."""
    fields = {key: form["properties"].get(name) for key, form in asked.items() if is_form(form)}
    return {key: str(field.get("title", name)) for key, field in fields.items() if field and decides(field)}


def _form(task: Node) -> str:
    return properties(task.element).get("form", "")
