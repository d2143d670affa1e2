"""Photos: taken in by content, stripped of what they tell about their maker, stored under their own digest.

Time and place are read from the EXIF into columns first; then the picture is written anew, so that no metadata is left
(domain 3.3). Two uploads of one picture are one file.
"""

import hashlib
import io
import re
import warnings
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError
from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, exists, insert, select, true, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock, people, store
from workflows.db import Base, Database, Key
from workflows.engine import Caller
from workflows.errors import Invalid, NotFound
from workflows.hazards.tables import Hazard

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 60_000_000  # a phone's largest; beyond it, the file is a bomb
BROKEN = (  # what Pillow raises on bad files; SyntaxError comes from its PNG reader
    UnidentifiedImageError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    OSError,
    ValueError,
    SyntaxError,
)


class Photo(Base):
    """A picture that was taken in, as its camera dated and placed it."""

    __tablename__ = "photos"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    width: Mapped[int | None]
    height: Mapped[int | None]
    taken_at: Mapped[datetime | None]  # None: the picture did not say
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    received_at: Mapped[datetime]
    received_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))


class PhotoUse(Base):
    """A picture serves as evidence in one field of one task of a hazard."""

    __tablename__ = "photo_uses"
    __table_args__ = (Index("ix_photo_uses_hazard", "hazard_id", "field"), UniqueConstraint("task_id", "field", "sha256"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"))
    task_id: Mapped[int | None] = mapped_column(Key)
    field: Mapped[str] = mapped_column(String(60))
    sha256: Mapped[str] = mapped_column(ForeignKey("photos.sha256"), index=True)
    by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]
    is_internal: Mapped[bool]  # handed in between the officials: who is of the enterprise neither sees nor gets it


@dataclass(frozen=True)
class Stored:
    """A picture on disk: its digest, its size in pixels, and what it said of time and place."""

    sha256: str
    width: int
    height: int
    taken_at: datetime | None
    lat: float | None
    lng: float | None


# ---- rules -------------------------------------------------------------------------------------------------------------


def is_reference(text: str) -> bool:
    """Whether a text has the shape of a photo's digest; anything else must never become a path."""
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None


def stored_as(sha256: str) -> str:
    """Under which name a photo lies in the store: photos/ab/abcdef….jpg."""
    if not is_reference(sha256):
        raise NotFound("没有找到这张照片。")
    return f"photos/{sha256[:2]}/{sha256}.jpg"


def is_unused(kept: type[Any], use: type[Any]) -> ColumnElement[bool]:
    """The condition that a file is evidence of no case."""
    return ~exists().where(use.sha256 == kept.sha256)


def is_open_to(caller: Caller, use: type[Any]) -> ColumnElement[bool]:
    """The condition that a use of a file is not between the officials, unless the caller is one of them."""
    return true() if people.is_official(caller) else ~use.is_internal


def _taken_at(exif: Image.Exif) -> datetime | None:
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    text = str(inner.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime) or "")
    try:  # cameras write local time without a zone
        return datetime.strptime(text.strip("\0 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=clock.SHANGHAI)
    except ValueError:
        return None


def _place(exif: Image.Exif) -> tuple[float | None, float | None]:
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    lat = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef) == "S")
    lng = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef) == "W")
    return (lat, lng) if lat is not None and lng is not None else (None, None)


def _degrees(parts: Any, is_negative: bool) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = round(degrees + minutes / 60 + seconds / 3600, 6)
    return -value if is_negative else value


# ---- file work (no database) ---------------------------------------------------------------------------------------------


def receive(place: store.Place, stream: BinaryIO, filename: str, announce: Callable[[str], None] = store.silently) -> Stored:
    """Take in a jpg or png of at most 20 MB and store it without its metadata; Invalid with the sentence otherwise.
    `announce` is told the file's name before it is written (`workflows.strays`)."""
    data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Invalid("photos", f"“{filename}”超过 20 MB，请压缩后再传。")
    picture, exif = _open(data, filename)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=88)
    sha256 = hashlib.sha256(buffer.getvalue()).hexdigest()
    announce(stored_as(sha256))
    store.at(place).put(stored_as(sha256), buffer.getvalue())
    return Stored(sha256, picture.width, picture.height, _taken_at(exif), *_place(exif))


def _open(data: bytes, filename: str) -> tuple[Image.Image, Image.Exif]:
    """The picture, turned upright, and its EXIF. What the file is, its content says, never its name."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise Invalid("photos", f"“{filename}”的像素过大，请缩小后再传。")
                exif = opened.getexif()
                return _upright(opened), exif
    except BROKEN:
        raise Invalid("photos", f"“{filename}”不是完整的 jpg 或 png 照片，请重新选择。") from None


def _upright(opened: Image.Image) -> Image.Image:
    turned = ImageOps.exif_transpose(opened)
    if turned.mode in ("RGBA", "LA", "P"):  # what was transparent becomes white, as on paper
        layer = turned.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    picture = turned.convert("RGB")
    picture.info.clear()
    return picture


# ---- verbs -------------------------------------------------------------------------------------------------------------


def keep(database: Database, stored: Iterable[Stored], *, by: int) -> None:
    """Write down what pictures said of time and place, right after `receive`, in a transaction of its own: a form that is
    refused and shown again must not lose it."""
    with database.transaction() as session:
        write_down(session, stored, by=by)


def write_down(session: Session, stored: Iterable[Stored], *, by: int) -> None:
    """Write down what pictures said of time and place."""
    brought = {one.sha256: one for one in stored}
    there = renew(session, Photo, PhotoUse, brought)
    new = (one for sha256, one in brought.items() if sha256 not in there)
    session.add_all(Photo(**vars(one), received_at=clock.now(), received_by=by) for one in new)


def renew(session: Session, kept: type[Any], use: type[Any], sha256s: Collection[str]) -> set[str]:
    """What is brought again before anybody has used it counts as brought today; answers which there are. First the change, then
    the look: it waits for whoever is just deleting a row (`workflows.strays`)."""
    session.execute(update(kept).where(kept.sha256.in_(sha256s), is_unused(kept, use)).values(received_at=clock.now()))
    return set(session.scalars(select(kept.sha256).where(kept.sha256.in_(sha256s))))


def attach(
    session: Session, hazard: Hazard, task: Any, field: str, sha256s: Iterable[str], *, by: int, is_internal: bool = False
) -> list[str]:
    """Make pictures the evidence in a field of a task; gives their digests, each once.

    `is_internal`: who is of the enterprise does not get them. The caller vouches that they were received (the web signs its
    references). One that `keep` was not told of gets a row without time and place.
    """
    wanted = list(dict.fromkeys(sha256s))
    if any(not is_reference(sha256) for sha256 in wanted):
        raise Invalid(field, "照片没有上传成功，请重新选择。")
    known = set(session.scalars(select(Photo.sha256).where(Photo.sha256.in_(wanted)))) if wanted else set()
    now, task_id = clock.now(), getattr(task, "id", None)
    unknown = [sha256 for sha256 in wanted if sha256 not in known]
    session.add_all(Photo(sha256=sha256, received_at=now, received_by=by) for sha256 in unknown)
    session.flush()
    common = {"hazard_id": hazard.id, "task_id": task_id, "field": field, "by": by, "at": now, "is_internal": is_internal}
    if wanted:
        session.execute(insert(PhotoUse), [{**common, "sha256": sha256} for sha256 in wanted])
    return wanted


# ---- questions ---------------------------------------------------------------------------------------------------------


def of(session: Session, hazard: Hazard, *, is_whole: bool = True) -> list[tuple[PhotoUse, Photo]]:
    """Every picture of a hazard with its use, oldest first; unless `is_whole`, without what is between the officials."""
    rows = select(PhotoUse, Photo).join(Photo, Photo.sha256 == PhotoUse.sha256).where(PhotoUse.hazard_id == hazard.id)
    mine = rows if is_whole else rows.where(~PhotoUse.is_internal)
    return list(session.execute(mine.order_by(PhotoUse.id)))


def get_for(session: Session, caller: Caller, sha256: str) -> Photo:
    """The picture, if it belongs to a hazard the caller may see; NotFound otherwise (INV-16)."""
    from workflows.hazards.questions import scope  # photos is below hazards' questions; only this question looks up

    found = (
        select(Photo)
        .join(PhotoUse, PhotoUse.sha256 == Photo.sha256)
        .join(Hazard, Hazard.id == PhotoUse.hazard_id)
        .where(Photo.sha256 == sha256, scope(session, caller), is_open_to(caller, PhotoUse))
        .limit(1)
    )
    if photo := session.scalars(found).first():
        return photo
    raise NotFound("没有找到这张照片。")
