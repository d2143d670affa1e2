"""What was given up after ten tries, and ordering it once more."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import column, func, inspect, select, table
from sqlalchemy.orm import Session

from workflows import clock
from workflows.db import Database
from workflows.engine.jobs.orders import DAILY, Done, client, effects, enqueue
from workflows.errors import NotFound

GIVEN_UP = ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
AGAIN = "again"  # what is done with a job that was given up, in its own words: it was ordered once more


@dataclass(frozen=True)
class Failure:
    """An effect that was given up. One that `comes_again` runs every day: tomorrow's makes up for it."""

    job_id: str
    name: str
    at: datetime
    comes_again: bool


# ---- verbs ------------------------------------------------------------------------------------------------------------


def order_again(session: Session, job_id: str) -> Failure:
    """Order an effect that was given up once more, with what it was ordered with. NotFound if it was not; Conflict if somebody
    has ordered it again already."""
    dbos = client(session.connection().engine.execution_options(reads_only=True))
    found = next(iter(dbos.list_workflows(**{**_ASKED, "workflow_ids": [job_id], "load_input": True})), None)
    if found is None or found.input is None or found.name not in effects:
        raise NotFound("没有这项没做成的后台任务，可能已经过了保留期。")
    session.add(Done(job_id=job_id, what=AGAIN, done_at=clock.now()))
    session.flush()
    enqueue(session, found.name, **found.input["kwargs"])
    return _failure(found)


# ---- questions --------------------------------------------------------------------------------------------------------


def failures(database: Database) -> list[Failure]:
    """The effects that were given up in the last days and not ordered again since, newest first."""
    with database.reading() as session:
        again = set(session.scalars(select(Done.job_id).where(Done.what == AGAIN)))
    rows = client(database.engine.execution_options(reads_only=True)).list_workflows(**_ASKED)
    return [_failure(row) for row in rows if row.workflow_id not in again]


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


_ASKED: Any = {"status": GIVEN_UP, "sort_desc": True, "load_input": False, "load_output": False}


def _failure(row: Any) -> Failure:
    at = datetime.fromtimestamp((row.updated_at or 0) / 1000, UTC)
    return Failure(row.workflow_id, row.name.removeprefix(DAILY), at, row.name.startswith(DAILY))
