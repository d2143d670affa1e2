"""The application over a demo town without cases, and somebody signed in."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service import App, create_app, demo
from service.config import Config
from service.setup import SHIPPED, deploy_files
from tests.service.inspector import Inspector
from workflows import steps
from workflows.db import Database


@pytest.fixture(scope="session")
def town_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town as a file, made once: two dozen passwords cost a second to hash."""
    file = tmp_path_factory.mktemp("town") / "town.db"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    _settle(database)
    database.engine.dispose()
    return file


@pytest.fixture
def town(database: Database, database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with the demo town and the shipped diagrams."""
    if database_kind == "postgresql":
        _settle(database)
        yield database
        return
    shutil.copy(request.getfixturevalue("town_template"), tmp_path / "town.db")
    made = Database(f"sqlite:///{tmp_path / 'town.db'}")
    yield made
    made.engine.dispose()


def _settle(database: Database) -> None:
    demo.build_town(database)
    list(deploy_files(database, sorted(SHIPPED.glob("*.bpmn"))))


@pytest.fixture
def app(town: Database, tmp_path: Path) -> App:
    """The web over it."""
    made = create_app(Config(home=tmp_path, database_url=town.url, secret_key="for tests " * 4), town, steps.RULES)
    made.test_client_class = Inspector
    return made


@pytest.fixture
def client(app: App) -> Inspector:
    """Nobody yet."""
    return app.test_client()


@pytest.fixture
def signed_in(app: App) -> Iterator[Callable[[str], Inspector]]:
    """`signed_in("banshi1")` is a browser of this person."""

    def make(login: str) -> Inspector:
        browser = app.test_client()
        assert browser.sign_in(login).status_code == 302
        return browser

    return make


@pytest.fixture
def driver(town: Database, app: App) -> demo.Driver:
    """Does tasks as the people of the town would."""
    return demo.Driver(town, app.house.config.home, steps.RULES)
