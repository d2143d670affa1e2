"""A server of jobs that a test can kill: `python -m tests.engine.jobs_worker URL`. Its effects count in the table `counts`."""

import sys
import time

from sqlalchemy import text

from workflows.db import Database
from workflows.engine import jobs
from workflows.engine.jobs import tending


@jobs.effect("test.count")
def count(database: Database, number: int, pause: float = 0.0) -> None:
    """Add one to the counter `number`, once, however often this runs; `tries` counts how often it did."""
    with database.transaction() as session:
        session.execute(text("update counts set tries = tries + 1 where id = :id"), {"id": number})
    time.sleep(pause)  # here the test kills us: after the first commit, before the second
    with database.transaction() as session:
        if jobs.is_first(session):
            session.execute(text("update counts set value = value + 1 where id = :id"), {"id": number})
    time.sleep(pause)  # and here: the work is committed, DBOS does not know yet


@jobs.effect("test.long")
def last_long(database: Database) -> None:
    """Go on for a minute at the first try; the second ends at once."""
    with database.transaction() as session:
        session.execute(text("update counts set tries = tries + 1 where id = 0"))
        tries = session.scalar(text("select tries from counts where id = 0"))
    for _ in range(1200 if tries == 1 else 0):
        jobs.go_on()
        time.sleep(0.05)


def main() -> None:
    """Serve until killed."""
    tending.TEND_SECONDS = 0.3
    jobs.start(Database(sys.argv[1]), poll_seconds=0.1)
    print("up", flush=True)
    time.sleep(60)


if __name__ == "__main__":
    main()
