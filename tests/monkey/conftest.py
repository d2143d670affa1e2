"""A web over the demo town with a few cases on their way, and a clock that only goes forward."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from threading import Lock

import pytest

from service import demo
from tests.scenarios.ways import FURNITURE, GAS, NOODLES, bring, found
from tests.service.conftest import app, driver, town, web
from workflows import clock

__all__ = ["app", "driver", "town", "web"]
STAGES = {"plan": FURNITURE, "verify": GAS, "sign": FURNITURE, "draft_disclosure": NOODLES}


@pytest.fixture
def forward() -> Iterator[Callable[[datetime], None]]:
    """`forward(moment)` moves the clock there, unless somebody else has moved it further: several threads may."""
    with ExitStack() as journeys:
        lock = Lock()

        def move(moment: datetime) -> None:
            with lock:
                if moment > clock.now():
                    journeys.enter_context(clock.travel(moment))

        journeys.enter_context(clock.travel(datetime(2026, 3, 2, 9, tzinfo=clock.SHANGHAI)))
        yield move


@pytest.fixture
def lived(forward, driver: demo.Driver, monkeypatch: pytest.MonkeyPatch) -> demo.Driver:
    """The town with a case at each of some stages; effects find its home in the environment."""
    monkeypatch.setenv("BIHUAN_HOME", str(driver.home))
    for element, subject in STAGES.items():
        bring(driver, found(driver, at=subject), element)
    return driver
