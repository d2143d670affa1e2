"""What a person's own account is told."""

from sqlalchemy.orm import Session

from workflows import clock
from workflows.people.questions import get
from workflows.people.tables import Person


def end_sign_ins(person: Person) -> None:
    """End every sign-in of a person, wherever he has one: no cookie made before this, nor a copy of one, is worth anything."""
    person.session_epoch += 1


def put_away_introduction(session: Session, person_id: int) -> None:
    """Do not tell a person again where to begin."""
    person = get(session, person_id)
    person.introduced_at = person.introduced_at or clock.now()
