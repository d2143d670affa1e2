"""Contraction: after every step the tree of tasks keeps only what can still matter.

1. Why: the library never removes a finished task. The state grows without bound, iteration stops at depth 1000 (an
   instance then "completes" silently), recursion fails near round 200, and joins count the rounds before.
2. Why not cut at the lowest common ancestor of the live tasks: beside another live branch a loop then still grows, and
   its joins fire early.
3. What stays: the root; live tasks; the memory of waiting joins (their cancelled siblings) and the parents of both;
   nodes from which two or more live branches come; instances of a multi-instance task. Each is hung under its nearest
   kept ancestor. Predicted tasks go; `running` predicts again.

The tasks and history tables keep what was done.
"""

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.task import Task

from workflows.engine.spiff.library import CANCELLED, LIVE, STARTED, WAITING, is_join


def prune(top: Any) -> None:
    """Forget the sub-processes that have ended, and contract the trees that go on."""
    ended = set(top.subprocesses)
    for tree in _running(top, top):
        _contract(tree, top.event_manager)
        ended.discard(tree.parent_task_id)
    for owner in ended:
        for id in top.subprocesses.pop(owner).tasks:
            top.event_manager.tasks.pop(id, None)


def _running(top: Any, tree: Any) -> Iterator[Any]:
    """A tree, and those of the sub-processes that run in it, at any depth."""
    yield tree
    if top.subprocesses:
        for id, task in list(tree.tasks.items()):
            if task._state == STARTED and id in top.subprocesses:
                yield from _running(top, top.subprocesses[id])


def _contract(tree: Any, events: Any) -> None:
    tasks: dict[str, Task] = tree.tasks
    root = tree.task_tree.id
    anchors = _anchors(tasks)
    order, branches = _branches(tasks, root, anchors)
    keep = _kept(tasks, root, anchors, branches)
    _hang(tasks, root, order, branches, keep, anchors)
    keep |= _instances(tasks, anchors & keep)
    for id in [id for id in tasks if id not in keep]:
        del tasks[id]
        events.tasks.pop(id, None)
    if tree.last_task is not None and tree.last_task.id not in tasks:
        tree.last_task = tree.task_tree


def _anchors(tasks: dict[str, Task]) -> set[str]:
    """Live tasks, and the memory of waiting joins."""
    waiting = {t.task_spec.name for t in tasks.values() if t._state == WAITING and is_join(t)}
    live = {t.id for t in tasks.values() if t._state & LIVE and not _is_waiting_end(t)}
    return live | {t.id for t in tasks.values() if t._state == CANCELLED and t.task_spec.name in waiting and is_join(t)}


def _is_waiting_end(task: Task) -> bool:
    """A waiting end join knows nothing that the last branch to end will not find out again."""
    return task._state == WAITING and isinstance(task.task_spec, _EndJoin)


def _branches(tasks: dict[str, Task], root: str, anchors: set[str]) -> tuple[list[str], dict[str, list[str]]]:
    """The tasks above the anchors, parents before children; and each one's children that lead to an anchor."""
    order, stack = [], [root]
    while stack:
        id = stack.pop()
        order.append(id)
        if id not in anchors:
            stack.extend(tasks[id]._children)
    branches: dict[str, list[str]] = {}
    for id in reversed(order):
        below = [] if id in anchors else [c for c in tasks[id]._children if c in anchors or branches.get(c)]
        branches[id] = below
    return order, branches


def _kept(tasks: dict[str, Task], root: str, anchors: set[str], branches: dict[str, list[str]]) -> set[str]:
    """An open boundary split has two branches by itself: its activity and, per event, the event or what waits for it."""
    parents = {tasks[id]._parent for id in anchors if is_join(tasks[id])}
    forks = {id for id, below in branches.items() if len(below) > 1}
    return {root} | parents | forks | (anchors & branches.keys())


def _hang(
    tasks: dict[str, Task],
    root: str,
    order: list[str],
    branches: dict[str, list[str]],
    keep: set[str],
    anchors: set[str],
) -> None:
    """Hang every kept task under its nearest kept ancestor."""
    above: dict[str, str | None] = {root: None}
    for id in order:
        top = above.get(id)
        if id in keep:
            task = tasks[id]
            task._parent = top
            if id not in anchors:
                task._children = []
            if top is not None:
                tasks[top]._children.append(id)
            top = id
        for child in branches[id]:
            above[child] = top


def _instances(tasks: dict[str, Task], anchors: set[str]) -> set[str]:
    """Of a live task's children only the instances of a multi-instance task stay; the rest was predicted."""
    found: set[str] = set()
    for id in anchors:
        tasks[id]._children = [c for c in tasks[id]._children if tasks[c].triggered]
        found.update(tasks[id]._children)
    return found
