"""The application over a demo town without cases, and somebody signed in."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service import App, create_app, demo
from service.config import Config
from tests.service.inspector import Inspector
from workflows import steps
from workflows.db import Database


@pytest.fixture
def town(settled: Database) -> Database:
    """A database with the demo town and the shipped diagrams."""
    return settled


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
