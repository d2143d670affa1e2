"""Whom an urge is against, who may see it, and what is still to be urged."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, select, true
from sqlalchemy.orm import Session

from workflows import addresses, documents, dues, duties, hazards, people
from workflows.engine import Address, Caller, Due, Subject, Want, history, own
from workflows.errors import NotFound
from workflows.hazards.tables import Hazard
from workflows.urges import rules
from workflows.urges.tables import Urge

NOT_FOUND = "没有找到这件督促。"

# ---- questions: whom it is against ---------------------------------------------------------------------------------------------


def address(session: Session, urge: Urge, want: Want) -> Address:
    """Whom it is against, or whoever the hazard's own tasks of this kind would go to."""
    return receivers(session, urge, want) if want.unit == "urged" else addresses.address(session, urge.hazard, want)


def due(session: Session, urge: Urge, text: str, opened_at: datetime) -> Due | None:
    """A term as of the hazard's own tasks."""
    return dues.due(session, urge.hazard, text, opened_at)


def receivers(session: Session, urge: Urge, want: Want) -> Address:
    """卡发责任人，单发单位负责人，函发分管领导，令发企业和牵头人 (P16). A missed report is urged of whoever owes it; from the
    letter on, of the leader of his industry as well. Who has left blocks it, as with the hazard's own tasks."""
    hazard, is_report = urge.hazard, urge.ground == "THURSDAY"
    if not is_report and urge.level in (2, 4):
        word = "enterprise" if urge.level == 2 else "responsible"
        return addresses.address(session, hazard, replace(want, unit=word))
    leaders = addresses.sector_leaders(session, hazard) if urge.level >= 3 else frozenset()
    if leaders and not is_report:
        return Address(leaders)
    person = {"TERRITORY": "territory", "SECTOR": "sector"}.get(urge.part, "sector" if urge.level == 3 else "lead")
    named = addresses.address(session, hazard, replace(want, person=person))
    return Address(leaders | {own(named.person_id)}) if leaders and named.person_id else named


# ---- questions -----------------------------------------------------------------------------------------------------------------


def get(session: Session, urge_id: int) -> Urge:
    """The urge, or NotFound."""
    if urge := session.get(Urge, urge_id):
        return urge
    raise NotFound(NOT_FOUND)


def papers_of(session: Session, urge: Urge) -> list[documents.Document]:
    """Its document, once it is signed."""
    return [documents.get(session, urge.document_id)] if urge.document_id else []


_ABOUT = select(Urge).where(Urge.hazard_id == bindparam("hazard")).order_by(Urge.id)


def of(session: Session, hazard: Hazard) -> list[Urge]:
    """Every urge about a hazard, oldest first."""
    return list(session.scalars(_ABOUT, {"hazard": hazard.id}))


def persons(rows: Iterable[Urge]) -> list[int | None]:
    """Everybody who received or answered one of these."""
    return [id for row in rows for id in (row.received_by, row.answered_by)]


def level(session: Session, urge: Urge) -> int:  # noqa: ARG001
    """1–4: 卡 单 函 令."""
    return urge.level


def among(session: Session, wanted: Collection[tuple[Subject, str]], person_id: int) -> dict[tuple[Subject, str], str]:
    """Which of several (urge, duty) pairs a person may not bear, with the sentence: duties are borne on the hazard (domain 2.2),
    so its chain is watched as well as the urge's own."""
    mine = {pair: get(session, pair[0].id).hazard for pair in wanted if pair[0].kind == "urge" and pair[1] in duties.NAMES}
    for hazard in mine.values():
        history.watch(session, hazard.ref)
    told = {pair: duties.forbidden(session, hazard, pair[1], person_id) for pair, hazard in mine.items()}
    return {pair: sentence for pair, sentence in told.items() if sentence}


def get_for(session: Session, caller: Caller, urge_id: int) -> Urge:
    """The urge, if the caller may see its hazard, and what officials owe as well where it is about that; NotFound otherwise."""
    mine = select(Urge).join(Urge.hazard).where(Urge.id == urge_id, hazards.scope(session, caller), _open_to(caller))
    if found := session.scalar(mine):
        return found
    raise NotFound(NOT_FOUND)


def seen(session: Session, caller: Caller, hazard: Hazard) -> list[Urge]:
    """Those about a hazard that the caller may see, newest first."""
    mine = select(Urge).where(Urge.hazard_id == hazard.id, _open_to(caller))
    return list(session.scalars(mine.order_by(Urge.id.desc())))


def _open_to(caller: Caller) -> ColumnElement[bool]:
    """An enterprise is not told which officials have missed their reports."""
    return true() if people.is_official(caller) else Urge.ground == "DEADLINE"


def page(session: Session, caller: Caller, *, only_open: bool, after: int | None = None, limit: int = 25) -> list[Urge]:
    """The urges about hazards that the caller may see, newest first; one more than `limit`, if there are more."""
    mine = select(Urge).join(Urge.hazard).where(hazards.scope(session, caller))
    if only_open:
        mine = mine.where(_is_open())
    if after is not None:
        mine = mine.where(Urge.id < after)
    return list(session.scalars(mine.order_by(Urge.id.desc()).limit(limit + 1)))


def count_open(session: Session, caller: Caller) -> int:
    """How many of them wait for signature, receipt or answer. Asked so that one begins at the urges, which are few."""
    is_seen = exists().where(Hazard.id == Urge.hazard_id, hazards.scope(session, caller))
    return session.scalar(select(func.count(Urge.id)).where(_is_open(), is_seen)) or 0


def _is_open() -> Any:
    return Urge.ended_at.is_(None) & Urge.answered_at.is_(None)


def late_without(session: Session) -> list[int]:
    """The hazards whose level of lateness has brought no urge yet: those that were late before there were any, and those that
    came back to rectification late."""
    there = exists().where(
        Urge.hazard_id == Hazard.id,
        Urge.ground == "DEADLINE",
        Urge.missed_on == Hazard.due_on,
        Urge.level == Hazard.overdue_level,
    )
    late = select(Hazard.id).where(Hazard.overdue_level > 0, Hazard.status.in_(rules.UNFINISHED), ~there)
    return list(session.scalars(late.order_by(Hazard.id)))
