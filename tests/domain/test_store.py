"""A folder of evidence on a disk that is full: a sentence, nothing half, and work goes on when there is room again."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from workflows import store
from workflows.errors import Unavailable

ROOM = 1024 * 1024
NAME = "photos/ab/abcd.jpg"


@contextmanager
def little_room() -> Iterator[None]:
    """No file of this process grows beyond a megabyte: the system refuses the rest of a write, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_a_sentence_and_leaves_nothing_half(tmp_path):
    kept, content = store.at(tmp_path), b"x" * (2 * ROOM)
    with little_room(), pytest.raises(Unavailable, match="可能已满"):
        kept.put(NAME, content)
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []
    kept.put(NAME, content)
    with kept.open(NAME) as file:
        assert file.read() == content
