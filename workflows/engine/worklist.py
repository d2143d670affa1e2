"""The open tasks and armed timers of an instance, copied into tables so that they can be asked for. Written only here.

`copy` compares what the engine held before a step with what it holds after it: tasks that are gone are closed, new ones are
addressed and dated, timers follow. So a step costs what it changes, and the tables need not be read for it. Whose a task is
and when it is due, the domain answers through `Rules`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, bindparam, delete, insert, or_, select, tuple_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock
from workflows.db import Base, Key
from workflows.engine import Address, Due, Post, Rules, Subject, Want, history, spiff

if TYPE_CHECKING:
    from workflows.engine.instances import Instance

NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # stands where a task has no due moment, so that it sorts last


class Task(Base):
    """A user task that is or was open."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("ix_tasks_instance", "instance_id", "status"),
        Index("ix_tasks_assignee", "assignee_id", "status", "due_key", "id"),
        Index("ix_tasks_done", "done_by", "done_at", "id"),
        Index("ix_tasks_subject", "subject_kind", "subject_id"),
        Index("ix_tasks_blocked", "status", "blocked"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instances.id"))
    token_id: Mapped[str] = mapped_column(String(40))  # the engine's id of the token at this task
    element_id: Mapped[str] = mapped_column(String(100))
    index: Mapped[int]  # which instance of a multi-instance task, from 0
    name: Mapped[str] = mapped_column(String(200))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(Key)
    title: Mapped[str] = mapped_column(String(300))  # the subject's, when the task opened; for search
    form: Mapped[str] = mapped_column(String(100))
    verb: Mapped[str] = mapped_column(String(100))
    duty: Mapped[str] = mapped_column(String(10))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    due_source: Mapped[str] = mapped_column(String(200))
    due_key: Mapped[datetime]  # due_at or NEVER
    status: Mapped[str] = mapped_column(String(10))  # OPEN, DONE, CANCELLED
    assignee_id: Mapped[int | None] = mapped_column(Key)  # who claimed it, or whom the diagram names
    is_named: Mapped[bool]  # the assignee is named by the diagram: it cannot be released
    claimed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(Key)
    on_behalf_of: Mapped[int | None] = mapped_column(Key)
    note: Mapped[str] = mapped_column(String(300))  # how it was readdressed (上转), else ""
    blocked: Mapped[str] = mapped_column(String(300))  # why nobody may do it (受阻), else ""

    @property
    def subject(self) -> Subject:
        """What the task is about."""
        return Subject(self.subject_kind, self.subject_id)


class TaskPost(Base):
    """One address of a task: a post at which it waits, or waited. What is closed stays, so that a colleague with a stale page
    learns that the task is done instead of "not found"."""

    __tablename__ = "task_posts"
    __table_args__ = (
        Index("ix_task_posts_inbox", "role", "unit_id", "state", "due_key", "task_id"),
        Index("ix_task_posts_task", "task_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"))
    role: Mapped[str] = mapped_column(String(30))
    unit_id: Mapped[int] = mapped_column(Key)
    state: Mapped[str] = mapped_column(String(10))  # WAITING, CLAIMED, CLOSED
    due_key: Mapped[datetime]


class Timer(Base):
    """An armed timer. A cancelled one is a deleted row, a re-armed one a changed row."""

    __tablename__ = "timers"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instances.id"), index=True)
    token_id: Mapped[str] = mapped_column(String(40))
    element_id: Mapped[str] = mapped_column(String(100))
    due_at: Mapped[datetime]
    wake_at: Mapped[datetime] = mapped_column(index=True)  # due_at, or later after a failure
    failures: Mapped[int]
    error: Mapped[str] = mapped_column(String(500))


@dataclass(frozen=True)
class Held:
    """What the engine holds at one moment, by token id."""

    tasks: Mapping[str, spiff.OpenTask]
    timers: Mapping[str, spiff.Armed]

    def without(self, token_id: str) -> "Held":
        """The same but for one task, whose row is closed already."""
        return Held({id: task for id, task in self.tasks.items() if id != token_id}, self.timers)


NOTHING = Held({}, {})


def held(run: spiff.Run) -> Held:
    """The open tasks and armed timers of a run."""
    return Held({task.id: task for task in spiff.open_tasks(run)}, {timer.id: timer for timer in spiff.armed(run)})


# ---- verbs -----------------------------------------------------------------------------------------------------------


def copy(session: Session, rules: Rules, instance: "Instance", before: Held, after: Held, thing: Any) -> None:
    """Bring the tables in line with what a step has changed."""
    gone = [id for id in before.tasks if id not in after.tasks]
    fresh = [task for id, task in after.tasks.items() if id not in before.tasks]
    if gone:
        _cancel(session, [row for row in open_rows(session, instance.id) if row.token_id in gone])
    if fresh:
        _open(session, rules, instance, fresh, thing)
    _copy_timers(session, instance.id, before.timers, after.timers)


def redue(session: Session, rules: Rules, instance: "Instance", run: spiff.Run, thing: Any) -> None:
    """Date the open tasks again, after a deadline of the domain has changed."""
    texts = {task.id: task.element.properties.get("due", "") for task in spiff.open_tasks(run)}
    for row in open_rows(session, instance.id):
        if text := texts.get(row.token_id):
            _date(row, rules.due(session, thing, text, row.opened_at))
            session.execute(update(TaskPost).where(TaskPost.task_id == row.id).values(due_key=row.due_key))


def readdress(session: Session, rules: Rules, row: Task, element: spiff.Element, thing: Any) -> bool:
    """Ask again whose an open task is, after posts have changed hands; True if it is somebody else's now.

    Who has claimed it and still stands at its posts keeps it. A claim by anybody else ends, so that his colleagues may go on.
    """
    posts = _posts_of(session, row.id)
    claimed_by = None if row.is_named else row.assignee_id
    if claimed_by and not row.blocked:
        if rules.stands_at(session, claimed_by, posts):
            return False
        _end_claim(session, row, claimed_by)
    address = rules.address(session, thing, want(spiff.OpenTask(row.token_id, element, row.index)))
    named = row.assignee_id if row.is_named else None
    if (address.posts, address.person_id, address.note, address.blocked) == (posts, named, row.note, row.blocked):
        return claimed_by is not None
    row.blocked, row.note = address.blocked, address.note
    row.assignee_id, row.is_named = address.person_id, address.person_id is not None
    session.execute(delete(TaskPost).where(TaskPost.task_id == row.id))
    _post(session, [(row, address)])
    said = address.blocked or address.note or "已有人可以办理"
    history.record(session, row.subject, "readdressed", task=row.id, element=row.element_id, note=said)
    return True


def _posts_of(session: Session, task_id: int) -> frozenset[Post]:
    rows = session.execute(select(TaskPost.role, TaskPost.unit_id).where(TaskPost.task_id == task_id))
    return frozenset(Post(role, unit_id) for role, unit_id in rows)


def _end_claim(session: Session, row: Task, claimed_by: int) -> None:
    """Give a task back to its post, because who had claimed it has left."""
    row.assignee_id = row.claimed_at = None
    mark(session, [row.id], "WAITING")
    why = "签领人已不在岗，任务退回岗位。"
    history.record(session, row.subject, "claim_ended", task=row.id, element=row.element_id, person=claimed_by, reason=why)


def clear(session: Session, instance_id: int) -> None:
    """Cancel every open task and timer of an instance."""
    rows = open_rows(session, instance_id)
    _cancel(session, rows)
    session.execute(delete(Timer).where(Timer.instance_id == instance_id))


_POSTS = TaskPost.rows()
_MARK = update(_POSTS).where(_POSTS.c.task_id == bindparam("task")).values(state=bindparam("new"))
_OPEN = select(Task).where(Task.instance_id == bindparam("instance"), Task.status == "OPEN")


def mark(session: Session, task_ids: Iterable[int], state: str) -> None:
    """Say at the posts of these tasks whether they are WAITING, CLAIMED or CLOSED."""
    session.execute(_MARK, [{"task": task_id, "new": state} for task_id in task_ids])


# ---- tasks -----------------------------------------------------------------------------------------------------------


def concerned(session: Session, persons: Collection[int], posts: Collection[Post]) -> list[Task]:
    """The open tasks that are blocked, in the name of one of these persons, or at one of these posts; by instance, in the
    order in which whoever locks several of them does."""
    which = [Task.blocked != "", Task.assignee_id.in_(persons)]
    if posts:
        at_post = tuple_(TaskPost.role, TaskPost.unit_id).in_([tuple(post) for post in posts])
        which.append(Task.id.in_(select(TaskPost.task_id).where(at_post, TaskPost.state != "CLOSED")))
    return list(session.scalars(select(Task).where(Task.status == "OPEN", or_(*which)).order_by(Task.instance_id, Task.id)))


def _cancel(session: Session, rows: list[Task]) -> None:
    for row in rows:
        row.status, row.done_at = "CANCELLED", clock.now()
    if rows:
        mark(session, [row.id for row in rows], "CLOSED")


def open_rows(session: Session, instance_id: int) -> list[Task]:
    """The open tasks of an instance."""
    return list(session.scalars(_OPEN, {"instance": instance_id}))


def _open(session: Session, rules: Rules, instance: "Instance", fresh: list[spiff.OpenTask], thing: Any) -> None:
    title, addressed = rules.title(thing), []
    for task in fresh:
        address = rules.address(session, thing, want(task))
        row = _row(instance, task, title, address)
        _date(row, rules.due(session, thing, task.element.properties.get("due", ""), row.opened_at))
        addressed.append((row, address))
    session.add_all([row for row, _ in addressed])
    session.flush()
    _post(session, addressed)
    for row in (row for row, address in addressed if address.note):  # each going up leaves a trace (domain 3.3, 上转表)
        history.record(session, row.subject, "readdressed", task=row.id, element=row.element_id, note=row.note)


def _post(session: Session, addressed: list[tuple[Task, Address]]) -> None:
    posts = [
        {"task_id": row.id, "role": post.role, "unit_id": post.unit_id, "state": "WAITING", "due_key": row.due_key}
        for row, address in addressed
        for post in sorted(address.posts)
    ]
    if posts:
        session.execute(insert(TaskPost.rows()), posts)


def _row(instance: "Instance", task: spiff.OpenTask, title: str, address: Address) -> Task:
    properties = task.element.properties
    return Task(
        instance_id=instance.id,
        token_id=task.id,
        element_id=task.element.id,
        index=task.index,
        name=task.element.name,
        subject_kind=instance.subject_kind,
        subject_id=instance.subject_id,
        title=title,
        form=properties.get("form", ""),
        verb=properties.get("verb", ""),
        duty=properties.get("duty", ""),
        opened_at=clock.now(),
        status="OPEN",
        assignee_id=address.person_id,
        is_named=address.person_id is not None,
        note=address.note,
        blocked=address.blocked,
    )


def _date(row: Task, due: Due | None) -> None:
    row.due_at, row.due_source = (due.at, due.source) if due else (None, "")
    row.due_key = row.due_at or NEVER


def want(task: spiff.OpenTask) -> Want:
    """Who should do the task, as the diagram says it."""
    properties = task.element.properties
    roles = properties.get("role", "").split(",")
    return Want(
        element_id=task.element.id,
        roles=tuple(role.strip() for role in roles if role.strip()),
        lane=task.element.lane or "",
        unit=properties.get("unit", ""),
        person=properties.get("person", ""),
        duty=properties.get("duty", ""),
        index=task.index,
    )


# ---- timers ----------------------------------------------------------------------------------------------------------


def _copy_timers(
    session: Session, instance_id: int, before: Mapping[str, spiff.Armed], after: Mapping[str, spiff.Armed]
) -> None:
    gone = [id for id in before if id not in after]
    if gone:
        session.execute(delete(Timer).where(Timer.instance_id == instance_id, Timer.token_id.in_(gone)))
    moved = [timer for id, timer in after.items() if id in before and before[id].due_at != timer.due_at]
    for timer in moved:
        mine = update(Timer).where(Timer.instance_id == instance_id, Timer.token_id == timer.id)
        session.execute(mine.values(due_at=timer.due_at, wake_at=timer.due_at, failures=0, error=""))
    if fresh := [_timer(instance_id, timer) for id, timer in after.items() if id not in before]:
        session.execute(_ARM, fresh)


_ARM = insert(Timer.rows())


def _timer(instance_id: int, timer: spiff.Armed) -> dict[str, Any]:
    return {
        "instance_id": instance_id,
        "token_id": timer.id,
        "element_id": timer.element.id,
        "due_at": timer.due_at,
        "wake_at": timer.due_at,
        "failures": 0,
        "error": "",
    }
