"""上报隐患: the report (①), and its drafts until it is handed in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import cases, forms, house, onward, photos, submissions
from workflows import clock, people, report_drafts
from workflows.engine import definitions, instances, tasks
from workflows.errors import Forbidden, Invalid
from workflows.hazards import PROCESS, Hazard, likely_duplicates

blueprint = Blueprint("reports", __name__, url_prefix="/hazards")

REPORT = "report"
SUBJECT = ("subject_id", "subject_name", "region_code")
MAY_NOT_REPORT = "您的岗位不能上报隐患。如发现隐患，请告知所在村（社区）或镇领导组办公室。"


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.register_blueprint(blueprint)


@blueprint.before_request
def ask_first() -> None:
    """Whoever may not report brings nothing: it is asked before photos are taken in."""
    if not people.may(current_user.caller, "report"):
        raise Forbidden(MAY_NOT_REPORT)


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """上报隐患: a draft to go on with, or a form that is empty but for the subject; the other drafts lie above it.

    The page's script asks for it with the subject that is just being chosen, for what is known of that subject.
    """
    if key := request.args.get("draft", ""):
        draft = report_drafts.get(g.session, current_user.caller, key)
        return _report_page(key, draft.data, {}, saved_at=draft.saved_at)
    subject = {name: request.args[name] for name in SUBJECT if request.args.get(name)}
    return _report_page(report_drafts.new_key(), {**_likely(), **subject}, {})


@blueprint.post("/new")
def report() -> ResponseReturnValue:
    """Take a report in; it starts the case."""
    taken, key = photos.take(), _key()
    data, faults = submissions.read(_report_schema(), taken)
    rules, caller = house().rules, current_user.caller
    made = submissions.hand_in(data, faults, lambda: report_drafts.hand_in(g.session, rules, caller, key, data))
    if isinstance(made, submissions.Refused):
        return _report_page(key, made.data, made.faults), 422
    onward.say("已上报。", tasks.submissions(g.session, made.ref)[0].task_id)
    return redirect(url_for("hazards.show", hazard_id=made.id))


@blueprint.post("/drafts")
def save_draft() -> ResponseReturnValue:
    """暂存: keep what is typed, unchecked. The page's script saves the same way after a pause and wants no page back."""
    taken, key = photos.take(), _key()
    data, _ = forms.read(_report_schema(), request.form, taken.photos)
    try:
        report_drafts.save(g.session, current_user.caller, key, data)
    except Invalid as invalid:
        return _report_page(key, data, invalid.fields), 422
    return submissions.draft_kept(taken, url_for("reports.new", draft=key), "已暂存，尚未上报。下次从“上报隐患”接着填写。")


@blueprint.post("/drafts/<key>/discard")
def discard_draft(key: str) -> ResponseReturnValue:
    """删除草稿."""
    report_drafts.discard(g.session, current_user.caller, key)
    flash("草稿已删除。", "info")
    return redirect(url_for("reports.new"))


def _report_schema() -> forms.Schema:
    schema: forms.Schema = definitions.get(g.session, PROCESS).forms[REPORT]
    return schema


def _likely() -> dict[str, str]:
    """What the reporter would most likely answer, so that in the field he need not type it: his own, to be changed by him."""
    if not people.is_official(current_user.caller):
        return {"source": "SELF"}
    me = people.get(g.session, current_user.id)
    if not me.certificate_no:
        return {}
    return {
        "source": "ENFORCE",
        "inspection_on": clock.today().isoformat(),
        "inspectors": me.name,
        "certificate_1": me.certificate_no,
    }


def _key() -> str:
    """The key the page was given; a page without one is handed in on its own."""
    key = request.form.get("draft_key", "")
    return key if report_drafts.is_key(key) else report_drafts.new_key()


def _report_page(
    key: str, data: Mapping[str, Any], faults: Mapping[str, str], *, saved_at: datetime | None = None
) -> str:
    """The form under its key, and the caller's other drafts."""
    schema = _report_schema()
    # Never stored: an enterprise's people are offered their own, and conditions may ask what they like of a hazard not yet there.
    asking = Hazard(reporter_id=current_user.id, region_code="", status="DRAFT")
    options, functions = cases.options_of(asking), instances.functions(g.session, house().rules, asking)
    drafts = [
        (draft, _draft_title(draft.data, options))
        for draft in report_drafts.of(g.session, current_user.caller)
        if draft.key != key
    ]
    fields = forms.view(schema, data, faults, options=options, functions=functions)
    return render_template(
        "reports/new.html",
        schema=schema,
        fields=fields,
        faults=faults,
        values=cases.function_values(asking, fields),
        key=key,
        drafts=drafts,
        saved_at=saved_at,
        alike=_alike(data, options),
    )


def _alike(data: Mapping[str, Any], options: forms.Options) -> list[Hazard]:
    """What the typed report may repeat, as far as the caller may see it (疑似重复提示)."""
    subject_id, name, region = (str(data.get(key, "")) for key in SUBJECT)
    if subject_id in dict(options("subjects")):
        typed = Hazard(enterprise_id=int(subject_id))
    elif name and region:
        typed = Hazard(subject_name=name, region_code=region)
    else:
        return []
    return likely_duplicates(g.session, typed, current_user.caller)


def _draft_title(data: Mapping[str, Any], options: forms.Options) -> str:
    """What one recognises a draft by: its subject, else the beginning of its description."""
    subject = dict(options("subjects")).get(str(data.get("subject_id"))) or data.get("subject_name")
    begun = str(data.get("description", ""))[:30]
    return "：".join(str(part) for part in (subject, begun) if part) or "还没有填写主体和描述"
