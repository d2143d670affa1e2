"""What machines ask: /healthz and /metrics; and what the log tells, and does not."""

import json
import logging
from datetime import timedelta

import pytest
from flask import g
from sqlalchemy import text

from service import create_app, logs, setup
from service.config import Config
from tests.bench import cases
from tests.scenarios.ways import found
from workflows import clock, migrations, steps
from workflows.db import Base, Database
from workflows.engine import jobs, pulses


@pytest.fixture
def app(own_app):
    """One's own: addresses are added to it."""
    return own_app


@pytest.fixture
def well(tmp_path):
    """A client of a house at the newest structure with a sweep."""
    database = Database(f"sqlite:///{tmp_path / 'well.db'}")
    setup.prepare(database, jobs=True)
    Base.metadata.create_all(database.engine)
    pulses.beat(database)
    yield _client(database, tmp_path)
    database.engine.dispose()


def _client(database, home, **settings):
    config = Config(home=home, database_url=database.url, secret_key="for tests " * 4, **settings)
    return create_app(config, database, steps.RULES).test_client()


# ---- healthz -----------------------------------------------------------------------------------------------------------


def test_a_well_server_says_so(well):
    answer = well.get("/healthz")
    newest = migrations.head()
    assert (answer.status_code, answer.json) == (
        200,
        {"status": "ok", "database": "reachable", "migration": newest, "newest": newest, "sweep": "alive"},
    )


def test_nobody_sweeps(well, clock_at):
    clock_at(clock.now() + timedelta(seconds=91))
    answer = well.get("/healthz")
    assert (answer.status_code, answer.json["sweep"]) == (503, "silent")


def test_an_old_structure_is_not_well(app):
    """The tests' own database was never migrated."""
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.json["migration"], answer.json["sweep"]) == (503, None, "unknown")


def test_a_database_that_is_away(tmp_path):
    answer = _client(Database(f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}"), tmp_path).get("/healthz")
    assert (answer.status_code, answer.json["database"]) == (503, "away")


def test_a_page_while_the_database_is_away(tmp_path):
    """A sentence with a number to tell the administrator, and not a word about the cause."""
    client = _client(Database(f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}"), tmp_path)
    with client.session_transaction() as session:
        session.update(_user_id="1.0", seen=clock.now().timestamp())
    handed_in = client.post("/tasks/1", data={})  # who it is is asked before the form's token, and nobody can tell
    for answer in (client.get("/"), client.get("/no-such-page"), client.get("/hazards/1"), handed_in):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "10"
        assert "连接不上数据库" in answer.text
        assert answer.headers["X-Request-ID"] in answer.text
        assert "sqlite" not in answer.text


# ---- metrics -----------------------------------------------------------------------------------------------------------


def test_the_figures(well, driver, app):
    well.get("/sign-in")
    answer = well.get("/metrics")
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    assert any(line.startswith('bihuan_requests_total{method="GET",endpoint="auth.sign_in",status="200"') for line in lines)
    assert any(line.startswith('bihuan_request_seconds_bucket{endpoint="auth.sign_in",le="+Inf"') for line in lines)
    for each in ("tasks_open 0", "timers_armed 0", "timers_overdue 0", "timers_failed 0", "jobs_given_up 0", "sweep_up 1"):
        assert f"bihuan_{each}" in lines


def test_open_tasks_and_timers_are_counted(app, driver, town, clock_at):
    clock_at("2026-03-02 09:00")
    hazard = found(driver)
    for element in cases.WAY[: cases.WAY.index("rectify")]:
        driver.do(hazard, element)
    driver.sweep()
    told = _figures(app)
    assert told["bihuan_tasks_open"] == len(driver.open_tasks(hazard))
    assert told["bihuan_timers_armed"] > told["bihuan_timers_overdue"] == told["bihuan_timers_failed"] == 0
    with town.transaction() as session:
        session.execute(text("update timers set failures = 1, wake_at = '2026-03-01 00:00:00.000000'"))
    told = _figures(app)
    assert told["bihuan_timers_overdue"] == told["bihuan_timers_failed"] == told["bihuan_timers_armed"]


def test_jobs_given_up_are_counted(app, town):
    """DBOS' own table is counted without loading DBOS."""
    from tests.engine import jobs_worker

    assert jobs_worker.count
    with town.transaction() as session:
        id = jobs.enqueue(session, "test.count", number=1)
    assert _figures(app)["bihuan_jobs_given_up"] == 0
    status = "workflow_status" if town.is_sqlite else "dbos.workflow_status"
    with town.transaction() as session:
        session.execute(text(f"update {status} set status = 'ERROR' where workflow_uuid = :id"), {"id": id})
    assert _figures(app)["bihuan_jobs_given_up"] == 1 == len(jobs.failures(town))


def _figures(app):
    lines = app.test_client().get("/metrics").text.splitlines()
    return {name: float(value) for name, value in (line.split() for line in lines if line[:1] != "#" and "{" not in line)}


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_what_a_proxy_passes_on_is_not_this_machine(app, header):
    assert app.test_client().get("/metrics", headers={header: "127.0.0.1"}).status_code == 403


@pytest.mark.parametrize(("address", "status"), [("127.0.0.1", 200), ("::1", 200), ("10.0.0.7", 403), ("", 403)])
def test_metrics_are_for_this_machine(app, address, status):
    assert app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": address}).status_code == status


def test_metrics_with_a_token(town, tmp_path):
    client = _client(town, tmp_path, metrics_token="a long token")
    for given, status in (("", 403), ("Bearer wrong", 403), ("Bearer a long token", 200)):
        assert client.get("/metrics", headers={"Authorization": given}).status_code == status


# ---- log ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def logged(caplog):
    """`logged()` answers what was logged so far, as JSON lines."""
    logs.requests.setLevel(logging.INFO)
    said = []

    class Listener(logging.Handler):
        def emit(self, record):
            said.append(json.loads(logs.JsonLines().format(record)))

    listener = Listener()
    logging.getLogger().addHandler(listener)
    yield lambda: said
    logging.getLogger().removeHandler(listener)
    logs.requests.setLevel(logging.WARNING)


def test_a_request_is_one_line_with_its_ids(signed_in, driver, town, logged):
    hazard = found(driver)
    task = driver.open_tasks(hazard)[0]
    browser = signed_in("banshi1")
    answer = browser.get(f"/tasks/{task.id}", headers={"X-Request-ID": "from-the-proxy-1"})
    assert answer.headers["X-Request-ID"] == "from-the-proxy-1"
    line = next(line for line in logged() if line.get("endpoint") == "inbox.task")
    assert line["request"] == "from-the-proxy-1"
    assert line["case"] == f"hazard:{hazard}"
    assert line["person"] == driver.person("banshi1")
    assert (line["method"], line["status"], line["level"]) == ("GET", 200, "INFO")
    assert line["ms"] > 0


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "a b c d e f g", "<script>alert"])
def test_an_id_that_is_none_is_replaced(client, given):
    answer = client.get("/sign-in", headers={"X-Request-ID": given})
    assert len(answer.headers["X-Request-ID"]) == 32


def test_the_log_never_says_what_was_typed(app, signed_in, logged):
    """Neither a password nor a form's text, not even in an error of the database that quotes the row."""

    @app.post("/breaks")
    def breaks():
        g.session.execute(text("insert into persons (login, name) values (:login, :name)"), {"login": "张三李四", "name": "王五赵六"})

    browser = signed_in("banshi1")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = browser.submit("/breaks?q=王五赵六", {"opinion": "王五赵六"}, page="/")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text
    everything = json.dumps(logged(), ensure_ascii=False)
    assert "王五赵六" not in everything
    assert "张三李四" not in everything
    assert "Bihuan-2026" not in everything
    error = next(line["error"] for line in logged() if "error" in line)
    assert error[0]["kind"] == "IntegrityError"
    assert any("breaks" in place for place in error[0]["places"])


def test_text_is_for_people_and_production_speaks_json(tmp_path):
    def kind(**settings):
        return Config.from_env({"BIHUAN_HOME": str(tmp_path), **settings}).log

    assert kind() == "text"
    assert kind(BIHUAN_ENV="production", BIHUAN_SECRET_KEY="x" * 32) == "json"
    assert kind(BIHUAN_LOG="json") == "json"
