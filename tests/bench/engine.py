"""The engine alone: thaw → complete → freeze of the main loop at the county's signature, after 1, 50 and 300 rounds of rework.

The branch 在办 stays open all the while: its feedback and its reminders ran twice in every round. No database; the world
answers from a table, conditions go through the real expression language. Half of the rounds fail at verification, the other
half come back from the county, so that every join is passed again and again.
"""

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.figures import Figure, ratio, side_by_side
from workflows.engine import expressions, spiff

DIAGRAM = Path(__file__).parents[2] / "bpmn" / "hazard_loop.bpmn"
ROUNDS = (1, 50, 300)
BLOCKS, TIMES = 12, 40
SIGN = {"decision": "sign"}
RETURN = {"decision": "rectify"}


class World:
    """Answers what the diagram asks; `answers` are the domain's functions."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {
            "mode": "DEADLINE",
            "one_person": False,
            "reopened": False,
            "result": "PASS",
            "verified": False,
            "archive_complete": True,
            "next_feedback_on": datetime(2026, 11, 26, 16, tzinfo=UTC),
            "next_reminder_at": datetime(2026, 11, 27, 1, tzinfo=UTC),
            "tracker_due_at": datetime(2026, 11, 28, 16, tzinfo=UTC),
        }
        self.functions = {name: lambda name=name: self.answers[name] for name in self.answers}

    def evaluate(self, expression: str, data: Mapping[str, Any]) -> Any:
        """The value of a condition, as the product finds it."""
        return expressions.parse(expression).evaluate(data, self.functions)

    def call(self, _step: str, _parameters: Mapping[str, Any], _data: Mapping[str, Any]) -> None:
        """Service tasks do nothing here: their work is the domain's."""


class Case:
    """One hazard in memory, frozen and thawed after every step as in the product."""

    def __init__(self, spec: spiff.Spec, state: str = "") -> None:
        self.spec, self.world = spec, World()
        self.state = state or spiff.freeze(spiff.begin(spec, self.world))

    def do(self, element: str, **decided: Any) -> None:
        """Complete the first open task at an element."""
        run = spiff.thaw(self.spec, self.state, self.world)
        spiff.complete(run, next(task.id for task in spiff.open_tasks(run) if task.element.id == element), decided)
        self.state = spiff.freeze(run)

    def fire(self, element: str) -> None:
        """Fire an armed timer."""
        run = spiff.thaw(self.spec, self.state, self.world)
        spiff.fire(run, next(timer.id for timer in spiff.armed(run) if timer.element.id == element))
        self.state = spiff.freeze(run)

    def waiting(self) -> set[str]:
        """Where a person is awaited."""
        return {task.element.id for task in spiff.open_tasks(spiff.thaw(self.spec, self.state, self.world))}


def measure() -> Iterable[Figure]:
    """Milliseconds and bytes of a signature and of a return by the county, and how they grow with the rounds."""
    spec = spiff.read(DIAGRAM.read_bytes())
    cases = [at_signature(spec, rounds) for rounds in ROUNDS]
    assert all("draft_disclosure" in Case(spec, step(case, SIGN)).waiting() for case in cases)
    signing = side_by_side([partial(_clocked, case, SIGN) for case in cases], blocks=BLOCKS, times=TIMES)
    returning = side_by_side([partial(_clocked, case, RETURN) for case in cases], blocks=BLOCKS, times=TIMES)
    for rounds, case, signed, returned in zip(ROUNDS, cases, signing, returning, strict=True):
        yield Figure(f"engine_sign_ms_{rounds}", median(signed), "ms", aim=0.4)
        yield Figure(f"engine_return_ms_{rounds}", median(returned), "ms", aim=0.4)
        yield Figure(f"engine_bytes_{rounds}", len(case.state.encode()), "B", aim=2000)
    yield Figure("engine_sign_300_to_1", ratio(signing[-1], signing[0]), "×", aim=1.2)
    yield Figure("engine_return_300_to_1", ratio(returning[-1], returning[0]), "×", aim=1.2)
    yield Figure("engine_bytes_300_to_1", len(cases[-1].state) / len(cases[0].state), "×", aim=1.2)


def _clocked(case: Case, decided: Mapping[str, Any]) -> float:
    """Milliseconds of processor time: nothing here waits for anything, so what other programs take must not count."""
    began = time.process_time()
    step(case, decided)
    return (time.process_time() - began) * 1000


def step(case: Case, decided: Mapping[str, Any]) -> str:
    """What is measured: one decision of the county leader, from the stored text to the text to store."""
    run = spiff.thaw(case.spec, case.state, case.world)
    spiff.complete(run, next(task.id for task in spiff.open_tasks(run) if task.element.id == "sign"), decided)
    return spiff.freeze(run)


def at_signature(spec: spiff.Spec, rounds: int) -> Case:
    """A hazard that waits for the county's signature after so many rounds of rework."""
    case = Case(spec)
    for element in ("report", "register", "confirm_registration", "issue_rectify", "ack_territory", "ack_sector", "plan"):
        case.do(element, decision="accept")
    case.do("issue_track", decision="accept")
    for number in range(rounds):
        fails = number < rounds // 2
        _round(case, "FAIL" if fails else "PASS")
        if number == rounds // 2:
            case.do("name_tracker", decision="accept")
            case.do("ack_tracker", decision="accept")
        if not fails:
            _to_the_county(case)
            if number < rounds - 1:
                case.do("sign", **RETURN)
    assert case.waiting() >= {"sign"}, case.waiting()
    return case


def _round(case: Case, result: str) -> None:
    """Rectify, be reminded twice, feed back for territory and sector, verify with two members."""
    case.do("rectify")
    case.fire("wait_reminder")
    case.fire("wait_thursday")
    case.do("feedback_territory")
    case.fire("wait_reminder")
    case.do("feedback_sector")
    case.do("verify", member_count=2)
    case.world.answers["result"] = result
    case.do("confirm_verification", agree="yes")
    case.do("confirm_verification", agree="yes")


def _to_the_county(case: Case) -> None:
    case.do("apply")
    case.do("town_review", decision="approve")
    case.do("tracker_opinion", decision="agree", onsite_checked=True)
