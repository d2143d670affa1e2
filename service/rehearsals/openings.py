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
from workflows.engine import Subject, beginnings, definitions, expressions, instances, xml
from workflows.engine.checks import diagrams
from workflows.engine.instances import Instance
from workflows.errors import Invalid

REPORTER = "zhifa1"
MOMENT = timedelta(minutes=1)
OLD = timedelta(days=65)  # a month's closures are drawn when the youngest of them is thirty days old
LATE = timedelta(days=60)  # from a handover, a term of thirty days, until the last level of lateness
TRACKING = ("issue_track", "name_tracker", "ack_tracker")  # handover two, done before anything else is asked
Way = Callable[[Driver], Subject]
"""Who brings on what a diagram is about."""


@dataclass(frozen=True)
class Stand:
    """A place from which a rehearsal may begin: what it is called, and who brings a case there."""

    name: str
    bring: Way


@dataclass(frozen=True)
class Choice:
    """The places of a diagram, by code: `offered` are those at which it may begin; at the others its condition `when` keeps it
    from that. Both are empty where there is one way only."""

    offered: Mapping[str, str]
    left_out: Mapping[str, str]
    when: str


def choice(key: str, drawn: bytes) -> Choice:
    """From where a rehearsal of this diagram may begin."""
    said = _said(key, drawn)
    stands, when = _stands(key, said), said.get("when", "")
    names = {code: stand.name for code, stand in stands.items()}
    offered = {code: name for code, name in names.items() if not when or _may_hold(when, code)}
    return Choice(offered, {code: name for code, name in names.items() if code not in offered}, when)


def open_case(driver: Driver, key: str, drawn: bytes, at: str) -> Instance:
    """Start the played diagram about a new case, if bringing the case on has not started it."""
    subject = _way(key, drawn, at)(driver)
    with driver.database.transaction() as session:
        if begun := instances.find(session, subject, key, only_running=True):
            return begun
        thing = driver.rules.subject(session, subject)
        if not beginnings.may_begin(session, driver.rules, definitions.get(session, key), thing):
            raise Invalid("at", "从您选的地方，还不符合流程属性里写的发起条件，发起不了。请换一处开始。")
        return instances.start(session, driver.rules, key, subject, by=None)


def _way(key: str, drawn: bytes, at: str) -> Way:
    if key in OF_ITS_OWN:
        return OF_ITS_OWN[key]
    about = _said(key, drawn).get("subject", "")
    if about in ABOUT:
        return ABOUT[about]
    if about not in STANDS:
        raise Invalid("", "这个流程没有写明办理对象，不知道从哪件事开始。请在流程属性里选择办理对象，保存后再演练。")
    if at not in STANDS[about]:
        raise Invalid("at", "请选择从哪里开始。")
    return STANDS[about][at].bring


def _stands(key: str, said: Mapping[str, str]) -> Mapping[str, Stand]:
    return {} if key in OF_ITS_OWN else STANDS.get(said.get("subject", ""), {})


def _said(key: str, drawn: bytes) -> Mapping[str, str]:
    """What the diagram's main process says of itself."""
    processes = xml.parse(drawn).iterfind(f"{{{xml.BPMN}}}process")
    return next((diagrams.properties(each) for each in processes if each.get("id") == key), {})


def _may_hold(when: str, at: str) -> bool:
    """Whether a condition holds at a place, as far as is known here; else it shows when the case is there."""
    try:
        asked = expressions.parse(when)
        known = {function: partial(places.__contains__, at) for function, places in HOLDS.items()}
        return bool(asked.evaluate({}, known)) if asked.calls <= known.keys() else True
    except Invalid:  # a finding of its own
        return True


# ---- what comes about by a report, or by the calendar ------------------------------------------------------------------------


def _loop(driver: Driver) -> Subject:
    """A hazard that nobody has told anything of: the loop's first task is the report."""
    with driver.database.transaction() as session:
        reporter = driver.person(REPORTER)
        hazard = hazards.begin(session, people.caller(session, reporter))
        instances.start(session, driver.rules, hazards.PROCESS, hazard.ref, by=reporter)
        return hazard.ref


def _month(driver: Driver) -> Subject:
    """The town's month that was cut last."""
    with driver.database.transaction() as session:
        return bulletins.open_month(session, driver.rules, _unit(session, "town"), bulletins.due_month(session)).ref


def _week(driver: Driver) -> Subject:
    """The newest week that is to be collected, with one report owed."""
    with driver.database.reading() as session:
        week_on = weekly_reports.due_weeks(session)[-1]
    with clock.travel_alone(clock.at(week_on - timedelta(days=10), 9)):
        _brought("rectify", driver)
    with driver.database.transaction() as session:
        report = weekly_reports.collect(session, _unit(session, "town"), week_on)
        assert report is not None
        instances.start(session, driver.rules, weekly_reports.PROCESS, report.ref, by=None)
        return report.ref


def _return(kind: str, driver: Driver) -> Subject:
    """The newest return whose window has opened, on the day on which it did."""
    return _opened(driver, kind, lambda opens_on, _cut_on: opens_on <= clock.today())


def _frozen(kind: str, driver: Driver) -> Subject:
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


def _brought(at: str, driver: Driver) -> Subject:
    """A hazard that has gone through the loop until there."""
    with driver.database.reading() as session:
        at_place: dict[str, Any] = {"subject_on_file": True, "subject_id": str(_unit(session, "furniture").id)}
    hazard_id = driver.report(REPORTER, **at_place)
    driver.bring(hazard_id, TRACKING[0])
    for step in TRACKING:
        driver.do(hazard_id, step)
    driver.bring(hazard_id, at)
    return Subject("hazard", hazard_id)


def _urged(level: int, driver: Driver) -> Subject:
    """What the loop's reminders send because of a hazard that is as late as that."""
    with clock.travel_alone(clock.now() - LATE):
        hazard_id = _brought("rectify", driver).id
    with driver.database.reading() as session:
        hazard = hazards.get(session, hazard_id)
        threshold = campaigns.param(session, hazard.campaign, "urge_wd")[level - 1]
        assert hazard.due_at is not None
        late_at = reminders.moment_of(threshold, hazard.due_at, calendars.of(session))
    with clock.travel_alone(late_at + MOMENT):
        driver.sweep()
    with driver.database.reading() as session:
        return urges.of(session, hazards.get(session, hazard_id))[-1].ref


def _listed(driver: Driver) -> Subject:
    """A closed hazard that still stands under listed supervision."""
    subject = _brought("plan", driver)
    matters.put_up(driver, subject.id)
    driver.bring(subject.id, "")
    return subject


def _stopped(driver: Driver) -> Subject:
    """A hazard because of which an enterprise was ordered to stop and leave."""
    subject = _brought("plan", driver)
    with driver.database.transaction() as session:
        order = instances.start(session, driver.rules, "stop_order", subject, by=None)
    who: str | None = REPORTER  # drafts the order; then whoever may
    while waiting := [each for each in driver.open_tasks(subject.id) if each.instance_id == order.id]:
        with driver.database.transaction() as session:
            told = answers.usual(driver, session, waiting[0], driver.person(REPORTER))
        driver.complete(waiting[0], who, **told)
        who = None
    return subject


def _to_look_at(driver: Driver) -> Subject:
    """A hazard that was closed long enough ago, and drawn."""
    with clock.travel_alone(clock.now() - OLD):
        subject = _brought("", driver)
    daily.draw_look_backs(driver.database)
    return subject


def _inquired(driver: Driver) -> Subject:
    """The inquiry that is suggested when a verification finds a rectification faked: the only one of this town."""
    hazard_id = _brought("verify", driver).id
    driver.do(hazard_id, "verify", result="FAIL", false_rectification=True)
    driver.do(hazard_id, "confirm_verification")
    with driver.database.reading() as session:
        return inquiries.get(session, 1).ref


def _enterprise(driver: Driver) -> Subject:
    """An enterprise that has people with accounts."""
    with driver.database.reading() as session:
        return _unit(session, "furniture").ref


def _unit(session: Any, key: str) -> people.Unit:
    """A unit of the town, by its key in the demo's list."""
    kind, name, *_ = UNITS[key]
    return next(unit for unit in people.units(session, kind) if unit.name == name)


OF_ITS_OWN: Mapping[str, Way] = {
    hazards.PROCESS: _loop,
    look_backs.PROCESS: _to_look_at,
    **{key: partial(_return, kind) for kind, key in dispatch.PROCESSES.items()},
}
"""Diagrams that come about in a way of their own, by key."""

ABOUT: Mapping[str, Way] = {
    "bulletin": _month,
    "weekly_report": _week,
    "inquiry": _inquired,
    "unit": _enterprise,
}
"""The one way to what a diagram is about, by its kind."""

STANDS: Mapping[str, Mapping[str, Stand]] = {
    "hazard": {
        "plan": Stand("隐患正在整改，等报整改方案", partial(_brought, "plan")),
        "rectify": Stand("隐患正在整改，方案已报", partial(_brought, "rectify")),
        "verify": Stand("隐患整改完成，等验收", partial(_brought, "verify")),
        "sign": Stand("隐患验收合格，等县领导签字", partial(_brought, "sign")),
        "": Stand("隐患已经销号、归档", partial(_brought, "")),
        "stopped": Stand("隐患正在整改，企业已被责令停产撤人", _stopped),
        "listed": Stand("隐患已经销号、归档，还在挂牌督办", _listed),
    },
    "return": {
        "VILLAGE": Stand("村的月报已经定稿", partial(_frozen, "VILLAGE")),
        "TOWN": Stand("镇的月报已经定稿", partial(_frozen, "TOWN")),
        "COUNTY": Stand("县的月报已经定稿", partial(_frozen, "COUNTY")),
    },
    "urge": {
        str(level): Stand(f"隐患超期，到了{name}一级", partial(_urged, level))
        for level, name in reminders.LEVELS.items()
        if level
    },
}
"""The places where something of this kind may stand when a diagram begins about it, by code."""

OPEN = frozenset({"plan", "rectify", "verify", "sign", "stopped"})
CLOSED = frozenset({"", "listed"})
HOLDS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("may_change_responsible", "may_change_tracker", "may_list", "may_stop", "may_void"), OPEN),
    "may_extend": frozenset({"plan", "rectify", "stopped"}),
    "may_resume": frozenset({"stopped"}),
    "may_unlist": frozenset({"listed"}),
    "may_reopen": CLOSED,
    "archive_complete": CLOSED,
    "verified": frozenset({"sign"}),
    "listed": frozenset({"listed"}),
}
"""At which of a hazard's places the domain says yes to what a condition asks. Written down here, because to bring a case there
takes seconds; a test asks the domain."""
