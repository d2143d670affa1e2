"""Alembic migrations: one head, numbered files; `upgrade` brings a database to the newest structure.

Alembic takes 0.2 s to load, and a start has nearly always nothing to do; so it is loaded only when there is.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect
from sqlalchemy.engine import Connection

from workflows.db import Database

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent


def upgrade(database: Database) -> None:
    """Run what is missing, in one transaction; nothing to do costs two queries."""
    with database.engine.begin() as connection:
        if _current(connection) != head():
            move(connection, "head")


def move(connection: Connection, revision: str) -> None:
    """Run what is missing up to a revision, in the caller's transaction."""
    from alembic import command

    command.upgrade(settings(connection), revision)


def current(database: Database) -> str | None:
    """The revision that a database stands at; None for one without tables."""
    with database.engine.execution_options(reads_only=True).connect() as connection:
        return _current(connection)


def head() -> str:
    """The newest revision: the number that the last migration's file begins with."""
    return max(file.name[:4] for file in (HERE / "versions").glob("[0-9]*.py"))


def settings(connection: Connection) -> "Config":
    """Alembic's settings without a file, bound to a connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    return config


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("select version_num from alembic_version").scalar()
