"""The town of the demo without its cases, in a database of its own: made once, copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from service import demo, setup
from tests.rows import EMPTY, KEEP, RESTORE
from workflows.db import Database


@pytest.fixture(scope="session")
def settled_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town as a file, made once: two dozen passwords cost a second to hash."""
    file = tmp_path_factory.mktemp("settled") / "town.db"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    _settle(database)
    database.engine.dispose()
    return file


@pytest.fixture(scope="session")
def settled_rows(postgresql: Database) -> None:
    """The town's rows in tables of their own, beside those of the house: to settle it anew costs a second a test."""
    with postgresql.transaction() as session:
        session.execute(text(EMPTY))
    _settle(postgresql)
    with postgresql.transaction() as session:
        session.execute(text(KEEP))


@pytest.fixture
def settled(database: Database, database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with the shipped diagrams and the town."""
    if database_kind == "postgresql":
        request.getfixturevalue("settled_rows")
        with database.transaction() as session:
            session.execute(text(EMPTY))
            session.execute(text(RESTORE))
        yield database
        return
    shutil.copy(request.getfixturevalue("settled_template"), tmp_path / "settled.db")
    made = Database(f"sqlite:///{tmp_path / 'settled.db'}")
    yield made
    made.engine.dispose()


def _settle(database: Database) -> None:
    setup.deploy_shipped(database)
    demo.build_town(database)
