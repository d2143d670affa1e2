"""A living house for the fire: a database as `bihuan init` makes it, with the demo town and a few hazards on their way."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import make_url

from service import demo, setup
from tests.bench import cases
from workflows import people, steps
from workflows.db import Base, Database
from workflows.engine import jobs

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
def bare(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of one's own without any table."""
    (tmp_path / "home").mkdir()
    if database_kind == "sqlite":
        made = Database(f"sqlite:///{tmp_path / 'home' / 'bihuan.db'}")
    else:
        made = Database(named(make_database(request.getfixturevalue("postgresql"), "bihuan_fire")))
    yield made
    made.engine.dispose()


@pytest.fixture
def house(bare: Database, tmp_path: Path) -> House:
    """The town with its hazards."""
    return settle(bare, tmp_path / "home")


def make_database(server: Database, name: str) -> str:
    """A fresh database on the tests' PostgreSQL; its address."""
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"drop database if exists {name} with (force)")
        connection.exec_driver_sql(f"create database {name}")
    return server.engine.url.set(database=name).render_as_string(hide_password=False)


def named(url: str) -> str:
    """The address for the tests' own connections, so that those of the servers can be told from them."""
    return make_url(url).update_query_dict({"application_name": NAME}).render_as_string(hide_password=False)


def settle(database: Database, home: Path) -> House:
    """What `bihuan init` makes, the demo town, and the hazards."""
    setup.prepare(database)
    Base.metadata.create_all(database.engine)
    jobs.prepare(database)
    demo.build_town(database)
    driver = demo.Driver(database, home, steps.RULES)
    closing = [cases.at_application(driver) for _ in range(CLOSING)]
    url = make_url(database.url).difference_update_query(["application_name"]).render_as_string(hide_password=False)
    return House(home, url, database, driver, closing, _at_rectification(driver))


def _at_rectification(driver: demo.Driver) -> int:
    with driver.database.reading() as session:
        subject = next(unit for unit in people.units(session, "ENTERPRISE") if unit.name == "乙镇木家具厂")
    hazard_id = driver.report("zhifa1", subject_on_file=True, subject_id=str(subject.id))
    for element in cases.WAY[: cases.WAY.index("rectify")]:
        driver.do(hazard_id, element)
    return hazard_id
