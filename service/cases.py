"""Cases as pages show them, whatever they are about: what is known, what was done, what is open, and where it stands.

A kind of subject (hazard, monthly return …) is put on the list `KINDS` by its own page module; everything here asks that list.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from flask import Flask, g, url_for
from flask_login import current_user

from service import definitions as diagrams
from service import forms, house, labels, pictures, stays
from workflows import people
from workflows.engine import Caller, Post, Subject, definitions, expressions, instances, own, tasks
from workflows.engine.beginnings import Beginning
from workflows.engine.worklist import Task
from workflows.errors import NotFound
from workflows.options import PERSONS

UNIT_ROWS = frozenset({"subjects", "county_depts", "units"})
RETURNS = frozenset({"redo", "refuse", "object", "rectify", "verify", "apply", "town", "FAIL", "no"})


@dataclass(frozen=True)
class Fact:
    """One line of what is known: label, text, a note below it, and a colour if it is a tag."""

    label: str
    text: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Past:
    """A step that was done: who, when, and what he handed in."""

    name: str
    by: str
    on_behalf_of: str
    at: datetime
    answers: list[forms.Told]
    sent_back: str
    """What sent the case back, in the form's own words (退回补正, 不合格); "" if it went on."""

    @property
    def reason(self) -> str:
        """Why: the first longer text he handed in."""
        return next((answer.texts[0] for answer in self.answers if answer.is_long), "")


@dataclass(frozen=True)
class Waiting:
    """A step that is open now, and whose it is."""

    name: str
    whose: str


@dataclass(frozen=True)
class Kind:
    """How pages show one kind of subject. `get_for`: the thing, if it lies in a person's scope today, or NotFound."""

    get_for: Callable[[Any, Caller, int], Any]
    facts: Callable[[Any, forms.Options], list[Fact]]
    page: tuple[str, str]  # the endpoint of its page, and what that calls its number
    section: str  # of the navigation
    called: str  # as one points at it: 这件隐患
    heading: str  # what its facts are headed
    photos: Callable[[Any, list[tasks.Submission]], list[pictures.Picture]] = lambda _thing, _submissions: []
    proposed: Callable[[Any, str], Mapping[str, Any]] = lambda _thing, _element: {}  # what an element's form says at first
    kept_from: Callable[[Caller], Collection[Subject]] = lambda _caller: ()  # of which he sees no task, though it is at his post
    parts: Callable[[Any], dict[str, Any]] = lambda _thing: {}  # what else its pages show, by the names the templates know it


KINDS: dict[str, Kind] = {}


def init_app(app: Flask) -> None:
    """Give the templates what they ask of past steps."""
    app.jinja_env.globals["sent_back"] = sent_back


# ---- a case ------------------------------------------------------------------------------------------------------------


def context(subject: Subject, thing: Any, options: forms.Options, instance: instances.Instance | None) -> dict[str, Any]:
    """Facts, past and open steps of a case, and where one of its instances stands on its diagram, for the templates."""
    kind = KINDS[subject.kind]
    submissions, opened = tasks.submissions(g.session, subject), tasks.with_forms(g.session, subject)
    schemas = {task.id: schema for task, schema in opened}
    waiting = [task for task, _ in opened if task.status == "OPEN"]
    names, named = _names(submissions, waiting), name_of(options)
    shown = kind.photos(thing, submissions)
    return {
        "kind": kind,
        "facts": kind.facts(thing, options),
        "pictures": shown,
        "compared": pictures.compare(shown),
        "past": [_past(each, schemas.get(each.task_id), named, names) for each in submissions],
        "waiting": [Waiting(task.name, whose(task, names)) for task in waiting],
        "diagram": picture(instance, stays.of(instance, opened, submissions, names)) if instance else None,
        "case_url": url(subject),
        "may_see_case": may_see(subject),
        **kind.parts(thing),
    }


def get_for(session: Any, subject: Subject) -> Any:
    """The thing a case is about, if it lies in the caller's scope today; NotFound otherwise, as if it did not exist."""
    if subject.kind not in KINDS:
        raise NotFound("没有找到这件事。")
    return KINDS[subject.kind].get_for(session, current_user.caller, subject.id)


def may_see(subject: Subject) -> bool:
    """Whether the case lies in the caller's scope today."""
    try:
        get_for(g.session, subject)
    except NotFound:
        return False
    return True


def url(subject: Subject) -> str:
    """Where a case is shown."""
    endpoint, number = KINDS[subject.kind].page
    return url_for(endpoint, **{number: subject.id})


def kept_from() -> list[Subject]:
    """What the caller is not to see, though its tasks wait at his posts."""
    return [subject for kind in KINDS.values() for subject in kind.kept_from(current_user.caller)]


def options_of(thing: Any) -> forms.Options:
    """The option lists of the domain, each asked for at most once a page."""
    rules, session = house().rules, g.session

    @cache
    def options(name: str) -> list[tuple[str, str]]:
        return rules.options[name](session, thing)

    return options


def name_of(options: forms.Options) -> forms.NameOf:
    """What a chosen row is called in what was handed in: persons and units by their id, so that one who has left the post
    since is still called by his name; anything else as its list says."""

    @cache
    def named(rows: str, value: str) -> str:
        if rows in PERSONS and value.isdigit():
            return people.names(g.session, [int(value)]).get(int(value), value)
        if rows in UNIT_ROWS and value.isdigit():
            return people.get_unit(g.session, int(value)).name
        return dict(options(rows)).get(value, value)

    return named


def first_task(
    thing: Any, beginning: Beginning, data: Mapping[str, Any], faults: Mapping[str, str]
) -> dict[str, Any]:
    """The form of the task that begins a process about a thing, for its template: filled with `data`, `faults` at the fields."""
    functions = instances.functions(g.session, house().rules, thing)
    fields = forms.view(beginning.form, data, faults, options=options_of(thing), functions=functions)
    return {"beginning": beginning, "fields": fields, "faults": faults, "values": function_values(thing, fields)}


def function_values(thing: Any, fields: Iterable[forms.Field]) -> dict[str, Any]:
    """What the functions in the fields' conditions answer now, for the page's script, which cannot ask them."""
    called = {name for field in fields if field.visible_when for name in expressions.parse(field.visible_when).calls}
    return {name: house().rules.functions[name](g.session, thing) for name in sorted(called)}


def _names(submissions: Iterable[tasks.Submission], waiting: Iterable[Task]) -> dict[int, str]:
    ids: list[int | None] = [id for each in submissions for id in (each.by, each.on_behalf_of)]
    ids += [task.assignee_id for task in waiting]
    return people.names(g.session, ids)


def _past(
    submission: tasks.Submission,
    schema: forms.Schema | None,
    named: forms.NameOf,
    names: Mapping[int, str],
) -> Past:
    data = submission.data
    return Past(
        name=submission.name,
        by=names.get(submission.by, ""),
        on_behalf_of=names.get(submission.on_behalf_of or 0, ""),
        at=submission.at,
        answers=forms.tell(schema, data, named) if schema else [],
        sent_back=_sent_back(schema, data) if schema else "",
    )


def _sent_back(schema: forms.Schema, data: Mapping[str, Any]) -> str:
    value, text = stays.decided(schema, data)
    return (text or "退回") if value in RETURNS else ""


def sent_back(past: Sequence[Past], name: str) -> Past | None:
    """The newest return since this step was last done: why it is there again. None if the step is there for the first time."""
    done = max((place for place, each in enumerate(past) if each.name == name), default=None)
    return next((each for each in reversed(past[done:]) if each.sent_back), None) if done is not None else None


def whose(task: Task, names: Mapping[int, str]) -> str:
    """Who is to do an open task, and how long he has; `names` holds that of who has claimed it."""
    if task.blocked:
        return f"受阻：{task.blocked}"
    due = f"，{labels.remaining(task.due_at)}" if task.due_at else ""
    if task.assignee_id:
        return f"待 {names.get(task.assignee_id, '')} 办理{due}"
    posts = tasks.posts_of(g.session, task)
    return f"待 {places(posts)} 办理{due}" if posts else "待办"


def region(code: str) -> str:
    """What the town and the village of a region code are called."""
    around = people.levels(g.session, code)
    return " ".join(around[kind].name for kind in ("TOWN", "VILLAGE") if kind in around)


def places(posts: Iterable[Post]) -> str:
    """Where a task waits, in words, each unit named once: 乙镇综合行政执法队员、乙镇应急消防站负责人、经办."""
    roles: dict[str, list[str]] = {}
    for post in posts:
        if post == own(post.unit_id):
            roles[people.get(g.session, post.unit_id).name] = [""]
        else:
            roles.setdefault(people.get_unit(g.session, post.unit_id).name, []).append(people.role_name(post.role))
    return "、".join(labels.posts(unit, held) for unit, held in roles.items())


def picture(instance: instances.Instance, stayed: list[stays.Stay], *, at: str = "") -> dict[str, Any]:
    """The live picture of a running diagram, for the macro `diagram`. `at`: where its file can be fetched, if not as a version
    of the house."""
    definition = definitions.get_drawn(g.session, instance.definition_id)
    tokens = tuple(dict.fromkeys(instances.tokens(g.session, house().rules, instance)))
    done = Counter(stay.element_id for stay in stayed if stay.is_done)
    shown = diagrams.diagram(definition, title="办到哪一步了", tokens=tokens, done=done, at=at)
    return {**shown, "stays": stayed}
