"""The Friday collection (P13) over 5,000 hazards in hand, beside a running server whose pages are asked all the while.

The hazards are multiplied, with their handover, from one that came to its plan through the real process.
"""

import statistics
import tempfile
import threading
import time
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import demo, setup
from tests.bench.browsing import Browser
from tests.bench.crowd import multiply, numbers
from tests.bench.figures import Figure, tell
from tests.bench.servers import free_port, serve
from tests.scenarios.ways import bring, found
from workflows import clock, daily, hazards, people, steps, thursdays, weekly_reports
from workflows.db import Database
from workflows.feedbacks import THURSDAY
from workflows.handovers import Handover

COUNT = 5_000


def measure() -> Iterable[Figure]:
    """Seconds by the clock and of processor time; and how long a page took meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        database = Database(f"sqlite:///{home / 'bihuan.db'}")
        setup.prepare(database, jobs=True)
        demo.build_town(database)
        last = _last_week()
        with clock.travel(clock.at(last - timedelta(days=3), 10)):
            driver = demo.Driver(database, home, steps.RULES)
            hazard = bring(driver, found(driver), "plan")
        with database.transaction() as session:
            _crowd(session, hazard)
            session.connection().exec_driver_sql("ANALYZE")
        tell(f"  {COUNT:,} hazards made")
        with serve("service", "run", home=home, port=free_port()) as server:
            yield from _collecting(database, server.port, last)
        database.engine.dispose()


def _last_week() -> date:
    """The newest Thursday whose cut is past and whose collection is due."""
    week = clock.today() - timedelta(days=(clock.today().weekday() - THURSDAY) % 7)
    while weekly_reports.collect_on(week) > clock.today():
        week -= timedelta(days=7)
    return week


def _crowd(session: Session, hazard_id: int) -> None:
    """So many hazards that were handed over together."""
    made = numbers(COUNT)
    n = made.c.n
    multiply(session, "hazards", hazard_id, made, id=hazard_id + n, hazard_no=None)
    order = session.scalars(select(Handover.id).where(Handover.hazard_id == hazard_id, Handover.kind == "RECTIFY")).one()
    multiply(session, "handovers", order, made, hazard_id=hazard_id + n)


def _collecting(database: Database, port: int, week_on: date) -> Iterable[Figure]:
    browser, pages, spent = Browser(port).sign_in("zhuren", demo.PASSWORD), list[float](), list[float]()
    with database.reading() as session:
        towns = people.units(session, "TOWN")
        owed = len(thursdays.owed(session, week_on, hazards.in_region(towns[0])))

    def collect() -> None:
        began, busy = time.perf_counter(), time.thread_time()
        assert daily.collect_weeks(database, newest=True) >= 1
        spent.extend((time.perf_counter() - began, time.thread_time() - busy))

    working = threading.Thread(target=collect)
    working.start()
    while working.is_alive():
        pages.append(browser.get("/").ms)
        time.sleep(0.2)
    working.join()
    tell(f"  {owed:,} reports owed; {len(pages)} pages meanwhile")
    yield Figure("friday_collection_5000", spent[0], "s", aim=30)
    yield Figure("friday_collection_5000_processor", spent[1], "s")
    yield Figure("friday_page_ms", statistics.median(pages), "ms")
