"""Urges (督促升级, P16): 提示卡 → 督办单 → 督促函 → 整改指令, by working days after the deadline or by Thursdays missed in a row.

The system begins them: the loop's reminders set the level of what is late (`reminders`), the Thursday reports tell what was
missed (`thursdays`). Each level comes once per deadline or week. Whom it is against can neither sign nor stop it: its diagram
has no way out but receipt and answer, an answer puts no hazard right, and the clock that brings the next level runs in the
loop. It ends from outside alone, when what it asks for is there: the verification passed, the missed report handed in, the
hazard voided.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from workflows import (
    addresses,
    calendars,
    campaigns,
    clock,
    documents,
    duties,
    facts,
    feedbacks,
    fields,
    handovers,
    hazards,
    papers,
    people,
)
from workflows.db import Base, Key
from workflows.engine import Address, Caller, Cause, Post, Subject, Want, history, own
from workflows.errors import Conflict, NotFound
from workflows.fields import Data
from workflows.hazards.tables import Hazard
from workflows.reminders import LEVELS

PROCESS = "escalation"


class Urge(Base):
    """One card, order, letter or directive. A level comes once for what was missed."""

    __tablename__ = "urges"
    __table_args__ = (UniqueConstraint("hazard_id", "ground", "part", "missed_on", "level"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"))
    region_code: Mapped[str] = mapped_column(String(12))  # the hazard's: its document is numbered there
    ground: Mapped[str] = mapped_column(String(10))  # DEADLINE or THURSDAY
    part: Mapped[str] = mapped_column(String(10))  # THURSDAY: whose report, TERRITORY or SECTOR; else ""
    missed_on: Mapped[date]  # the deadline's last day, or the week's Thursday
    level: Mapped[int]  # 1–4: 卡 单 函 令
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # THURSDAY: who owed the report
    begun_at: Mapped[datetime]
    demand: Mapped[str] = mapped_column(Text)  # what the signer asks for besides
    signed_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    signer: Mapped[str] = mapped_column(String(60))  # 签发人, as he was called then
    signed_at: Mapped[datetime | None]
    received_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    received_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    answered_at: Mapped[datetime | None]
    copied_at: Mapped[datetime | None]  # the county's office has received its copy
    talk: Mapped[str | None] = mapped_column(String(10))  # one of TALKS
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(String(200))  # "" unless it was ended from outside
    hazard: Mapped[Hazard] = relationship()
    person: Mapped[people.Person | None] = relationship(foreign_keys=[person_id])

    @property
    def ref(self) -> Subject:
        """The urge as a subject of instances and history."""
        return Subject("urge", self.id)

    @property
    def told(self) -> dict[str, str]:
        """What its document says beside the hazard's own facts; 受文人 only where the hazard does not say who it is."""
        owed_by = self.person.name if self.person else ""
        return {"督促事由": reason(self), "督促要求": self.demand, "签发人": self.signer, "受文人": owed_by}


# ---- rules -------------------------------------------------------------------------------------------------------------

GROUNDS = {"DEADLINE": "超期未整改", "THURSDAY": "漏报周四反馈"}
TALKS = {"TALK": "约谈", "CIRCULAR": "通报"}
AGAINST = {"ENTERPRISE": "企业", "UNIT": "乡镇、村或部门"}
PARTS = {"": "", "TERRITORY": "属地", "SECTOR": "行业"}
UNFINISHED = ("HANDED_OVER", "RECTIFYING")  # what was reported finished waits for others: no further level until it comes back
HIGHEST = max(LEVELS)


def title(urge: Urge) -> str:
    """An urge in a line, as its tasks are headed: the hazard's number first."""
    return f"{urge.hazard.hazard_no} {LEVELS[urge.level]}：{urge.hazard.subject_name}，{GROUNDS[urge.ground]}"


def reason(urge: Urge) -> str:
    """Why it is sent, as its document says."""
    day = documents.day(urge.missed_on)
    if urge.ground == "DEADLINE":
        begun_on = clock.on(urge.begun_at)
        late = (begun_on - urge.missed_on).days
        return f"下列隐患的整改期限（{day}）已过，至{documents.day(begun_on)}超期{late}天，尚未整改完毕"
    whose = "" if handovers.is_one_person(urge.hazard) else PARTS[urge.part]
    times = f"，已连续{urge.level}次" if urge.level > 1 else ""
    return f"下列隐患{day}这一周的{whose}周四反馈没有按时报送{times}"


def state(urge: Urge) -> str:
    """Where it stands, in a word."""
    if urge.ended_at is not None:
        return "已终止"
    if urge.answered_at is not None:
        return "已回复"
    if urge.received_at is not None:
        return "已签收，待回复"
    return "待签收" if urge.signed_at is not None or urge.level == 1 else "待签发"


def level_of_misses(row: int) -> int:
    """漏报即日卡，连续两次单，三次函，四次令 (domain 3.3 ⑦)."""
    return min(row, HIGHEST)


def in_a_row(weeks: Iterable[date], in_time: Collection[date]) -> list[date]:
    """Of the weeks owed, oldest first, the last ones of which none was reported in time."""
    missed: list[date] = []
    for week_on in weeks:
        missed = [] if week_on in in_time else [*missed, week_on]
    return missed


# ---- verbs: the system's -----------------------------------------------------------------------------------------------------


def begin_for_deadline(session: Session, hazard: Hazard) -> Urge | None:
    """The urge of the level that a late hazard has reached; None if it is there already or nothing is to be urged.

    Several levels that were reached at once (a server stood still, a finished hazard came back) give the highest alone.
    """
    if not hazard.overdue_level or hazard.status not in UNFINISHED or hazard.due_on is None:
        return None
    return _begin(session, hazard, "DEADLINE", "", hazard.due_on, hazard.overdue_level, None)


def begin_for_week(session: Session, hazard: Hazard, parts: tuple[str, ...], week_on: date) -> Urge | None:
    """The urge for a Thursday report that did not come; None if it came meanwhile, or the urge is there already. Who answers for
    territory and industry owes one report and gets one urge."""
    part = parts[0]
    missed = _missed(session, hazard, part, week_on)
    if week_on not in missed or _is_directed(session, hazard, part, missed):
        return None
    level = level_of_misses(len(missed))
    return _begin(session, hazard, "THURSDAY", part, week_on, level, getattr(hazard, handovers.PARTS[part]))


def _missed(session: Session, hazard: Hazard, part: str, until: date) -> list[date]:
    """The Thursdays in a row, up to one, on which this part's report was not there. One that came late was missed all the same:
    补报即清欠，漏报记录保留."""
    issued = handovers.get_last(session, hazard, "RECTIFY").issued_at
    weeks = feedbacks.weeks(clock.on(issued), clock.now(), calendars.of(session))
    reports = [each for each in feedbacks.of(session, hazard) if each.part == part]
    in_time = {each.week_on for each in reports if each.is_awaiting or not each.is_late}
    given = {each.week_on for each in reports}
    missed = in_a_row([week for week in weeks if week <= until], in_time)
    return missed if until not in given else []


def _is_directed(session: Session, hazard: Hazard, part: str, missed: list[date]) -> bool:
    """Whether these misses in a row have brought the directive already; there is none above it."""
    mine = select(Urge.id).where(Urge.hazard_id == hazard.id, Urge.ground == "THURSDAY", Urge.part == part)
    return session.scalar(mine.where(Urge.level == HIGHEST, Urge.missed_on >= missed[0]).limit(1)) is not None


def _begin(
    session: Session, hazard: Hazard, ground: str, part: str, missed_on: date, level: int, person_id: int | None
) -> Urge | None:
    if not campaigns.param(session, hazard.campaign, "urge_documents"):
        return None
    same = select(Urge.id).where(Urge.hazard_id == hazard.id, Urge.ground == ground, Urge.part == part)
    if session.scalar(same.where(Urge.missed_on == missed_on, Urge.level == level)) is not None:
        return None
    urge = Urge(
        hazard=hazard,
        region_code=hazard.region_code,
        ground=ground,
        part=part,
        missed_on=missed_on,
        level=level,
        person_id=person_id,
        begun_at=clock.now(),
        demand="",
        signer="",
        ended_why="",
    )
    session.add(urge)
    session.flush()
    _record(session, urge, "begun", ground=ground, missed=missed_on, part=part)
    return urge


def end(session: Session, urge: Urge, why: str, *, by: int | None) -> None:
    """终止: what it asked for is there. The caller ends its diagram."""
    urge.ended_at, urge.ended_why = clock.now(), why
    _record(session, urge, "ended", by=by, reason=why)


# ---- verbs: people's -----------------------------------------------------------------------------------------------------------


def sign_urge(session: Session, urge: Urge, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """签发: by somebody whom it is not against; he may add what he asks for, and he cannot leave it undone."""
    duties.take(session, urge.hazard, "U1", by=by, on_behalf_of=on_behalf_of)
    urge.demand = fields.find_text(data, "demand") or ""
    urge.signed_by, urge.signed_at = by, clock.now()
    urge.signer = people.get(session, on_behalf_of or by).name
    _record(session, urge, "signed", by=by, on_behalf_of=on_behalf_of, demand=urge.demand, task=task.id)


def issue_urge(session: Session, urge: Urge, *, cause: Cause) -> None:
    """成文: the document under its number; the file is written after the commit."""
    kind = next(code for code, kind in documents.KINDS.items() if kind.urge == urge.level)
    documents.order(session, urge, kind, by=cause.by)


def receive_urge(session: Session, urge: Urge, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """签收: the receipt. A card reaches its receiver by itself; what stands above it must be signed first."""
    if urge.level > 1 and urge.signed_at is None:
        raise Conflict(f"{LEVELS[urge.level]}还没有签发，不能签收。")
    urge.received_by, urge.received_at = by, clock.now()
    _record(session, urge, "received", by=by, on_behalf_of=on_behalf_of, note=fields.find_text(data, "note"), task=task.id)


def answer_urge(session: Session, urge: Urge, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """回复: why it is late, what is done now and until when. It ends nothing: 回复不等于消除."""
    if urge.received_at is None:
        raise Conflict("请先签收，再回复。")
    urge.answer = fields.text(data, "answer", "回复", least=5)
    urge.answered_by, urge.answered_at = by, clock.now()
    papers.attach(session, urge.hazard, task, "attachments", fields.shas(data, "attachments"), by=by)
    _record(session, urge, "answered", by=by, on_behalf_of=on_behalf_of, answer=urge.answer, task=task.id)


def receive_copy(session: Session, urge: Urge, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """县专项办签收抄件."""
    urge.copied_at = clock.now()
    _record(session, urge, "copied", by=by, on_behalf_of=on_behalf_of, note=fields.find_text(data, "note"), task=task.id)


def hold_talk(session: Session, urge: Urge, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """约谈、通报 (C7 of enterprises, C10 of towns and departments); listed supervision is suggested with it (P06)."""
    duties.take(session, urge.hazard, "U1", by=by, on_behalf_of=on_behalf_of)
    urge.talk = fields.choice(data, "kind", "方式", TALKS)
    body = {
        "talk": urge.talk,
        "against": fields.choice(data, "against", "对象类别", AGAINST),
        "whom": fields.text(data, "whom", "对象", least=2),
        "held_at": fields.past(data, "held_at", "时间"),
        "said": fields.text(data, "said", "内容和要求", least=10),
    }
    papers.attach(session, urge.hazard, task, "attachments", fields.shas(data, "attachments"), by=by)
    _record(session, urge, "talked", by=by, on_behalf_of=on_behalf_of, task=task.id, **body)
    if body["against"] == "ENTERPRISE":
        facts.record(session, urge.hazard_id, "TALKED", by=by, on_behalf_of=on_behalf_of, urge=urge.id)
    history.record(session, urge.hazard.ref, "listing_suggested", by=by, reason="超期或漏报已到整改指令一级")


def _record(
    session: Session, urge: Urge, what: str, *, by: int | None = None, on_behalf_of: int | None = None, **body: Any
) -> None:
    """A line in the hazard's chain: the file of a hazard tells all that was sent because of it."""
    told = {"urge": urge.id, "level": urge.level, **body}
    history.record(session, urge.hazard.ref, f"urge_{what}", by=by, on_behalf_of=on_behalf_of, **told)


# ---- questions: whom it is against ---------------------------------------------------------------------------------------------


def receivers(session: Session, urge: Urge, want: Want) -> Address:
    """卡发责任人，单发单位负责人，函发分管领导，令发企业和牵头人 (P16). A missed report is urged of whoever owes it; from the
    letter on, of the leader of his industry as well. Who has left blocks it, as with the hazard's own tasks."""
    hazard, is_report = urge.hazard, urge.ground == "THURSDAY"
    if not is_report and urge.level in (2, 4):
        word = "enterprise" if urge.level == 2 else "responsible"
        return addresses.address(session, hazard, replace(want, unit=word))
    leaders = _leaders(session, hazard) if urge.level >= 3 else frozenset()
    if leaders and not is_report:
        return Address(leaders)
    person = {"TERRITORY": "territory", "SECTOR": "sector"}.get(urge.part, "sector" if urge.level == 3 else "lead")
    named = addresses.address(session, hazard, replace(want, person=person))
    return Address(leaders | {own(named.person_id)}) if leaders and named.person_id else named


def _leaders(session: Session, hazard: Hazard) -> frozenset[Post]:
    """The posts of those who lead the hazard's industry in the town, if anybody holds one."""
    posts = frozenset(Post("SECTOR_LEADER", unit.id) for unit in addresses.sector_units(session, hazard))
    return posts if people.holders(session, posts) else frozenset()


# ---- questions -----------------------------------------------------------------------------------------------------------------


def get(session: Session, urge_id: int) -> Urge:
    """The urge, or NotFound."""
    if urge := session.get(Urge, urge_id):
        return urge
    raise NotFound("没有找到这件督促。")


def of(session: Session, hazard: Hazard) -> list[Urge]:
    """Every urge about a hazard, oldest first."""
    return list(session.scalars(select(Urge).where(Urge.hazard_id == hazard.id).order_by(Urge.id)))


def persons(rows: Iterable[Urge]) -> list[int | None]:
    """Everybody who received or answered one of these."""
    return [id for row in rows for id in (row.received_by, row.answered_by)]


def level(session: Session, urge: Urge) -> int:  # noqa: ARG001
    """1–4: 卡 单 函 令."""
    return urge.level


def among(session: Session, wanted: Collection[tuple[Subject, str]], person_id: int) -> dict[tuple[Subject, str], str]:
    """Which of several (urge, duty) pairs a person may not bear, with the sentence: duties are borne on the hazard."""
    mine = [pair for pair in wanted if pair[0].kind == "urge" and pair[1] in duties.NAMES]
    told = {pair: duties.forbidden(session, get(session, pair[0].id).hazard, pair[1], person_id) for pair in mine}
    return {pair: sentence for pair, sentence in told.items() if sentence}


def find_for(session: Session, caller: Caller, urge_id: int) -> Urge | None:
    """The urge, if the caller may see its hazard."""
    mine = select(Urge).join(Urge.hazard).where(Urge.id == urge_id, hazards.scope(session, caller))
    return session.scalar(mine)


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
    late = select(Hazard.id).where(Hazard.overdue_level > 0, Hazard.status.in_(UNFINISHED), ~there)
    return list(session.scalars(late.order_by(Hazard.id)))
