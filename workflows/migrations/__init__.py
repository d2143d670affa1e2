"""Alembic migrations: one head, numbered files; `upgrade` brings a database to the newest structure."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from workflows.db import Database


def upgrade(database: Database) -> None:
    """Run what is missing, in one transaction; nothing to do costs one query."""
    with database.engine.begin() as connection:
        if MigrationContext.configure(connection).get_current_revision() != _head():
            command.upgrade(settings(connection), "head")


def settings(connection: Connection) -> Config:
    """Alembic's settings without a file, bound to a connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def _head() -> str | None:
    return ScriptDirectory(str(Path(__file__).parent)).get_current_head()
