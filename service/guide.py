"""谁办什么: who does what in a diagram, read from its newest version; and where to begin on the first day."""

from collections.abc import Collection
from dataclasses import dataclass

from flask import Blueprint, Flask, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import definitions as pages
from service import outlines
from service.outlines import Station
from workflows import addresses, people, vocabulary
from workflows.engine import definitions
from workflows.hazards import PROCESS

blueprint = Blueprint("guide", __name__, url_prefix="/guide")
NOTHING = "目前没有流程把任务发到这个岗位。"
LITTLE = (NOTHING, "发现上报。")
BESIDE = {  # what those posts are there for to which the diagrams send as little as that, and when something comes (domain 2.1)
    "ENT_CONTROLLER": "了解本企业重大事故隐患的整改：登记后列在“隐患”里，办到哪一步随时可看；由主要负责人、安全管理人员填报。",
    "SECTOR_MEMBER": "协助分管领导：发现隐患的在“上报隐患”里上报，本行业的隐患和台账随时可看；任务发给分管领导和站所。",
    "POLICE_STATION": "参加联合排查：发现隐患的在“上报隐患”里上报；移送手续目前在系统外办理。",
    "TIP_OFFICER": "受理举报：核实属于重大事故隐患的，在“上报隐患”里上报，来源选“群众举报”，只写举报编号，不写举报人。",
    "COUNTY_INSPECTION": "督查、暗访：发现隐患的在“上报隐患”里上报；各镇进度在“看板”“台账”“调度表”里看，审批不经过您。",
    "EXT_ECO": "接收移送：移送手续目前在系统外办理，这里没有任务。",
    "EXT_POLICE": "接收移送：移送手续目前在系统外办理，这里没有任务。",
    "EXT_DISCIPLINE": "接收移送：移送手续目前在系统外办理，这里没有任务。",
    "EXT_JUDICIAL": "接收移送：移送手续目前在系统外办理，这里没有任务。",
    "EXPERT": "受邀参加核查、验收：意见当面交给验收人，由其写入验收结论；系统里平时没有任务。",
    "PROC_DESIGNER": "画流程图、改表单；不办理具体隐患。",
    "PROC_PUBLISHER": "审批发布流程图；不办理具体隐患。",
    "SYS_ADMIN": "维护单位、人员、节假日和参数；不办理具体隐患。",
    "SEC_ADMIN": "任命岗位、设置代理；不办理具体隐患。",
    "AUDITOR": "查看留痕，核对记录有没有被改动；不办理具体隐患。",
}
_told: dict[tuple[int, str] | None, dict[str, str]] = {}  # by the newest version


@dataclass(frozen=True)
class Row:
    """A task of the diagram in words. `is_mine`: one of the caller's posts does it."""

    station: Station
    title: str
    about: str
    who: str
    where: str
    due: str
    is_mine: bool


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.register_blueprint(blueprint)


@blueprint.get("", defaults={"key": PROCESS})
@blueprint.get("/<key>")
def show(key: str) -> ResponseReturnValue:
    """谁办什么: stage by stage, what which post does, until when, and what follows."""
    found, mine = definitions.get(g.session, key), frozenset(_roles())
    stages = [
        (stage.name, [_row(found, station, mine) for station in stage.stations])
        for stage in outlines.outline(found.xml)
    ]
    return render_template("guide/show.html", found=found, stages=stages, diagrams=pages.in_force())


@blueprint.post("/introduction")
def put_away() -> ResponseReturnValue:
    """知道了: the first-day panel does not come again."""
    people.put_away_introduction(g.session, current_user.id)
    return redirect(url_for("inbox.index"))


def work() -> dict[str, str]:
    """What each of the caller's roles does, both in words: for his first day, and for whom nothing waits."""
    newest = definitions.newest(g.session)
    if newest not in _told:  # which diagrams are in force changes with the newest version alone, and their files are long
        _told[newest] = _tell(pages.in_force())
    told = {role: _told[newest][role] for role in _roles()}
    return {people.role_name(role): BESIDE.get(role, said) if said in LITTLE else said for role, said in told.items()}


def _tell(diagrams: list[definitions.Definition]) -> dict[str, str]:
    """Role → what it does, in words."""
    doing = [(found.name, _tasks(found)) for found in diagrams]
    return {role: _words([(name, tasks.get(role, [])) for name, tasks in doing]) for role in people.ROLES}


def _words(own: list[tuple[str, list[str]]]) -> str:
    """One role's tasks by diagram: those in the main one, which comes first, and what else it has to do with."""
    (_, steps), *others = own or [("", [])]
    beside = [name if steps else f"{name}（{'、'.join(tasks)}）" for name, tasks in others if tasks]
    return "；另有".join(filter(None, ("、".join(steps), "、".join(beside)))) + "。" if steps or beside else NOTHING


def _tasks(found: definitions.Definition) -> dict[str, list[str]]:
    """Role → the names of its tasks in a diagram."""
    tasks: dict[str, list[str]] = {}
    for station in (each for stage in outlines.outline(found.xml) for each in stage.stations):
        for role in roles_of(station):
            tasks.setdefault(role, []).append(station.name)
    return tasks


def roles_of(station: Station) -> Collection[str]:
    """The codes of the roles that may do a task; a person whom the case names, by the roles one of which he must hold."""
    if person := station.said.get("person"):
        return people.REPORTERS if person == "reporter" else addresses.QUALIFY.get(person, ((), 0))[0]
    if role := station.said.get("role"):
        return tuple(code.strip() for code in role.split(","))
    return tuple(code for code, name in people.ROLES.items() if name == station.lane)


def _roles() -> list[str]:
    """The caller's own roles, each once, in the order of the list."""
    held = {post.role for post in current_user.caller.posts}
    return [role for role in people.ROLES if role in held]


def _row(found: definitions.Definition, station: Station, mine: frozenset[str]) -> Row:
    said = station.said
    form = found.forms.get(said.get("form", ""), {})
    named = vocabulary.PERSONS.get(said.get("person", ""))
    return Row(
        station,
        form.get("title", station.name),
        form.get("description", ""),
        named or "、".join(people.role_name(role) for role in roles_of(station)) or station.lane,
        "" if named else vocabulary.UNITS.get(said.get("unit", ""), ""),
        vocabulary.due_name(g.session, said.get("due", "")),
        not mine.isdisjoint(roles_of(station)),
    )
