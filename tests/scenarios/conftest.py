"""The town of the demo without its cases, and a driver that does tasks as its people."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service import demo, setup
from tests.scenarios.ways import Town
from workflows import steps
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


@pytest.fixture
def settled(database: Database, database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with the shipped diagrams and the town."""
    if database_kind == "postgresql":
        _settle(database)
        yield database
        return
    shutil.copy(request.getfixturevalue("settled_template"), tmp_path / "settled.db")
    made = Database(f"sqlite:///{tmp_path / 'settled.db'}")
    yield made
    made.engine.dispose()


@pytest.fixture
def town(settled: Database, tmp_path: Path) -> Town:
    """A driver in a fresh town: nine people with several posts each, and their county."""
    return Town(settled, tmp_path, steps.RULES)


@pytest.fixture
def monday(clock_at, town: Town) -> Town:
    """The town on Monday 2026-03-02, 9:00; the clock stands still, so no Thursday passes unnoticed."""
    clock_at("2026-03-02 09:00")
    return town


def _settle(database: Database) -> None:
    setup.deploy_shipped(database)
    demo.build_town(database)
