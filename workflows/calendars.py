"""The holiday calendar (节假日): what an administrator adds to the State Council's built-in notices.

Days off and make-up days, local holidays (民族节日) among them, and whole years that the built-in list does not know yet. A
missing year counts by weekends; what was dated so is marked 暂算 and dated again when the year is entered (domain 8.3).

Entries are only added: of two about one day the later one holds. The calendar reaches the counting (`clock`) as a value, read
once in each transaction that counts working days: one statement on a small table, and no process ever counts by an old one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock, memory
from workflows.db import Base, Key
from workflows.engine import Subject, history, jobs
from workflows.errors import Invalid


class Entry(Base):
    """Something about one day that was entered: how it is worked here (OFF, WORK, USUAL), or by the year's notice (NOTICE_OFF,
    NOTICE_WORK). YEAR: the notice of this year begins anew, and the year is known from then on."""

    __tablename__ = "calendar_entries"
    __table_args__ = (Index("ix_calendar_entries_day", "day"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(60))
    document: Mapped[str] = mapped_column(String(120))  # the notice or decision that says so
    set_at: Mapped[datetime]
    set_by: Mapped[int] = mapped_column(ForeignKey("persons.id"))


@dataclass(frozen=True)
class Span:
    """Days in a row that are worked or off, other than an ordinary week would have it."""

    first: date
    last: date
    works: bool


# ---- rules -------------------------------------------------------------------------------------------------------------

KINDS = {"OFF": "放假", "WORK": "上班（调休）", "USUAL": "恢复通常安排"}
LONGEST_DAYS = 31
SPAN = re.compile(r"(\d{1,2})[月./-](\d{1,2})日?(?:[至到~～—–-](?:(\d{1,2})[月./-])?(\d{1,2})日?)?")


def doubt(calendar: clock.Calendar, *days: date) -> str:
    """What stands behind a term whose days fall into a year that is not known yet; nothing when all are."""
    missing = sorted({day.year for day in days if not calendar.knows(day)})
    return f"（暂算：{'、'.join(map(str, missing))}年放假安排未录入）" if missing else ""


def read_days(field: str, year: int, text: str) -> list[date]:
    """The days of a text as notices write them: "1月1日至3日、2月14日", also "1-1至1-3"; Invalid at what is no day."""
    found: list[date] = []
    for part in filter(None, re.split(r"[,，、;；\s]+", text)):
        parts = SPAN.fullmatch(part)
        try:
            if parts is None:
                raise ValueError
            first = date(year, int(parts[1]), int(parts[2]))
            last = date(year, int(parts[3] or parts[1]), int(parts[4])) if parts[4] else first
        except ValueError:
            raise Invalid(field, f"“{part}”不是日期，请按“1月1日至3日、2月14日”的样子填写。") from None
        found += _span(field, first, last)
    return sorted(set(found))


def _span(field: str, first: date, last: date) -> list[date]:
    if last < first:
        raise Invalid(field, "截止日期不能早于起始日期。")
    if (last - first).days >= LONGEST_DAYS:
        raise Invalid(field, f"一次最多 {LONGEST_DAYS} 天。")
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def spans(calendar: clock.Calendar, year: int) -> list[Span]:
    """The holidays of a year, weekends within and beside them included, and the weekends that are worked."""
    found: list[Span] = []
    day = date(year, 1, 1)
    while day.year == year:
        works, last = clock.is_working_day(day, calendar), day
        while (last + clock.DAY).year == year and clock.is_working_day(last + clock.DAY, calendar) == works:
            last += clock.DAY
        inside = [day + timedelta(days=number) for number in range((last - day).days + 1)]
        unusual = [each for each in inside if (each.weekday() < 5) != works]
        if unusual and works:
            found += [Span(each, each, True) for each in unusual]
        elif unusual:
            found.append(Span(day, last, False))
        day = last + clock.DAY
    return found


# ---- verbs -------------------------------------------------------------------------------------------------------------


def set_days(session: Session, kind: str, first: date, last: date | None, *, name: str, document: str, by: int) -> None:
    """Let some days be off, worked, or as usual again. Terms under way are counted anew once this is committed."""
    if kind not in KINDS:
        raise Invalid("kind", "请选择放假、上班或者恢复通常安排。")
    days = _span("last", first, last or first)
    if first.year < clock.today().year:
        raise Invalid("first", "过去年度的日历不能再改，那一年的期限已经据此计算。")
    _add(session, days, kind, name=name, document=document, by=by)
    history.record(
        session, Subject("calendar", first.year), "calendar_changed",
        by=by, days=kind, first=days[0], last=days[-1], name=name, document=document,
    )  # fmt: skip
    _count_anew(session)


def enter_year(session: Session, year: int, *, off: list[date], work: list[date], document: str, by: int) -> None:
    """Enter a whole year by its notice: from now on it is known, and what was 暂算 is counted anew."""
    if not clock.today().year <= year <= clock.today().year + 2:
        raise Invalid("", "只能录入本年度和以后两个年度的放假安排。")
    if date(year, 1, 1) not in off:
        raise Invalid("off", "放假的日子应包括 1 月 1 日元旦，请对照通知核对。")
    if both := sorted(set(off) & set(work)):
        raise Invalid("work", f"{both[0].month}月{both[0].day}日既填了放假又填了上班，请核对。")
    if weekdays := [day for day in work if day.weekday() < 5]:
        raise Invalid("work", f"{weekdays[0].month}月{weekdays[0].day}日不是周末，调休上班的日子应是周六或周日，请核对。")
    _add(session, [date(year, 1, 1)], "YEAR", name="", document=document, by=by)
    _add(session, off, "NOTICE_OFF", name="", document=document, by=by)
    _add(session, work, "NOTICE_WORK", name="", document=document, by=by)
    history.record(session, Subject("calendar", year), "year_entered", by=by, off=off, work=work, document=document)
    _count_anew(session)


def _add(session: Session, days: Iterable[date], kind: str, *, name: str, document: str, by: int) -> None:
    common = {"kind": kind, "name": name, "document": document, "set_at": clock.now(), "set_by": by}
    session.add_all(Entry(day=day, **common) for day in days)
    session.flush()


def _count_anew(session: Session) -> None:
    memory.of(session, "calendar").clear()
    jobs.enqueue(session, "terms.count_anew")


# ---- questions ---------------------------------------------------------------------------------------------------------


def of(session: Session) -> clock.Calendar:
    """The calendar as it stands, read once a session."""
    return memory.once(session, "calendar", None, lambda: _read(session))


def entries(session: Session, year: int) -> list[history.Line]:
    """What was entered about a year, the newest first: who, when, which days, by which document."""
    return history.lines(session, Subject("calendar", year))[::-1]


def missing(session: Session) -> list[int]:
    """The years that should be known by now and are not: this one, and from November on, when notices come, the next."""
    today, calendar = clock.today(), of(session)
    wanted = [today.year] + [today.year + 1] * (today.month >= 11)
    return [year for year in wanted if not calendar.knows(date(year, 1, 1))]


_ENTRIES = select(Entry.day, Entry.kind).order_by(Entry.id)


def _read(session: Session) -> clock.Calendar:
    noticed: dict[int, dict[date, bool]] = {}
    here: dict[date, bool] = {}
    for day, kind in session.execute(_ENTRIES):
        if kind == "YEAR":
            noticed[day.year] = {}
        elif kind.startswith("NOTICE_"):
            noticed[day.year][day] = kind == "NOTICE_WORK"
        elif kind == "USUAL":
            here.pop(day, None)
        else:
            here[day] = kind == "WORK"
    days = {day: works for year in noticed.values() for day, works in year.items()}
    return clock.Calendar(days | here, frozenset(noticed))
