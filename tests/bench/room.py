"""What a designer and a reader of a diagram wait for, in a real Chromium by the clock: the room after the click, the findings after
a change, the live picture after it has come into sight; and a rehearsal, from the click to its first task."""

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from service import demo, setup
from tests.bench.figures import Figure
from tests.bench.servers import free_port, serve
from tests.browser.chromium import find
from tests.browser.conftest import ARGUMENTS, OPTIONS
from tests.browser.visit import sign_in
from workflows.db import Database

TIMES = 5
RENAME = "name => designer.modeler.get('modeling').updateProperties(designer.modeler.get('elementRegistry').get('sign'), { name })"


def measure() -> Iterable[Figure]:
    """Milliseconds, medians. The first time, which fills the browser's cache, does not count."""
    with _desk() as page:
        page.goto("/designer")
        page.get_by_role("button", name="新建草稿：重大事故隐患闭环").click()
        _ready(page)
        room = page.url
        opened = [_clocked(lambda: _open(page)) for _ in range(TIMES)]
        yield Figure("room_usable_ms", median(opened), "ms", aim=2_000)
        found = [_clocked(lambda number=number: _find(page, number)) for number in range(2 * TIMES)]
        yield Figure("room_findings_ms", median(found), "ms", aim=1_000)
        yield Figure("rehearsal_begun_ms", median([_clocked(lambda: _rehearse(page, room)) for _ in range(3)]), "ms")
        yield Figure("viewer_ms", median([_clocked(lambda: _view(page)) for _ in range(TIMES)]), "ms", aim=1_000)


@contextmanager
def _desk() -> Iterator[Page]:
    """The designer's desk, in front of a server with the town of the demo."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home, port = Path(folder), free_port()
        database = Database(f"sqlite:///{home / 'bihuan.db'}")
        setup.prepare(database, jobs=True)
        demo.build_town(database)
        database.engine.dispose()
        chromium = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        with serve("service", "run", home=home, port=port):
            context = chromium.new_context(base_url=f"http://127.0.0.1:{port}", **OPTIONS)
            page = context.new_page()
            sign_in(page, "sheji")
            yield page
            context.close()
        chromium.close()


def _clocked(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _ready(page: Page) -> None:
    page.locator("[data-designer][data-ready]").wait_for(state="attached")


def _open(page: Page) -> None:
    """Click on a draft in the list."""
    page.goto("/designer")
    page.get_by_role("link", name="编辑：").first.click()
    _ready(page)


def _find(page: Page, number: int) -> None:
    """Take the name off a task, which is a finding, or give it back."""
    page.evaluate(RENAME, "县签字" if number % 2 else "")
    page.locator(".findings h2", has_text="没有发现问题" if number % 2 else "1 个提醒").wait_for()


def _rehearse(page: Page, room: str) -> None:
    page.goto(f"{room}/rehearsal")
    page.locator("form[action$='/rehearsal'] button").click()
    page.get_by_text("发现上报").first.wait_for()


def _view(page: Page) -> None:
    """Open a diagram, and see it live."""
    page.goto("/definitions/hazard_closed_loop/1")
    page.locator(".live .djs-shape").first.wait_for()
