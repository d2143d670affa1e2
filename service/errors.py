"""Every refusal becomes a page in Chinese with a way back, and leaves its trace after the rollback."""

import logging
from collections.abc import Mapping

from flask import Flask, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin, current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from service import house, logs
from workflows.engine import history
from workflows.errors import Conflict, Forbidden, Invalid, NotFound, Problem, Unavailable

log = logging.getLogger(__name__)

STATUS = {NotFound: 404, Forbidden: 403, Conflict: 409, Invalid: 422, Unavailable: 503}
TITLES = {
    400: "页面已失效",
    403: "不能办理",
    404: "没有找到",
    405: "不能这样打开",
    409: "情况已有变化",
    413: "上传的内容过大",
    422: "填写有误",
    500: "系统出错",
    503: "暂时不能使用",
}
SENTENCES = {
    400: "发来的内容不完整，没有办理。请返回后刷新页面，再提交一次。",
    404: "没有找到您要的内容。它可能已经办结、已被改派，或者不在您的职责范围内。",
    405: "这个地址不能直接打开，请从页面上的按钮进入。",
    413: (
        "一次上传的照片和附件合计不能超过 {megabytes} MB，单个文件不超过 20 MB，这次没有保存。"
        "请按浏览器的“后退”回到表单，填好的内容还在；去掉几个文件再提交，其余的分次提交。"
    ),
    500: "系统出错，刚才的操作没有保存。请稍后再试；如仍不成功，请联系系统管理员并告知下面的编号。",
}
NO_COOKIE = (
    "浏览器没有保存登录信息（Cookie），不能登录。请再试一次；仍不行的，"
    "请检查网址是不是以 https:// 开头，浏览器是不是禁用了 Cookie。"
)
STALE = "页面停留过久或已在别处重新登录，这次提交没有保存。请返回后刷新页面，再提交一次。"


def init_app(app: Flask) -> None:
    """Hang the handlers up."""
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(Unavailable, _away)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)


def page(status: int, message: str) -> ResponseReturnValue:
    """The page of a refusal; to a script that asked for JSON, its sentence."""
    if request.accept_mimetypes.best == "application/json":
        return {"message": message}, status
    title = TITLES.get(status, TITLES[500])
    number = logs.request_id() if status >= 500 else ""
    try:
        return render_template("errors/problem.html", title=title, message=message, status=status, number=number), status
    except Unavailable as away:  # its header asks who is signed in
        return _away(away)


def status_of(kind: type[Problem]) -> int:
    """The status of a kind of refusal, or of the kind it is a special case of."""
    return next(STATUS[each] for each in kind.__mro__ if each in STATUS)


def _problem(problem: Problem) -> ResponseReturnValue:
    """A refusal out of the house. It comes here after the rollback, so the trace has a transaction of its own."""
    _unsay()
    status = status_of(type(problem))
    if status in (403, 404):
        record("refused", status=status, reason=problem.message)
    return page(status, problem.message)


def _away(problem: Unavailable) -> ResponseReturnValue:
    """Database or store is away: the page must ask them nothing, not even who is signed in. Who is, stays so."""
    g.is_away = True
    _unsay()
    return _unasking(503, problem.message, logs.request_id()), 503, {"Retry-After": "10"}


def _unsay() -> None:
    """Take back what a page was going to say of a deed that is undone: it may be the commit that failed."""
    session.pop("_flashes", None)


def before_ours(app: Flask, status: int, headers: Mapping[str, str]) -> str:
    """The page of what the server refuses before a request of ours begins; `headers`: what is known of it."""
    with app.test_request_context(headers=headers):
        return _unasking(status, _sentence(status))


def _unasking(status: int, message: str, number: str = "") -> str:
    """The page of a refusal that asks nobody who is signed in."""
    told = {"title": TITLES.get(status, TITLES[500]), "message": message, "status": status, "number": number}
    return render_template("errors/problem.html", **told, current_user=AnonymousUserMixin())


def _forged(_error: CSRFError) -> ResponseReturnValue:
    record("csrf", status=400)
    if current_user.is_authenticated:
        return page(400, STALE)
    if request.endpoint == "auth.sign_in" and not request.cookies:  # nor would a notice come back
        return render_template("auth/sign_in.html", next="", login="", problem=NO_COOKIE), 400
    # Signed out in between (idle, other tab): the token went with the session. A new sign-in is the cure.
    flash(STALE, "warn")
    return redirect(url_for("auth.sign_in"))


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    status = 413 if isinstance(error, RequestEntityTooLarge) else error.code
    return page(status, _sentence(status))


def _sentence(status: int) -> str:
    return SENTENCES.get(status, SENTENCES[500]).format(megabytes=house().config.upload_megabytes)


def record(what: str, *, person_id: int | None = None, **body: object) -> None:
    """Write a refusal into the record, in its own transaction: who asked for what. Never what was typed."""
    try:
        if current_user.is_authenticated:
            person_id = current_user.id
        history.record_refusal(house().database, person_id, what, method=request.method, path=request.path, **body)
    except Unavailable:
        g.is_away = True
        log.error("a refusal could not be recorded: the database is away")
