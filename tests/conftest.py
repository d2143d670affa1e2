"""What every test may ask for: `clock_at`, which moves the clock; a `database` (tests/databases.py); the town (tests/town.py)."""

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from argon2 import PasswordHasher
from jinja2 import FileSystemBytecodeCache

from service import App
from workflows import clock, passwords

pytest_plugins = ["tests.databases", "tests.town"]
# A password is expensive to hash on purpose; the town of the demo has 24 of them, and most tests one town.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HERE = Path(__file__).parent
COMPILED = pytest.StashKey[TemporaryDirectory[str]]()
GROUPS = ("browser", "fire", "scenarios/test_county.py", "commands")
"""Whose tests stay together on one worker: they share a server or a county, and it is on the machine that they wait."""


def pytest_configure(config: pytest.Config) -> None:
    """Each test has an application of its own; their templates are compiled once."""
    compiled = config.stash[COMPILED] = TemporaryDirectory()
    App.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(compiled.name)}


def pytest_unconfigure(config: pytest.Config) -> None:
    """Nothing of them is left for the next run, whose filters may be others."""
    config.stash[COMPILED].cleanup()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser tests, and keep each group on one worker; the groups begin, because they are the longest."""
    groups = {item: next((name for name in GROUPS if item.path.is_relative_to(HERE / name)), None) for item in items}
    for item, group in groups.items():
        if group == "browser":
            item.add_marker(pytest.mark.browser)
        if group:
            item.add_marker(pytest.mark.xdist_group(group))


def pytest_collection_finish() -> None:
    """Leave what is loaded by now, some 400,000 objects, out of every later search for garbage: that was a seventh of all work."""
    gc.collect()
    gc.freeze()


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
