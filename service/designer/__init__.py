"""流程设计: drafts of diagrams, the room in which they are drawn, and the page on which another person decides on them.

The room itself is JavaScript (frontend/designer) and talks JSON with `room.py`; the lists and the decision work without it.
"""

from flask import Blueprint, Flask, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from service import definitions as pages
from service import drawing
from service.designer import new, room, wording
from service.designer.telling import Version
from workflows import people
from workflows.engine import definitions, instances
from workflows.engine.definitions import DiagramDraft, blank, changes
from workflows.errors import Forbidden, Invalid

blueprint = Blueprint("designer", __name__, url_prefix="/designer")


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.register_blueprint(blueprint)
    app.register_blueprint(room.blueprint)
    app.register_blueprint(new.blueprint)


# ---- lists -------------------------------------------------------------------------------------------------------------


@blueprint.get("")
def index() -> ResponseReturnValue:
    """流程设计: what is being drawn, what waits for a decision, and from which version a new draft may begin."""
    _allow("see_drafts")
    found = definitions.drafts(g.session, "DRAFT", "RETURNED", "HANDED_IN")
    return render_template(
        "designer/index.html",
        waiting=[each for each in found if each.state == "HANDED_IN"],
        drawn=[each for each in found if each.is_open],
        newest=pages.in_force(),
        names=people.names(g.session, [each.owner_id for each in found]),
    )


@blueprint.post("")
def begin() -> ResponseReturnValue:
    """新建草稿, from the newest version or an older one."""
    _allow("design")
    base = definitions.get(g.session, request.form.get("key", ""), request.form.get("version", type=int))
    made = definitions.begin(g.session, base, by=current_user.id)
    flash(f"已新建草稿，以“{base.name}”第 {base.version} 版为底稿。", "good")
    return redirect(url_for("room.show", draft_id=made.id))


# ---- the decision ------------------------------------------------------------------------------------------------------


@blueprint.get("/<int:draft_id>/review")
def review(draft_id: int) -> ResponseReturnValue:
    """发布审批: what a draft changes, what is wrong with it, and the decision."""
    _allow("see_drafts")
    return _review(definitions.draft(g.session, draft_id), {})


@blueprint.get("/<int:draft_id>.bpmn")
def xml(draft_id: int) -> Response:
    """The drawn diagram, for the picture of what changes and for whoever wants the file."""
    _allow("see_drafts")
    return Response(definitions.draft(g.session, draft_id).xml, content_type="application/xml; charset=utf-8")


@blueprint.post("/<int:draft_id>/hand-in")
def hand_in(draft_id: int) -> ResponseReturnValue:
    """提交发布."""
    _allow("design")
    mine = definitions.draft(g.session, draft_id)
    try:
        definitions.hand_in(g.session, mine, room.known(mine), by=current_user.id)
    except Invalid as invalid:
        return _review(mine, _said(invalid)), 422
    flash(f"草稿“{mine.name}”已提交，由流程发布审批人审批。", "good")
    return redirect(url_for("designer.review", draft_id=draft_id))


@blueprint.post("/<int:draft_id>/return")
def send_back(draft_id: int) -> ResponseReturnValue:
    """退回, with a reason."""
    _allow("deploy")
    handed_in, reason = definitions.draft(g.session, draft_id), request.form.get("reason", "")
    try:
        definitions.send_back(g.session, handed_in, by=current_user.id, reason=reason)
    except Invalid as invalid:
        return _review(handed_in, invalid.fields), 422
    flash(f"草稿“{handed_in.name}”已退回设计员。", "info")
    return redirect(url_for("designer.index"))


@blueprint.post("/<int:draft_id>/approve")
def approve(draft_id: int) -> ResponseReturnValue:
    """批准发布: the draft becomes the newest version."""
    _allow("deploy")
    handed_in, reason = definitions.draft(g.session, draft_id), request.form.get("reason", "")
    try:
        made = definitions.approve(g.session, handed_in, room.known(handed_in), by=current_user.id, reason=reason)
    except Invalid as invalid:
        return _review(handed_in, _said(invalid)), 422
    flash(f"已发布“{made.name}”第 {made.version} 版。办理中的隐患仍按原版本办理，新上报的按新版本。", "good")
    return redirect(url_for("definitions.show", key=made.key, version=made.version))


@blueprint.post("/<int:draft_id>/discard")
def discard(draft_id: int) -> ResponseReturnValue:
    """作废."""
    _allow("design")
    mine = definitions.draft(g.session, draft_id)
    definitions.discard(g.session, mine, by=current_user.id)
    flash(f"草稿“{mine.name}”已作废。", "info")
    return redirect(url_for("designer.index"))


@blueprint.post("/<int:draft_id>/take-over")
def take_over(draft_id: int) -> ResponseReturnValue:
    """接手: go on with a colleague's draft."""
    _allow("design")
    theirs = definitions.draft(g.session, draft_id)
    definitions.take_over(g.session, theirs, by=current_user.id)
    flash("已接手，由您继续编辑。", "good")
    return redirect(url_for("room.show", draft_id=draft_id))


def _allow(action: str) -> None:
    if not people.may(current_user.caller, action):
        raise Forbidden("只有流程设计员可以设计流程，只有流程发布审批人可以审批发布。")


def _said(invalid: Invalid) -> dict[str, str]:
    """The page lists the findings anyway: one sentence says what they mean for this click."""
    if isinstance(invalid, definitions.Rejected):
        return {"": f"有 {len(invalid.findings)} 处错误，不能发布。请按下面“检查结果”逐项改正。"}
    return invalid.fields


def _review(shown: DiagramDraft, faults: dict[str, str]) -> str:
    is_published = shown.state == "PUBLISHED"  # then the newest version may be itself
    now = definitions.find(g.session, shown.key, shown.base_version if is_published else None)
    drawn, before = shown.xml.encode(), now.xml.encode() if now else blank.NOTHING
    forms_before = now.forms if now else {}
    about = wording.Wording(g.session, Version(before, forms_before), Version(drawn, shown.forms))
    life = definitions.life_of(g.session, shown)
    return render_template(
        "designer/review.html",
        draft=shown,
        now=now,
        faults=faults,
        examined=definitions.examine_as(shown.key, drawn, room.known(shown), shown.forms),
        diagram=about.tell(changes.of_diagrams(before, drawn)),
        forms=about.tell(changes.of_forms(forms_before, shown.forms)),
        running=instances.open_by_version(g.session, shown.key),
        life=life,
        names=people.names(g.session, [shown.owner_id, *(line.by for line in life)]),
        xml_urls=(pages.xml_url(now), url_for("designer.xml", draft_id=shown.id)) if now else None,
        svg=None if now else Markup(drawing.draw(shown.xml)),
        is_mine=current_user.id in shown.designers,
    )
