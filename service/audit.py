"""审计: the record as the auditor reads it, lists, filters, verifies. He changes nothing and opens no case."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from flask import Blueprint, Flask, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import house, labels, ledger
from workflows import anchors, audits, clock, people, vocabulary
from workflows.codes import find_key
from workflows.engine import Subject, history
from workflows.errors import Forbidden, Invalid

blueprint = Blueprint("audit", __name__, url_prefix="/audit")

SUBJECTS = {
    **vocabulary.SUBJECTS,
    "person": "人员",
    "unit": "单位",
    "campaign": "行动",
    "calendar": "节假日",
    "sectors": "行业领域",
    "operations": "运行情况",
    "definition": "流程图",
    "draft": "流程草稿",
}
REFUSED = {"sign_in": "登录失败", "refused": "越权或查无此件", "csrf": "页面已失效的提交"}
KEYS = {
    "name": "名称", "kind": "类别", "region_code": "区划代码", "login": "登录名", "role": "岗位",
    "unit": "单位序号", "reason": "原因", "from_on": "起始日期", "to_on": "截止日期", "document_no": "文号",
    "before": "改前", "after": "改后", "status": "状态码", "path": "地址", "method": "方式", "what": "事项",
    "value": "值", "task": "任务序号", "element": "环节", "by_person": "代理人序号",
    "certificate_no": "执法证号", "uscc": "信用代码", "sectors": "主管行业", "appointment": "任职序号",
    "substitution": "代理序号", "added": "新增", "known": "已有", "faults": "不符处数", "initial": "初始密码",
    "sha256": "文件校验值", "data": "填报内容", "version": "版本", "draft": "草稿序号", "designers": "设计人序号", "note": "说明",
    "off": "放假", "work": "上班", "first": "起始日期", "last": "截止日期", "document": "依据", "days": "安排",
}  # fmt: skip
KINDS = {"refused": "被拒绝的操作", **{kind: text for kind, text in labels.LINES.items() if kind != "refused"}}


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.register_blueprint(blueprint)


@blueprint.get("")
def index() -> ResponseReturnValue:
    """审计: the lines of all chains, newest first."""
    _allow()
    asked = {name: request.args.get(name, "").strip() for name in ("subject", "id", "who", "kind", "since", "until")}
    wanted, after = _wanted(asked), find_key(request.args.get("after", ""))
    page = history.search(g.session, **wanted, after=after) if wanted else history.Page([], None)
    return render_template("audit/index.html", asked=asked, page=page, **_words(page.rows))


@blueprint.post("/verify")
def verify() -> ResponseReturnValue:
    """Recompute every chain; that it was done, and what came out, is itself a line."""
    _allow()
    with house().database.reading() as reading:  # a long read: it must not hold the lock of the writers
        faults = audits.faults(reading)
    history.record(g.session, Subject("person", current_user.id), "chains_verified", by=current_user.id, faults=len(faults))
    return render_template("audit/verified.html", faults=faults, at=clock.now())


@blueprint.get("/anchors.json")
def export_anchors() -> Response:
    """The daily anchors, to be kept outside this house and checked there or later here."""
    _allow()
    response = Response(anchors.told(g.session), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="anchors-{clock.today():%Y%m%d}.json"'
    return response


def _allow() -> None:
    if not people.may(current_user.caller, "see_audit"):
        raise Forbidden("只有审计员可以查看审计记录。")


def _wanted(asked: Mapping[str, str]) -> dict[str, Any] | None:
    """Which lines are asked for; None if something typed cannot be read: that finds nothing, and not everything."""
    who = people.find_by_login(g.session, asked["who"]) if asked["who"] else None
    since, until = _day(asked["since"]), _day(asked["until"])
    read = {
        "by": who and who.id,
        "subject_id": find_key(asked["id"]),
        "since": since and clock.at(since),
        "until": until and clock.end_of(until),
    }
    typed = (asked[name] for name in ("who", "id", "since", "until"))
    if any(text and value is None for text, value in zip(typed, read.values(), strict=True)):
        return None
    return {**read, "subject_kind": asked["subject"], "kind": asked["kind"]}


def _day(text: str) -> date | None:
    with suppress(Invalid):
        return ledger.day_of(text)
    return None


def _words(rows: list[history.Line]) -> dict[str, Any]:
    persons = {line.by for line in rows} | {line.on_behalf_of for line in rows}
    persons |= {line.subject_id for line in rows if line.subject_kind == "person"}
    return {
        "names": people.names(g.session, persons),
        "subjects": SUBJECTS,
        "kinds": dict(sorted(KINDS.items(), key=lambda each: each[1])),
        "refused": REFUSED,
        "keys": KEYS,
    }
