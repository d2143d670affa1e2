"""The application over a demo town without cases, and somebody signed in."""

from collections.abc import Callable, Iterator
from copy import copy
from pathlib import Path

import pytest

from service import App, House, create_app, demo
from service.config import Config
from tests.service.inspector import Inspector
from workflows import steps
from workflows.db import Database

SECRET = "for tests " * 4


@pytest.fixture
def town(settled: Database) -> Database:
    """A database with the demo town and the shipped diagrams."""
    return settled


@pytest.fixture(scope="session")
def web(sqlite: Database) -> App:
    """The web, put together once: that takes longer than most pages. Its house is that of each test."""
    return create_app(Config(home=Path(), database_url="", secret_key=SECRET), sqlite, steps.RULES)


@pytest.fixture
def app(web: App, town: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    """The web over the town. Who adds addresses of his own to it asks for `own_app`."""
    config = Config(home=tmp_path, database_url=town.url, secret_key=SECRET)
    monkeypatch.setattr(web, "house", House(config, town, steps.RULES))
    monkeypatch.setattr(web, "config", copy(web.config))
    monkeypatch.setattr(web, "test_client_class", Inspector)
    return web


@pytest.fixture
def own_app(town: Database, tmp_path: Path) -> App:
    """A web over the town that nobody else has."""
    made = create_app(Config(home=tmp_path, database_url=town.url, secret_key=SECRET), town, steps.RULES)
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
