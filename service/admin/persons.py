"""人员: accounts. Posts are given by somebody else, the security administrator."""

from collections.abc import Mapping
from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service.admin import allow, blueprint
from service.admin.sheets import Sheet, handle, line
from workflows import people, staffing, steps
from workflows.engine import Subject, history

NAME = line("姓名", 60)
CERTIFICATE = line("执法证号", 40, "综合行政执法队员必填；验收至少要有一名持证人员。")
REASON = line("原因", 200, "例如：调离本县，2026 年 3 月 1 日。", least=2)
LOGIN_HINT = "2 至 60 个小写字母、数字、点或横线，定了不能改。不填的按姓名的拼音起。"
LOGIN = {**line("登录名", 60, LOGIN_HINT, least=2), "pattern": r"^[a-z0-9][a-z0-9.\-]+$"}


@blueprint.get("/persons")
def persons() -> ResponseReturnValue:
    """人员."""
    allow("administer")
    asked = {name: request.args.get(name, "").strip() for name in ("q", "state", "after")}
    page = staffing.persons(g.session, search=asked["q"], state=asked["state"], after=asked["after"])
    posts = people.posts_with_names(g.session, [each.id for each in page.rows])
    return render_template("admin/persons.html", page=page, asked=asked, posts=posts)


@blueprint.get("/persons/<int:person_id>")
def person(person_id: int) -> ResponseReturnValue:
    """One person: his account, his posts, what was changed when."""
    allow("administer")
    found = people.get(g.session, person_id)
    lines = [each for each in history.lines(g.session, Subject("person", person_id)) if each.kind != "refused"]
    return render_template(
        "admin/person.html",
        person=found,
        held=staffing.of_person(g.session, person_id),
        lines=lines,
        names=people.names(g.session, [each.by for each in lines]),
    )


@blueprint.route("/persons/new", methods=["GET", "POST"])
def new_person() -> ResponseReturnValue:
    """A new person; the page that answers shows his initial password, once."""
    allow("administer")
    sheet = Sheet(
        title="新增人员",
        fields={"name": NAME, "login": LOGIN, "certificate_no": CERTIFICATE},
        required=("name",),
        back=url_for("admin.persons"),
        button="新增并生成初始密码",
        intro="岗位由安全管理员在“任职”中任命；没有任职的人登录后什么也看不到。",
    )

    def add(data: Mapping[str, Any]) -> ResponseReturnValue:
        login = data.get("login") or staffing.propose_login(g.session, data["name"])
        made, password = staffing.add_with_issued_password(
            g.session, data["name"], login, certificate_no=data.get("certificate_no"), by=current_user.id
        )
        return _handed_over(made, password)

    return handle(sheet, add)


@blueprint.route("/persons/<int:person_id>/change", methods=["GET", "POST"])
def change_person(person_id: int) -> ResponseReturnValue:
    """Correct a name or certificate."""
    allow("administer")
    found = people.get(g.session, person_id)
    sheet = Sheet(
        title=f"变更：{found.name}",
        fields={"name": NAME, "certificate_no": CERTIFICATE},
        required=("name",),
        back=url_for("admin.person", person_id=person_id),
    )

    def change(data: Mapping[str, Any]) -> None:
        certificate = data.get("certificate_no")
        staffing.change_person(g.session, found, by=current_user.id, name=data["name"], certificate_no=certificate)

    before = {key: getattr(found, key) for key in sheet.fields if getattr(found, key)}
    return handle(sheet, change, data=before)


@blueprint.route("/persons/<int:person_id>/password", methods=["GET", "POST"])
def issue_password(person_id: int) -> ResponseReturnValue:
    """A new initial password, shown once."""
    allow("administer")
    found = people.get(g.session, person_id)
    sheet = Sheet(
        title=f"重发初始密码：{found.name}",
        fields={"reason": REASON},
        required=("reason",),
        back=url_for("admin.person", person_id=person_id),
        button="生成新的初始密码",
        intro="原密码立即作废，已登录的设备全部退出，锁定同时解除。请先核实是本人提出。",
        warns=True,
    )
    return handle(sheet, lambda data: _handed_over(found, _issue(found, data["reason"])))


def _issue(found: people.Person, reason: str) -> str:
    history.record(g.session, Subject("person", found.id), "password_asked", by=current_user.id, reason=reason)
    return staffing.issue_password(g.session, found, by=current_user.id)


def _handed_over(found: people.Person, password: str) -> ResponseReturnValue:
    """Not a redirect: the password is kept nowhere, not even in a cookie, and so can be shown in this answer alone."""
    return render_template("admin/password.html", person=found, password=password)


@blueprint.route("/persons/<int:person_id>/deactivate", methods=["GET", "POST"])
def deactivate(person_id: int) -> ResponseReturnValue:
    """Shut a person out."""
    allow("administer")
    found = people.get(g.session, person_id)
    sheet = Sheet(
        title=f"停用账号：{found.name}",
        fields={"reason": REASON},
        required=("reason",),
        back=url_for("admin.person", person_id=person_id),
        button="停用",
        done="账号已停用，已登录的设备已退出。",
        intro="停用后立即不能登录，他的待办由同岗位的其他人办理；办过的件和记录不变。",
        warns=True,
    )

    def shut_out(data: Mapping[str, Any]) -> None:
        staffing.deactivate(g.session, found, data["reason"], by=current_user.id)
        steps.readdress(g.session, found.id)

    return handle(sheet, shut_out)


@blueprint.route("/persons/<int:person_id>/activate", methods=["GET", "POST"])
def activate(person_id: int) -> ResponseReturnValue:
    """Let a person in again."""
    allow("administer")
    found = people.get(g.session, person_id)
    sheet = Sheet(
        title=f"恢复账号：{found.name}",
        fields={"reason": REASON},
        required=("reason",),
        back=url_for("admin.person", person_id=person_id),
        button="恢复",
        done="账号已恢复。",
    )

    def let_in(data: Mapping[str, Any]) -> None:
        staffing.activate(g.session, found, data["reason"], by=current_user.id)
        steps.readdress(g.session, found.id)

    return handle(sheet, let_in)
