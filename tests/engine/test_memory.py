"""What a session remembers: true until its transaction ends, or until any part of it is undone."""

from contextlib import suppress

from workflows import memory


class Undone(Exception):
    """A savepoint is rolled back."""


def test_a_savepoint_that_holds_forgets_nothing(database):
    """Else who takes a number within one would no longer notice what others have recorded since he looked (`history.watch`)."""
    with database.transaction() as session:
        memory.of(session, "heads")["a"] = 1
        with session.begin_nested():
            memory.of(session, "heads")["b"] = 2
        session.flush()
        assert memory.of(session, "heads") == {"a": 1, "b": 2}


def test_what_was_read_before_something_was_undone_is_read_again(database):
    with database.transaction() as session:
        memory.of(session, "heads")["a"] = 1
        with suppress(Undone), session.begin_nested():
            raise Undone
        assert memory.of(session, "heads") == {}


def test_the_end_of_the_transaction_forgets_all(database):
    with database.session(writes=True) as session:
        session.connection()
        memory.of(session, "heads")["a"] = 1
        session.rollback()
        assert memory.of(session, "heads") == {}
