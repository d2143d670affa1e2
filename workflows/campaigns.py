"""Campaigns (行动) and their dated parameters (domain 10). A changed parameter is a new row; the old one stays."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock, memory, parameters
from workflows.db import Base, Json, Key
from workflows.engine import Subject, history
from workflows.errors import Invalid, NotFound


class Campaign(Base):
    """A special action with its own stages, frequencies and terms."""

    __tablename__ = "campaigns"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(String(10), unique=True)  # stands in every hazard number
    name: Mapped[str] = mapped_column(String(120))
    from_on: Mapped[date]
    to_on: Mapped[date]

    @property
    def ref(self) -> Subject:
        """The campaign as a subject of history."""
        return Subject("campaign", self.id)


class Parameter(Base):
    """The value of one parameter from a moment on."""

    __tablename__ = "parameters"
    __table_args__ = (Index("ix_parameters_name", "campaign_id", "name", "from_at"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    name: Mapped[str] = mapped_column(String(40))
    value: Mapped[Any] = mapped_column(Json)
    from_at: Mapped[datetime]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # None: as the system was delivered
    reason: Mapped[str] = mapped_column(String(200))


# ---- rules -----------------------------------------------------------------------------------------------------------

DEFAULTS: dict[str, Any] = {
    "register_wd": 1,
    "register_urgent_h": 2,
    "handover_wd": 1,
    "ack_wd": 1,
    "tracker_wd": 3,
    "plan_wd": 3,
    "immediate_h": 24,
    "default_due_d": 30,
    "max_due_d": 180,
    "listed_max_d": 365,
    "verify_d": 10,
    "apply_wd": 3,
    "town_wd": 3,
    "tracker_opinion_wd": 3,
    "county_sign_wd": 5,
    "feedback_dow": 4,
    "cutoff_day": 25,
    "window_open_day": 20,
    "publish_wd": 5,
    "archive_wd": 10,
    "publish_sources": ["ASSIGNED", "TIPOFF", "ENFORCE"],
    "extension_before_wd": 5,
    "extension_before_listed_wd": 20,
    "extension_decide_wd": 10,
    "extension_max": 1,
    "extension_total": 1.0,
    "postclose_sample": 0.2,
    "postclose_sample_listed": 1.0,
    "postclose_d": [30, 90],
    "remind_wd": [-5],
    "urge_wd": [0, 3, 7, 15],
    "tip_accept_wd": 5,
    "tip_finish_d": 60,
    "tip_finish_extension_d": 30,
    "reward": [0.15, 3000, 300000],
    "appraisal_weights": [30, 25, 25, 20],
    "rectified_counting": "CLOSED",
}
SEED: tuple[tuple[str, str, date, date, dict[str, Any]], ...] = (
    (
        "ZD2023",
        "重大事故隐患专项排查整治2023行动",
        date(2023, 4, 25),
        date(2023, 12, 31),
        {"lead_check_freq": "MONTHLY", "urge_documents": False, "first_return_on": "2023-06-01"},
    ),
    (
        "ZB2024",
        "安全生产治本攻坚三年行动",
        date(2024, 1, 1),
        date(2026, 12, 31),
        {"lead_check_freq": "QUARTERLY", "urge_documents": True},
    ),
)
NAMES = {
    "register_wd": "登记",
    "register_urgent_h": "紧急登记",
    "handover_wd": "移交签发",
    "ack_wd": "签收",
    "tracker_wd": "指定跟踪人",
    "plan_wd": "整改方案",
    "immediate_h": "立即整改",
    "verify_d": "验收",
    "apply_wd": "申请销号",
    "town_wd": "镇审核",
    "tracker_opinion_wd": "县跟踪意见",
    "county_sign_wd": "县签字",
    "publish_wd": "信息公开",
    "archive_wd": "归档",
    "extension_decide_wd": "延期决定",
    "tip_accept_wd": "举报受理",
    "tip_finish_d": "举报办结",
}
CODE = re.compile(r"[A-Z]{2}20\d{2}")
ITS_OWN = frozenset({"first_return_on"})  # what one campaign does not take over from another
BEGINNING = datetime(2000, 1, 1, tzinfo=clock.SHANGHAI)  # from when delivered values hold


def code_faults(code: str, others: Sequence[Campaign]) -> dict[str, str]:
    """Why a new campaign may not have this code."""
    if CODE.fullmatch(code) is None:
        return {"code": "代码为两个大写字母加年份，例如 ZB2027；它写进每件隐患的编号。"}
    return {"code": f"已经有代码为 {code} 的行动。"} if any(each.code == code for each in others) else {}


def day_faults(from_on: date, to_on: date, others: Sequence[Campaign], *, begun_on: date | None = None) -> dict[str, str]:
    """Why a campaign may not have these days. A hazard belongs to the campaign that runs on the day it is reported, so no two run
    on one day; what is past stays as it was (`begun_on`: since when it runs already), and today still belongs to it."""
    found = {}
    if begun_on is not None:
        if from_on != begun_on:
            found["from_on"] = f"行动已于 {begun_on} 开始，开始日期不能再改。"
        if to_on < clock.today():
            found["to_on"] = "结束日期不能早于今天。"
    elif from_on < clock.today():
        found["from_on"] = "开始日期不能早于今天。"
    if to_on < from_on:
        found["to_on"] = "结束日期不能早于开始日期。"
    overlapping = [each for each in others if from_on <= each.to_on and each.from_on <= to_on]
    where = "from_on" if begun_on is None else "to_on"  # where it can be changed
    if overlapping and where not in found:
        other = overlapping[0]
        found[where] = f"与“{other.name}”（{other.from_on} 至 {other.to_on}）重叠；同一天只能有一个行动。"
    return found


def sentence(campaign: Campaign) -> str:
    """A campaign in a line, for the record."""
    return f"{campaign.name}，{campaign.from_on} 至 {campaign.to_on}"


def seed(session: Session) -> None:
    """What a fresh database starts with: both campaigns and their parameters; those it already has stay as they are. Every
    campaign gets what parameters came with a newer delivery."""
    there = {campaign.code for campaign in everyone(session)}
    session.add_all(
        Campaign(code=code, name=name, from_on=from_on, to_on=to_on)
        for code, name, from_on, to_on, _ in SEED
        if code not in there
    )
    session.flush()
    own = {code: parameters for code, _, _, _, parameters in SEED}
    for campaign in everyone(session):
        known = set(session.scalars(select(Parameter.name).where(Parameter.campaign_id == campaign.id)))
        lacking = {key: value for key, value in (DEFAULTS | own.get(campaign.code, {})).items() if key not in known}
        session.add_all(_delivered(campaign.id, key, value) for key, value in lacking.items())
    session.flush()


def _delivered(campaign_id: int, name: str, value: Any) -> Parameter:
    return Parameter(campaign_id=campaign_id, name=name, value=value, from_at=BEGINNING, set_by=None, reason="系统交付时的默认值")


# ---- verbs -----------------------------------------------------------------------------------------------------------


def prepare(session: Session, code: str, name: str, from_on: date, to_on: date, like: Campaign, *, by: int) -> Campaign:
    """A new campaign, with the parameters that another one has now."""
    others = everyone(session)
    if found := code_faults(code, others) | day_faults(from_on, to_on, others):
        raise Invalid(found)
    made = Campaign(code=code, name=name.strip(), from_on=from_on, to_on=to_on)
    session.add(made)
    session.flush()
    taken = {key: value for key, value in params(session, like.code).items() if key not in ITS_OWN}
    session.add_all(
        Parameter(campaign_id=made.id, name=key, value=value, from_at=BEGINNING, set_by=None, reason=f"沿用“{like.name}”")
        for key, value in taken.items()
    )
    session.flush()
    body: dict[str, Any] = {"code": code, "name": made.name, "from": from_on, "to": to_on, "like": like.code}
    history.record(session, made.ref, "campaign_prepared", by=by, **body)
    return made


def change(session: Session, campaign: Campaign, name: str, from_on: date, to_on: date, *, by: int, reason: str) -> None:
    """Another name or other days; the code stays, because it stands in numbers. What is past stays as it was: the first day of a
    campaign that has begun, and every day of one that is over."""
    today, before = clock.today(), sentence(campaign)
    if campaign.to_on < today:
        raise Invalid("to_on", f"行动已于 {campaign.to_on} 结束，不能再改。")
    others = [each for each in everyone(session) if each.id != campaign.id]
    begun_on = campaign.from_on if campaign.from_on <= today else None
    if found := day_faults(from_on, to_on, others, begun_on=begun_on):
        raise Invalid(found)
    campaign.name, campaign.from_on, campaign.to_on = name.strip(), from_on, to_on
    session.flush()
    after = sentence(campaign)
    history.record(session, campaign.ref, "campaign_changed", by=by, before=before, after=after, reason=reason)


def set_param(session: Session, campaign_code: str, name: str, value: Any, *, by: int, reason: str) -> Parameter:
    """Give a parameter a new value from now on. The old value stays for what was dated by it."""
    if name not in params(session, campaign_code):
        raise Invalid("name", f"没有名为“{name}”的参数。")
    if fault := parameters.fault(name, value):
        raise Invalid("value", fault)
    if len(reason.strip()) < 2:
        raise Invalid("reason", "请写明修改参数的理由。")
    campaign = get(session, campaign_code)
    row = Parameter(campaign_id=campaign.id, name=name, value=value, from_at=clock.now(), set_by=by, reason=reason.strip())
    session.add(row)
    history.record(session, campaign.ref, "parameter_set", by=by, name=name, value=value, reason=reason)
    memory.of(session, "parameters").clear()
    return row


# ---- questions -------------------------------------------------------------------------------------------------------

_PARAMETERS = (
    select(Parameter.name, Parameter.value, Parameter.from_at)
    .join(Campaign, Campaign.id == Parameter.campaign_id)
    .where(Campaign.code == bindparam("campaign"))
    .order_by(Parameter.from_at, Parameter.id)
)
_PARAMETER = _PARAMETERS.where(Parameter.name == bindparam("name"))  # asked at every click, so it is put together once


def get(session: Session, code: str) -> Campaign:
    """The campaign with this code, or NotFound."""
    if campaign := session.scalar(select(Campaign).where(Campaign.code == code)):
        return campaign
    raise NotFound(f"没有找到代码为“{code}”的行动。")


def everyone(session: Session) -> list[Campaign]:
    """All campaigns, the one that began last first."""
    return list(session.scalars(select(Campaign).order_by(Campaign.from_on.desc())))


def current(session: Session, on: date | None = None) -> Campaign:
    """The campaign that runs on a day; between two, and after the last, the one that began last."""
    day = on or clock.today()
    begun = select(Campaign).where(Campaign.from_on <= day).order_by(Campaign.from_on.desc())
    if campaign := session.scalars(begun.limit(1)).first():
        return campaign
    raise NotFound("这一天没有进行中的行动。")


def param(session: Session, campaign_code: str, name: str) -> Any:
    """The value a parameter has now in a campaign (domain 10)."""
    value = find_param_at(session, campaign_code, name, clock.now())
    if value is None:
        raise NotFound(f"行动“{campaign_code}”没有参数“{name}”。")
    return value


def find_param_at(session: Session, campaign_code: str, name: str, at: datetime) -> Any | None:
    """The value a parameter had at a moment; None if there is no such parameter. Alone it costs a third of what all of them do,
    and most clicks ask for one."""
    asked = {"campaign": campaign_code, "name": name}
    rows = memory.once(session, "parameters", (campaign_code, name), lambda: session.execute(_PARAMETER, asked).all())
    return next((value for _, value, from_at in reversed(rows) if from_at <= at), None)


def params(session: Session, campaign_code: str) -> dict[str, Any]:
    """All parameters of a campaign as they stand now."""
    return params_at(session, campaign_code, clock.now())


def params_at(session: Session, campaign_code: str, at: datetime) -> dict[str, Any]:
    """All parameters of a campaign as they stood at a moment; read once a session, for a click that asks for several."""
    rows = memory.once(session, "parameters", campaign_code, lambda: _read(session, campaign_code))
    return {name: value for name, value, from_at in rows if from_at <= at}


def changes(session: Session, campaign_code: str) -> list[Parameter]:
    """Every value every parameter ever had, oldest first."""
    rows = select(Parameter).join(Campaign, Campaign.id == Parameter.campaign_id).where(Campaign.code == campaign_code)
    return list(session.scalars(rows.order_by(Parameter.name, Parameter.id)))


def _read(session: Session, campaign_code: str) -> list[tuple[str, Any, datetime]]:
    return [(name, value, from_at) for name, value, from_at in session.execute(_PARAMETERS, {"campaign": campaign_code})]
