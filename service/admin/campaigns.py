"""行动和阶段: the campaigns there are, and new ones, without code (domain 0)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import labels
from service.admin import allow, blueprint
from service.admin.sheets import Options, Sheet, choice, day, handle, line
from workflows import campaigns, clock, people, phases
from workflows.campaigns import Campaign
from workflows.engine import history
from workflows.phases import Said

SHOWN = frozenset({"campaign_prepared", "campaign_changed", "phase_added", "phase_changed"})  # parameters have their own record
MEANT = "没有目标的不选。存量清零：行动开始以前的全部销号；增量遏制：新登记的比上年同期少；动态清零：没有逾期的。"
CAMPAIGN = {
    "name": line("名称", 60, "例如：安全生产治本攻坚三年行动。", least=4),
    "from_on": day("开始日期", "从这一天起上报的隐患属于这个行动。"),
    "to_on": day("结束日期"),
}
PHASE = {
    "name": line("阶段名称", 40, least=2),
    "from_on": day("开始日期"),
    "to_on": day("结束日期"),
    "goal": choice("目标", "goals", MEANT),
}
REASON = line("修改理由和依据", 200, "例如：县专项办〔2026〕3 号通知。", least=2)
GOALS: Options = {"goals": list(phases.GOALS.items())}


@blueprint.get("/campaigns", endpoint="campaigns")
def index() -> ResponseReturnValue:
    """行动和阶段: every campaign with its phases."""
    allow("set_parameters")
    rows = [(each, phases.of(g.session, each)) for each in campaigns.everyone(g.session)]
    return render_template("admin/campaigns.html", rows=rows, current=campaigns.current(g.session))


@blueprint.get("/campaigns/<code>")
def campaign(code: str) -> ResponseReturnValue:
    """One campaign: its phases and what was changed."""
    allow("set_parameters")
    found = campaigns.get(g.session, code)
    lines = [each for each in history.lines(g.session, found.ref) if each.kind in SHOWN]
    return render_template(
        "admin/campaign.html",
        campaign=found,
        phases=phases.of(g.session, found),
        state=lambda phase: phases.state(phase, clock.today()),
        GOALS=phases.GOALS,
        lines=lines,
        names=people.names(g.session, [each.by for each in lines]),
    )


@blueprint.route("/campaigns/new", methods=["GET", "POST"])
def new_campaign() -> ResponseReturnValue:
    """A new campaign; its parameters are those of another one, until they are changed."""
    allow("set_parameters")
    others = [(each.code, each.name) for each in campaigns.everyone(g.session)]
    sheet = Sheet(
        title="新建行动",
        fields={
            "code": line("代码", 6, "两个大写字母加年份，例如 ZB2027；写进每件隐患的编号，以后不能改。"),
            **CAMPAIGN,
            "like": choice("参数沿用", "campaigns", "时限、频次和口径先与它相同，建好以后在“行动参数”中修改。"),
        },
        required=("code", "name", "from_on", "to_on", "like"),
        back=url_for("admin.campaigns"),
        button="新建",
    )

    def prepare(data: Mapping[str, Any]) -> ResponseReturnValue:
        like, days = campaigns.get(g.session, data["like"]), _days(data)
        made = campaigns.prepare(g.session, data["code"], data["name"], *days, like, by=current_user.id)
        return redirect(url_for("admin.campaign", code=made.code))

    return handle(sheet, prepare, data={"like": others[0][0]}, options={"campaigns": others})


@blueprint.route("/campaigns/<code>/change", methods=["GET", "POST"])
def change_campaign(code: str) -> ResponseReturnValue:
    """Another name or other days."""
    allow("set_parameters")
    found = campaigns.get(g.session, code)
    sheet = Sheet(
        title=f"修改行动：{found.name}",
        fields={**CAMPAIGN, "reason": REASON},
        required=("name", "from_on", "to_on", "reason"),
        back=url_for("admin.campaign", code=code),
        intro=f"代码 {code} 写在每件隐患的编号里，不能改。已经开始的行动只能改名称和结束日期；已登记的隐患、已定稿的月报不变。",
    )

    def change(data: Mapping[str, Any]) -> None:
        phases.change_campaign(g.session, found, data["name"], *_days(data), by=current_user.id, reason=data["reason"])

    now = {"name": found.name, "from_on": found.from_on.isoformat(), "to_on": found.to_on.isoformat()}
    return handle(sheet, change, data=now)


@blueprint.route("/campaigns/<code>/phases/new", methods=["GET", "POST"])
def new_phase(code: str) -> ResponseReturnValue:
    """One more phase."""
    allow("set_parameters")
    found = campaigns.get(g.session, code)
    sheet = Sheet(
        title="增加阶段",
        fields=PHASE,
        required=("name", "from_on", "to_on"),
        back=url_for("admin.campaign", code=code),
        button="增加",
        done="已增加，在“看板 → 挂图作战”中可以看到这个阶段办得怎么样。",
        intro=_span(found),
    )
    return handle(sheet, lambda data: _add(found, data), options=GOALS)


@blueprint.route("/campaigns/<code>/phases/<int:phase_id>/change", methods=["GET", "POST"])
def change_phase(code: str, phase_id: int) -> ResponseReturnValue:
    """Another name, other days or another goal."""
    allow("set_parameters")
    found = campaigns.get(g.session, code)
    phase = phases.get(g.session, found, phase_id)
    sheet = Sheet(
        title=f"修改阶段：{phase.name}",
        fields={**PHASE, "reason": REASON},
        required=("name", "from_on", "to_on", "reason"),
        back=url_for("admin.campaign", code=code),
        intro=_span(found),
    )

    def change(data: Mapping[str, Any]) -> None:
        phases.change(g.session, found, phase, _said(data), by=current_user.id, reason=data["reason"])

    now = {"name": phase.name, "from_on": phase.from_on.isoformat(), "to_on": phase.to_on.isoformat(), "goal": phase.goal}
    return handle(sheet, change, data=now, options=GOALS)


def _add(found: Campaign, data: Mapping[str, Any]) -> None:
    phases.add(g.session, found, _said(data), by=current_user.id)


def _said(data: Mapping[str, Any]) -> Said:
    return Said(data["name"].strip(), *_days(data), data.get("goal") or "")


def _days(data: Mapping[str, Any]) -> tuple[date, date]:
    return date.fromisoformat(data["from_on"]), date.fromisoformat(data["to_on"])


def _span(found: Campaign) -> str:
    return f"{found.name}（{labels.day(found.from_on)} 至 {labels.day(found.to_on)}）。"
