"""演练: a draft played through as each role, with the real forms and the real engine, where nothing of it counts.

Whatever such a page shows was asked of the stage (`stages`) before it is written (`scenes`): the page itself asks the house who
is signed in. What is refused on the stage is a sentence on the page and no line of the record.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import forms, house
from service.demo.driving import Driver
from service.designer.telling import Version
from service.rehearsals import answers, openings, scenes, stages
from service.rehearsals.stages import Play, Stage
from workflows import people
from workflows.engine import definitions, tasks
from workflows.engine.definitions import DiagramDraft, Rejected
from workflows.engine.worklist import Task
from workflows.errors import Conflict, Forbidden, Invalid, NotFound

blueprint = Blueprint("rehearsals", __name__, url_prefix="/designer/<int:draft_id>/rehearsal")

MOST_TRIES = 12  # of answers to one task, until one is taken
LEAPS = {"day": timedelta(days=1), "week": timedelta(days=7)}


class Over(Conflict):
    """The draft is not on the person's stage: it was ended, begun with another draft, or lay for too long."""

    def __init__(self) -> None:
        super().__init__("这份草稿的演练已经结束，请重新开始。")


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.register_blueprint(blueprint)


# ---- the stage ---------------------------------------------------------------------------------------------------------


@blueprint.get("")
def show(draft_id: int) -> ResponseReturnValue:
    """演练: where the case stands, who may do what next, what the clock shows, what has happened."""
    return _page(draft_id)


@blueprint.post("")
def begin(draft_id: int) -> ResponseReturnValue:
    """开始演练, or begin anew: the draft as it was saved last."""
    draft = _draft(draft_id)
    play = Play(draft.id, draft.revision, draft.xml.encode(), draft.forms)
    try:
        stages.begin(house().config.home, play, by=current_user.id, at=request.form.get("at", ""))
    except (Invalid, Conflict) as refusal:
        return _page(draft_id, refusal), 422
    flash("演练开始。这里办理的一切都不进台账、不留痕，随时可以重新开始。", "good")
    return _back(draft_id)


@blueprint.post("/clock")
def leap(draft_id: int) -> ResponseReturnValue:
    """拨钟: to the next term, a day or a week on."""
    stage = _stage(draft_id)
    span = LEAPS.get(request.form.get("to", ""))
    with scenes.on(stage) as (_, session):
        coming = scenes.coming(session, stage)
    on = coming.at + scenes.LATE if coming and not span else stage.moment + (span or LEAPS["day"])
    stages.leap(stage, on)
    return _back(draft_id)


@blueprint.post("/end")
def end(draft_id: int) -> ResponseReturnValue:
    """结束演练: nothing is left of it."""
    stages.end(_stage(draft_id))
    flash("演练已结束，演练的内容已经清除。", "info")
    return redirect(url_for("designer.review", draft_id=draft_id))


@blueprint.get("/diagram.bpmn")
def xml(draft_id: int) -> Response:
    """The diagram on stage, which the draft may have left behind."""
    stage = _stage(draft_id)
    with scenes.on(stage) as (_, session):
        return Response(scenes.played(session, stage).xml, content_type="application/xml; charset=utf-8")


# ---- a task ------------------------------------------------------------------------------------------------------------


@blueprint.get("/tasks/<int:task_id>/<int:person_id>")
def task(draft_id: int, task_id: int, person_id: int) -> ResponseReturnValue:
    """A task as this person of the town would see it, filled in already with what would be taken."""
    try:
        return _form(draft_id, task_id, person_id, _what_will_do(_stage(draft_id), task_id, person_id))
    except NotFound as refusal:
        return _page(draft_id, refusal), 409


@blueprint.post("/tasks/<int:task_id>/<int:person_id>")
def hand_in(draft_id: int, task_id: int, person_id: int) -> ResponseReturnValue:
    """办理 as this person: what was typed, or (照常办理) what he would usually answer."""
    stage, hand_in = _stage(draft_id), _as_usual if "usual" in request.form else _as_typed
    try:
        if stages.is_full(stage):
            raise Conflict("这场演练太长了，请重新开始。")
        done, _ = hand_in(stage, task_id, person_id)
    except Refused as refused:
        return _form(draft_id, task_id, person_id, refused.data, refused.fields), 422
    except (Conflict, Forbidden, NotFound) as refusal:
        return _page(draft_id, refusal), 409
    stages.go_on(stage)
    flash(f"“{done.name}”已办理。", "good")
    return _back(draft_id)


Filled = tuple[dict[str, Any], dict[str, str]]
"""What is handed in, and what of it could not be read."""
Done = tuple[Task, Mapping[str, Any]]
"""A task that was done, and what was handed in."""


class Refused(Invalid):
    """What was handed in, and what is wrong with it."""

    def __init__(self, fields: dict[str, str], data: Mapping[str, Any]) -> None:
        super().__init__(fields)
        self.data = data


def _as_usual(stage: Stage, task_id: int, person_id: int, *, keeps: bool = True) -> Done:
    """What is usual, with the next answer in place of one that is refused; told as at first if none will do."""
    tried, first = Counter[str](), None

    def fill_in(driver: Driver, session: Any, task: Task) -> Filled:
        return answers.usual(driver, session, task, person_id, tried), {}

    for _ in range(MOST_TRIES):
        try:
            return _complete(stage, task_id, person_id, fill_in, keeps=keeps)
        except Refused as refused:
            first = first or refused
            tried.update(refused.fields.keys())
    assert first is not None
    raise first


def _what_will_do(stage: Stage, task_id: int, person_id: int) -> Mapping[str, Any] | None:
    """What 照常办理 would hand in, found out without doing it; None for who may not do the task."""
    try:
        return _as_usual(stage, task_id, person_id, keeps=False)[1]
    except Refused as refused:
        return refused.data
    except (Conflict, Forbidden):
        return None


def _as_typed(stage: Stage, task_id: int, person_id: int) -> Done:
    """What stands in the form, with drawings for the photos it does not ask for here."""

    def fill_in(driver: Driver, session: Any, task: Task) -> Filled:
        schema = tasks.schema(session, task)
        data, faults = forms.read(answers.without_files(schema), request.form, {})
        return data | answers.stand_ins(driver, session, schema, person_id), faults

    return _complete(stage, task_id, person_id, fill_in, keeps=True)


def _complete(stage: Stage, task_id: int, person_id: int, fill_in: Callable[[Driver, Any, Task], Filled], *, keeps: bool) -> Done:
    """One try, in a transaction of its own: what is refused, or only tried, leaves nothing behind."""
    data, faults = dict[str, Any](), dict[str, str]()
    try:
        with scenes.on(stage, keeps=keeps) as (driver, session):
            caller = people.caller(session, person_id)
            task = tasks.get(session, task_id, caller)
            data, faults = fill_in(driver, session, task)
            tasks.complete(session, house().rules, task, caller, data)
            if faults:
                raise Invalid(faults)
    except Invalid as invalid:
        raise Refused({**invalid.fields, **faults}, data) from invalid
    return task, data


# ---- what the pages share ----------------------------------------------------------------------------------------------


def _draft(draft_id: int) -> DiagramDraft:
    """The draft with all it holds, read in a transaction of its own: a stage takes its time, and nobody in the house may wait
    for it."""
    if not people.may(current_user.caller, "see_drafts"):
        raise Forbidden("只有流程设计员和流程发布审批人可以演练流程。")
    with house().database.reading() as reading:
        return definitions.whole_draft(reading, draft_id)


def _stage(draft_id: int) -> Stage:
    draft = _draft(draft_id)
    if stage := stages.find(house().config.home, draft.id, current_user.id):
        return stage
    raise Over


@blueprint.errorhandler(Over)
def _begin_anew(over: Over) -> ResponseReturnValue:
    """The page on which one begins says so."""
    flash(over.message, "warn")
    return _back((request.view_args or {})["draft_id"])


def _back(draft_id: int) -> ResponseReturnValue:
    return redirect(url_for("rehearsals.show", draft_id=draft_id))


def _page(draft_id: int, refusal: Invalid | Conflict | Forbidden | NotFound | None = None) -> str:
    draft = _draft(draft_id)
    drawn, stage = draft.xml.encode(), stages.find(house().config.home, draft.id, current_user.id)
    choice = openings.choice(draft.key, drawn)
    return render_template(
        "rehearsals/show.html",
        draft=draft,
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, Rejected) else [],
        choice=choice,
        when=Version(drawn, draft.forms).condition(draft.key, choice.when),
        scene=scenes.scene(stage, url_for("rehearsals.xml", draft_id=draft_id)) if stage else None,
        is_older=stage is not None and stage.revision != draft.revision,
    )


def _form(
    draft_id: int,
    task_id: int,
    person_id: int,
    data: Mapping[str, Any] | None = None,
    faults: Mapping[str, str] | None = None,
) -> str:
    asked = scenes.asked(_stage(draft_id), task_id, person_id, data, faults or {})
    return render_template("rehearsals/task.html", draft_id=draft_id, asked=asked, faults=faults or {})
