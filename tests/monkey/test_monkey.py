"""Random users of the whole web, see walk.py: nothing they do may break a page, lose what was typed, or leave the house in disorder.

BIHUAN_MONKEY says how many steps each takes (8; 3000 in a soak), BIHUAN_MONKEY_SEED which walk it is.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from tests.databases import KINDS
from tests.monkey import reckoning
from tests.monkey.walk import Monkey

STEPS = int(os.environ.get("BIHUAN_MONKEY", "8"))
SEED = int(os.environ.get("BIHUAN_MONKEY_SEED", "1"))


@pytest.fixture(autouse=True)
def briefly(request: pytest.FixtureRequest, database_kind: str) -> None:
    """Each walk runs on one kind of database alone, unless there is time."""
    if "BIHUAN_MONKEY" not in os.environ and database_kind != KINDS[0 if "two" not in request.node.name else -1]:
        pytest.skip("walked on the other kind")


def test_a_random_user_finds_nothing_wrong(forward, lived, app):
    monkey = Monkey(app, Random(SEED), forward)
    monkey.walk(STEPS)
    assert [str(fault) for fault in monkey.faults] == []
    assert list(reckoning.wrong(lived.database, lived.home)) == []


def test_two_at_once_find_nothing_wrong(forward, lived, app):
    """What one of them sees the other may just have done: then a page is gone (404) or changed (409), and nothing is broken."""
    pair = [Monkey(app, Random(SEED + each), forward, alone=False) for each in (1, 2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda monkey: monkey.walk(STEPS), pair))
    assert [str(fault) for monkey in pair for fault in monkey.faults] == []
    assert list(reckoning.wrong(lived.database, lived.home)) == []
