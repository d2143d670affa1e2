"""The town of the demo without its cases, and a driver that does tasks as its people."""

import pytest

from service import demo, setup
from workflows import steps


@pytest.fixture
def town(database, tmp_path):
    """A driver in a fresh town: nine people with several posts each, and their county."""
    setup.deploy_shipped(database)
    demo.build_town(database)
    return demo.Driver(database, tmp_path, steps.RULES)
