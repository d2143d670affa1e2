"""A town in a session; each test has its own database, nothing is committed."""

import pytest

from tests.domain.town import Town


@pytest.fixture
def town(database, clock_at):
    """The town on Tuesday, 2026-03-03, 9 o'clock."""
    clock_at("2026-03-03 09:00")
    with database.session(writes=True) as session:
        yield Town(session)
