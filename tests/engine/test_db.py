"""The transactions of db.py where they are our own device: the queue of SQLite's writers."""

import threading

import pytest

from workflows import db
from workflows.db import Database
from workflows.errors import Conflict


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
