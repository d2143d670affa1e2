"""What waits for whom: one task, the inbox, its figures, and what was handed in."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from workflows import clock, memory
from workflows.codes import find_key
from workflows.engine import Caller, Post, Rules, Subject, definitions, history, instances
from workflows.engine.tasks import waiting
from workflows.engine.tasks.tables import Submission, TaskDraft
from workflows.engine.worklist import Task, TaskPost
from workflows.errors import Forbidden, Invalid, NotFound

COUNTED_TO = 100  # a count stops here ("99+"), so that an inbox costs the same however full it is
SOON_DAYS = 3
NOT_FOUND = "没有这项任务，或者它不在您的岗位上。"


@dataclass(frozen=True)
class Row:
    """A task in a list. `forbidden` says why this person may not do it (greyed), else None; `is_shared`: somebody else could."""

    task: Task
    is_late: bool
    forbidden: str | None
    is_shared: bool = True


@dataclass(frozen=True)
class Inbox:
    """One page of tasks, and the key of the next page if there is one."""

    rows: list[Row]
    next: str | None


@dataclass(frozen=True)
class Counts:
    """How many tasks wait for a person; each stops at COUNTED_TO. `steps`: by box "mine" and "posts", how many of each step, as
    far as they are counted."""

    mine: int
    posts: int
    late: int
    soon: int
    steps: Mapping[str, Mapping[str, int]] = field(default_factory=dict, compare=False)

    def steps_of(self, box: str) -> list[tuple[str, int]]:
        """The steps a box holds, "all" being both, each with its number of tasks, the most frequent first."""
        boxes = self.steps.values() if box == "all" else [self.steps.get(box, {})]
        return _most_frequent(sum(map(Counter, boxes), Counter()))


def principal_of(task: Task, posts: Iterable[Post], caller: Caller) -> int | None:
    """For whom the caller would act: None for himself, else the id of the person he stands in for.

    A claim tells nothing here: who claimed a task for his principal does it for his principal.
    """
    addressed, named = set(posts), task.assignee_id if task.is_named else None
    if named == caller.person_id or addressed & caller.places[caller.person_id]:
        return None
    return next((person for person, places in caller.places.items() if named == person or addressed & places), None)


def must_be_allowed(session: Session, rules: Rules, task: Task, caller: Caller) -> int | None:
    """Check duties for the actor and for the person he stands in for; answers that principal. Forbidden with the sentence."""
    principal = principal_of(task, posts_of(session, task), caller) if caller.stands_in else None
    if task.duty:
        for person in filter(None, (caller.person_id, principal)):
            for why in rules.forbidden(session, [(task.subject, task.duty)], person).values():
                raise Forbidden(why)
    return principal


_MINE_WITH_INSTANCE = (  # put together once, as it is asked at every click
    select(Task, instances.Instance)
    .join(instances.Instance, instances.Instance.id == Task.instance_id)
    .where(
        Task.id == bindparam("task"),
        or_(
            and_(Task.is_named, Task.assignee_id.in_(bindparam("people", expanding=True))),
            Task.done_by == bindparam("person"),
            exists().where(
                TaskPost.task_id == Task.id,
                tuple_(TaskPost.role, TaskPost.unit_id).in_(bindparam("places", expanding=True)),
            ),
        ),
    )
)
_MINE_HELD = _MINE_WITH_INSTANCE.with_for_update(of=[instances.Instance, Task]).execution_options(populate_existing=True)
_PLACES = select(TaskPost.role, TaskPost.unit_id).where(TaskPost.task_id == bindparam("task"))
_OPEN = (
    select(Task)
    .where(Task.subject_kind == bindparam("kind"), Task.subject_id == bindparam("id"), Task.status == "OPEN")
    .order_by(Task.id)
)


def get(session: Session, task_id: int, caller: Caller, *, to_act: bool = False) -> Task:
    """A task at the caller's posts or in his name, open or done; NotFound for any other, so that addresses tell nothing.

    `to_act`: held at once, with its instance, as `instances.lock` would: by whoever is going to do something with it.
    """
    people, places = [caller.person_id, *caller.stands_in], [tuple(place) for place in caller.all_places]
    mine = {"task": task_id, "person": caller.person_id, "people": people, "places": places}
    row = session.execute(_MINE_HELD if to_act else _MINE_WITH_INSTANCE, mine).first()
    if row is None:
        raise NotFound(NOT_FOUND)
    task, instance = row
    memory.of(session, "held" if to_act else "seen")[task.id] = instance  # so that the session's own map keeps finding it
    return task


def posts_of(session: Session, task: Task) -> list[Post]:
    """Where a task waits or waited."""
    return [Post(role, unit_id) for role, unit_id in session.execute(_PLACES, {"task": task.id})]


def schema(session: Session, task: Task) -> dict[str, Any]:
    """The task's form, from the version its instance runs on."""
    found = instances.version(session, session.get_one(instances.Instance, task.instance_id)).forms.get(task.form)
    return found or {"title": task.name, "type": "object", "properties": {}}


_WITH_FORMS = (
    select(Task, instances.Instance.definition_id, instances.Instance.definition_sha256)
    .join(instances.Instance, instances.Instance.id == Task.instance_id)
    .where(Task.subject_kind == bindparam("kind"), Task.subject_id == bindparam("id"))
    .order_by(Task.id)
)


def with_forms(session: Session, subject: Subject) -> list[tuple[Task, dict[str, Any] | None]]:
    """Every task of a subject, oldest first, each with its form from the version that its own instance runs on."""
    found = session.execute(_WITH_FORMS, {"kind": subject.kind, "id": subject.id}).all()
    return [(task, definitions.version_of(session, id, sha256).forms.get(task.form)) for task, id, sha256 in found]


def why_not(session: Session, rules: Rules, task: Task, caller: Caller) -> str | None:
    """The duty that keeps the caller from doing the task, as a sentence; None if nothing does."""
    try:
        must_be_allowed(session, rules, task, caller)
    except Forbidden as refusal:
        return refusal.message
    return None


def faults(session: Session) -> list[str]:
    """Submissions that differ from the hash that was recorded with them: sentences for the auditor."""
    return [
        f"第 {each.id} 号提交（{each.name}）的内容与其校验值不符。"
        for each in session.scalars(select(Submission).order_by(Submission.id))
        if each.sha256 != history.digest(each.data)
    ]


_DRAFT = (
    select(TaskDraft)
    .join(Task, Task.id == TaskDraft.task_id)
    .where(Task.id == bindparam("task"), Task.status == "OPEN", TaskDraft.person_id == bindparam("person"))
)
_SUBMISSIONS = (
    select(Submission)
    .where(Submission.subject_kind == bindparam("kind"), Submission.subject_id == bindparam("id"))
    .order_by(Submission.id)
)


def find_draft(session: Session, task: Task, caller: Caller) -> TaskDraft | None:
    """What the caller kept for this task, or None; nothing of a task that is over (`clear_drafts`)."""
    return session.scalar(_DRAFT, {"task": task.id, "person": caller.person_id})


def submissions(session: Session, subject: Subject) -> list[Submission]:
    """Everything that was handed in about a subject, oldest first."""
    return list(session.scalars(_SUBMISSIONS, {"kind": subject.kind, "id": subject.id}))


def open_of(session: Session, subject: Subject) -> list[Task]:
    """The open tasks of a subject, oldest first."""
    return list(session.scalars(_OPEN, {"kind": subject.kind, "id": subject.id}))


def inbox(
    session: Session,
    rules: Rules,
    caller: Caller,
    *,
    box: str = "all",
    search: str = "",
    step: str = "",
    duties: Collection[str] = (),
    due: str = "",
    but: Collection[Subject] = (),
    alone: Collection[Post] = (),
    after: str | None = None,
    limit: int = 25,
) -> Inbox:
    """One page of tasks: box "mine" (in my name, or at a post where I am `alone`), "posts" (unclaimed at my other posts), "all"
    (both), or "done" (by me).

    Open tasks come in the order of their due moments, so what is late comes first; done ones newest first. `due`: "late" or
    "soon" only; `step`: only tasks of this name; `duties`: only tasks by which one takes on one of these; `but`: none about one
    of these subjects. `after` is the `next` of the page before. Each source is an equality look-up on an index that stops after
    one page.
    """
    filters = _filters(search=_escaped(search), step=step, duties=list(duties), but=list(map(tuple, but)))
    if box == "done":
        return _done(session, caller, filters, after, limit)
    shape, values = waiting.shape_of(caller, box, {**filters, **_span(due), **_behind(after)}, alone)
    if shape.is_empty:
        return Inbox([], None)
    tasks = list(session.scalars(waiting.page(shape), {**values, "limit": limit + 1}))
    shown = tasks[:limit]
    following = f"{shown[-1].due_key.isoformat()}~{shown[-1].id}" if len(tasks) > limit else None
    return Inbox(_rows(session, rules, caller, shown, alone), following)


def with_verb(session: Session, caller: Caller, verb: str) -> list[Task]:
    """The open tasks in the caller's name or at his posts that call this verb, the first due first."""
    shape, values = waiting.shape_of(caller, "all", {"verb": verb})
    return list(session.scalars(waiting.every(shape), values))


def count_open(session: Session) -> int:
    """How many tasks are open in the whole house."""
    return session.scalar(select(func.count()).select_from(Task).where(Task.status == "OPEN")) or 0


def counts(session: Session, caller: Caller, *, but: Collection[Subject] = (), alone: Collection[Post] = ()) -> Counts:
    """What waits for the caller, for the figures above his inbox, except of some subjects. What he has claimed no longer waits at
    his posts, and what waits where he is `alone` is his without that.

    Of each source the first due are counted, up to COUNTED_TO, so that late ones are not missed.
    """
    shape, values = waiting.shape_of(caller, "all", _filters(but=list(map(tuple, but))), alone)
    now = clock.now()
    moments = {"now": now, "soon": now + timedelta(days=SOON_DAYS), "limit": COUNTED_TO}
    rows = session.execute(waiting.figures(shape), {**values, **moments}).all()
    steps = {box: {name: number for at, name, number, *_ in rows if at == box} for box in ("mine", "posts")}
    mine, posts = (sum(steps[box].values()) for box in ("mine", "posts"))
    late, soon = (sum(int(row[at]) for row in rows) for at in (3, 4))
    mine, posts, late, soon = (min(figure, COUNTED_TO) for figure in (mine, posts, late, soon))
    return Counts(mine, posts, late, soon, steps)


def done_steps(session: Session, caller: Caller) -> list[tuple[str, int]]:
    """The steps of what the caller has done, each with its number of tasks, the most frequent first; of more than COUNTED_TO
    tasks, the newest are counted."""
    newest = select(Task.name).where(*_done_by(caller)).order_by(Task.done_at.desc()).limit(COUNTED_TO)
    return _most_frequent(Counter(session.scalars(newest)))


def _most_frequent(steps: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(steps.items(), key=lambda step: (-step[1], step[0]))


def is_shared(session: Session, task: Task, alone: Collection[Post]) -> bool:
    """Whether somebody else than the one who is `alone` at some posts could do the task."""
    return task.id in _shared(session, [task], alone)


def _shared(session: Session, shown: Collection[Task], alone: Collection[Post]) -> set[int]:
    if not alone:
        return {task.id for task in shown}
    return set(session.scalars(_ELSEWHERE, {"tasks": [task.id for task in shown], "alone": [tuple(post) for post in alone]}))


_ELSEWHERE = select(TaskPost.task_id).where(
    TaskPost.task_id.in_(bindparam("tasks", expanding=True)),
    tuple_(TaskPost.role, TaskPost.unit_id).not_in(bindparam("alone", expanding=True)),
)


def _rows(session: Session, rules: Rules, caller: Caller, shown: list[Task], alone: Collection[Post]) -> list[Row]:
    """A task that the caller may not do is shown all the same, greyed with the reason. One who stands in for somebody learns
    of the principal's duties when he opens the task."""
    pairs = {(task.subject, task.duty) for task in shown if task.duty}
    barred = rules.forbidden(session, pairs, caller.person_id) if pairs else {}
    shared, now = _shared(session, shown, alone), clock.now()
    return [Row(task, task.due_key < now, barred.get((task.subject, task.duty)), task.id in shared) for task in shown]


def _filters(**sought: Any) -> dict[str, Any]:
    """What looks for nothing narrows nothing."""
    return {name: value for name, value in sought.items() if value}


def _escaped(search: str) -> str:
    """What is sought, to be found as it is written: `%` and `_` mean nothing else."""
    return re.sub("[/%_]", r"/\g<0>", search)


def _span(due: str) -> dict[str, datetime]:
    """From when to when tasks are due; open at both ends unless only late ones or only those soon due are asked for."""
    now = clock.now()
    return {"late": {"until": now}, "soon": {"since": now, "until": now + timedelta(days=SOON_DAYS)}}.get(due, {})


def _behind(after: str | None) -> dict[str, Any]:
    """The place of the last task of the page before."""
    return dict(zip(("after", "after_id"), _key(after), strict=True)) if after else {}


def _key(after: str) -> tuple[datetime, int]:
    moment, _, last = after.partition("~")
    try:
        at = datetime.fromisoformat(moment).astimezone(UTC)
    except (ValueError, OverflowError):
        at = None
    if at is None or (key := find_key(last)) is None:
        raise Invalid("", "页码无效，请回到第一页。")
    return at, key


def _done(session: Session, caller: Caller, filters: Mapping[str, Any], after: str | None, limit: int) -> Inbox:
    mine = select(Task).where(*_done_by(caller), *waiting.narrowing(filters))
    if after:
        moment, last = _key(after)
        mine = mine.where(or_(Task.done_at < moment, and_(Task.done_at == moment, Task.id < last)))
    newest = mine.order_by(Task.done_at.desc(), Task.id.desc()).limit(limit + 1)
    tasks = list(session.scalars(newest, filters))
    shown = tasks[:limit]
    more = len(tasks) > limit and shown[-1].done_at is not None
    following = f"{shown[-1].done_at.isoformat()}~{shown[-1].id}" if more and shown[-1].done_at else None
    return Inbox([Row(task, False, None) for task in shown], following)


def _done_by(caller: Caller) -> tuple[ColumnElement[bool], ...]:
    return Task.done_by == caller.person_id, Task.status == "DONE"
