"""The room in which a draft is drawn: one page, and the JSON its script asks for and hands in."""

import json
from dataclasses import asdict
from typing import Any

from flask import Blueprint, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import CONTENT_SECURITY_POLICY, forms, house
from workflows import people, vocabulary
from workflows.engine import checks, definitions
from workflows.engine.definitions import DiagramDraft
from workflows.engine.proof import Proof
from workflows.errors import Forbidden, Invalid
from workflows.functions import FUNCTIONS

blueprint = Blueprint("room", __name__, url_prefix="/designer")

# bpmn-js measures and places its menus with style attributes; only this page allows them, and still no style element.
POLICY = CONTENT_SECURITY_POLICY.replace("style-src 'self';", "style-src 'self'; style-src-attr 'unsafe-inline';")
FIXED_LISTS = frozenset({"sectors", "clauses"})
MOST = 4_000_000  # bytes of a diagram with its forms, as JSON


@blueprint.before_request
def read_no_more() -> None:
    """A drawing comes as JSON, read as a whole into memory. One that says how long it is gets a sentence of its own (`_sent`)."""
    if request.content_length is None:
        request.max_content_length = MOST


@blueprint.get("/<int:draft_id>")
def show(draft_id: int) -> ResponseReturnValue:
    """编辑流程图: the room itself. Whoever may not change the draft is led to the page that shows what it changes."""
    _allow()
    mine = definitions.draft(g.session, draft_id)
    if mine.owner_id != current_user.id or not mine.is_open:
        return redirect(url_for("designer.review", draft_id=draft_id))
    answer = make_response(render_template("designer/room.html", draft=mine, base=definitions.find(g.session, mine.key)))
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


@blueprint.get("/<int:draft_id>/content.json")
def content(draft_id: int) -> ResponseReturnValue:
    """The draft as the script draws it."""
    _allow()
    mine = definitions.draft(g.session, draft_id)
    return jsonify(xml=mine.xml, forms=mine.forms, revision=mine.revision, name=mine.name, note=mine.note)


@blueprint.get("/words.json")
def words() -> ResponseReturnValue:
    """What may be chosen, in Chinese."""
    _allow()
    return jsonify(vocabulary.words(g.session))


@blueprint.post("/<int:draft_id>/save")
def save(draft_id: int) -> ResponseReturnValue:
    """Keep what is drawn; answers the revision the next save has to name."""
    _allow()
    sent = _sent()
    revision = sent.get("revision")
    mine = definitions.draft(g.session, draft_id)
    saved = definitions.save(
        g.session,
        mine,
        by=current_user.id,
        revision=revision if isinstance(revision, int) else 0,
        diagram=_diagram(sent),
        forms=_forms(sent),
        name=str(sent.get("name", "")),
        note=str(sent.get("note", "")),
    )
    return jsonify(revision=saved.revision)


@blueprint.post("/findings")
def findings() -> ResponseReturnValue:
    """What is wrong with a diagram and its forms, while it is drawn; and the proof, where no error stands in its way. Nothing is
    kept."""
    _allow()
    sent = _sent()
    asked = _forms(sent)
    examined = definitions.examine_as(str(sent.get("key", "")), _diagram(sent), vocabulary.known(asked), asked)
    found = [asdict(each) for each in examined.findings]
    return jsonify(findings=found, proof=_told(examined.proof) if examined.proof else None)


@blueprint.post("/preview")
def preview() -> ResponseReturnValue:
    """A form as the official will see it, by the very macros of his page; its findings instead while it has errors."""
    _allow()
    schema = _sent().get("form")
    if not isinstance(schema, dict):
        raise Invalid("form", "没有收到表单。")
    if faults := [each.message for each in checks.check_forms({"form": schema}, vocabulary.known())]:
        return jsonify(faults=faults)
    functions = dict.fromkeys(FUNCTIONS, _unknown)
    fields = forms.view(schema, {}, {}, options=_options, functions=functions)
    return jsonify(html=render_template("designer/preview.html", schema=schema, fields=fields))


def known(draft: DiagramDraft) -> checks.Known:
    """The words a draft may use: those of the domain, and its own forms."""
    return vocabulary.known(draft.forms)


def _told(proof: Proof) -> dict[str, Any]:
    return {"sentence": proof.sentence, "verdict": proof.verdict, "faults": [asdict(fault) for fault in proof.faults]}


def _allow() -> None:
    if not people.may(current_user.caller, "design"):
        raise Forbidden("只有流程设计员可以设计流程图。")


def _options(name: str) -> list[tuple[str, str]]:
    """The lists that are the same everywhere; of those that name units and persons a designer is shown one sample."""
    return house().rules.options[name](g.session, None) if name in FIXED_LISTS else [("", "（办理时列出可选的单位或人员）")]


def _unknown() -> None:
    """What a function of the domain answers while there is no case."""


def _sent() -> dict[str, Any]:
    if (request.content_length or 0) > MOST:
        raise Invalid("", "流程图和表单合计超过 4 MB，没有保存。请删去图中嵌入的图片，或拆分成几个流程。")
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise Invalid("", "没有收到流程图，请刷新页面后再试。")
    if _has_half_signs(sent):
        raise Invalid("", "流程图或表单里有不能保存的字符，没有保存。请检查刚粘贴的文字。")
    return sent


def _has_half_signs(sent: dict[str, Any]) -> bool:
    """JSON may bring half of a sign (a lone surrogate), which no file and no database takes."""
    try:
        json.dumps(sent, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _diagram(sent: dict[str, Any]) -> bytes:
    return str(sent.get("xml", "")).encode()


def _forms(sent: dict[str, Any]) -> dict[str, Any]:
    given = sent.get("forms")
    if not isinstance(given, dict):
        raise Invalid("forms", "没有收到表单，请刷新页面后再试。")
    return given
