"""The frozen state: rows of tasks as compact JSON, without the spec, under one kilobyte for the main loop.

The library's serializer writes 49 kB for the same and takes ten times as long. A row is [spec, parent's row, state, id,
new data, internal data, order of arrival, is an instance], cut after its last value that says something. A finished task
needs no id: nobody outside knows it any more. Data are kept as the difference to the parent's.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task

from workflows.engine.spiff.library import FINISHED, WAITING, is_join
from workflows.engine.spiff.reading import Spec
from workflows.engine.spiff.running import Engine, Run, SubTree, TopTree, World

FORMAT = 1


def freeze(run: Run) -> str:
    """The state of an instance at rest, as text. Refuses a run that has failed."""
    if run.is_broken:
        raise RuntimeError("a run that has failed must not be saved")
    top = run.top
    subs = sorted(top.subprocesses.values(), key=lambda sub: int(sub.depth))
    inner = [[sub.parent_task_id, sub.spec.name, *_tree(sub)] for sub in subs]
    return orjson.dumps([FORMAT, *_tree(top), inner]).decode()


def thaw(spec: Spec, state: str, world: World) -> Run:
    """The run that was frozen with this version's spec."""
    version, rows, last, completed, data, inner = orjson.loads(state)
    if version != FORMAT:
        raise RuntimeError(f"frozen in format {version}, this program reads {FORMAT}")
    specs = spec._specs
    top = TopTree(specs.top, specs.subs, script_engine=Engine(world), deserializing=True)
    _fill(top, rows, last, completed, data, top)
    for owner, name, rows, last, completed, data in inner:
        sub = SubTree(specs.subs[name], parent_task_id=owner, top_workflow=top, deserializing=True)
        _fill(sub, rows, last, completed, data, top)
        top.subprocesses[owner] = sub
        task = top.get_task_from_id(owner)
        sub.completed_event.connect(task.task_spec._on_subworkflow_completed, task)
    return Run(spec, top)


def _tree(tree: Any) -> tuple[list[list[Any]], int | None, bool, dict[str, Any]]:
    """One tree: its rows, the row of its last task, whether it is completed, and its data."""
    tasks: Mapping[str, Task] = tree.tasks
    arrivals = sorted((t for t in tasks.values() if is_join(t)), key=lambda t: t.last_state_change)
    arrived = {t.id: n for n, t in enumerate(arrivals)}
    rows: list[list[Any]] = []
    at: dict[Any, int] = {}
    stack = [tree.task_tree.id]
    while stack:
        task = tasks[stack.pop()]
        at[task.id] = len(rows)
        inherited = tasks[task._parent].data if task._parent is not None else {}
        rows.append(_row(task, at.get(task._parent, -1), inherited, arrived.get(task.id, 0)))
        stack.extend(reversed(task._children))
    last = at.get(tree.last_task.id) if tree.last_task is not None else None
    return rows, last, tree.completed, tree.data


def _row(task: Task, parent: int, inherited: Mapping[str, Any], arrival: int) -> list[Any]:
    id = 0 if task._state & FINISHED else task.id
    row = [
        task.task_spec.name,
        parent,
        task._state,
        id,
        _difference(task.data, inherited),
        task.internal_data or 0,
        arrival,
        int(task.triggered),
    ]
    while not row[-1]:
        row.pop()
    return row


def _difference(data: Mapping[str, Any], inherited: Mapping[str, Any]) -> Any:
    """0 if the data are the parent's; else what is new, with a list of what is gone when something is."""
    if data == inherited:
        return 0
    new = {name: value for name, value in data.items() if name not in inherited or inherited[name] != value}
    gone = [name for name in inherited if name not in data]
    return [new, gone] if gone else new


def _fill(tree: Any, rows: list[list[Any]], last: int | None, completed: bool, data: Any, top: TopTree) -> None:
    """Make a tree's tasks again from its rows."""
    specs = tree.spec.task_specs
    made: list[Task] = []
    for number, row in enumerate(rows):
        task = _task(tree, specs, made, number, *row)
        made.append(task)
        tree.tasks[task.id] = task
        if task._state == WAITING and isinstance(task.task_spec, CatchingEvent):
            top.event_manager.add_task(task)
    tree.task_tree, tree.last_task = made[0], made[last] if last is not None else None
    tree.completed, tree.data = completed, data


def _task(
    tree: Any,
    specs: Mapping[str, Any],
    made: list[Task],
    number: int,
    spec: str,
    parent: int,
    state: int,
    id: str | int = 0,
    changes: Any = 0,
    internal: Any = 0,
    arrival: int = 0,
    is_instance: int = 0,
) -> Task:
    """A task without its constructor, which would tell its parent, take the time and make an id."""
    task = Task.__new__(Task)
    above = made[parent] if parent >= 0 else None
    task.id = id or number
    task.workflow, task.task_spec, task._state, task.last_state_change = tree, specs[spec], state, arrival
    task.internal_data, task.triggered, task.thread_id, task._children = internal or {}, bool(is_instance), 0, []
    task._parent = above.id if above else None
    task.data = _apply(changes, above.data if above else {})
    if above:
        above._children.append(task.id)
    return task


def _apply(changes: Any, inherited: Mapping[str, Any]) -> dict[str, Any]:
    new, gone = changes if isinstance(changes, list) else (changes or {}, ())
    return {**{name: value for name, value in inherited.items() if name not in gone}, **new}
