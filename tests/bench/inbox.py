"""The inbox: its first page of 25 with 100, 5,000 and 100,000 open tasks at one post, beside the floor's with 100.

Served by `bihuan run` from the demo's town, to three deputies of three further towns. Their tasks are town reviews: each bears
a duty, so that the page has to ask for every row whether this person may do it. The crowd is multiplied from one hazard that
came there through the real process.
"""

import tempfile
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service import demo
from tests.bench import cases, floor
from tests.bench.browsing import Browser
from tests.bench.crowd import hours_from_now, last, multiply, numbers
from tests.bench.figures import Figure, ratio, side_by_side, tell
from tests.bench.servers import free_port, serve
from workflows import staffing
from workflows.engine.worklist import TaskPost

CROWDS = (100, 5_000, 100_000)
BLOCKS, TIMES = 7, 7


def measure() -> Iterable[Figure]:
    """Milliseconds of the first page, beside the floor and beside each other."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _prepare(home)
        floor.seed(home, {floor.LOGIN: 100})
        with (
            serve("service", "run", home=home, port=free_port()) as product,
            serve("tests.bench.floor", home=home, port=free_port()) as bare,
        ):
            deputies = [Browser(product.port).sign_in(f"deputy{count}", demo.PASSWORD) for count in CROWDS]
            assert all(deputy.get("/").text.count("<tr") == 26 for deputy in deputies), "25 rows and a heading"
            sides = [_opening(browser) for browser in (*deputies, Browser(bare.port).sign_in(floor.LOGIN, floor.PASSWORD))]
            *ours, theirs = side_by_side(sides, blocks=BLOCKS, times=TIMES)
    yield Figure("inbox_floor_ms_100", median(theirs), "ms")
    for count, spent in zip(CROWDS, ours, strict=True):
        yield Figure(f"inbox_ms_{count}", median(spent), "ms")
        yield Figure(f"inbox_{count}_to_floor", ratio(spent, theirs), "×", aim=1.5)
    medians = [median(spent) for spent in ours]
    yield Figure("inbox_spread", max(medians) / min(medians), "×", aim=1.2)


def _opening(browser: Browser) -> Callable[[], float]:
    return lambda: browser.get("/").ms


def _prepare(home: Path) -> None:
    driver, (hazard_id,) = cases.prepare(home, 1)
    driver.do(hazard_id, "apply", **cases.ROUND[0][2])
    review = cases.waiting(driver, hazard_id, "town_review")
    with driver.database.transaction() as session:
        for place, count in enumerate(CROWDS, start=1):
            _crowd(session, hazard_id, review.id, _deputy(session, place, count), count)
        session.connection().exec_driver_sql("ANALYZE")
    tell(f"  {sum(CROWDS):,} open tasks made")


def _deputy(session: Session, place: int, count: int) -> int:
    """A deputy of a new town; answers the town."""
    town = staffing.add_unit(session, "TOWN", f"测试{place}镇", f"99990120{place}000")
    person = staffing.add_person(session, f"副组长{place}", f"deputy{count}", demo.PASSWORD)
    staffing.appoint(session, person, "GROUP_DEPUTY", town, date(2020, 1, 1))
    return town.id


def _crowd(session: Session, hazard_id: int, task_id: int, town_id: int, count: int) -> None:
    """So many hazards, each with an open review at the town's deputy; a fifth of them is late."""
    made, first_hazard, first_task = numbers(count), last(session, "hazards"), last(session, "tasks")
    post_id = session.scalars(select(TaskPost.id).where(TaskPost.task_id == task_id)).first()
    n, due = made.c.n, hours_from_now(made.c.n * 7 % 500 - 100)
    multiply(session, "hazards", hazard_id, made, id=first_hazard + n, hazard_no=func.printf("%d-%d", town_id, n))
    multiply(
        session,
        "tasks",
        task_id,
        made,
        id=first_task + n,
        subject_id=first_hazard + n,
        due_at=due,
        due_key=due,
        token_id=func.printf("%d", n),
    )
    multiply(session, "task_posts", post_id or 0, made, task_id=first_task + n, unit_id=town_id, due_key=due)

