"""Where evidence lies: outside the database, under names made of digests, and never changed once written.

The only door to it: a folder of this machine, or a bucket of an S3-compatible service. Nothing else knows where bytes lie, and
nobody asks a store while a transaction writes: a file is there before the row that names it.
"""

import logging
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from workflows import buckets
from workflows.errors import NotFound, Unavailable

Place = Path | str
"""A folder, or the address of a bucket (`buckets.read`)."""
FULL = "存放照片和附件的磁盘无法写入（可能已满），刚才的操作没有保存。请联系系统管理员处理后再试。"
log = logging.getLogger(__name__)


class Store(Protocol):
    """What takes in and gives back evidence by name ("papers/ab/abcd….pdf")."""

    def put(self, name: str, content: bytes) -> None:
        """Keep the content: after it returns, it survives a crash; a name that is there already stays as it is."""

    def has(self, name: str) -> bool:
        """Whether something lies under the name."""

    def open(self, name: str) -> BinaryIO:
        """The content, to be read and closed, as far back and forth as one likes; NotFound if there is none."""

    def remove(self, name: str) -> None:
        """Let go of what lies under the name, if anything does. Only for what nobody refers to (`workflows.strays`)."""

    def names(self, folder: str) -> Iterator[str]:
        """The name of everything under a folder ("papers"), in order."""

    def tidy(self, before: datetime) -> None:
        """Remove what a crash before a moment has left half written."""


@dataclass(frozen=True)
class Folder:
    """A store in a folder of this machine."""

    root: Path

    def put(self, name: str, content: bytes) -> None:
        """Write so that a crash leaves either the whole file or none; Unavailable if the disk is full, or takes nothing."""
        target = self.root / name
        if target.exists():
            return
        try:
            _write(target, content)
        except OSError as error:
            log.error("the folder of evidence takes nothing in: %s: %s", target, error)
            raise Unavailable(FULL) from None

    def has(self, name: str) -> bool:
        """Whether the file is there."""
        return (self.root / name).is_file()

    def open(self, name: str) -> BinaryIO:
        """The file, opened for reading."""
        try:
            return (self.root / name).open("rb")
        except (FileNotFoundError, IsADirectoryError):
            raise NotFound("没有找到这个文件。") from None

    def remove(self, name: str) -> None:
        """Delete the file."""
        (self.root / name).unlink(missing_ok=True)

    def names(self, folder: str) -> Iterator[str]:
        """Every file under the folder but those somebody is just writing."""
        for file in sorted((self.root / folder).rglob("*")):
            if file.is_file() and file.suffix != ".part":
                yield file.relative_to(self.root).as_posix()

    def tidy(self, before: datetime) -> None:
        """Remove the parts that nobody is writing any more."""
        for part in self.root.rglob("*.part"):
            if part.stat().st_mtime < before.timestamp():
                part.unlink(missing_ok=True)


def silently(_name: str) -> None:
    """Announce nothing: for whoever takes in files that nobody will look for, should he be killed."""


def at(place: Place) -> Store:
    """The store at a place."""
    return Folder(place) if isinstance(place, Path) else buckets.read(place)


def _write(target: Path, content: bytes) -> None:
    """fsync, rename, fsync of the folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except OSError:
        Path(part).unlink(missing_ok=True)
        raise
    _sync(target.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
