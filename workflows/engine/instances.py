"""Instances: one row is one running diagram about one subject, with its frozen state.

Whatever moves a token goes through `advance`: thaw, act, freeze, copy the open tasks and timers, all in the caller's
transaction. After any exception the thawed run is simply thrown away; what is stored is always the state of a finished step.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, String, Text, bindparam, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock, memory
from workflows.db import Base, Key
from workflows.engine import Cause, Post, Rules, Subject, definitions, expressions, history, spiff, worklist
from workflows.engine.worklist import Task
from workflows.errors import Conflict


class Instance(Base):
    """A running or ended diagram. `revision` makes the second of two writers fail (409)."""

    __tablename__ = "instances"
    __table_args__ = (Index("ix_instances_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    definition_sha256: Mapped[str] = mapped_column(String(64))  # finds the version in this process without a question
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(Key)
    state: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column()
    started_at: Mapped[datetime]
    started_by: Mapped[int | None] = mapped_column(Key)
    ended_at: Mapped[datetime | None]
    ended_how: Mapped[str] = mapped_column(String(200))  # "" while it runs, "completed", or why it was cancelled

    __mapper_args__ = {"version_id_col": revision}

    @property
    def subject(self) -> Subject:
        """What the instance is about."""
        return Subject(self.subject_kind, self.subject_id)


@dataclass(frozen=True)
class World:
    """What a run may ask: the domain's functions and steps, bound to this session, this thing and this cause."""

    session: Session
    rules: Rules
    thing: Any
    cause: Cause

    def evaluate(self, expression: str, data: Mapping[str, Any]) -> Any:
        """The value of a condition, cardinality or due moment."""
        return expressions.parse(expression).evaluate(data, functions(self.session, self.rules, self.thing))

    def call(self, step: str, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Mapping[str, Any] | None:  # noqa: ARG002
        """Run the step that a service task names."""
        return self.rules.steps[step].call(self.session, self.thing, cause=self.cause, **parameters)


# ---- verbs -----------------------------------------------------------------------------------------------------------


def start(session: Session, rules: Rules, key: str, subject: Subject, *, by: int | None) -> Instance:
    """Begin the newest version of a diagram about a subject and run it to its first tasks. Conflict while one of this diagram
    still runs about the same subject: two extensions of one deadline would be one too many."""
    definition = definitions.get(session, key)
    history.watch(session, subject)
    if find(session, subject, key, only_running=True) is not None:
        raise Conflict(f"这件事已有一项“{definition.name}”正在办理，办结后才能再发起。")
    instance = Instance(
        definition_id=definition.id,
        definition_sha256=definition.sha256,
        subject_kind=subject.kind,
        subject_id=subject.id,
        state="",
        started_at=clock.now(),
        started_by=by,
        ended_how="",
    )
    session.add(instance)
    session.flush()
    history.record(session, subject, "instance_started", by=by, definition=key, version=definition.version)
    world = _world(session, rules, instance, Cause(("instance", instance.id), clock.now(), by))
    run = spiff.begin(version(session, instance).spec, world)
    _keep(session, rules, instance, run, world.thing, worklist.NOTHING)
    return instance


def advance(
    session: Session, rules: Rules, instance: Instance, cause: Cause, act: Callable[[spiff.Run], None], *, done: str = ""
) -> None:
    """Thaw the instance, let `act` do one thing to it, and keep what came of it. `done`: the token whose task row is closed."""
    if instance.ended_at is not None:
        raise Conflict("这件事的流程已经结束，不能再办。")
    memory.of(session, "advancing")[instance.id] = True
    world = _world(session, rules, instance, cause)
    run = spiff.thaw(version(session, instance).spec, instance.state, world)
    before = worklist.held(run).without(done)
    act(run)
    _keep(session, rules, instance, run, world.thing, before)


def rearm(session: Session, rules: Rules, subject: Subject, cause: Cause) -> None:
    """Ask the domain again for every due moment of the subject's instances: timers and open tasks follow a changed deadline."""
    for instance in _others(session, subject):
        _rearm(session, rules, instance, cause)


def _rearm(session: Session, rules: Rules, instance: Instance, cause: Cause) -> None:
    world = _world(session, rules, instance, cause)
    run = spiff.thaw(version(session, instance).spec, instance.state, world)
    before = worklist.held(run)
    spiff.rearm(run)
    _keep(session, rules, instance, run, world.thing, before)
    worklist.redue(session, rules, instance, run, world.thing)


def readdress(session: Session, rules: Rules, *, persons: Collection[int] = (), posts: Collection[Post] = ()) -> int:
    """Ask again whose tasks are, after posts have changed hands: the blocked ones (受阻), those that these persons have claimed
    or that name them, and those at these posts. Answers how many are somebody else's now."""
    return sum(readdress_one(session, rules, task) for task in worklist.concerned(session, persons, posts))


def readdress_one(session: Session, rules: Rules, task: Task) -> bool:
    """Ask again whose one task is; whether it is somebody else's now."""
    instance = lock(session, task.instance_id, task)
    if task.status != "OPEN":  # it may have been done while we waited
        return False
    element = version(session, instance).spec.elements[task.element_id]
    return worklist.readdress(session, rules, task, element, rules.subject(session, task.subject))


def readdress_about(session: Session, rules: Rules, subject: Subject, *, but: Task) -> None:
    """Ask again whose the open tasks about one subject are, after others have taken it over; `but` the task by which they do."""
    thing = rules.subject(session, subject)
    for instance in _others(session, subject):
        elements = version(session, instance).spec.elements
        for task in worklist.open_rows(session, instance.id):
            if task.id != but.id:
                worklist.readdress(session, rules, task, elements[task.element_id], thing)


def cancel(session: Session, subject: Subject, *, by: int | None, reason: str, only: Collection[str] = ()) -> None:
    """End from outside whatever runs about a subject (`only` these diagrams, if any are named): tasks and timers go, the record
    says who and why. The instance whose own step asks for it goes on to its end."""
    for instance in _others(session, subject, only):
        instance.ended_at, instance.ended_how = clock.now(), reason
        worklist.clear(session, instance.id)
        history.record(session, subject, "instance_cancelled", by=by, instance=instance.id, reason=reason)


def _others(session: Session, subject: Subject, only: Collection[str] = ()) -> list[Instance]:
    """The subject's running instances, locked, in the order of their ids; without those that are being advanced right now,
    further up in this very transaction: their state in memory is newer than their row."""
    mine = select(Instance.id).where(Instance.subject_kind == subject.kind, Instance.subject_id == subject.id)
    if only:
        mine = mine.join(definitions.Definition).where(definitions.Definition.key.in_(only))
    ids = session.scalars(mine.where(Instance.ended_at.is_(None)).order_by(Instance.id)).all()
    advancing = memory.of(session, "advancing")
    held = [lock(session, id) for id in ids if id not in advancing]
    return [instance for instance in held if instance.ended_at is None]


def hold(session: Session, subject: Subject) -> None:
    """Lock the subject's running instances before something is recorded about it from outside: whoever acts in one of them
    meanwhile waits a moment, instead of being overtaken and sent back."""
    _others(session, subject)


def lock(session: Session, instance_id: int, task: Task | None = None) -> Instance:
    """The instance, held until the transaction ends: whoever else wants to move its tokens waits here.

    With a task of it, that one is read again as well, in the same question. It is locked too, after its instance: PostgreSQL
    reads anew after a wait only what it locks; the rest of the row stays as it was when the wait began. Asked again in the same
    transaction, both are held already (`tasks.get` may have done so).
    """
    if task is None:
        return session.scalars(_HELD, {"instance": instance_id}).one()
    known: dict[int, Instance] = memory.of(session, "held")
    if task.id not in known:
        known[task.id] = session.execute(_HELD_WITH_TASK, {"instance": instance_id, "task": task.id}).one()[0]
    return known[task.id]


_HELD = (  # put together once, as they are asked at every click
    select(Instance)
    .where(Instance.id == bindparam("instance"))
    .with_for_update(of=Instance)
    .execution_options(populate_existing=True)
)
_HELD_WITH_TASK = (
    select(Instance, Task)
    .join(Task, Task.instance_id == Instance.id)
    .where(Instance.id == bindparam("instance"), Task.id == bindparam("task"))
    .with_for_update(of=[Instance, Task])
    .execution_options(populate_existing=True)
)


# ---- questions -------------------------------------------------------------------------------------------------------


def find(session: Session, subject: Subject, key: str, *, only_running: bool = False) -> Instance | None:
    """The newest instance of a diagram about a subject, or None."""
    mine = select(Instance).where(Instance.subject_kind == subject.kind, Instance.subject_id == subject.id)
    mine = mine.where(Instance.definition_id.in_(select(definitions.Definition.id).where(definitions.Definition.key == key)))
    if only_running:
        mine = mine.where(Instance.ended_at.is_(None))
    return session.scalar(mine.order_by(Instance.id.desc()).limit(1))


def of(session: Session, subject: Subject) -> list[tuple[Instance, str]]:
    """Every instance about a subject with its diagram's name, oldest first."""
    named = select(Instance, definitions.Definition.name).join(definitions.Definition)
    mine = named.where(Instance.subject_kind == subject.kind, Instance.subject_id == subject.id)
    return [(instance, name) for instance, name in session.execute(mine.order_by(Instance.id))]


def keys_running(session: Session, subject: Subject) -> set[str]:
    """The diagrams that run about a subject, by key."""
    keys = select(definitions.Definition.key).join(Instance, Instance.definition_id == definitions.Definition.id)
    mine = keys.where(Instance.subject_kind == subject.kind, Instance.subject_id == subject.id, Instance.ended_at.is_(None))
    return set(session.scalars(mine))


def running() -> Select[str, int]:
    """The subjects of the instances that have not ended, each once."""
    subjects = select(Instance.subject_kind, Instance.subject_id).distinct()
    return subjects.where(Instance.ended_at.is_(None)).order_by(Instance.subject_kind, Instance.subject_id)


def tokens(session: Session, rules: Rules, instance: Instance) -> list[str]:
    """The elements that hold a token now, for the live diagram."""
    if instance.ended_at is not None:
        return []
    world = _world(session, rules, instance, Cause(("instance", instance.id), clock.now()))
    return spiff.tokens(spiff.thaw(version(session, instance).spec, instance.state, world))


def open_by_version(session: Session, key: str) -> dict[int, int]:
    """How many cases run on each version of a diagram; versions without one are left out."""
    version = definitions.Definition.version
    counted = select(version, func.count()).join(Instance, Instance.definition_id == definitions.Definition.id)
    mine = counted.where(definitions.Definition.key == key, Instance.ended_at.is_(None))
    return dict(session.execute(mine.group_by(version)).all())


def functions(session: Session, rules: Rules, thing: Any) -> dict[str, Callable[[], Any]]:
    """The functions an expression may call, asked about this thing."""
    return {name: partial(function, session, thing) for name, function in rules.functions.items()}


def version(session: Session, instance: Instance) -> definitions.Version:
    """The diagram and the forms the instance runs on."""
    return definitions.version_of(session, instance.definition_id, instance.definition_sha256)


def _world(session: Session, rules: Rules, instance: Instance, cause: Cause) -> World:
    return World(session, rules, rules.subject(session, instance.subject), cause)


def _keep(
    session: Session, rules: Rules, instance: Instance, run: spiff.Run, thing: Any, before: worklist.Held
) -> None:
    if run.is_ended:
        instance.ended_at, instance.ended_how = clock.now(), "completed"
        history.record(session, instance.subject, "instance_ended")
    worklist.copy(session, rules, instance, before, worklist.held(run), thing)
    instance.state = spiff.freeze(run)  # last, so that the row is written once, with what the copying has to say
