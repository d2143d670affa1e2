"""督促升级: what was sent because of a late hazard or a missed report, who signed, received and answered it."""

from flask import Blueprint, Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import cases, forms, hazards, labels, matters
from workflows import people, urges
from workflows.codes import find_key
from workflows.engine import instances
from workflows.errors import Forbidden
from workflows.reminders import LEVELS
from workflows.urges import Urge

blueprint = Blueprint("urges", __name__, url_prefix="/urges")

ON_A_PAGE = 25
TONES = {"待签发": "amber", "待签收": "amber", "已签收，待回复": "amber", "已回复": "green", "已终止": "grey"}


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    cases.KINDS["urge"] = cases.Kind(urges.get_for, facts, ("urges.show", "urge_id"), "board.index", "这件督促", "督促情况")
    words = {"URGE_LEVELS": LEVELS, "URGE_GROUNDS": urges.GROUNDS, "URGE_TALKS": urges.TALKS, "URGE_TONES": TONES}
    app.jinja_env.globals.update(words, urge_state=urges.state)
    app.register_blueprint(blueprint)


@blueprint.get("")
def index() -> ResponseReturnValue:
    """What is under way, or all there was, newest first."""
    if not people.may(current_user.caller, "see_board"):
        raise Forbidden("您的岗位不查看全部督促；您要签收、回复的在待办任务里。")
    everything = request.args.get("all") == "1"
    after = find_key(request.args.get("after", ""))
    found = urges.page(g.session, current_user.caller, only_open=not everything, after=after, limit=ON_A_PAGE)
    rows = found[:ON_A_PAGE]
    return render_template(
        "urges/index.html",
        rows=rows,
        everything=everything,
        next=rows[-1].id if len(found) > ON_A_PAGE else None,
        names=people.names(g.session, urges.persons(rows)),
    )


@blueprint.get("/<int:urge_id>")
def show(urge_id: int) -> ResponseReturnValue:
    """One of them: why, to whom, its document, and how far it is."""
    urge = urges.get_for(g.session, current_user.caller, urge_id)
    instance = instances.find(g.session, urge.ref, urges.PROCESS)
    return render_template(
        "urges/show.html",
        urge=urge,
        title=urges.title(urge),
        documents=urges.papers_of(g.session, urge),
        matters=matters.beside(urge.ref, instance),
        **cases.context(urge.ref, urge, cases.options_of(urge.hazard), instance),
    )


# ---- what is known of it -----------------------------------------------------------------------------------------------


def facts(urge: Urge, _options: forms.Options) -> list[cases.Fact]:
    """What is known of an urge, then of its hazard."""
    names = people.names(g.session, urges.persons([urge]))
    found = [
        cases.Fact("督促", LEVELS[urge.level], urges.GROUNDS[urge.ground]),
        cases.Fact("督促状态", urges.state(urge), urge.ended_why, tone=TONES[urges.state(urge)]),
        cases.Fact("事由", urges.reason(urge) + "。"),
        cases.Fact("另外的要求", urge.demand),
        cases.Fact("签发", urge.signer, labels.moment(urge.signed_at)),
        cases.Fact("签收", names.get(urge.received_by or 0, ""), labels.moment(urge.received_at)),
        cases.Fact("回复", urge.answer or "", " ".join((names.get(urge.answered_by or 0, ""), labels.moment(urge.answered_at)))),
        cases.Fact("抄送县专项办", labels.moment(urge.copied_at)),
        cases.Fact("约谈通报", urges.TALKS.get(urge.talk or "", "")),
    ]
    return [fact for fact in found if fact.text] + hazards.facts(urge.hazard, cases.options_of(urge.hazard))
