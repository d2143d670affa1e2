"""行业领域: the industries by which hazards are routed; new ones need no code (M034)."""

from collections.abc import Mapping
from typing import Any

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service.admin import allow, blueprint
from service.admin.sheets import Sheet, handle, line
from workflows import people, sectors, staffing
from workflows.engine import history

NAME = line("名称", 30, "例如：电动自行车、粉尘涉爆。", least=2)
REASON = line("原因", 200, least=2)


@blueprint.get("/sectors", endpoint="sectors")
def index() -> ResponseReturnValue:
    """行业领域: each with the units that handle it; where nobody does, hazards go to the town and the county."""
    allow("administer")
    lines = history.lines(g.session, sectors.RECORD)
    return render_template(
        "admin/sectors.html",
        rows=sectors.every(g.session).values(),
        handled=staffing.by_sector(g.session),
        lines=lines,
        names=people.names(g.session, [each.by for each in lines]),
    )


@blueprint.route("/sectors/new", methods=["GET", "POST"])
def new_sector() -> ResponseReturnValue:
    """A new industry."""
    allow("administer")
    sheet = Sheet(
        title="新增行业领域",
        fields={"name": NAME},
        required=("name",),
        back=url_for("admin.sectors"),
        button="新增",
        done="已新增。请在“单位”中指定由哪个站所、领导组、县部门主管，新上报的隐患即按此交办。",
    )

    def add(data: Mapping[str, Any]) -> None:
        sectors.add(g.session, data["name"], by=current_user.id)

    return handle(sheet, add)


@blueprint.route("/sectors/<code>/rename", methods=["GET", "POST"])
def rename_sector(code: str) -> ResponseReturnValue:
    """Another name for the same industry."""
    allow("administer")
    found = sectors.get(g.session, code)
    sheet = Sheet(
        title=f"更名：{found.name}",
        fields={"name": NAME},
        required=("name",),
        back=url_for("admin.sectors"),
        intro="原有的件也显示新名称；如果不是同一个行业，请新增一个。",
    )

    def rename(data: Mapping[str, Any]) -> None:
        sectors.rename(g.session, found, data["name"], by=current_user.id)

    return handle(sheet, rename, data={"name": found.name})


@blueprint.route("/sectors/<code>/end", methods=["GET", "POST"])
def end_sector(code: str) -> ResponseReturnValue:
    """Offer it no more."""
    allow("administer")
    found = sectors.get(g.session, code)
    sheet = Sheet(
        title=f"停用：{found.name}",
        fields={"reason": REASON},
        required=("reason",),
        back=url_for("admin.sectors"),
        button="停用",
        done="已停用，新上报的隐患不能再选；原有的件照常办理。",
    )
    return handle(sheet, lambda data: sectors.end(g.session, found, data["reason"], by=current_user.id))


@blueprint.route("/sectors/<code>/resume", methods=["GET", "POST"])
def resume_sector(code: str) -> ResponseReturnValue:
    """Offer it again."""
    allow("administer")
    found = sectors.get(g.session, code)
    back = url_for("admin.sectors")
    sheet = Sheet(title=f"恢复：{found.name}", fields={}, required=(), back=back, button="恢复", done="已恢复。")
    return handle(sheet, lambda _: sectors.resume(g.session, found, by=current_user.id))
