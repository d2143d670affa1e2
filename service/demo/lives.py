"""Letting cases live: a moved clock goes from the first report to yesterday, the sweep runs every morning, and on working days
everybody does what he does then."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from service.demo.driving import Driver, NobodyMay
from workflows import clock
from workflows.engine import history
from workflows.engine.worklist import Task

Answers = Mapping[str, Sequence[Mapping[str, Any]]]  # a value that is a function is asked when the answer is given
Progress = Callable[[float], None]
Begin = Callable[[Driver, int], None]  # begins something else about a hazard, given its id
Evening = Callable[[Driver], bool]
"""What else is done at the end of a day; whether anything was."""

FEEDBACKS = ("feedback_territory", "feedback_sector")
AT_ONCE = ("register", *FEEDBACKS)  # done on the day they come up; everything else a working day later, if the case says nothing


@dataclass(frozen=True)
class Case:
    """A hazard of the demo: when and by whom it is reported, how its people answer, and where it stands today."""

    reported_on: date
    login: str
    report: Mapping[str, Any]
    stops: tuple[str, ...] = ()  # it waits at these elements; without any it runs to the archive
    answers: Answers = field(default_factory=dict)  # element → what is answered there the 1st, 2nd … time, beside the usual
    passes: int = 0  # how often it goes through the element it will wait at
    delays: Mapping[str, int] = field(default_factory=dict)  # element → working days until somebody does it
    beside: Mapping[str, Begin] = field(default_factory=dict)  # element → what begins about the hazard once it is done


@dataclass(frozen=True)
class Event:
    """Something that happens to people, not to a hazard: an appointment, a leave."""

    on: date
    happen: Callable[[Driver], None]


@dataclass
class _Life:
    """A case on its way."""

    case: Case
    hazard_id: int
    next_on: date
    seen: Counter[str] = field(default_factory=Counter)
    planned: dict[int, date] = field(default_factory=dict)  # task → the day on which it will be done
    rests: bool = False

    def waits_at(self, task: Task) -> bool:
        """Whether the case is to stand here today."""
        stops = self.case.stops
        return task.element_id in stops and self.seen[task.element_id] >= (self.case.passes if task.element_id == stops[0] else 0)

    def plan(self, task: Task) -> date:
        """The day on which a task will be done, decided when it is first seen."""
        if task.id not in self.planned:
            usual = 0 if task.element_id in AT_ONCE else 1
            opened_on = clock.on(task.opened_at)
            self.planned[task.id] = clock.add_working_days(opened_on, self.case.delays.get(task.element_id, usual))
        return self.planned[task.id]


def live(
    driver: Driver,
    cases: Iterable[Case],
    events: Iterable[Event] = (),
    *,
    evening: Evening = lambda _: False,
    tell: Progress = lambda _: None,
) -> None:
    """Let every case live from its report to where it stands today."""
    waiting = sorted(cases, key=lambda case: case.reported_on, reverse=True)
    happening = sorted(events, key=lambda event: event.on, reverse=True)
    lives, number, today = list[_Life](), max(len(waiting), 1), clock.today()
    day = waiting[-1].reported_on if waiting else today
    while day < today:
        office = _Office(driver, day)
        while happening and happening[-1].on <= day:
            with clock.travel(clock.at(day, 7)):
                happening.pop().happen(driver)
        with clock.travel(clock.at(day, 8)):
            driver.sweep()
        while waiting and waiting[-1].reported_on <= day:
            lives.append(office.report(waiting.pop()))
        if clock.is_working_day(day):
            lives = [life for life in lives if life.next_on > day or office.work(life)]
        with clock.travel(clock.at(day, 18)):
            is_late = evening(driver)
        if office.acts or is_late:
            with clock.travel(clock.end_of(day)):
                history.anchor(driver.database)
        tell(1 - (len(waiting) + sum(not life.rests for life in lives)) / number)
        day += clock.DAY
    driver.sweep()


class _Office:
    """One day: its acts follow each other a few minutes apart."""

    def __init__(self, driver: Driver, day: date) -> None:
        self.driver, self.day, self.acts = driver, day, 0

    def moment(self) -> datetime:
        """When the next act takes place: from 9:00 on, never after 17:50."""
        self.acts += 1
        return clock.at(self.day, 9) + timedelta(minutes=min(self.acts * 4, 530), seconds=self.acts * 7 % 60)

    def report(self, case: Case) -> _Life:
        """The case is reported."""
        with clock.travel(self.moment()):
            return _Life(case, self.driver.report(case.login, **case.report), self.day)

    def work(self, life: _Life) -> bool:
        """Do what a case's people do today; False when it has come to its end."""
        left = self._open(life)
        while due := [task for task in left if not self._is_for_later(life, task)]:
            left = self._do(life, due[0])
        coming = [life.plan(task) for task in left if not life.waits_at(task) and not task.blocked]
        life.next_on = min([*coming, self.day + timedelta(days=7 - self.day.weekday())])  # a week's report opens on Monday
        life.next_on = max(life.next_on, self.day + clock.DAY)
        life.rests = life.rests or any(life.waits_at(task) for task in left)
        return bool(left)

    def _open(self, life: _Life) -> list[Task]:
        return self.driver.open_tasks(life.hazard_id)

    def _is_for_later(self, life: _Life, task: Task) -> bool:
        return bool(task.blocked) or life.waits_at(task) or life.plan(task) > self.day

    def _do(self, life: _Life, task: Task) -> list[Task]:
        """Do a task; what of the case is open then."""
        times = life.seen[task.element_id]
        answers = life.case.answers.get(task.element_id, ())
        given = answers[times] if times < len(answers) else {}
        try:
            if task.element_id == "apply":
                self._clear_reports(life)
            with clock.travel(self.moment()):
                left = self.driver.complete(task, **{key: each() if callable(each) else each for key, each in given.items()})
        except NobodyMay:  # whose it was has left since: it stands on the board as it would in life
            life.planned[task.id] = date.max
            return self._open(life)
        life.seen[task.element_id] += 1
        if task.element_id not in life.case.beside:
            return left
        with clock.travel(self.moment()):
            life.case.beside[task.element_id](self.driver, life.hazard_id)
        return self._open(life)

    def _clear_reports(self, life: _Life) -> None:
        """Make every weekly report that is still owed (补报即清欠): without them nobody may apply."""
        with clock.travel(self.moment()):
            self.driver.sweep()  # a report that came late lets the next one open at once
        while owed := [task for task in self._open(life) if task.element_id in FEEDBACKS]:
            with clock.travel(self.moment()):
                self.driver.complete(owed[0])
                self.driver.sweep()
