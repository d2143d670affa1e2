"""文书模板: the docx of each kind of document, to be fetched, changed in Word, and put back."""

import io
from functools import partial

from flask import Response, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import house
from service.admin import allow, blueprint
from workflows import documents, papers, people, strays
from workflows.documents.kinds import ROWS
from workflows.errors import Forbidden, Invalid, NotFound


@blueprint.get("/documents", endpoint="documents")
def index() -> ResponseReturnValue:
    """Every kind, with the template in force."""
    allow("administer")
    return _page({})


@blueprint.get("/documents/<kind>.docx")
def template(kind: str) -> Response:
    """The template in force, to be changed in Word."""
    allow("administer")
    title = _kind(kind).title
    own = documents.find_template(g.session, _county(), kind)
    sha256 = own.sha256 if own else None
    g.session.close()  # no connection waits for the store
    content = documents.template_bytes(house().config.place, kind, sha256)
    return send_file(
        io.BytesIO(content), mimetype=papers.KINDS["docx"], as_attachment=True, download_name=f"{title}（模板）.docx"
    )


@blueprint.post("/documents/<kind>")
def replace_template(kind: str) -> ResponseReturnValue:
    """Put another template in force, if every field in it exists."""
    allow("administer")
    title, file = _kind(kind).title, request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Invalid("file", "请选择要上传的 docx 模板。")
        announce = partial(strays.announce, house().database)
        sha256 = documents.receive_template(house().config.place, kind, file.stream, announce)
        row = documents.replace_template(g.session, _county(), kind, sha256, by=current_user.id)
    except Invalid as invalid:
        g.session.rollback()
        return _page({kind: invalid.message}), 422
    flash(f"《{title}》已换用第 {row.version} 版模板，此后制发的文书按它生成；已有的文书不变。", "good")
    return redirect(url_for("admin.documents"))


def _kind(kind: str) -> documents.Kind:
    if kind not in documents.KINDS:
        raise NotFound("没有这种文书。")
    return documents.KINDS[kind]


def _county() -> str:
    """The county whose system administrator the caller is: templates are kept by county."""
    for post in sorted(current_user.caller.posts):
        if post.role == "SYS_ADMIN":
            return people.county_code(people.get_unit(g.session, post.unit_id).region_code)
    raise Forbidden("只有本县的系统管理员可以更换文书模板。")


def _page(faults: dict[str, str]) -> str:
    own = documents.last_templates(g.session, _county())
    names = people.names(g.session, [row.by for row in own.values()])
    return render_template("admin/documents.html", kinds=documents.KINDS, own=own, names=names, faults=faults, rows_of=ROWS)
