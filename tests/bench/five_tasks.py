"""A plain case of five tasks from start to close over HTTP, beside the floor's.

Both are walked as a person walks them: the page that starts a case, then inbox, task, submit, five times: 17 requests. The
product's task page shows the form, what was handed in before, and the live diagram; the floor's shows a form. So this is
the dearest comparison there is: richer pages are inside it.
"""

import re
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

from sqlalchemy import text

from tests.bench import floor, plain
from tests.bench.browsing import Browser
from tests.bench.figures import Figure, ratio, side_by_side, tell
from tests.bench.servers import free_port, serve
from workflows.db import Database

BLOCKS, TIMES = 5, 3


class Walk:
    """Somebody who takes one case after the other from its start to its close."""

    def __init__(self, browser: Browser, start: str) -> None:
        self.browser, self.start = browser, start
        self.spent: dict[str, list[float]] = {"start": [], "inbox": [], "task": [], "complete": []}
        self.cases = 0

    def __call__(self) -> float:
        """One case; the milliseconds of all its requests."""
        pages = [("start", self.browser.get(self.start)), ("start", self.browser.post(self.start, {"title": "木工车间通道堵塞"}))]
        for _ in plain.STEPS:
            inbox = self.browser.get("/")
            task = re.findall(r'href="(/tasks/\d+)"', inbox.text)[0]
            form = self.browser.get(task)
            pages += [("inbox", inbox), ("task", form)]
            pages.append(("complete", self.browser.post(task, plain.ANSWER)))
        self.cases += 1
        for name, page in pages:
            self.spent[name].append(page.ms)
        return sum(page.ms for _, page in pages)

    def told(self) -> str:
        """The median of each kind of request, for the screen."""
        return ", ".join(f"{name} {median(spent):.1f} ms" for name, spent in self.spent.items())


def measure() -> Iterable[Figure]:
    """Milliseconds beside the floor; rows and bytes that a closed case leaves."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        database = plain.prepare(home)
        floor.seed(home, {floor.LOGIN: 0})
        with (
            serve("tests.bench.plain", home=home, port=free_port()) as product,
            serve("tests.bench.floor", home=home, port=free_port()) as bare,
        ):
            ours = Walk(Browser(product.port).sign_in(plain.LOGIN, plain.PASSWORD), "/bench/start")
            theirs = Walk(Browser(bare.port).sign_in(floor.LOGIN, floor.PASSWORD), "/start")
            rows, size = _rows(database), _bytes(database)
            spent = side_by_side([ours, theirs], blocks=BLOCKS, times=TIMES)
            rows, size = _rows(database) - rows, _bytes(database) - size
        tell(f"  product: {ours.told()}\n  floor:   {theirs.told()}")
        yield from _figures(*spent)
        yield Figure("five_tasks_rows", rows / ours.cases, "rows")
        yield Figure("five_tasks_bytes", size / ours.cases, "B")


def _figures(ours: list[float], theirs: list[float]) -> Iterable[Figure]:
    yield Figure("five_tasks_ms", median(ours), "ms")
    yield Figure("five_tasks_floor_ms", median(theirs), "ms")
    yield Figure("five_tasks_to_floor", ratio(ours, theirs), "×", aim=1.6)


def _rows(database: Database) -> int:
    with database.reading() as session:
        tables = session.scalars(text("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"))
        return sum(session.scalar(text(f'select count(*) from "{name}"')) or 0 for name in list(tables))


def _bytes(database: Database) -> int:
    """The pages in use, with their indexes."""
    return _asked(database, "page_size") * (_asked(database, "page_count") - _asked(database, "freelist_count"))


def _asked(database: Database, pragma: str) -> int:
    ask: Callable[[str], str] = "PRAGMA {}".format
    with database.reading() as session:
        return int(session.scalar(text(ask(pragma))) or 0)
