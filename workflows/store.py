"""Where evidence lies: outside the database, under names made of digests, and never changed once written.

The only door to it. `at` decides which store a home has: a folder today. An S3-compatible store is one more class with the
same three verbs and one more line in `at`; nothing else knows where bytes lie.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from workflows.errors import NotFound


class Store(Protocol):
    """What takes in and gives back evidence by name ("papers/ab/abcd….pdf")."""

    def put(self, name: str, content: bytes) -> None:
        """Keep the content: after it returns, it survives a crash; a name that is there already stays as it is."""

    def has(self, name: str) -> bool:
        """Whether something lies under the name."""

    def open(self, name: str) -> BinaryIO:
        """The content, to be read and closed; NotFound if there is none."""


@dataclass(frozen=True)
class Folder:
    """A store in a folder of this machine."""

    root: Path

    def put(self, name: str, content: bytes) -> None:
        """Write so that a crash leaves either the whole file or none: fsync, rename, fsync of the folder."""
        target = self.root / name
        if target.exists():
            return
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

    def has(self, name: str) -> bool:
        """Whether the file is there."""
        return (self.root / name).is_file()

    def open(self, name: str) -> BinaryIO:
        """The file, opened for reading."""
        try:
            return (self.root / name).open("rb")
        except (FileNotFoundError, IsADirectoryError):
            raise NotFound("没有找到这个文件。") from None


def at(home: Path) -> Store:
    """The store of a home."""
    return Folder(home)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
