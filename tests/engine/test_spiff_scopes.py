"""Timers, several instances of one task, sub-processes and called processes (design, section 5)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.engine.diagrams import TERMINATE, definitions, many, timer
from tests.engine.small import LATER, Case, World, gateway, process, read, sub, user
from workflows.engine import spiff
from workflows.errors import Conflict, Invalid

# ---- timers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (LATER, LATER),
        (datetime(2026, 3, 9, 16, tzinfo=UTC).astimezone(), datetime(2026, 3, 9, 16, tzinfo=UTC)),
        (date(2026, 3, 9), datetime(2026, 3, 9, 16, tzinfo=UTC)),  # 24:00 in Shanghai
        ("2026-03-09", datetime(2026, 3, 9, 16, tzinfo=UTC)),
        ("2026-03-09T08:00:00+08:00", datetime(2026, 3, 9, tzinfo=UTC)),
        ("2026-03-09T08:00:00Z", datetime(2026, 3, 9, 8, tzinfo=UTC)),
    ],
)
def test_a_timer_takes_moments_and_dates(value, expected):
    case = Case(
        read(f'<b:intermediateCatchEvent id="t">{timer()}</b:intermediateCatchEvent>', "s > t > e"), World(at=lambda: value)
    )
    (armed,) = spiff.armed(case.run)
    assert (armed.element.kind, armed.due_at, armed.due_at.tzinfo) == ("intermediateCatchEvent", expected, UTC)


@pytest.mark.parametrize("value", [None, 3, True, "P3D", "bald", datetime(2026, 3, 9)])
def test_a_timer_without_a_certain_moment_is_refused(value):
    with pytest.raises(Invalid, match="没有得到确定的时间"):
        Case(read(f'<b:intermediateCatchEvent id="t">{timer()}</b:intermediateCatchEvent>', "s > t > e"), World(at=lambda: value))


def guarded(cancel="true", host='<b:userTask id="a"/>', name="a"):
    event = f'<b:boundaryEvent id="t" attachedToRef="{name}" cancelActivity="{cancel}">{timer()}</b:boundaryEvent>'
    return read(host + event + user("late"), f"s > {name} > e\nt > late > e")


def test_a_timer_fires_only_when_it_is_told_to():
    case = Case(guarded(), World(at=lambda: datetime(2000, 1, 1, tzinfo=UTC)))
    assert (case.open(), case.armed()) == (["a"], ["t"])
    timer_id = spiff.armed(case.run)[0].id
    case.fire("t")
    assert (case.open(), case.armed()) == (["late"], [])
    with pytest.raises(Conflict):
        spiff.fire(case.run, timer_id)


def test_a_timer_that_does_not_interrupt_leaves_its_task_open():
    case = Case(guarded("false"))
    kept = spiff.open_tasks(case.run)[0].id
    case.fire("t")
    assert case.open() == ["a", "late"]
    assert kept in {t.id for t in spiff.open_tasks(case.run)}
    case.do("a")
    assert case.open() == ["late"]
    case.do("late")
    assert case.run.is_ended


def test_a_done_task_takes_its_timers_along():
    case = Case(guarded())
    timer_id = spiff.armed(case.run)[0].id
    case.do("a")
    assert case.run.is_ended
    with pytest.raises(Conflict):
        spiff.fire(case.run, timer_id)


def test_rearming_asks_again_and_keeps_the_id():
    case = Case(guarded())
    (before,) = spiff.armed(case.run)
    case.world.functions["at"] = lambda: LATER + timedelta(days=7)
    assert spiff.armed(case.run) == [before]
    spiff.rearm(case.run)
    case.keep(case.run)
    (after,) = spiff.armed(case.run)
    assert (after.id, after.due_at) == (before.id, LATER + timedelta(days=7))


def test_the_first_of_several_moments_wins():
    catch = "".join(f'<b:intermediateCatchEvent id="t{n}">{timer()}</b:intermediateCatchEvent>' for n in (1, 2))
    case = Case(read(catch + gateway("g", "eventBased") + user("a") + user("b"), "s > g > t1 > a > e\ng > t2 > b > e"))
    assert case.armed() == ["t1", "t2"]
    case.fire("t2")
    assert (case.open(), case.armed()) == (["b"], [])


# ---- several instances, sub-processes, calls ----------------------------------------------------------


@pytest.mark.parametrize("sequential", [False, True])
def test_members_answer_and_the_first_no_ends_it(sequential):
    multi = user("v", many("n", "agree == 'no'", sequential=sequential), 'name="成员确认"')
    spec = read(user("a") + multi + user("b"), "s > a > v > b > e")
    case = Case(spec)
    case.do("a", n=3)
    expected = [0] if sequential else [0, 1, 2]
    assert [t.index for t in spiff.open_tasks(case.run)] == expected
    assert {t.element.name for t in spiff.open_tasks(case.run)} == {"成员确认"}
    assert len({t.id for t in spiff.open_tasks(case.run)}) == len(expected)
    case.do("v", 0, agree="yes")
    assert [t.index for t in spiff.open_tasks(case.run)] == ([1] if sequential else [1, 2])
    case.do("v", 1, agree="no")
    assert case.open() == ["b"]
    assert case.run.data["agree"] == "no"
    for n in (1, 2, 5):
        case = Case(spec)
        case.do("a", n=n)
        for index in range(n):
            case.do("v", index, agree="yes")
        assert case.open() == ["b"]


@pytest.mark.parametrize("number", [0, -1, 101, "3", None, 2.0, True])
@pytest.mark.parametrize("sequential", [False, True])
def test_a_senseless_number_of_members_is_refused(number, sequential):
    """Facts: with 0 members the library completes, or hangs after an earlier "no"."""
    case = Case(read(user("a") + user("v", many("n", "", sequential=sequential)), "s > a > v > e"))
    with pytest.raises(Invalid, match="人数必须是"):
        case.do("a", n=number)


def test_terminate_ends_its_own_scope_and_no_other():
    stop = f'<b:endEvent id="stop">{TERMINATE}</b:endEvent>'
    wait = f'<b:intermediateCatchEvent id="t">{timer()}</b:intermediateCatchEvent>'
    box = sub(
        "box",
        stop + wait + user("a") + user("duty") + gateway("m") + gateway("f", "parallel"),
        "box_s > f > a > stop\nf > m > t > duty > m",
    )
    case = Case(read(box + user("after"), "s > box > after > e"))
    for _ in range(120):
        case.fire("t")
        case.do("duty")
    case.fire("t")
    assert case.open() == ["a", "duty"]
    case.do("a")
    assert (case.open(), case.armed()) == (["after"], [])
    case.do("after")
    assert case.run.is_ended


def test_interrupting_a_sub_process_clears_it_at_any_depth():
    inner = sub("inner", user("x", many("3", "", sequential=False)), "inner_s > x > inner_e")
    case = Case(
        guarded(
            host=sub("box", inner + user("y") + gateway("f", "parallel"), "box_s > f > inner > box_e\nf > y > box_e"), name="box"
        )
    )
    assert case.open() == ["x", "x", "x", "y"]
    case.fire("t")
    assert (case.open(), case.armed()) == (["late"], [])
    assert "inner" not in case.state


def test_one_process_called_twice_at_once_runs_twice():
    called = (
        process(user("x") + user("y"), "s > x > y > e", "q")
        .replace('id="s"', 'id="qs"')
        .replace('id="e"', 'id="qe"')
        .replace('"s"', '"qs"')
        .replace('"e"', '"qe"')
    )
    calls = '<b:callActivity id="c1" calledElement="q"/><b:callActivity id="c2" calledElement="q"/>'
    nodes = calls + gateway("f", "parallel") + gateway("j", "parallel") + user("z")
    case = Case(spiff.read(definitions(process(nodes, "s > f > c1 > j > z > e\nf > c2 > j"), called)))
    assert case.open() == ["x", "x"]
    case.do("x")
    assert case.open() == ["x", "y"]
    assert spiff.open_tasks(case.run)[0].element.scope == "q"
    case.do("y")
    assert set(spiff.tokens(case.run)) == {"x", "j"}
    case.do("x")
    case.do("y")
    assert case.open() == ["z"]
