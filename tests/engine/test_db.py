"""The transactions of db.py where they are our own device: the queue of SQLite's writers, and errors that become sentences."""

import threading

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import InternalError

from workflows import clock, db, people
from workflows.db import Database
from workflows.engine.pulses import Pulse
from workflows.engine.worklist import Timer
from workflows.errors import Conflict, Invalid


@pytest.fixture
def sqlite(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'writers.db'}")
    with database.transaction() as session:
        session.connection().exec_driver_sql("create table rows (id integer primary key)")
    return database


def insert(database):
    with database.transaction() as session:
        session.connection().exec_driver_sql("insert into rows default values")


def test_writers_of_one_process_queue_and_all_arrive(sqlite):
    threads = [threading.Thread(target=lambda: [insert(sqlite) for _ in range(20)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sqlite.reading() as session:
        assert session.connection().exec_driver_sql("select count(*) from rows").scalar() == 160


def test_a_transaction_inside_a_transaction_is_an_error_and_not_a_standstill(sqlite, monkeypatch):
    monkeypatch.setattr(db, "WAIT_SECONDS", 0.1)
    with sqlite.transaction() as session:
        session.connection()
        with pytest.raises(Conflict):
            insert(sqlite)
    insert(sqlite)  # and the queue is as it was


def insert_and(database, error):
    with database.transaction() as session:
        session.connection().exec_driver_sql("insert into rows default values")
        raise error


def count(database):
    with database.reading() as session:
        return session.connection().exec_driver_sql("select count(*) from rows").scalar()


def test_many_transactions_as_one_are_seen_by_nobody_else_before_the_end(sqlite):
    with sqlite.as_one() as whole:
        insert(whole)
        insert(whole)
        assert (count(whole), count(sqlite)) == (2, 0)
    assert count(sqlite) == 2


def test_what_is_refused_within_is_undone_alone(sqlite):
    with sqlite.as_one() as whole:
        insert(whole)
        with pytest.raises(Conflict):
            insert_and(whole, Conflict("不行"))
        assert count(whole) == 1
    assert count(sqlite) == 1


def test_what_is_broken_off_leaves_nothing(sqlite):
    with pytest.raises(KeyboardInterrupt), sqlite.as_one() as whole:
        insert_and(whole, KeyboardInterrupt())
    assert count(sqlite) == 0
    insert(sqlite)  # and the queue is as it was


def test_one_within_one_is_the_same_one(sqlite):
    """So that the sweep may gather its timers inside whatever is made as a whole: it never waits for itself."""
    with sqlite.as_one() as whole:
        with whole.as_one() as inner:
            insert(inner)
        assert (count(whole), count(sqlite)) == (1, 0)
    assert count(sqlite) == 1


def test_of_two_who_wait_for_each_other_one_is_told_that_he_was_overtaken(database):
    if database.is_sqlite:
        pytest.skip("SQLite's writers queue")
    with database.transaction() as session:
        session.add_all([Pulse(name=name, at=clock.now()) for name in "ab"])
    both_hold_one, told = threading.Barrier(2, timeout=10), []

    def take(first, second):
        try:
            with database.transaction() as session:
                session.execute(update(Pulse).where(Pulse.name == first).values(at=clock.now()))
                both_hold_one.wait()
                session.execute(update(Pulse).where(Pulse.name == second).values(at=clock.now()))
        except Conflict as conflict:
            told.append(conflict.message)

    threads = [threading.Thread(target=take, args=names) for names in ("ab", "ba")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert told == [db.OVERTAKEN]


def test_a_number_that_no_column_holds_is_refused_with_a_sentence(database):
    with database.transaction() as session, pytest.raises(Invalid, match="太大"):
        session.execute(update(Timer).values(failures=10**30))


def test_on_postgresql_what_clicks_ask_stays_prepared_and_no_reader_writes(database):
    """psycopg prepares a statement that it has sent five times, and throws it away at a rollback."""
    if database.is_sqlite:
        pytest.skip("SQLite keeps its statements by itself")
    for _ in range(6):
        with database.reading() as session:
            assert people.find_sign_in(session, 1) is None
    with database.reading() as session:
        prepared = session.scalars(text("select statement from pg_prepared_statements")).all()
        assert any("appointments" in each for each in prepared)
        with pytest.raises(InternalError, match="read-only"):
            session.execute(text("delete from persons"))
