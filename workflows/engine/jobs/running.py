"""Running effects and schedules in this process."""

import logging
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from workflows import clock
from workflows.db import Database
from workflows.engine.jobs.orders import APPLICATION, DAILY, QUEUE, Effect, Scalar, each_day, effects
from workflows.engine.jobs.tending import Tender

if TYPE_CHECKING:
    from dbos import DBOSConfig, ScheduleInput

# DBOS would hash our source and leave the jobs of the old version lying after an update; our effects read old arguments.
VERSION = "bihuan-1"
AT_ONCE = 2  # one may wait for the network; with more, two cores write documents no faster, and each thread costs 10 MB

log = logging.getLogger(__name__)
_stopping = threading.Event()
_tender: Tender | None = None


class Stopping(BaseException):
    """The process ends. No `Exception`, so that nobody takes it for a failure of the effect: as after a kill nothing is recorded,
    and the effect runs again at the next start."""


def go_on() -> None:
    """A long effect asks this now and then; Stopping once the process is to end, which then need not wait for it."""
    if _stopping.is_set():
        raise Stopping


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
    tender = Tender(database, executor)  # first of all: nobody may take this executor for dead
    DBOS(config=_config(database, executor))
    for name, function in effects.items():
        _register(name, function, database)
    schedules = [_schedule(name, database) for name in each_day]
    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=poll_seconds, on_conflict="always_update")
    for gone in {row["schedule_name"] for row in DBOS.list_schedules()} - set(each_day):
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

    hour, minute, function = each_day[name]
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
