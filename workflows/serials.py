"""Serial numbers that are given without gaps: each row of a table of `key` and `last` counts one kind of them."""

from contextlib import suppress

from sqlalchemy import update
from sqlalchemy.orm import Session

from workflows.db import Base
from workflows.errors import Conflict


def following(session: Session, sequences: type[Base], key: str) -> int:
    """The next serial of a key, the first being 1. Its row stays locked until the transaction ends: a rollback gives the number
    back, and nobody else is given one meanwhile."""
    rows = sequences.rows()
    counted = update(rows).where(rows.c.key == key).values(last=rows.c.last + 1).returning(rows.c.last)
    serial = session.scalar(counted)
    if serial is None:
        with suppress(Conflict), session.begin_nested():  # somebody else may begin with the key at this moment
            session.add(sequences(key=key, last=0))
        serial = session.scalar(counted)
    assert serial is not None
    return int(serial)
