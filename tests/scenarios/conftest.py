"""A driver that does tasks as the people of the town."""

from pathlib import Path

import pytest

from service.demo import Driver
from workflows import steps
from workflows.db import Database


@pytest.fixture
def town(settled: Database, tmp_path: Path) -> Driver:
    """A driver in a fresh town: nine people with several posts each, and their county."""
    return Driver(settled, tmp_path, steps.RULES)


@pytest.fixture
def monday(clock_at, town: Driver) -> Driver:
    """The town on Monday 2026-03-02, 9:00; the clock stands still, so no Thursday passes unnoticed."""
    clock_at("2026-03-02 09:00")
    return town
