"""单位, 企业和场所: add, rename, give industries, end."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service.admin import allow, blueprint
from service.admin.sheets import Options, Sheet, choice, choices, day, find_date, handle, line, many
from workflows import clock, people, staffing
from workflows.engine import Subject, history
from workflows.errors import NotFound
from workflows.people import Unit

TYPED_CODE = frozenset({"COUNTY", "TOWN", "VILLAGE"})
PLACED_AT = {"STATION": "TOWN", "GROUP": "TOWN", "COUNTY_DEPT": "COUNTY", "ENTERPRISE": "VILLAGE"}
PLACE_TITLES = {"TOWN": "所属乡镇（街道）", "COUNTY": "所属县", "VILLAGE": "所在村（社区）"}
CODE_HINTS = {
    "COUNTY": "前 6 位是县级代码，后 6 位填 0，例如 999901000000。",
    "TOWN": "前 9 位是乡镇级代码，后 3 位填 0，例如 999901101000。",
    "VILLAGE": "统计用 12 位代码，例如 999901101201。",
}


@blueprint.get("/units")
def units() -> ResponseReturnValue:
    """单位: the tree of the county."""
    allow("administer")
    with_ended = request.args.get("ended") == "1"
    tree = staffing.tree(g.session, with_ended=with_ended)
    return render_template("admin/units.html", tree=tree, with_ended=with_ended, kinds=staffing.KINDS)


@blueprint.get("/enterprises")
def enterprises() -> ResponseReturnValue:
    """企业和场所."""
    allow("administer")
    asked = {name: request.args.get(name, "").strip() for name in ("q", "town", "ended", "after")}
    page = staffing.enterprises(
        g.session,
        search=asked["q"],
        region=asked["town"][:9] if len(asked["town"]) == 12 else "",
        with_ended=asked["ended"] == "1",
        after=asked["after"],
    )
    above = {each.id: each.name for each in people.units(g.session, "VILLAGE")}
    towns = people.units(g.session, "TOWN")
    return render_template("admin/enterprises.html", page=page, asked=asked, villages=above, towns=towns)


@blueprint.get("/units/<int:unit_id>")
def unit(unit_id: int) -> ResponseReturnValue:
    """One unit: what is on file, who holds a post there, what was changed when."""
    allow("administer")
    found = people.get_unit(g.session, unit_id)
    lines = history.lines(g.session, Subject("unit", unit_id))
    return render_template(
        "admin/unit.html",
        unit=found,
        kind=staffing.KINDS[found.kind],
        above=g.session.get(Unit, found.parent_id) if found.parent_id else None,
        held=staffing.at_unit(g.session, unit_id),
        lines=lines,
        names=people.names(g.session, [each.by for each in lines]),
        is_ended=staffing.is_ended(found.to_on, clock.today()),
    )


@blueprint.route("/units/new/<kind>", methods=["GET", "POST"])
def new_unit(kind: str) -> ResponseReturnValue:
    """A new unit of a kind."""
    allow("administer")
    if kind not in staffing.KINDS:
        raise NotFound("没有这类单位。")
    sheet = Sheet(
        title=f"新增{staffing.KINDS[kind]}",
        fields=_fields(kind) | _place(kind) | _more(kind) | {"from_on": day("设立日期", "不填表示启用系统之前已设立。")},
        required=("name", "region_code", *_required(kind)),
        back=url_for("admin.enterprises" if kind == "ENTERPRISE" else "admin.units"),
        button="登记",
        done="已登记。",
    )
    given = {"region_code": request.args.get("at", "")} if request.args.get("at") else {}
    return handle(sheet, lambda data: _add(kind, data), data=given, options=_options(kind))


def _add(kind: str, data: Mapping[str, Any]) -> None:
    values = _values(kind, data)
    code, from_on = values.pop("region_code"), values.pop("from_on", None)
    above = staffing.above(g.session, kind, code)
    staffing.add_unit(
        g.session, kind, values.pop("name"), code, parent=above, from_on=find_date(from_on), by=current_user.id, **values
    )


@blueprint.route("/units/<int:unit_id>/change", methods=["GET", "POST"])
def change_unit(unit_id: int) -> ResponseReturnValue:
    """Another name, industries, credit code, address."""
    allow("administer")
    found = people.get_unit(g.session, unit_id)
    sheet = Sheet(
        title=f"变更：{found.name}",
        fields=_fields(found.kind) | _more(found.kind),
        required=("name", *_required(found.kind)),
        back=url_for("admin.unit", unit_id=unit_id),
        intro="区划代码不能变更：区划调整时，终止旧单位，另行登记新单位；已办的件仍用原代码。",
    )
    before = {key: getattr(found, key) for key in sheet.fields if getattr(found, key)}

    def change(data: Mapping[str, Any]) -> None:
        values = _values(found.kind, data)
        staffing.change_unit(g.session, found, by=current_user.id, **{key: values.get(key) for key in sheet.fields})

    return handle(sheet, change, data=before, options=_options(found.kind))


@blueprint.route("/units/<int:unit_id>/end", methods=["GET", "POST"])
def end_unit(unit_id: int) -> ResponseReturnValue:
    """A unit's last day."""
    allow("administer")
    found = people.get_unit(g.session, unit_id)
    sheet = Sheet(
        title=f"终止：{found.name}",
        fields={"to_on": day("终止日期", "含当日。下属单位和在任人员须先终止。")},
        required=("to_on",),
        back=url_for("admin.unit", unit_id=unit_id),
        button="终止",
        done="已终止，记录仍保留。",
        intro="终止后不能再选用这个单位，也不能恢复；以前的件和记录不变。",
        warns=True,
    )
    return handle(
        sheet,
        lambda data: staffing.end_unit(g.session, found, date.fromisoformat(data["to_on"]), by=current_user.id),
        data={"to_on": clock.today().isoformat()},
    )


# ---- what is asked for -------------------------------------------------------------------------------------------------


def _fields(_kind: str) -> dict[str, Any]:
    return {"name": line("名称", 120, least=2)}


def _place(kind: str) -> dict[str, Any]:
    if kind in TYPED_CODE:
        return {"region_code": line("区划代码（12 位）", 12, CODE_HINTS[kind])}
    return {"region_code": choice(PLACE_TITLES[PLACED_AT[kind]], "places")}


def _more(kind: str) -> dict[str, Any]:
    if kind in staffing.WITH_SECTORS:
        return {"sectors": many("主管行业领域", "sectors", "隐患按行业送到主管的站所、领导组和县有关部门。")}
    if kind == "TOWN":
        hint = "在公开页面上公布，群众可据此举报。"
        return {"report_phone": line("举报电话", 30, hint), "report_email": line("举报邮箱", 100, hint)}
    if kind != "ENTERPRISE":
        return {}
    return {
        "subject_type": choice("主体类别", "subject_types"),
        "uscc": line("统一社会信用代码", 18, "18 位。企业必填；没有执照的（自建房、摊点、散乱污等）不填。"),
        "sector_code": choice("行业领域", "sectors"),
        "address": line("地址", 200, least=2),
    }


def _required(kind: str) -> tuple[str, ...]:
    if kind == "ENTERPRISE":
        return ("subject_type", "sector_code", "address")
    return ("sectors",) if kind in staffing.WITH_SECTORS else ()


def _options(kind: str) -> Options:
    places = people.units(g.session, PLACED_AT[kind]) if kind in PLACED_AT else []
    towns = {each.region_code: each.name for each in people.units(g.session, "TOWN")} if kind == "ENTERPRISE" else {}
    named = [(each.region_code, towns.get(people.town_code(each.region_code), "") + each.name) for each in places]
    return {**choices(), "places": named}


def _values(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(data)
    if kind == "ENTERPRISE":
        values["uscc"] = values["uscc"].strip().upper() if values.get("uscc") else None
    if kind in staffing.WITH_SECTORS:
        values.setdefault("sectors", [])
    return values
