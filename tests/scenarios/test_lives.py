"""What holds during a whole life, whoever acts: nothing deleted, never without hands, nobody who must not; and who writes what."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest
from sqlalchemy import event

import workflows
from tests.scenarios.ways import appoint, feed_back, found, refused, state, waiting
from workflows import hazards, people
from workflows.engine import tasks
from workflows.errors import Forbidden, Invalid, NotFound

# ---- INV-4, INV-6, INV-7, INV-10, INV-20: during a whole life ---------------------------------------------------------------

MAY_BE_DELETED = {"timers", "drafts", "report_drafts"}  # an armed timer is state, a draft was never handed in
APPEND_ONLY = set(
    "history anchors facts submissions deadlines acknowledgements reviews finishes plans feedbacks photos photo_uses duties "
    "supplements archives inspections".split()
)
SYSTEM = ("guanli", "shenji", "sheji", "fabu")


def test_a_whole_life_deletes_nothing_and_never_loses_its_hands(monday, clock_at):
    """INV-4 (no business row is deleted, no record changed), INV-7 (one lead, always a task until it ends), INV-20 (the
    system's own people are asked nothing)."""
    deleted, updated = set(), set()

    @event.listens_for(monday.database.engine, "after_cursor_execute")
    def watch(_connection, cursor, statement, _parameters, _context, _many):
        wrote = re.match(r"\s*(DELETE FROM|UPDATE) (\w+)", statement)
        if wrote and cursor.rowcount != 0:  # an update of unused photos that meets no row has changed nothing
            (deleted if wrote[1] == "DELETE FROM" else updated).add(wrote[2])

    hazard, steps_done = found(monday), 0
    returned = {"verify": {"result": "FAIL", "opinion": "未拆除。"}, "sign": {"decision": "town", "reason": "写明情况。"}}
    clock_at("2026-03-03 09:00")
    while waiting(monday, hazard):
        if steps_done == 8:
            clock_at("2026-03-11 09:00")  # reports are owed, and made
            monday.sweep()
            feed_back(monday, hazard)
        bring_one(monday, hazard, returned)
        steps_done += 1
        stood = state(monday, hazard)
        assert waiting(monday, hazard) or stood.status == "ARCHIVED"
        if stood.status not in ("REPORTED", "REGISTERED"):
            assert stood.lead_person_id == monday.person("baocun")
        with monday.database.reading() as session:
            for login in SYSTEM:
                caller = people.caller(session, monday.person(login))
                assert tasks.inbox(session, monday.rules, caller).rows == []
                for task in monday.open_tasks(hazard):
                    with pytest.raises(NotFound):
                        tasks.get(session, task.id, caller)
    event.remove(monday.database.engine, "after_cursor_execute", watch)
    assert (returned, steps_done > 20) == ({}, True)
    assert deleted <= MAY_BE_DELETED
    assert updated & APPEND_ONLY == set()
    assert {"hazards", "tasks", "instances"} <= updated  # the watch does see


def bring_one(town, hazard, returned):
    """Do one open task."""
    element = waiting(town, hazard)[0]
    town.do(hazard, element, **returned.pop(element, {}))


@pytest.mark.parametrize("login", SYSTEM)
def test_the_systems_own_people_get_no_business(monday, login):
    """INV-20 三员分立: neither report nor a post of the town, and nobody of the town becomes one of them."""
    refused(Forbidden, "不能上报", found, monday, login)
    refused(Invalid, "不得兼任", appoint, monday, login, "OFFICE_DIRECTOR", "乙镇")
    refused(Invalid, "不得兼任", appoint, monday, "banshi1", "SYS_ADMIN", "甲县")


def test_a_tipsters_name_has_no_place(monday):
    """INV-5: a form takes no field it does not know; of a tip only its reference is kept."""
    tip = {"login": "banshi2", "source": "TIPOFF", "tip_ref": "JB-2026-0031"}
    refused(Invalid, "没有", found, monday, tipster="张三", **tip)
    hazard = found(monday, **tip)
    with monday.database.reading() as session:
        assert "张三" not in str([each.data for each in tasks.submissions(session, hazards.get(session, hazard).ref)])


# ---- INV-2, INV-9: who writes ------------------------------------------------------------------------------------------------

HOUSE = Path(workflows.__file__).parent
ONE_WRITER = {  # what is written: the only function that may
    "Deadline()": {"hazards/verbs.py:set_deadline"},
    "insert(Deadline)": set(),
    "update(Deadline)": set(),
    "update(Hazard)": set(),
    ".due_on =": {"hazards/verbs.py:set_deadline"},
    ".closed_at =": {
        "closures.py:close_hazard",
        "reopenings.py:reopen_hazard",  # takes it back
        "inquiries.py:close_inquiry",  # an inquiry's own, not the hazard's
    },
    "move(CLOSED)": {"closures.py:close_hazard"},
    "move(VERIFIED)": {"verifications.py:pass_verification"},
    ".hazard_no =": {"hazards/verbs.py:register"},
    ".registered_at =": {"hazards/verbs.py:register"},
    ".tracker_id =": {"handovers.py:_name_tracker"},
    ".passed_at =": {"verifications.py:pass_verification"},
    "Review()": {"closures.py:_write"},
    "delete(Timer)": {"engine/worklist.py:clear", "engine/worklist.py:_copy_timers"},
    "session.delete": set(),
}


def writers():
    """What is written where, read from the sources: {what: {file:function}}."""
    seen = defaultdict(set)
    for root in (HOUSE, HOUSE.parent / "service"):
        for file in root.rglob("*.py"):
            if "migrations" in file.parts:
                continue
            for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(function, ast.FunctionDef):
                    for what in _written(function):
                        seen[what].add(f"{file.relative_to(root)}:{function.name}")
    return seen


def _written(function):
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield f".{node.attr} ="
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            said = [each for each in node.args if isinstance(each, ast.Name | ast.Constant)]
            yield f"{name}()"
            yield from (f"{name}({getattr(each, 'id', None) or each.value})" for each in said)
            if isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "session":
                yield f"session.{name}"


@pytest.mark.parametrize("what", ONE_WRITER)
def test_deadlines_numbers_and_closures_have_one_writer(what):
    """INV-2, INV-6, INV-9, INV-10: read from the sources, so that a new writer has to come here and be seen."""
    assert writers()[what] == ONE_WRITER[what]


def test_only_named_statuses_are_written_and_only_by_move():
    """Domain 3.2: a hazard's status changes through `hazards.move` alone (tasks, exports and answers have one of their own)."""
    of_others = {"engine/worklist.py:_cancel", "engine/tasks/verbs.py:_finish", "serving.py:execute"}
    assert writers()[".status ="] == {"hazards/verbs.py:move"} | of_others
    assert "DEADLINE" not in set(writers()["setattr()"])
