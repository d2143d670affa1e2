"""Declaring what may be done in the background, and ordering it in the caller's own transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock
from workflows.db import Base
from workflows.errors import Conflict

if TYPE_CHECKING:
    from dbos import DBOSClient

Scalar = str | int | float | bool | None
Effect = Callable[..., object]

APPLICATION = "bihuan"
QUEUE = "effects"
DAILY = "daily."  # before the name of what runs every day

effects: dict[str, Effect] = {}  # by name, what `effect` has declared
each_day: dict[str, tuple[int, int, Effect]] = {}  # by name: hour, minute and what `daily` has declared


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
        effects[name] = function
        return function

    return declare


def daily(name: str, hour: int, minute: int) -> Callable[[Effect], Effect]:
    """Declare `function(database)` as run every day at this time of the office, by one of all servers.

    Days missed while no server ran are made up at the next start, one run each.
    """

    def declare(function: Effect) -> Effect:
        each_day[name] = (hour, minute, function)
        return function

    return declare


# ---- in the caller's transaction -------------------------------------------------------------------------------------


def enqueue(session: Session, name: str, **scalars: Scalar) -> str:
    """Order the effect `name` once this transaction commits; returns the job's id. A rolled back one leaves nothing, and so
    does one in a database without effects, whose id is ""."""
    if name not in effects:
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
    with session.no_autoflush:  # what the click has still to write goes in with the rest of it, in fewer statements
        handle: Any = client(connection.engine).enqueue_in_transaction(session, options, **scalars)
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


def client(engine: Any) -> "DBOSClient":
    """DBOS as seen by who only orders or asks. It is as cheap as a statement, so nobody keeps one."""
    from dbos import DBOSClient, DBOSPortableJSONSerializer

    return DBOSClient(
        system_database_engine=engine, application_name=APPLICATION, serializer=DBOSPortableJSONSerializer(), lazy=True
    )
