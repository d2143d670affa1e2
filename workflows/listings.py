"""Listed supervision (挂牌督办, P06): the county supervises a hazard in public until it is signed off, then takes the plate off.

The town's office proposes it, or the county itself; the county's department looks at what the town proposes, the county leader
decides. Number and source stay as they were: A9 and A10 count it beside them. How long it is supervised is a term of its own,
of whose end the supervisor is reminded; the deadline of the rectification changes by an extension alone (INV-9).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ForeignKey, Select, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import (
    addresses,
    calendars,
    campaigns,
    clock,
    disclosures,
    facts,
    fields,
    papers,
    people,
    petitions,
    reminders,
    verifications,
)
from workflows.engine import Cause, history
from workflows.errors import Conflict, Invalid
from workflows.fields import Data
from workflows.hazards import rules as hazard_rules
from workflows.hazards.tables import Hazard
from workflows.people import Unit
from workflows.petitions import Petition


class Plate(Petition):
    """What is asked for about a plate (牌); what the county tells the public of it is read by who decides (INV-15)."""

    __abstract__ = True

    public_text: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime | None]


class Listing(Plate):
    """One application to put a hazard under listed supervision."""

    __tablename__ = "listings"
    noun, called = "listing", "挂牌督办"

    ground: Mapped[str] = mapped_column(String(10))  # one of GROUNDS
    supervisor_id: Mapped[int] = mapped_column(ForeignKey("units.id"))  # 督办单位
    until_on: Mapped[date]  # the last day of the supervision
    requirements: Mapped[str] = mapped_column(Text)


class Unlisting(Plate):
    """One application to take the plate off."""

    __tablename__ = "unlistings"
    noun, called = "unlisting", "解除挂牌"


Kind = TypeVar("Kind", Listing, Unlisting)


@dataclass(frozen=True)
class Public:
    """A plate that was made public, by whom it is supervised, and what was made public when it came off."""

    listing: Listing
    supervisor: Unit
    unlisting: Unlisting | None


# ---- rules -------------------------------------------------------------------------------------------------------------

GROUNDS = {
    "OVERDUE": "超期至“令”级仍未整改到位",
    "FAILED": "验收两次以上不合格",
    "STOPPED": "须停产停业整改",
    "FIRE": "重大火灾隐患",
    "OTHER": "其他需要挂牌督办的情形",
}
DECIDERS = ("COUNTY_LEADER",)
COUNTY = ("COUNTY_DEPT", "COUNTY_OFFICE")
DIRECTIVE = 4  # overdue_level: 令


def listing_fault(hazard: Hazard) -> str | None:
    """Why a hazard cannot be put under listed supervision now; None if it can."""
    if hazard.listed_supervision:
        return "这件隐患已经挂牌督办。"
    if hazard.status not in hazard_rules.IN_HAND:
        return f"这件隐患现为“{hazard_rules.STATUSES[hazard.status]}”，只有在办的隐患可以挂牌督办。"
    return None


def unlisting_fault(hazard: Hazard) -> str | None:
    """Why the plate cannot be taken off now; None if it can: once the hazard is signed off, or has left the ledger."""
    if not hazard.listed_supervision:
        return "这件隐患没有挂牌督办。"
    if hazard.status not in hazard_rules.COUNTED_AS_CLOSED | hazard_rules.NOT_COUNTED:
        return f"这件隐患现为“{hazard_rules.STATUSES[hazard.status]}”，县签字销号以后才能摘牌。"
    return None


def until_fault(until_on: date, most_days: int) -> str | None:
    """Why a supervision may not last until this day."""
    if until_on <= clock.today():
        return "督办期限要晚于今天。"
    latest = clock.today() + timedelta(days=most_days)
    return f"督办期限最长 {most_days} 日（{latest.isoformat()}），请改早。" if until_on > latest else None


# ---- verbs -------------------------------------------------------------------------------------------------------------


def propose_listing(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """申请挂牌督办: on a ground the record bears; who supervises, until when, what is demanded, what the public is told."""
    if sentence := listing_fault(hazard):
        raise Conflict(sentence)
    ground = fields.choice(data, "ground", "挂牌事由", GROUNDS)
    if sentence := _ground_fault(session, hazard, ground):
        raise Invalid("ground", sentence)
    until_on = fields.day(data, "until_on", "督办期限")
    if sentence := until_fault(until_on, campaigns.param(session, hazard.campaign, "listed_max_d")):
        raise Invalid("until_on", sentence)
    row = Listing(
        ground=ground,
        reason=fields.text(data, "reason", "挂牌理由", least=5),
        supervisor_id=_supervisor(session, hazard, data),
        until_on=until_on,
        requirements=fields.text(data, "requirements", "督办要求", least=5),
        public_text=_public_text(data),
        by=by,
        on_behalf_of=on_behalf_of,
    )
    papers.attach(session, hazard, task, "attachments", fields.shas(data, "attachments"), by=by)
    petitions.ask(session, hazard, row, "L1", task, ground=ground, supervisor=row.supervisor_id, until=until_on)


def review_listing(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """审查挂牌督办: the county's department, then the county leader."""
    row = petitions.get_asked(session, Listing, hazard)
    petitions.review(session, hazard, row, by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def list_hazard(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """挂牌: by the county leader's decision alone, and only what is still in hand."""
    row = petitions.get_asked(session, Listing, hazard)
    _must_be_decided(session, hazard, row, listing_fault(hazard))
    hazard.listed_supervision = True
    supervisor = people.get_unit(session, row.supervisor_id).name
    body: dict[str, Any] = {"listing": row.id, "ground": row.ground, "supervisor": supervisor, "until": row.until_on}
    facts.record(session, hazard.id, "LISTED", by=cause.by, on_behalf_of=cause.on_behalf_of, **body)
    petitions.decide(session, hazard, row, "GRANTED", cause)


def refuse_listing(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """不予挂牌: the hazard is handled as before."""
    petitions.decide(session, hazard, petitions.get_asked(session, Listing, hazard), "REFUSED", cause)


def publish_listing(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """公布挂牌: what the county leader has read is public from now on."""
    _publish(session, hazard, Listing, by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def remind_of_listing(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """督办期限将到: the reminder on record; whoever supervises is asked how it stands."""
    row = petitions.get_granted(session, Listing, hazard)
    history.record(session, hazard.ref, "listing_reminded", by=cause.by, listing=row.id, until=row.until_on)


def report_listing(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """说明督办情况: how the rectification stands as the term ends. It moves no deadline and takes no plate off."""
    row = petitions.get_granted(session, Listing, hazard)
    situation = fields.text(data, "situation", "督办情况和下一步", least=5)
    papers.attach(session, hazard, task, "attachments", fields.shas(data, "attachments"), by=by)
    body = {"listing": row.id, "situation": situation, "task": task.id}
    history.record(session, hazard.ref, "listing_reported", by=by, on_behalf_of=on_behalf_of, **body)


def propose_unlisting(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """申请解除挂牌: after the signature, with what the public is told."""
    if sentence := unlisting_fault(hazard):
        raise Conflict(sentence)
    reason = fields.text(data, "reason", "解除理由", least=5)
    row = Unlisting(reason=reason, public_text=_public_text(data), by=by, on_behalf_of=on_behalf_of)
    papers.attach(session, hazard, task, "attachments", fields.shas(data, "attachments"), by=by)
    petitions.ask(session, hazard, row, "M1", task)


def review_unlisting(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """审批解除挂牌: by the county leader."""
    row = petitions.get_asked(session, Unlisting, hazard)
    petitions.review(session, hazard, row, by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def unlist_hazard(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """摘牌: the supervision ends; that there was one stays on record and in A9."""
    row = petitions.get_asked(session, Unlisting, hazard)
    _must_be_decided(session, hazard, row, unlisting_fault(hazard))
    hazard.listed_supervision = False
    body: dict[str, Any] = {"unlisting": row.id, "reason": row.reason}
    facts.record(session, hazard.id, "UNLISTED", by=cause.by, on_behalf_of=cause.on_behalf_of, **body)
    petitions.decide(session, hazard, row, "GRANTED", cause)


def refuse_unlisting(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """不予解除: the plate stays."""
    petitions.decide(session, hazard, petitions.get_asked(session, Unlisting, hazard), "REFUSED", cause)


def publish_unlisting(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """公布摘牌."""
    _publish(session, hazard, Unlisting, by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def _ground_fault(session: Session, hazard: Hazard, ground: str) -> str | None:
    """A ground that the record knows of must stand in it."""
    if ground == "OVERDUE" and hazard.overdue_level < DIRECTIVE:
        return "这件隐患的超期还没有到“令”级，请选其他事由。"
    if ground == "FAILED" and len(verifications.failed(session, hazard)) < 2:
        return "这件隐患没有两次以上验收不合格，请选其他事由。"
    if ground == "STOPPED" and not hazard.stop_production:
        return "这件隐患还没有责令停产停业，请先责令，或选其他事由。"
    return None


def _supervisor(session: Session, hazard: Hazard, data: Data) -> int:
    """The department that supervises, one of the county's own."""
    unit_id = fields.id_of(data, "supervisor", "督办单位")
    departments = people.units(session, "COUNTY_DEPT", hazard.region_code[:6])
    if unit_id not in {unit.id for unit in [*departments, *addresses.units(session, hazard, "county")]}:
        raise Invalid("supervisor", "督办单位应为本县的部门，请重新选择。")
    return unit_id


def _public_text(data: Data) -> str:
    text = fields.text(data, "public_text", "对外公布的内容", least=10, most=2000)
    if sentence := disclosures.content_fault(text):
        raise Invalid("public_text", sentence)
    return text


def _must_be_decided(session: Session, hazard: Hazard, row: Plate, fault: str | None) -> None:
    if fault:
        raise Conflict(f"{fault}请选“不同意”并说明。")
    if sentence := petitions.lacks(session, hazard, row, DECIDERS):
        raise Conflict(sentence)


def _publish(
    session: Session, hazard: Hazard, kind: type[Kind], *, by: int, on_behalf_of: int | None, task: Any, data: Data
) -> None:
    row = petitions.find_granted(session, kind, hazard)
    if row is None or row.published_at:
        raise Conflict(f"没有待公布的{kind.called}。")
    channels = list(data.get("channels") or [])
    if not channels:
        raise Invalid("channels", "请选择公布方式。")
    row.published_at = clock.now()
    body = {row.noun: row.id, "channels": channels, "text": row.public_text, "task": task.id}
    history.record(session, hazard.ref, f"{row.noun}_published", by=by, on_behalf_of=on_behalf_of, **body)


# ---- questions ---------------------------------------------------------------------------------------------------------


def may_list(session: Session, hazard: Hazard) -> bool:  # noqa: ARG001
    """Listed supervision may be asked for now."""
    return listing_fault(hazard) is None


def may_unlist(session: Session, hazard: Hazard) -> bool:  # noqa: ARG001
    """Taking the plate off may be asked for now."""
    return unlisting_fault(hazard) is None


def is_listed(session: Session, hazard: Hazard) -> bool:  # noqa: ARG001
    """The hazard is under listed supervision."""
    return hazard.listed_supervision


def reminder_at(session: Session, hazard: Hazard) -> datetime:
    """When whoever supervises is reminded that the term ends: so many working days before its last day, as of any deadline."""
    terms = campaigns.params(session, hazard.campaign)
    until_at = clock.end_of(petitions.get_granted(session, Listing, hazard).until_on)
    return reminders.moment_of(min(terms["remind_wd"], default=0), until_at, calendars.of(session))


def find_until(session: Session, hazard: Hazard) -> datetime | None:
    """24:00 of the last day of the supervision; None if it was never granted: any diagram may ask."""
    row = petitions.find_granted(session, Listing, hazard)
    return clock.end_of(row.until_on) if row else None


def find_supervisor(session: Session, hazard: Hazard) -> Unit | None:
    """The unit that supervises (督办单位); None if it was never granted: any diagram may ask."""
    row = petitions.find_granted(session, Listing, hazard)
    return people.get_unit(session, row.supervisor_id) if row else None


def hazards_supervised_by(unit: Unit) -> Select[int]:
    """The ids of the hazards that a unit supervises or has supervised, for a condition."""
    return select(Listing.hazard_id).where(Listing.supervisor_id == unit.id, Listing.state == "GRANTED")


def county_asked(session: Session, hazard: Hazard) -> bool:
    """The county itself asks for the supervision that is under way, so its department need not look at it first."""
    row = petitions.get_asked(session, Listing, hazard)
    return any(people.holds(session, id, COUNTY, hazard.region_code) for id in (row.by, row.on_behalf_of) if id)


def published(session: Session) -> list[Public]:
    """Every plate that was made public, newest first."""
    off = select(Unlisting).where(Unlisting.published_at.is_not(None)).order_by(Unlisting.id)
    taken_off = list(session.scalars(off))
    on = select(Listing, Unit).join(Unit, Unit.id == Listing.supervisor_id).where(Listing.published_at.is_not(None))
    return [
        Public(row, supervisor, next((each for each in taken_off if each.hazard_id == row.hazard_id and each.at >= row.at), None))
        for row, supervisor in session.execute(on.order_by(Listing.published_at.desc(), Listing.id.desc()))
    ]
