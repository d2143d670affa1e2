"""Look-backs (销号后回头看, P10): after the closure somebody else looks at the place again, at all listed hazards and at a sample
of the others.

Each month's closures are drawn once, per town and campaign, when the youngest of them is old enough. Who was drawn follows from
a seed and the numbers alone, and both stand in the record: anybody can draw again and get the same (`drawn`).
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from hashlib import sha256
from math import ceil
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from workflows import campaigns, clock, duties, fields, hazards, ledger, papers, people, photos
from workflows.db import Base, Key
from workflows.engine import Caller, Subject, history
from workflows.errors import Conflict, Invalid
from workflows.fields import Data
from workflows.hazards import rules as hazard_rules
from workflows.hazards.questions import in_region
from workflows.hazards.tables import Hazard

PROCESS = "look_back"
MOST_SHOWN = 500  # look-backs on the page of the draws


class Draw(Base):
    """One town's draw among what was closed in a month."""

    __tablename__ = "look_back_draws"
    __table_args__ = (UniqueConstraint("region_code", "campaign", "month"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    region_code: Mapped[str] = mapped_column(String(12))  # the town's
    campaign: Mapped[str] = mapped_column(String(10))
    month: Mapped[date]  # the first day of the month of the closures
    seed: Mapped[str] = mapped_column(String(32))
    share: Mapped[float]  # of those that are not listed
    listed_share: Mapped[float]
    candidates: Mapped[list[Any]]  # hazard numbers, in order; those not listed
    listed: Mapped[list[Any]]  # those listed
    drawn: Mapped[list[Any]]  # of both
    at: Mapped[datetime]

    @property
    def ref(self) -> Subject:
        """The draw as a subject of history."""
        return Subject("look_back_draw", self.id)


class LookBack(Base):
    """One hazard's look-back in a round: drawn, then done."""

    __tablename__ = "look_backs"
    __table_args__ = (UniqueConstraint("hazard_id", "round"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"))
    round: Mapped[int]
    draw_id: Mapped[int] = mapped_column(ForeignKey("look_back_draws.id"), index=True)
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(10))  # one of STATES
    onsite_at: Mapped[datetime | None]
    finding: Mapped[str | None] = mapped_column(Text)
    is_false: Mapped[bool] = mapped_column(default=False)  # 反弹, and the rectification was faked
    photos: Mapped[list[Any]] = mapped_column(default=list)
    by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime | None]
    hazard: Mapped[Hazard] = relationship()


@dataclass(frozen=True)
class Shown:
    """A draw as somebody may see it. `is_whole`: all that could be drawn lies in his scope, so he may read the numbers."""

    draw: Draw
    town: str
    rows: list[LookBack]
    is_whole: bool


# ---- rules -------------------------------------------------------------------------------------------------------------

STATES = {"DRAWN": "待复查", "HELD": "保持有效", "REBOUND": "反弹", "DROPPED": "不再复查"}
RESULTS = {"HELD": "保持有效", "REBOUND": "反弹"}


def rank(seed: str, number: str) -> str:
    """What decides a number's place in a draw: SHA-256 of the seed, a colon and the number. Any machine computes it."""
    return sha256(f"{seed}:{number}".encode()).hexdigest()


def drawn(seed: str, numbers: Iterable[str], share: float) -> list[str]:
    """The numbers a draw takes: of all, in the order of their ranks, the first ones until the share is reached (rounded up)."""
    ranked = sorted(numbers, key=lambda number: rank(seed, number))
    return sorted(ranked[: ceil(len(ranked) * Fraction(str(share)))])


def is_true(row: Draw) -> bool:
    """Whether drawing again from what is recorded gives who was drawn."""
    again = drawn(row.seed, row.candidates, row.share) + drawn(row.seed, row.listed, row.listed_share)
    return sorted(again) == row.drawn


def draw_on(month: date, after_days: int) -> date:
    """The day on which a month's closures are drawn: the youngest of them is old enough then."""
    return _next(month) - clock.DAY + timedelta(days=after_days)


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def window(terms: dict[str, Any]) -> tuple[int, int]:
    """From which and until which day after the closure one looks back (postclose_d)."""
    return terms["postclose_d"][0], terms["postclose_d"][-1]


# ---- verbs -------------------------------------------------------------------------------------------------------------


def draw(session: Session, town: people.Unit, campaign: str, month: date) -> list[LookBack]:
    """抽取: of what a town closed in a month and is closed still, all listed ones and a share of the others. Answers what is to
    be looked at; the caller starts their diagrams. A second draw of the same month is a lost race."""
    closed = _closed(session, town, campaign, month)
    terms, seed = campaigns.params(session, campaign), secrets.token_hex(16)
    ever_listed = set(session.scalars(ledger.listed()))  # the plate is off by then
    plain = sorted(number for number, each in closed.items() if each.id not in ever_listed)
    listed = sorted(number for number, each in closed.items() if each.id in ever_listed)
    share, listed_share = terms["postclose_sample"], terms["postclose_sample_listed"]
    taken = sorted(drawn(seed, plain, share) + drawn(seed, listed, listed_share))
    row = Draw(
        region_code=town.region_code,
        campaign=campaign,
        month=month,
        seed=seed,
        share=share,
        listed_share=listed_share,
        candidates=plain,
        listed=listed,
        drawn=taken,
        at=clock.now(),
    )
    session.add(row)
    session.flush()
    body = {"month": month, "seed": seed, "share": share, "listed_share": listed_share}
    history.record(session, row.ref, "look_back_drawn", **body, candidates=plain, listed=listed, drawn=taken)
    return [_add(session, row, closed[number], window(terms)[1]) for number in taken]


def _add(session: Session, row: Draw, hazard: Hazard, within_days: int) -> LookBack:
    assert hazard.closed_at is not None
    due_on = clock.on(hazard.closed_at) + timedelta(days=within_days)
    made = LookBack(hazard=hazard, round=hazard.reopened_count, draw_id=row.id, due_on=due_on, state="DRAWN")
    session.add(made)
    session.flush()
    history.record(session, hazard.ref, "look_back_ordered", draw=row.id, due=due_on)
    return made


def _closed(session: Session, town: people.Unit, campaign: str, month: date) -> dict[str, Hazard]:
    """What was closed in the month and is closed still, by number."""
    within = Hazard.closed_at.between(clock.at(month), clock.at(_next(month)) - timedelta(microseconds=1))
    mine = select(Hazard).where(in_region(town), Hazard.campaign == campaign, within)
    found = session.scalars(mine.where(Hazard.status.in_(hazard_rules.COUNTED_AS_CLOSED)))
    return {hazard.hazard_no or "": hazard for hazard in found}


def look_back(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """回头看: on site, within the window, by somebody who neither rectified nor verified (duty B)."""
    row = get_open(session, hazard)
    duties.take(session, hazard, "B", by=by, on_behalf_of=on_behalf_of)
    row.state = fields.choice(data, "result", "现场情况", RESULTS)
    row.onsite_at = fields.past(data, "onsite_at", "现场复查时间")
    _must_be_old_enough(session, hazard, row.onsite_at)
    row.finding = fields.text(data, "finding", "复查情况", least=5)
    row.is_false = row.state == "REBOUND" and fields.answer(data, "false_rectification", "是否弄虚作假")
    row.photos = photos.attach(session, hazard, task, "photos", fields.shas(data, "photos"), by=by)
    if len(row.photos) < 2:
        raise Invalid("photos", "请至少上传 2 张不同的现场照片。")
    papers.attach(session, hazard, task, "attachments", fields.shas(data, "attachments"), by=by)
    row.by, row.at = by, clock.now()
    body = {"result": row.state, "false": row.is_false, "finding": row.finding, "task": task.id}
    history.record(session, hazard.ref, "looked_back", by=by, on_behalf_of=on_behalf_of, **body)


def _must_be_old_enough(session: Session, hazard: Hazard, onsite_at: datetime) -> None:
    assert hazard.closed_at is not None
    after_days = window(campaigns.params(session, hazard.campaign))[0]
    first_on = clock.on(hazard.closed_at) + timedelta(days=after_days)
    if clock.on(onsite_at) < first_on:
        raise Invalid("onsite_at", f"销号后满 {after_days} 天（{first_on.isoformat()}）才能回头看，请核对时间。")


def application(row: LookBack) -> dict[str, Any]:
    """What the application for a reopening says, in the words of who looked."""
    said = {"kind": "FAILED", "reason": f"回头看发现反弹：{row.finding}", "false_rectification": row.is_false}
    return {**said, "photos": row.photos}


def drop(session: Session, hazard: Hazard) -> None:
    """The hazard is open again for another reason: there is nothing left to look back at."""
    if row := find_open(session, hazard):
        row.state = "DROPPED"


# ---- questions ---------------------------------------------------------------------------------------------------------


def find_open(session: Session, hazard: Hazard) -> LookBack | None:
    """The look-back that waits, or None."""
    return session.scalar(select(LookBack).where(LookBack.hazard_id == hazard.id, LookBack.state == "DRAWN"))


def get_open(session: Session, hazard: Hazard) -> LookBack:
    """The same; Conflict if there is none."""
    if row := find_open(session, hazard):
        return row
    raise Conflict("这件隐患没有待办的回头看。")


def waiting(session: Session) -> list[Hazard]:
    """The hazards that wait for their look-back."""
    return list(session.scalars(select(Hazard).join(LookBack, LookBack.hazard_id == Hazard.id).where(LookBack.state == "DRAWN")))


def find_last(session: Session, hazard: Hazard) -> LookBack | None:
    """The newest look-back of a hazard."""
    return session.scalar(select(LookBack).where(LookBack.hazard_id == hazard.id).order_by(LookBack.id.desc()).limit(1))


def get_last(session: Session, hazard: Hazard) -> LookBack:
    """The same; Conflict if there is none."""
    if row := find_last(session, hazard):
        return row
    raise Conflict("这件隐患没有抽中回头看。")


def to_draw(session: Session) -> list[tuple[int, str, date]]:
    """Which draws are due and not made: (town, campaign, month), of months whose closures may still be looked at in time."""
    found = []
    for campaign in campaigns.everyone(session):
        after_days, within_days = window(campaigns.params(session, campaign.code))
        for month in _months(clock.today(), within_days):
            if draw_on(month, after_days) <= clock.today():
                found += [(town.id, campaign.code, month) for town in _towns_without(session, campaign.code, month)]
    return found


def _months(today: date, within_days: int) -> list[date]:
    """The months, oldest first, whose last closures are not older than the window."""
    months, month = [], today.replace(day=1)
    while _next(month) - clock.DAY + timedelta(days=within_days) >= today:
        months.append(month)
        month = (month - clock.DAY).replace(day=1)
    return months[::-1]


def _towns_without(session: Session, campaign: str, month: date) -> list[people.Unit]:
    """The towns that closed something in the month and have not drawn."""
    there = select(Draw.region_code).where(Draw.campaign == campaign, Draw.month == month)
    have = set(session.scalars(there))
    towns = [town for town in people.units(session, "TOWN") if town.region_code not in have]
    return [town for town in towns if _closed(session, town, campaign, month)]


def faults(session: Session) -> list[str]:
    """Draws that do not come out as recorded when they are drawn again: sentences for the auditor."""
    rows = session.scalars(select(Draw).order_by(Draw.id)).all()
    wrong = [each for each in rows if not is_true(each) or not _is_as_recorded(session, each)]
    return [f"{each.month:%Y-%m} 的回头看抽取（第 {each.id} 次）与留痕不符，或按种子重算结果不一致。" for each in wrong]


def _is_as_recorded(session: Session, row: Draw) -> bool:
    """Seed and numbers are those that stand in the chain."""
    told = [line.body for line in history.lines(session, row.ref) if line.kind == "look_back_drawn"]
    return all(each[name] == getattr(row, name) for each in told for name in ("seed", "candidates", "listed", "drawn"))


def draws(session: Session, caller: Caller) -> list[Shown]:
    """The newest draws with what was drawn, of hazards that the caller may see; draws of which he sees none are left out."""
    scope = hazards.scope(session, caller)
    mine = select(Draw, LookBack).join(LookBack, LookBack.draw_id == Draw.id).join(LookBack.hazard).where(scope)
    found: dict[int, tuple[Draw, list[LookBack]]] = {}
    for row, each in session.execute(mine.order_by(Draw.month.desc(), Draw.id.desc(), LookBack.id).limit(MOST_SHOWN)):
        found.setdefault(row.id, (row, []))[1].append(each)
    all_numbers = [number for row, _ in found.values() for number in (*row.candidates, *row.listed)]
    seen = set(session.scalars(select(Hazard.hazard_no).where(scope, Hazard.hazard_no.in_(all_numbers))))
    return [_shown(session, row, rows, seen) for row, rows in found.values()]


def _shown(session: Session, row: Draw, rows: list[LookBack], seen: set[str | None]) -> Shown:
    town = people.find_unit(session, "TOWN", row.region_code)
    return Shown(row, town.name if town else "", rows, seen.issuperset([*row.candidates, *row.listed]))


def count_open(session: Session, caller: Caller) -> int:
    """How many look-backs wait among the hazards the caller may see. Begun at the look-backs, which are few."""
    is_seen = exists().where(Hazard.id == LookBack.hazard_id, hazards.scope(session, caller))
    return session.scalar(select(func.count(LookBack.id)).where(LookBack.state == "DRAWN", is_seen)) or 0
