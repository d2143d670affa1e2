"""The whole demo county, as `make run` makes it on a fresh machine: two towns, 140 hazards driven through the real process."""

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from service import demo, setup
from tests.bench.figures import Figure
from workflows import steps
from workflows.db import Database


def measure() -> Iterable[Figure]:
    """Seconds by the clock, and seconds of processor time, which other work on the machine disturbs less."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        database = Database(f"sqlite:///{home / 'bihuan.db'}")
        setup.prepare(database, jobs=True)
        began, busy = time.perf_counter(), time.process_time()
        demo.build(database, home, steps.RULES)
        yield Figure("demo_county", time.perf_counter() - began, "s", aim=60)
        yield Figure("demo_county_processor", time.process_time() - busy, "s")
        database.engine.dispose()
