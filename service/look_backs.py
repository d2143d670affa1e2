"""回头看: what was drawn of each month's closures and by which seed, who looked, and what he found."""

from flask import Blueprint, Flask, g, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from workflows import look_backs, people
from workflows.errors import Forbidden

blueprint = Blueprint("look_backs", __name__, url_prefix="/look-backs")

TONES = {"DRAWN": "amber", "HELD": "green", "REBOUND": "red", "DROPPED": "grey"}


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.register_blueprint(blueprint)


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The newest draws, each with what was drawn."""
    if not people.may(current_user.caller, "see_board"):
        raise Forbidden("您的岗位不查看回头看的抽取情况；您要复查的在待办任务里。")
    draws = look_backs.draws(g.session, current_user.caller)
    persons = [row.by for each in draws for row in each.rows]
    return render_template(
        "look_backs/index.html",
        draws=draws,
        is_true=look_backs.is_true,
        names=people.names(g.session, persons),
        STATES=look_backs.STATES,
        TONES=TONES,
    )
