"""周四反馈: one sheet per person and week with a line per hazard, and, for those who supervise, who owes which reports."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from service import cases, documents, forms, house, labels, matters, photos, submissions
from workflows import calendars, clock, feedbacks, people, thursdays, weekly_reports
from workflows.codes import find_key
from workflows.engine import instances, tasks
from workflows.engine.worklist import Task
from workflows.errors import Conflict, Forbidden, NotFound
from workflows.thursdays import Line
from workflows.weekly_reports import WeeklyReport

blueprint = Blueprint("thursdays", __name__, url_prefix="/thursdays")

TONES = {"GIVEN": "green", "LATE": "amber", "NOTED": "grey", "OPEN": "blue", "MISSED": "red"}
WEEKS_SHOWN = 8


@dataclass(frozen=True)
class Row:
    """A line of the sheet as the page shows it; `fault` says why the whole line cannot be handed in."""

    line: Line
    fields: list[forms.Field]
    is_late: bool
    fault: str = ""


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    page, section = ("thursdays.report", "report_id"), "thursdays.index"
    cases.KINDS["weekly_report"] = cases.Kind(weekly_reports.get_for, facts, page, section, "这份周报告", "报告情况")
    app.register_blueprint(blueprint)


@blueprint.before_request
def must_see() -> None:
    """Only those who report or supervise, and who stands in for one of them; of a stranger's files nothing is read. One week's
    report is asked for with the right to it, so that its address tells nothing."""
    may = any(post.role in people.ACTIONS["see_thursdays"] for post in current_user.caller.all_posts)
    if not may and request.endpoint != "thursdays.report":
        raise Forbidden("您的岗位不用报周四反馈。")


# ---- one's own sheet ---------------------------------------------------------------------------------------------------


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The sheet of the oldest week that waits, or of the one that is asked for."""
    return _page(_asked_week())


@blueprint.post("/draft")
def draft() -> ResponseReturnValue:
    """暂存: keep every line as it is typed, unchecked."""
    taken = photos.take()
    for task, (data, _) in _typed(taken.photos):
        tasks.save_draft(g.session, task, current_user.caller, data)
    return submissions.draft_kept(taken, url_for("thursdays.index", week=_asked_week()))


@blueprint.post("")
def hand_in() -> ResponseReturnValue:
    """提交: all lines of the sheet, or none."""
    taken = photos.take()
    typed = _typed(taken.photos)
    if not typed:
        raise Conflict("这张表上没有要报的隐患，请回到周四反馈重新打开。")
    faults = taken.faults | {f"{task.id}-{key}": sentence for task, (_, wrong) in typed for key, sentence in wrong.items()}
    answers = [(task, data) for task, (data, _) in typed]
    asked, rules, caller = {task.id: data for task, data in answers}, house().rules, current_user.caller
    done = submissions.hand_in(asked, faults, lambda: tasks.complete_together(g.session, rules, answers, caller))
    if isinstance(done, submissions.Refused):
        return _page(_asked_week(), done.data, done.faults), 422
    flash(f"周四反馈已提交，共 {len(typed)} 件。由系统自动汇总，不用另外报送；到下一个反馈日再报。", "good")
    return redirect(url_for("thursdays.index"))


def _asked_week() -> date | None:
    """The week the address asks for; anything that is no date asks for none."""
    try:
        return date.fromisoformat(request.values.get("week", ""))
    except ValueError:
        return None


def _typed(files: Mapping[str, list[str]]) -> list[tuple[Task, tuple[dict[str, Any], dict[str, str]]]]:
    """The lines of this form: each task with what was typed for it and what of it could not be turned."""
    return [(task, _typed_for(task, files)) for task in _tasks_of_form()]


def _tasks_of_form() -> list[Task]:
    """The tasks that are named as lines. NotFound for what reports no week: a signature is given where a password is asked."""
    ids = dict.fromkeys(filter(None, map(find_key, request.form.getlist("line"))))
    found = [tasks.get(g.session, id, current_user.caller) for id in ids]
    if any(task.verb != thursdays.VERB or _is_signed(task) for task in found):
        raise NotFound(tasks.NOT_FOUND)
    return found


def _is_signed(task: Task) -> bool:
    """Whether its form asks for the password: then it is handed in on its own page."""
    return bool(tasks.schema(g.session, task).get("x-reauthenticate"))


def _typed_for(task: Task, files: Mapping[str, list[str]]) -> tuple[dict[str, Any], dict[str, str]]:
    mark = f"{task.id}-"
    typed = MultiDict((key.removeprefix(mark), value) for key, value in request.form.items(multi=True) if key.startswith(mark))
    mine = {key.removeprefix(mark): found for key, found in files.items() if key.startswith(mark)}
    return forms.read(tasks.schema(g.session, task), typed, mine)


def _page(
    week_on: date | None, typed: Mapping[int, Mapping[str, Any]] | None = None, faults: Mapping[str, str] | None = None
) -> str:
    """The sheet; `typed` and `faults` when it was refused, else each line's draft. A line that is gone meanwhile (reported by a
    colleague, closed) is left out; its sentence stands above."""
    waiting = [line for line in thursdays.lines(g.session, current_user.caller) if not _is_signed(line.task)]
    weeks = sorted({line.week_on for line in waiting})
    shown = week_on if week_on in weeks else (weeks[0] if weeks else None)
    rows = [_row(line, typed, faults or {}) for line in waiting if line.week_on == shown]
    return render_template(
        "thursdays/sheet.html",
        week_on=shown,
        due_on=_due_on(shown) if shown else None,
        weeks=[(week, sum(line.week_on == week for line in waiting)) for week in weeks],
        rows=rows,
        faults=_summary(rows, faults or {}),
        count=len(faults or {}),
        names=people.names(g.session, [row.line.task.assignee_id for row in rows]),
    )


def _row(line: Line, typed: Mapping[int, Mapping[str, Any]] | None, faults: Mapping[str, str]) -> Row:
    mark, task = f"{line.task.id}-", line.task
    kept = tasks.find_draft(g.session, task, current_user.caller) if typed is None else None
    data = (typed or {}).get(task.id) or (kept.data if kept else {})
    mine = {key.removeprefix(mark): sentence for key, sentence in faults.items() if key.startswith(mark)}
    functions = instances.functions(g.session, house().rules, line.hazard)
    shown = forms.view(tasks.schema(g.session, task), data, mine, options=cases.options_of(line.hazard), functions=functions)
    fields = [_on_the_sheet(field, mark) for field in shown]
    return Row(line, fields, clock.now() > clock.end_of(_due_on(line.week_on)), mine.get("", ""))


def _on_the_sheet(field: forms.Field, mark: str) -> forms.Field:
    """A field under its name among many lines. What depends on another answer stands there from the start, as it does without
    scripts: the page's script knows that answer by no such name."""
    is_required = field.is_required and not field.visible_when
    return replace(field, key=mark + field.key, visible_when="", is_visible=True, is_required=is_required)


def _due_on(week_on: date) -> date:
    return feedbacks.due_on(week_on, calendars.of(g.session))


def _summary(rows: list[Row], faults: Mapping[str, str]) -> list[tuple[str, str]]:
    """(where to jump, sentence) of each fault, told with its hazard; ("", sentence) for a line that is not on the sheet."""
    found: dict[str, tuple[str, str]] = {}
    for row in rows:
        about = row.line.hazard.subject_name
        found |= {field.key: (field.id, f"{about}：{field.fault}") for field in row.fields if field.fault}
        if row.fault:
            found[f"{row.line.task.id}-"] = (f"line-{row.line.task.id}", f"{about}：{row.fault}")
    return [found.get(key, ("", sentence)) for key, sentence in faults.items()]


# ---- who owes what -----------------------------------------------------------------------------------------------------


@blueprint.get("/owed")
def owed() -> ResponseReturnValue:
    """应报、已报、补报、漏报, by person, of one week."""
    _must_supervise()
    this = thursdays.week_of(clock.today())
    week_on = thursdays.week_of(_asked_week() or this)
    rows = thursdays.owed_in_scope(g.session, current_user.caller, week_on)
    standings = thursdays.standings(rows)
    return render_template(
        "thursdays/owed.html",
        week_on=week_on,
        due_on=_due_on(week_on),
        weeks=[this - timedelta(days=7 * back) for back in range(WEEKS_SHOWN)],
        rows=rows,
        standings=standings,
        names=people.names(g.session, [each.person_id for each in standings]),
        STATES=thursdays.STATES,
        TONES=TONES,
    )


# ---- the report to the county ------------------------------------------------------------------------------------------


@blueprint.get("/reports")
def reports() -> ResponseReturnValue:
    """周报告: what was collected, signed and delivered, week by week."""
    _must_supervise()
    rows = weekly_reports.of(g.session, current_user.caller)
    return render_template("thursdays/reports.html", rows=rows, towns=_towns(rows), STATES=weekly_reports.STATES)


@blueprint.get("/reports/<int:report_id>")
def report(report_id: int) -> ResponseReturnValue:
    """One week's report: its lines, its way, its document."""
    found = weekly_reports.get_for(g.session, current_user.caller, report_id)
    instance = instances.find(g.session, found.ref, weekly_reports.PROCESS)
    return render_template(
        "thursdays/report.html",
        report=found,
        title=weekly_reports.title(found),
        state=weekly_reports.STATES[found.state],
        documents=documents.shown(found.ref),
        matters=matters.beside(found.ref, instance),
        **cases.context(found.ref, found, cases.options_of(found), instance),
    )


def _must_supervise() -> None:
    if not people.may(current_user.caller, "see_board"):
        raise Forbidden("您的岗位不查看全镇的周四反馈报送情况。")


def _towns(rows: list[WeeklyReport]) -> dict[str, str]:
    units = (people.find_unit(g.session, "TOWN", code) for code in sorted({row.region_code for row in rows}))
    return {unit.region_code: unit.name for unit in units if unit}


def facts(report: WeeklyReport, _options: forms.Options) -> list[cases.Fact]:
    """What is known of a week's report; to a leader who signs for his stations no more than what they have reported."""
    found = _whole(report) if cases.may_see(report.ref) else []
    named = [cases.Fact("乡镇", "".join(_towns([report]).values())), cases.Fact("哪一周", labels.day(report.week_on))]
    return [fact for fact in [*named, *found, *_stations(report, is_whole=bool(found))] if fact.text]


def _stations(report: WeeklyReport, *, is_whole: bool) -> list[cases.Fact]:
    """分管领导签发站所反馈: what each has to sign, and whether he has."""
    mine = {current_user.id, *current_user.caller.stands_in}
    shown = [each for each in report.leaders if is_whole or each["person_id"] in mine]
    names = people.names(g.session, [each["person_id"] for each in shown])
    told = ["；".join(map(_said, each["lines"])) or "重新汇总后无须签发" for each in shown]
    whose = [f"{names[each['person_id']]} {_signed(each)}" for each in shown]
    return [cases.Fact("站所反馈签发", text, name) for text, name in zip(told, whose, strict=True)]


def _said(line: Mapping[str, str]) -> str:
    return f"{line['主体']}（{line['责任人']}）：{line['情况']}".rstrip("。")


def _signed(leader: weekly_reports.Leader) -> str:
    return labels.moment(datetime.fromisoformat(leader["signed_at"])) if "signed_at" in leader else "待签发"


def _whole(report: WeeklyReport) -> list[cases.Fact]:
    counts = "，".join(f"{name} {number} {'件' if name == '在办' else '份'}" for name, number in report.counts.items())
    return [
        cases.Fact("汇总", counts, labels.moment(report.collected_at)),
        cases.Fact("漏报", "、".join(line["主体"] for line in report.lines if line["报送"] == "漏报")),
        cases.Fact("签发人", report.signer, labels.moment(report.signed_at)),
        cases.Fact("送达回执", labels.moment(report.received_at)),
    ]
