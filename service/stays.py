"""How long a case was at each step of its diagram, who left it and how: what the live picture tells when one asks an element."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import g

from service import forms, labels
from workflows import clock, reminders
from workflows.engine import instances, timers
from workflows.engine.instances import Instance
from workflows.engine.tasks import Submission
from workflows.engine.worklist import Task, Timer

DECIDES = ("decision", "result", "agree")
Opened = Iterable[tuple[Task, forms.Schema | None]]


@dataclass(frozen=True)
class Stay:
    """One time that a case was at a step, or waited at a timer; `left_at` None: it is there now."""

    element_id: str
    name: str
    entered_at: datetime | None
    left_at: datetime | None
    took: timedelta | None
    due: str
    late: str
    """逾期2天; "" while it is, or when it was left, in time."""
    who: str
    how: str
    """What was decided, in the form's own words; else what it waits for, or that it fell."""
    is_done: bool


def of(instance: Instance, opened: Opened, submissions: Iterable[Submission], names: Mapping[int, str]) -> list[Stay]:
    """Every stay of one instance, in the order in which it came there, the waiting timers last. `opened`: all tasks of its
    subject with their forms, as `tasks.with_forms` answers them."""
    handed_in = {each.task_id: each for each in submissions}
    elements = instances.version(g.session, instance).spec.elements
    mine = [(task, schema) for task, schema in opened if task.instance_id == instance.id]
    done = [_of_task(task, schema, handed_in.get(task.id), names) for task, schema in mine]
    return done + [_of_timer(each, elements[each.element_id].name) for each in timers.armed(g.session, instance.id)]


def decided(schema: forms.Schema, data: Mapping[str, object]) -> tuple[str, str]:
    """What somebody decided: the value, and what the form calls it; nothing if the form asks for no decision."""
    key = next((key for key in DECIDES if key in data and key in schema["properties"]), None)
    if key is None:
        return "", ""
    return str(data[key]), dict(forms.choices_of(schema["properties"][key], forms.no_options)).get(str(data[key]), "")


def _of_task(task: Task, schema: forms.Schema | None, handed_in: Submission | None, names: Mapping[int, str]) -> Stay:
    left_at = task.done_at
    return Stay(
        element_id=task.element_id,
        name=task.name,
        entered_at=task.opened_at,
        left_at=left_at,
        took=(left_at or clock.now()) - task.opened_at,
        due=labels.due_words(task.due_at) if task.due_at else "",
        late=labels.lateness(task.due_at, left_at or clock.now()),
        who=names.get(task.done_by or task.assignee_id or 0, ""),
        how=_how(task, schema, handed_in),
        is_done=task.status == "DONE",
    )


def _how(task: Task, schema: forms.Schema | None, handed_in: Submission | None) -> str:
    if task.status == "OPEN":
        return f"受阻：{task.blocked}" if task.blocked else "正在办理"
    if task.status == "CANCELLED":
        return "流程已向前走，没有再办"
    return decided(schema, handed_in.data)[1] if schema and handed_in else ""


def _of_timer(timer: Timer, name: str) -> Stay:
    due = labels.due_words(timer.due_at) if timer.due_at < reminders.FAR else ""
    return Stay(timer.element_id, name or "定时", None, None, None, due, "", "系统", "等到时", is_done=False)
