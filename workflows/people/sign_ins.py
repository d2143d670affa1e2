"""What every click asks about whoever is signed in, in one question."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from workflows import clock
from workflows.engine import Caller
from workflows.people.questions import HELD, caller_of
from workflows.people.roles import role_name
from workflows.people.tables import Appointment, Person, Unit


@dataclass(frozen=True)
class SignIn:
    """Who is signed in, as values."""

    id: int
    name: str
    session_epoch: int
    """Rises with a sign-out and a new password; a cookie with an older one is worth nothing."""
    must_change_password: bool
    """An administrator made up his password: he may do nothing before he has chosen his own."""
    is_new: bool
    """He has not put away yet what the inbox tells on the first day."""
    caller: Caller
    posts: dict[str, list[str]]
    """Unit → the roles he himself holds there today, in words."""


_ASKED: Any = (
    HELD.add_columns(
        Person.name, Person.session_epoch, Person.must_change_password, Person.introduced_at, Unit.name.label("unit")
    )
    .outerjoin(Unit, Unit.id == Appointment.unit_id)
    .order_by(Appointment.id)
)


def find_sign_in(session: Session, person_id: int) -> SignIn | None:
    """Who is signed in with this id; None if there is nobody, or he is shut out."""
    rows = session.execute(_ASKED, {"person_id": person_id, "today": clock.today()}).all()
    mine = [row for row in rows if row.id == person_id]
    if not mine:
        return None
    posts: dict[str, list[str]] = {}
    for row in (row for row in mine if row.unit):
        posts.setdefault(row.unit, []).append(role_name(row.role))
    caller, him = caller_of(person_id, ((row.id, row.role, row.unit_id) for row in rows)), mine[0]
    return SignIn(person_id, him.name, him.session_epoch, him.must_change_password, him.introduced_at is None, caller, posts)
