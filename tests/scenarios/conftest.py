"""A driver that does tasks as the people of the town."""

from pathlib import Path

import pytest

from tests.scenarios.ways import Town
from workflows import steps
from workflows.db import Database


@pytest.fixture
def town(settled: Database, tmp_path: Path) -> Town:
    """A driver in a fresh town: nine people with several posts each, and their county."""
    return Town(settled, tmp_path, steps.RULES)


@pytest.fixture
def monday(clock_at, town: Town) -> Town:
    """The town on Monday 2026-03-02, 9:00; the clock stands still, so no Thursday passes unnoticed."""
    clock_at("2026-03-02 09:00")
    return town
