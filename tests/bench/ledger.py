"""Ledger, board and wall map over 100,000 hazards: a county's page and a town's, and the ledger as of a past day.

The hazards are multiplied, with their facts, from one that came to its application for closure through the real process; they
lie in two towns and sixteen villages, are of nine industries, and stand at every status that a number may have.
"""

import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import case, func
from sqlalchemy.orm import Session

from service import create_app, demo
from tests.bench import cases, http
from tests.bench.crowd import hours_from_now, multiply_hazard
from tests.bench.figures import Figure, tell
from workflows import clock, staffing, steps

COUNT = 100_000
TIMES = 7
VILLAGES = [f"99990110{town}{village}" for town in (1, 2) for village in range(201, 209)]
SECTORS = ("INDUSTRY", "HAZCHEM", "GAS", "FIRE", "CONSTRUCTION", "TRAFFIC", "SELF_BUILT", "FIREWORKS", "SPECIAL_EQUIPMENT")
STATUSES = ("ARCHIVED",) * 12 + ("CLOSED",) * 3 + ("RECTIFYING", "RECTIFIED", "VERIFIED", "TOWN_APPROVED", "VOIDED")


def measure() -> Iterable[Figure]:
    """Milliseconds of processor time, which other work on the machine disturbs less: the whole answer, layout included."""
    with tempfile.TemporaryDirectory() as folder:
        driver, (hazard_id,) = cases.prepare(Path(folder), 1)
        with driver.database.transaction() as session:
            _a_second_town(session)
            _crowd(session, hazard_id)
            session.connection().exec_driver_sql("ANALYZE")
        tell(f"  {COUNT:,} hazards made")
        app = create_app(http.config(Path(folder), driver.database), driver.database, steps.RULES)
        past = f"/ledger?as_of={clock.today() - timedelta(days=200)}"
        for login, whose in (("xianban", "county"), ("zhuren", "town")):
            browser = http.client(app, login, demo.PASSWORD)
            for page in ("ledger", "board"):
                yield Figure(f"{page}_{whose}_ms", _asking(browser, f"/{page}"), "ms", aim=100)
            yield Figure(f"wall_map_{whose}_ms", _asking(browser, "/wall-map"), "ms")
            yield Figure(f"ledger_{whose}_as_of_ms", _asking(browser, past), "ms")
        driver.database.engine.dispose()


def _asking(browser: FlaskClient, path: str) -> float:
    spent = []
    for _ in range(TIMES):
        began = time.process_time()
        assert browser.get(path).status_code == 200
        spent.append((time.process_time() - began) * 1000)
    return median(spent)


def _a_second_town(session: Session) -> None:
    town = staffing.add_unit(session, "TOWN", "戊镇", "999901102000")
    for code in VILLAGES:
        if code not in (demo.town.VILLAGE, demo.town.OTHER_VILLAGE):
            staffing.add_unit(session, "VILLAGE", f"{code[-3:]}村", code, parent=town if code.startswith("999901102") else None)


def _crowd(session: Session, hazard_id: int) -> None:
    multiply_hazard(
        session,
        hazard_id,
        COUNT,
        region_code=lambda n: _one_of(VILLAGES, n),
        sector=lambda n: _one_of(SECTORS, n / 7),
        status=lambda n: _one_of(STATUSES, n / 3),
        source=lambda n: _one_of(("SELF", "ENFORCE", "TIPOFF", "ASSIGNED"), n / 5),
        due_at=lambda n: hours_from_now(240 - n % 20_000),
        closed_at=lambda n: case((func.abs(n / 3) % len(STATUSES) < 15, hours_from_now(200 - n % 20_000))),
    )


def _one_of(values: Sequence[str], n: Any) -> Any:
    """Each value in its turn."""
    return case(dict(enumerate(values)), value=func.floor(n) % len(values))
