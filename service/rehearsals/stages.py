"""The stage of a rehearsal (演练): a small town of its own, in a database of its own, at a moment of its own.

1. A draft is played by the very verbs, steps and forms by which cases are handled, so what happens here is what would happen.
2. Nothing of it comes near the house's database. All of it lies in one folder, HOME/rehearsals/PERSON, whichever process answers.
3. A person has one stage: who begins anew, or another draft, loses the old one. What nobody has touched for a day goes when the
   next one begins.

When not to use it: to look into real cases. The town is fictional, and nobody can sign in to it.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from service import setup
from service.demo.driving import Driver
from service.demo.town import PEOPLE, UNITS, People, settle
from service.rehearsals import openings
from workflows import clock, people, steps, vocabulary
from workflows.db import Base, Database
from workflows.engine import Subject, definitions, timers
from workflows.errors import Conflict
from workflows.staffing.rules import KINDS_OF_ROLE
from workflows.vocabulary import OUTSIDERS

MOST = 20  # stages at a time
MOST_BYTES = 50 * 1024 * 1024  # of one of them
KEPT = timedelta(days=1)
EACH_STEP = timedelta(minutes=10)  # what one task takes by the stage's clock
MOST_ROUNDS = 500  # sweeps in one leap of the clock
NOTE, TOWN = "stage.json", "town.db"
SECONDS: People = {
    "baocun2": ("丙村包村干部", None, [("VILLAGE_LIAISON", "village")]),
    "genzong3": ("县跟踪督办人丙", None, [("COUNTY_TRACKER", "emergency")]),
    "genzong4": ("县跟踪督办人丁", None, [("COUNTY_TRACKER", "housing")]),
    "xianban2": ("县专项办副主任", None, [("COUNTY_OFFICE", "county")]),
}
"""Somebody to take over from those whom the demo has alone at their post."""


@dataclass(frozen=True)
class Play:
    """What is rehearsed: a draft, as it was saved last."""

    draft_id: int
    revision: int
    xml: bytes
    forms: Mapping[str, Any]


@dataclass(frozen=True)
class Stage:
    """One person's rehearsal. `moment` is what its clock shows."""

    folder: Path
    draft_id: int
    revision: int
    instance_id: int
    subject: Subject
    moment: datetime

    @contextmanager
    def at_work(self) -> Iterator[Driver]:
        """Whoever does the tasks of this town, with its clock for this thread alone."""
        with _town(self.folder) as database, clock.travel_alone(self.moment):
            yield Driver(database, self.folder, steps.RULES)


# ---- verbs -----------------------------------------------------------------------------------------------------------


def begin(home: Path, play: Play, *, by: int, at: str) -> Stage:
    """Put a draft on a person's stage, in a town where the case stands where he wants it to begin (`openings`).

    Rejected while `checks` finds an error in it; a counter-example of the proof may be played.
    """
    places = home / "rehearsals"
    places.mkdir(exist_ok=True)
    mine = places / str(by)
    _clear(places)
    if not mine.exists() and sum(1 for _ in places.iterdir()) >= MOST:
        raise Conflict("现在演练的人太多，请稍后再开始。")
    folder = Path(tempfile.mkdtemp(dir=places))
    try:
        stage = _build(folder, play, at)
        _write_down(stage)
        shutil.rmtree(mine, ignore_errors=True)
        folder.rename(mine)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return replace(stage, folder=mine)


def go_on(stage: Stage) -> None:
    """A task is done: the clock goes on a little, and what is due happens."""
    leap(stage, stage.moment + EACH_STEP)


def leap(stage: Stage, to: datetime) -> None:
    """Let the clock go on to a moment. What is due on the way happens when it is due."""
    with _town(stage.folder) as database:
        for _ in range(MOST_ROUNDS):
            due = timers.next_at(database)
            if due is None or due > to:
                break
            with clock.travel_alone(max(due, stage.moment)):
                timers.sweep(database, steps.RULES)
    _write_down(replace(stage, moment=to))


def end(stage: Stage) -> None:
    """Clear the stage."""
    shutil.rmtree(stage.folder, ignore_errors=True)


# ---- questions -------------------------------------------------------------------------------------------------------


def find(home: Path, draft_id: int, person_id: int) -> Stage | None:
    """The person's stage, if this draft is on it."""
    folder = home / "rehearsals" / str(person_id)
    try:
        said = json.loads((folder / NOTE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if said["draft_id"] != draft_id:
        return None
    moment, subject = datetime.fromisoformat(said["moment"]), Subject(*said["subject"])
    return Stage(folder, draft_id, said["revision"], said["instance_id"], subject, moment)


def is_full(stage: Stage) -> bool:
    """Whether a case has been played for so long that it must end."""
    return sum(file.stat().st_size for file in stage.folder.rglob("*") if file.is_file()) > MOST_BYTES


# ---- the town --------------------------------------------------------------------------------------------------------


@contextmanager
def _town(folder: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{folder / TOWN}", has_effects=False)
    try:
        yield database
    finally:
        database.engine.dispose()


def _build(folder: Path, play: Play, at: str) -> Stage:
    """The town, its people, the delivered diagrams with the draft in force before them, and the case that it is about. The
    tables are made as they are now: alembic has one context for the whole process, and stages are built in several threads."""
    with _town(folder) as database:
        Base.metadata.create_all(database.engine)
        with database.as_one() as whole:
            settle(whole, UNITS, {**PEOPLE, **SECONDS, **_others()})
            with whole.transaction() as session:
                for file in sorted(setup.SHIPPED.glob("*.bpmn")):
                    _put_in_force(session, file.read_bytes(), setup.forms_beside(file))
                key = _put_in_force(session, play.xml, play.forms).key
            instance = openings.open_case(Driver(whole, folder, steps.RULES), key, play.xml, at)
    return Stage(folder, play.draft_id, play.revision, instance.id, instance.subject, instance.started_at)


def _put_in_force(session: Any, drawn: bytes, forms: Mapping[str, Any]) -> definitions.Definition:
    return definitions.rehearse(session, vocabulary.known(forms), drawn, forms)


def _others() -> People:
    """Somebody for every role that the people of the demo do not hold."""
    held = {role for _, _, posts in PEOPLE.values() for role, _ in posts}
    return {
        role.lower(): (people.role_name(role), None, [(role, _place_of(role))])
        for role in people.ROLES
        if role not in held | OUTSIDERS
    }


def _place_of(role: str) -> str:
    """The key of a unit at which there may be this post."""
    kinds = KINDS_OF_ROLE.get(role, frozenset({"COUNTY"}))
    return next(key for key, (kind, *_) in UNITS.items() if kind in kinds)


def _write_down(stage: Stage) -> None:
    """Keep where the stage stands: the whole note or the one before."""
    said = {
        "draft_id": stage.draft_id,
        "revision": stage.revision,
        "instance_id": stage.instance_id,
        "subject": stage.subject,
        "moment": stage.moment.isoformat(),
    }
    part = stage.folder / f"{NOTE}.part"
    part.write_text(json.dumps(said), encoding="utf-8")
    os.replace(part, stage.folder / NOTE)


def _clear(places: Path) -> None:
    """Remove what nobody has touched for a day, and what a crash left half built."""
    oldest = (clock.real() - KEPT).timestamp()
    for folder in places.iterdir():
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)
