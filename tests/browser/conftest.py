"""A real server with the small town of the demo, and a real Chromium in front of it.

A page that logs an error, breaks the content security policy or gets a 5xx fails its test, whatever the test looks at.
A failed test leaves a screenshot; its path stands in the report.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

from tests.browser.chromium import find
from tests.browser.desk import Desk
from tests.browser.visit import sign_in

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
OPTIONS = {
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
    "viewport": {"width": 1366, "height": 768},
    "reduced_motion": "reduce",  # no transitions between pages: a test leaves a page before they have ended
}
# The live diagram is drawn when it comes into view. Not by keeping its script away: who intercepts requests has no cache.
NEVER_SEEN = "window.IntersectionObserver = class { observe() {} disconnect() {} }"
START_SECONDS = 120  # its hazards are driven through its processes first
REPORT = pytest.StashKey[dict[str, pytest.TestReport]]()


@dataclass(frozen=True)
class Server:
    """A running server: where it answers, and where its data and its log lie."""

    url: str
    home: Path
    log: Path


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server as `make run` starts it, but with the small town, on a free port, with a home of its own."""
    home = tmp_path_factory.mktemp("home")
    address = f"127.0.0.1:{_free_port()}"
    made = Server(f"http://{address}", home, home / "server.log")
    settings = {"BIHUAN_HOME": str(home), "BIHUAN_ADDRESS": address, "DATABASE_URL": "", "BIHUAN_ENV": "development"}
    command = [sys.executable, "-m", "service", "run", "--demo", "town"]
    with open(made.log, "w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **settings})
    try:
        _wait_until_it_answers(made, process)
        yield made
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for all tests here; `make test` sees to it that there is one. It ends with them, and with it Playwright's
    event loop, which would disturb the tests of the jobs."""
    path = find()
    assert path, "no Chromium: `make browser` installs one, or name it in BIHUAN_TEST_CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, server: Server, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A browser that nobody has used before; `@pytest.mark.parametrize("context", [{...}], indirect=True)` gives it options."""
    context = chromium.new_context(base_url=server.url, **{**OPTIONS, **getattr(request, "param", {})})
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page whose faults fail the test. `page.goto("/inbox")` goes to the server."""
    page, faults = context.new_page(), list[str]()
    _listen(page, faults)
    yield page
    reports = request.node.stash.get(REPORT, {})
    if "call" in reports and reports["call"].failed:
        file = Path(tempfile.gettempdir()) / "bihuan-screenshots" / f"{request.node.name}.png"
        page.screenshot(path=file, full_page=True)
        print(f"screenshot: {file}")
    assert not faults, "\n".join(faults)


@pytest.fixture
def desks(chromium: Browser, server: Server) -> Iterator[Callable[..., Desk]]:
    """A browser for each person: `desks("banshi1")` signs him in once; faults of any of their pages fail the test.

    The live diagram is drawn only with `live=True`: on forty pages it would cost more than all the rest.
    """
    found: dict[str, Desk] = {}
    faults: list[str] = []

    def desk(login: str, *, live: bool = False, **options: Any) -> Desk:
        if login not in found:
            context = chromium.new_context(base_url=server.url, **{**OPTIONS, **options})
            if not live:
                context.add_init_script(NEVER_SEEN)
            context.set_default_timeout(10_000)
            found[login] = Desk(login, context.new_page())
            _listen(found[login].page, faults)
            sign_in(found[login].page, login)
        return found[login]

    yield desk
    for each in found.values():
        each.page.context.close()
    assert not faults, "\n".join(faults)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Keep each phase's report, so that `page` knows whether its test has failed."""
    report = yield
    item.stash.setdefault(REPORT, {})[report.when] = report
    return report


def _listen(page: Page, faults: list[str]) -> None:
    def console(message: ConsoleMessage) -> None:
        # A 4xx is also told on the console; whether a page may answer so is for its test to say.
        if message.type == "error" and "Failed to load resource" not in message.text:
            faults.append(f"console of {page.url}: {message.text}")

    def response(answer: Response) -> None:
        if answer.status >= 500:
            faults.append(f"{answer.status} from {answer.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: faults.append(f"script of {page.url}: {error}"))
    page.on("response", response)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_until_it_answers(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(server.url, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            assert process.poll() is None, f"the server ended:\n{server.log.read_text()}"
            assert time.monotonic() < until, f"the server does not answer:\n{server.log.read_text()}"
            time.sleep(0.1)
