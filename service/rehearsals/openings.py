"""How a case comes onto the stage: as it would come about in the house, brought on by the people of the town."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from service.demo import matters
from service.demo.driving import Driver
from service.demo.town import UNITS
from service.rehearsals import answers
from workflows import (
    bulletins,
    calendars,
    campaigns,
    clock,
    daily,
    dispatch,
    hazards,
    inquiries,
    look_backs,
    people,
    reminders,
    urges,
    weekly_reports,
)
from workflows.engine import Subject, beginnings, definitions, instances, xml
from workflows.engine.checks import diagrams
from workflows.engine.instances import Instance
from workflows.errors import Invalid

REPORTER = "zhifa1"
MOMENT = timedelta(minutes=1)
OLD = timedelta(days=65)  # a month's closures are drawn when the youngest of them is thirty days old
LATE = timedelta(days=60)  # from a handover, a term of thirty days, until the last level of lateness
TRACKING = ("issue_track", "name_tracker", "ack_tracker")  # handover two, done before anything else is asked


@dataclass(frozen=True)
class Opening:
    """Who brings on what a diagram is about. `stands`: from where one may begin, by code; empty where there is one way only."""

    bring: Callable[[Driver, str], Subject]
    stands: Mapping[str, str]


def stands(key: str, drawn: bytes) -> Mapping[str, str]:
    """From where a rehearsal of this diagram may begin, by code."""
    opening = _opening(key, drawn)
    return opening.stands if opening else {}


def open_case(driver: Driver, key: str, drawn: bytes, at: str) -> Instance:
    """Start the played diagram about a new case, if bringing the case on has not started it."""
    opening = _opening(key, drawn)
    if opening is None:
        raise Invalid("", "这个流程没有写明办理对象，不知道从哪件事开始。请在流程属性里选择办理对象，保存后再演练。")
    if opening.stands and at not in opening.stands:
        raise Invalid("at", "请选择从哪里开始。")
    subject = opening.bring(driver, at)
    with driver.database.transaction() as session:
        if begun := instances.find(session, subject, key, only_running=True):
            return begun
        thing = driver.rules.subject(session, subject)
        if not beginnings.may_begin(session, driver.rules, definitions.get(session, key), thing):
            raise Invalid("at", "从您选的地方，还不符合流程属性里写的发起条件，发起不了。请换一处开始。")
        return instances.start(session, driver.rules, key, subject, by=None)


def _opening(key: str, drawn: bytes) -> Opening | None:
    processes = xml.parse(drawn).iterfind(f"{{{xml.BPMN}}}process")
    about = next((diagrams.properties(each).get("subject", "") for each in processes if each.get("id") == key), "")
    return OF_ITS_OWN.get(key) or ABOUT.get(about)


# ---- what comes about by a report, or by the calendar ------------------------------------------------------------------------


def _loop(driver: Driver, _at: str) -> Subject:
    """A hazard that nobody has told anything of: the loop's first task is the report."""
    with driver.database.transaction() as session:
        reporter = driver.person(REPORTER)
        hazard = hazards.begin(session, people.caller(session, reporter))
        instances.start(session, driver.rules, hazards.PROCESS, hazard.ref, by=reporter)
        return hazard.ref


def _month(driver: Driver, _at: str) -> Subject:
    """The town's month that was cut last."""
    with driver.database.transaction() as session:
        return bulletins.open_month(session, driver.rules, _unit(session, "town"), bulletins.due_month()).ref


def _week(driver: Driver, _at: str) -> Subject:
    """The newest week that is to be collected, with one report owed."""
    with driver.database.reading() as session:
        week_on = weekly_reports.due_weeks(session)[-1]
    with clock.travel_alone(clock.at(week_on - timedelta(days=10), 9)):
        _brought(driver, "rectify")
    with driver.database.transaction() as session:
        report = weekly_reports.collect(session, _unit(session, "town"), week_on)
        assert report is not None
        instances.start(session, driver.rules, weekly_reports.PROCESS, report.ref, by=None)
        return report.ref


def _return(kind: str, driver: Driver, _at: str) -> Subject:
    """The newest return whose window has opened, on the day on which it did."""
    return _opened(driver, kind, lambda opens_on, _cut_on: opens_on <= clock.today())


def _frozen(driver: Driver, kind: str) -> Subject:
    """The newest return that is frozen."""
    subject = _opened(driver, kind, lambda _opens_on, cut_on: cut_on < clock.today())
    with driver.database.reading() as session:
        cut_at = dispatch.get(session, subject.id).cut_at
    with clock.travel_alone(cut_at + MOMENT):
        driver.sweep()
    return subject


def _opened(driver: Driver, kind: str, is_wanted: Callable[[date, date], bool]) -> Subject:
    with driver.database.reading() as session:
        campaign = campaigns.current(session).code
        opens_on, day = [each for each in dispatch.window(session, campaign) if is_wanted(*each)][-1]
    with clock.travel_alone(clock.at(opens_on, 9)), driver.database.transaction() as session:
        return dispatch.open_return(session, driver.rules, _unit(session, kind.lower()), campaign, day).ref


# ---- what follows from a hazard ------------------------------------------------------------------------------------------------


def _brought(driver: Driver, at: str) -> Subject:
    """A hazard that has gone through the loop until there."""
    with driver.database.reading() as session:
        at_place: dict[str, Any] = {"subject_on_file": True, "subject_id": str(_unit(session, "furniture").id)}
    hazard_id = driver.report(REPORTER, **at_place)
    driver.bring(hazard_id, TRACKING[0])
    for step in TRACKING:
        driver.do(hazard_id, step)
    driver.bring(hazard_id, at)
    return Subject("hazard", hazard_id)


def _urged(driver: Driver, level: str) -> Subject:
    """What the loop's reminders send because of a hazard that is as late as that."""
    with clock.travel_alone(clock.now() - LATE):
        hazard_id = _brought(driver, "rectify").id
    with driver.database.reading() as session:
        hazard = hazards.get(session, hazard_id)
        threshold = campaigns.param(session, hazard.campaign, "urge_wd")[int(level) - 1]
        assert hazard.due_at is not None
        late_at = reminders.moment_of(threshold, hazard.due_at, calendars.of(session))
    with clock.travel_alone(late_at + MOMENT):
        driver.sweep()
    with driver.database.reading() as session:
        return urges.of(session, hazards.get(session, hazard_id))[-1].ref


def _listed(driver: Driver, _at: str) -> Subject:
    """A closed hazard that still stands under listed supervision."""
    subject = _brought(driver, "plan")
    matters.put_up(driver, subject.id)
    driver.bring(subject.id, "")
    return subject


def _stopped(driver: Driver, _at: str) -> Subject:
    """A hazard because of which an enterprise was ordered to stop and leave."""
    subject = _brought(driver, "plan")
    with driver.database.transaction() as session:
        order = instances.start(session, driver.rules, "stop_order", subject, by=None)
    who: str | None = REPORTER  # drafts the order; then whoever may
    while waiting := [each for each in driver.open_tasks(subject.id) if each.instance_id == order.id]:
        with driver.database.transaction() as session:
            told = answers.usual(driver, session, waiting[0], driver.person(REPORTER))
        driver.complete(waiting[0], who, **told)
        who = None
    return subject


def _to_look_at(driver: Driver, _at: str) -> Subject:
    """A hazard that was closed long enough ago, and drawn."""
    with clock.travel_alone(clock.now() - OLD):
        subject = _brought(driver, "")
    daily.draw_look_backs(driver.database)
    return subject


def _inquired(driver: Driver, _at: str) -> Subject:
    """The inquiry that is suggested when a verification finds a rectification faked: the only one of this town."""
    hazard_id = _brought(driver, "verify").id
    driver.do(hazard_id, "verify", result="FAIL", false_rectification=True)
    driver.do(hazard_id, "confirm_verification")
    with driver.database.reading() as session:
        return inquiries.get(session, 1).ref


def _enterprise(driver: Driver, _at: str) -> Subject:
    """An enterprise that has people with accounts."""
    with driver.database.reading() as session:
        return _unit(session, "furniture").ref


def _unit(session: Any, key: str) -> people.Unit:
    """A unit of the town, by its key in the demo's list."""
    kind, name, *_ = UNITS[key]
    return next(unit for unit in people.units(session, kind) if unit.name == name)


OF_ITS_OWN = {
    hazards.PROCESS: Opening(_loop, {}),
    "unlisting": Opening(_listed, {}),
    "resumption": Opening(_stopped, {}),
    look_backs.PROCESS: Opening(_to_look_at, {}),
    **{key: Opening(partial(_return, kind), {}) for kind, key in dispatch.PROCESSES.items()},
}
"""Diagrams that come about in a way of their own, by key."""

ABOUT = {
    "hazard": Opening(
        _brought,
        {
            "plan": "隐患正在整改，等报整改方案",
            "rectify": "隐患正在整改，方案已报",
            "verify": "隐患整改完成，等验收",
            "sign": "隐患验收合格，等县领导签字",
            "": "隐患已经销号、归档",
        },
    ),
    "return": Opening(_frozen, {"VILLAGE": "村的月报已经定稿", "TOWN": "镇的月报已经定稿", "COUNTY": "县的月报已经定稿"}),
    "bulletin": Opening(_month, {}),
    "weekly_report": Opening(_week, {}),
    "urge": Opening(_urged, {str(level): f"隐患超期，到了{name}一级" for level, name in reminders.LEVELS.items() if level}),
    "inquiry": Opening(_inquired, {}),
    "unit": Opening(_enterprise, {}),
}
"""Diagrams about something that is there already, by its kind."""
