"""Many at once, on each database: numbers without gaps, one task done once, nothing left of what was rolled back."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from tests.scenarios.ways import FURNITURE, NOODLES, bring, found, handed_in, state, waiting
from workflows import hazards, people
from workflows.engine import history, tasks
from workflows.errors import Conflict, Problem
from workflows.hazards import Sequence


class Undone(Exception):
    """Something went wrong after the verb and before the commit."""


def at_once(town, *deeds):
    """Let (login, task id, answers, is undone) happen at the same moment, each in a thread and a transaction of its own; answers
    what became of each: None, or what was raised."""
    start = Barrier(len(deeds))
    callers = [town.person(login) for login, *_ in deeds]

    def do(person, deed):
        _, task_id, answers, is_undone = deed
        start.wait(timeout=30)
        try:
            with town.database.transaction() as session:
                caller = people.caller(session, person)
                tasks.complete(session, town.rules, tasks.get(session, task_id, caller), caller, answers)
                if is_undone:
                    raise Undone
        except (Problem, Undone) as refusal:
            return refusal
        return None

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, callers, deeds))


def task_of(town, hazard, element):
    """The id of an open task."""
    return next(task.id for task in town.open_tasks(hazard) if task.element_id == element)


ACCEPT = {"decision": "accept"}


def test_twenty_registrations_at_once_number_without_gaps(monday):
    """INV-6, M003: twenty of one town in twenty threads, with five that are rolled back after they had their number; the
    numbers are 1 to 20, each once, and the next is 21."""
    cases = [bring(monday, found(monday, at=(FURNITURE, NOODLES)[place % 2]), "confirm_registration") for place in range(25)]
    deeds = [
        ("zhuren", task_of(monday, case, "confirm_registration"), ACCEPT, place % 5 == 2) for place, case in enumerate(cases)
    ]
    came = at_once(monday, *deeds)
    assert [type(each) for each in came].count(Undone) == 5
    assert came.count(None) == 20
    with monday.database.reading() as session:
        numbers = [hazards.get(session, case).hazard_no for case in cases]
        assert session.scalars(select(Sequence.last)).all() == [20]
        assert history.verify(session) == []
    given = sorted(number for number in numbers if number)
    assert given == [f"999901101-ZB2024-2026-{serial:05d}" for serial in range(1, 21)]
    undone = next(case for case, number in zip(cases, numbers, strict=True) if number is None)
    assert (state(monday, undone).status, waiting(monday, undone)) == ("REPORTED", ["confirm_registration"])
    monday.do(undone, "confirm_registration")
    assert state(monday, undone).hazard_no.endswith("-00021")


REJECT = {
    "proposal": "reject",
    "level_final": "ORDINARY",
    "primary_source": "ENFORCE",
    "dup_check": "NONE",
    "reason": "情况不属实。",
}


@pytest.mark.parametrize("turn", range(3))
def test_two_persons_complete_one_task_and_one_wins(monday, turn):
    """One wins, the other is told that it is done; one submission, one line in the record (409, not two)."""
    hazard = found(monday)
    task_id = task_of(monday, hazard, "register")
    came = at_once(monday, ("banshi1", task_id, REJECT, False), ("banshi2", task_id, REJECT, False))
    lost = [each for each in came if each is not None]
    assert came.count(None) == 1
    assert [type(each) for each in lost] == [Conflict]
    assert "没有重复提交" in lost[0].message
    assert handed_in(monday, hazard) == ["report", "register"]
    assert waiting(monday, hazard) == ["confirm_registration"]


@pytest.mark.parametrize("turn", range(3))
def test_two_persons_claim_one_task_and_one_has_it(monday, turn):
    """签领: one has it, the other is told so; never both. (What a writer read before it waited for the other must be read again.)"""
    hazard = found(monday)
    task_id, start = task_of(monday, hazard, "register"), Barrier(2)

    def claim(login):
        person = monday.person(login)
        start.wait(timeout=30)
        try:
            with monday.database.transaction() as session:
                caller = people.caller(session, person)
                tasks.claim(session, monday.rules, tasks.get(session, task_id, caller), caller)
        except Conflict as refusal:
            return refusal
        return login

    monday.person("banshi1"), monday.person("banshi2")
    with ThreadPoolExecutor(2) as pool:
        came = list(pool.map(claim, ("banshi1", "banshi2")))
    winners = [each for each in came if isinstance(each, str)]
    assert len(winners) == 1
    assert monday.open_tasks(hazard)[0].assignee_id == monday.person(winners[0])


def test_two_members_confirm_at_the_same_moment(monday):
    """⑧: several confirm at once; none is lost and the case goes on exactly once."""
    hazard = bring(monday, found(monday), "verify")
    logins = ("zhifa2", "zhifa3", "zhanzhang")
    monday.do(hazard, "verify", "zhifa1", members=[str(monday.person(login)) for login in logins])
    own = {task.assignee_id: task.id for task in monday.open_tasks(hazard) if task.element_id == "confirm_verification"}
    came = at_once(monday, *((login, own[monday.person(login)], {"agree": "yes"}, False) for login in logins))
    assert came == [None] * 3
    assert state(monday, hazard).status == "VERIFIED"
    assert handed_in(monday, hazard).count("confirm_verification") == 3
    with monday.database.reading() as session:
        assert history.verify(session) == []


@pytest.mark.parametrize("first", ["issue_rectify", "ack_territory"])
def test_both_handovers_at_the_same_moment(monday, first):
    """③ and ④ side by side: both branches of one case move in two threads, both have moved, and the case knows it."""
    hazard = bring(monday, found(monday), first)
    task = next(task for task in monday.open_tasks(hazard) if task.element_id == first)
    with monday.database.reading() as session:
        thing = hazards.get(session, hazard)
        answers = monday.usual(session, thing, task, monday.person("zhuren"))
        department = monday.options(session, "county_depts", thing)[0]
    one = ({"issue_rectify": "zhuren", "ack_territory": "baocun"}[first], task.id, answers, False)
    issue = ("shuji", task_of(monday, hazard, "issue_track"), {"county_dept": department}, False)
    assert at_once(monday, one, issue) == [None, None]
    after, status = {"issue_rectify": ("ack_territory", "HANDED_OVER"), "ack_territory": ("plan", "RECTIFYING")}[first]
    assert waiting(monday, hazard) == sorted([after, "name_tracker"])
    assert state(monday, hazard).status == status
