"""What the system begins and ends, and what people do: sign, receive, answer, talk."""

from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from workflows import calendars, campaigns, changes, clock, documents, duties, facts, feedbacks, fields, handovers, papers, people
from workflows.engine import Cause, history
from workflows.errors import Conflict
from workflows.fields import Data
from workflows.hazards.tables import Hazard
from workflows.reminders import LEVELS
from workflows.urges import rules
from workflows.urges.tables import Urge

# ---- verbs: the system's -----------------------------------------------------------------------------------------------------


def begin_for_deadline(session: Session, hazard: Hazard) -> Urge | None:
    """The urge of the level that a late hazard has reached; None if it is there already or nothing is to be urged.

    Several levels that were reached at once (a server stood still, a finished hazard came back) give the highest alone.
    """
    if not hazard.overdue_level or hazard.status not in rules.UNFINISHED or hazard.due_on is None:
        return None
    return _begin(session, hazard, "DEADLINE", "", hazard.due_on, hazard.overdue_level, None)


def begin_for_week(session: Session, hazard: Hazard, parts: tuple[str, ...], week_on: date) -> Urge | None:
    """The urge for a Thursday report that did not come; None if it came meanwhile, or the urge is there already. Who answers for
    territory and industry owes one report and gets one urge."""
    part, person_id = parts[0], getattr(hazard, handovers.PARTS[parts[0]])
    missed = _missed(session, hazard, part, week_on)
    if week_on not in missed or _is_urged(session, hazard, person_id, missed):
        return None
    return _begin(session, hazard, "THURSDAY", part, week_on, rules.level_of_misses(len(missed)), person_id)


def _missed(session: Session, hazard: Hazard, part: str, until: date) -> list[date]:
    """The Thursdays in a row, up to one, on which this part's report was not there, of whoever owes it now: what his predecessor
    missed is not his. One that came late was missed all the same: 补报即清欠，漏报记录保留."""
    issued_at = handovers.get_last(session, hazard, "RECTIFY").issued_at
    owed_since = max(issued_at, changes.taken_over_at(session, hazard, part) or issued_at)
    weeks = feedbacks.weeks(clock.on(owed_since), clock.now(), calendars.of(session))
    reports = [each for each in feedbacks.of(session, hazard) if each.part == part]
    in_time = {each.week_on for each in reports if each.is_awaiting or not each.is_late}
    given = {each.week_on for each in reports}
    missed = rules.in_a_row([week for week in weeks if week <= until], in_time)
    return missed if until not in given else []


def _is_urged(session: Session, hazard: Hazard, person_id: int, missed: list[date]) -> bool:
    """Whether he has been urged for the last of these misses in a row, or they have brought the directive; none is above it."""
    mine = select(Urge.id).where(Urge.hazard_id == hazard.id, Urge.ground == "THURSDAY", Urge.person_id == person_id)
    is_directed = and_(Urge.level == rules.HIGHEST, Urge.missed_on >= missed[0])
    return session.scalar(mine.where(or_(Urge.missed_on == missed[-1], is_directed)).limit(1)) is not None


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
    urge.document_id = documents.order(session, urge, rules.kind_of(urge), by=cause.by).id


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
    _attach(session, urge, task, data, by=by)
    _record(session, urge, "answered", by=by, on_behalf_of=on_behalf_of, answer=urge.answer, task=task.id)


def receive_copy(session: Session, urge: Urge, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """县专项办签收抄件."""
    urge.copied_at = clock.now()
    _record(session, urge, "copied", by=by, on_behalf_of=on_behalf_of, note=fields.find_text(data, "note"), task=task.id)


def hold_talk(session: Session, urge: Urge, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """约谈、通报 (C7 of enterprises, C10 of towns and departments); listed supervision is suggested with it (P06)."""
    duties.take(session, urge.hazard, "U1", by=by, on_behalf_of=on_behalf_of)
    urge.talk = fields.choice(data, "kind", "方式", rules.TALKS)
    against = fields.choice(data, "against", "对象类别", rules.AGAINST)
    whom, held_at = fields.text(data, "whom", "对象", least=2), fields.past(data, "held_at", "时间")
    said: dict[str, Any] = {"talk": urge.talk, "whom": whom, "said": fields.text(data, "said", "内容和要求", least=10)}
    _attach(session, urge, task, data, by=by)
    acted: dict[str, Any] = {"by": by, "on_behalf_of": on_behalf_of}
    _record(session, urge, "talked", **acted, task=task.id, against=against, held_at=held_at, **said)
    facts.record(session, urge.hazard_id, rules.TALKED[against], **acted, effective_at=held_at, urge=urge.id, **said)
    history.record(session, urge.hazard.ref, "listing_suggested", by=by, reason="超期或漏报已到整改指令一级")


def _attach(session: Session, urge: Urge, task: Any, data: Data, *, by: int) -> None:
    """What comes with it lies in the hazard's file; the enterprise gets it no more than it sees the urge."""
    shas = fields.shas(data, "attachments")
    papers.attach(session, urge.hazard, task, "attachments", shas, by=by, is_internal=urge.is_internal)


def _record(
    session: Session, urge: Urge, what: str, *, by: int | None = None, on_behalf_of: int | None = None, **body: Any
) -> None:
    """A line in the hazard's chain: the file of a hazard tells all that was sent because of it."""
    told = {"urge": urge.id, "level": urge.level, **body}
    history.record(session, urge.hazard.ref, f"urge_{what}", by=by, on_behalf_of=on_behalf_of, **told)
