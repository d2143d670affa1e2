"""Hazards on the main diagram, driven through the real process to the application for closure; and how they go round there.

apply → town review → the tracker sends it back → apply …: three different people, three verbs of the closure, a decision at a
gateway each time, the tracking branch 在办 open all the while. So one case takes any number of completions without a photo.
"""

from pathlib import Path

from service import demo, setup
from workflows import people, steps
from workflows.db import Database
from workflows.engine.worklist import Task

WAY = (
    "register confirm_registration issue_rectify ack_territory issue_track name_tracker ack_tracker "
    "plan rectify verify confirm_verification"
).split()
CHECKLIST = ["handovers", "plan", "photos", "verification", "feedback"]
ROUND: tuple[tuple[str, str, dict[str, str | list[str]]], ...] = (
    ("apply", "baocun", {"summary": "整改完成并验收通过，申请销号。", "checklist": CHECKLIST}),
    ("town_review", "zhuren", {"decision": "approve", "opinion": "同意上报。"}),
    ("tracker_opinion", "genzong1", {"decision": "apply", "opinion": "请补充整改后的照片说明。"}),
)
"""Element, who does it in the demo town, and what he types."""
IN_PARTS = frozenset({"apply"})
"""Those whose form may bring files, and so is sent in parts."""


def prepare(home: Path, count: int) -> tuple[demo.Driver, list[int]]:
    """A new database in a folder with the demo town and `count` hazards that wait for the application; their ids."""
    database = Database(f"sqlite:///{home / 'bihuan.db'}")
    setup.prepare(database, jobs=True)
    demo.build_town(database)
    driver = demo.Driver(database, home, steps.RULES)
    return driver, [at_application(driver) for _ in range(count)]


def waiting(driver: demo.Driver, hazard_id: int, element: str) -> Task:
    """The open task of a hazard at an element."""
    return next(task for task in driver.open_tasks(hazard_id) if task.element_id == element)


def at_application(driver: demo.Driver) -> int:
    """A new hazard, driven until it waits for the application; its id."""
    with driver.database.reading() as session:
        subject = next(unit for unit in people.units(session, "ENTERPRISE") if unit.name == "乙镇木家具厂")
    hazard_id = driver.report("zhifa1", subject_on_file=True, subject_id=str(subject.id))
    for element in WAY:
        driver.do(hazard_id, element)
    assert waiting(driver, hazard_id, "apply")
    return hazard_id
