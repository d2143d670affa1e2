"""When a task is due and what says so. A local parameter is called that, never 法定期限 (design 1.4)."""

import re
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy.orm import Session

from workflows import calendars, campaigns, clock, extensions, facts, feedbacks, ledger, listings, look_backs, petitions
from workflows.engine import Due, tasks
from workflows.hazards.tables import Hazard

TERM = re.compile(r"(\d{1,3})(wd|h|d)")
UNITS = {"wd": "个工作日", "h": "小时", "d": "日"}
OF_HAZARD = ("due_on", "register_due", "verify_due", "extension_due", "look_back_due", "listed_until")
NAMED = (*(f"hazard.{name}" for name in OF_HAZARD), "feedback_on", "return.cut_at")


def due(session: Session, hazard: Hazard, text: str, opened_at: datetime) -> Due | None:
    """The due moment of a task by the text in its diagram: `3wd`, `24h`, `30d`, a parameter's name, or a date of the hazard."""
    if not text:
        return None
    if text == "hazard.due_on":
        return Due(hazard.due_at, "交办单：整改期限") if hazard.due_at else None
    if text == "hazard.look_back_due":
        row = look_backs.find_open(session, hazard)
        return Due(clock.end_of(row.due_on), "本地参数：销号后回头看的日子") if row else None
    if text == "hazard.listed_until":
        until_at = listings.find_until(session, hazard)
        return Due(until_at, "挂牌督办通知书：督办期限") if until_at else None
    if text == "feedback_on":
        day = feedbacks.next_due_on(session, hazard)
        source = "周四反馈：每周四 24:00 前，遇节假日顺延"
        return Due(clock.end_of(day), source + calendars.doubt(calendars.of(session), day))
    text, opened_at = _stage(session, hazard, text, opened_at)
    return term(session, hazard.campaign, text, opened_at)


def term(session: Session, campaign: str, text: str, opened_at: datetime) -> Due | None:
    """The end of a plain term (`3wd`) or of a campaign's parameter (`plan_wd`) that began at a moment; None for another text."""
    if found := TERM.fullmatch(text):
        return _after(session, opened_at, int(found[1]), found[2], "流程图规定：")
    if text not in known():
        return None
    count = campaigns.find_param_at(session, campaign, text, opened_at)  # a new value is for what opens after it
    if count is None:
        return None
    return _after(session, opened_at, int(count), text.rpartition("_")[2], f"本地参数：{campaigns.NAMES.get(text, text)} ")


def _stage(session: Session, hazard: Hazard, text: str, opened_at: datetime) -> tuple[str, datetime]:
    """A stage that several tasks share has one term for all of them, from when the stage opened: ② from the report; ⑧ from the
    finish report, or from when it was sent back for another look; an extension's decision from the application; ⑬ from the
    first monthly cut after the signature (3.3, P08, P12)."""
    if text == "hazard.register_due":
        return "register_urgent_h" if hazard.immediate_danger else "register_wd", hazard.reported_at or opened_at
    if text == "hazard.verify_due":
        begun = facts.find_last(session, hazard.id, "RECTIFIED")
        return "verify_d", begun.recorded_at if begun else opened_at
    if text == "hazard.extension_due":
        asked = petitions.find_asked(session, extensions.Extension, hazard)
        return "extension_decide_wd", asked.at if asked else opened_at
    if text == "publish_wd" and hazard.closed_at:
        return text, _next_cut(hazard.closed_at, campaigns.param(session, hazard.campaign, "cutoff_day"))
    return text, opened_at


def _next_cut(moment: datetime, day: int) -> datetime:
    """The end of the monthly day on which a moment falls or that comes next; the day that ends then, not the one that begins."""
    month = clock.on(moment).replace(day=1)
    while ledger.cutoff(month, day) <= moment:
        month = (month + timedelta(days=31)).replace(day=1)
    return ledger.cutoff(month, day) - timedelta(microseconds=1)


def _after(session: Session, opened_at: datetime, count: int, unit: str, source: str) -> Due:
    source = f"{source}{count} {UNITS[unit]}"
    if unit != "wd":
        return Due(after(opened_at, count, unit), source)
    calendar = calendars.of(session)
    at = after(opened_at, count, unit, calendar)
    return Due(at, source + calendars.doubt(calendar, clock.on(opened_at), clock.last_day(at)))


def after(moment: datetime, count: int, unit: str, calendar: clock.Calendar = clock.BUILT_IN) -> datetime:
    """The end of a term: hours to the minute, working and natural days until 24:00 of the last day; the first does not count."""
    if unit == "h":
        return moment + timedelta(hours=count)
    if unit == "wd":
        return clock.end_of(clock.add_working_days(clock.on(moment), count, calendar))
    return clock.end_of(clock.on(moment) + timedelta(days=count))


def tracker_due_at(session: Session, hazard: Hazard) -> datetime:
    """Until when the county department has to name a tracker (`tracker_wd`, domain 3.3 ④): counted from when it was asked."""
    asked = [task.opened_at for task in tasks.open_of(session, hazard.ref) if task.verb == "name_tracker"]
    term = due(session, hazard, "tracker_wd", asked[0] if asked else clock.now())  # no task yet: it opens in this very step
    assert term is not None
    return term.at


@cache
def known() -> frozenset[str]:
    """The texts, beside plain terms, that a diagram may name as due."""
    terms = {name for name, value in campaigns.DEFAULTS.items() if name.rpartition("_")[2] in UNITS and isinstance(value, int)}
    return frozenset(NAMED) | terms
