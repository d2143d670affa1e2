"""Verification (⑧, 验收): the place is looked at again by two or more, each confirms with his own account, one has a certificate.

The leading verifier writes the finding and names the members; one "no" sends it back to him, and only a new verification counts.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from workflows import addresses, clock, duties, fields, hazards, memory, people, photos, rectifications, reminders
from workflows.db import Base, Key
from workflows.engine import Cause, history
from workflows.errors import Conflict, Forbidden, Invalid
from workflows.fields import Data
from workflows.hazards.tables import Hazard


class Verification(Base):
    """One visit to verify, with its finding."""

    __tablename__ = "verifications"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"), index=True)
    finish_id: Mapped[int] = mapped_column(ForeignKey("finishes.id"))  # the report that was verified
    result: Mapped[str] = mapped_column(String(4))  # PASS or FAIL
    onsite_at: Mapped[datetime]
    check_items: Mapped[list[Any]]
    opinion: Mapped[str] = mapped_column(Text)
    expert_opinion: Mapped[str | None] = mapped_column(Text)  # advice; an expert is no member
    photo_count: Mapped[int]
    is_false: Mapped[bool]  # evidence was faked (假整改)
    by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    on_behalf_of: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]
    passed_at: Mapped[datetime | None]  # when the diagram took it as passed
    failed_at: Mapped[datetime | None]
    members: Mapped[list["Member"]] = relationship(order_by="Member.place", lazy="joined")  # the leading one first


class Member(Base):
    """One verifier of a verification. Place 0 is the leading one, who has confirmed by writing it."""

    __tablename__ = "verification_members"
    __table_args__ = (UniqueConstraint("verification_id", "place"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    verification_id: Mapped[int] = mapped_column(ForeignKey("verifications.id"))
    place: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    certificate_no: Mapped[str | None] = mapped_column(String(40))  # as it stood then
    is_agreed: Mapped[bool | None]  # None: not answered yet
    opinion: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]


# ---- rules -------------------------------------------------------------------------------------------------------------


def faults_of(row: Verification | None, finish: rectifications.Finish | None) -> list[str]:
    """What keeps a verification from being a PASS on which a hazard may be closed, line by line (INV-2, AC-14)."""
    if finish is None:
        return ["还没有完工报告。"]
    if row is None or row.finish_id != finish.id:
        return ["最近一次完工之后还没有验收。"]
    confirmed = [member for member in row.members if member.is_agreed]
    checks = {
        "最近一次验收的结论不是“合格”。": row.result == "PASS",
        "验收成员还没有全部确认同意。": all(member.is_agreed for member in row.members),
        "确认验收的不足 2 人。": len({member.person_id for member in confirmed}) >= 2,
        "验收人中没有在册执法证的人员。": any(member.certificate_no for member in confirmed),
        "验收的现场照片不足 2 张。": row.photo_count >= 2,
        "现场验收的时间早于最近一次完工报告。": row.onsite_at >= _minute(finish.at),
    }
    return [sentence for sentence, is_kept in checks.items() if not is_kept]


def _minute(at: datetime) -> datetime:
    """The minute a moment lies in: the form asks for the visit to the minute, the report is stamped to the second."""
    return at.replace(second=0, microsecond=0)


# ---- verbs -------------------------------------------------------------------------------------------------------------


def verify(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> dict[str, int]:
    """⑧验收: write the finding and name the members, who then confirm one by one. Gives `member_count`."""
    hazards.must_be(hazard, "RECTIFIED")
    finish = rectifications.find_finish(session, hazard)
    if finish is None:
        raise Conflict("还没有完工报告，不能验收。")
    onsite_at = fields.past(data, "onsite_at", "现场验收时间")
    if onsite_at < _minute(finish.at):
        raise Invalid("onsite_at", "现场验收要在完工报告之后进行，请核对时间。")
    members = _members(session, hazard, by, on_behalf_of, data)
    shown = photos.attach(session, hazard, task, "photos", fields.shas(data, "photos"), by=by)
    if len(shown) < 2:
        raise Invalid("photos", "请至少上传 2 张不同的现场照片。")
    row = _write(session, hazard, finish.id, onsite_at, members, len(shown), by=by, on_behalf_of=on_behalf_of, data=data)
    duties.take(session, hazard, "V", by=by, on_behalf_of=on_behalf_of)
    body = {"verification": row.id, "result": row.result, "members": [person.id for person in members], "task": task.id}
    history.record(session, hazard.ref, "verification_written", by=by, on_behalf_of=on_behalf_of, **body)
    return {"member_count": len(members) - 1}


def _members(session: Session, hazard: Hazard, by: int, on_behalf_of: int | None, data: Data) -> list[people.Person]:
    """The leading verifier and those he names: at least one other, all qualified and free, one certificate among them."""
    allowed = {person.id: person for person in addresses.verifiers(session, hazard)}
    actor = on_behalf_of or by
    if actor not in allowed:
        barred = duties.forbidden(session, hazard, "V", actor)
        raise Forbidden(barred or "您不在这件隐患可验收的人员之列。")
    named = [person_id for person_id in fields.ids(data, "members") if person_id not in (by, on_behalf_of)]
    if not named:
        raise Invalid("members", "请至少选择 1 名其他验收成员，本人不用选。")
    if unfit := [person_id for person_id in named if person_id not in allowed]:
        names = "、".join(people.names(session, unfit).values())
        raise Invalid("members", f"所选成员不能验收这件隐患：{names or '人员不存在'}。")
    members = [people.get(session, by), *(allowed[person_id] for person_id in named)]
    if not any(person.certificate_no for person in members):
        raise Invalid("members", "验收人中至少要有 1 名持执法证的人员。")
    return members


def _write(
    session: Session,
    hazard: Hazard,
    finish_id: int,
    onsite_at: datetime,
    members: list[people.Person],
    photo_count: int,
    *,
    by: int,
    on_behalf_of: int | None,
    data: Data,
) -> Verification:
    result = fields.choice(data, "result", "验收结论", ("PASS", "FAIL"))
    check_items = list(data.get("check_items") or [])
    if not check_items:
        raise Invalid("check_items", "请逐条对照五落实和判定条款核对。")
    if result == "PASS" and "none" in check_items:
        raise Invalid("result", "逐条核对有不符合的，结论不能为合格。")
    row = Verification(
        hazard_id=hazard.id,
        finish_id=finish_id,
        result=result,
        onsite_at=onsite_at,
        check_items=check_items,
        opinion=fields.text(data, "opinion", "验收意见", least=2),
        expert_opinion=fields.find_text(data, "expert_opinion"),
        photo_count=photo_count,
        is_false=result == "FAIL" and fields.yes(data, "false_rectification"),
        by=by,
        on_behalf_of=on_behalf_of,
        at=clock.now(),
        members=[_row(place, person, place == 0) for place, person in enumerate(members)],
    )
    session.add(row)
    session.flush()
    memory.of(session, "verification")[hazard.id] = row
    return row


def _row(place: int, person: people.Person, is_lead: bool) -> Member:
    return Member(
        place=place,
        person_id=person.id,
        certificate_no=person.certificate_no,
        is_agreed=True if is_lead else None,
        answered_at=clock.now() if is_lead else None,
    )


def confirm_verification(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """成员确认: each named member answers with his own account; nobody answers for him. Where one has left his post, the leading
    verifier can only send the finding back to himself, to name somebody else."""
    row = get_last(session, hazard)
    mine = _named(row, task.index)
    if mine is None or not _may_answer(session, hazard, mine, by, on_behalf_of):
        raise Forbidden("验收须由成员本人以自己的账号确认，不能代为确认。")
    is_agreed = fields.choice(data, "agree", "是否同意验收结论", ("yes", "no")) == "yes"
    if is_agreed and mine.person_id != by:
        raise Invalid("agree", "成员已离岗，不能替他同意；请选“不同意”，退回后重新指定验收成员。")
    if not is_agreed:
        fields.text(data, "opinion", "不同意的理由", least=2)
    duties.take(session, hazard, "V", by=by)
    mine.is_agreed, mine.opinion, mine.answered_at = is_agreed, fields.find_text(data, "opinion"), clock.now()
    body = {"verification": row.id, "agree": mine.is_agreed, "opinion": mine.opinion, "task": task.id}
    history.record(session, hazard.ref, "verification_confirmed", by=by, **body)


def _may_answer(session: Session, hazard: Hazard, mine: Member, by: int, on_behalf_of: int | None) -> bool:
    if on_behalf_of is None and mine.person_id == by:
        return True
    has_left = addresses.has_left(session, hazard, "verification.member", mine.person_id)
    return has_left and leading(session, hazard) in (by, on_behalf_of)


def pass_verification(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """验收通过: all that makes a PASS is there; the hazard waits for its closure."""
    if sentences := faults(session, hazard):
        raise Conflict("".join(sentences))
    row = get_last(session, hazard)
    row.passed_at = clock.now()
    hazards.move(session, hazard, "VERIFIED", by=cause.by, on_behalf_of=cause.on_behalf_of, verification=row.id)


def fail_verification(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """验收不合格: back to rectification; the second time, listed supervision is suggested (domain 3.3 ⑧)."""
    row = get_last(session, hazard)
    if row.result == "PASS" and not faults(session, hazard):
        raise Conflict("验收结论为合格，不能按不合格办理。")
    row.failed_at = clock.now()
    hazard.return_count += 1
    hazard.false_rectification = hazard.false_rectification or row.is_false
    body = {"verification": row.id, "false": row.is_false, "returns": hazard.return_count}
    hazards.move(session, hazard, "RECTIFYING", by=cause.by, on_behalf_of=cause.on_behalf_of, **body)
    if len(failed(session, hazard)) >= 2:
        history.record(session, hazard.ref, "listing_suggested", reason="验收两次以上不合格")
    reminders.resume(session, hazard)


# ---- questions ---------------------------------------------------------------------------------------------------------


_LAST = select(Verification).where(Verification.hazard_id == bindparam("hazard")).order_by(Verification.id.desc()).limit(1)


def find_last(session: Session, hazard: Hazard) -> Verification | None:
    """The newest verification."""
    return memory.once(session, "verification", hazard.id, lambda: session.scalars(_LAST, {"hazard": hazard.id}).unique().first())


def get_last(session: Session, hazard: Hazard) -> Verification:
    """The newest verification; Conflict if there is none."""
    if row := find_last(session, hazard):
        return row
    raise Conflict("这件隐患还没有验收。")


def of(session: Session, hazard: Hazard) -> list[Verification]:
    """Every verification, oldest first."""
    mine = select(Verification).where(Verification.hazard_id == hazard.id).order_by(Verification.id)
    return list(session.scalars(mine).unique())


def member(session: Session, hazard: Hazard, index: int) -> int | None:
    """The person who must confirm, by the index of the multi-instance task from 0."""
    row = find_last(session, hazard)
    named = _named(row, index) if row else None
    return named.person_id if named else None


def _named(row: Verification, index: int) -> Member | None:
    return next((each for each in row.members if each.place == index + 1), None)


def leading(session: Session, hazard: Hazard) -> int | None:
    """The leading verifier of the newest verification, while he is still there."""
    row = find_last(session, hazard)
    if row is None or addresses.has_left(session, hazard, "verification.member", row.by):
        return None
    return row.by


def failed(session: Session, hazard: Hazard) -> list[Verification]:
    """The verifications after which the hazard was sent back."""
    mine = select(Verification).where(Verification.hazard_id == hazard.id, Verification.failed_at.is_not(None))
    return list(session.scalars(mine).unique())


def faults(session: Session, hazard: Hazard) -> list[str]:
    """What keeps the newest verification from being a PASS on which the hazard may be closed; [] if nothing does."""
    return faults_of(find_last(session, hazard), rectifications.find_finish(session, hazard))


def result(session: Session, hazard: Hazard) -> str:
    """PASS or FAIL, of the newest verification; FAIL while there is none."""
    row = find_last(session, hazard)
    return row.result if row else "FAIL"
