"""What the pages of a rehearsal show, asked of the stage at its moment and handed on as words."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import g

from service import cases, forms, labels, stays
from service.demo.driving import Driver
from service.rehearsals import answers
from service.rehearsals.stages import Stage
from workflows import clock, people, reminders
from workflows.engine import Post, history, instances, own, tasks, timers
from workflows.engine.definitions import Definition
from workflows.engine.instances import Instance
from workflows.engine.worklist import Task

LATE = timedelta(minutes=1)  # so long after its term a task is certainly late


@dataclass(frozen=True)
class Actor:
    """Somebody of the town who might do a task; `why_not` says what keeps him from it (职责分离)."""

    id: int
    name: str
    why_not: str | None


@dataclass(frozen=True)
class Open:
    """An open task, whose it is, and by whom it may be done here."""

    id: int
    name: str
    whose: str
    note: str
    of: str
    """The diagram it belongs to, if not the one that is rehearsed."""
    actors: list[Actor]


@dataclass(frozen=True)
class Coming:
    """What happens next by itself, and when."""

    at: datetime
    what: str


@dataclass(frozen=True)
class Happened:
    """A line of the town's own record."""

    at: str
    what: str
    by: str


@dataclass(frozen=True)
class Scene:
    """Where the case stands."""

    title: str
    now: str
    coming: str
    is_ended: bool
    tasks: list[Open]
    happened: list[Happened]
    diagram: dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A task as one person sees it."""

    id: int
    person_id: int
    name: str
    title: str
    by: str
    whose: str
    why_not: str | None
    schema: forms.Schema
    fields: list[forms.Field]
    values: dict[str, Any]
    has_files: bool
    facts: list[cases.Fact]
    heading: str


@contextmanager
def on(stage: Stage, *, keeps: bool = False) -> Iterator[tuple[Driver, Any]]:
    """What is asked and done in here is asked and done on the stage. Leaving it undoes what was done, unless it `keeps` it; an
    exception undoes it in any case."""
    of_the_house = g.session
    with stage.at_work() as driver:
        begin = driver.database.transaction if keeps else driver.database.reading
        with begin() as session:
            g.session = session
            try:
                yield driver, session
            finally:
                g.session = of_the_house


def played(session: Any, stage: Stage) -> Definition:
    """The diagram on stage."""
    return session.get_one(Definition, session.get_one(Instance, stage.instance_id).definition_id)


def scene(stage: Stage, xml_url: str) -> Scene:
    """The whole stage."""
    with on(stage) as (driver, session):
        instance, next_ = session.get_one(Instance, stage.instance_id), coming(session, stage)
        submissions, opened = tasks.submissions(session, stage.subject), tasks.with_forms(session, stage.subject)
        names = people.names(session, [each.by for each in submissions])
        shown = cases.picture(instance, stays.of(instance, opened, submissions, names), at=xml_url)
        waiting = [each for each, _ in opened if each.status == "OPEN"]
        waiting.sort(key=lambda task: task.instance_id != instance.id)  # those of other diagrams last
        flows = {each.id: name for each, name in instances.of(session, stage.subject)} | {instance.id: ""}
        return Scene(
            title=driver.rules.title(driver.rules.subject(session, stage.subject)),
            now=labels.moment(clock.now()),
            coming=f"{labels.due_words(next_.at)}：{next_.what}" if next_ else "",
            is_ended=instance.ended_at is not None,
            tasks=[_open(driver, session, each, flows[each.instance_id]) for each in waiting],
            happened=_happened(session, stage),
            diagram=shown,
        )


def coming(session: Any, stage: Stage) -> Coming | None:
    """The next term: a timer, or a task that becomes late."""
    now, waiting = clock.now(), tasks.open_of(session, stage.subject)
    terms = [Coming(each.due_at, f"“{each.name}”到期") for each in waiting if each.due_at and each.due_at + LATE > now]
    for instance, _ in instances.of(session, stage.subject):
        elements, armed = instances.version(session, instance).spec.elements, timers.armed(session, instance.id)
        terms += [
            Coming(each.wake_at, f"“{elements[each.element_id].name}”到时") for each in armed if each.wake_at < reminders.FAR
        ]
    return min(terms, key=lambda each: each.at, default=None)


def asked(stage: Stage, task_id: int, person_id: int, data: Mapping[str, Any] | None, faults: Mapping[str, str]) -> Asked:
    """A task's form; filled in with what is usual unless `data` was typed. NotFound if it is not this person's."""
    with on(stage) as (driver, session):
        caller = people.caller(session, person_id)
        task = tasks.get(session, task_id, caller)
        thing, schema = driver.rules.subject(session, stage.subject), tasks.schema(session, task)
        if data is None:
            data = answers.usual(driver, session, task, person_id)
        options, shown = cases.options_of(thing), answers.without_files(schema)
        functions = instances.functions(session, driver.rules, thing)
        fields = forms.view(shown, data, faults, options=options, functions=functions)
        kind = cases.KINDS[stage.subject.kind]
        return Asked(
            id=task.id,
            person_id=person_id,
            name=task.name,
            title=task.title,
            by=people.get(session, person_id).name,
            whose=cases.whose(task, {}),
            why_not=tasks.why_not(session, driver.rules, task, caller),
            schema=schema,
            fields=fields,
            values=cases.function_values(thing, fields),
            has_files=shown["properties"].keys() != schema["properties"].keys(),
            facts=kind.facts(thing, options),
            heading=kind.heading,
        )


def _open(driver: Driver, session: Any, task: Task, of: str) -> Open:
    actors = [_actor(driver, session, task, each) for each in _near(session, task)]
    named = people.names(session, [task.assignee_id])
    return Open(task.id, task.name, cases.whose(task, named), task.note, of, actors)


def _near(session: Any, task: Task) -> list[people.Person]:
    """Those whose task it is."""
    if task.is_named and task.assignee_id is not None:
        return [people.get(session, task.assignee_id)]
    posts = tasks.posts_of(session, task)
    asked_by_name = [people.get(session, post.unit_id) for post in posts if _is_own(post)]
    return [*people.holders(session, posts), *asked_by_name]


def _is_own(post: Post) -> bool:
    return post == own(post.unit_id)


def _actor(driver: Driver, session: Any, task: Task, person: people.Person) -> Actor:
    why_not = tasks.why_not(session, driver.rules, task, people.caller(session, person.id))
    return Actor(person.id, person.name, why_not)


def _happened(session: Any, stage: Stage) -> list[Happened]:
    lines = history.lines(session, stage.subject)[::-1]
    names = people.names(session, [line.by for line in lines])
    return [Happened(labels.moment(line.at), _what(line), names.get(line.by, "系统")) for line in lines]


def _what(line: history.Line) -> str:
    said = labels.line_kind(line.kind)
    return f"{said}“{line.body['name']}”" if line.kind == "task_completed" else said
