"""What a session has read and may trust until its transaction ends, so that one click does not ask the same thing thrice.

Only what the click itself changes, or what the instance's lock protects, may be remembered here.
"""

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction


def of(session: Session, name: str) -> dict[Any, Any]:
    """The session's memory of one kind of thing; empty again after every commit, rollback or savepoint's end."""
    memory: dict[str, dict[Any, Any]] = session.info.setdefault("memory", {})
    return memory.setdefault(name, {})


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None or transaction.nested:  # a flush is a transaction of its own to the library; it ends nothing
        session.info.pop("memory", None)
