"""Excel 导入: a workbook is checked as a whole, shown with every bad row, and stored only when confirmed.

Between check and confirmation the file waits in the home folder under its uploader and digest; the form carries the digest,
signed for him. What is stored, or has waited for too long, is removed: it is full of names. What reads and writes workbooks is
loaded when the first one comes: it takes 7 MB, and is needed in a county's first days.
"""

import hashlib
from collections.abc import Collection
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from itsdangerous import BadSignature, TimestampSigner

from service import house
from service.admin import allow, blueprint, lacks
from workflows import clock, people, steps
from workflows.errors import Invalid, Unavailable
from workflows.staffing import columns, rosters

WAITS = timedelta(hours=2)
GONE = "核对结果已过期，或者已经导入。请重新选择文件核对。"
FULL = "存放工作簿的磁盘无法写入（可能已满），没有导入任何内容。请腾出空间后再核对。"
OTHER_FIRST = "这个工作簿里的{}还没有导入。请系统管理员先用它导入，您再导入任职。"
SHOWN_FAULTS = 200


@blueprint.get("/import")
def roster() -> ResponseReturnValue:
    """Excel 导入."""
    allow("see_administration")
    return _page()


@blueprint.get("/import/template.xlsx")
def roster_template() -> Response:
    """The workbook to fill in."""
    from service.admin import workbooks

    allow("see_administration")
    response = Response(workbooks.template(g.session), content_type=workbooks.TYPE)
    response.headers["Content-Disposition"] = "attachment; filename*=UTF-8''%E6%96%B0%E5%8E%BF%E5%AF%BC%E5%85%A5.xlsx"
    return response


@blueprint.post("/import")
def check_roster() -> ResponseReturnValue:
    """The trial run: the same as the real one, rolled back. Everything is checked, whoever stores it: the one hears of faults in
    the other's part while the file is being made."""
    from service.admin import workbooks

    allow("see_administration")
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(fault="请选择填好的 Excel 文件。"), 422
    content = file.stream.read(workbooks.MAX_BYTES + 1)
    try:
        book = workbooks.read(content)
    except Invalid as invalid:
        return _page(fault=invalid.message), 422
    report = rosters.run(g.session, book, columns.PARTS, by=current_user.id)
    lacking = lacks()
    g.session.rollback()
    name = Path(file.filename).name
    if report.faults:
        return _page(report=report, name=name), 422
    if first := [part for part in columns.OF_SYSTEM - _stored() if report.added.get(part)]:
        return _page(fault=OTHER_FIRST.format("、".join(part for part in columns.PARTS if part in first))), 422
    return _page(report=report, token=_keep(content), name=name, lacking=lacking)


@blueprint.post("/import/confirm")
def confirm_roster() -> ResponseReturnValue:
    """The real run: everything or nothing."""
    from service.admin import workbooks

    allow("see_administration")
    content = _kept(request.form.get("token", ""))
    if content is None:
        flash(GONE, "warn")
        return redirect(url_for("admin.roster"))
    report = rosters.run(g.session, workbooks.read(content), _stored(), by=current_user.id)
    if report.faults:  # somebody changed something between the check and now
        g.session.rollback()
        return _page(report=report), 422
    digest = hashlib.sha256(content).hexdigest()
    rosters.record(g.session, report, digest, by=current_user.id)
    steps.readdress(g.session, *report.person_ids)  # what waited for somebody at these posts finds him at once
    response = make_response(render_template("admin/imported.html", report=report, parts=_in_order(_stored()), lacking=lacks()))
    response.call_on_close(partial(_place(digest).unlink, missing_ok=True))  # once it is committed and sent
    return response


def _stored() -> frozenset[str]:
    """The parts that are the caller's to store."""
    mine: frozenset[str] = frozenset()
    for action, parts in (("administer", columns.OF_SYSTEM), ("authorise", columns.OF_SECURITY)):
        if people.may(current_user.caller, action):
            mine |= parts
    return mine


def _in_order(parts: Collection[str]) -> list[str]:
    return [part for part in columns.PARTS if part in parts]


def _page(*, fault: str = "", report: rosters.Report | None = None, token: str = "", name: str = "", **more: Any) -> str:
    return render_template(
        "admin/roster.html",
        fault=fault,
        report=report,
        token=token,
        name=name,
        parts=columns.PARTS,
        stored=_in_order(_stored()),
        shown=SHOWN_FAULTS,
        **more,
    )


# ---- the file between check and confirmation ---------------------------------------------------------------------------


def _keep(content: bytes) -> str:
    """Put the file aside; answers the signed name by which its uploader finds it again."""
    digest = hashlib.sha256(content).hexdigest()
    file = _place(digest)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        for old in file.parent.glob("*.xlsx"):
            if old.stat().st_mtime < (clock.now() - WAITS).timestamp():
                old.unlink(missing_ok=True)
        file.write_bytes(content)
    except OSError:
        raise Unavailable(FULL) from None
    return _signer().sign(digest).decode()


def _kept(token: str) -> bytes | None:
    try:
        digest = _signer().unsign(token, max_age=int(WAITS.total_seconds())).decode()
    except BadSignature:
        return None
    file = _place(digest)
    content = file.read_bytes() if file.is_file() else b""
    return content if hashlib.sha256(content).hexdigest() == digest else None


def _place(digest: str) -> Path:
    return house().config.home / "imports" / f"{current_user.id}-{digest}.xlsx"


def _signer() -> TimestampSigner:
    return TimestampSigner(house().config.secret_key, salt=f"roster of {current_user.id}", digest_method=hashlib.sha256)
