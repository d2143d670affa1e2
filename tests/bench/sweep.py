"""The sweep: one idle turn with no and with a million armed timers, and 10,000 timers that are due at once.

An idle turn is what the loop does when nothing is due: look for due rows, ask when the next one is. The burst is drained by
the sweep of a running server, beside its pages, which are asked all the while; each timer interrupts a task of a small
instance of its own and opens another. Slow machines: the draining is watched for PATIENCE seconds at most.
"""

import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.bench import plain
from tests.bench.browsing import Browser
from tests.bench.crowd import hours_from_now, multiply, numbers
from tests.bench.figures import Figure, ratio, side_by_side, tell
from tests.bench.servers import free_port, serve
from workflows.db import Base, Database
from workflows.engine import timers
from workflows.engine.worklist import Timer

ARMED, BURST = 1_000_000, 10_000
BLOCKS, TIMES = 10, 20
PATIENCE = 25.0  # seconds


def measure() -> Iterable[Figure]:
    """Milliseconds of an idle turn; timers a second of the burst, and how long a page takes meanwhile."""
    with _prepared() as (_, empty), _prepared() as (_, full):
        with full.transaction() as session:
            _arm(session, _instance(session))
        spent = side_by_side([lambda: _turn(empty), lambda: _turn(full)], blocks=BLOCKS, times=TIMES)
        yield Figure("sweep_idle_ms_0", statistics.median(spent[0]), "ms", aim=5)
        yield Figure("sweep_idle_ms_1000000", statistics.median(spent[1]), "ms", aim=5)
        yield Figure("sweep_1000000_to_0", ratio(spent[1], spent[0]), "×", aim=1.2)
    with _prepared() as (home, database):
        with database.transaction() as session:
            _multiply_instance(session, _instance(session))
        yield from _drained(home, database)


@contextmanager
def _prepared() -> Iterator[tuple[Path, Database]]:
    with tempfile.TemporaryDirectory() as folder:
        database = plain.prepare(Path(folder))
        yield Path(folder), database
        database.engine.dispose()


def _turn(database: Database) -> float:
    """One turn of the loop when nothing is due."""
    began = time.perf_counter()
    assert timers.sweep(database, plain.RULES) == 0
    timers.next_at(database)
    return (time.perf_counter() - began) * 1000


def _instance(session: Session) -> int:
    """A true instance with one task and one timer, armed for tomorrow."""
    return plain.begin(session, {"title": "木工车间通道堵塞"}, by=1, key=plain.TIMED).id


def _arm(session: Session, instance_id: int) -> None:
    """A million further timers, over the next year."""
    made = numbers(ARMED)
    moment = hours_from_now(made.c.n % 8760 + 1)
    multiply(session, "timers", _row_of(session, "timers", instance_id), made, due_at=moment, wake_at=moment)
    tell(f"  {ARMED:,} timers armed")


def _multiply_instance(session: Session, instance_id: int) -> None:
    """The burst: instances with their things, tasks, addresses and timers, all due an hour ago."""
    made, late = numbers(BURST), hours_from_now(-1)
    n, task_id = made.c.n, _row_of(session, "tasks", instance_id)
    post_id = session.scalar(select(func.min(_column("task_posts", "id"))).where(_column("task_posts", "task_id") == task_id))
    multiply(session, plain.Base.metadata.tables[plain.Thing.__tablename__], 1, made, id=1 + n)
    multiply(session, "instances", instance_id, made, id=instance_id + n, subject_id=1 + n)
    multiply(session, "tasks", task_id, made, id=task_id + n, instance_id=instance_id + n, subject_id=1 + n)
    multiply(session, "task_posts", post_id or 0, made, task_id=task_id + n)
    timer_id = _row_of(session, "timers", instance_id)
    multiply(session, "timers", timer_id, made, instance_id=instance_id + n, due_at=late, wake_at=late)


def _row_of(session: Session, table: str, instance_id: int) -> int:
    found = session.scalar(select(_column(table, "id")).where(_column(table, "instance_id") == instance_id))
    assert found is not None
    return int(found)


def _column(table: str, name: str):  # type: ignore[no-untyped-def]
    return Base.metadata.tables[table].c[name]


def _drained(home: Path, database: Database) -> Iterator[Figure]:
    with serve("tests.bench.plain", home=home, port=free_port()) as server:
        browser = Browser(server.port).sign_in(plain.LOGIN, plain.PASSWORD)
        began, before, pages = time.monotonic(), _left(database), []
        while (left := _left(database)) > 1 and time.monotonic() - began < PATIENCE:
            pages.append(browser.get("/").ms)
            time.sleep(0.5)
        seconds = time.monotonic() - began
    tell(f"  {before - left:,} of {before - 1:,} drained in {seconds:.0f} s; the slowest page took {max(pages):.0f} ms")
    yield Figure("sweep_burst_per_second", (before - left) / seconds, "timers/s", aim=150, better="higher")
    yield Figure("sweep_burst_page_ms", statistics.median(pages), "ms")


def _left(database: Database) -> int:
    """The timers still armed; one of them is the pattern's own, of tomorrow."""
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Timer)) or 0
