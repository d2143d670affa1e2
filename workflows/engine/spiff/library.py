"""What we change in SpiffWorkflow 3.2.0, and why. Classes of a parsed spec are exchanged once, after parsing.

1.  Its AND-join counts predicted tasks and rounds long gone: it fires early on the second pass of a loop. -> Both
2.  Its OR-join decides in the middle of a step, from predicted tasks, which pruning drops. -> Some
3.  Its timers compare with their own clock in the middle of a step. -> Moment
4.  Its event-based gateway keeps Python objects in the state and hides which timer is which. -> Race
5.  Its service task stores JSON under a made-up name. -> ServiceStep
6.  A multi-instance task started before a thaw does not hear of its instances. -> connect
7.  Its gateways and ends grow and walk trees of predicted tasks, which we do not keep. -> One, Ending
"""
# mypy: disallow-subclassing-any=False

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from secrets import token_hex
from typing import Any, NamedTuple

import SpiffWorkflow.task
from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.defaults import EventBasedGateway, ExclusiveGateway, InclusiveGateway, ParallelGateway
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimeDateEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask, MultiInstanceTask
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.specs.Join import Join
from SpiffWorkflow.spiff.specs.defaults import ServiceTask
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.deep_merge import DeepMerge
from SpiffWorkflow.util.task import TaskState

from workflows import clock
from workflows.errors import Invalid

WAITING, READY, STARTED = TaskState.WAITING, TaskState.READY, TaskState.STARTED
COMPLETED, CANCELLED = TaskState.COMPLETED, TaskState.CANCELLED
FINISHED = TaskState.FINISHED_MASK
LIVE = WAITING | READY | STARTED

MOST_MEMBERS = 100  # instances of one multi-instance task: a verification group has 3 to 7 members


def _set_state(task: Task, value: int) -> None:
    """The library builds a name and a dict for its log at every change of state, log or no log."""
    if value != task._state:
        task.last_state_change, task._state = time.time(), value


Task._set_state = _set_state
# UUID objects are slow to make, to hash and to store. An id need only be unique within its instance: 48 random bits.
SpiffWorkflow.task.uuid4 = lambda: token_hex(6)


class Specs(NamedTuple):
    """The library's specs of one version: the process, and its sub-processes and called processes by name."""

    top: Any
    subs: Mapping[str, Any]

    def tasks(self) -> Iterator[Any]:
        """The library's task specs, called processes included."""
        for spec in (self.top, *self.subs.values()):
            yield from spec.task_specs.values()


def exchange(specs: Specs) -> None:
    """Put our classes in the place of the library's."""
    ours = {
        ExclusiveGateway: One,
        ParallelGateway: Both,
        InclusiveGateway: Some,
        EventBasedGateway: Race,
        ServiceTask: ServiceStep,
        _EndJoin: Ending,
    }
    for spec in specs.tasks():
        if type(spec) is EventBasedGateway:
            _give_back(spec)
        if kind := ours.get(type(spec)):
            spec.__class__ = kind
    for spec in specs.tasks():
        if type(getattr(spec, "event_definition", None)) is TimeDateEventDefinition:
            spec.event_definition.__class__ = Moment
        if isinstance(spec, Some):
            spec.reach = _reach(spec)


def connect(specs: Specs) -> None:
    """Let each multi-instance task hear of its instances. The library does this when one starts, in the shared spec: a
    thawed one would wait for ever, and two threads would change one list."""
    for spec in specs.tasks():
        if isinstance(spec, LoopTask):
            spec._wf_spec.task_specs[spec.task_spec].completed_event.connect(spec.merge_child)


def _give_back(gateway: Any) -> None:
    """The library moved each event's definition into its gateway; here every event keeps its own."""
    for event, definition in zip(gateway.outputs, gateway.event_definition.event_definitions, strict=True):
        event.event_definition = definition
    gateway.event_definition = NoneEventDefinition()


def _reach(gateway: Any) -> dict[str, frozenset[str]]:
    """For each input of a gateway: the nodes from which a token may come to it without passing the gateway itself."""
    found = {}
    for entry in gateway.inputs:
        seen, stack = {gateway.name, entry.name}, [entry]
        while stack:
            before = [spec for spec in stack.pop().inputs if spec.name not in seen]
            seen.update(spec.name for spec in before)
            stack.extend(before)
        found[entry.name] = frozenset(seen - {gateway.name})
    return found


# ---- joins ---------------------------------------------------------------------------------------


class Memory:
    """What both joins share. The latest arrival waits; the earlier ones stay as its CANCELLED siblings until it fires:
    their parents tell which inputs have come. Firing forgets them, or the next round would count them again."""

    def arrived(self, task: Task) -> set[str]:
        """The inputs that came in this round."""
        tasks = task.workflow.tasks
        mine = [t for t in tasks.values() if t.task_spec is self and (t is task or t._state & (WAITING | CANCELLED))]
        before = [tasks[t._parent] for t in mine]
        return {t.task_spec.name for t in before if t._state == COMPLETED}

    def gather(self, task: Task) -> None:
        """Merge the data of all that came, the last one's last, and forget them."""
        tasks = task.workflow.tasks
        earlier = [t for t in tasks.values() if t.task_spec is self and t._state == CANCELLED]
        for t in sorted(earlier, key=lambda t: t.last_state_change):
            before = tasks[t._parent]
            DeepMerge.merge(task.data, before.data)
            before._children.remove(t.id)
            del tasks[t.id]
        task._inherit_data()


class Both(Memory, ParallelGateway):
    """A parallel gateway: goes on when every input has come in this round."""

    def _check_threshold_unstructured(self, task: Task) -> bool:
        """The library counts tasks of rounds long gone as well (1)."""
        return self.arrived(task).issuperset(self._inputs)

    def _run_hook(self, task: Task) -> bool:
        """The library merges as well but forgets nothing: the next round would count the arrivals again (1)."""
        self.gather(task)
        return True


class Some(Memory, InclusiveGateway):
    """An inclusive gateway: goes on when an input has come and no token elsewhere can still bring another one. That is
    asked only when all else is at rest (`may_go`); until then even the first one waits."""

    reach: Mapping[str, frozenset[str]]

    def _check_threshold_unstructured(self, task: Task) -> bool:
        """The library decides at once, and asks predicted tasks (2)."""
        return len(self.reach) < 2 or "goes" in task.internal_data

    def _run_hook(self, task: Task) -> bool:
        """The library predicts what comes (7), forgets no arrivals, and says in English that no condition holds."""
        self.gather(task)
        matches, defaults = self._get_matching_outputs(task)
        if not (chosen := matches or defaults):
            raise stuck(self.name)
        task._sync_children(chosen, TaskState.FUTURE)
        return True

    def may_go(self, task: Task) -> bool:
        """BPMN 2.0.2, 13.4.3: no token could still reach an empty input, save those that reach a full one too."""
        came = self.arrived(task)
        empty = [nodes for name, nodes in self.reach.items() if name not in came]
        full = [nodes for name, nodes in self.reach.items() if name in came]
        others = {t.task_spec.name for t in task.workflow.tasks.values() if t._state & LIVE and t.task_spec is not self}
        return not any(any(o in nodes for nodes in empty) and not any(o in nodes for nodes in full) for o in others)


class One(ExclusiveGateway):
    """An exclusive gateway: the first way whose condition holds, in the order of the file, else the default."""

    def _run_hook(self, task: Task) -> bool:
        """The library predicts what comes (7), and says in English that no condition holds."""
        holding = (name for condition, name in self.cond_task_specs if condition is not None and condition._matches(task))
        name = next(holding, self.default_task_spec)
        if name is None:
            raise stuck(self.name)
        task._sync_children([self._wf_spec.task_specs[name]], TaskState.FUTURE)
        return True


class Ending(_EndJoin):
    """The library's join of all ends of a scope: fires with the last token."""

    def _check_threshold_unstructured(self, task: Task) -> bool:
        """The library walks the whole tree, predicted tasks and all, and stops at depth 1000 (7)."""
        return not any(t._state & LIVE and t.task_spec is not self for t in task.workflow.tasks.values())


def stuck(name: str) -> Invalid:
    """No way out of a gateway."""
    return Invalid("", f"流程图走到“{name}”时没有一条路的条件成立，又没有默认的路，请告知流程管理员。")


# ---- events and tasks ----------------------------------------------------------------------------


class Moment(TimeDateEventDefinition):
    """A moment that the sweep watches: evaluated once when the timer is armed, fired only from outside."""

    def has_fired(self, task: Task) -> bool:
        """The library compares with its own clock, in the middle of a step (3)."""
        if task.internal_data.get("event_value") is None:
            self.arm(task)
        return bool(task.internal_data.get("event_fired", False))

    def arm(self, task: Task) -> None:
        """Ask the expression for the moment, and keep it as UTC."""
        value = task.workflow.script_engine.evaluate(task, self.expression)
        task.internal_data["event_value"] = moment(value, task.task_spec.bpmn_name or task.task_spec.name)


def moment(value: Any, name: str) -> str:
    """A timer's value as an ISO text in UTC: an aware moment, or a date, which counts to its 24:00."""
    if isinstance(value, str):
        value = _from_text(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date) and not isinstance(value, datetime):
        return clock.end_of(value).isoformat()
    raise Invalid("", f"定时“{name}”没有得到确定的时间，请检查它的表达式。")


def _from_text(text: str) -> date | None:
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return read(text)
        except ValueError:
            continue
    return None


class Race(EventBasedGateway):
    """An event-based gateway: arms every event behind it; the first to fire cancels the others (`lose`)."""

    def _predict_hook(self, task: Task) -> None:
        """The library only offers the events, until one comes (4); here each of them waits as any event does."""
        TaskSpec._predict_hook(self, task)

    def _run_hook(self, task: Task) -> bool:  # noqa: ARG002 (the library's signature)
        """The library looks for the event that came among objects kept in the state (4)."""
        return True

    @staticmethod
    def lose(winner: Task) -> None:
        """Cancel the events that ran against this one."""
        gateway = winner.parent
        if isinstance(gateway.task_spec, Race):
            for other in gateway.children:
                if other is not winner:
                    other.cancel()


class ServiceStep(ServiceTask):
    """A service task: its step's result goes into the data as it is."""

    def _execute(self, task: Task) -> bool:
        """The library stores the result as JSON under a made-up name (5)."""
        engine = task.workflow.script_engine
        given = {name: engine.evaluate(task, one["value"]) for name, one in self.operation_params.items()}
        task.data.update(engine.call_step(self.operation_name, given, task.data))
        return True


def cardinality(task: Task, value: Any) -> int:
    """How many instances a multi-instance task gets; Invalid unless a whole number from 1."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_MEMBERS:
        name = task.task_spec.bpmn_name or task.task_spec.name
        raise Invalid("", f"“{name}”的人数必须是 1 到 {MOST_MEMBERS} 之间的整数。")
    return value


def asks_cardinality(task: Task, expression: str) -> bool:
    """Whether this expression counts the instances of a multi-instance task."""
    return isinstance(task.task_spec, MultiInstanceTask) and expression == task.task_spec.cardinality


def is_join(task: Task) -> bool:
    """Whether the task is a join that matters. The library's own end join is found anew when the last branch ends."""
    return isinstance(task.task_spec, Join) and not isinstance(task.task_spec, _EndJoin)
