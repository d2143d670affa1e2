"""For gunicorn: `gunicorn service.wsgi:app`. One of several web processes on PostgreSQL; `bihuan worker` sweeps beside them.

The database is not asked at the start: while it is away, pages say so (503), and go on when it is back.
"""

import sys

import click

from service import App, create_app, heap, logs
from service.config import Config, Misconfigured
from workflows import steps
from workflows.db import Database

BOOT_FAILED = 3  # gunicorn's own sign for "do not try again"


def make() -> App:
    """The web application of this process, by the settings of its environment."""
    config = Config.from_env()
    logs.configure(config.log)
    heap.spare()
    database = Database(config.database_url)
    if database.is_sqlite:
        raise Misconfigured("SQLite has one process: use `bihuan run`; gunicorn needs PostgreSQL (DATABASE_URL).")
    return create_app(config, database, steps.RULES)


try:
    app = make()
except Misconfigured as problem:
    click.echo(str(problem), err=True)
    sys.exit(BOOT_FAILED)
