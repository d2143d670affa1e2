"""Completing a task over HTTP: a POST with session, CSRF token, form check, duties, verb, engine step, record and one commit.

Twice beside the floor, in the same minute and in turns: on the main diagram, served by `bihuan run` (three steps of the way to
closure; the floor then writes as many business rows as these verbs do), and on a plain diagram without business. The
statements of one completion are counted inside this process; beginnings of transactions are not among them.
"""

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from statistics import median

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from service import App, create_app, demo
from service.config import Config
from tests.bench import cases, floor, plain
from tests.bench.browsing import Browser
from tests.bench.figures import Figure, ratio, side_by_side
from tests.bench.servers import free_port, serve
from workflows import steps
from workflows.db import Database
from workflows.engine import tasks

CASES = 6  # hazards that take turns, so that none grows old
BLOCKS, TIMES = 8, 15
BUSINESS_ROWS = 5  # what a verb of the closure writes beside the task: duty, review, fact, and a line for each of the last two


@dataclass
class Counted:
    """What one completion asked of the database."""

    said: list[str] = field(default_factory=list)
    commits: int = 0

    @property
    def statements(self) -> int:
        """How many statements it took."""
        return len(self.said)


def measure() -> Iterable[Figure]:
    """Milliseconds beside the floor, and what one completion asks of the database."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _on_the_main_loop(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        yield from _on_a_plain_diagram(Path(folder))


def _on_the_main_loop(home: Path) -> Iterator[Figure]:
    driver, hazards = cases.prepare(home, CASES)
    floor.seed(home, {floor.LOGIN: 0})
    with (
        serve("service", "run", home=home, port=free_port()) as product,
        serve("tests.bench.floor", str(BUSINESS_ROWS), home=home, port=free_port()) as bare,
    ):
        sides = [_closing(product.port, driver, hazards), _floor_completing(bare.port)]
        ours, theirs = side_by_side(sides, blocks=BLOCKS, times=TIMES)
    yield Figure("http_complete_ms", median(ours), "ms")
    yield Figure("http_floor_ms", median(theirs), "ms")
    yield Figure("http_complete_to_floor", ratio(ours, theirs), "×", aim=1.6)
    app = create_app(config(home, driver.database), driver.database, steps.RULES)
    application, review = _back_at_application(driver, hazards[0]), cases.ROUND[1]
    counted = completing(app, cases.ROUND[0][1], demo.PASSWORD, application, cases.ROUND[0][2])
    yield Figure("http_statements", counted.statements, "statements", aim=20)
    yield Figure("http_commits", counted.commits, "commits", aim=1)
    waiting = cases.waiting(driver, hazards[0], review[0])
    counted = completing(app, review[1], demo.PASSWORD, waiting.id, review[2])  # the dearest: it orders a document
    yield Figure("http_review_statements", counted.statements, "statements", aim=20)


def _on_a_plain_diagram(home: Path) -> Iterator[Figure]:
    database = plain.prepare(home)
    floor.seed(home, {floor.LOGIN: 0})
    with (
        serve("tests.bench.plain", home=home, port=free_port()) as product,
        serve("tests.bench.floor", home=home, port=free_port()) as bare,
    ):
        sides = [_plain_completing(product.port, database), _floor_completing(bare.port)]
        ours, theirs = side_by_side(sides, blocks=BLOCKS, times=TIMES)
    yield Figure("http_plain_ms", median(ours), "ms")
    yield Figure("http_plain_floor_ms", median(theirs), "ms")
    yield Figure("http_plain_to_floor", ratio(ours, theirs), "×", aim=1.6)
    app = plain.make_app(config(home, database), database)
    yield from _in_processor_time(app, home)
    counted = completing(app, plain.LOGIN, plain.PASSWORD, new_task(database), plain.ANSWER)
    yield Figure("http_plain_statements", counted.statements, "statements", aim=20)
    yield Figure("http_plain_commits", counted.commits, "commits", aim=1)


# ---- one completion, in milliseconds -----------------------------------------------------------------------------------


def _closing(port: int, driver: demo.Driver, hazards: list[int]) -> Callable[[], float]:
    """Each call completes the next step of the round, of one hazard after the other."""
    browsers = {login: Browser(port).sign_in(login, demo.PASSWORD) for _, login, _ in cases.ROUND}
    turns = cycle((hazard_id, *step) for step in cases.ROUND for hazard_id in hazards)

    def complete() -> float:
        hazard_id, element, login, fields = next(turns)
        task = cases.waiting(driver, hazard_id, element)
        browsers[login].get("/")  # shows, and so clears, what the completion before had to say: it travels in the cookie
        return browsers[login].post(f"/tasks/{task.id}", fields, parts=element in cases.IN_PARTS).ms

    return complete


def _plain_completing(port: int, database: Database) -> Callable[[], float]:
    """Each call completes the first step of a new case."""
    browser = Browser(port).sign_in(plain.LOGIN, plain.PASSWORD)

    def complete() -> float:
        task_id = new_task(database)
        browser.get(f"/tasks/{task_id}")  # as above
        return browser.post(f"/tasks/{task_id}", plain.ANSWER).ms

    return complete


def _floor_completing(port: int) -> Callable[[], float]:
    """Each call completes the first step of a new case of the floor; its numbers are known, as nobody else starts any."""
    browser = Browser(port).sign_in(floor.LOGIN, floor.PASSWORD)
    numbers = count(1)

    def complete() -> float:
        task_id = 2 * next(numbers) - 1  # every case got a first task and, by its completion, a second
        browser.post("/start", {"title": "第一号木工车间通道堵塞"})
        return browser.post(f"/tasks/{task_id}", plain.ANSWER).ms

    return complete


def new_task(database: Database) -> int:
    with database.transaction() as session:
        made = plain.begin(session, {"title": "第一号木工车间通道堵塞"}, by=1)
        return tasks.open_of(session, made.subject)[0].id


def _back_at_application(driver: demo.Driver, hazard_id: int) -> int:
    """The task of the application, after the rest of the round was done."""
    for element, login, fields in cases.ROUND[1:]:
        if element in {task.element_id for task in driver.open_tasks(hazard_id)}:
            driver.do(hazard_id, element, login, **fields)
    return cases.waiting(driver, hazard_id, "apply").id


def _in_processor_time(app: App, home: Path) -> Iterator[Figure]:
    """The plain completion and the floor's in this process, by the processor's clock: what a busy machine cannot disturb."""
    (home / "alone").mkdir()
    floor.seed(home / "alone", {floor.LOGIN: 0})
    bare = floor.make_app(home / "alone", "for the bench")
    database = app.house.database
    ours_next = (f"/tasks/{new_task(database)}" for _ in count())
    theirs_next = (f"/tasks/{2 * number - 1}" for number in count(1))
    product, other = client(app, plain.LOGIN, plain.PASSWORD), client(bare, floor.LOGIN, floor.PASSWORD)

    def ours() -> float:
        return _clocked(product, next(ours_next))

    def theirs() -> float:
        other.post("/start", data={"title": "第一号木工车间通道堵塞"})
        return _clocked(other, next(theirs_next))

    spent = side_by_side([ours, theirs], blocks=BLOCKS, times=TIMES)
    yield Figure("http_plain_cpu_ms", median(spent[0]), "ms")
    yield Figure("http_plain_floor_cpu_ms", median(spent[1]), "ms")
    yield Figure("http_plain_cpu_to_floor", ratio(*spent), "×")


def _clocked(browser: FlaskClient, path: str) -> float:
    browser.get(path)
    began = time.process_time()
    assert browser.post(path, data=plain.ANSWER).status_code == 302
    return (time.process_time() - began) * 1000


def client(app: Flask, login: str, password: str) -> FlaskClient:
    """A browser in this process. CSRF tokens are left out: they ask nothing of the database."""
    app.config.update(WTF_CSRF_ENABLED=False, WTF_CSRF_METHODS=())
    browser = app.test_client()
    assert browser.post("/sign-in", data={"login": login, "password": password}).status_code == 302
    return browser


# ---- one completion, in statements -------------------------------------------------------------------------------------


def config(home: Path, database: Database) -> Config:
    return Config(home=home, database_url=database.url, secret_key="for the bench " * 4)


def completing(app: App, login: str, password: str, task_id: int, fields: dict) -> Counted:  # type: ignore[type-arg]
    """Complete a task in this process, after its page was shown: what a process keeps is then read."""
    browser = client(app, login, password)
    browser.get(f"/tasks/{task_id}")
    with counting(app.house.database) as counted:
        assert browser.post(f"/tasks/{task_id}", data=fields).status_code == 302
    return counted


@contextmanager
def counting(database: Database) -> Iterator[Counted]:
    """Count statements and commits of writing transactions while the block runs."""
    counted = Counted()

    def statement(_connection, _cursor, text, *_rest):  # type: ignore[no-untyped-def]
        if not text.startswith("BEGIN"):
            counted.said.append(" ".join(text.split()))

    def commit(connection):  # type: ignore[no-untyped-def]
        counted.commits += not connection.get_execution_options().get("reads_only")

    event.listen(database.engine, "before_cursor_execute", statement)
    event.listen(database.engine, "commit", commit)
    try:
        yield counted
    finally:
        event.remove(database.engine, "before_cursor_execute", statement)
        event.remove(database.engine, "commit", commit)
