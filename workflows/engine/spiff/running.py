"""Running an instance: begin, complete a task, fire a timer, and what is open now."""
# mypy: disallow-subclassing-any=False

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from SpiffWorkflow.bpmn.script_engine.python_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.specs.Join import Join
from SpiffWorkflow.specs.MultiChoice import MultiChoice
from SpiffWorkflow.task import Task

from workflows.engine.spiff.library import (
    LIVE,
    READY,
    WAITING,
    Moment,
    Race,
    Some,
    asks_cardinality,
    cardinality,
    is_join,
)
from workflows.engine.spiff.pruning import prune
from workflows.engine.spiff.reading import Element, Spec
from workflows.errors import Conflict, Invalid

MOST_STEPS = 200  # automatic nodes in a row; a diagram whose automatic part never rests is stopped

Scalar = str | int | float | bool | None


class World(Protocol):
    """What a run may ask of the outside. A Problem raised in here comes out of begin, complete and fire as itself."""

    def evaluate(self, expression: str, data: Mapping[str, Any]) -> Any:
        """The value of a condition, a cardinality, a timer or a service task's parameter."""

    def call(self, step: str, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Do a service task's step; its scalars are merged into the data."""


@dataclass(frozen=True)
class OpenTask:
    """A task that somebody may do now. `id` is unique within its instance and stays the same until it is done."""

    id: str
    element: Element
    index: int  # which instance of a multi-instance task, from 0; else 0


@dataclass(frozen=True)
class Armed:
    """A timer that waits for its moment (aware, UTC)."""

    id: str
    element: Element
    due_at: datetime


class Engine(PythonScriptEngine):
    """Stands where the library evaluates Python; everything goes to the world."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def evaluate(self, task: Task, expression: str, external_context: Any = None) -> Any:  # noqa: ARG002
        """The library would run the expression as Python."""
        value = self.world.evaluate(expression, task.data)
        return cardinality(task, value) if asks_cardinality(task, expression) else value

    def execute(self, task: Task, script: str, external_context: Any = None) -> Any:  # noqa: ARG002
        """The library would run the script as Python; none is let in, and none is run."""
        raise Invalid("", "流程图里不允许写脚本。")

    def call_step(self, step: str, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Scalar]:
        """What a service task's step answers: scalars alone enter the instance's data."""
        return scalars(self.world.call(step, parameters, data) or {})


class Tree:
    """Linear scans over a tree that pruning keeps small. The library's iterators are slow and stop at depth 1000."""

    tasks: dict[str, Task]

    def update_waiting_tasks(self) -> None:
        """Called after every completed task. Only joins can change by that: timers are told by the sweep."""
        for task in [t for t in self.tasks.values() if t._state == WAITING and isinstance(t.task_spec, Join)]:
            if task._state == WAITING:
                task.task_spec._update(task)


class SubTree(Tree, BpmnSubWorkflow):
    """The tree of a running sub-process or called process."""


class TopTree(Tree, BpmnWorkflow):
    """The tree of the process itself."""

    def create_subprocess(self, my_task: Task, spec_name: str) -> SubTree:
        """The library would make a tree of its own class, with its own scans."""
        sub = SubTree(self.subprocess_specs[spec_name], parent_task_id=my_task.id, top_workflow=self)
        self.subprocesses[my_task.id] = sub
        return sub

    def trees(self) -> list[Any]:
        """All running trees, innermost first."""
        if not self.subprocesses:
            return [self]
        return [*sorted(self.subprocesses.values(), key=lambda sub: -sub.depth), self]

    def all(self) -> Iterator[Task]:
        """The tasks of all running trees, innermost first."""
        for tree in self.trees():
            yield from tree.tasks.values()


class Run:
    """One running instance in memory. After any exception it is broken: throw it away and thaw again."""

    def __init__(self, spec: Spec, top: TopTree) -> None:
        self.spec = spec
        self.top = top
        self.is_broken = False

    @property
    def is_ended(self) -> bool:
        """Whether no token is left."""
        return bool(self.top.completed)

    @property
    def data(self) -> dict[str, Any]:
        """The instance's data: at the end, the process's; before it, that of all live tasks together."""
        if self.is_ended:
            return dict(self.top.data)
        live = sorted((t for t in self.top.all() if t._state & LIVE), key=lambda t: t.last_state_change)
        return {name: value for task in live for name, value in task.data.items()}


# ---- verbs ---------------------------------------------------------------------------------------


def begin(spec: Spec, world: World) -> Run:
    """A new instance, run up to its first tasks and timers."""
    with _spoken():
        run = Run(spec, TopTree(spec._specs.top, spec._specs.subs, script_engine=Engine(world)))
    with _advance(run):
        pass
    return run


def complete(run: Run, task_id: str, data: Mapping[str, Any]) -> None:
    """Do an open task with these decisions (scalars), and run on to rest. Conflict if it is not open any more."""
    task = _find(run, task_id, _is_open, "这项任务已经办结或者已被收回，请刷新页面。")
    with _advance(run):
        task.data.update(scalars(data))
        _run_one(task)


def fire(run: Run, timer_id: str) -> None:
    """Let an armed timer fire now, whatever its moment, and run on to rest. Conflict if it is not armed any more."""
    timer = _find(run, timer_id, _is_armed, "这个定时已经触发或者已被取消。")
    with _advance(run):
        timer.internal_data["event_fired"] = True
        Race.lose(timer)
        timer.task_spec._update(timer)


def rearm(run: Run) -> None:
    """Ask every armed timer's expression again: the domain's dates have changed."""
    with _advance(run):
        for timer in _armed(run):
            timer.task_spec.event_definition.arm(timer)


# ---- questions -----------------------------------------------------------------------------------


def open_tasks(run: Run) -> list[OpenTask]:
    """What somebody may do now."""
    return [OpenTask(t.id, _element(run, t), _index(t)) for t in run.top.all() if _is_open(t)]


def armed(run: Run) -> list[Armed]:
    """The timers that wait."""
    return [Armed(t.id, _element(run, t), datetime.fromisoformat(t.internal_data["event_value"])) for t in _armed(run)]


def tokens(run: Run) -> list[str]:
    """The elements that hold a token now: open tasks, armed timers, joins that wait. For the live diagram; no order."""
    held = (t for t in run.top.all() if _is_open(t) or _is_armed(t) or _is_waiting_join(t))
    return list(dict.fromkeys(t.task_spec.bpmn_id for t in held))


def _element(run: Run, task: Task) -> Element:
    return run.spec.elements[task.task_spec.bpmn_id]


def _index(task: Task) -> int:
    """The library notes an instance's number under one name when parallel, under another when sequential."""
    note = task.internal_data
    return int(note.get("key_or_index", note.get("item", 0)))


def _is_open(task: Task) -> bool:
    return bool(task._state == READY and task.task_spec.manual)


def _is_armed(task: Task) -> bool:
    return task._state == WAITING and isinstance(getattr(task.task_spec, "event_definition", None), Moment)


def _is_waiting_join(task: Task) -> bool:
    return task._state == WAITING and is_join(task) and task.task_spec.bpmn_id is not None


def _armed(run: Run) -> list[Task]:
    return [t for t in run.top.all() if _is_armed(t)]


def _find(run: Run, id: str, fits: Callable[[Task], bool], message: str) -> Task:
    for tree in run.top.trees():
        task = tree.tasks.get(id)
        if task is not None and fits(task):
            return task
    raise Conflict(message)


def scalars(data: Mapping[str, Any]) -> dict[str, Scalar]:
    """Only scalars enter an instance: the library copies data shallowly, a list changed later would rewrite the past."""
    for name, value in data.items():
        if not isinstance(value, Scalar):
            raise TypeError(f"{name} is a {type(value).__name__}: only scalars may enter an instance's data")
    return dict(data)


# ---- running to rest -----------------------------------------------------------------------------


@contextmanager
def _advance(run: Run) -> Iterator[None]:
    """Do something, run everything automatic to rest, prune. If anything fails, nothing of it may be saved."""
    if run.is_broken:
        raise RuntimeError("a run that has failed must be thrown away")
    run.is_broken = True
    with _spoken():
        yield
        _rest(run)
    prune(run.top)
    run.is_broken = False


@contextmanager
def _spoken() -> Iterator[None]:
    """The library's refusals as a sentence. Problems of the domain pass as they are."""
    try:
        yield
    except SpiffWorkflowException as error:
        name = getattr(getattr(error, "task_spec", None), "name", "")
        raise Invalid("", f"流程图走到“{name}”时无法继续，请告知流程管理员。") from error


def _run_one(task: Task) -> None:
    """Run a task. Predicted tasks are not kept between steps, so one that goes on grows its next ones here; a gateway
    that chooses grows only the chosen ones itself."""
    if not isinstance(task.task_spec, MultiChoice):
        tasks = task.workflow.tasks
        if all(tasks[child].triggered for child in task._children):
            task.task_spec._predict_hook(task)
    task.run()


def _rest(run: Run) -> None:
    left = MOST_STEPS
    while task := _next(run.top):
        left -= task.task_spec.bpmn_id is not None
        if left < 0:
            raise Invalid("", f"流程图从“{task.task_spec.bpmn_id}”起自动循环不止，请告知流程管理员。")
        _run_one(task)


def _next(top: TopTree) -> Task | None:
    """An automatic task that may go; only when there is none, an inclusive join that waits for nobody any more."""
    trees = top.trees()
    for tree in trees:
        for task in tree.tasks.values():
            if task._state == READY and not task.task_spec.manual:
                return task
    for tree in trees:
        for task in tree.tasks.values():
            if task._state == WAITING and isinstance(task.task_spec, Some) and task.task_spec.may_go(task):
                task.internal_data["goes"] = True
                task.task_spec._update(task)
                return task
    return None
