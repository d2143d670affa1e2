"""What DBOS leaves to its paid service: jobs of dead executors come back, old ones go."""

import logging
import threading
import zlib
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.exc import DBAPIError

from workflows import clock
from workflows.db import Database
from workflows.engine.jobs.failures import GIVEN_UP
from workflows.engine.jobs.orders import Done, client
from workflows.errors import Unavailable

KEPT_DAYS = 7
FINISHED = ["SUCCESS", "CANCELLED", *GIVEN_UP]
LOCK_CLASS = 7001  # the first key of our advisory locks; the second is the executor
TEND_SECONDS = 5.0

log = logging.getLogger(__name__)


def forget(database: Database) -> None:
    """Delete the jobs that were finished more than KEPT_DAYS ago, and what is remembered for them."""
    dbos = client(database.engine)
    before = (clock.now() - timedelta(days=KEPT_DAYS)).isoformat()
    old: Any = {"status": FINISHED, "completed_before": before, "limit": 500, "load_input": False, "load_output": False}
    while ids := [row.workflow_id for row in dbos.list_workflows(**old)]:
        with database.transaction() as session:
            session.execute(delete(Done).where(Done.job_id.in_(ids)))
        dbos.delete_workflows(ids)


class Tender:
    """The loop that tends.

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
