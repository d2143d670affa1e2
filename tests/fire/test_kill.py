"""kill -9 in the middle of completions, firing timers, uploads, exports and imports: nothing acknowledged is lost, nothing is
doubled, nothing is half. (Backups are a command of their own and are killed in test_backup.py.)

BIHUAN_KILLS sets how many kills each set-up gets (10 in `make test`, more in `make soak`).
"""

import os
import random
import threading
import time

import pytest
from sqlalchemy import select

from tests.bench.servers import free_port
from tests.fire import inquest, servers
from tests.fire.clerks import Clerk, Clock, Closer, Exporter, Importer, Uploader, make_due
from tests.fire.conftest import House
from workflows import exports
from workflows.engine import timers

KILLS = int(os.environ.get("BIHUAN_KILLS", "10"))
SEED = 20261


@pytest.fixture
def port():
    """Where the servers listen, before and after each kill."""
    return free_port()


def clerks_of(house: House, port: int, stopping: threading.Event) -> list[Clerk]:
    closers = [Closer(house, stopping, port, hazard_id) for hazard_id in house.closing]
    others = [kind(house, stopping, port) for kind in (Uploader, Exporter, Importer)]
    return [*closers, *others, Clock(house, stopping)]


def worked(clerks: list[Clerk]) -> int:
    return sum(len(clerk.book.acknowledged) for clerk in clerks if isinstance(clerk, Closer))


def wait_until_worked(clerks: list[Clerk], more: int = 3) -> None:
    """Until some more completions were acknowledged: then the server is in the middle of others."""
    aim, deadline = worked(clerks) + more, time.monotonic() + 30
    while worked(clerks) < aim:
        assert time.monotonic() < deadline, [clerk.fault or clerk.book.unanswered for clerk in clerks]
        time.sleep(0.005)


def all_timers_fire(house: House) -> None:
    """What is due after the fire is fired by the living server."""
    make_due(house)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with house.database.reading() as session:
            found = timers.counts(session)
        if not found.overdue:
            break
        time.sleep(0.05)
    assert (found.overdue, found.failed) == (0, 0)
    assert found.armed >= len(house.closing)


def exports_end(house: House) -> None:
    """What was ordered is written to its end by the living server, also what was cut off."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with house.database.reading() as session:
            left = [each.id for each in session.scalars(select(exports.Export)) if each.is_in_hand]
        if not left:
            return
        time.sleep(0.1)
    raise AssertionError(f"exports {left} were never written")


def test_one_process(house, port, database_kind):
    """`bihuan run` on the embedded database, killed and started again."""
    if database_kind != "sqlite":
        pytest.skip("one process is the embedded set-up")
    chance, stopping = random.Random(SEED), threading.Event()
    server = servers.run(house.home, house.url, port)
    server.wait_for(port)
    clerks = clerks_of(house, port, stopping)
    for clerk in clerks:
        clerk.start()
    try:
        for _ in range(KILLS):
            wait_until_worked(clerks)
            time.sleep(chance.uniform(0, 0.3))
            server.kill()
            server = servers.run(house.home, house.url, port)
            server.wait_for(port)
        wait_until_worked(clerks)
        stopping.set()
        for clerk in clerks:
            clerk.join(30)
        all_timers_fire(house)
        exports_end(house)
        server.kill()
        inquest.hold(house, clerks)
    finally:
        stopping.set()
        server.kill()


def test_two_web_processes_and_a_worker(house, port, database_kind):
    """gunicorn with two processes and `bihuan worker` on PostgreSQL: now one process dies, now all of them, now only the
    connections are cut; the others go on working."""
    if database_kind != "postgresql":
        pytest.skip("several processes need PostgreSQL")
    chance, stopping = random.Random(SEED), threading.Event()
    web, worker = servers.web(house.home, house.url, port), servers.worker(house.home, house.url)
    web.wait_for(port)
    clerks = clerks_of(house, port, stopping)
    for clerk in clerks:
        clerk.start()
    try:
        for kill in range(KILLS):
            wait_until_worked(clerks)
            time.sleep(chance.uniform(0, 0.3))
            if kill % 4 in (0, 1):
                chance.choice(web.children()).kill()  # gunicorn starts another one
            elif kill % 4 == 2:
                worker.kill()
                worker = servers.worker(house.home, house.url)
            else:
                web.kill()
                web = servers.web(house.home, house.url, port)
                web.wait_for(port)
            cut_connections(house)
        wait_until_worked(clerks)
        stopping.set()
        for clerk in clerks:
            clerk.join(30)
        all_timers_fire(house)
        exports_end(house)
        inquest.hold(house, clerks)
    finally:
        stopping.set()
        web.kill()
        worker.kill()


def cut_connections(house: House) -> None:
    """As a restarted database or a broken network would; also in the middle of a commit. Our own have a name and stay."""
    others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name <> 'the-test'"
    with house.database.engine.connect() as connection:
        connection.exec_driver_sql(others)
