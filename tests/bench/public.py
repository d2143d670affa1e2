"""The public pages over 24 months of a town, 200 lines a month: what anybody asks, in processor time and by the clock."""

import tempfile
import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from statistics import median

from sqlalchemy import insert, select

from service import create_app, demo, setup
from service.demo import Driver
from tests.bench.figures import Figure
from tests.bench.http import config
from tests.scenarios.ways import found
from workflows import bulletins, clock, ledger, people, steps
from workflows.bulletins import Bulletin, Edition, Row
from workflows.db import Database

TOWN, LINES, TIMES = "999901101000", 200, 40
ASKED = {
    "public_month": f"/public/{TOWN}/2025-06",
    "public_village": f"/public/{TOWN}/2025-06?village=999901101201",
    "public_index": "/public",
    "public_search": "/public?q=199号",
    "public_csv": f"/public/{TOWN}/2025-06.csv",
}


def measure() -> Iterable[Figure]:
    """Milliseconds of each page."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        database = Database(f"sqlite:///{home / 'bihuan.db'}")
        setup.prepare(database, jobs=True)
        demo.build_town(database)
        _fill(database, Driver(database, home, steps.RULES))
        browser = create_app(config(home, database), database, steps.RULES).test_client()
        for name, address in ASKED.items():
            assert browser.get(address).status_code == 200, address
            by_clock, busy = zip(*(_clocked(browser, address) for _ in range(TIMES)), strict=True)
            yield Figure(name, median(busy), "ms of processor time", aim=50)
            yield Figure(f"{name}_by_clock", median(by_clock), "ms")
        database.engine.dispose()


def _clocked(browser: object, address: str) -> tuple[float, float]:
    began, busy = time.perf_counter(), time.process_time()
    browser.get(address)  # type: ignore[attr-defined]
    return (time.perf_counter() - began) * 1000, (time.process_time() - busy) * 1000


def _fill(database: Database, driver: Driver) -> None:
    """Two years of publications about as many hazards as a month has lines, each really reported and told of every month."""
    hazards = [found(driver) for _ in range(LINES)]
    person = driver.person("banshi1")
    with database.transaction() as session:
        town = people.find_unit(session, "TOWN", TOWN)
        assert town is not None
        for number in range(24):
            month = date(2024 + number // 12, number % 12 + 1, 1)
            bulletin = Bulletin(region_code=TOWN, town_name=town.name, month=month, cut_at=ledger.cutoff(month), opened_at=clock.now())
            session.add(bulletin)
            session.flush()
            edition = Edition(bulletin_id=bulletin.id, state="PUBLISHED", number=1, findings=[], sha256="0" * 64)
            edition.drafted_at, edition.drafted_by, edition.decided_at = clock.now(), person, clock.now()
            session.add(edition)
            session.flush()
            session.execute(insert(Row.rows()), [_line(edition.id, hazards[place], place, month) for place in range(LINES)])
        assert len(session.scalars(select(Bulletin)).all()) == len(bulletins.published(session))


def _line(edition: int, hazard: int, place: int, month: date) -> dict[str, object]:
    return {
        "edition_id": edition,
        "list": ("LIST", "PROGRESS", "RESULT")[place * 3 // LINES],
        "position": place,
        "hazard_id": hazard,
        "hazard_no": f"{TOWN[:9]}-ZB2024-{month.year}-{place:05d}",
        "subject_name": f"乙镇第{place}号作坊",
        "village_code": f"9999011012{place % 16:02d}",
        "village_name": f"第{place % 16}村",
        "sector": "工贸",
        "text": "车间安全出口上锁，通道堆放货物，起火时人员无法疏散。",
        "on_day": month,
        "is_late": False,
    }
