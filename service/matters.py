"""其他事项: processes that people begin about a case beside the one it goes through (申请延期 …), each from the form of its first
task. Whatever a case may be about, it is begun here; `cases.KINDS` tells how to get at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, Flask, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import brings_files, cases, house, onward, photos, submissions
from service.submissions import Refused
from workflows.engine import Subject, beginnings, instances
from workflows.engine.beginnings import Beginning

blueprint = Blueprint("matters", __name__, url_prefix="/matters/<kind>/<int:number>")


@dataclass(frozen=True)
class Beside:
    """What the page of a case shows of 其他事项: what the caller may begin now, and what is under way."""

    about: Subject
    offered: list[Beginning]
    running: list[str]


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.register_blueprint(blueprint)


@blueprint.before_request
def ask_before_files() -> None:
    """Whether one may begin it is asked before files are taken in: of a stranger's nothing is read."""
    if brings_files():
        asked = request.view_args or {}
        with house().database.reading() as reading:
            _get(reading, Subject(asked["kind"], asked["number"]), asked["key"], whenever=True)


@blueprint.get("/<key>")
def new(kind: str, number: int, key: str) -> ResponseReturnValue:
    """The form of the first task, with what the record says already."""
    about = Subject(kind, number)
    thing, beginning = _get(g.session, about, key)
    return _page(thing, beginning, cases.KINDS[kind].proposed(thing, beginning.element), {})


@blueprint.post("/<key>")
def begin(kind: str, number: int, key: str) -> ResponseReturnValue:
    """Begin it: what was typed is its first task, handed in."""
    taken = photos.take()
    about = Subject(kind, number)
    _, beginning = _get(g.session, about, key, whenever=True)
    if refused := _hand_in(beginning, about, taken):
        return _page(cases.get_for(g.session, about), beginning, refused.data, refused.faults), 422
    return redirect(cases.url(about))


def beside(about: Subject, shown: instances.Instance | None) -> Beside:
    """What may be begun and what is under way about a case, beside the process that its page shows."""
    offered = beginnings.offered(g.session, house().rules, about, current_user.caller)
    running = [name for each, name in instances.of(g.session, about) if each.ended_at is None and each is not shown]
    return Beside(about, offered, running)


def _hand_in(beginning: Beginning, about: Subject, taken: photos.Taken) -> Refused | None:
    """Begin a process with what was typed for its first task; answers what was refused of it."""
    data, faults = submissions.read(beginning.form, taken)
    begin = partial(beginnings.begin, g.session, house().rules, beginning.key, about, current_user.caller, data)
    begun = submissions.hand_in(data, faults, begin)
    if isinstance(begun, Refused):
        return begun
    onward.say(f"“{beginning.label}”已提交。", begun.id)
    return None


def _get(session: Any, about: Subject, key: str, *, whenever: bool = False) -> tuple[Any, Beginning]:
    """The thing, if the caller may see it, and the process, if he may begin it now, or `whenever` it may be begun."""
    thing = cases.get_for(session, about)
    return thing, beginnings.get(session, house().rules, key, about, current_user.caller, whenever=whenever)


def _page(thing: Any, beginning: Beginning, data: Mapping[str, Any], faults: Mapping[str, str]) -> str:
    kind = cases.KINDS[thing.ref.kind]
    return render_template(
        "matters/new.html",
        about=thing.ref,
        kind=kind,
        title=house().rules.title(thing),
        facts=kind.facts(thing, cases.options_of(thing)),
        case_url=cases.url(thing.ref),
        **cases.first_task(thing, beginning, data, faults),
    )
