"""How a case comes onto the stage: as it would come about in the house, brought on by the people of the town."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from service import setup
from service.demo.driving import Driver
from service.demo.town import UNITS
from workflows import bulletins, campaigns, clock, dispatch, hazards, people, steps, weekly_reports
from workflows.engine import Subject, definitions, instances
from workflows.engine.definitions import Definition
from workflows.engine.instances import Instance
from workflows.errors import Invalid

REPORTER = "zhifa1"
STANDS = {
    "plan": "正在整改，等报整改方案",
    "rectify": "正在整改，方案已报",
    "verify": "整改完成，等验收",
    "sign": "验收合格，等县领导签字",
    "": "已经销号、归档",
}
"""Where the hazard may stand that a process beside the loop is about: the step of the loop that waits."""
TRACKING = ("issue_track", "name_tracker", "ack_tracker")  # handover two, done before anything else is asked


def stands(key: str) -> dict[str, str]:
    """From where a rehearsal of this diagram may begin, by code; nothing to choose for what comes about by itself."""
    return {} if key in BY_ITSELF else STANDS


def open_case(driver: Driver, played: Definition, at: str) -> Instance:
    """Start the played diagram about a new case. Invalid for one that comes about in no way known here."""
    with driver.database.reading() as session:
        about = definitions.version_of(session, played.id, played.sha256).spec.properties.get("subject")
    if played.key in BY_ITSELF:
        subject = BY_ITSELF[played.key](driver)
    elif about == "hazard":
        subject = _beside_the_loop(driver, played.key, at)
    else:
        raise Invalid("", "这个流程要等别的事（发出督促、月报定稿）办成以后才会开始，现在还不能演练。")
    with driver.database.reading() as session:
        begun = instances.find(session, subject, played.key)
        assert begun is not None
        return begun


def _loop(driver: Driver) -> Subject:
    """A hazard that nobody has told anything of: the loop's first task is the report."""
    with driver.database.transaction() as session:
        reporter = driver.person(REPORTER)
        hazard = hazards.begin(session, people.caller(session, reporter))
        instances.start(session, driver.rules, hazards.PROCESS, hazard.ref, by=reporter)
        return hazard.ref


def _beside_the_loop(driver: Driver, key: str, at: str) -> Subject:
    if at not in STANDS:
        raise Invalid("at", "请选择隐患办到了哪一步。")
    subject = _brought(driver, at)
    with driver.database.transaction() as session:
        instances.start(session, driver.rules, key, subject, by=None)
    return subject


def _month(driver: Driver) -> Subject:
    """The town's month that was cut last."""
    with driver.database.transaction() as session:
        return bulletins.open_month(session, driver.rules, _unit(session, "town"), bulletins.due_month()).ref


def _return(kind: str, driver: Driver) -> Subject:
    """The newest return whose window has opened, on the day on which it did."""
    with driver.database.reading() as session:
        campaign = campaigns.current(session).code
        opens_on, day = [each for each in dispatch.window(session, campaign) if each[0] <= clock.today()][-1]
    with clock.travel_alone(clock.at(opens_on, 9)), driver.database.transaction() as session:
        return dispatch.open_return(session, driver.rules, _unit(session, kind.lower()), campaign, day).ref


def _week(driver: Driver) -> Subject:
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


BY_ITSELF: dict[str, Callable[[Driver], Subject]] = {
    hazards.PROCESS: _loop,
    bulletins.PROCESS: _month,
    weekly_reports.PROCESS: _week,
    **{key: partial(_return, kind) for kind, key in dispatch.PROCESSES.items()},
}
"""What comes about by a report, or by the calendar."""


def _brought(driver: Driver, at: str) -> Subject:
    """A hazard that has gone through the delivered loop until there."""
    file = setup.SHIPPED / "hazard_loop.bpmn"
    forms = setup.forms_beside(file)
    with driver.database.transaction() as session:
        definitions.rehearse(session, steps.known(forms), file.read_bytes(), forms)
        at_place: dict[str, Any] = {"subject_on_file": True, "subject_id": str(_unit(session, "furniture").id)}
    hazard_id = driver.report(REPORTER, **at_place)
    driver.bring(hazard_id, TRACKING[0])
    for step in TRACKING:
        driver.do(hazard_id, step)
    driver.bring(hazard_id, at)
    return Subject("hazard", hazard_id)


def _unit(session: Any, key: str) -> people.Unit:
    """A unit of the town, by its key in the demo's list."""
    kind, name, *_ = UNITS[key]
    return next(unit for unit in people.units(session, kind) if unit.name == name)
