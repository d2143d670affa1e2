"""The sweep: fires the timers that are due, each in a transaction of its own (on SQLite in a savepoint of its own).

Timers are state, not jobs: a cancelled deadline is a deleted row, a re-armed one a changed row, and nothing has to be
un-scheduled. So this is a plain loop: look for due rows, take each under its lock, look again, advance its instance. One
broken case never stops the others: it is logged, put off, and tried again.
"""

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from workflows import clock
from workflows.db import Database, Moment
from workflows.engine import Cause, Rules, Subject, definitions, instances, pulses, spiff
from workflows.engine.worklist import Timer
from workflows.errors import Conflict, Unavailable

IDLE_SECONDS = 5.0  # a timer armed by another process is seen after this long at the latest
FIRST_PUT_OFF = timedelta(minutes=1)  # doubled after each failure, up to a day
ON_ONE_COMMIT = 8  # timers that share SQLite's one wait for the disk; while they fire, nobody else writes (about 40 ms)

log = logging.getLogger(__name__)


def sweep(database: Database, rules: Rules, limit: int = 100) -> int:
    """Fire up to `limit` due timers; answers how many fired."""
    with database.reading() as session:
        due = session.execute(_DUE, {"now": clock.now(), "limit": limit}).all()
    if not database.is_sqlite:  # whoever holds two instances there may meet somebody who holds them the other way round
        return _fire_each(database, rules, due)
    return sum(_fire_together(database, rules, due[n : n + ON_ONE_COMMIT]) for n in range(0, len(due), ON_ONE_COMMIT))


_NOW = bindparam("now", type_=Moment)
_DUE = (
    select(Timer.id, Timer.instance_id).where(Timer.wake_at <= _NOW).order_by(Timer.wake_at).limit(bindparam("limit"))
)
_STILL_DUE = select(Timer).where(Timer.id == bindparam("timer"), Timer.wake_at <= _NOW)


def count_anew(database: Database, rules: Rules) -> int:
    """Ask the domain again for every due moment of every running instance, each in a transaction of its own; answers how many.
    For when what all terms rest on has changed, as the calendar does."""
    with database.reading() as session:
        running = list(session.execute(instances.running()))
    return sum(_count_alone(database, rules, Subject(kind, id)) for kind, id in running)


def _count_alone(database: Database, rules: Rules, subject: Subject) -> bool:
    try:
        with database.transaction() as session:
            instances.rearm(session, rules, subject, Cause(("calendar", 0), clock.now()))
            return True
    except Unavailable:  # the whole job is tried again
        raise
    except Exception:  # one broken case must not keep the others on old terms
        log.exception("the terms of %s could not be counted anew", subject)
        return False


def try_now(session: Session, timer_id: int) -> None:
    """Let a timer whose last try failed be tried at the next sweep. Conflict if it has fired meanwhile or is gone."""
    timer = session.scalar(select(Timer).where(Timer.id == timer_id, Timer.failures > 0).with_for_update())
    if timer is None:
        raise Conflict("这一项已经办成，或者随案件办结取消了，不用再试。")
    timer.wake_at = clock.now()


def next_at(database: Database) -> datetime | None:
    """When the next timer wants to be looked at."""
    with database.reading() as session:
        return session.scalar(select(func.min(Timer.wake_at)))


def armed(session: Session, instance_id: int) -> list[Timer]:
    """The timers that one instance waits for, the next one first."""
    return list(session.scalars(_OF_INSTANCE, {"instance": instance_id}))


_OF_INSTANCE = select(Timer).where(Timer.instance_id == bindparam("instance")).order_by(Timer.due_at, Timer.id)


@dataclass(frozen=True)
class Failure:
    """A timer whose last try failed: where it stands, when it was due, how often it was tried, when it is tried again."""

    id: int
    instance_id: int
    definition: str
    version: int
    element: str
    due_at: datetime
    failures: int
    again_at: datetime


def failures(session: Session, limit: int = 50) -> list[Failure]:
    """The timers whose last try failed, the one that waits longest first."""
    kept, definition = instances.Instance, definitions.Definition
    found = select(Timer, kept, definition).join(kept, Timer.instance_id == kept.id).join(definition)
    rows = session.execute(found.where(Timer.failures > 0).order_by(Timer.due_at, Timer.id).limit(limit))
    return [
        Failure(
            id=timer.id,
            instance_id=instance.id,
            definition=of.name,
            version=of.version,
            element=instances.version(session, instance).spec.elements[timer.element_id].name or timer.element_id,
            due_at=timer.due_at,
            failures=timer.failures,
            again_at=timer.wake_at,
        )
        for timer, instance, of in rows
    ]


@dataclass(frozen=True)
class Counts:
    """How many timers are armed, how many of them are due and not fired yet, how many failed at their last try."""

    armed: int
    overdue: int
    failed: int


def counts(session: Session) -> Counts:
    """The timers in three figures."""
    all_timers = select(func.count()).select_from(Timer)
    overdue, failed = Timer.wake_at <= clock.now(), Timer.failures > 0
    found = [session.scalar(each) or 0 for each in (all_timers, all_timers.where(overdue), all_timers.where(failed))]
    return Counts(*found)


class Sweeper(threading.Thread):
    """The one sweep loop of a server or worker process."""

    def __init__(self, database: Database, rules: Rules) -> None:
        super().__init__(name="sweep", daemon=True)
        self.database, self.rules, self.stopping = database, rules, threading.Event()
        self.next_beat = 0.0

    def run(self) -> None:
        """Sweep, then sleep until the next timer is due, at most IDLE_SECONDS."""
        while not self.stopping.is_set():
            try:
                fired = sweep(self.database, self.rules)
                self._beat()
                pause = 0.0 if fired else self._pause()
            except Exception:  # the database may be away for a while; the loop must outlive it
                log.exception("sweep failed")
                pause = IDLE_SECONDS
            self.stopping.wait(pause)

    def stop(self) -> None:
        """Let the loop end after what it is doing."""
        self.stopping.set()
        self.join(timeout=30)

    def _beat(self) -> None:
        if time.monotonic() >= self.next_beat:
            pulses.beat(self.database)
            self.next_beat = time.monotonic() + pulses.BEAT_SECONDS

    def _pause(self) -> float:
        due = next_at(self.database)
        seconds = (due - clock.now()).total_seconds() if due else IDLE_SECONDS
        return min(max(seconds, 0.05), IDLE_SECONDS)


def _fire_together(database: Database, rules: Rules, due: Sequence[tuple[int, int]]) -> int:
    with database.as_one() as one:
        return _fire_each(one, rules, due)


def _fire_each(database: Database, rules: Rules, due: Iterable[tuple[int, int]]) -> int:
    return sum(_fire_alone(database, rules, timer_id, instance_id) for timer_id, instance_id in due)


def _fire_alone(database: Database, rules: Rules, timer_id: int, instance_id: int) -> bool:
    try:
        with database.transaction() as session:
            return _fire(session, rules, timer_id, instance_id)
    except Unavailable:  # not this timer's fault: it must not be put off for it
        raise
    except Exception as error:  # whatever is wrong with this case, the next one must have its turn
        log.exception("timer %s failed", timer_id)
        _put_off(database, timer_id, error)
        return False


def _fire(session: Session, rules: Rules, timer_id: int, instance_id: int) -> bool:
    instance = instances.lock(session, instance_id)
    timer = session.scalar(_STILL_DUE, {"timer": timer_id, "now": clock.now()})
    if timer is None:  # fired, cancelled or re-armed by somebody else while we waited for the lock
        return False
    cause = Cause(("timer", timer.element_id), clock.now())
    token_id = timer.token_id
    instances.advance(session, rules, instance, cause, lambda run: spiff.fire(run, token_id))
    return True


def _put_off(database: Database, timer_id: int, error: Exception) -> None:
    with database.transaction() as session:
        if timer := session.get(Timer, timer_id):
            pause = min(FIRST_PUT_OFF * 2 ** min(timer.failures, 12), timedelta(days=1))
            timer.failures, timer.wake_at = timer.failures + 1, clock.now() + pause
            timer.error = f"{type(error).__name__}: {error}"[:500]
