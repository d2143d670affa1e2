"""任职, 代理: who may do what from when to when. Ended, never deleted."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service.admin import allow, blueprint
from service.admin.sheets import Sheet, choice, day, find_date, handle, line
from workflows import clock, people, staffing, steps
from workflows.engine import Post

STATES = {"current": ("在任", "green"), "future": ("未到任", "blue"), "ended": ("已终止", "grey")}
REASON = line("原因", 200, "例如：工作调整，某政任〔2026〕1 号。", least=2)
LAST_DAY = day("截止日期", "含当日。")


@blueprint.get("/appointments")
def appointments() -> ResponseReturnValue:
    """任职."""
    allow("authorise")
    asked = {name: request.args.get(name, "").strip() for name in ("q", "role", "state", "after")}
    asked["state"] = asked["state"] or "current"
    page = staffing.appointments(
        g.session, search=asked["q"], role=asked["role"], state=asked["state"], after=asked["after"]
    )
    return render_template("admin/appointments.html", page=page, asked=asked, roles=_roles(), states=STATES)


@blueprint.route("/appointments/new", methods=["GET", "POST"])
def new_appointment() -> ResponseReturnValue:
    """First the role, because it decides which units come into question; then the rest."""
    allow("authorise")
    role = request.args.get("role", "")
    if role not in staffing.KINDS_OF_ROLE:
        return render_template("admin/choose_role.html", roles=_roles())
    name = people.role_name(role)
    sheet = Sheet(
        title=f"任命：{name}",
        fields={
            "person": choice("人员", "persons"),
            "unit": choice("单位", "units"),
            "from_on": day("起始日期"),
            "to_on": day("截止日期", "含当日；长期任职不填。"),
            "document_no": line("任命文号", 80, "例如：某政任〔2026〕1 号。", least=2),
        },
        required=("person", "unit", "from_on", "document_no"),
        back=url_for("admin.appointments"),
        button="任命",
        done="已任命。",
    )
    options = {
        "persons": staffing.person_options(g.session),
        "units": staffing.unit_options(g.session, staffing.KINDS_OF_ROLE[role]),
    }
    return handle(sheet, lambda data: _appoint(role, data), data={"from_on": clock.today().isoformat()}, options=options)


def _appoint(role: str, data: Mapping[str, Any]) -> None:
    person = people.get(g.session, int(data["person"]))
    unit = people.get_unit(g.session, int(data["unit"]))
    from_on, to_on = date.fromisoformat(data["from_on"]), find_date(data.get("to_on"))
    document_no = data["document_no"]
    staffing.appoint(g.session, person, role, unit, from_on, to_on, document_no=document_no, by=current_user.id)
    steps.readdress(g.session, person.id)  # what waited for somebody at this post finds him at once


@blueprint.route("/appointments/<int:appointment_id>/end", methods=["GET", "POST"])
def end_appointment(appointment_id: int) -> ResponseReturnValue:
    """A post's last day."""
    allow("authorise")
    held = staffing.get_appointment(g.session, appointment_id)
    post = people.post_name(held.unit.name, people.role_name(held.appointment.role))
    others = [each for each in people.holders(g.session, [Post(held.appointment.role, held.unit.id)]) if each != held.person]
    alone = "" if others else "这个岗位目前没有其他人，终止后新的任务会上转或受阻，请及时补充人员。"
    sheet = Sheet(
        title=f"终止任职：{held.person.name}",
        fields={"to_on": LAST_DAY, "reason": REASON},
        required=("to_on", "reason"),
        back=url_for("admin.appointments"),
        button="终止任职",
        done="任职已终止，记录仍保留。",
        intro=f"{post}。{alone}",
        warns=bool(alone),
    )

    def end(data: Mapping[str, Any]) -> None:
        to_on = date.fromisoformat(data["to_on"])
        staffing.end_appointment(g.session, held.appointment, to_on, data["reason"], by=current_user.id)
        steps.readdress(g.session, held.person.id)

    return handle(sheet, end, data={"to_on": clock.today().isoformat()})


@blueprint.get("/substitutions")
def substitutions() -> ResponseReturnValue:
    """代理."""
    allow("authorise")
    asked = {name: request.args.get(name, "").strip() for name in ("q", "state", "after")}
    page = staffing.substitutions(g.session, search=asked["q"], state=asked["state"], after=asked["after"])
    return render_template("admin/substitutions.html", page=page, asked=asked, states=STATES)


@blueprint.route("/substitutions/new", methods=["GET", "POST"])
def new_substitution() -> ResponseReturnValue:
    """Somebody stands in for somebody."""
    allow("authorise")
    sheet = Sheet(
        title="设置代理",
        fields={
            "principal": choice("被代理人", "persons"),
            "substitute": choice("代理人", "persons"),
            "from_on": day("起始日期"),
            "to_on": LAST_DAY,
            "document_no": line("授权文号", 80, "例如：某政授〔2026〕1 号。", least=2),
        },
        required=("principal", "substitute", "from_on", "to_on", "document_no"),
        back=url_for("admin.substitutions"),
        button="设置代理",
        done="已设置代理。",
        intro="职责分离同时约束代理人和被代理人。县政府分管领导的签字不能代理：请另行任命代行签字的领导。",
    )

    def agree(data: Mapping[str, Any]) -> None:
        one, other = (people.get(g.session, int(data[key])) for key in ("principal", "substitute"))
        dates = (date.fromisoformat(data["from_on"]), date.fromisoformat(data["to_on"]))
        staffing.substitute(g.session, one, other, *dates, document_no=data["document_no"], by=current_user.id)

    options = {"persons": staffing.person_options(g.session)}
    return handle(sheet, agree, data={"from_on": clock.today().isoformat()}, options=options)


@blueprint.route("/substitutions/<int:substitution_id>/end", methods=["GET", "POST"])
def end_substitution(substitution_id: int) -> ResponseReturnValue:
    """Back earlier than agreed."""
    allow("authorise")
    agreed = staffing.get_substitution(g.session, substitution_id)
    sheet = Sheet(
        title=f"终止代理：{agreed.substitute.name}代{agreed.principal.name}",
        fields={"to_on": LAST_DAY, "reason": REASON},
        required=("to_on", "reason"),
        back=url_for("admin.substitutions"),
        button="终止代理",
        done="代理已终止，记录仍保留。",
    )

    def end(data: Mapping[str, Any]) -> None:
        to_on = date.fromisoformat(data["to_on"])
        staffing.end_substitution(g.session, agreed.substitution, to_on, data["reason"], by=current_user.id)
        steps.readdress(g.session, agreed.substitute.id)

    return handle(sheet, end, data={"to_on": clock.today().isoformat()})


def _roles() -> dict[str, str]:
    """The roles that somebody with an account can hold."""
    return {code: name for code, name in people.ROLES.items() if code in staffing.KINDS_OF_ROLE}
