"""The record (留痕): append-only lines, hash-chained per subject, and a daily anchor over all chains.

One chain a subject (a hazard, a person's security events, a definition) rather than one for all: writers of different cases
never wait for each other. What a chain alone cannot show, that its tail was cut off, the anchors show: each names the heads
that grew since the anchor before. The algorithm stands in every line, so that a later one can follow on in the same chain.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, bindparam, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock, memory
from workflows.db import Base, Database, Key, canonical
from workflows.engine import Subject
from workflows.errors import Conflict

ALGORITHM = "sha256"
SETTLED = timedelta(hours=1)  # no transaction lasts that long: by then its lines are there, or never will be
RETRIES = 20  # refusals of one person that come at once: each waits for its place in the chain

log = logging.getLogger(__name__)


class Line(Base):
    """One thing that happened to one subject."""

    __tablename__ = "history"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "seq"),
        Index("ix_history_by_at", "by", "at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(Key)
    seq: Mapped[int]  # 1, 2, 3 … within the subject, no gaps
    at: Mapped[datetime]  # the server's clock
    kind: Mapped[str] = mapped_column(String(60))
    by: Mapped[int | None] = mapped_column(Key)  # who acted; None: the clock
    on_behalf_of: Mapped[int | None] = mapped_column(Key)  # the principal, where a substitute acted
    body: Mapped[dict[str, Any]]
    algorithm: Mapped[str] = mapped_column(String(10))
    previous: Mapped[str] = mapped_column(String(64))  # hash of seq - 1; "" for the first
    hash: Mapped[str] = mapped_column(String(64), insert_sentinel=True)  # tells which id is whose when several go in at once

    @property
    def subject(self) -> Subject:
        """What the line is about."""
        return Subject(self.subject_kind, self.subject_id)


class Anchor(Base):
    """The heads of all chains that grew since the anchor before, chained again. Exported, it proves that no tail is missing."""

    __tablename__ = "anchors"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime]
    last_line_id: Mapped[int] = mapped_column(ForeignKey("history.id"))
    heads: Mapped[list[Any]]  # [kind, id, seq, hash] each
    algorithm: Mapped[str] = mapped_column(String(10))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


# ---- rules -----------------------------------------------------------------------------------------------------------


def digest(*parts: Any) -> str:
    """Hex SHA-256 over the canonical JSON of the parts."""
    return hashlib.sha256(canonical(parts).encode()).hexdigest()


def _hash_of(line: Line) -> str:
    about = (line.subject_kind, line.subject_id, line.seq)
    return digest(*about, line.at, line.kind, line.by, line.on_behalf_of, line.body, line.previous)


def faults_of(subject: Subject, chain: Sequence[Line], *, sealed: Collection[int] = ()) -> Iterator[str]:
    """What is wrong with a chain, line by line, as sentences. Of `sealed` lines the content is not at hand: only their place and
    their links are checked."""
    where, previous = f"{subject.kind} {subject.id}", ""
    for seq, line in enumerate(chain, start=1):
        if line.seq != seq:
            yield f"{where}：第 {seq} 条记录缺失。"
            return
        if line.previous != previous:
            yield f"{where}：第 {seq} 条与前一条不相衔接。"
        if line.algorithm != ALGORITHM or (seq not in sealed and line.hash != _hash_of(line)):
            yield f"{where}：第 {seq} 条的内容与其校验值不符。"
        previous = line.hash


def faults_of_anchors(anchors: Iterable[Anchor]) -> Iterator[str]:
    """What is wrong with the chain of anchors in itself, as sentences; needs nothing but the anchors."""
    previous = ""
    for each in anchors:
        if each.algorithm != ALGORITHM or each.previous != previous or each.hash != _hash_of_anchor(each):
            yield f"第 {each.id} 号每日锚点的内容与其校验值不符。"
        previous = each.hash


def _hash_of_anchor(anchor: Anchor) -> str:
    return digest(anchor.at, anchor.last_line_id, anchor.heads, anchor.previous)


# ---- verbs -----------------------------------------------------------------------------------------------------------


def record(
    session: Session, subject: Subject, kind: str, /, *, by: int | None = None, on_behalf_of: int | None = None, **body: Any
) -> Line:
    """Append one line to the subject's chain. Two writers of one chain: the unique `seq` lets only one of them commit;
    the other gets Conflict when it is flushed.

    The line gets its id when the session is next flushed, so that the lines of one click go in as one statement.
    """
    seq, previous = watch(session, subject)
    line = Line(
        subject_kind=subject.kind,
        subject_id=subject.id,
        seq=seq + 1,
        at=clock.now(),
        kind=kind,
        by=by,
        on_behalf_of=on_behalf_of,
        body=body,
        algorithm=ALGORITHM,
        previous=previous,
    )
    line.hash = _hash_of(line)
    session.add(line)
    memory.of(session, "heads")[subject] = (line.seq, line.hash)
    return line


def watch(session: Session, subject: Subject) -> tuple[int, str]:
    """Where the subject's chain ends (number and hash of its last line), kept in mind: whoever looks at something after this and
    then records what he makes of it gets Conflict if anybody else has recorded in between."""
    return memory.once(session, "heads", subject, lambda: _head(session, subject))


def begin(session: Session, subject: Subject) -> None:
    """Say that a subject is new: it has no chain whose end its first line would have to ask for."""
    memory.of(session, "heads")[subject] = (0, "")


def record_refusal(database: Database, person_id: int | None, what: str, **body: Any) -> None:
    """Keep what was refused, in a transaction of its own, after the refused one was rolled back. Nobody known is person 0."""
    for _ in range(RETRIES):
        with suppress(Conflict), database.transaction() as session:
            record(session, Subject("person", person_id or 0), "refused", by=person_id, what=what, **body)
            return
    log.error("a refusal could not be recorded: %s", what)


def anchor(database: Database) -> Anchor | None:
    """Write the day's anchor over every chain that grew since the last one; None if none did."""
    with database.transaction() as session:
        last = session.scalar(select(Anchor).order_by(Anchor.id.desc()).limit(1))
        newest = session.scalar(select(func.max(Line.id))) or 0
        heads = _not_anchored(session, last)
        if not heads:
            return None
        made = Anchor(
            at=clock.now(),
            last_line_id=newest,
            heads=heads,
            algorithm=ALGORITHM,
            previous=last.hash if last else "",
        )
        made.hash = _hash_of_anchor(made)
        session.add(made)
        return made


# ---- questions -------------------------------------------------------------------------------------------------------

_HEAD = (  # asked at every click, so it is put together once; what was recorded and is not written yet, `record` remembers
    select(Line.seq, Line.hash)
    .where(Line.subject_kind == bindparam("kind"), Line.subject_id == bindparam("id"))
    .order_by(Line.seq.desc())
    .limit(1)
    .execution_options(autoflush=False)
)


def lines(session: Session, subject: Subject) -> list[Line]:
    """The whole chain of a subject, oldest first."""
    mine = select(Line).where(Line.subject_kind == subject.kind, Line.subject_id == subject.id)
    return list(session.scalars(mine.order_by(Line.seq)))


@dataclass(frozen=True)
class Page:
    """One page of lines, newest first, and the key of the next if there is one."""

    rows: list[Line]
    next: int | None


def search(
    session: Session,
    *,
    subject_kind: str = "",
    subject_id: int | None = None,
    by: int | None = None,
    kind: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Page:
    """Lines of all chains, newest first, by key. `by`: who acted, or for whom; `until` is the first moment left out."""
    found = select(Line)
    if subject_kind:
        found = found.where(Line.subject_kind == subject_kind)
    if subject_id is not None:
        found = found.where(Line.subject_id == subject_id)
    if by is not None:
        found = found.where(or_(Line.by == by, Line.on_behalf_of == by))
    if kind:
        found = found.where(Line.kind == kind)
    if since is not None:
        found = found.where(Line.at >= since)
    if until is not None:
        found = found.where(Line.at < until)
    if after is not None:
        found = found.where(Line.id < after)
    rows = list(session.scalars(found.order_by(Line.id.desc()).limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def verify(session: Session, subject: Subject | None = None) -> list[str]:
    """Check one chain, or all of them and the anchors: every fault as a Chinese sentence; [] when nothing was altered."""
    if subject is not None:
        return list(faults_of(subject, lines(session, subject)))
    faults: list[str] = []
    for kind, id in session.execute(select(Line.subject_kind, Line.subject_id).distinct()):
        faults += verify(session, Subject(kind, id))
    return faults + _anchor_faults(session)


def _head(session: Session, subject: Subject) -> tuple[int, str]:
    found = session.execute(_HEAD, {"kind": subject.kind, "id": subject.id}).first()
    return found or (0, "")


def _not_anchored(session: Session, last: Anchor | None) -> list[Any]:
    """The heads that no anchor promises yet.

    Ids are given before the commit: when an anchor is made, a line with a smaller id than its last one may still be on its way.
    So each anchor looks back past the last one, to an anchor made so long before it that what was then on its way has come.
    """
    older = select(Anchor).where(Anchor.at <= last.at - SETTLED).order_by(Anchor.id.desc()).limit(1) if last else None
    base = session.scalar(older) if older is not None else None
    later = select(Anchor.heads).where(Anchor.id > (base.id if base else 0))
    promised = {tuple(head) for heads in session.scalars(later) for head in heads}
    return [head for head in _heads_since(session, base.last_line_id if base else 0) if tuple(head) not in promised]


def _heads_since(session: Session, line_id: int) -> list[Any]:
    grown = (
        select(Line.subject_kind, Line.subject_id, func.max(Line.seq).label("seq"))
        .where(Line.id > line_id)
        .group_by(Line.subject_kind, Line.subject_id)
        .subquery()
    )
    heads = select(Line.subject_kind, Line.subject_id, Line.seq, Line.hash).join(
        grown,
        (Line.subject_kind == grown.c.subject_kind)
        & (Line.subject_id == grown.c.subject_id)
        & (Line.seq == grown.c.seq),
    )
    return sorted([list(row) for row in session.execute(heads)])


def anchors(session: Session) -> list[Anchor]:
    """Every daily anchor, oldest first."""
    return list(session.scalars(select(Anchor).order_by(Anchor.id)))


def anchored_at(session: Session) -> datetime | None:
    """When the newest daily anchor was written."""
    return session.scalar(select(func.max(Anchor.at)))


def _anchor_faults(session: Session) -> list[str]:
    kept_anchors = anchors(session)
    faults = list(faults_of_anchors(kept_anchors))
    promised: dict[tuple[str, int], list[tuple[int, str]]] = defaultdict(list)
    for each in kept_anchors:
        for kind, id, seq, hash in each.heads:
            promised[kind, id].append((seq, hash))
    for (kind, id), heads in promised.items():
        kept = {line.seq: line.hash for line in lines(session, Subject(kind, id))}
        faults += [f"{kind} {id}：第 {seq} 条与每日锚点不符。" for seq, hash in heads if kept.get(seq) != hash]
    return faults
