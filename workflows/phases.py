"""Phases (阶段) of a campaign: what it is about in which months, and the goal that a phase is measured by (domain 0, S1; S4)."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import campaigns, clock, dispatch
from workflows.campaigns import Campaign
from workflows.db import Base, Key
from workflows.engine import history
from workflows.errors import Invalid, NotFound


class Phase(Base):
    """One phase of a campaign."""

    __tablename__ = "phases"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    from_on: Mapped[date]
    to_on: Mapped[date]
    goal: Mapped[str] = mapped_column(String(10))  # one of GOALS; "": none


class Said(NamedTuple):
    """What a phase is to be."""

    name: str
    from_on: date
    to_on: date
    goal: str = ""


# ---- rules -------------------------------------------------------------------------------------------------------------

GOALS = {"STOCK": "存量清零", "INCREMENT": "增量遏制", "DYNAMIC": "动态清零"}
DELIVERED = {
    "ZD2023": (
        Said("动员部署", date(2023, 4, 25), date(2023, 5, 15)),
        Said("企业自查自改和部门帮扶", date(2023, 5, 16), date(2023, 7, 31)),
        Said("部门精准执法", date(2023, 8, 1), date(2023, 11, 30)),
        Said("巩固提高", date(2023, 12, 1), date(2023, 12, 31)),
    ),
    "ZB2024": (
        Said("存量清零", date(2024, 1, 1), date(2024, 12, 31), "STOCK"),
        Said("增量遏制", date(2025, 1, 1), date(2025, 12, 31), "INCREMENT"),
        Said("动态清零常态化", date(2026, 1, 1), date(2026, 12, 31), "DYNAMIC"),
    ),
}


def state(phase: Phase, on: date) -> str:
    """未开始, 进行中 or 已结束, on a day."""
    return "未开始" if on < phase.from_on else "已结束" if on > phase.to_on else "进行中"


def sentence(phase: Phase) -> str:
    """A phase in a line, for the record."""
    goal = f"，目标：{GOALS[phase.goal]}" if phase.goal else ""
    return f"{phase.name}，{phase.from_on} 至 {phase.to_on}{goal}"


def faults(campaign: Campaign, from_on: date, to_on: date, others: list[Phase]) -> dict[str, str]:
    """Why a phase may not have these days: within its campaign, and none on two days of another."""
    if to_on < from_on:
        return {"to_on": "结束日期不能早于开始日期。"}
    if from_on < campaign.from_on or to_on > campaign.to_on:
        return {"from_on": f"阶段要在行动期间（{campaign.from_on} 至 {campaign.to_on}）以内。"}
    for each in others:
        if from_on <= each.to_on and each.from_on <= to_on:
            return {"from_on": f"与“{each.name}”（{each.from_on} 至 {each.to_on}）重叠。"}
    return {}


# ---- verbs -------------------------------------------------------------------------------------------------------------


def seed(session: Session) -> None:
    """The phases that the delivered campaigns come with, where they have none yet."""
    for code, delivered in DELIVERED.items():
        campaign = campaigns.get(session, code)
        if not of(session, campaign):
            session.add_all(Phase(campaign_id=campaign.id, **said._asdict()) for said in delivered)
            session.flush()


def add(session: Session, campaign: Campaign, said: Said, *, by: int) -> Phase:
    """One more phase."""
    phase = Phase(campaign_id=campaign.id)
    _set(session, campaign, phase, "phase_added", said, by=by, name=said.name)
    return phase


def change(session: Session, campaign: Campaign, phase: Phase, said: Said, *, by: int, reason: str) -> None:
    """Another name, other days or another goal; what it was before stands in the record."""
    _set(session, campaign, phase, "phase_changed", said, by=by, before=sentence(phase), reason=reason)


def change_campaign(session: Session, campaign: Campaign, name: str, from_on: date, to_on: date, *, by: int, reason: str) -> None:
    """Another name or other days of a campaign, within which its phases must still lie; the returns under way stay (P11)."""
    before, is_end_moved = dispatch.window(session, campaign.code), campaign.to_on != to_on
    campaigns.change(session, campaign, name, from_on, to_on, by=by, reason=reason)
    outside = [each for each in of(session, campaign) if each.from_on < from_on or each.to_on > to_on]
    if outside:
        spans = "、".join(f"“{each.name}”（{each.from_on} 至 {each.to_on}）" for each in outside)
        raise Invalid("from_on" if outside[0].from_on < from_on else "to_on", f"请先修改阶段{spans}，它在新的起止日期以外。")
    if sentence := dispatch.upset(before, dispatch.window(session, campaign.code), clock.today()):
        raise Invalid("to_on" if is_end_moved else "from_on", sentence)


def _set(session: Session, campaign: Campaign, phase: Phase, kind: str, said: Said, **told: Any) -> None:
    others = [each for each in of(session, campaign) if each.id != phase.id]
    if found := faults(campaign, said.from_on, said.to_on, others):
        raise Invalid(found)
    if said.goal and said.goal not in GOALS:
        raise Invalid("goal", "请从列出的目标中选择。")
    phase.name, phase.from_on, phase.to_on, phase.goal = said
    session.add(phase)
    session.flush()
    history.record(session, campaign.ref, kind, phase=phase.id, after=sentence(phase), **told)


# ---- questions ---------------------------------------------------------------------------------------------------------


def of(session: Session, campaign: Campaign) -> list[Phase]:
    """A campaign's phases in the order of their days."""
    return list(session.scalars(select(Phase).where(Phase.campaign_id == campaign.id).order_by(Phase.from_on)))


def get(session: Session, campaign: Campaign, phase_id: int) -> Phase:
    """One phase of a campaign, or NotFound."""
    if (phase := session.get(Phase, phase_id)) and phase.campaign_id == campaign.id:
        return phase
    raise NotFound("没有找到这个阶段。")

