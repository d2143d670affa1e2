"""挂图作战: a campaign's phases and goals, what is newly found from quarter to quarter, and every village by industry in red,
amber and green. Each figure leads to the rows it counts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import labels, ledger
from workflows import board, campaigns, clock, goals, people, phases
from workflows.campaigns import Campaign
from workflows.errors import Forbidden
from workflows.goals import Stage
from workflows.hazards import regions
from workflows.hazards import scope as scope_of
from workflows.people import Unit

blueprint = Blueprint("wall_map", __name__, url_prefix="/wall-map")

VILLAGE = 12  # digits of a village's code
LIGHTS = {"red": "红", "amber": "黄", "green": "绿"}
VERDICTS = {
    goals.MET: ("已达到", "green"),
    goals.UNDER_WAY: ("进行中", "amber"),
    goals.MISSED: ("未达到", "red"),
    goals.TO_COME: ("未开始", "grey"),
}
TONES = {"未开始": "grey", "进行中": "blue", "已结束": "grey"}


@dataclass(frozen=True)
class Line:
    """One row of the map: a town, or a village of it. `asked` are the conditions under which the ledger lists it; missing where
    the county has no such unit."""

    code: str
    name: str
    is_town: bool
    asked: Mapping[str, str] | None
    cells: Mapping[str, board.Sums]


@dataclass(frozen=True)
class Told:
    """A figure of a goal: what it is, how many, and the conditions behind it."""

    text: str
    number: int
    asked: Mapping[str, str]


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.register_blueprint(blueprint)


@blueprint.get("")
def index() -> ResponseReturnValue:
    """挂图作战."""
    if not people.may(current_user.caller, "see_board"):
        raise Forbidden("您的岗位不能查看挂图作战。")
    places, scope = regions(g.session, current_user.caller), scope_of(g.session, current_user.caller)
    within, code = ledger.pick(places, request.args.get("unit", "")), request.args.get("campaign", "")
    campaign = campaigns.get(g.session, code) if code else campaigns.current(g.session)
    shown = board.board(g.session, scope=scope, within=within, length=VILLAGE)
    here = {"unit": str(within.id)} if within else {}
    return render_template(
        "wall_map/index.html",
        within=within,
        campaign=campaign,
        campaigns=[(each.code, each.name) for each in campaigns.everyone(g.session)],
        here=here,
        choices=ledger.choices(places),
        stages=goals.stages(g.session, campaign, scope=scope, within=within),
        told=lambda stage: _told(stage, campaign, here),
        state=lambda phase: phases.state(phase, clock.today()),
        quarters=goals.quarters(g.session, scope=scope, within=within),
        change=goals.change,
        rows=list(_rows(shown)),
        departments=board.departments(g.session, scope=scope, within=within),
        sectors=[(code, labels.sector(code)) for code in shown.sectors],
        now=clock.now(),
        LIGHTS=LIGHTS,
        VERDICTS=VERDICTS,
        TONES=TONES,
    )


# ---- goals -------------------------------------------------------------------------------------------------------------


def _told(stage: Stage, campaign: Campaign, here: Mapping[str, str]) -> tuple[Told, Told]:
    """The two figures of a goal."""
    phase, known, goal = stage.phase, campaign.from_on - timedelta(days=1), stage.goal
    assert goal is not None, "only a goal is told"
    if phase.goal == "STOCK":
        old = {**here, "to_on": known.isoformat(), "status": "open"}
        then = Told("行动开始时未销号", goal.before, {**old, "as_of": known.isoformat()})
        return then, Told("其中现在还没有销号", goal.now, old)
    if phase.goal == "INCREMENT":
        until = max(min(phase.to_on, clock.today()), phase.from_on)
        before = _span(here, goals.a_year_before(phase.from_on), goals.a_year_before(until))
        return Told("上年同期新登记", goal.before, before), Told("本期新登记", goal.now, _span(here, phase.from_on, until))
    late = Told("其中逾期", goal.now, {**here, "term": "late"})
    return Told("现在未销号", goal.before, {**here, "status": "open"}), late


def _span(here: Mapping[str, str], from_on: date, to_on: date) -> dict[str, str]:
    return {**here, "from_on": from_on.isoformat(), "to_on": to_on.isoformat(), "status": "counted"}


# ---- the map -----------------------------------------------------------------------------------------------------------


def _rows(shown: board.Board) -> Iterator[Line]:
    """Each town followed by its villages, and by what lies in none of them."""
    towns = {unit.region_code: unit for unit in people.units(g.session, "TOWN")}
    villages = {unit.region_code: unit for unit in people.units(g.session, "VILLAGE")}
    for town_code in sorted({people.town_code(code) for code in shown.places}):
        mine = [code for code in shown.places if people.town_code(code) == town_code]
        town = towns.get(town_code)
        yield Line(town_code, town.name if town else "未归乡镇的", True, _asked(town), _cells(shown, mine))
        for code in mine:
            unit = villages.get(code)
            yield Line(code, unit.name if unit else "未归村的", False, _asked(unit), _cells(shown, [code]))


def _cells(shown: board.Board, codes: list[str]) -> dict[str, Any]:
    found = {sector: [shown.cells[code, sector] for code in codes if (code, sector) in shown.cells] for sector in shown.sectors}
    return {sector: board.add(sums) for sector, sums in found.items() if sums}


def _asked(unit: Unit | None) -> dict[str, str] | None:
    return {"unit": str(unit.id)} if unit else None
