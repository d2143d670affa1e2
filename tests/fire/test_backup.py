"""A backup made while people work, restored elsewhere: whole, in one piece, and nothing altered can be slipped in."""

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import threading
import time

import pytest
from sqlalchemy import select

from service import create_app, demo
from service.config import Config
from tests.bench import cases
from tests.databases import KINDS
from tests.fire.clerks import Clerk
from tests.fire.conftest import make_database
from tests.held import tables_say_what_the_engine_holds
from tests.scenarios.ways import found
from tests.service.inspector import Inspector
from workflows import backups, hazards, steps
from workflows.db import Database
from workflows.engine import history
from workflows.errors import Conflict, Invalid

ELEMENTS = {element for element, _, _ in cases.ROUND}


@pytest.fixture
def elsewhere(database_kind, request, tmp_path):
    """Another machine: an empty home and an empty database of the same kind."""
    home = tmp_path / "elsewhere"
    home.mkdir()
    made = Database(_address(database_kind, request, home))
    yield made, home
    made.engine.dispose()


@pytest.fixture
def file(house, tmp_path):
    """A backup of the house."""
    backups.make(house.database, house.home, tmp_path / "house.backup")
    return tmp_path / "house.backup"


def _address(kind, request, home):
    if kind == "sqlite":
        return f"sqlite:///{home / 'bihuan.db'}"
    return make_database(request.getfixturevalue("postgresql"), "bihuan_elsewhere")


class Worker(Clerk):
    """Goes on completing tasks through the verbs."""

    def __init__(self, house, stopping, hazard_id):
        super().__init__(house, stopping)
        self.hazard_id = hazard_id

    def work(self):
        """One round."""
        for element, login, fields in cases.ROUND:
            self.house.driver.do(self.hazard_id, element, login, **fields)
            self.book.acknowledged.append(element)


def _at_work(house):
    stopping = threading.Event()
    workers = [Worker(house, stopping, hazard_id) for hazard_id in house.closing]
    for worker in workers:
        worker.start()
    return stopping, workers


def _done(workers):
    return sum(len(worker.book.acknowledged) for worker in workers)


def test_a_backup_of_a_working_house_lives_elsewhere(house, elsewhere, tmp_path):
    file = tmp_path / "house.backup"
    stopping, workers = _at_work(house)
    while _done(workers) < 5:
        time.sleep(0.01)
    before = _done(workers)
    backups.make(house.database, house.home, file)
    during = _done(workers)
    while _done(workers) < during + 3:
        time.sleep(0.01)
    stopping.set()
    for worker in workers:
        worker.join(20)
    assert during > before, "they worked while it was made"

    database, home = elsewhere
    backups.restore(database, home, file)
    with database.reading() as session:
        assert history.verify(session) == []
        assert all(held.timers for held in tables_say_what_the_engine_holds(session))
        completed = session.scalars(select(history.Line).where(history.Line.kind == "task_completed"))
        kept = [line for line in completed if line.body["element"] in ELEMENTS]
    assert before <= len(kept) <= _done(workers), "what was done before is in it, whole"
    _opens(database, home, house)
    _goes_on(database, home, house)


def _opens(database, home, house):
    """The pages and the pictures are there, for the same people with the same passwords."""
    app = create_app(Config(home=home, database_url=database.url, secret_key="elsewhere " * 4), database, steps.RULES)
    app.test_client_class = Inspector
    browser = app.test_client()
    assert browser.sign_in("zhuren").status_code == 302
    for hazard_id in (*house.closing, house.rectifying):
        page = browser.get(f"/hazards/{hazard_id}")
        assert page.status_code == 200
        photo = page.text[page.text.index("/photos/") :].split('"')[0]
        assert browser.get(photo).mimetype == "image/jpeg"


def _goes_on(database, home, house):
    """Work goes on where it stood, and new rows get new numbers."""
    driver = demo.Driver(database, home, steps.RULES)
    new = found(driver)
    assert new > house.rectifying
    driver.do(new, "register")
    driver.do(house.rectifying, "rectify")
    with database.reading() as session:
        assert history.verify(session) == []
        assert hazards.get(session, house.rectifying).status == "RECTIFIED"


def test_from_the_embedded_database_to_postgresql(house, request, tmp_path, database_kind):
    """How a county grows: the same file goes into the other kind, and every chain still verifies."""
    if len(KINDS) < 2:
        pytest.skip("needs both kinds")
    file, home = tmp_path / "house.backup", tmp_path / "other"
    home.mkdir()
    backups.make(house.database, house.home, file)
    other = Database(_address("sqlite" if database_kind == "postgresql" else "postgresql", request, home))
    try:
        backups.restore(other, home, file)
        with other.reading() as session:
            assert history.verify(session) == []
        _opens(other, home, house)
        _goes_on(other, home, house)
    finally:
        other.engine.dispose()


def test_restores_into_nothing_but_emptiness(house, elsewhere, file):
    database, home = elsewhere
    with pytest.raises(Conflict, match="已有数据"):
        backups.restore(house.database, home, file)
    (home / "photos" / "00").mkdir(parents=True)
    (home / "photos" / "00" / "somebody's.jpg").write_bytes(b"x")
    with pytest.raises(Conflict, match="已有数据"):
        backups.restore(database, home, file)


def test_a_backup_never_overwrites(house, tmp_path):
    file = tmp_path / "house.backup"
    file.write_bytes(b"the backup of last week")
    with pytest.raises(Conflict, match="没有覆盖"):
        backups.make(house.database, house.home, file)
    assert file.read_bytes() == b"the backup of last week"
    assert [each for each in tmp_path.iterdir() if each.name.endswith(".part")] == []


def _rewritten(file, target, change):
    """The same backup with some parts changed by `change(name, content)`; None leaves one out."""
    with tarfile.open(file) as old, tarfile.open(target, "w") as new:
        for entry in old.getmembers():
            content = change(entry.name, old.extractfile(entry).read())
            if content is not None:
                entry.size = len(content)
                new.addfile(entry, io.BytesIO(content))
    return target


CHANGES = {
    "a picture is missing": lambda name, content: None if name.startswith("photos/") else content,
    "a word is another": lambda name, content: content.replace("整改".encode(), "整政".encode()),
    "no manifest": lambda name, content: None if name == "manifest.json" else content,
}


def test_what_was_altered_or_cut_off_is_refused_and_nothing_is_done(elsewhere, file, tmp_path):
    """Also an altered record whose manifest was written anew: who alters a backup can do that, but not the chains."""
    altered = [_rewritten(file, tmp_path / what, change) for what, change in CHANGES.items()]
    for part in (0.0, 0.3, 0.9):
        altered.append(tmp_path / f"cut at {part}")
        altered[-1].write_bytes(file.read_bytes()[: int(file.stat().st_size * part)])
    database, home = elsewhere
    for each in altered:
        with pytest.raises(Invalid, match="没有恢复"):
            backups.restore(database, home, each)
        assert not (home / "photos").exists(), each.name
    with pytest.raises(Invalid, match="校验值不符"):
        backups.restore(database, home, _rewritten(file, tmp_path / "forged", _forge()))
    backups.restore(database, home, file)  # the place is as empty as before


def _forge():
    """Another word in the record, and the hash of that in the manifest."""
    changed = []

    def change(name, content):
        if name == "tables/history.jsonl":
            changed.append(content.replace(b"task_completed", b"task_complated", 1))
            return changed[0]
        if name == "manifest.json":
            manifest = json.loads(content)
            manifest["parts"]["tables/history.jsonl"] |= {"sha256": hashlib.sha256(changed[0]).hexdigest()}
            return json.dumps(manifest).encode()
        return content

    return change


def test_a_path_out_of_the_home_is_refused(tmp_path):
    assert backups._is_ours("photos/ab/abcd.jpg")
    for name in ("photos/../../secret", "/etc/passwd", "secret", "photos", "photos//x", "photos\\..\\x", "../photos/x"):
        assert not backups._is_ours(name)


def test_the_command_killed_leaves_the_file_whole_or_absent(house, tmp_path):
    """kill -9 at any moment of `bihuan backup`."""
    settings = {"BIHUAN_HOME": str(house.home), "DATABASE_URL": house.url, "PYTHONPATH": "."}
    for number, after in enumerate((0.3, 0.6, 0.9, 1.2)):
        file = tmp_path / f"{number}.backup"
        words = [sys.executable, "-m", "service", "backup", str(file)]
        process = subprocess.Popen(words, env={**os.environ, **settings}, stdout=subprocess.DEVNULL)
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not file.exists() or backups.verify(file)


def test_the_commands(house, elsewhere, tmp_path):
    """As an administrator types them."""
    database, home = elsewhere
    file = tmp_path / "house.backup"
    for words, place, url in ((["backup", str(file)], house.home, house.url), (["restore", str(file)], home, database.url)):
        settings = {"BIHUAN_HOME": str(place), "DATABASE_URL": url, "PYTHONPATH": "."}
        command = [sys.executable, "-m", "service", *words]
        done = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
    assert "记录完好" in done.stdout
    assert file.stat().st_mode & 0o077 == 0
    with tarfile.open(file) as tar:
        assert "secret" not in tar.getnames()
