"""The demo county: fictional. It is made by driving the real process with a moved clock, never by inserting rows, so its
histories are true.

`Driver` is also what the scenario tests drive with.
"""

from service.demo import county, matters, months, plans, stands
from service.demo.cases import of_the_town
from service.demo.driving import Driver
from service.demo.lives import Progress, live
from service.demo.town import PASSWORD, PEOPLE, UNITS, build_town
from workflows.db import Database
from workflows.engine import Rules
from workflows.store import Place

__all__ = ["PASSWORD", "PEOPLE", "UNITS", "Driver", "build", "build_town", "sign_ins"]


def build(
    database: Database,
    place: Place,
    rules: Rules,
    kind: str = "county",
    *,
    size: stands.Size = stands.FULL,
    tell: Progress = lambda _: None,
) -> None:
    """Make the demo county, or its small town of nine alone, in a database without people: whole or not at all, should somebody
    lose patience. `tell` hears how far it is, from 0 to 1."""
    with database.as_one() as whole:
        if kind == "town":
            build_town(whole)
            driver = Driver(whole, place, rules)
            live(driver, of_the_town(driver), tell=tell)
            matters.leave_unfinished(driver)
            return
        county.build_county(whole)
        plan = plans.plan(whole, size)
        driver = Driver(whole, place, rules, plan.random)
        month = months.Months()
        live(driver, plan.cases, plan.events, evening=month.evening, tell=tell)
        month.open(driver)
        matters.leave_unfinished(driver)


def sign_ins(database: Database) -> str:
    """The list that `make run` prints: for each role one person of the demo who holds it; empty where there is no demo."""
    with database.reading() as session:
        return county.sign_ins(session)
