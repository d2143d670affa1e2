"""The town of the demo without its cases, in a database of its own: made once, copied for each test."""

import shutil
from pathlib import Path

import pytest

from service import demo, setup
from tests.databases import copied, filled
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
    _settle(filled(postgresql, EMPTY))
    filled(postgresql, KEEP)


@pytest.fixture
def settled(database_kind: str, request: pytest.FixtureRequest) -> Database:
    """A database with the shipped diagrams and the town."""
    if database_kind == "postgresql":
        request.getfixturevalue("settled_rows")
        return filled(request.getfixturevalue("postgresql"), EMPTY, RESTORE)
    return copied(request.getfixturevalue("settled_template"), request.getfixturevalue("sqlite"))


def _settle(database: Database) -> None:
    setup.deploy_shipped(database)
    demo.build_town(database)
