"""How a case comes onto the stage: as it would come about in the house, brought on by the people of the town."""

from typing import Any

from service import setup
from service.demo.driving import Driver
from service.demo.town import UNITS
from workflows import hazards, people, steps
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
    """From where a rehearsal of this diagram may begin, by code; nothing to choose for the loop, which begins with the report."""
    return {} if key == hazards.PROCESS else STANDS


def open_case(driver: Driver, played: Definition, at: str) -> Instance:
    """Start the played diagram about a new case. Invalid for a kind of subject that comes about in no way known here."""
    with driver.database.reading() as session:
        about = definitions.version_of(session, played.id, played.sha256).spec.properties.get("subject")
    if about != "hazard":
        raise Invalid("", "演练目前只能演办理对象为“隐患”的流程。月报、公开、周报告等由系统按月、按周发起的，请在演示县里试。")
    is_loop = played.key == hazards.PROCESS
    if not is_loop and at not in STANDS:
        raise Invalid("at", "请选择隐患办到了哪一步。")
    subject = _reported(driver) if is_loop else _brought(driver, at)
    with driver.database.transaction() as session:
        by = driver.person(REPORTER) if is_loop else None
        return instances.start(session, driver.rules, played.key, subject, by=by)


def _reported(driver: Driver) -> Subject:
    """A hazard that nobody has told anything of: the loop's first task is the report."""
    with driver.database.transaction() as session:
        return hazards.begin(session, people.caller(session, driver.person(REPORTER))).ref


def _brought(driver: Driver, at: str) -> Subject:
    """A hazard that has gone through the delivered loop until there."""
    file = setup.SHIPPED / "hazard_loop.bpmn"
    forms = setup.forms_beside(file)
    with driver.database.transaction() as session:
        definitions.rehearse(session, steps.known(forms), file.read_bytes(), forms)
        place = people.find_unit_named(session, UNITS["furniture"][1])
        assert place is not None
        at_place: dict[str, Any] = {"subject_on_file": True, "subject_id": str(place.id)}
    hazard_id = driver.report(REPORTER, **at_place)
    driver.bring(hazard_id, TRACKING[0])
    for step in TRACKING:
        driver.do(hazard_id, step)
    driver.bring(hazard_id, at)
    return Subject("hazard", hazard_id)
