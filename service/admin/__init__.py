"""管理: the pages of the system administrator (units, persons, parameters) and of the security administrator (posts).

Each administrator has his own part; neither sees a hazard (INV-20).
"""

from dataclasses import dataclass

from flask import Blueprint, Flask, g, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import brings_files
from workflows import calendars, people, staffing
from workflows.errors import Forbidden
from workflows.staffing.rules import NEEDED

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

LEAD = {"COUNTY": "县有关部门", "TOWN": "站所或领导组"}
NOT_YOURS = "您的岗位不能办理这项管理工作。账号、单位和参数由系统管理员办理，任职和代理由安全管理员办理。"


@dataclass(frozen=True)
class Part:
    """One part of the administration: its first page, whose it is, and what one does there."""

    endpoint: str
    name: str
    action: str
    what: str
    count: str = ""
    """Which number of `staffing.counts` it shows."""


PARTS = (
    Part("admin.units", "单位", "administer", "县、乡镇、村（社区）、站所、领导组、县部门；区划代码和主管行业。", "units"),
    Part("admin.enterprises", "企业和场所", "administer", "信用代码、主体类别、行业、地址；无证无照的也在这里。", "enterprises"),
    Part("admin.sectors", "行业领域", "administer", "新增、更名、停用行业领域；各由哪些单位主管。"),
    Part("admin.persons", "人员", "administer", "账号、执法证号；停用、恢复账号，重发初始密码。", "persons"),
    Part("admin.parameters", "行动参数", "set_parameters", "各环节的时限、频次和口径；每次修改都留痕。"),
    Part("admin.campaigns", "行动和阶段", "set_parameters", "有哪些行动、分几个阶段、各阶段的目标；新建行动。"),
    Part("admin.calendar", "节假日", "set_parameters", "放假、调休和本县的节假日；工作日时限据此计算。"),
    Part("admin.documents", "文书模板", "administer", "交办单、指令书、审批表、报告等文书的 docx 模板，可以下载修改后更换。"),
    Part("admin.operations", "运行情况", "administer", "到点事项和后台任务是否正常；没办成的在这里再试。"),
    Part("admin.appointments", "任职", "authorise", "谁从哪天到哪天任什么岗位；岗位决定能看什么、办什么。", "appointments"),
    Part("admin.substitutions", "代理", "authorise", "某人外出期间由谁代办；县政府分管领导的签字不能代理。", "substitutions"),
    Part("admin.roster", "Excel 导入", "see_administration", "新县启用时一次登记单位、企业、人员、任职；先核对，后导入。"),
)


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    from service.admin import calendar, campaigns, documents, operations, parameters, persons, posts, roster, sectors, units  # noqa: F401 (they hang up their pages)

    app.jinja_env.globals["admin_parts"] = parts
    app.register_blueprint(blueprint)


def parts() -> list[Part]:
    """The parts that are the caller's."""
    return [part for part in PARTS if people.may(current_user.caller, part.action)]


@dataclass(frozen=True)
class Lacking:
    """What the county still lacks before its loop can go round, in words."""

    has_towns: bool
    posts: list[tuple[str, str, list[str]]]
    """Of each post: its name, where it is needed, and at which units it is vacant."""
    industries: list[tuple[str, str, list[str]]]
    """Of each county and town: which kind of its units should be in charge of which industries of its enterprises."""
    uncertified: list[str]
    """The towns none of whose enforcers has a certificate."""
    silent: list[str]
    """The towns that have told the public neither a telephone number nor an address to report to."""


def lacks() -> Lacking:
    """What the county lacks as of now."""
    towns, vacant = people.units(g.session, "TOWN"), dict[str, list[str]]()
    for vacancy in staffing.vacancies(g.session):
        vacant.setdefault(vacancy.role, []).append(vacancy.unit.name)
    return Lacking(
        bool(towns),
        [(people.role_name(role), need.said, vacant[role]) for role, need in NEEDED.items() if role in vacant],
        [(region.name, LEAD[region.kind], industries) for region, industries in staffing.unled(g.session)],
        [town.name for town in staffing.uncertified(g.session)],
        [town.name for town in towns if not (town.report_phone or town.report_email)],
    )


def allow(action: str) -> None:
    """Go on only if the caller's post allows it; the refusal leaves its line."""
    if not people.may(current_user.caller, action):
        raise Forbidden(NOT_YOURS)


@blueprint.before_request
def ask_before_files() -> None:
    """A workbook of somebody who administers nothing is not even taken in."""
    if brings_files():
        allow("see_administration")


@blueprint.get("")
def index() -> ResponseReturnValue:
    """管理: what there is to administer."""
    allow("see_administration")
    may_enter = people.may(current_user.caller, "set_parameters")
    missing = calendars.missing(g.session) if may_enter else []
    return render_template("admin/index.html", counts=staffing.counts(g.session), missing=missing, lacking=lacks())
