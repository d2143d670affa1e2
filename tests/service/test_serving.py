"""What the serving process does before it can serve."""

import threading

from service import serving
from workflows.db import Database


def test_jobs_wait_for_a_database_that_is_away_at_the_start(tmp_path, monkeypatch):
    monkeypatch.setattr(serving, "WAIT_SECONDS", 0.02)
    database, stopping, found = Database(f"sqlite:///{tmp_path / 'later' / 'house.db'}"), threading.Event(), []
    waiting = threading.Thread(target=lambda: found.append(serving.wait_for(database, stopping)))
    waiting.start()
    waiting.join(0.2)
    assert (waiting.is_alive(), found) == (True, [])
    (tmp_path / "later").mkdir()
    waiting.join(10)
    assert found == [True]


def test_they_wait_no_longer_than_the_process_lives(tmp_path):
    stopping = threading.Event()
    stopping.set()
    assert serving.wait_for(Database(f"sqlite:///{tmp_path / 'later' / 'house.db'}"), stopping) is False
