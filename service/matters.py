"""其他事项: processes that people begin about a hazard beside its loop (申请延期 …), each from the form of its first task."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Flask, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import cases, hazards, house, photos, submissions
from service.submissions import Refused
from workflows.engine import Subject, beginnings
from workflows.engine.beginnings import Beginning
from workflows.hazards import Hazard
from workflows.hazards import get_for as get_hazard_for

blueprint = Blueprint("matters", __name__, url_prefix="/hazards/<int:hazard_id>/matters")


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.register_blueprint(blueprint)


@blueprint.get("/<key>")
def new(hazard_id: int, key: str) -> ResponseReturnValue:
    """The form of the first task."""
    hazard, beginning = _get(hazard_id, key)
    return _page(hazard, beginning, {}, {})


@blueprint.post("/<key>")
def begin(hazard_id: int, key: str) -> ResponseReturnValue:
    """Begin it: what was typed is its first task, handed in."""
    taken = photos.take()
    hazard, beginning = _get(hazard_id, key, whenever=True)
    if refused := hand_in(beginning, hazard.ref, taken):
        return _page(_get(hazard_id, key, whenever=True)[0], beginning, refused.data, refused.faults), 422
    return redirect(url_for("hazards.show", hazard_id=hazard_id))


def hand_in(beginning: Beginning, about: Subject, taken: photos.Taken) -> Refused | None:
    """Begin a process about something with what was typed for its first task; answers what was refused of it."""
    data, faults = submissions.read(beginning.form, taken)
    rules, caller = house().rules, current_user.caller
    begin = partial(beginnings.begin, g.session, rules, beginning.key, about, caller, data)
    begun = submissions.hand_in(data, faults, begin)
    if isinstance(begun, Refused):
        return begun
    flash(f"“{beginning.label}”已提交，等待办理。", "good")
    return None


def _get(hazard_id: int, key: str, *, whenever: bool = False) -> tuple[Hazard, Beginning]:
    """The hazard, if the caller may see it, and the process, if he may begin it now, or `whenever` it may be begun."""
    caller = current_user.caller
    hazard = get_hazard_for(g.session, caller, hazard_id)
    return hazard, beginnings.get(g.session, house().rules, key, hazard.ref, caller, whenever=whenever)


def _page(hazard: Hazard, beginning: Beginning, data: Mapping[str, Any], faults: Mapping[str, str]) -> str:
    return render_template(
        "matters/new.html",
        hazard=hazard,
        title=house().rules.title(hazard),
        facts=hazards.brief(hazard)[0],
        **cases.first_task(hazard, beginning, data, faults),
    )
