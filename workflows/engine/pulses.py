"""The sweep's pulse: each sweeping process writes down now and then that it is alive, so that any other can tell.

A web process beside workers does not sweep, and must yet be able to say whether somebody does (`/healthz`).
"""

import os
import socket
from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock
from workflows.db import Base, Database

BEAT_SECONDS = 20.0
ALIVE_FOR = timedelta(seconds=90)  # three beats and some patience
KEPT_FOR = timedelta(days=1)


class Pulse(Base):
    """When a process last swept."""

    __tablename__ = "pulses"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    at: Mapped[datetime]


def beat(database: Database) -> None:
    """Write down that this process sweeps; processes that are long gone are forgotten."""
    name = f"{socket.gethostname()}-{os.getpid()}"
    with database.transaction() as session:
        session.execute(delete(Pulse).where((Pulse.at < clock.now() - KEPT_FOR) | (Pulse.name == name)))
        session.add(Pulse(name=name, at=clock.now()))


def last_at(session: Session) -> datetime | None:
    """When any process last swept."""
    return session.scalar(select(func.max(Pulse.at)))


def is_beating(session: Session) -> bool:
    """Whether any process has swept within the last ALIVE_FOR."""
    last = last_at(session)
    return last is not None and last > clock.now() - ALIVE_FOR
