"""节假日: which days the office works; years that are known, local holidays, and what was changed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service.admin import allow, blueprint
from service.admin.sheets import Sheet, day, handle, line
from workflows import calendars, clock, people
from workflows.errors import NotFound

AHEAD = 2  # years that may be entered before they begin
DAYS = {"type": "string", "minLength": 1, "maxLength": 600}
DOCUMENT = line("依据", 120, "通知或决定的名称、文号，例如：国办发明电〔2026〕7号。", least=2)
KIND = {
    "type": "string",
    "title": "怎样安排",
    "oneOf": [{"const": code, "title": text} for code, text in calendars.KINDS.items()],
}


@blueprint.get("/calendar")
def calendar() -> ResponseReturnValue:
    """节假日: a year's days that differ from an ordinary week, what was entered for it, and the years beside it."""
    allow("set_parameters")
    this = clock.today().year
    year = request.args.get("year", this, type=int)
    if not this - 3 <= year <= this + AHEAD:
        raise NotFound("没有这一年的日历。")
    entries = calendars.entries(g.session, year)
    return render_template(
        "admin/calendar.html",
        year=year,
        years=[(each, *_state(each)) for each in range(this - 3, this + AHEAD + 1)],
        spans=calendars.spans(calendars.of(g.session), year),
        entries=entries,
        kinds=calendars.KINDS,
        names=people.names(g.session, [each.by for each in entries]),
        missing=calendars.missing(g.session),
        may_enter=this <= year,
    )


@blueprint.route("/calendar/<int:year>/enter", methods=["GET", "POST"])
def enter_year(year: int) -> ResponseReturnValue:
    """A whole year by the notice of the State Council."""
    allow("set_parameters")
    if not clock.today().year <= year <= clock.today().year + AHEAD:
        raise NotFound("只能录入本年度和以后两个年度的放假安排。")
    sheet = Sheet(
        title=f"录入{year}年放假安排",
        fields={
            "off": {**DAYS, "title": "放假的日子", "description": "照通知填写，含周末，例如：1月1日至3日、2月15日至23日。"},
            "work": {**DAYS, "title": "调休上班的周末", "description": "例如：1月4日、2月14日；没有就不填。"},
            "document": DOCUMENT,
        },
        required=("off", "document"),
        back=url_for("admin.calendar", year=year),
        button="录入并重算期限",
        done=f"已录入{year}年放假安排，在办件的期限正在重算。",
        intro="录入后，按周末暂算的期限立即按新日历重算；本县自定的节假日不受影响。",
    )

    def enter(data: Mapping[str, Any]) -> None:
        off = calendars.read_days("off", year, data["off"])
        work = calendars.read_days("work", year, data.get("work", ""))
        calendars.enter_year(g.session, year, off=off, work=work, document=data["document"], by=current_user.id)

    return handle(sheet, enter)


@blueprint.route("/calendar/change", methods=["GET", "POST"])
def change_calendar() -> ResponseReturnValue:
    """Some days of our own: a local holiday, an extra working day."""
    allow("set_parameters")
    sheet = Sheet(
        title="增加本县放假或上班的日子",
        fields={
            "kind": KIND,
            "first": day("起始日期"),
            "last": day("截止日期", "含当日；只有一天的不填。"),
            "name": line("名称", 60, "例如：壮族三月三、古尔邦节、抗洪期间照常上班。"),
            "document": DOCUMENT,
        },
        required=("kind", "first", "name", "document"),
        back=url_for("admin.calendar"),
        button="保存并重算期限",
        done="已保存，在办件的期限正在重算。",
        intro="民族节日等地方假日，以及国务院通知以外的调整，填在这里。",
    )

    def change(data: Mapping[str, Any]) -> None:
        first, last = date.fromisoformat(data["first"]), data.get("last")
        calendars.set_days(
            g.session, data["kind"], first, date.fromisoformat(last) if last else None,
            name=data["name"], document=data["document"], by=current_user.id,
        )  # fmt: skip

    return handle(sheet, change)


def _state(year: int) -> tuple[str, str]:
    """Where the year's holidays come from, and its colour."""
    if year in calendars.of(g.session).years:
        return "已录入", "green"
    return ("系统内置", "green") if clock.is_built_in(year) else ("未录入，按周末暂算", "amber")
