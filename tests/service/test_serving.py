"""What the serving process does before it can serve, and what it answers before a page is asked."""

import http.client
import os
import platform
import socket
import subprocess
import sys
import threading
from contextlib import suppress

import pytest

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


@pytest.fixture
def port(own_app):
    """Where a server listens that takes a thousand bytes and asks no page."""
    bound = socket.create_server(("127.0.0.1", 0))
    own_app.dispatch_request = lambda: pytest.fail("no page may be asked")
    server = serving.listen(own_app, bound, most_bytes=1000)
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    yield bound.getsockname()[1]
    with suppress(OSError):  # its own thread closes, and then has nothing left to do; it may have been awake already, and be gone
        server.trigger.pull_trigger(server.close)
    running.join(10)


@pytest.mark.parametrize(
    ("headers", "body", "status", "words"),
    [
        ({"Content-Length": "1001"}, b"", 413, "照片和附件合计不能超过 100 MB"),
        ({"Transfer-Encoding": "chunked"}, b"7d0\r\n" + b"x" * 2000 + b"\r\n0\r\n\r\n", 413, "照片和附件合计不能超过 100 MB"),
        ({"Content-Length": "many"}, b"", 400, "发来的内容不完整"),
        ({"Content-Length": "1", "X-Long": "x" * 300_000}, b"x", 431, "发来的内容不完整"),
    ],
)
def test_what_the_server_itself_refuses_is_told_in_chinese(port, headers, body, status, words):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest("POST", "/hazards/new", skip_host=True)
    connection.putheader("Host", "@:a host that is none")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Content-Type")) == (status, "text/html; charset=utf-8")
    assert answer.getheader("Content-Security-Policy")
    told = answer.read().decode()
    assert (words in told, "/static/app.css" in told) == (True, True)


def test_how_far_it_is_stands_in_a_file_line_by_line(capsys):
    """No bar where there is no terminal: each tenth once, though the steps are finer or coarser."""
    with serving.progress("正在建") as tell:
        for share in (0.01, 0.1, 0.1004, 0.35, 0.99, 1.0):
            tell(share)
    assert capsys.readouterr().out.splitlines() == ["正在建 …", *(f"正在建：{tenth}%" for tenth in (10, 30, 90, 100))]


LOADED = """
import sys
from service import create_app, serving
from service.config import Config
from workflows import steps
from workflows.db import Database
config = Config.from_env()
create_app(config, Database(config.database_url), steps.RULES)
print(*sys.modules.keys() & {"alembic", "docx", "openpyxl", "pypinyin"})
"""


def test_what_is_used_rarely_is_not_loaded_at_the_start(tmp_path):
    """Together they take some 40 MB; whoever needs one loads it (`workflows/migrations`, `documents`, `admin/roster`, `logins`)."""
    command, env = [sys.executable, "-c", LOADED], {**os.environ, "BIHUAN_HOME": str(tmp_path)}
    assert subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=60).stdout == "\n"


SIGN_INS = """
from concurrent.futures import ThreadPoolExecutor
import psutil
from service import heap
from workflows.passwords import _hasher
heap.spare()
before = psutil.Process().memory_info().rss
for _ in range(3):
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(_hasher.hash, ["Demo-2026"] * 4))
print(psutil.Process().memory_info().rss - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries give large blocks back by themselves")
def test_what_checking_passwords_took_is_given_back():
    """One takes 19 MB; glibc by itself keeps that for each thread."""
    kept = subprocess.run([sys.executable, "-c", SIGN_INS], capture_output=True, text=True, check=True, timeout=60).stdout
    assert int(kept) < 10 * 2**20
