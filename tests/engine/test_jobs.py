"""Effects: one commit with the caller, after it, and never lost (design §4: effects outside the database)."""

import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.engine import jobs_worker
from tests.patience import wait_until
from workflows import clock
from workflows.db import Database
from workflows.engine import history, jobs
from workflows.engine.jobs import orders


@pytest.fixture
def counts(database):
    """A table of ten counters beside the house's own tables."""
    with database.transaction() as session:
        session.execute(text("create table counts (id integer primary key, value integer, tries integer)"))
        session.execute(text("insert into counts values (:id, 0, 0)"), [{"id": n} for n in range(10)])
    yield database
    with database.transaction() as session:
        session.execute(text("drop table counts"))


@pytest.fixture
def workers(database):
    """`workers()` starts a process that runs jobs."""
    started = []

    def start():
        command = [sys.executable, "-m", "tests.engine.jobs_worker", database.url]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."})
        started.append(process)
        assert process.stdout.readline() == "up\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def read(database, sql):
    with database.reading() as session:
        return session.execute(text(sql)).all()


def unfinished(database):
    table = "workflow_status" if database.is_sqlite else "dbos.workflow_status"
    return read(database, f"select status from {table} where status in ('ENQUEUED', 'PENDING')")


def test_an_effect_runs_once_after_the_commit_never_without_it_and_is_forgotten_after_seven_days(counts):
    with counts.session(writes=True) as session:
        jobs.enqueue(session, "test.count", number=1)  # and no commit: the session rolls back
    jobs.start(counts, poll_seconds=0.05)
    try:
        with counts.transaction() as session:
            jobs.enqueue(session, "test.count", number=2)
            time.sleep(0.3)
            assert read(counts, "select id from counts where tries > 0") == []
        wait_until(lambda: read(counts, "select id, value from counts where tries > 0") == [(2, 1)])
        wait_until(lambda: not unfinished(counts))
    finally:
        jobs.stop()
    assert read(counts, "select id, value, tries from counts where tries > 0") == [(2, 1, 1)]
    jobs.forget(counts)
    assert len(read(counts, "select * from jobs_done")) == 1
    with clock.travel(clock.now() + timedelta(days=8)):
        jobs.forget(counts)
    assert read(counts, "select * from jobs_done") == []
    assert jobs.failures(counts) == []


@pytest.mark.parametrize("seen", ["tries", "value"])  # killed before, and right after the commit of the work
def test_kill_in_the_middle_repeats_the_effect_and_counts_once(counts, workers, seen):
    with counts.transaction() as session:
        for number in range(jobs.AT_ONCE):
            jobs.enqueue(session, "test.count", number=number, pause=0.7)
    first = workers()
    wait_until(lambda: read(counts, f"select count(*) from counts where {seen} > 0") == [(jobs.AT_ONCE,)])
    first.kill()  # SIGKILL: nothing is tidied up
    first.wait()
    workers()
    wait_until(lambda: not unfinished(counts))
    done = read(counts, f"select value, tries from counts where id < {jobs.AT_ONCE}")
    assert [value for value, _ in done] == [1] * jobs.AT_ONCE
    assert min(tries for _, tries in done) >= 2


def test_who_stops_need_not_wait_for_a_long_effect_and_it_runs_again(counts):
    """It is left as a kill would leave it, not as a failure."""
    with counts.transaction() as session:
        jobs.enqueue(session, "test.long")
    jobs.start(counts, poll_seconds=0.1)
    wait_until(lambda: read(counts, "select tries from counts where id = 0") == [(1,)])
    began = time.monotonic()
    jobs.stop()
    assert time.monotonic() - began < 8  # it would wait for ten seconds, and the process at its end for the whole minute
    assert unfinished(counts) == [("PENDING",)]
    jobs.start(counts, poll_seconds=0.1)
    wait_until(lambda: not unfinished(counts))
    jobs.stop()
    assert read(counts, "select tries from counts where id = 0") == [(2,)]


def test_a_peer_takes_over_the_jobs_of_a_dead_executor_and_of_no_living_one(counts, workers):
    if counts.is_sqlite:
        pytest.skip("SQLite has one executor")
    with counts.transaction() as session:
        jobs.enqueue(session, "test.count", number=1, pause=1.5)
    first = workers()
    wait_until(lambda: read(counts, "select tries from counts where id = 1") == [(1,)])
    workers()
    time.sleep(0.5)  # the peer has looked: the lock of the first is held
    assert read(counts, "select tries from counts where id = 1") == [(1,)]
    first.kill()
    wait_until(lambda: not unfinished(counts))
    assert read(counts, "select value, tries from counts where id = 1") == [(1, 2)]


def test_the_daily_anchor_is_scheduled_by_the_offices_clock_and_survives_a_restart(database):
    for _ in range(2):
        jobs.start(database)
        jobs.stop()
    table = "workflow_schedules" if database.is_sqlite else "dbos.workflow_schedules"
    found = read(database, f"select schedule_name, schedule, cron_timezone from {table}")
    assert ("history.anchor", "10 0 * * *", "Asia/Shanghai") in found


def test_an_unknown_effect_cannot_be_ordered(database):
    with database.transaction() as session, pytest.raises(LookupError):
        jobs.enqueue(session, "test.cuont")


def test_a_database_without_effects_takes_no_orders(tmp_path):
    """A rehearsal has not even the tables for them."""
    quiet = Database(f"sqlite:///{tmp_path / 'quiet.db'}", has_effects=False)
    with quiet.transaction() as session:
        assert jobs.enqueue(session, "test.count", n=1) == ""
    quiet.engine.dispose()


def test_is_first_is_a_question_of_a_running_effect(database):
    with database.transaction() as session, pytest.raises(RuntimeError):
        jobs.is_first(session)


def test_the_first_daily_is_the_anchor_of_history():
    assert orders.each_day["history.anchor"][2] is history.anchor
    assert "test.count" in orders.effects
    assert jobs_worker.count
