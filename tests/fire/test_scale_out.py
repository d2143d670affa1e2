"""The set-up of the README's "Scale-out": gunicorn with two web processes and one worker, on PostgreSQL."""

import re
import subprocess
import sys
import time

import pytest

from tests.bench import cases
from tests.bench.servers import free_port
from tests.fire import inquest, servers
from tests.fire.clerks import Seat, make_due
from tests.patience import PATIENCE, wait_until
from workflows.engine import timers


@pytest.fixture(autouse=True)
def only_on_postgresql(database_kind):
    """SQLite has one process."""
    if database_kind != "postgresql":
        pytest.skip("several processes need PostgreSQL")


def processes_that(port, pattern):
    """The labels `process` of what /metrics says, asked until both web processes have had their say."""
    found = set()
    for _ in range(20):
        found |= set(re.findall(pattern + r'.*process="(\d+)"', servers.ask(port, "/metrics")[1]))
    return found


def counts(house):
    with house.database.reading() as session:
        return timers.counts(session)


def test_both_web_processes_complete_and_the_worker_sweeps(house):
    port = free_port()
    web = servers.web(house.home, house.url, port)
    try:
        web.wait_for(port)
        assert servers.ask(port, "/healthz")[0] == 503, "nobody sweeps yet"
        seats = {element: (Seat(port, login), fields) for element, login, fields in cases.ROUND}
        completed = 'bihuan_requests_total{method="POST",endpoint="inbox.complete",status="302"'
        done = 0
        while len(processes_that(port, re.escape(completed))) < 2:
            for hazard_id in house.closing:
                task = next(task for task in house.driver.open_tasks(hazard_id) if task.element_id in seats)
                seat, fields = seats[task.element_id]
                assert seat.post(f"/tasks/{task.id}", fields) == 302
                done += 1
            assert done < 60, "two processes, and only one works"
        make_due(house)
        due = counts(house)
        assert due.overdue == due.armed > 0
        time.sleep(0.5)
        assert counts(house).overdue == due.overdue, "web processes do not sweep"
        worker = servers.worker(house.home, house.url)
        try:
            wait_until(lambda: counts(house).overdue == 0)
            wait_until(lambda: servers.ask(port, "/healthz")[0] == 200)
        finally:
            worker.stop()
        assert worker.process.returncode == 0
    finally:
        web.stop()
    inquest.hold(house, [])


def test_gunicorn_refuses_sqlite_and_a_missing_secret(house, tmp_path):
    """It ends at once and says why, instead of starting worker after worker."""
    for url, settings, words in (
        (f"sqlite:///{tmp_path / 'x.db'}", {}, "SQLite has one process"),
        (house.url, {"BIHUAN_ENV": "production"}, "BIHUAN_SECRET_KEY"),
    ):
        refused = servers.web(house.home, url, free_port(), **settings)
        assert refused.process.wait(PATIENCE) != 0
        assert words in refused.log.read_text()
        refused.log.unlink()


def test_a_worker_refuses_sqlite(tmp_path):
    words = [sys.executable, "-m", "service", "worker"]
    settings = {"BIHUAN_HOME": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}", "PYTHONPATH": "."}
    refused = subprocess.run(words, env=settings, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (refused.returncode, "PostgreSQL" in refused.stderr) == (1, True)
