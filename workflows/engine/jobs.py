"""The only door to DBOS: effects outside the database, and daily schedules. DBOS is loaded when it is first needed.

An effect (mail, webhook, document, export) is enqueued in the caller's transaction: no commit, no effect; and whoever wrote
the row never waits for the network. After the commit a server or a worker runs it, and runs it *again* after a crash or a
failure; so an effect is written to be repeated. Rows it writes go into a transaction that asks `is_first`.

When not to use it: for deadlines (they are state, see timers.py), and for anything that can be a row in the same transaction.
"""

import logging
import socket
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import Connection, Text, column, delete, func, inspect, select, table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock
from workflows.db import Base, Database
from workflows.engine import history
from workflows.errors import Conflict, NotFound, Unavailable

if TYPE_CHECKING:
    from dbos import DBOSClient, DBOSConfig, ScheduleInput

Scalar = str | int | float | bool | None
Effect = Callable[..., object]

APPLICATION = "bihuan"
QUEUE = "effects"
# DBOS would hash our source and leave the jobs of the old version lying after an update; our effects read old arguments.
VERSION = "bihuan-1"
AT_ONCE = 2  # one may wait for the network; with more, two cores write documents no faster, and each thread costs 10 MB
KEPT_DAYS = 7
GIVEN_UP = ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
FINISHED = ["SUCCESS", "CANCELLED", *GIVEN_UP]
DAILY = "daily."  # before the name of what runs every day
AGAIN = "again"  # what is done with a job that was given up, in its own words: it was ordered once more
LOCK_CLASS = 7001  # the first key of our advisory locks; the second is the executor
TEND_SECONDS = 5.0

log = logging.getLogger(__name__)
_stopping = threading.Event()
_effects: dict[str, Effect] = {}
_daily: dict[str, tuple[int, int, Effect]] = {}


class Stopping(BaseException):
    """The process ends. No `Exception`, so that nobody takes it for a failure of the effect: as after a kill nothing is recorded,
    and the effect runs again at the next start."""


class Done(Base):
    """That a job has done something: the row commits together with what was done."""

    __tablename__ = "jobs_done"

    job_id: Mapped[str] = mapped_column(Text, primary_key=True)
    what: Mapped[str] = mapped_column(Text, primary_key=True)
    done_at: Mapped[datetime]


# ---- declaring -------------------------------------------------------------------------------------------------------


def effect(name: str) -> Callable[[Effect], Effect]:
    """Declare `function(database, **scalars)` as the effect `name`. The name stands in stored rows: never change it.

    A failure is tried again ten times over a quarter of an hour; then the job stands among `failures`.
    """

    def declare(function: Effect) -> Effect:
        _effects[name] = function
        return function

    return declare


def daily(name: str, hour: int, minute: int) -> Callable[[Effect], Effect]:
    """Declare `function(database)` as run every day at this time of the office, by one of all servers.

    Days missed while no server ran are made up at the next start, one run each.
    """

    def declare(function: Effect) -> Effect:
        _daily[name] = (hour, minute, function)
        return function

    return declare


# ---- in the caller's transaction -------------------------------------------------------------------------------------


def enqueue(session: Session, name: str, **scalars: Scalar) -> str:
    """Order the effect `name` once this transaction commits; returns the job's id. A rolled back one leaves nothing, and so
    does one in a database without effects, whose id is ""."""
    if name not in _effects:
        raise LookupError(f"no effect is called {name!r}")
    options: Any = {
        "workflow_name": name,
        "queue_name": QUEUE,
        "workflow_id": str(uuid4()),
        "serialization_type": "portable",
    }
    connection = session.connection()  # begins the transaction by our rules, not by DBOS's
    if not connection.get_execution_options()["has_effects"]:
        return ""
    handle: Any = _client(connection.engine).enqueue_in_transaction(session, options, **scalars)
    return str(handle.get_workflow_id())


def is_first(session: Session, what: str = "") -> bool:
    """Whether the running job does `what` for the first time. The answer is remembered if this transaction commits:

    with database.transaction() as session:
        if jobs.is_first(session): ...
    """
    from dbos import DBOS

    job_id = DBOS.workflow_id
    if job_id is None:
        raise RuntimeError("is_first is a question of a running effect")
    try:
        with session.begin_nested():
            session.add(Done(job_id=job_id, what=what, done_at=clock.now()))
    except Conflict:
        return False
    return True


def go_on() -> None:
    """A long effect asks this now and then; Stopping once the process is to end, which then need not wait for it."""
    if _stopping.is_set():
        raise Stopping


# ---- running ---------------------------------------------------------------------------------------------------------


def prepare(database: Database) -> None:
    """Create or upgrade the tables of DBOS in this database. `enqueue` needs them."""
    from dbos import DBOS

    logging.getLogger("dbos").setLevel(logging.ERROR)
    DBOS.migrate(database.url)


def start(database: Database, *, poll_seconds: float = 1.0) -> None:
    """Run effects and schedules in this process until `stop`. On SQLite only one process may."""
    from dbos import DBOS

    global _tender
    _stopping.clear()
    executor = "embedded" if database.is_sqlite else f"{socket.gethostname()}-{uuid4().hex[:12]}"
    tender = _Tender(database, executor)  # first of all: nobody may take this executor for dead
    DBOS(config=_config(database, executor))
    for name, function in _effects.items():
        _register(name, function, database)
    schedules = [_schedule(name, database) for name in _daily]
    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=poll_seconds, on_conflict="always_update")
    for gone in {row["schedule_name"] for row in DBOS.list_schedules()} - set(_daily):
        DBOS.delete_schedule(gone)
    if schedules:
        DBOS.apply_schedules(schedules)
    tender.start()
    _tender = tender


def stop(*, wait_seconds: int = 10) -> None:
    """Let running effects finish, then stop. What is cut off runs again at the next start."""
    from dbos import DBOS

    global _tender
    _stopping.set()
    DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=wait_seconds)
    if _tender is not None:
        _tender.stop()
        _tender = None


@dataclass(frozen=True)
class Failure:
    """An effect that was given up. One that `comes_again` runs every day: tomorrow's makes up for it."""

    job_id: str
    name: str
    at: datetime
    comes_again: bool


def failures(database: Database) -> list[Failure]:
    """The effects that were given up in the last days and not ordered again since, newest first."""
    with database.reading() as session:
        again = set(session.scalars(select(Done.job_id).where(Done.what == AGAIN)))
    rows = _client(database.engine.execution_options(reads_only=True)).list_workflows(**_GIVEN_UP)
    return [_failure(row) for row in rows if row.workflow_id not in again]


def order_again(session: Session, job_id: str) -> Failure:
    """Order an effect that was given up once more, with what it was ordered with. NotFound if it was not; Conflict if somebody
    has ordered it again already."""
    client = _client(session.connection().engine.execution_options(reads_only=True))
    found = next(iter(client.list_workflows(**{**_GIVEN_UP, "workflow_ids": [job_id], "load_input": True})), None)
    if found is None or found.input is None or found.name not in _effects:
        raise NotFound("没有这项没做成的后台任务，可能已经过了保留期。")
    session.add(Done(job_id=job_id, what=AGAIN, done_at=clock.now()))
    session.flush()
    enqueue(session, found.name, **found.input["kwargs"])
    return _failure(found)


_GIVEN_UP: Any = {"status": GIVEN_UP, "sort_desc": True, "load_input": False, "load_output": False}


def _failure(row: Any) -> Failure:
    at = datetime.fromtimestamp((row.updated_at or 0) / 1000, UTC)
    return Failure(row.workflow_id, row.name.removeprefix(DAILY), at, row.name.startswith(DAILY))


def count_given_up(database: Database) -> int:
    """How many `failures` there are. Asked of the table itself, so that who only counts need not load DBOS."""
    schema = None if database.is_sqlite else "dbos"
    with database.reading() as session:
        if not inspect(session.connection()).has_table("workflow_status", schema=schema):
            return 0
        jobs = table("workflow_status", column("workflow_uuid"), column("status"), schema=schema)
        again = select(Done.job_id).where(Done.what == AGAIN)
        left = jobs.c.status.in_(GIVEN_UP) & jobs.c.workflow_uuid.not_in(again)
        return session.scalar(select(func.count()).select_from(jobs).where(left)) or 0


def forget(database: Database) -> None:
    """Delete the jobs that were finished more than KEPT_DAYS ago, and what is remembered for them."""
    client = _client(database.engine)
    before = (clock.now() - timedelta(days=KEPT_DAYS)).isoformat()
    old: Any = {"status": FINISHED, "completed_before": before, "limit": 500, "load_input": False, "load_output": False}
    while ids := [row.workflow_id for row in client.list_workflows(**old)]:
        with database.transaction() as session:
            session.execute(delete(Done).where(Done.job_id.in_(ids)))
        client.delete_workflows(ids)


def _config(database: Database, executor: str) -> "DBOSConfig":
    from dbos import DBOSPortableJSONSerializer

    return {
        "name": APPLICATION,
        "system_database_url": database.url,  # the same database, but connections of its own
        "sys_db_pool_size": 5,
        "executor_id": executor,
        "application_version": VERSION,
        "serializer": DBOSPortableJSONSerializer(),  # the default is pickle: it runs code, and breaks when a class moves
        "use_listen_notify": False,
        "max_executor_threads": 16,
        "log_level": "ERROR",
    }


def _client(engine: Any) -> "DBOSClient":
    """DBOS as seen by who only orders. It is as cheap as a statement, so nobody keeps one."""
    from dbos import DBOSClient, DBOSPortableJSONSerializer

    return DBOSClient(
        system_database_engine=engine, application_name=APPLICATION, serializer=DBOSPortableJSONSerializer(), lazy=True
    )


def _step(name: str, function: Effect, database: Database) -> Callable[[dict[str, Scalar]], None]:
    from dbos import DBOS

    @DBOS.step(name=f"{name}.step", retries_allowed=True, max_attempts=10, interval_seconds=1, backoff_rate=2)
    def step(scalars: dict[str, Scalar]) -> None:
        try:
            function(database, **scalars)
        except Exception:  # logged here, though raised again: DBOS tells neither of which job it was, nor why
            log.exception("%s failed, job %s", name, DBOS.workflow_id)
            raise

    return step


def _register(name: str, function: Effect, database: Database) -> None:
    """A workflow of one step: the workflow survives the process, the step is tried again when it fails."""
    from dbos import DBOS

    step = _step(name, function, database)

    @DBOS.workflow(name=name, max_recovery_attempts=100)
    def workflow(**scalars: Scalar) -> None:
        step(scalars)


def _schedule(name: str, database: Database) -> "ScheduleInput":
    from dbos import DBOS

    hour, minute, function = _daily[name]
    step = _step(f"{DAILY}{name}", function, database)

    @DBOS.workflow(name=f"{DAILY}{name}", max_recovery_attempts=100)
    def workflow(_scheduled_at: Any, _context: Any) -> None:
        step({})

    return {
        "schedule_name": name,
        "workflow_fn": workflow,
        "schedule": f"{minute} {hour} * * *",
        "cron_timezone": clock.SHANGHAI.key,
        "automatic_backfill": True,
        "context": None,
    }


class _Tender:
    """What DBOS leaves to its paid service: jobs of dead executors come back, old ones go.

    On PostgreSQL each executor holds an advisory lock as long as it lives; who can take an executor's lock knows it dead. On
    SQLite there is one executor, and DBOS itself takes up its jobs at the start.
    """

    def __init__(self, database: Database, executor: str) -> None:
        self.database, self.executor = database, executor
        self.alive: Connection | None = None
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._loop, name="jobs-tender", daemon=True)
        self._stay_alive()

    def start(self) -> None:
        """Begin to tend."""
        self.thread.start()

    def stop(self) -> None:
        """Let the loop end; waits for it at most ten seconds."""
        self.ended.set()
        if self.thread.is_alive():
            self.thread.join(timeout=10)
        if self.alive is not None:
            self.alive.invalidate()  # back in the pool it would keep its lock, and this executor would seem alive
            self.alive.close()

    def _loop(self) -> None:
        rounds = 0
        while not self.ended.wait(0 if rounds == 0 else TEND_SECONDS):
            try:
                self._stay_alive()
                self._recover()
                if rounds % 720 == 0:  # once an hour
                    forget(self.database)
            except Exception:  # a sweep: the database may be away for a while, the next round tries again
                log.exception("jobs could not be tended")
            rounds += 1

    def _stay_alive(self) -> None:
        """Take our lock, also again after the database has cut the connection and dropped the lock with it."""
        if self.database.is_sqlite:
            return
        try:
            if self.alive is not None:
                self.alive.execute(select(1))
                return
        except (DBAPIError, Unavailable):
            self.alive = None
        self.alive = self.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self.alive.execute(select(func.pg_advisory_lock(LOCK_CLASS, _lock_key(self.executor))))

    def _recover(self) -> None:
        from dbos import DBOS

        if self.database.is_sqlite:
            return
        pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        for other in {row.executor_id for row in pending if row.executor_id} - {self.executor}:
            with self.database.transaction() as session:  # the lock is held while we take the jobs over
                if session.scalar(select(func.pg_try_advisory_xact_lock(LOCK_CLASS, _lock_key(other)))):
                    DBOS._recover_pending_workflows([other])


def _lock_key(executor: str) -> int:
    return zlib.crc32(executor.encode()) - 2**31  # advisory locks take two signed 32-bit numbers


_tender: _Tender | None = None

# The day's anchor over all chains of history (design §6), soon after midnight.
daily("history.anchor", 0, 10)(history.anchor)
