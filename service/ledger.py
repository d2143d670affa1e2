"""台账: every numbered hazard in one's scope, as it stands or as it stood at the end of a past day; and the same as Excel."""

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, g, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import hazards, house, labels, sheets
from workflows import clock, exports, ledger, people, sectors
from workflows.codes import find_key
from workflows.db import Session
from workflows.engine import Caller
from workflows.errors import Forbidden, Invalid, NotFound
from workflows.hazards import regions
from workflows.hazards import scope as scope_of
from workflows.hazards.rules import AWAITING_SIGNATURE, COUNTED_AS_CLOSED, STATUSES
from workflows.options import OPTIONS
from workflows.people import Unit

blueprint = Blueprint("ledger", __name__, url_prefix="/ledger")

GROUPS = {"counted": "计入统计的", "open": "未销号", "awaiting": "已改待销", "closed": "已完成整改", "gone": "已核减、并号"}
TERMS = {"late": "逾期未销号", "soon": "三日内到期", "kept": "按期销号", "missed": "逾期销号"}
MARKS = {"listed": "挂牌督办", "stopped": "责令停产停业", "shutdown": "关停取缔", "talked": "约谈、通报企业", "blocked": "受阻"}
AGES = {"7": "7 日内", "30": "8 至 30 日", "90": "31 至 90 日", "180": "91 至 180 日", "more": "180 日以上"}
NUMBERED = {code: text for code, text in STATUSES.items() if code not in ("DRAFT", "REPORTED", "REJECTED_LEAD")}
VIEWS = {"VILLAGE": "来源按镇、村口径", "TOWN": "来源按镇、村口径", "COUNTY": "来源按县口径"}
DAYS = ("from_on", "to_on", "late_for")
ASKED = ("unit", "sector", "source", "q", "status", "term", "mark", "age", *DAYS, "as_of", "department", "campaign", "view")
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AT_ONCE = 2_000  # rows that are written while one waits for the page
TOLD_EVERY = 500
Passed = Callable[[int], None]
INDENT = {"COUNTY": 0, "TOWN": 1, "VILLAGE": 2}
HEADS = (
    ("编号", 27), ("主体名称", 24), ("主体类型", 11), ("统一社会信用代码", 21), ("所在乡镇", 14), ("所在村（社区）", 14),
    ("行业领域", 12), ("地址", 24), ("隐患描述", 48), ("判定依据", 20), ("来源", 10), ("状态", 15), ("是否已改待销", 13),
    ("整改方式", 10), ("整改期限", 17), ("是否逾期", 9), ("登记时间", 17), ("销号时间", 17), ("牵头责任人", 12),
    ("县跟踪人", 12), ("挂牌督办", 9), ("退回次数", 9),
)  # fmt: skip


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.jinja_env.globals["ledger_url"] = address
    app.register_blueprint(blueprint)


# ---- pages -------------------------------------------------------------------------------------------------------------


@blueprint.get("")
def index() -> ResponseReturnValue:
    """台账: totals by the rules of counting, then the rows."""
    asked, places = asked_for(), places_of()
    wanted = _wanted(asked, places)
    scope = scope_of(g.session, current_user.caller)
    found = ledger.page(g.session, wanted, scope=scope, after=find_key(request.args.get("after", "")))
    counts = ledger.count(g.session, part=wanted, scope=scope)
    return render_template(
        "ledger/index.html",
        counts=counts,
        number=counts.numbered if wanted.is_whole else ledger.number(g.session, wanted, scope=scope),
        found=found,
        asked=asked,
        marks=hazards.marks,
        named=place_names(g.session),
        moment=_moment(asked),
        form=_form_of(asked),
        CLOSED=COUNTED_AS_CLOSED,
        **choices(places),
    )


@blueprint.get("/export")
def export() -> ResponseReturnValue:
    """导出台账: how many rows it will be, before one waits for them."""
    asked, places = asked_for(), places_of()
    return render_template(
        "ledger/export.html",
        number=number_of(asked, places),
        asked=asked,
        told=told_of(g.session, asked, places),
        moment=_moment(asked),
        columns=len(HEADS),
        at_once=AT_ONCE,
        exports=exports.of(g.session, current_user.id),
    )


@blueprint.get("/export.xlsx")
def download() -> Response:
    """The rows as Excel: row by row from the database to a file on disk, and from there to the browser."""
    must_see(current_user.caller)
    with tempfile.TemporaryDirectory(prefix="bihuan-ledger-") as folder:
        file = Path(folder) / "ledger.xlsx"
        number = write(g.session, current_user.caller, asked_for(), file)
        response = send(file)
    with house().database.transaction() as session:  # who took it out stays on record; this page itself only reads
        ledger.record_export(session, by=current_user.id, number=number)
    return response


def send(file: Path) -> Response:
    """A finished sheet as a download. The open file outlives its name."""
    stream, size = file.open("rb"), file.stat().st_size
    response = send_file(stream, SHEET, as_attachment=True, download_name=f"重大事故隐患台账-{clock.today():%Y%m%d}.xlsx")
    response.content_length = size
    return response


def write(session: Session, caller: Caller, asked: Mapping[str, str], file: Path, *, passed: Passed = lambda _: None) -> int:
    """Write the rows that are asked for as Excel, as far as the caller may see them; answers how many. `passed` is told
    every few hundred rows how many are written."""
    places, scope = regions(session, caller), scope_of(session, caller)
    wanted = _wanted(asked, places)
    counts = ledger.count(session, part=wanted, scope=scope)
    notes = [f"重大事故隐患台账（{_moment(asked)}）", f"条件：{told_of(session, asked, places)}", _summary(counts)]
    lines = _Counted(_lines(session, wanted, scope), passed)
    sheets.write(file, name="台账", notes=notes, heads=HEADS, rows=lines)
    return lines.number


class _Counted:
    """Rows that are counted as they pass."""

    def __init__(self, rows: Iterator[Sequence[sheets.Cell]], passed: Passed) -> None:
        self.rows, self.passed, self.number = rows, passed, 0

    def __iter__(self) -> Iterator[Sequence[sheets.Cell]]:
        for row in self.rows:
            self.number += 1
            if self.number % TOLD_EVERY == 0:
                self.passed(self.number)
            yield row


# ---- what is asked -----------------------------------------------------------------------------------------------------


def choices(places: Sequence[Unit]) -> dict[str, Any]:
    """The lists one may choose from, for the filters."""
    return {
        "units": [(str(unit.id), "　" * INDENT[unit.kind] + unit.name) for unit in places],
        "statuses": {**GROUPS, **NUMBERED},
        "terms": TERMS,
        "stamps": MARKS,
        "ages": AGES,
    }


def places_of() -> list[Unit]:
    """The places the caller may pick; Forbidden if the ledger is not for his posts."""
    must_see(current_user.caller)
    return regions(g.session, current_user.caller)


def must_see(caller: Caller) -> None:
    """Forbidden if the ledger is not for the caller's posts."""
    if not people.may(caller, "see_ledger"):
        raise Forbidden("您的岗位不能查看台账。")


def pick(places: Sequence[Unit], unit_id: str) -> Unit | None:
    """The place that was picked, None for all; NotFound for one that the caller may not pick."""
    found = next((unit for unit in places if str(unit.id) == unit_id), None)
    if unit_id and found is None:
        raise NotFound("没有找到这个区划，或者它不在您的职责范围内。")
    return found


def address(endpoint: str, asked: Mapping[str, str | None]) -> str:
    """A page of the ledger with these conditions, empty ones left out."""
    return url_for(endpoint, **{name: value for name, value in asked.items() if value})


def number_of(asked: Mapping[str, str], places: Sequence[Unit]) -> int:
    """How many rows are asked for."""
    return ledger.number(g.session, _wanted(asked, places), scope=scope_of(g.session, current_user.caller))


def asked_for() -> dict[str, str]:
    """The conditions in the address."""
    return {name: request.args.get(name, "").strip() for name in ASKED}


def _wanted(asked: Mapping[str, str], places: Sequence[Unit]) -> ledger.Wanted:
    return ledger.Wanted(
        as_of=end_of(asked["as_of"]),
        within=pick(places, asked["unit"]),
        search=asked["q"],
        **{name: day_of(asked[name]) if asked[name] else None for name in DAYS},
        department_id=_department(asked).id if asked["department"] else None,
        **{name: asked[name] for name in ("sector", "source", "status", "term", "mark", "age", "campaign", "view")},
    )


def _department(asked: Mapping[str, str]) -> Unit:
    """The county's department in the address; NotFound for what is none."""
    unit = people.get_unit(g.session, find_key(asked["department"]) or 0)
    if unit.kind not in ("COUNTY_DEPT", "COUNTY"):
        raise NotFound("没有这个县有关部门。")
    return unit


def end_of(text: str) -> datetime | None:
    """24:00 of the day, however it is written (2026-06-25, 2026年6月25日, 20260625); None, which is now, for today and later."""
    day = day_of(text) if text else clock.today()
    return clock.end_of(day) if day < clock.today() else None


def day_of(text: str) -> date:
    """The day, however it is written; Invalid for what is none, or lies where no calendar can count on."""
    parts = re.fullmatch(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D?", text)
    with suppress(TypeError, ValueError):
        day = date(*map(int, parts.groups() if parts else ()))
        if clock.is_likely(day):
            return day
    raise Invalid("", "日期无效，请按“2026-06-25”的样子填写。")


def _form_of(asked: Mapping[str, str]) -> str:
    """What a cell of the dispatch form or a line of the wall map adds to the conditions, in words; "" without."""
    named = (
        asked["late_for"] and f"{labels.day(day_of(asked['late_for']))}以前发现、以后登记",
        asked["department"] and f"由{_department(asked).name}跟踪",
        asked["campaign"] and f"只含行动 {asked['campaign']}",
        VIEWS.get(asked["view"], ""),
    )
    return "，".join(filter(None, named))


# ---- words -------------------------------------------------------------------------------------------------------------


def _moment(asked: Mapping[str, str]) -> str:
    end = end_of(asked["as_of"])
    return f"截至 {labels.due_words(end)}" if end else f"截至 {labels.moment(clock.now())}"


def told_of(session: Session, asked: Mapping[str, str], places: Sequence[Unit]) -> str:
    """The conditions in words."""
    unit = pick(places, asked["unit"])
    named = [
        unit.name if unit else "",
        sectors.names(session).get(asked["sector"], asked["sector"]),
        labels.source(asked["source"]),
        GROUPS.get(asked["status"]) or labels.status(asked["status"]),
        TERMS.get(asked["term"], asked["term"]),
        MARKS.get(asked["mark"], asked["mark"]),
        AGES[asked["age"]] + "登记未销号" if asked["age"] in AGES else asked["age"],
        f"含“{asked['q']}”" if asked["q"] else "",
        _registered(asked),
        _form_of(asked),
    ]
    return "，".join(filter(None, named)) or "职责范围内全部"


def _registered(asked: Mapping[str, str]) -> str:
    """When what is asked for was registered, in words."""
    from_on, to_on = (labels.day(day_of(asked[name])) if asked[name] else "" for name in ("from_on", "to_on"))
    if from_on and to_on:
        return f"{from_on}至{to_on}登记"
    return f"{from_on}起登记" if from_on else f"{to_on}以前登记" if to_on else ""


def _summary(counts: ledger.Counts) -> str:
    total, rate = counts.total, labels.percent(counts.rate)
    return (
        f"发现 {total.found} 件，已完成整改（县签字销号）{total.closed} 件，已改待销 {total.awaiting} 件，"
        f"未销号 {counts.open} 件，整改率 {rate}"
    )


def place_names(session: Session) -> Callable[[str], tuple[str, str]]:
    """What the town and the village of a region code are called."""
    towns = {unit.region_code: unit.name for unit in people.units(session, "TOWN")}
    villages = {unit.region_code: unit.name for unit in people.units(session, "VILLAGE")}
    return lambda code: (towns.get(people.town_code(code), ""), villages.get(code, ""))


def _lines(session: Session, wanted: ledger.Wanted, scope: Any) -> Iterator[Sequence[sheets.Cell]]:
    """The cells of each row, in the order of HEADS."""
    named, clause = place_names(session), dict(OPTIONS["clauses"](session, None))
    now, industries = wanted.as_of or clock.now(), sectors.names(session)
    for row in ledger.lines(session, wanted, scope=scope):
        is_late = row.status in labels.IN_HAND and row.due_at is not None and row.due_at < now
        town, village = named(row.region_code)
        yield (
            row.hazard_no,
            row.subject_name,
            labels.subject_type(row.subject_type),
            row.uscc,
            town,
            village,
            industries.get(row.sector, ""),
            row.address,
            row.description,
            clause.get(row.standard_clause, row.standard_clause) or row.key_check_item,
            labels.source(row.source),
            labels.status(row.status),
            "是" if row.status in AWAITING_SIGNATURE else "否",
            labels.mode(row.mode),
            labels.plain_day(row.due_at and clock.last_day(row.due_at)),
            "是" if is_late else "否",
            labels.plain_moment(row.registered_at),
            labels.plain_moment(row.closed_at),
            row.lead,
            row.tracker,
            "是" if row.is_listed else "否",
            row.return_count,
        )
