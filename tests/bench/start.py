"""Starting `bihuan run` with a warm cache, and the memory of its process. The database holds the demo town and a few cases."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from service import demo
from tests.bench import cases
from tests.bench.browsing import Browser
from tests.bench.figures import Figure
from tests.bench.servers import free_port, serve

STARTS = 3
REQUESTS = 200


def measure() -> Iterable[Figure]:
    """Seconds from the launch to the sign-in page; megabytes after it and after some hundred pages."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _, hazards = cases.prepare(home, 2)
        seconds = []
        for _ in range(STARTS):  # the first one fills the cache
            with serve("service", "run", home=home, port=free_port()) as server:
                seconds.append(server.start_ms / 1000)
                fresh = server.megabytes()
        yield Figure("start_seconds", median(seconds[1:]), "s", aim=2)
        yield Figure("start_megabytes", fresh, "MB", aim=150)
        with serve("service", "run", home=home, port=free_port()) as server:
            _visit(Browser(server.port).sign_in("baocun", demo.PASSWORD), hazards)
            yield Figure("megabytes_after_200_requests", server.megabytes(), "MB", aim=150)


def _visit(browser: Browser, hazards: list[int]) -> None:
    """Inbox, list, cases with their diagrams, the designer's list, in turns."""
    pages = ["/", "/hazards", "/done", "/definitions", *(f"/hazards/{hazard_id}" for hazard_id in hazards)]
    for number in range(REQUESTS):
        browser.get(pages[number % len(pages)])
