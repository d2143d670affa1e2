"""Ways through the loop that several scenarios share: report a hazard, bring it to an element, close it, look at it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from service.demo import Driver
from workflows import hazards, ledger, people, staffing
from workflows.engine import history, tasks
from workflows.errors import Problem
from workflows.hazards import Hazard

FURNITURE, GAS, NOODLES = "乙镇木家具厂", "丙村液化气换瓶点", "丁村面馆"


def found(town: Driver, login: str = "zhifa1", *, at: str = FURNITURE, **data: Any) -> int:
    """Report a hazard at one of the town's subjects; answers its id."""
    return town.report(login, subject_on_file=True, subject_id=subject(town, at), **data)


def subject(town: Driver, name: str) -> str:
    """The option that stands for a subject."""
    with town.database.reading() as session:
        return str(next(unit.id for unit in people.units(session, "ENTERPRISE") if unit.name == name))


def waiting(town: Driver, hazard: int) -> list[str]:
    """Where a hazard waits, the weekly reports left out."""
    return town.waiting(hazard)


def bring(town: Driver, hazard: int, element: str, **answers: dict[str, Any]) -> int:
    """Do what is open until the hazard waits at an element, or ("") at none; `answers`: element → what to answer once."""
    town.bring(hazard, element, **answers)
    return hazard


def do_own(town: Driver, hazard: int, login: str, **data: Any) -> None:
    """Let a person do the task that bears his name."""
    task = next(task for task in town.open_tasks(hazard) if task.assignee_id == town.person(login))
    with town.database.transaction() as session:
        caller = people.caller(session, town.person(login))
        tasks.complete(session, town.rules, tasks.get(session, task.id, caller), caller, data)


def refused(kind: type[Problem], word: str, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Problem:
    """The call is refused in this way, with this word in its sentence; answers the refusal."""
    with pytest.raises(kind) as caught:
        call(*args, **kwargs)
    assert word in caught.value.message
    return caught.value


def feed_back(town: Driver, hazard: int) -> int:
    """Make every weekly report that is owed; answers how many."""
    for done in range(100):
        owed = [task.element_id for task in town.open_tasks(hazard) if task.element_id.startswith("feedback")]
        if not owed:
            return done
        town.do(hazard, owed[0])
        town.sweep()
    raise AssertionError("the reports never end")


def appoint(town: Driver, login: str, role: str, unit_name: str) -> None:
    """Give a person one more post, from 2023 on."""
    kinds = ("TOWN", "COUNTY", "VILLAGE", "STATION", "GROUP", "COUNTY_DEPT")
    with town.database.transaction() as session:
        unit = next(unit for kind in kinds for unit in people.units(session, kind) if unit.name == unit_name)
        staffing.appoint(session, people.get(session, town.person(login)), role, unit, date(2023, 1, 1))


def close(town: Driver, hazard: int) -> Hazard:
    """Whatever it waits for, go on until it is archived, and look at it."""
    return state(town, bring(town, hazard, ""))


def state(town: Driver, hazard: int) -> Hazard:
    """The hazard as it stands."""
    with town.database.reading() as session:
        return hazards.get(session, hazard)


def kinds(town: Driver, hazard: int) -> list[str]:
    """The kinds of its history lines, oldest first."""
    with town.database.reading() as session:
        return [line.kind for line in history.lines(session, hazards.get(session, hazard).ref)]


def handed_in(town: Driver, hazard: int) -> list[str]:
    """The elements of its submissions, oldest first."""
    with town.database.reading() as session:
        return [each.element_id for each in tasks.submissions(session, hazards.get(session, hazard).ref)]


def count(town: Driver, **when: Any) -> ledger.Counts:
    """The ledger."""
    with town.database.reading() as session:
        return ledger.count(session, **when)
