"""Papers (附件): PDF and Word documents as evidence, beside the photos; taken in by content, kept as they came.

A field of papers takes photos too (a scanned page). What stands in a submission says itself what it is: `<sha256>/<name>.pdf`
for a paper, `<sha256>/<name>.jpg` for a photo, whose digest is that of the picture written anew (`workflows.photos`). So one
content that two people call differently is one file, and each of them finds it under his own name.
"""

import hashlib
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock, photos, store
from workflows.db import Base, Database, Key
from workflows.engine import Caller
from workflows.errors import Invalid, NotFound
from workflows.hazards.tables import Hazard
from workflows.papers import sniffing


class Paper(Base):
    """A document that was taken in."""

    __tablename__ = "papers"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(4))  # pdf or docx, by its content
    size: Mapped[int]  # bytes
    received_at: Mapped[datetime]
    received_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))


class PaperUse(Base):
    """A document serves as evidence in one field of one task of a hazard, under the name its giver calls it."""

    __tablename__ = "paper_uses"
    __table_args__ = (Index("ix_paper_uses_hazard", "hazard_id", "field"), UniqueConstraint("task_id", "field", "sha256"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"))
    task_id: Mapped[int | None] = mapped_column(Key)
    field: Mapped[str] = mapped_column(String(60))
    sha256: Mapped[str] = mapped_column(ForeignKey("papers.sha256"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]
    is_internal: Mapped[bool]  # handed in between the officials: who is of the enterprise neither sees nor gets it


@dataclass(frozen=True)
class Stored:
    """A file of a papers field in the store: how it is referred to, and the picture's row if it was a picture."""

    reference: str
    size: int
    photo: photos.Stored | None = None


@dataclass(frozen=True)
class Reference:
    """What a papers field holds: a digest, what the content is, and what its giver calls it."""

    sha256: str
    kind: str
    name: str


# ---- rules -------------------------------------------------------------------------------------------------------------

KINDS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "jpg": "image/jpeg",
}
LONGEST = 60
REFERENCE = re.compile(r"([0-9a-f]{64})/([^/\\]{1,70}\.(pdf|docx|jpg))")


def read(text: str) -> Reference:
    """The parts of a reference. A bare digest is a photo: forms of earlier versions held nothing else."""
    if photos.is_reference(text):
        return Reference(text, "jpg", "照片.jpg")
    found = REFERENCE.fullmatch(text)
    if found is None or found[2] != safe_name(found[2], found[3]):
        raise Invalid("", "附件没有上传成功，请重新选择。")
    return Reference(found[1], found[3], found[2])


def named(data: Mapping[str, Any]) -> Iterator[Reference]:
    """The files that a submission names, in whichever of its fields."""
    for value in data.values():
        for text in value if isinstance(value, list) else ():
            with suppress(Invalid, TypeError):
                yield read(text)


def safe_name(filename: str, kind: str) -> str:
    """A file's name as it may stand in a page, a header and a folder: its last part, without what steers or hides
    (control and direction marks, path and shell signs), and with the ending its content has earned."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", filename))[-1]
    stem = last.rpartition(".")[0] if "." in last else last
    plain = "".join(letter for letter in stem if unicodedata.category(letter)[0] not in "CZ" or letter == " ")
    plain = re.sub(r"[<>:\"'|?*&;$`%#{}\[\]]", "", plain).strip(" .=+-@~")
    return f"{plain[:LONGEST].rstrip(' .') or '附件'}.{kind}"


def stored_as(sha256: str, kind: str) -> str:
    """Under which name a document lies in the store: papers/ab/abcdef….pdf."""
    if not photos.is_reference(sha256) or kind not in KINDS:
        raise NotFound("没有找到这份附件。")
    return photos.stored_as(sha256) if kind == "jpg" else f"papers/{sha256[:2]}/{sha256}.{kind}"


# ---- file work (no database) ---------------------------------------------------------------------------------------------


def receive(place: store.Place, stream: BinaryIO, filename: str, announce: Callable[[str], None] = store.silently) -> Stored:
    """Take in a pdf, docx, jpg or png of at most 20 MB and store it; Invalid with the sentence otherwise. `announce` is told the
    file's name before it is written."""
    data = stream.read(photos.MOST_BYTES + 1)
    if len(data) > photos.MOST_BYTES:
        raise Invalid("papers", f"“{filename}”超过 20 MB，请压缩或拆分后再传。")
    kind = sniffing.kind_of(data)
    if kind in ("jpg", "png"):
        photo = photos.receive(place, io.BytesIO(data), filename, announce)
        return Stored(f"{photo.sha256}/{safe_name(filename, 'jpg')}", len(data), photo)
    if kind == "doc":
        raise Invalid("papers", f"“{filename}”是旧版 Word 文档，请另存为 docx 或 pdf 后再传。")
    if not kind:
        raise Invalid("papers", f"“{filename}”不是 pdf、docx、jpg 或 png 文件，请重新选择。")
    if fault := sniffing.fault(kind, data):
        raise Invalid("papers", f"“{filename}”{fault}")
    sha256 = hashlib.sha256(data).hexdigest()
    announce(stored_as(sha256, kind))
    store.at(place).put(stored_as(sha256, kind), data)
    return Stored(f"{sha256}/{safe_name(filename, kind)}", len(data))


# ---- verbs -------------------------------------------------------------------------------------------------------------


def keep(database: Database, stored: Iterable[Stored], *, by: int) -> None:
    """Write down what was received, right after `receive`, in a transaction of its own, like `photos.keep`."""
    stored = list(stored)
    photos.keep(database, [each.photo for each in stored if each.photo], by=by)
    brought = {read(each.reference): each.size for each in stored if each.photo is None}
    with database.transaction() as session:
        there = photos.renew(session, Paper, PaperUse, [each.sha256 for each in brought])
        new = {each.sha256: (each.kind, size) for each, size in brought.items() if each.sha256 not in there}
        common = {"received_at": clock.now(), "received_by": by}
        session.add_all(Paper(sha256=sha256, kind=kind, size=size, **common) for sha256, (kind, size) in new.items())


def bring_again(session: Session, texts: Iterable[str]) -> list[str]:
    """What a form carries along counts as brought today; answers the references that lead to nothing any more, because they were
    not handed in for too long."""
    refers = {text: read(text).sha256 for text in texts}
    uses = ((photos.Photo, photos.PhotoUse), (Paper, PaperUse))
    there = {sha256 for kept, use in uses for sha256 in photos.renew(session, kept, use, list(refers.values()))}
    return [text for text, sha256 in refers.items() if sha256 not in there]


def attach(
    session: Session, hazard: Hazard, task: Any, field: str, texts: Iterable[str], *, by: int, is_internal: bool = False
) -> list[str]:
    """Make what a papers field refers to the evidence in it; gives the digests, each once.

    `is_internal`: who is of the enterprise does not get it. The caller vouches that it was received (the web signs its
    references).
    """
    refers = {each.sha256: each for each in _read_all(field, texts)}
    if not refers:
        return []
    pictures = [each.sha256 for each in refers.values() if each.kind == "jpg"]
    documents = [each for each in refers.values() if each.kind != "jpg"]
    photos.attach(session, hazard, task, field, pictures, by=by, is_internal=is_internal)
    wanted = {each.sha256: each.kind for each in documents}
    kept = {each.sha256: each.kind for each in session.scalars(select(Paper).where(Paper.sha256.in_(wanted)))} if wanted else {}
    if kept != wanted:
        raise Invalid(field, "附件没有上传成功，请重新选择。")
    common = {"hazard_id": hazard.id, "task_id": getattr(task, "id", None), "field": field, "by": by, "at": clock.now()}
    common["is_internal"] = is_internal
    session.add_all(PaperUse(**common, sha256=each.sha256, name=each.name) for each in documents)
    return list(refers)


def attach_rest(session: Session, thing: Any, task: Any, files: Mapping[str, list[str]], by: int) -> None:
    """Make what a form brings in fields of its own, of which the step it names knows nothing, evidence of the hazard as well. The
    files of anything else are found by what was handed in about it."""
    if not isinstance(thing, Hazard):
        return
    session.flush()
    uses: tuple[Any, ...] = (photos.PhotoUse, PaperUse)
    taken = {field for use in uses for field in session.scalars(select(use.field).where(use.task_id == task.id))}
    for field in sorted(files.keys() - taken):
        attach(session, thing, task, field, files[field], by=by)


def _read_all(field: str, texts: Iterable[str]) -> list[Reference]:
    try:
        return [read(text) for text in texts]
    except Invalid as invalid:
        raise Invalid(field, invalid.message) from None


# ---- questions ---------------------------------------------------------------------------------------------------------


def of(session: Session, hazard: Hazard, *, is_whole: bool = True) -> list[tuple[PaperUse, Paper]]:
    """Every document of a hazard with its use, oldest first; unless `is_whole`, without what is between the officials."""
    rows = select(PaperUse, Paper).join(Paper, Paper.sha256 == PaperUse.sha256).where(PaperUse.hazard_id == hazard.id)
    mine = rows if is_whole else rows.where(~PaperUse.is_internal)
    return list(session.execute(mine.order_by(PaperUse.id)))


def get_for(session: Session, caller: Caller, sha256: str) -> tuple[PaperUse, Paper]:
    """The document and its newest use, if it belongs to a hazard the caller may see; NotFound otherwise (INV-16)."""
    from workflows.hazards.questions import scope  # papers are below hazards' questions; only this question looks up

    found = (
        select(PaperUse, Paper)
        .join(Paper, Paper.sha256 == PaperUse.sha256)
        .join(Hazard, Hazard.id == PaperUse.hazard_id)
        .where(Paper.sha256 == sha256, scope(session, caller), photos.is_open_to(caller, PaperUse))
        .order_by(PaperUse.id.desc())
        .limit(1)
    )
    if row := session.execute(found).first():
        return row[0], row[1]
    raise NotFound("没有找到这份附件。")
