"""What the system begins by itself: every day at its hour, by one of all servers.

Each job looks for what is not there yet, so that neither a missed day nor a second run does harm.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from workflows import bulletins, clock, dispatch, hazards, look_backs, people, steps, thursdays, urges, weekly_reports
from workflows.db import Database
from workflows.engine import instances, jobs, tasks, worklist
from workflows.engine.worklist import Task
from workflows.errors import Conflict, Unavailable

LATELY = timedelta(days=31)  # how far back a job looks, should it have been missed for a while

log = logging.getLogger(__name__)


def _each(database: Database, things: Iterable[tuple[Any, ...]], begin: Callable[..., int]) -> int:
    """Begin something with each, in a transaction of its own; answers how much came of it. What another server was faster with is
    passed over. One that fails stops none of the others; but in the end the job has failed, is tried again, and is on show."""
    begun, failed = 0, list[Exception]()
    for thing in things:
        try:
            with database.transaction() as session:
                new = begin(session, *thing)
            begun += new
        except Conflict:
            continue
        except Unavailable:  # none of them would fare better
            raise
        except Exception as error:  # whatever is wrong with this one, the next must have its turn
            log.exception("%s: %s could not be begun", begin.__name__, thing)
            failed.append(error)
    if failed:
        raise failed[0]
    return begun


def readdress_daily(database: Database) -> int:
    """Ask again whose the tasks are of all whose posts or substitutions ended lately: an appointment may have begun or ended with
    the day. Answers how many are somebody else's now."""
    with database.reading() as session:
        left = people.left_since(session, clock.today() - LATELY)
        asked = [(task.id,) for task in worklist.concerned(session, left, people.posts_ever(session, left))]
    return _each(database, asked, _readdress)


def _readdress(session: Session, task_id: int) -> int:
    return instances.readdress_one(session, steps.RULES, session.get_one(Task, task_id))


jobs.daily("tasks.readdress", 0, 20)(readdress_daily)


def clear_drafts(database: Database) -> int:
    """Forget the drafts of tasks that are over, before `strays` looks for files that stand in no draft."""
    with database.transaction() as session:
        return tasks.clear_drafts(session)


jobs.daily("drafts.clear", 3, 40)(clear_drafts)


def open_bulletins(database: Database) -> int:
    """Open the bulletin of the newest month that is cut for every town that has none yet; answers how many."""
    with database.reading() as session:
        month = bulletins.due_month(session)
        missing = [(town.id, month) for town in bulletins.towns_without(session, month)]
    return _each(database, missing, _open_bulletin)


def _open_bulletin(session: Session, town_id: int, month: date) -> int:
    bulletins.open_month(session, steps.RULES, people.get_unit(session, town_id), month)
    return 1


jobs.daily("bulletins.open", 0, 40)(open_bulletins)


def open_returns(database: Database) -> int:
    """Open the month's returns of every village, town and county whose window is open; answers how many are new (P11)."""
    with database.reading() as session:
        wanted = dispatch.to_open(session, clock.today())
    return _each(database, wanted, _open_return)


def _open_return(session: Session, unit_id: int, campaign: str, as_of_on: date) -> int:
    dispatch.open_return(session, steps.RULES, people.get_unit(session, unit_id), campaign, as_of_on)
    return 1


jobs.daily("returns.open", 0, 5)(open_returns)


def collect_weeks(database: Database, *, newest: bool = False) -> int:
    """Collect every town's week whose day has come (the `newest` alone, if so asked); answers how many. Run twice, the second
    finds them collected."""
    with database.reading() as session:
        weeks, towns = weekly_reports.due_weeks(session), people.units(session, "TOWN")
    weeks = weeks[-1:] if newest else weeks
    return _each(database, ((town.id, week_on) for week_on in weeks for town in towns), _collect)


def _collect(session: Session, town_id: int, week_on: date) -> int:
    report = weekly_reports.collect(session, people.get_unit(session, town_id), week_on)
    if report is not None:
        instances.start(session, steps.RULES, weekly_reports.PROCESS, report.ref, by=None)
    return report is not None


jobs.daily("weeks.collect", 0, 40)(collect_weeks)


def draw_look_backs(database: Database) -> int:
    """Draw what is looked at again, of every town's closures that are old enough now; answers how many hazards (P10)."""
    with database.reading() as session:
        wanted = look_backs.to_draw(session)
    return _each(database, wanted, _draw)


def _draw(session: Session, town_id: int, campaign: str, month: date) -> int:
    drawn = look_backs.draw(session, people.get_unit(session, town_id), campaign, month)
    for each in drawn:
        instances.start(session, steps.RULES, look_backs.PROCESS, each.hazard.ref, by=None)
    return len(drawn)


jobs.daily("look_backs.draw", 0, 50)(draw_look_backs)


def urge_what_is_late(database: Database) -> int:
    """Begin what is to be urged and is not yet: the late hazards that no reminder has brought to it, and the Thursday reports
    that were missed; answers how many. Run twice, the second finds them begun (P16)."""
    with database.reading() as session:
        late, missed = urges.late_without(session), thursdays.missed_lately(session)
    return _each(database, [*((hazard_id,) for hazard_id in late), *missed], _urge)


def _urge(session: Session, hazard_id: int, parts: tuple[str, ...] = (), week_on: date | None = None) -> int:
    hazard = hazards.get(session, hazard_id)
    urge = urges.begin_for_week(session, hazard, parts, week_on) if week_on else urges.begin_for_deadline(session, hazard)
    return steps.start_urge(session, urge)


jobs.daily("urges.begin", 0, 10)(urge_what_is_late)
