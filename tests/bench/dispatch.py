"""The dispatch form over 100,000 hazards as of three moments, and the freeze of a county's month over them.

The hazards are multiplied, with their facts, from one that came to its town review through the real process.
"""

import tempfile
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from statistics import median

from sqlalchemy.orm import Session

from tests.bench import cases
from tests.bench.crowd import multiply_hazard
from tests.bench.figures import Figure, tell
from workflows import campaigns, clock, dispatch, people
from workflows.engine import Cause

COUNT = 100_000
DAYS_AGO = (1, 200, 400)


def measure() -> Iterable[Figure]:
    """Seconds of processor time, which other work on the machine disturbs less; asked three times each."""
    with tempfile.TemporaryDirectory() as folder:
        driver, (hazard_id,) = cases.prepare(Path(folder), 1)
        with driver.database.transaction() as session:
            multiply_hazard(session, hazard_id, COUNT)
            session.connection().exec_driver_sql("ANALYZE")
        tell(f"  {COUNT:,} hazards made")
        with driver.database.reading() as session:
            county, campaign = people.units(session, "COUNTY")[0], campaigns.current(session).code
            moments = [clock.now() - timedelta(days=days) for days in DAYS_AGO for _ in range(3)]
            spent = [_asking(session, county, moment, campaign) for moment in moments]
        yield Figure(f"dispatch_form_{COUNT}", max(median(spent[at : at + 3]) for at in (0, 3, 6)), "s", aim=1)
        with driver.database.transaction() as session:
            yield Figure("freeze_county_month", _freezing(session, county), "s", aim=10)
        driver.database.engine.dispose()


def _asking(session: Session, county: people.Unit, moment: object, campaign: str) -> float:
    began = time.process_time()
    dispatch.compute(session, county, moment, campaign)  # type: ignore[arg-type]
    return time.process_time() - began


def _freezing(session: Session, county: people.Unit) -> float:
    month = (clock.today().replace(day=1) - timedelta(days=1)).replace(day=25)
    row = dispatch.Return(
        unit_id=county.id,
        region_code=county.region_code,
        level="COUNTY",
        campaign=campaigns.current(session, month).code,
        as_of_on=month,
        state="OPEN",
        opened_at=clock.now(),
    )
    session.add(row)
    session.flush()
    began = time.process_time()
    dispatch.freeze_return(session, row, cause=Cause(("timer", "wait_cut"), clock.now()))
    session.flush()
    return time.process_time() - began

