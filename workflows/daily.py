"""What the system begins by itself: every day at its hour, by one of all servers.

Each job looks for what is not there yet, so that neither a missed day nor a second run does harm.
"""

from contextlib import suppress
from datetime import date, timedelta

from workflows import bulletins, clock, dispatch, hazards, look_backs, people, steps, thursdays, urges, weekly_reports
from workflows.db import Database
from workflows.engine import instances, jobs, tasks
from workflows.errors import Conflict

LATELY = timedelta(days=31)  # how far back a job looks, should it have been missed for a while


def readdress_daily(database: Database) -> int:
    """The same for all whose posts or substitutions ended lately: an appointment may have begun or ended with the day."""
    with database.transaction() as session:
        return steps.readdress(session, *people.left_since(session, clock.today() - LATELY))


jobs.daily("tasks.readdress", 0, 20)(readdress_daily)


def clear_drafts(database: Database) -> int:
    """Forget the drafts of tasks that are over, before `strays` looks for files that stand in no draft."""
    with database.transaction() as session:
        return tasks.clear_drafts(session)


jobs.daily("drafts.clear", 3, 40)(clear_drafts)


def open_bulletins(database: Database) -> int:
    """Open the bulletin of the newest month that is cut for every town that has none yet; answers how many."""
    with database.reading() as session:
        month, opened = bulletins.due_month(), 0
        missing = [town.id for town in bulletins.towns_without(session, month)]
    for town_id in missing:
        with suppress(Conflict), database.transaction() as session:  # another server may have been faster
            bulletins.open_month(session, steps.RULES, people.get_unit(session, town_id), month)
            opened += 1
    return opened


jobs.daily("bulletins.open", 0, 40)(open_bulletins)


def open_returns(database: Database) -> int:
    """Open the month's returns of every village, town and county whose window is open, each in a transaction of its own: what
    another server has opened meanwhile does not stop the others' month. Answers how many are new (P11)."""
    with database.reading() as session:
        wanted, opened = dispatch.to_open(session, clock.today()), 0
    for unit_id, campaign, as_of_on in wanted:
        with suppress(Conflict), database.transaction() as session:
            dispatch.open_return(session, steps.RULES, people.get_unit(session, unit_id), campaign, as_of_on)
            opened += 1
    return opened


jobs.daily("returns.open", 0, 5)(open_returns)


def collect_weeks(database: Database, *, newest: bool = False) -> int:
    """Collect every town's week whose day has come (the `newest` alone, if so asked), each in a transaction of its own; answers
    how many. Run twice, the second finds them collected."""
    with database.reading() as session:
        weeks, towns = weekly_reports.due_weeks(session), people.units(session, "TOWN")
    weeks = weeks[-1:] if newest else weeks
    return sum(_collect(database, town, week_on) for week_on in weeks for town in towns)


def _collect(database: Database, town: people.Unit, week_on: date) -> bool:
    with database.transaction() as session:
        report = weekly_reports.collect(session, town, week_on)
        if report is not None:
            instances.start(session, steps.RULES, weekly_reports.PROCESS, report.ref, by=None)
        return report is not None


jobs.daily("weeks.collect", 0, 40)(collect_weeks)


def draw_look_backs(database: Database) -> int:
    """Draw what is looked at again, of every town's closures that are old enough now; answers how many hazards (P10)."""
    with database.reading() as session:
        wanted = look_backs.to_draw(session)
    return sum(_draw(database, *each) for each in wanted)


def _draw(database: Database, town_id: int, campaign: str, month: date) -> int:
    drawn = list[look_backs.LookBack]()
    with suppress(Conflict), database.transaction() as session:  # another server may have been faster
        drawn = look_backs.draw(session, people.get_unit(session, town_id), campaign, month)
        for each in drawn:
            instances.start(session, steps.RULES, look_backs.PROCESS, each.hazard.ref, by=None)
    return len(drawn)


jobs.daily("look_backs.draw", 0, 50)(draw_look_backs)


def urge_what_is_late(database: Database) -> int:
    """Begin what is to be urged and is not yet: the late hazards that no reminder has brought to it, and the Thursday reports
    that were missed, each in a transaction of its own; answers how many. Run twice, the second finds them begun (P16)."""
    with database.reading() as session:
        late, missed = urges.late_without(session), thursdays.missed_lately(session)
    found = sum(_urge_for_deadline(database, hazard_id) for hazard_id in late)
    return found + sum(_urge_for_week(database, *each) for each in missed)


def _urge_for_deadline(database: Database, hazard_id: int) -> bool:
    with suppress(Conflict), database.transaction() as session:  # another server may have been faster
        return steps.start_urge(session, urges.begin_for_deadline(session, hazards.get(session, hazard_id)))
    return False


def _urge_for_week(database: Database, hazard_id: int, parts: tuple[str, ...], week_on: date) -> bool:
    with suppress(Conflict), database.transaction() as session:  # another server may have been faster
        return steps.start_urge(session, urges.begin_for_week(session, hazards.get(session, hazard_id), parts, week_on))
    return False


jobs.daily("urges.begin", 0, 10)(urge_what_is_late)
