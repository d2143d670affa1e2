"""The industries (行业领域) by which hazards are routed: those delivered, and what an administrator adds, renames or ends (M034).

Entries are only added: of two about one industry the later one holds. A code stands in hazards and units for ever; what is ended
is offered no more, and keeps its name.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock, memory
from workflows.db import Base, Key
from workflows.engine import Subject, history
from workflows.errors import Conflict, Invalid, NotFound

DELIVERED = {
    "HAZCHEM": "危险化学品",
    "GAS": "城镇燃气",
    "FIRE": "消防",
    "INDUSTRY": "工贸",
    "MINE": "矿山",
    "FIREWORKS": "烟花爆竹",
    "CONSTRUCTION": "建筑施工",
    "TRAFFIC": "道路交通",
    "SELF_BUILT": "自建房",
    "SPECIAL_EQUIPMENT": "特种设备",
    "HIGH_RISE": "高层建筑",
    "ENERGY": "能源",
    "SCHOOL": "校园",
    "ELDERLY_CARE": "养老",
    "MEDICAL": "医疗",
    "FOOD": "食品",
    "CULTURE": "文化旅游",
    "AGRICULTURE": "农业农机",
    "OTHER": "其他",
}
RECORD = Subject("sectors", 1)  # one chain for all of them: they are few, and changed rarely


class Entry(Base):
    """What an industry is called from a moment on, and whether it is still offered."""

    __tablename__ = "sector_entries"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(30))
    is_ended: Mapped[bool]
    set_at: Mapped[datetime]
    set_by: Mapped[int] = mapped_column(ForeignKey("persons.id"))


@dataclass(frozen=True)
class Sector:
    """An industry as it stands."""

    code: str
    name: str
    is_ended: bool = False


# ---- verbs -------------------------------------------------------------------------------------------------------------


def add(session: Session, name: str, *, by: int) -> Sector:
    """A new industry; units may handle it at once, and its hazards go to them."""
    number = sum(code not in DELIVERED for code in every(session)) + 1
    made = Sector(f"LOCAL{number}", _new_name(session, name))
    _set(session, made, "sector_added", by=by, name=made.name)
    return made


def rename(session: Session, sector: Sector, name: str, *, by: int) -> None:
    """Another name for the same industry, on old cases too."""
    after = Sector(sector.code, _new_name(session, name), sector.is_ended)
    _set(session, after, "sector_renamed", by=by, before=sector.name, after=after.name)


def end(session: Session, sector: Sector, reason: str, *, by: int) -> None:
    """Offer it no more; what bears it goes on."""
    if sector.is_ended:
        raise Conflict("这个行业领域已经停用。")
    if sector.code == "OTHER":
        raise Invalid("reason", "“其他”不能停用：归不进别处的隐患要用它。")
    _set(session, Sector(sector.code, sector.name, is_ended=True), "sector_ended", by=by, name=sector.name, reason=reason)


def resume(session: Session, sector: Sector, *, by: int) -> None:
    """Offer it again."""
    if not sector.is_ended:
        raise Conflict("这个行业领域正在使用。")
    _set(session, Sector(sector.code, sector.name), "sector_resumed", by=by, name=sector.name)


def _new_name(session: Session, name: str) -> str:
    name = name.strip()
    if name in names(session).values():
        raise Invalid("name", f"已有名为“{name}”的行业领域（可能已停用，可以恢复）。")
    return name


def _set(session: Session, sector: Sector, kind: str, *, by: int, **body: Any) -> None:
    entry = Entry(code=sector.code, name=sector.name, is_ended=sector.is_ended, set_at=clock.now(), set_by=by)
    session.add(entry)
    session.flush()
    history.record(session, RECORD, kind, by=by, **body)
    memory.of(session, "sectors").clear()


# ---- questions ---------------------------------------------------------------------------------------------------------


def every(session: Session) -> dict[str, Sector]:
    """Every industry there ever was, by code; read once a session."""
    return memory.once(session, "sectors", None, lambda: _read(session))


def get(session: Session, code: str) -> Sector:
    """The industry, or NotFound."""
    if found := every(session).get(code):
        return found
    raise NotFound("没有这个行业领域。")


def names(session: Session) -> dict[str, str]:
    """What each code is called, for showing; ended ones too."""
    return {code: sector.name for code, sector in every(session).items()}


def offered(session: Session) -> dict[str, str]:
    """What may be chosen today."""
    return {code: sector.name for code, sector in every(session).items() if not sector.is_ended}


def _read(session: Session) -> dict[str, Sector]:
    """In the order delivered, then as they were added; 其他 last."""
    found = {code: Sector(code, name) for code, name in DELIVERED.items()}
    for entry in session.scalars(select(Entry).order_by(Entry.id)):
        found[entry.code] = Sector(entry.code, entry.name, entry.is_ended)
    return {code: found[code] for code in sorted(found, key=lambda code: code == "OTHER")}
