"""Strays (没有提交的文件): photos and papers that were taken in for a form and never handed in. They go after seven days.

1. A file is taken in before its form is checked, so that nobody has to choose it twice; whoever then walks away leaves it behind.
2. A stray is no evidence of a case (`photo_uses`, `paper_uses`) and stands in no JSON of the house: drafts, submissions, history,
   and whatever is added later. Nothing here knows in which field.
3. The row goes first, then the object: a crash between leaves an object that nobody refers to, never a row without its file.
"""

import re
from collections.abc import Collection, Iterator
from datetime import timedelta

from sqlalchemy import ColumnElement, Text, delete, select, type_coerce
from sqlalchemy.orm import Session

from workflows import clock, store
from workflows.db import Base, Database, Json
from workflows.papers import Paper, PaperUse
from workflows.papers import stored_as as paper_stored_as
from workflows.photos import Photo, PhotoUse, is_unused
from workflows.photos import stored_as as photo_stored_as

KEPT = timedelta(days=7)
DIGEST = re.compile(r"[0-9a-f]{64}")
BATCH = 1000


def clear(database: Database, *, place: store.Place) -> int:
    """Remove the strays of more than seven days; answers how many. What a crash left half written goes after a day."""
    store.at(place).tidy(clock.real() - clock.DAY)
    with database.reading() as session:
        old = _old(session)
        strays = old.keys() - _named(session, old.keys()) if old else set()
    with database.transaction() as session:
        gone = _delete(session, sorted(strays))
    for sha256 in gone:
        store.at(place).remove(old[sha256])
    return len(gone)


def _old(session: Session) -> dict[str, str]:
    """Where each file lies that was taken in long ago and is evidence of no case, by its digest."""
    pictures = select(Photo.sha256).where(*_is_old(Photo, PhotoUse))
    documents = select(Paper.sha256, Paper.kind).where(*_is_old(Paper, PaperUse))
    found = {sha256: photo_stored_as(sha256) for sha256 in session.scalars(pictures)}
    return found | {sha256: paper_stored_as(sha256, kind) for sha256, kind in session.execute(documents)}


def _is_old(kept: type[Photo | Paper], use: type[PhotoUse | PaperUse]) -> tuple[ColumnElement[bool], ...]:
    return kept.received_at < clock.now() - KEPT, is_unused(kept, use)


def _named(session: Session, digests: Collection[str]) -> set[str]:
    """Which of these digests stand in any JSON of the house."""
    wanted, found = set(digests), set[str]()
    for column in _json():
        for text in session.scalars(select(column).execution_options(yield_per=BATCH)):
            found |= wanted.intersection(DIGEST.findall(text or ""))
    return found


def _json() -> Iterator[ColumnElement[str]]:
    """Every column of JSON there is, as its text."""
    for table in Base.metadata.sorted_tables:
        yield from (type_coerce(column, Text) for column in table.columns if isinstance(column.type, Json))


def _delete(session: Session, strays: Collection[str]) -> list[str]:
    """Delete the rows, but for those that somebody has used or brought again meanwhile."""
    gone: list[str] = []
    for kept, use in ((Photo, PhotoUse), (Paper, PaperUse)):
        rows = delete(kept).where(kept.sha256.in_(strays), *_is_old(kept, use)).returning(kept.sha256)
        gone += session.scalars(rows.execution_options(synchronize_session=False))
    return gone
