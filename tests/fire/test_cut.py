"""Connections to the database are cut one by one at random moments, under load: nothing is done twice, nothing acknowledged is lost."""

import random
import threading
import time

import pytest

from tests.bench.servers import free_port
from tests.fire import inquest, servers
from tests.fire.clerks import Closer

SECONDS, LONGEST = 6.0, 40.0
"""How long connections are cut, and how long at most on a machine so busy that nothing was felt or acknowledged by then."""
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


def was_felt(cuts, clerks):
    """Many cuts, at least one of them in somebody's click, and all the same everybody got something done."""
    unanswered = sum(clerk.book.unanswered for clerk in clerks)
    return cuts > 20 and unanswered > 0 and all(clerk.book.acknowledged for clerk in clerks)


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
        begun = time.monotonic()
        while (lasted := time.monotonic() - begun) < SECONDS or (lasted < LONGEST and not was_felt(cuts, clerks)):
            cuts += cut(house, chance)
            time.sleep(chance.uniform(0, 0.1))
        stopping.set()
        for clerk in clerks:
            clerk.join(30)
    finally:
        stopping.set()
        web.kill()
    assert was_felt(cuts, clerks)
    inquest.hold(house, clerks)
