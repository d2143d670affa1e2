"""Connections to the database are cut one by one at random moments, under load: nothing is done twice, nothing acknowledged is lost."""

import random
import threading
import time

import pytest

from tests.bench.servers import free_port
from tests.fire import inquest, servers
from tests.fire.clerks import Closer

SECONDS = 6.0
SEED = 20262
CUT = """
    select count(pg_terminate_backend(pid)) from (
        select pid from pg_stat_activity
        where datname = current_database() and application_name <> 'the-test' and (state <> 'idle' or %s)
        order by random() limit 1) as one
"""
"""One connection of the servers: one that just works, or any."""


def cut(house, chance):
    """Cut one connection if there is one; answers how many."""
    with house.database.engine.connect() as connection:
        return connection.exec_driver_sql(CUT % (chance.random() < 0.3)).scalar()


def test_two_web_processes_whose_connections_are_cut(house, database_kind):
    """In the middle of a statement, between two, in a commit: the page says so (503), and one presses the button again."""
    if database_kind != "postgresql":
        pytest.skip("SQLite has no connections to cut")
    port, chance, stopping, cuts = free_port(), random.Random(SEED), threading.Event(), 0
    web = servers.web(house.home, house.url, port)
    try:
        web.wait_for(port)
        clerks = [Closer(house, stopping, port, hazard_id) for hazard_id in house.closing]
        for clerk in clerks:
            clerk.start()
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            cuts += cut(house, chance)
            time.sleep(chance.uniform(0, 0.1))
        stopping.set()
        for clerk in clerks:
            clerk.join(30)
    finally:
        stopping.set()
        web.kill()
    assert cuts > 20
    assert sum(clerk.book.unanswered for clerk in clerks) > 0, "no cut was felt"
    assert all(clerk.book.acknowledged for clerk in clerks)
    inquest.hold(house, clerks)
