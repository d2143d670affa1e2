"""Petitions: what somebody asks for beside a hazard's loop (延期, 核减, 重新打开 …), reviewed by others until it is decided.

Each kind is a noun of its own with a table of its own; here is what they share: the columns, and how one is asked for, reviewed
and decided. Their history lines are called `<noun>_asked`, `<noun>_reviewed`, `<noun>_granted`, `<noun>_refused`.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from sqlalchemy import ForeignKey, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock, duties, fields, people, photos
from workflows.db import Base, Key
from workflows.engine import Cause, history
from workflows.errors import Conflict, Invalid
from workflows.fields import Data
from workflows.hazards.tables import Hazard


class Petition(Base):
    """One petition. A kind names its table and its noun, and adds what it asks for."""

    __abstract__ = True
    noun: ClassVar[str]  # heads the kinds of its history lines
    called: ClassVar[str]  # in sentences: 延期

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))  # ASKED GRANTED REFUSED CANCELLED
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    on_behalf_of: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


Kind = TypeVar("Kind", bound=Petition)

# ---- rules -------------------------------------------------------------------------------------------------------------

TOWN_DECIDERS = ("GROUP_DEPUTY", "GROUP_HEAD", "COUNTY_OFFICE")  # the deputy head, or who stands above him


# ---- verbs -------------------------------------------------------------------------------------------------------------


def ask(session: Session, hazard: Hazard, row: Petition, duty: str, task: Any, **body: Any) -> None:
    """Put a petition before those who decide. Who asks bears `duty`, and will not decide."""
    row.hazard_id, row.state, row.at = hazard.id, "ASKED", clock.now()
    session.add(row)
    session.flush()
    if duty:
        duties.take(session, hazard, duty, by=row.by, on_behalf_of=row.on_behalf_of)
    _record(session, hazard, row, "asked", row.by, row.on_behalf_of, reason=row.reason, task=task.id, **body)


def attach_photos(session: Session, hazard: Hazard, task: Any, data: Data, by: int) -> None:
    """The pictures of the place that go with it, at least one."""
    if not photos.attach(session, hazard, task, "photos", fields.shas(data, "photos"), by=by):
        raise Invalid("photos", "请至少上传 1 张现场照片。")


def review(
    session: Session, hazard: Hazard, row: Petition, *, by: int, on_behalf_of: int | None, task: Any, data: Data, **body: Any
) -> bool:
    """One of those who must agree says yes or no, with an opinion; answers whether he agreed."""
    decision = fields.choice(data, "decision", "审核意见", ("agree", "refuse"))
    opinion = fields.text(data, "opinion", "意见说明", least=2)
    if task.duty:
        duties.take(session, hazard, task.duty, by=by, on_behalf_of=on_behalf_of)
    said = {"stage": task.name, "decision": decision, "opinion": opinion, "task": task.id}
    _record(session, hazard, row, "reviewed", by, on_behalf_of, **said, **body)
    return decision == "agree"


def review_onsite(
    session: Session, hazard: Hazard, row: Petition, *, looked: str, by: int, on_behalf_of: int | None, task: Any, data: Data
) -> None:
    """One of those has looked at the place: when (`looked`: what the form calls it), and with photos of his own."""
    onsite_at = fields.past(data, "onsite_at", looked)
    attach_photos(session, hazard, task, data, by)
    review(session, hazard, row, by=by, on_behalf_of=on_behalf_of, task=task, data=data, onsite_at=onsite_at)


def decide(session: Session, hazard: Hazard, row: Petition, state: str, cause: Cause, **body: Any) -> None:
    """Write down what became of it: GRANTED or REFUSED."""
    row.state, row.decided_at = state, clock.now()
    _record(session, hazard, row, state.lower(), cause.by, cause.on_behalf_of, **body)


def cancel(session: Session, hazard: Hazard, *kinds: type[Petition]) -> None:
    """What is asked for and not decided falls: the hazard it is about has gone another way."""
    for kind in kinds:
        asked = update(kind).where(kind.hazard_id == hazard.id, kind.state == "ASKED")
        session.execute(asked.values(state="CANCELLED", decided_at=clock.now()))


def _record(
    session: Session, hazard: Hazard, row: Petition, what: str, by: int | None, on_behalf_of: int | None, **body: Any
) -> None:
    kind = f"{row.noun}_{what}"
    history.record(session, hazard.ref, kind, by=by, on_behalf_of=on_behalf_of, **{row.noun: row.id}, **body)


# ---- questions ---------------------------------------------------------------------------------------------------------


def get_asked(session: Session, kind: type[Kind], hazard: Hazard) -> Kind:
    """The petition of a kind that waits for its decision; Conflict if there is none."""
    if row := find_asked(session, kind, hazard):
        return row
    raise Conflict(f"没有待决定的{kind.called}申请。")


def find_asked(session: Session, kind: type[Kind], hazard: Hazard) -> Kind | None:
    """The same, or None."""
    asked = select(kind).where(kind.hazard_id == hazard.id, kind.state == "ASKED")
    return session.scalars(asked.order_by(kind.id.desc()).limit(1)).first()


def find_granted(session: Session, kind: type[Kind], hazard: Hazard) -> Kind | None:
    """The newest petition of a kind that was granted."""
    granted = select(kind).where(kind.hazard_id == hazard.id, kind.state == "GRANTED")
    return session.scalars(granted.order_by(kind.id.desc()).limit(1)).first()


def get_granted(session: Session, kind: type[Kind], hazard: Hazard) -> Kind:
    """The same; Conflict if there is none."""
    if row := find_granted(session, kind, hazard):
        return row
    raise Conflict(f"{kind.called}还没有批准。")


def of(session: Session, kind: type[Kind], hazard: Hazard) -> list[Kind]:
    """Every petition of a kind about a hazard, oldest first."""
    return list(session.scalars(select(kind).where(kind.hazard_id == hazard.id).order_by(kind.id)))


def reviews(session: Session, hazard: Hazard, row: Petition) -> list[history.Line]:
    """What those who must agree have said about a petition, oldest first."""
    kind = f"{row.noun}_reviewed"
    return [line for line in history.lines(session, hazard.ref) if line.kind == kind and line.body[row.noun] == row.id]


def lacks(session: Session, hazard: Hazard, row: Petition, roles: Collection[str]) -> str | None:
    """Whatever the diagram says, nothing is granted unless one who held one of these roles has agreed, whatever he holds since;
    None if he has."""
    for line in reviews(session, hazard, row):
        agreed = line.on_behalf_of or line.by if line.body["decision"] == "agree" else None
        if agreed and people.holds(session, agreed, roles, hazard.region_code, on=clock.on(line.at)):
            return None
    return f"{row.called}还没有经{'、'.join(people.role_name(role) for role in roles)}同意，不能批准。"
