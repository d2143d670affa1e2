"""调度表: the dispatch form of a village, town or county for any day, the month's returns, and what stands behind each cell."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, g, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import cases, dispatch_sheets, forms, labels, ledger, matters
from workflows import campaigns, clock, dispatch, hazards, inquiries, people
from workflows.engine import history, instances
from workflows.errors import Forbidden, Invalid, NotFound
from workflows.people import Unit

blueprint = Blueprint("dispatch", __name__, url_prefix="/dispatch")

TONES = {"OPEN": "amber", "FROZEN": "blue", "SIGNED": "green", "RECEIVED": "green"}
ITEM_SOURCES = {"computed": "由台账计算", "both": "系统记录加人工补录", "manual": "人工补录"}
LINES = 50  # rows of the monthly list on a page


@dataclass(frozen=True)
class Asked:
    """Which form: of which unit, as of when (None: now), of which campaign."""

    unit: Unit
    as_of: datetime | None
    campaign: campaigns.Campaign

    @property
    def moment(self) -> datetime:
        """The moment asked for."""
        return self.as_of or clock.now()

    @property
    def day(self) -> date:
        """The last day that counts."""
        return clock.last_day(self.as_of) if self.as_of else clock.today()

    @property
    def query(self) -> dict[str, str]:
        """The same as an address has it."""
        found = {"unit": str(self.unit.id), "campaign": self.campaign.code}
        return {**found, "as_of": self.day.isoformat()} if self.as_of else found


@dataclass(frozen=True)
class Row:
    """One line of the form: the item, its value, the change since the period before, and the address of its records."""

    item: dispatch.Item
    value: str
    change: str
    url: str
    handed_in: str = ""


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    page, section = ("dispatch.show", "return_id"), "dispatch.index"
    cases.KINDS["return"] = cases.Kind(dispatch.get_for, facts, page, section, "这份月报", "月报情况", proposed=_proposed)
    app.jinja_env.globals["ITEM_SOURCES"] = ITEM_SOURCES
    app.register_blueprint(blueprint)


# ---- pages -------------------------------------------------------------------------------------------------------------


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The form of a unit for any day, computed from the records, and its returns so far."""
    asked = _asked()
    form = dispatch.compute(g.session, asked.unit, asked.as_of, asked.campaign.code)
    done = [row for row in dispatch.latest(g.session, asked.unit) if row.campaign == asked.campaign.code]
    return render_template(
        "dispatch/index.html",
        asked=asked,
        form=form,
        parts=_parts(asked, form.values, _earlier(asked)),
        found=dispatch.check(form.values),
        by_finding=_by_finding(asked, form.values),
        done=done,
        states=dispatch.STATES,
        tones=TONES,
        month_name=dispatch.month_name,
        units=ledger.choices(_places())["units"],
        campaigns=[(each.code, each.name) for each in campaigns.everyone(g.session)],
        typed=request.args.get("as_of", ""),
    )


@blueprint.get("/form.xlsx")
def sheet() -> Response:
    """The form as Excel, in the layout of the annex."""
    asked = _asked()
    form = dispatch.compute(g.session, asked.unit, asked.as_of, asked.campaign.code)
    head = _head(asked.unit, asked.campaign.name, asked.day, "", "", "未定稿，按当时台账计算")
    return _send_sheet(head, form.values, _by_finding(asked, form.values), f"调度表-{asked.unit.name}-{asked.day:%Y%m%d}")


@blueprint.get("/entries")
def entries() -> ResponseReturnValue:
    """What was entered by hand behind one item: by which unit, why, with which proof."""
    asked, code = _asked(), request.args.get("code", "")
    item = next((item for item in dispatch.ITEMS if item.code == code and code in dispatch.MANUAL), None)
    if item is None:
        raise NotFound("调度表没有这一项，或者这一项由台账计算。")
    found = dispatch.entries(g.session, asked.unit, asked.moment, asked.campaign.code)
    rows = [each for each in found if each.value.code == code]
    return render_template(
        "dispatch/entries.html",
        asked=asked,
        item=item,
        rows=rows,
        names=people.names(g.session, [each.value.by for each in rows]),
        shown=dispatch.shown,
        recorded=_recorded(asked, code) if code in dispatch.RECORDED else None,
        held=inquiries.count_held(g.session, asked.unit, asked.moment, asked.campaign.code) if code == "C9" else None,
        talks=dispatch.talks(g.session, asked.unit, asked.moment, asked.campaign.code) if code == "C10" else None,
    )


@blueprint.get("/returns/<int:return_id>")
def show(return_id: int) -> ResponseReturnValue:
    """One return: its form, what differs from what was handed in, what fell and why, its versions, and where it stands."""
    row = dispatch.get_for(g.session, current_user.caller, return_id)
    return render_template("dispatch/show.html", **_shown(row), **_case(row))


@blueprint.get("/returns/<int:return_id>/form.xlsx")
def return_sheet(return_id: int) -> Response:
    """A version of a return as Excel."""
    row = dispatch.get_for(g.session, current_user.caller, return_id)
    kept = _version(row)
    names = people.names(g.session, [row.filler_id, row.reviewer_id])
    filler, reviewer = names.get(row.filler_id or 0, ""), names.get(row.reviewer_id or 0, "")
    version = f"第 {kept.version} 版 {kept.sha256[:12]}"
    campaign = campaigns.get(g.session, row.campaign)
    head = _head(row.unit, campaign.name, row.as_of_on, filler, reviewer, version)
    found = _by_finding(Asked(row.unit, row.cut_at, campaign), kept.values)
    return _send_sheet(head, kept.values, found, f"调度表-{row.unit.name}-{row.as_of_on:%Y%m%d}-第{kept.version}版")


@blueprint.get("/returns/<int:return_id>/list")
def hazards_of(return_id: int) -> ResponseReturnValue:
    """月度清单: the hazards of the month as they stood at the cut, locked with the form."""
    row = dispatch.get_for(g.session, current_user.caller, return_id)
    kept = _version(row)
    start = request.args.get("after", 0, type=int)
    lines = kept.lines[start : start + LINES]
    return render_template(
        "dispatch/list.html",
        row=row,
        kept=kept,
        lines=lines,
        named=hazards.some(g.session, [line[0] for line in lines]),
        placed=ledger.place_names(g.session),
        next=start + LINES if len(kept.lines) > start + LINES else None,
        month=dispatch.month_name(row.as_of_on),
    )


# ---- what is asked -----------------------------------------------------------------------------------------------------


def _places() -> list[Unit]:
    if not people.may(current_user.caller, "see_dispatch"):
        raise Forbidden("您的岗位不能查看调度表。")
    return dispatch.places(g.session, current_user.caller)


def _asked() -> Asked:
    """Of the first place of his posts, now, in the campaign that runs, unless the address says otherwise."""
    places = _places()
    unit = ledger.pick(places, request.args.get("unit", "")) or next(iter(places), None)
    if unit is None:
        raise NotFound("您的岗位没有对应的村、镇或县。")
    code, typed = request.args.get("campaign", ""), request.args.get("as_of", "").strip()
    if typed and ledger.day_of(typed) > clock.today():
        raise Invalid("", "这一天还没有到，调度表只能查到今天为止。")
    as_of = ledger.end_of(typed)
    campaign = campaigns.get(g.session, code) if code else campaigns.current(g.session, as_of and clock.last_day(as_of))
    return Asked(unit, as_of, campaign)


def _earlier(asked: Asked) -> Mapping[str, int]:
    """The values of the newest frozen return before the moment asked for: what the changes are counted from."""
    done = dispatch.latest(g.session, asked.unit, frozen=True)
    before = [row for row in done if row.campaign == asked.campaign.code and row.cut_at < asked.moment]
    kept = dispatch.find_last(g.session, before[0]) if before else None
    return kept.values if kept else {}


def _version(row: dispatch.Return) -> dispatch.Frozen:
    """The version in the address, or the one in force; NotFound before the cut."""
    number = request.args.get("version", type=int)
    found = [each for each in dispatch.versions(g.session, row) if number in (None, each.version)]
    if not found:
        raise NotFound("本期还没有到截止时点，尚未定稿。")
    return found[-1]


# ---- the form in rows --------------------------------------------------------------------------------------------------


def _parts(
    asked: Asked, values: Mapping[str, int], earlier: Mapping[str, int], handed_in: Mapping[str, int] | None = None
) -> Any:
    """The rows of the three parts, by their titles."""
    rows = [_row(asked, item, values, earlier, handed_in or {}) for item in dispatch.ITEMS]
    return {title: [row for row in rows if row.item.code[0] == part] for part, title in dispatch.PARTS.items()}


def _row(
    asked: Asked, item: dispatch.Item, values: Mapping[str, int], earlier: Mapping[str, int], handed_in: Mapping[str, int]
) -> Row:
    value = values[item.code]
    change = value - earlier.get(item.code, 0) if earlier else 0
    return Row(
        item,
        dispatch.shown(item.code, value),
        f"{'+' if change > 0 else '−'}{dispatch.shown(item.code, abs(change))}" if change else "",
        _records(asked, item) if value else "",
        dispatch.shown(item.code, handed_in[item.code]) if item.code in handed_in else "",
    )


def _records(asked: Asked, item: dispatch.Item) -> str:
    """Where the records behind a cell are: the ledger under the form's own conditions, or what was entered by hand."""
    if item.code in dispatch.MANUAL:
        return url_for("dispatch.entries", **asked.query, code=item.code)
    place = item.number - 1
    conditions: dict[str, str | None] = {**asked.query, "view": asked.unit.kind, "status": "closed" if place % 2 else "counted"}
    conditions |= {"mark": "listed"} if place >= 8 else {"source": ("SELF", "ENFORCE", "TIPOFF", "ASSIGNED")[place // 2]}
    return ledger.address("ledger.index", conditions)


def _by_finding(asked: Asked, values: Mapping[str, int]) -> list[dispatch.Found]:
    return dispatch.by_finding(g.session, asked.unit, asked.as_of, asked.campaign.code, values)


def _recorded(asked: Asked, code: str) -> dict[str, Any]:
    """How much of an item the records themselves say, and where they are."""
    mark, status = dispatch.RECORDED[code]
    number = dispatch.recorded(g.session, asked.unit, asked.as_of, asked.campaign.code, code)
    return {"number": number, "url": ledger.address("ledger.index", {**asked.query, "mark": mark, "status": status})}


# ---- one return --------------------------------------------------------------------------------------------------------


def _shown(row: dispatch.Return) -> dict[str, Any]:
    """What the page of a return shows of its figures."""
    kept, before = dispatch.find_last(g.session, row), dispatch.before(g.session, row)
    earlier = dispatch.find_last(g.session, before)
    campaign = campaigns.get(g.session, row.campaign)
    asked = Asked(row.unit, row.cut_at if kept else None, campaign)
    values = kept.values if kept else dispatch.compute(g.session, row.unit, None, row.campaign).values
    differences = dispatch.differences(g.session, row) if row.level != "VILLAGE" else []
    return {
        "row": row,
        "title": dispatch.title(row),
        "month": dispatch.month_name(row.as_of_on),
        "kept": kept,
        "versions": dispatch.versions(g.session, row),
        "asked": asked,
        "parts": _parts(asked, values, earlier.values if earlier else {}, row.handed_in),
        "by_finding": _by_finding(asked, values),
        "fallen": dispatch.falls(values, earlier.values if earlier else {}),
        "reduced": dispatch.reductions(g.session, row),
        "differs": dispatch.differs(g.session, row),
        "gaps": [each for each in differences if each.gap],
        "handed_in": differences,
        "missing": dispatch.missing(g.session, row),
        "below": _below(row),
        "titles": {item.code: item.title for item in dispatch.ITEMS},
        "word": dispatch.shown,
        "states": dispatch.STATES,
        "tones": TONES,
        "checked": history.verify(g.session, row.ref) if request.args.get("check") else None,
        "lines": history.lines(g.session, row.ref),
    }


def _below(row: dispatch.Return) -> list[tuple[dispatch.Return, Unit]]:
    found = dispatch.returns(g.session, row.unit, row.campaign, row.as_of_on)
    return [(each, unit) for each, unit in found if each.id != row.id]


def _case(row: dispatch.Return) -> dict[str, Any]:
    """The month's own process, and what goes on beside it."""
    main = next((each for each, _ in instances.of(g.session, row.ref)), None)
    return {"matters": matters.beside(row.ref, main), **cases.context(row.ref, row, cases.options_of(row), main)}


def facts(row: dispatch.Return, _options: forms.Options) -> list[cases.Fact]:
    """What is known of a return, for its page and beside its tasks."""
    kept = dispatch.find_last(g.session, row)
    values = kept.values if kept else dispatch.compute(g.session, row.unit, None, row.campaign).values
    found, closed = sum(values[f"A{n}"] for n in (1, 3, 5, 7)), sum(values[f"A{n}"] for n in (2, 4, 6, 8))
    names = people.names(g.session, [row.filler_id, row.reviewer_id])
    known = [
        cases.Fact("单位", row.unit.name),
        cases.Fact("行动", campaigns.get(g.session, row.campaign).name),
        cases.Fact("统计截止", labels.due_words(row.cut_at), "自行动开始累计"),
        cases.Fact("状态", dispatch.STATES[row.state], tone=TONES[row.state]),
        cases.Fact("发现重大事故隐患", f"{found} 个", "A1+A3+A5+A7"),
        cases.Fact("已完成整改", f"{closed} 个", "县签字销号的才算，A2+A4+A6+A8"),
        cases.Fact("填报", names.get(row.filler_id or 0, ""), labels.moment(row.handed_in_at)),
        cases.Fact("审核", names.get(row.reviewer_id or 0, "")),
        cases.Fact("定稿", f"第 {kept.version} 版" if kept else "", f"校验值 {kept.sha256[:16]}" if kept else ""),
        cases.Fact("核减说明", row.explanation or ""),
    ]
    return [fact for fact in known if fact.text]


def _proposed(row: dispatch.Return, element: str) -> Mapping[str, Any]:
    """What the record says already, to be completed: the unit's own figures; why others fell."""
    if element in ("fill_return", "ask_correction"):
        return _figures(row)
    return {"explanation": dispatch.explanation(g.session, row)} if element == "collect_return" else {}


def _figures(row: dispatch.Return) -> dict[str, Any]:
    """A unit's own figures as its forms ask for them: fines in yuan."""
    own = dispatch.own_values(g.session, row)
    yuan = {"C3b": own["C3b"] // 100 if own["C3b"] % 100 == 0 else own["C3b"] / 100} if "C3b" in own else {}
    return {**own, **yuan}


# ---- Excel ---------------------------------------------------------------------------------------------------------------


def _head(unit: Unit, campaign: str, day: date, filler: str, reviewer: str, version: str) -> dispatch_sheets.Head:
    return dispatch_sheets.Head(unit.name, campaign, f"{day.year}年{day.month}月{day.day}日", filler, reviewer, version)


def _send_sheet(
    head: dispatch_sheets.Head, values: Mapping[str, int], found: list[dispatch.Found], name: str
) -> Response:
    with tempfile.TemporaryDirectory(prefix="bihuan-dispatch-") as folder:
        file = Path(folder) / "form.xlsx"
        dispatch_sheets.write(file, head, values, found)
        stream = file.open("rb")
    return send_file(stream, ledger.SHEET, as_attachment=True, download_name=f"{name}.xlsx")
