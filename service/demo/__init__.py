"""The demo county: fictional, one small town of nine people who hold several posts each, its county, and a few hazards.

It is made by driving the real process with a moved clock, never by inserting rows: its histories are true. `Driver` is also
what the scenario tests drive with.
"""

from service.demo.cases import drive_cases
from service.demo.driving import Driver
from service.demo.town import PASSWORD, PEOPLE, UNITS, build_town, sign_ins
from workflows import people
from workflows.db import Database
from workflows.engine import Rules
from workflows.store import Place

__all__ = ["PASSWORD", "PEOPLE", "UNITS", "Driver", "build", "build_town", "sign_ins"]


def build(database: Database, place: Place, rules: Rules, *, cases: bool = True) -> bool:
    """Make the demo county in a database without people; False, and nothing done, if there is somebody already."""
    with database.reading() as session:
        if people.find_by_login(session, "baocun"):
            return False
    build_town(database)
    if cases:
        drive_cases(Driver(database, place, rules))
    return True
