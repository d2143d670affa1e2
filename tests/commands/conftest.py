"""A home that has been lived in."""

import shutil
from pathlib import Path

import pytest
from click.testing import Result

from tests.commands.shell import run


@pytest.fixture(scope="session")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A home with the demo's small town, made once by the command itself, and what the command said."""
    home = tmp_path_factory.mktemp("lived-in")
    return home, run(home, "demo", "town")


@pytest.fixture
def home(lived_in: tuple[Path, Result], tmp_path: Path) -> Path:
    """A copy of it."""
    folder = tmp_path / "home"
    shutil.copytree(lived_in[0], folder)
    return folder
