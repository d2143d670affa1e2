"""Strays (没有提交的文件): photos and papers that were taken in for a form and never handed in. They go after seven days.

1. A file is taken in before its form is checked, so that nobody has to choose it twice; whoever then walks away leaves it behind.
2. A stray is no evidence of a case (`photo_uses`, `paper_uses`), is named by no other table and stands in no JSON of the house:
   drafts, submissions, history, and whatever is added later. Nothing here knows in which field.
3. A loose end is noted before a file is written and before its row is deleted. So what a kill leaves in the store without a row
   is found again without asking the store what lies there: another house may keep its evidence beside ours.
4. Whoever brings a content anew renews its loose end first. Removing a file deletes the loose end in the same transaction: one
   waits for the other, so the file is either spared or gone before it is written anew. A row never ends without its file.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, Text, delete, select, type_coerce, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock, store
from workflows.db import Base, Database, Json
from workflows.errors import Conflict
from workflows.papers import Paper, PaperUse
from workflows.papers import stored_as as paper_stored_as
from workflows.photos import Photo, PhotoUse, is_unused
from workflows.photos import stored_as as photo_stored_as

KEPT = timedelta(days=7)
DIGEST = re.compile(r"[0-9a-f]{64}")
BATCH = 1000


class LooseEnd(Base):
    """A file in the store that perhaps no row names."""

    __tablename__ = "loose_ends"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)  # in the store
    since: Mapped[datetime]  # when somebody last brought this content


# ---- verbs -------------------------------------------------------------------------------------------------------------


def announce(database: Database, name: str) -> None:
    """Note that a file is about to be written, in a transaction of its own: it is on record whatever is killed when."""
    with suppress(Conflict):
        _note(database, name)
        return
    _note(database, name)  # somebody noted the same one at the same moment; now it is there, and is renewed


def _note(database: Database, name: str) -> None:
    with database.transaction() as session:
        renewed = update(LooseEnd).where(LooseEnd.name == name).values(since=clock.now()).returning(LooseEnd.name)
        if session.execute(renewed).first() is None:
            session.add(LooseEnd(name=name, since=clock.now()))


def clear(database: Database, *, place: store.Place) -> int:
    """Remove the strays of more than seven days, and the files that a kill has left without a row; answers how many files went.
    What a crash left half written goes after a day."""
    store.at(place).tidy(clock.real() - clock.DAY)
    with database.transaction() as session:
        loose = _settle(session)
    with database.reading() as session:
        old = _old(session)
        named = _named(session, {*old, *map(_digest, loose)})
    with database.transaction() as session:
        loose += _loosen(session, _delete(session, sorted(old.keys() - named)), old)
    return sum(_let_go(database, place, name, is_named=_digest(name) in named) for name in loose)


def _settle(session: Session) -> list[str]:
    """Forget the loose ends of more than seven days whose files have their rows; answers the others."""
    loose = {_digest(name): name for name in session.scalars(select(LooseEnd.name).where(_is_long_ago()))}
    have = {sha256 for kind in (Photo, Paper) for sha256 in session.scalars(select(kind.sha256).where(kind.sha256.in_(loose)))}
    session.execute(delete(LooseEnd).where(LooseEnd.name.in_(loose[sha256] for sha256 in have), _is_long_ago()))
    return [name for sha256, name in loose.items() if sha256 not in have]


def _loosen(session: Session, gone: dict[str, datetime], names: dict[str, str]) -> list[str]:
    """Note the files whose rows were just deleted, but for those that somebody is bringing again; answers their names."""
    noted = [names[sha256] for sha256 in gone]
    known = set(session.scalars(select(LooseEnd.name).where(LooseEnd.name.in_(noted))))
    session.add_all(LooseEnd(name=names[each], since=since) for each, since in gone.items() if names[each] not in known)
    return noted


def _let_go(database: Database, place: store.Place, name: str, *, is_named: bool) -> bool:
    """Forget a loose end and, unless something names it, remove its file; whether that went. The store is asked within the
    transaction, on purpose: whoever brings the same content meanwhile waits for it at the loose end."""
    with database.transaction() as session:
        mine = delete(LooseEnd).where(LooseEnd.name == name, _is_long_ago()).returning(LooseEnd.name)
        is_mine = session.scalars(mine).first() is not None
        if is_named or not is_mine or any(session.get(kind, _digest(name)) for kind in (Photo, Paper)):
            return False
        store.at(place).remove(name)
        return True


# ---- questions -----------------------------------------------------------------------------------------------------------


def _digest(name: str) -> str:
    return name.rpartition("/")[2].partition(".")[0]


def _is_long_ago() -> ColumnElement[bool]:
    """The condition that nobody has brought a file's content lately."""
    return LooseEnd.since < clock.now() - KEPT


def _old(session: Session) -> dict[str, str]:
    """Where each file lies that was taken in long ago and is evidence of no case, by its digest."""
    pictures = select(Photo.sha256).where(*_is_old(Photo, PhotoUse))
    documents = select(Paper.sha256, Paper.kind).where(*_is_old(Paper, PaperUse))
    found = {sha256: photo_stored_as(sha256) for sha256 in session.scalars(pictures)}
    return found | {sha256: paper_stored_as(sha256, kind) for sha256, kind in session.execute(documents)}


def _is_old(kept: type[Photo | Paper], use: type[PhotoUse | PaperUse]) -> tuple[ColumnElement[bool], ...]:
    return kept.received_at < clock.now() - KEPT, is_unused(kept, use)


def _named(session: Session, digests: Collection[str]) -> set[str]:
    """Which of these digests another table names, or any JSON of the house."""
    wanted, found = set(digests), set[str]()
    if not wanted:
        return found
    for column in _references():
        found |= set(session.scalars(select(column).where(column.in_(wanted))))
    for column in _json():
        for text in session.scalars(select(column).execution_options(yield_per=BATCH)):
            found |= wanted.intersection(DIGEST.findall(text or ""))
    return found


def _references() -> Iterator[ColumnElement[str]]:
    """Every column of digests but those of the files' own rows."""
    for table in Base.metadata.sorted_tables:
        if "sha256" in table.columns and table.name not in (Photo.__tablename__, Paper.__tablename__):
            yield table.columns["sha256"]


def _json() -> Iterator[ColumnElement[str]]:
    """Every column of JSON there is, as its text."""
    for table in Base.metadata.sorted_tables:
        yield from (type_coerce(column, Text) for column in table.columns if isinstance(column.type, Json))


def _delete(session: Session, strays: Collection[str]) -> dict[str, datetime]:
    """Delete the rows, but for those that somebody has used or brought again meanwhile; answers when each had come."""
    gone: dict[str, datetime] = {}
    for kept, use in ((Photo, PhotoUse), (Paper, PaperUse)):
        rows = delete(kept).where(kept.sha256.in_(strays), *_is_old(kept, use)).returning(kept.sha256, kept.received_at)
        gone |= dict(session.execute(rows.execution_options(synchronize_session=False)).all())
    return gone
