"""The audit of the whole record (INV-4, INV-12): every chain is computed anew, and what is kept beside the chains, in tables that
reports are counted from, is compared with the lines that prove it."""

from sqlalchemy.orm import Session

from workflows import archives, bulletins, dispatch, facts, look_backs
from workflows.engine import history, tasks


def faults(session: Session) -> list[str]:
    """What does not add up, as sentences; none when nothing was altered."""
    return [
        *history.verify(session),
        *facts.faults(session),
        *tasks.faults(session),
        *archives.faults(session),
        *dispatch.faults(session),
        *bulletins.faults(session),
        *look_backs.faults(session),
    ]
