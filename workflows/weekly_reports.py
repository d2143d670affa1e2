"""Weekly reports to the county (P13): what a town's Thursday reports came to, collected, checked, signed and delivered.

Collected on the first working day after the week's cut, by itself; what it says is frozen then. The director may have it
collected again before he checks it, because a late report (补报) may have come in; after the deputy head has signed, it is an
official report under a number, and never changes.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NotRequired, TypedDict

from sqlalchemy import ForeignKey, String, UniqueConstraint, false, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import (
    addresses,
    calendars,
    campaigns,
    clock,
    documents,
    dues,
    feedbacks,
    fields,
    hazards,
    people,
    thursdays,
    ways_up,
)
from workflows.db import Base, Json, Key
from workflows.engine import Address, Caller, Cause, Due, Subject, Want, history
from workflows.errors import Conflict, Forbidden, NotFound
from workflows.fields import Data
from workflows.hazards.questions import BY_REGION, DIGITS
from workflows.thursdays import GIVEN, LATE, MISSED, NOTED, Owed

PROCESS = "weekly_report"
READERS = BY_REGION - {"VILLAGE", "VILLAGE_LIAISON"}  # who sees every hazard of a town, whatever its industry
STATES = {"COLLECTED": "待核定", "CHECKED": "待签发", "SIGNED": "已签发，待县办签收", "DELIVERED": "县办已签收"}
NOT_FOUND = "没有找到这份周报告。"
LATELY = timedelta(days=28)  # how far back the daily collection looks, should it have been missed for a while


class Leader(TypedDict):
    """A leader who signs what his stations have reported (domain 3.3 ⑦). His signature is under these lines, and stays there."""

    person_id: int
    lines: list[dict[str, str]]  # in the words of the document; once he has signed, as they stood then
    signed_at: NotRequired[str]  # the moment in ISO 8601


class WeeklyReport(Base):
    """One town's report on one week."""

    __tablename__ = "weekly_reports"
    __table_args__ = (UniqueConstraint("region_code", "week_on"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    region_code: Mapped[str] = mapped_column(String(12))  # the town's
    week_on: Mapped[date]  # its Thursday
    state: Mapped[str] = mapped_column(String(10))
    lines: Mapped[list[Any]]  # a dict a report that was owed, in the words of the document
    counts: Mapped[dict[str, Any]]
    leaders: Mapped[list[Leader]] = mapped_column(Json)  # those who sign for their stations, as they were collected first
    collected_at: Mapped[datetime]
    signed_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    signer: Mapped[str] = mapped_column(String(60), default="")  # 签发人, as he was called then
    signed_at: Mapped[datetime | None]
    received_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    received_at: Mapped[datetime | None]

    @property
    def ref(self) -> Subject:
        """The report as a subject of instances and history."""
        return Subject("weekly_report", self.id)

    @property
    def told(self) -> dict[str, Any]:
        """What its official document says (P13: 上行文，标签发人，主送县专项领导组，抄送县有关部门)."""
        week = documents.day(self.week_on)
        return {
            "标题": f"关于{week}这一周重大事故隐患整改治理情况的报告",
            "签发人": self.signer,
            "主送": "县专项领导组",
            "抄送": "县有关部门",
            "周": week,
            **{name: str(number) for name, number in self.counts.items()},
            "明细": self.lines,
        }


# ---- rules -------------------------------------------------------------------------------------------------------------


def collect_on(week_on: date, calendar: clock.Calendar = clock.BUILT_IN) -> date:
    """The day on which a week is collected: the first working day after its cut."""
    return clock.next_working_day(feedbacks.due_on(week_on, calendar) + clock.DAY, calendar)


def title(report: WeeklyReport) -> str:
    """A report in a line, as its tasks are headed."""
    return f"{documents.day(report.week_on)}这一周的周四反馈情况报告"


# ---- verbs -------------------------------------------------------------------------------------------------------------


def collect(session: Session, town: people.Unit, week_on: date) -> WeeklyReport | None:
    """Collect a town's week; None where nothing was owed or it is collected already."""
    mine = select(WeeklyReport.id).where(WeeklyReport.region_code == town.region_code, WeeklyReport.week_on == week_on)
    if session.scalar(mine) is not None or not thursdays.owed(session, week_on, hazards.in_region(town)):
        return None
    row = WeeklyReport(region_code=town.region_code, week_on=week_on, state="COLLECTED")
    row.leaders = _leaders(session, row, _fill(session, row, town))
    session.add(row)
    session.flush()
    history.record(session, row.ref, "week_collected", week=week_on, counts=row.counts)
    return row


def collect_again(session: Session, report: WeeklyReport, *, cause: Cause) -> None:
    """重新汇总: with what was reported late since. What a leader has signed for his stations already stays as he signed it."""
    town = people.find_unit(session, "TOWN", report.region_code)
    assert town is not None
    lines = {each["person_id"]: each["lines"] for each in _leaders(session, report, _fill(session, report, town))}
    report.leaders = [
        each if "signed_at" in each else {**each, "lines": lines.get(each["person_id"], [])} for each in report.leaders
    ]
    history.record(session, report.ref, "week_collected", by=cause.by, week=report.week_on, counts=report.counts)


def _fill(session: Session, report: WeeklyReport, town: people.Unit) -> list[Owed]:
    rows = thursdays.owed(session, report.week_on, hazards.in_region(town))
    names = people.names(session, [row.person_id for row in rows])
    report.lines = [_line(number, row, names) for number, row in enumerate(rows, 1)]
    report.counts = _counts(rows)
    report.collected_at = clock.now()
    return rows


def _leaders(session: Session, report: WeeklyReport, rows: list[Owed]) -> list[Leader]:
    """条的责任人为站所时由其填、分管领导签发 (domain 3.3 ⑦): who leads an industry of which a station reported, and those lines.
    Who signs stays as it was collected first: the diagram counts signatures by it."""
    leading, found = dict[str | None, list[int]](), dict[int, list[dict[str, str]]]()
    for line, row in zip(report.lines, rows, strict=True):
        if "SECTOR" in row.parts and row.state in (GIVEN, LATE):
            sector = row.hazard.sector
            if sector not in leading:
                posts = addresses.sector_leaders(session, row.hazard)
                leading[sector] = [person.id for person in people.holders(session, posts)]
            if leading[sector] and row.person_id not in leading[sector]:
                found.setdefault(leading[sector][0], []).append(line)
    return [{"person_id": id, "lines": lines} for id, lines in found.items()]


def _line(number: int, row: Owed, names: Mapping[int, str]) -> dict[str, str]:
    said = row.report
    percent = f"{said.progress_pct}%" if said and said.progress_pct is not None else ""
    return {
        "序号": str(number),
        "编号": row.hazard.hazard_no or "",
        "主体": row.hazard.subject_name,
        "责任人": names.get(row.person_id or 0, ""),
        "报送": thursdays.STATES[row.state].partition("，")[0],
        "情况": said.situation if said else "没有反馈。",
        "进度": percent,
        "问题": (said.problems if said else "") or "",
        "下一步": (said.next_step if said else "") or "",
    }


def _counts(rows: list[Owed]) -> dict[str, int]:
    """应报 = 已报 + 补报 + 漏报: what waits for its signature is not owed."""
    states = [row.state for row in rows]
    return {
        "在办": len({row.hazard.id for row in rows}),
        "应报": len(states) - states.count(NOTED),
        "已报": states.count(GIVEN),
        "补报": states.count(LATE),
        "漏报": states.count(MISSED),
    }


def check_report(session: Session, report: WeeklyReport, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """主任核定: goes up to be signed, or is collected again."""
    decision = fields.choice(data, "decision", "核定意见", ("accept", "again"))
    if decision == "accept":
        report.state = "CHECKED"
    body = {"decision": decision, "opinion": fields.find_text(data, "opinion"), "task": task.id}
    history.record(session, report.ref, "report_checked", by=by, on_behalf_of=on_behalf_of, **body)


def sign_report(session: Session, report: WeeklyReport, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """副组长签发: or back to the director."""
    decision = fields.choice(data, "decision", "签发意见", ("sign", "redo"))
    opinion = fields.find_text(data, "opinion") if decision == "sign" else fields.text(data, "reason", "退回原因", least=2)
    if decision == "redo":
        report.state = "COLLECTED"
    else:
        report.state, report.signed_by, report.signed_at = "SIGNED", by, clock.now()
        report.signer = people.get(session, on_behalf_of or by).name
    body = {"decision": decision, "opinion": opinion, "counts": report.counts, "task": task.id}
    history.record(session, report.ref, "report_signed", by=by, on_behalf_of=on_behalf_of, **body)


def issue_report(session: Session, report: WeeklyReport, *, cause: Cause) -> None:
    """形成公文: under its number; the file is written after the commit."""
    if report.state != "SIGNED":
        raise Conflict("报告还没有签发，不能形成公文。")
    documents.order(session, report, "WEEKLY_REPORT", by=cause.by)


def sign_stations(session: Session, report: WeeklyReport, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """分管领导签发站所反馈: what his stations have reported; the report to the county does not wait for it."""
    waiting = (each for each in report.leaders if each["person_id"] == (on_behalf_of or by) and "signed_at" not in each)
    if (mine := next(waiting, None)) is None:
        raise Forbidden("这一周没有待您签发的站所反馈。")
    signed: Leader = {**mine, "signed_at": clock.now().isoformat()}
    report.leaders = [signed if each is mine else each for each in report.leaders]
    body = {"lines": mine["lines"], "opinion": fields.find_text(data, "opinion"), "task": task.id}
    history.record(session, report.ref, "stations_signed", by=by, on_behalf_of=on_behalf_of, **body)


def receive_report(session: Session, report: WeeklyReport, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """县办签收: the receipt (送达回执)."""
    report.state, report.received_by, report.received_at = "DELIVERED", by, clock.now()
    body = {"opinion": fields.find_text(data, "opinion"), "task": task.id}
    history.record(session, report.ref, "report_received", by=by, on_behalf_of=on_behalf_of, **body)


# ---- questions ---------------------------------------------------------------------------------------------------------


def get(session: Session, report_id: int) -> WeeklyReport:
    """The report, or NotFound."""
    if report := session.get(WeeklyReport, report_id):
        return report
    raise NotFound(NOT_FOUND)


def station_leaders(session: Session, report: WeeklyReport) -> int:  # noqa: ARG001
    """How many leaders sign what their stations have reported."""
    return len(report.leaders)


def station_leader(session: Session, report: WeeklyReport, index: int) -> Address:
    """The leader who signs, counted from 0; blocked while he holds no such post any more."""
    person_id = report.leaders[index]["person_id"]
    if people.has_role_in(session, person_id, ("SECTOR_LEADER",), people.town_code(report.region_code)):
        return Address(person_id=person_id)
    return Address(person_id=person_id, blocked="分管领导已离岗或账号已停用，请由管理员恢复其岗位或账号。")


def address(session: Session, report: WeeklyReport, want: Want) -> Address:
    """The town's people and the county's; of the leaders who sign for their stations each by name."""
    if want.person == "station_leader":
        return station_leader(session, report, want.index)
    return ways_up.of_unit(session, report, want)


def due(session: Session, report: WeeklyReport, text: str, opened_at: datetime) -> Due | None:
    """A plain term from when the task opened, or a parameter of the campaign of that week."""
    return dues.term(session, campaigns.current(session, report.week_on).code, text, opened_at)


def get_for(session: Session, caller: Caller, report_id: int) -> WeeklyReport:
    """The report, if a post of the caller's, or of one he stands in for, lies in its town or above; NotFound otherwise."""
    report = get(session, report_id)
    if not any(report.region_code.startswith(code) for code in _codes(session, caller)):
        raise NotFound(NOT_FOUND)
    return report


def of(session: Session, caller: Caller, limit: int = 100) -> list[WeeklyReport]:
    """The reports the caller may read, the newest week first."""
    mine = or_(false(), *(WeeklyReport.region_code.startswith(code, autoescape=True) for code in _codes(session, caller)))
    newest = WeeklyReport.week_on.desc(), WeeklyReport.region_code
    return list(session.scalars(select(WeeklyReport).where(mine).order_by(*newest).limit(limit)))


def _codes(session: Session, caller: Caller) -> list[str]:
    units = [people.get_unit(session, post.unit_id) for post in caller.all_posts if post.role in READERS]
    return sorted({unit.region_code[: DIGITS[unit.kind]] for unit in units if unit.kind in DIGITS})


def due_weeks(session: Session) -> list[date]:
    """The weeks lately whose day of collection has come, the oldest first."""
    calendar, today = calendars.of(session), clock.today()
    weeks = feedbacks.weeks(today - LATELY, clock.now(), calendar)
    return [week for week in weeks if collect_on(week, calendar) <= today]
