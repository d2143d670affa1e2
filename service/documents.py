"""文书: ordering the documents of a case, their files, and the background job that writes them."""

from typing import Any

from flask import Blueprint, Flask, Response, flash, g, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import cases, heap, photos
from service.config import Config
from workflows import documents, papers, people
from workflows.db import Database
from workflows.engine import Subject, jobs
from workflows.errors import Forbidden, Invalid, NotFound
from workflows.hazards import get_for as get_hazard_for

blueprint = Blueprint("documents", __name__)


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.jinja_env.globals["DOCUMENTS"] = documents.KINDS
    app.register_blueprint(blueprint)


@blueprint.post("/hazards/<int:hazard_id>/documents")
def order(hazard_id: int) -> ResponseReturnValue:
    """制发文书: one of the kinds that the case's record bears."""
    hazard = get_hazard_for(g.session, current_user.caller, hazard_id)
    if not people.may(current_user.caller, "make_documents"):
        raise Forbidden("您的岗位不制发文书。")
    kind = request.form.get("kind", "")
    if kind not in documents.offered(g.session, hazard):
        raise Invalid("", "请选择现在可以制发的文书。")
    made = documents.order(g.session, hazard, kind, by=current_user.id)
    said = "此前已制发，内容没有变化。" if made.sha256 else "正在生成，稍后刷新即可下载。"
    flash(f"《{documents.KINDS[kind].title}》{made.no}{said}", "good")
    return redirect(url_for("hazards.show", hazard_id=hazard_id) + "#documents")


@blueprint.get("/documents/<int:document_id>")
def download(document_id: int) -> Response:
    """A document, for whoever may see what it is about."""
    row = documents.get(g.session, document_id)
    if not cases.may_see(row.subject) or not _is_open(row):
        raise NotFound("没有找到这份文书。")
    if row.sha256 is None:
        raise NotFound("这份文书还在生成，请稍后再下载。")
    name = f"{documents.KINDS[row.kind].title}{row.no}.docx"
    response = send_file(
        photos.fetch(papers.stored_as(row.sha256, "docx")), mimetype=papers.KINDS["docx"], as_attachment=True, download_name=name
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def shown(subject: Subject) -> list[documents.Document]:
    """The documents about a case, newest first, for its page."""
    return [row for row in documents.of(g.session, subject)[::-1] if _is_open(row)]


def _is_open(row: documents.Document) -> bool:
    return not row.is_internal or people.is_official(current_user.caller)


def offered(hazard: Any) -> dict[str, str]:
    """What the caller may have made of a hazard now."""
    return documents.offered(g.session, hazard) if people.may(current_user.caller, "make_documents") else {}


@jobs.effect("documents.write")
def write(database: Database, *, document_id: int) -> None:
    """Write an ordered document. A job runs in no application, so it asks the environment itself where evidence lies."""
    documents.write(database, Config.from_env().place, document_id)
    heap.tidy()
