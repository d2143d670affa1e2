"""A living house for the fire: a database as `bihuan init` makes it, with the demo town and a few hazards on their way."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import make_url

from service import demo, setup
from tests.bench import cases
from tests.scenarios.ways import found
from workflows import steps
from workflows.db import Base, Database

pytest.register_assert_rewrite("tests.fire.inquest", "tests.fire.clerks")
NAME = "the-test"
CLOSING = 3
"""Hazards that go round before the closure (tests/bench/cases.py); a fourth waits in rectification, for photos."""


@dataclass
class House:
    """A folder, a database, and the hazards in it."""

    home: Path
    url: str  # for the servers
    database: Database
    driver: demo.Driver
    closing: list[int]
    rectifying: int


@pytest.fixture
def house(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """The town with its hazards, a copy of one's own."""
    made, url = request.getfixturevalue(f"{database_kind}_house"), f"sqlite:///{tmp_path / 'home' / 'bihuan.db'}"
    shutil.copytree(made.home, tmp_path / "home")
    if database_kind == "postgresql":
        url = make_database(request.getfixturevalue("postgresql"), "bihuan_fire", like="bihuan_settled")
    database = Database(named(url))
    yield replace(made, home=tmp_path / "home", url=url, database=database, driver=demo.Driver(database, tmp_path / "home", steps.RULES))
    database.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The house on SQLite, made once."""
    home = tmp_path_factory.mktemp("settled")
    return settle(f"sqlite:///{home / 'bihuan.db'}", home)


@pytest.fixture(scope="session")
def postgresql_house(postgresql: Database, tmp_path_factory: pytest.TempPathFactory) -> House:
    """The house on PostgreSQL, made once."""
    return settle(make_database(postgresql, "bihuan_settled"), tmp_path_factory.mktemp("settled"))


def make_database(server: Database, name: str, *, like: str = "template1") -> str:
    """A fresh database on the tests' PostgreSQL, empty or a copy; its address."""
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"drop database if exists {name} with (force)")
        connection.exec_driver_sql(f"create database {name} template {like}")
    return server.engine.url.set(database=name).render_as_string(hide_password=False)


def named(url: str) -> str:
    """The address for the tests' own connections, so that those of the servers can be told from them."""
    if url.startswith("sqlite"):
        return url
    return make_url(url).update_query_dict({"application_name": NAME}).render_as_string(hide_password=False)


def settle(url: str, home: Path) -> House:
    """What `bihuan init` makes, the demo town, and the hazards; nobody stays connected."""
    database = Database(url)
    setup.prepare(database, jobs=True)
    Base.metadata.create_all(database.engine)
    demo.build_town(database)
    driver = demo.Driver(database, home, steps.RULES)
    closing = [cases.at_application(driver) for _ in range(CLOSING)]
    made = House(home, url, database, driver, closing, _at_rectification(driver))
    database.engine.dispose()
    return made


def _at_rectification(driver: demo.Driver) -> int:
    hazard_id = found(driver)
    for element in cases.WAY[: cases.WAY.index("rectify")]:
        driver.do(hazard_id, element)
    return hazard_id
