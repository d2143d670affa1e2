"""Photos of a case as its pages show them: all of them, and the place before and after side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import g
from flask_login import current_user

from service import labels
from workflows import people, photos
from workflows.engine import tasks
from workflows.hazards import Hazard

FOUND = ("report", "photos")  # form and field in which the place is shown as it was found


@dataclass(frozen=True)
class Picture:
    """A photo of the case: at which step and in which field it was handed in, and when and where it was taken, if it says so."""

    sha256: str
    step: str
    taken_at: datetime | None
    taken_where: str
    task_id: int | None
    place: tuple[str, str]
    """(form, field): FOUND is the place as it was found."""


@dataclass(frozen=True)
class Compared:
    """The place as it was found, and as the newest finish report shows it."""

    before: list[Picture]
    after: list[Picture]


def of(hazard: Hazard, submissions: Iterable[tasks.Submission]) -> list[Picture]:
    """Every photo of the case that the caller may see, the newest first."""
    shown = photos.of(g.session, hazard, is_whole=people.is_official(current_user.caller))
    steps = {each.task_id: each for each in submissions}
    found = [(steps.get(use.task_id or 0), use, photo) for use, photo in shown]
    return [
        Picture(
            photo.sha256,
            step.name if step else "",
            photo.taken_at,
            labels.position(photo.lat, photo.lng),
            use.task_id,
            (step.form if step else "", use.field),
        )
        for step, use, photo in reversed(found)
    ]


def compare(shown: Sequence[Picture]) -> Compared | None:
    """What was found beside what became of it, for the eye; None while one of them is missing."""
    before = [each for each in reversed(shown) if each.place == FOUND]
    after = [each for each in reversed(shown) if each.place[1] == "after_photos"]
    last = [each for each in after if each.task_id == after[-1].task_id]
    return Compared(before, last) if before and last else None
