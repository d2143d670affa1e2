"""After the fire: what must be true whatever was killed when."""

import hashlib
from collections import Counter

from openpyxl import load_workbook
from PIL import Image
from sqlalchemy import select

from tests.fire.clerks import Clerk
from tests.fire.conftest import House
from tests.held import tables_say_what_the_engine_holds
from workflows import exports, people, photos, strays
from workflows.engine import history
from workflows.engine.tasks import Submission
from workflows.engine.worklist import Task


def hold(house: House, clerks: list[Clerk]) -> None:
    """Every question at once; the servers are dead or idle."""
    assert [clerk.fault for clerk in clerks if clerk.fault] == []
    with house.database.reading() as session:
        assert history.verify(session) == []
        _completions_are_kept_once(session, clerks)
        assert all(held.timers for held in tables_say_what_the_engine_holds(session))
        _photos_are_whole(session, house, clerks)
        _exports_are_whole(session, house, clerks)
        _imports_are_whole(session, clerks)


def _completions_are_kept_once(session, clerks):
    """No acknowledged completion is missing, none is doubled; each has its line in the record."""
    submissions = session.scalars(select(Submission)).all()
    per_task = Counter(each.task_id for each in submissions)
    assert [task for task, times in per_task.items() if times > 1] == []
    texts = Counter(mark for each in submissions if (mark := _mark(each)))
    sure = {mark for clerk in clerks for mark in (*clerk.book.acknowledged, *clerk.book.found_done) if mark.startswith("标记")}
    assert [mark for mark in sure if texts[mark] != 1] == []
    assert [mark for mark, times in texts.items() if times > 1] == []
    done = set(session.scalars(select(Task.id).where(Task.status == "DONE")))
    assert done >= per_task.keys()
    lines = session.scalars(select(history.Line).where(history.Line.kind == "task_completed"))
    assert Counter(line.body["submission"] for line in lines) == Counter(each.id for each in submissions)


def _mark(submission):
    said = submission.data.get("summary") or submission.data.get("opinion") or ""
    return said[said.index("标记") :] if "标记" in said else ""


def _photos_are_whole(session, house, clerks):
    """Each photo that was taken in lies there whole, under its own digest; nothing under a digest's name is half a file; what a kill
    left without a row is noted, so that it goes."""
    known = set(session.scalars(select(photos.Photo.sha256)))
    files = {file.stem: file for file in (house.home / "photos").rglob("*.jpg")}
    assert known <= files.keys()
    noted = set(session.scalars(select(strays.LooseEnd.name)))
    uploads = {photos.stored_as(file) for file in files.keys() - known}
    assert uploads <= noted
    for sha256, file in files.items():
        assert hashlib.sha256(file.read_bytes()).hexdigest() == sha256
        Image.open(file).load()
    uploaded = {mark for clerk in clerks for mark in clerk.book.acknowledged if mark.startswith("photo")}
    taken = session.scalars(select(photos.Photo).where(photos.Photo.width == 900)).all()
    assert len(taken) >= len(uploaded)


def _exports_are_whole(session, house, clerks):
    """Each order that was acknowledged is there; each that is ready is a whole workbook; none lies half under its own name."""
    rows = session.scalars(select(exports.Export)).all()
    ordered = {f"export {row.asked['q']}" for row in rows}
    assert {mark for clerk in clerks for mark in clerk.book.acknowledged if mark.startswith("export")} <= ordered
    assert [row.why for row in rows if row.status == "FAILED"] == []
    files = {file.stem for file in (house.home / "exports").glob("*.xlsx")}
    assert {str(row.id) for row in rows if row.status == "READY"} <= files
    for row in rows:
        if str(row.id) in files:
            assert load_workbook(row.file, read_only=True).worksheets


def _imports_are_whole(session, clerks):
    """Of each workbook both persons or none; of one whose passwords were shown, both."""
    logins = set(session.scalars(select(people.Person.login).where(people.Person.login.startswith("new-"))))
    stored = Counter(login.split("-")[1] for login in logins)
    assert set(stored.values()) <= {2}
    assert {mark.split()[1] for clerk in clerks for mark in clerk.book.acknowledged if mark.startswith("import")} <= stored.keys()
