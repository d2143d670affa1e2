"""一案三查: the cases of a town, for the head of its leading group and its discipline office alone."""

from collections.abc import Collection, Mapping
from typing import Any

from flask import Blueprint, Flask, g, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import cases, forms, labels, matters
from workflows import duties, inquiries, people
from workflows.engine import Caller, Subject, instances
from workflows.errors import Forbidden
from workflows.inquiries import Inquiry

blueprint = Blueprint("inquiries", __name__, url_prefix="/inquiries")

TONES = {"SUGGESTED": "amber", "OPEN": "blue", "CONCLUDED": "amber", "APPROVED": "blue", "CLOSED": "green", "DROPPED": "grey"}


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    page, section = ("inquiries.show", "inquiry_id"), "inquiries.index"
    cases.KINDS["inquiry"] = cases.Kind(
        inquiries.get_for, facts, page, section, "这起倒查", "倒查情况", proposed=_proposed, kept_from=_kept_from
    )
    app.jinja_env.globals.update(INQUIRY_STATES=inquiries.STATES, INQUIRY_GROUNDS=inquiries.GROUNDS, INQUIRY_TONES=TONES)
    app.register_blueprint(blueprint)


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The cases there are, newest first; and for the county where one stands still."""
    if not people.may(current_user.caller, "see_inquiries"):
        raise Forbidden("一案三查的案卷只由领导组组长和镇纪委查看，受阻的由县里掌握。")
    rows, blocked = inquiries.page(g.session, current_user.caller), inquiries.blocked(g.session, current_user.caller)
    return render_template("inquiries/index.html", rows=rows, blocked=blocked)


@blueprint.get("/<int:inquiry_id>")
def show(inquiry_id: int) -> ResponseReturnValue:
    """One case: what it is about, who answered for what since when, what was done, where it stands."""
    inquiry = inquiries.get_for(g.session, current_user.caller, inquiry_id)
    instance = instances.find(g.session, inquiry.ref, inquiries.PROCESS)
    told = cases.context(inquiry.ref, inquiry, cases.options_of(inquiry.hazard), instance)
    return render_template(
        "inquiries/show.html",
        inquiry=inquiry,
        may_see_hazard=cases.may_see(inquiry.hazard.ref),
        matters=matters.beside(inquiry.ref, instance),
        **told,
    )


# ---- what is known of it -----------------------------------------------------------------------------------------------


def facts(inquiry: Inquiry, _options: forms.Options) -> list[cases.Fact]:
    """What is known of a case; then 责任时间线: who bore which duty on the hazard, since when."""
    hazard, borne = inquiry.hazard, inquiries.timeline(g.session, inquiry)
    names = people.names(g.session, [person for _, _, person in borne])
    held = inquiries.held_by(g.session, inquiry)
    known = [
        cases.Fact("状态", inquiries.STATES[inquiry.state], tone=TONES[inquiry.state]),
        cases.Fact("起因", inquiries.GROUNDS[inquiry.ground], labels.moment(inquiry.suggested_at)),
        cases.Fact("隐患", f"{hazard.subject_name}：{hazard.description}", hazard.hazard_no or ""),
        cases.Fact("立案", labels.moment(inquiry.opened_at)),
        cases.Fact("结论", inquiry.conclusion or ""),
        cases.Fact("处理建议", inquiry.advice or ""),
        cases.Fact("问责人员", "、".join(held), f"{len(held)} 人，结案后计入调度表 C9" if held else ""),
        cases.Fact("结案", labels.moment(inquiry.closed_at)),
        *(cases.Fact(duties.NAMES[duty], names.get(person, ""), labels.moment(at)) for at, duty, person in borne),
    ]
    return [fact for fact in known if fact.text]


def _proposed(inquiry: Inquiry, element: str) -> Mapping[str, Any]:
    """Whom each of the three is about, as the record has him."""
    hazard = inquiry.hazard
    if element == "inquire_enterprise":
        return {"whom": f"{hazard.subject_name}主要负责人"}
    persons = {"inquire_leader": inquiries.leaders(g.session, inquiry), "inquire_liaison": [hazard.territory_person_id]}
    names = people.names(g.session, persons.get(element, []))
    return {"whom": "、".join(names.values())} if names else {}


def _kept_from(caller: Caller) -> Collection[Subject]:
    return inquiries.kept_from(g.session, caller)
