"""Reports being written (①): typed, perhaps with photos, and not handed in. They are no hazards and count nowhere (domain 3.3).

Each page of the report brings a key of its own, under which it is saved and handed in. So saving twice makes one draft, and
handing in twice makes one hazard, however often somebody clicks.
"""

import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, bindparam, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock, hazards
from workflows.db import Base, Key
from workflows.engine import Caller, Rules
from workflows.errors import Conflict, Invalid, NotFound
from workflows.hazards.tables import Hazard

MOST = 20  # a person; whoever has more has forgotten them


class ReportDraft(Base):
    """A report that somebody has begun, under his page's key; once handed in, only the key and what became of it."""

    __tablename__ = "report_drafts"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    key: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazards.id"))


# ---- rules -----------------------------------------------------------------------------------------------------------


def new_key() -> str:
    """A key for a fresh page."""
    return secrets.token_urlsafe(12)


def is_key(text: str) -> bool:
    """Whether a text has the shape of a key."""
    return re.fullmatch(r"[\w-]{8,40}", text, re.ASCII) is not None


# ---- verbs -----------------------------------------------------------------------------------------------------------


def save(session: Session, caller: Caller, key: str, data: Mapping[str, Any]) -> None:
    """Keep what was typed, unchecked (暂存); it is there again after the idle sign-out. Conflict once it is handed in."""
    if _find(session, caller, key) is None and count(session, caller) >= MOST:
        raise Invalid("", f"您已有 {MOST} 份没有上报的草稿，请先上报或删除其中一些。")
    draft = _hold(session, caller, key)
    draft.data, draft.saved_at = dict(data), clock.now()


def hand_in(session: Session, rules: Rules, caller: Caller, key: str, data: Mapping[str, Any]) -> Hazard:
    """Report the hazard and let go of the draft. Conflict if this page has been handed in before."""
    draft = _hold(session, caller, key)
    made = hazards.open(session, rules, caller, data)
    draft.data, draft.saved_at, draft.hazard_id = {}, clock.now(), made.id
    return made


def discard(session: Session, caller: Caller, key: str) -> None:
    """Throw a draft away."""
    session.execute(delete(ReportDraft).where(ReportDraft.id == get(session, caller, key).id))


def _hold(session: Session, caller: Caller, key: str) -> ReportDraft:
    """The draft, locked; made if it is new. Two clicks at one moment meet here, one after the other."""
    mine = select(ReportDraft).where(ReportDraft.person_id == caller.person_id, ReportDraft.key == key).with_for_update()
    draft = session.scalar(mine)
    if draft is None:
        with suppress(Conflict), session.begin_nested():
            session.add(ReportDraft(person_id=caller.person_id, key=key, data={}, saved_at=clock.now()))
        draft = session.scalars(mine).one()
    if draft.hazard_id is not None:
        raise Conflict("这份上报已经提交，没有重复上报。请到“隐患”中查看。")
    return draft


# ---- questions -------------------------------------------------------------------------------------------------------


def get(session: Session, caller: Caller, key: str) -> ReportDraft:
    """The caller's own draft, or NotFound."""
    draft = _find(session, caller, key)
    if draft is None or draft.hazard_id is not None:
        raise NotFound("没有找到这份草稿，它可能已经上报或删除。")
    return draft


def of(session: Session, caller: Caller) -> list[ReportDraft]:
    """The caller's drafts, the newest first."""
    return list(session.scalars(_OF, {"person": caller.person_id}))


def count(session: Session, caller: Caller) -> int:
    """How many drafts the caller has."""
    return session.scalar(_COUNT, {"person": caller.person_id}) or 0


_OPEN = (ReportDraft.person_id == bindparam("person"), ReportDraft.hazard_id.is_(None))
_OF = select(ReportDraft).where(*_OPEN).order_by(ReportDraft.saved_at.desc(), ReportDraft.id)
_COUNT = select(func.count()).select_from(ReportDraft).where(*_OPEN)  # for the inbox


def _find(session: Session, caller: Caller, key: str) -> ReportDraft | None:
    return session.scalar(select(ReportDraft).where(ReportDraft.person_id == caller.person_id, ReportDraft.key == key))
