"""Inquiries (一案三查, P07): who answers for it that a rectification was faked, or that a hazard came back after its closure.

The record suggests one; the head of the leading group decides whether a case is opened. Then three inquiries run beside each
other, into the enterprise's head, the leader in charge and the village's liaison cadre; each hears whom it is about. The case is
closed only with all three. Its file lies apart from the hazard's: who conducts it reads it, and nobody else; and nobody
conducts a case that is about himself (domain 2.2). So its chain, which auditors read, tells what was done and not what was said:
that stands in the submissions, whose hashes are in the chain.
"""

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Select, String, Text, UniqueConstraint, false, func, or_, select, tuple_
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from workflows import clock, dues, duties, fields, people, ways_up
from workflows.db import Base, Key
from workflows.duties import Duty
from workflows.engine import Address, Caller, Cause, Due, Post, Subject, Want, history
from workflows.engine.worklist import Task, TaskPost
from workflows.errors import Conflict, Forbidden, Invalid, NotFound
from workflows.fields import Data
from workflows.handovers import Acknowledgement, Handover
from workflows.hazards.questions import in_region
from workflows.hazards.tables import Hazard

PROCESS = "inquiry"
ROLES = frozenset({"GROUP_HEAD", "TOWN_DISCIPLINE", "COUNTY_OFFICE"})  # who may have to do with one
NOT_FOUND = "没有找到这起倒查。"
INQUIRES, DECIDES = "Q1", "Q2"  # the duties: whoever inquires does not decide


class Inquiry(Base):
    """One case."""

    __tablename__ = "inquiries"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"), index=True)
    region_code: Mapped[str] = mapped_column(String(12))  # the hazard's
    ground: Mapped[str] = mapped_column(String(10))  # one of GROUNDS
    state: Mapped[str] = mapped_column(String(10))  # one of STATES
    suggested_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    conclusion: Mapped[str | None] = mapped_column(Text)
    advice: Mapped[str | None] = mapped_column(Text)
    closed_at: Mapped[datetime | None]
    held_count: Mapped[int] = mapped_column(default=0)  # how many persons are held accountable, once it is closed (C9)
    hazard: Mapped[Hazard] = relationship()

    @property
    def ref(self) -> Subject:
        """The case as a subject of instances and history."""
        return Subject("inquiry", self.id)


class Part(Base):
    """What one of the three inquiries came to."""

    __tablename__ = "inquiry_parts"
    __table_args__ = (UniqueConstraint("inquiry_id", "part"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    inquiry_id: Mapped[int] = mapped_column(ForeignKey("inquiries.id"))
    part: Mapped[str] = mapped_column(String(10))  # one of PARTS
    whom: Mapped[str] = mapped_column(String(100))
    found: Mapped[str] = mapped_column(Text)
    statement: Mapped[str] = mapped_column(Text)  # 本人陈述和申辩
    names_held: Mapped[list[Any]]  # of those to be held accountable
    by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]


# ---- rules -------------------------------------------------------------------------------------------------------------

GROUNDS = {"FALSE": "弄虚作假（假整改）", "REBOUND": "回头看发现反弹"}
STATES = {
    "SUGGESTED": "待组长决定",
    "OPEN": "调查中",
    "CONCLUDED": "待组长审定",
    "APPROVED": "已审定",
    "CLOSED": "已结案",
    "DROPPED": "不予立案",
}
PARTS = {"enterprise": "企业负责人", "leader": "分管领导", "liaison": "包村干部"}
AVOIDS = "您对这件隐患的整改、验收或审核负责，是倒查的对象，不能办理（回避）。"
IN_TOWN = frozenset({"GROUP_HEAD", "TOWN_DISCIPLINE"})  # whose files these are, and nobody else's (P07)
CONDUCT = IN_TOWN | {"COUNTY_OFFICE"}  # to which goes up what nobody in the town may do
OVERSEE = frozenset("COUNTY_OFFICE COUNTY_LEADER COUNTY_INSPECTION".split())  # who learn that one stands still, not what is in it
UNDER_WAY = ("SUGGESTED", "OPEN", "CONCLUDED", "APPROVED")


def title(inquiry: Inquiry) -> str:
    """A case in a line, as its tasks are headed."""
    return f"{inquiry.hazard.hazard_no} 一案三查：{inquiry.hazard.subject_name}，{GROUNDS[inquiry.ground]}"


NAME = re.compile(r"[^\W\d_]{2,20}(·[^\W\d_]{1,20})*")


def names(text: str | None) -> list[str]:
    """Persons, one a line or with 、，； between them, each once (去重人); Invalid if one is no name."""
    found = [each.strip() for each in re.split(r"[\n、，,；;]", text or "") if each.strip()]
    for each in found:
        if not NAME.fullmatch(each):
            raise Invalid("held", f"“{each}”不是姓名。每行只写一个人的姓名，不写职务，不用括号、空格和其他符号。")
    return list(dict.fromkeys(found))


# ---- verbs -------------------------------------------------------------------------------------------------------------


def suggest(session: Session, hazard: Hazard, ground: str, *, cause: Cause) -> Inquiry | None:
    """建议倒查 (M028): put a case before the head of the leading group; None if one about this hazard is under way. The caller
    starts its diagram. That it was suggested stands in the hazard's record as well."""
    history.record(session, hazard.ref, "inquiry_suggested", by=cause.by, reason=GROUNDS[ground])
    if session.scalar(select(Inquiry.id).where(Inquiry.hazard_id == hazard.id, Inquiry.state.in_(UNDER_WAY)).limit(1)):
        return None
    row = Inquiry(hazard=hazard, region_code=hazard.region_code, ground=ground, state="SUGGESTED", suggested_at=clock.now())
    session.add(row)
    session.flush()
    history.record(session, row.ref, "inquiry_suggested", by=cause.by, hazard=hazard.hazard_no, ground=ground)
    return row


def decide_inquiry(session: Session, inquiry: Inquiry, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """组长决定是否立案."""
    _begin(session, inquiry, "SUGGESTED", DECIDES, by, on_behalf_of)
    is_opened = fields.choice(data, "decision", "是否立案", ("open", "drop")) == "open"
    fields.text(data, "opinion", "理由", least=5)
    inquiry.state, inquiry.opened_at = ("OPEN", clock.now()) if is_opened else ("DROPPED", None)
    body = {"decision": data["decision"], "task": task.id}
    history.record(session, inquiry.ref, "inquiry_decided", by=by, on_behalf_of=on_behalf_of, **body)


def inquire(
    session: Session, inquiry: Inquiry, *, part: str, by: int, on_behalf_of: int | None, task: Any, data: Data
) -> None:
    """三查之一: what one whom it is about did and left undone, what he says himself, and who is to be held accountable."""
    _begin(session, inquiry, "OPEN", INQUIRES, by, on_behalf_of)
    row = Part(
        inquiry_id=inquiry.id,
        part=part,
        whom=fields.text(data, "whom", "被查的人", least=2, most=100),
        found=fields.text(data, "found", "查明的事实", least=10),
        statement=fields.text(data, "statement", "本人陈述和申辩", least=2),
        names_held=names(fields.find_text(data, "held")),
        by=by,
        at=clock.now(),
    )
    session.add(row)
    session.flush()
    body = {"part": part, "held": len(row.names_held), "task": task.id}
    history.record(session, inquiry.ref, "inquired", by=by, on_behalf_of=on_behalf_of, **body)


def conclude_inquiry(session: Session, inquiry: Inquiry, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """形成结论: not before all three have been inquired into (M027: 缺一路不能结案)."""
    _begin(session, inquiry, "OPEN", INQUIRES, by, on_behalf_of)
    if missing := PARTS.keys() - {each.part for each in parts(session, inquiry)}:
        raise Conflict(f"{'、'.join(PARTS[part] for part in PARTS if part in missing)}还没有查，三路都查完才能形成结论。")
    inquiry.conclusion = fields.text(data, "conclusion", "调查结论", least=10)
    inquiry.advice = fields.find_text(data, "advice")
    inquiry.state = "CONCLUDED"
    history.record(session, inquiry.ref, "inquiry_concluded", by=by, on_behalf_of=on_behalf_of, task=task.id)


def approve_inquiry(session: Session, inquiry: Inquiry, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """组长审定: the conclusion stands, or goes back to be written anew."""
    _begin(session, inquiry, "CONCLUDED", DECIDES, by, on_behalf_of)
    decision = fields.choice(data, "decision", "审核意见", ("agree", "refuse"))
    fields.text(data, "opinion", "意见说明", least=2)
    inquiry.state = "APPROVED" if decision == "agree" else "OPEN"
    body = {"decision": decision, "task": task.id}
    history.record(session, inquiry.ref, "inquiry_reviewed", by=by, on_behalf_of=on_behalf_of, **body)


def close_inquiry(session: Session, inquiry: Inquiry, *, cause: Cause) -> None:
    """结案: whom it holds accountable counts from now on, each person once a case (C9)."""
    if inquiry.state != "APPROVED":
        raise Conflict("调查结论还没有经领导组组长审定，不能结案。")
    inquiry.state, inquiry.closed_at, inquiry.held_count = "CLOSED", clock.now(), len(held_by(session, inquiry))
    history.record(session, inquiry.ref, "inquiry_closed", by=cause.by, held=inquiry.held_count)


def _begin(session: Session, inquiry: Inquiry, state: str, duty: str, by: int, on_behalf_of: int | None) -> None:
    """The case stands there, and neither who acts nor for whom is one whom it is about. The duty is borne on the hazard, so its
    chain gets a line as well, which tells nobody anything: whoever takes on another duty there in this moment gets Conflict."""
    if inquiry.state != state:
        raise Conflict(f"这起倒查现为“{STATES[inquiry.state]}”，不能办理这一步。")
    for person_id in (by, on_behalf_of):
        if person_id in concerned(session, inquiry):
            raise Forbidden(AVOIDS)
    duties.take(session, inquiry.hazard, duty, by=by, on_behalf_of=on_behalf_of)
    history.record(session, inquiry.hazard.ref, "duty_noted")


# ---- questions ---------------------------------------------------------------------------------------------------------


def get(session: Session, inquiry_id: int) -> Inquiry:
    """The case, or NotFound."""
    if row := session.get(Inquiry, inquiry_id):
        return row
    raise NotFound(NOT_FOUND)


def address(session: Session, inquiry: Inquiry, want: Want) -> Address:
    """The head of the leading group, the town's discipline office; nobody whom the case is about, and whoever inquires does not
    decide."""
    barred = concerned(session, inquiry) | duties.kept_out(session, inquiry.hazard, want.duty)
    return ways_up.of_unit(session, inquiry, want, barred=barred)


def due(session: Session, inquiry: Inquiry, text: str, opened_at: datetime) -> Due | None:
    """A plain term from when the task opened."""
    return dues.term(session, inquiry.hazard.campaign, text, opened_at)


def get_for(session: Session, caller: Caller, inquiry_id: int) -> Inquiry:
    """The case, if the caller may read it; NotFound otherwise, as if it did not exist."""
    if not _reached(session, caller, Inquiry.id == inquiry_id).get(inquiry_id):
        raise NotFound(NOT_FOUND)
    return get(session, inquiry_id)


def page(session: Session, caller: Caller, limit: int = 100) -> list[Inquiry]:
    """The cases that the caller may read, newest first."""
    ids = [id for id, may_read in _reached(session, caller).items() if may_read]
    found = select(Inquiry).where(Inquiry.id.in_(ids)).options(joinedload(Inquiry.hazard))
    return list(session.scalars(found.order_by(Inquiry.id.desc()).limit(limit)))


def blocked(session: Session, caller: Caller) -> list[tuple[str, datetime, str]]:
    """What nobody may do, for the county (受阻, domain 2.2): (town, since when, why) of each task, and nothing of the case."""
    held = [people.get_unit(session, post.unit_id) for post in sorted(caller.all_posts) if post.role in OVERSEE]
    inside = or_(false(), *(in_region(unit, Inquiry.region_code) for unit in held))
    stuck = select(Inquiry.region_code, Task.opened_at, Task.blocked).join(Task, Task.subject_id == Inquiry.id)
    stuck = stuck.where(Task.subject_kind == "inquiry", Task.status == "OPEN", Task.blocked != "", inside).order_by(Task.id)
    found = [(people.find_unit(session, "TOWN", people.town_code(code)), at, why) for code, at, why in session.execute(stuck)]
    return [(town.name if town else "", at, why) for town, at, why in found]


def kept_from(session: Session, caller: Caller) -> frozenset[Subject]:
    """The cases under way whose tasks are at posts by which the caller must not even see them, because they are about him."""
    reached = _reached(session, caller, Inquiry.state.in_(UNDER_WAY))
    return frozenset(Subject("inquiry", id) for id, may_read in reached.items() if not may_read)


def _reached(session: Session, caller: Caller, *which: ColumnElement[bool]) -> dict[int, bool]:
    """The cases at the caller's posts and at those of whom he stands in for; and whether he may read each: none that is about
    himself, nor by the post of one whom it is about. Nothing is held of what is looked at, as no lock is held yet."""
    posts = {person: _conducting(posts) for person, posts in {caller.person_id: caller.posts, **caller.stands_in}.items()}
    found = {person: select(Inquiry.id).where(*which, _at(session, held)) for person, held in posts.items() if held}
    at = {person: session.scalars(ids).all() for person, ids in found.items()}
    about = _concerned(session, {id for ids in at.values() for id in ids})
    reached: dict[int, bool] = {}
    for person, ids in at.items():
        for id in ids:
            reached[id] = reached.get(id, False) or about[id].isdisjoint({caller.person_id, person})
    return reached


def _conducting(posts: Collection[Post]) -> list[Post]:
    return sorted(post for post in posts if post.role in CONDUCT)


def _at(session: Session, posts: Collection[Post]) -> ColumnElement[bool]:
    """Those of the towns in whose leading group or discipline office these posts are; and what has gone up to them (上转)."""
    codes = {people.get_unit(session, post.unit_id).region_code[:9] for post in posts if post.role in IN_TOWN}
    gone_up = select(Task.subject_id).join(TaskPost, TaskPost.task_id == Task.id).where(Task.subject_kind == "inquiry")
    gone_up = gone_up.where(tuple_(TaskPost.role, TaskPost.unit_id).in_([tuple(post) for post in posts]))
    return or_(Inquiry.id.in_(gone_up), *(Inquiry.region_code.startswith(code, autoescape=True) for code in sorted(codes)))


def hazards_inquired_into() -> Select[int]:
    """The ids of the hazards about which there is or was a case, for a condition (domain 2.1, 追溯卷)."""
    return select(Inquiry.hazard_id)


def parts(session: Session, inquiry: Inquiry) -> list[Part]:
    """What has been inquired into so far."""
    return list(session.scalars(select(Part).where(Part.inquiry_id == inquiry.id).order_by(Part.id)))


def held_by(session: Session, inquiry: Inquiry) -> list[str]:
    """The persons whom the three inquiries hold accountable, each once."""
    return list(dict.fromkeys(name for each in parts(session, inquiry) for name in each.names_held))


def concerned(session: Session, inquiry: Inquiry) -> frozenset[int]:
    """Whom the case is about: who answers for territory or industry, who has led the industry in the town since the hazard was
    found, who rectified, verified, and reviewed the closure, in whichever round."""
    return _concerned(session, [inquiry.id])[inquiry.id]


def _concerned(session: Session, ids: Collection[int]) -> dict[int, frozenset[int]]:
    """The same of several cases at once."""
    if not ids:
        return {}
    named = select(Inquiry.id, Hazard.territory_person_id, Hazard.sector_person_id).join(Inquiry.hazard)
    about = {id: {*persons} for id, *persons in session.execute(named.where(Inquiry.id.in_(ids)))}
    answered = select(Inquiry.id, Acknowledgement.person_id).join(Handover, Handover.hazard_id == Inquiry.hazard_id)
    answered = answered.join(Acknowledgement, Acknowledgement.handover_id == Handover.id)
    answered = answered.where(Inquiry.id.in_(ids), Handover.kind == "RECTIFY", Acknowledgement.is_accepted)
    borne = select(Inquiry.id, Duty.person_id).join(Duty, Duty.hazard_id == Inquiry.hazard_id)
    borne = borne.where(Inquiry.id.in_(ids), Duty.duty.in_(("R", "V", "T")))
    for id, person in (*session.execute(answered), *session.execute(borne), *_leaders(session, ids)):
        about[id].add(person)
    return {id: frozenset(person for person in persons if person is not None) for id, persons in about.items()}


def leaders(session: Session, inquiry: Inquiry) -> list[int]:
    """The persons into whom the second of the three inquires; who answers for the industry where it has had no leader."""
    led = sorted({person for _, person in _leaders(session, [inquiry.id])})
    return led or [id for id in [inquiry.hazard.sector_person_id] if id is not None]


def _leaders(session: Session, ids: Collection[int]) -> Iterator[tuple[int, int]]:
    """(case, person) pairs: who has been 分管领导 of a hazard's industry in its town at any time since it was reported."""
    post, unit, town = people.Appointment, people.Unit, func.substr(people.Unit.region_code, 1, 9)
    led = select(Inquiry.id, Hazard.sector, Hazard.reported_at, post.person_id, post.to_on, unit.sectors).join(Inquiry.hazard)
    led = led.join(unit, town == func.substr(Hazard.region_code, 1, 9)).join(post, post.unit_id == unit.id)
    for id, sector, since, person, to_on, sectors in session.execute(
        led.where(Inquiry.id.in_(ids), post.role == "SECTOR_LEADER", unit.kind.in_(("STATION", "GROUP")))
    ):
        if sector in (sectors or []) and (to_on is None or since is None or to_on >= clock.on(since)):
            yield id, person


def among(session: Session, wanted: Collection[tuple[Subject, str]], person_id: int) -> dict[tuple[Subject, str], str]:
    """Which of several (inquiry, duty) pairs a person may not bear, with the sentence: duties are borne on the hazard (domain
    2.2), so its chain is watched as well as the inquiry's own."""
    told: dict[tuple[Subject, str], str | None] = {}
    for pair in wanted:
        if pair[0].kind == "inquiry" and pair[1] in duties.NAMES:
            inquiry = get(session, pair[0].id)
            history.watch(session, inquiry.hazard.ref)
            is_concerned = person_id in concerned(session, inquiry)
            told[pair] = AVOIDS if is_concerned else duties.forbidden(session, inquiry.hazard, pair[1], person_id)
    return {pair: sentence for pair, sentence in told.items() if sentence}


def count_held(session: Session, within: people.Unit, as_of: datetime, campaign: str) -> int:
    """C9: how many persons the cases closed by a moment hold accountable, each once a case (去重人×案)."""
    closed = (Inquiry.closed_at <= as_of, Hazard.id == Inquiry.hazard_id, Hazard.campaign == campaign, in_region(within))
    return int(session.scalar(select(func.coalesce(func.sum(Inquiry.held_count), 0)).where(*closed)) or 0)


def timeline(session: Session, inquiry: Inquiry) -> list[tuple[datetime, str, int]]:
    """责任时间线: who bore which duty on the hazard since when: (moment, duty, person)."""
    borne = select(Duty).where(Duty.hazard_id == inquiry.hazard_id, Duty.duty.not_in((INQUIRES, DECIDES)))
    return [(row.recorded_at, row.duty, row.person_id) for row in session.scalars(borne.order_by(Duty.id))]
