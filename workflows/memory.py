"""What a session has read and may trust until its transaction ends, so that one click does not ask the same thing thrice.

Only what the click itself changes, or what the instance's lock or the subject's chain (`history.watch`) protects, may be
remembered here; and what administrators keep (units, names, sectors, parameters, the calendar), of which a click knows one state.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

Found = TypeVar("Found")


def of(session: Session, name: str) -> dict[Any, Any]:
    """The session's memory of one kind of thing; empty again after every commit and rollback, that of a savepoint too."""
    memory: dict[str, dict[Any, Any]] = session.info.setdefault("memory", {})
    return memory.setdefault(name, {})


def once(session: Session, name: str, key: Any, ask: Callable[[], Found]) -> Found:
    """What was asked before, or the answer to asking now."""
    known = of(session, name)
    if key not in known:
        known[key] = ask()
    return cast(Found, known[key])


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:  # a flush, and a savepoint that holds, end nothing
        session.info.pop("memory", None)


@event.listens_for(Session, "after_soft_rollback")
def _forget_what_is_undone(session: Session, _undone: SessionTransaction) -> None:
    session.info.pop("memory", None)
