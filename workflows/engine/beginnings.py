"""What a person may begin: diagrams that start with a task of his, about a subject he is looking at.

A process that people begin from a subject's page says so by three properties: `subject` (what it is about), `begin` (what the
button says, 申请延期) and, if it may not always begin, `when` (a condition over the domain's functions). Who may is said by its
first task alone: whoever that task would be addressed to. So a new diagram brings its own button, and needs no code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.engine import Caller, Rules, Subject, definitions, expressions, instances, spiff, tasks, worklist
from workflows.engine.worklist import Task
from workflows.errors import Conflict, NotFound


@dataclass(frozen=True)
class Beginning:
    """A diagram that the caller may begin now. `element` and `form`: its first task, and the schema of that."""

    key: str
    label: str
    name: str
    element: str
    form: Mapping[str, Any]


# ---- verbs -----------------------------------------------------------------------------------------------------------


def begin(
    session: Session, rules: Rules, key: str, subject: Subject, caller: Caller, data: Mapping[str, Any]
) -> Task:
    """Start a diagram about a subject and hand in its first task at once; answers that task.

    Conflict if it may not begin now; NotFound if the first task is not the caller's: then nothing has begun. Everything else as
    `tasks.complete` refuses it.
    """
    is_allowed = may_begin(session, rules, definitions.get(session, key), rules.subject(session, subject))
    instance = instances.start(session, rules, key, subject, by=caller.person_id)
    opened = session.scalars(select(Task.id).where(Task.instance_id == instance.id, Task.status == "OPEN")).all()
    if len(opened) != 1:
        raise Conflict("这个流程图的开头不是一项任务，不能由人发起。")
    task = tasks.complete(session, rules, tasks.get(session, opened[0], caller), caller, data)
    if not is_allowed:  # after the task's verb, which may know a better sentence
        raise Conflict("现在不能发起这项流程：发起的条件不具备。")
    return task


# ---- questions -------------------------------------------------------------------------------------------------------


def offered(session: Session, rules: Rules, subject: Subject, caller: Caller) -> list[Beginning]:
    """What the caller may begin about a subject now, by name."""
    thing, running = rules.subject(session, subject), instances.keys_running(session, subject)
    free = [each for each in definitions.latest(session) if each.key not in running]
    found = [_find(session, rules, each, thing, caller) for each in free]
    return sorted((each for each in found if each is not None), key=lambda each: each.name)


def get(
    session: Session, rules: Rules, key: str, subject: Subject, caller: Caller, *, whenever: bool = False
) -> Beginning:
    """One of those, or NotFound. `whenever`: also one whose time has not come or is past, for who has its form before him still:
    `begin` tells him why it is refused."""
    thing, definition = rules.subject(session, subject), definitions.find(session, key)
    is_free = whenever or key not in instances.keys_running(session, subject)
    found = definition and is_free and _find(session, rules, definition, thing, caller, whenever=whenever)
    if found:
        return found
    raise NotFound("现在不能发起这项流程，或者它不归您的岗位发起。")


def _find(
    session: Session, rules: Rules, definition: definitions.Definition, thing: Any, caller: Caller, *, whenever: bool = False
) -> Beginning | None:
    version = definitions.version_of(session, definition.id, definition.sha256)
    said, first = version.spec.properties, version.spec.first
    if first is None or not said.get("begin") or said.get("subject") != thing.ref.kind:
        return None
    if not whenever and not may_begin(session, rules, definition, thing):
        return None
    address = rules.address(session, thing, worklist.want(spiff.OpenTask("", first, 0)))
    mine = address.person_id in caller.places or address.posts & caller.all_places
    if not mine or address.blocked:
        return None
    form = version.forms.get(first.properties.get("form", ""), {"title": first.name, "type": "object", "properties": {}})
    if form.get("x-reauthenticate"):  # a signature is given on the task's own page, which asks for the password
        return None
    return Beginning(definition.key, said["begin"], definition.name, first.id, form)


def may_begin(session: Session, rules: Rules, definition: definitions.Definition, thing: Any) -> bool:
    """Whether the condition under which the diagram may begin about this thing holds, if it has one."""
    condition = definitions.version_of(session, definition.id, definition.sha256).spec.properties.get("when")
    return not condition or bool(expressions.parse(condition).evaluate({}, instances.functions(session, rules, thing)))
