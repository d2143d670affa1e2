"""Moments, dates and working days. A moment is aware and UTC inside; a date is the office's, in Asia/Shanghai.

Everything asks `now()`, so that tests and the demo county can move the clock; nothing else in the house reads the time.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)

_moved_to: datetime | None = None
_alone_at: ContextVar[datetime | None] = ContextVar("_alone_at", default=None)


def now() -> datetime:
    """This moment, aware, in UTC; the moved one inside `travel` and `travel_alone`."""
    return _alone_at.get() or _moved_to or datetime.now(UTC)


def real() -> datetime:
    """The true moment even inside `travel`: for what is agreed with other machines, never for the business."""
    return datetime.now(UTC)


def today() -> date:
    """The office's date."""
    return on(now())


def on(moment: datetime) -> date:
    """The date in Shanghai at a moment."""
    return moment.astimezone(SHANGHAI).date()


def is_likely(day: date) -> bool:
    """Whether a day is no slip of the hand; moments near the ends of the calendar cannot even be told on another clock."""
    return 1900 <= day.year <= 2999


def local(moment: datetime) -> datetime:
    """The same moment on the office's clock."""
    return moment.astimezone(SHANGHAI)


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The moment, in UTC, when the office's clock shows this hour on this day."""
    return datetime.combine(day, time(hour, minute), SHANGHAI).astimezone(UTC)


def end_of(day: date) -> datetime:
    """24:00 of a day: a term that ends on a day includes all of it."""
    return at(day + timedelta(days=1))


def last_day(end: datetime) -> date:
    """The last date that still counts before an end: the day itself for 24:00 (stored as 00:00 of the next)."""
    return on(end - timedelta(microseconds=1))


@contextmanager
def travel(moment: datetime) -> Iterator[None]:
    """Let the whole process live at `moment` (tests and the demo county only)."""
    global _moved_to
    before, _moved_to = _moved_to, moment.astimezone(UTC)
    try:
        yield
    finally:
        _moved_to = before


@contextmanager
def travel_alone(moment: datetime) -> Iterator[None]:
    """Let this thread alone live at `moment`, while the others go on with the day (a rehearsal)."""
    before = _alone_at.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _alone_at.reset(before)


# ---- working days ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Calendar:
    """Which days the office works, beyond what is built in. A value: who counts days of cases gets it from `calendars.of`, read
    anew in each transaction, so that no process counts by a table that another one has changed."""

    days: Mapping[date, bool] = field(default_factory=dict)  # entered days: whether the office works
    years: frozenset[int] = frozenset()  # years whose notice was entered as a whole

    def knows(self, *days: date) -> bool:
        """Whether the holidays of all these days' years are known. A missing year counts by weekends (暂算)."""
        return all(day.year in self.years or is_built_in(day.year) for day in days)


BUILT_IN = Calendar()


@cache
def is_built_in(year: int) -> bool:
    """Whether the State Council's holiday list of this year is built in."""
    try:
        chinese_calendar.is_workday(date(year, 6, 1))
    except NotImplementedError:
        return False
    return True


def is_working_day(day: date, calendar: Calendar = BUILT_IN) -> bool:
    """Working day with holidays and make-up days (调休): as entered, else by the yearly notice of the State Council's office."""
    if day in calendar.days:
        return calendar.days[day]
    return _is_usually_worked(day)


@lru_cache(maxsize=5_000)
def _is_usually_worked(day: date) -> bool:
    """By what is built in, which does not change while a process lives; a county counts the same few hundred days for ever."""
    if is_built_in(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


def next_working_day(day: date, calendar: Calendar = BUILT_IN) -> date:
    """`day` itself if it is a working day, else the first one after it (民法典 203)."""
    while not is_working_day(day, calendar):
        day += DAY
    return day


def add_working_days(day: date, count: int, calendar: Calendar = BUILT_IN) -> date:
    """The date `count` working days after `day` (before it, when negative); the day itself does not count."""
    step = DAY if count > 0 else -DAY
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day, calendar):
            day += step
    return day
