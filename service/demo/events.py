"""What happens to the people of the demo county meanwhile: an acting leader, leaves, two who go and leave work standing."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from service.demo.driving import Driver
from service.demo.lives import Event
from workflows import clock, people, staffing


def between(first: date, today: date) -> Iterator[Event]:
    """An acting leader, a director on leave, a substitution that lasts today; two who left, so that work stands still."""
    span = (today - first).days
    away_from, away_to = (first + timedelta(days=int(span * share)) for share in (0.5, 0.62))
    yield Event(away_from, partial(_act_as_leader, until=away_to))
    leave_from, leave_to = (first + timedelta(days=int(span * share)) for share in (0.7, 0.78))
    yield Event(leave_from, partial(_go_on_leave, until=leave_to))
    yield Event(leave_to + clock.DAY, _come_back)
    yield Event(today - 2 * clock.DAY, partial(_stand_in, until=today + 12 * clock.DAY))
    yield Event(clock.add_working_days(today, -6), partial(_leave, login="genzong3", reason="工作调动，已调离本县。"))
    yield Event(clock.add_working_days(today, -4), partial(_leave, login="wubaocun4", reason="借调外单位，账号停用。"))


def _act_as_leader(driver: Driver, *, until: date) -> None:
    """Another of the county's leaders signs for a while: a dated appointment with a document number (domain 9)."""
    with driver.database.transaction() as session:
        person = people.get(session, driver.person("changwu"))
        at = next(iter(people.units(session, "COUNTY")))
        document = f"甲政办〔{clock.today().year}〕18号"
        by = driver.person("anquan")
        staffing.appoint(session, person, "COUNTY_LEADER", at, clock.today(), until, document_no=document, by=by)


def _go_on_leave(driver: Driver, *, until: date) -> None:
    """The second town's office director is away; the deputy of its leading group stands in for him."""
    _substitute(driver, "wuzhuren", "wufuzu", until)
    driver.away[driver.person("wuzhuren")] = driver.person("wufuzu")


def _come_back(driver: Driver) -> None:
    driver.away.pop(driver.person("wuzhuren"), None)


def _stand_in(driver: Driver, *, until: date) -> None:
    """A substitution that lasts today."""
    _substitute(driver, "wuzhanzhang", "wuzhanyuan", until)


def _substitute(driver: Driver, principal: str, stand_in: str, until: date) -> None:
    with driver.database.transaction() as session:
        both = [people.get(session, driver.person(login)) for login in (principal, stand_in)]
        staffing.substitute(session, *both, clock.today(), until, document_no="镇党政办备案", by=driver.person("anquan"))


def _leave(driver: Driver, *, login: str, reason: str) -> None:
    with driver.database.transaction() as session:
        staffing.deactivate(session, people.get(session, driver.person(login)), reason, by=driver.person("guanli"))
