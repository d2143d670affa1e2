"""Signing in and out: login and password, lockout, idle sign-out. Who is signed in is a frozen record."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from service import came_from, errors, house, is_autosave
from workflows import clock, passwords, people
from workflows.codes import find_key
from workflows.errors import Forbidden, Invalid

blueprint = Blueprint("auth", __name__)
logins = LoginManager()

OPEN_TO_ALL = frozenset(
    "auth.sign_in probes.healthz probes.metrics public.index public.listed public.show public.download static".split()
)
CLICK_SECONDS = 30
"""Requests closer together than this are one click: a page, and what it brings along."""
IDLE = "您已超过 {} 分钟没有操作，系统已自动退出。请重新登录，已暂存的内容不会丢失。"


@dataclass(frozen=True)
class Who(people.SignIn, UserMixin):
    """Who is signed in: everything a page asks about him was read once, at the start of the request."""

    @cached_property
    def stands_in(self) -> list[tuple[str, date]]:
        """For whom he stands in today, and the last day of it."""
        return _ask(people.stood_in_for, self.id) if self.caller.stands_in else []

    def get_id(self) -> str:
        """Flask-Login's key: the person and the epoch of his sign-ins."""
        return f"{self.id}.{self.session_epoch}"


def _ask(question: Callable[[Any, Any], Any], about: Any) -> Any:
    """Ask in the request's session; on the page of an error, which comes after the rollback, in one of its own."""
    if "session" in g:
        return question(g.session, about)
    with house().database.reading() as reading:
        return question(reading, about)


def init_app(app: Flask) -> None:
    """Every page but the sign-in asks who one is."""
    logins.init_app(app)
    app.before_request(_demand_sign_in)
    app.register_blueprint(blueprint)


@logins.user_loader
def load(key: str) -> Who | None:
    """The person of a cookie, or None if he has signed out, changed his password or been deactivated since.

    Read in a transaction of its own: a POST must not take the write lock before it has taken in its photos.
    """
    if g.get("is_away"):  # the database: whoever he is, the page that says so is the same
        return None
    id, _, epoch = key.partition(".")
    person_id = find_key(id)
    if person_id is None:
        return None
    with house().database.reading() as reading:
        who = _find(reading, person_id)
    return who if who and str(who.session_epoch) == epoch else None


def _find(session: Any, person_id: int) -> Who | None:
    found = people.find_sign_in(session, person_id)
    return Who(**vars(found)) if found else None


def _demand_sign_in() -> ResponseReturnValue | None:
    if request.endpoint in OPEN_TO_ALL:
        return None
    if _is_idle():
        _leave()
        flash(IDLE.format(house().config.idle_minutes), "warn")
    if not current_user.is_authenticated:
        if request.method == "POST" and not is_autosave():  # the page's own script tries again and again
            flash(errors.STALE, "warn")
        return _to_sign_in()
    if current_user.must_change_password and request.endpoint not in ("auth.own_password", "auth.sign_out"):
        return redirect(url_for("auth.own_password"))
    _see()
    return None


def _see() -> None:
    """Note the moment of this click; not of each photo of a page.

    Whatever writes the cookie overwrites it, and an answer may arrive after a later one: a photo would take away the
    word that a task was handed in, and sign in again who has just left.
    """
    now = int(clock.now().timestamp())
    if now - session.get("seen", 0) >= CLICK_SECONDS:
        session["seen"] = now


def _to_sign_in() -> ResponseReturnValue:
    target = url_for("auth.sign_in", next=_here())
    if request.headers.get("HX-Request"):  # a part of a page was asked for: the whole page must go to the sign-in
        return Response(status=204, headers={"HX-Redirect": url_for("auth.sign_in")})
    return ("", 401) if is_autosave() else redirect(target)


def _is_idle() -> bool:
    """Whether the last click is too old. A cookie without the moment is as good as an old one."""
    if "_user_id" not in session:
        return False
    age = clock.now().timestamp() - session.get("seen", 0)
    return age > house().config.idle_minutes * 60


def _here() -> str | None:
    """Where to go on after the sign-in: this page; after a POST, which cannot be repeated, the page it came from."""
    if request.method == "GET":
        return request.full_path.rstrip("?") if request.path != "/" else None
    return came_from() or None


def _is_local(target: str) -> bool:
    """Whether `next` stays in this house. Browsers read backslashes as slashes and drop control characters."""
    if not target.startswith("/") or target.startswith("//") or "\\" in target:
        return False
    if any(ord(letter) < 32 for letter in target):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc


def _leave() -> None:
    logout_user()
    session.clear()


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """登录. The session is emptied before anyone enters it, so a planted one is worth nothing."""
    target = request.values.get("next", "")
    target = target if _is_local(target) else ""
    if request.method != "POST":  # a HEAD too: it brings no password
        if current_user.is_authenticated and not _is_idle():
            return redirect(target or url_for("inbox.index"))
        return render_template("auth/sign_in.html", next=target, login="", problem="")
    login = request.form.get("login", "").strip()
    try:
        person_id = passwords.check(house().database, login, request.form.get("password", ""))
    except Forbidden as refusal:
        errors.record("sign_in", person_id=_find_id(login))
        return render_template("auth/sign_in.html", next=target, login=login, problem=refusal.message), 422
    _enter(person_id)
    return redirect(target or url_for("inbox.index"))


def _enter(person_id: int) -> None:
    session.clear()
    session.permanent = True
    session["seen"] = int(clock.now().timestamp())
    with house().database.reading() as reading:
        login_user(_find(reading, person_id))


def _find_id(login: str) -> int | None:
    with house().database.reading() as reading:
        person = people.find_by_login(reading, login)
    return person.id if person else None


def is_own_password(password: str) -> bool:
    """Whether the signed-in person typed his password right, as before a signature. Wrong ones count towards the lockout."""
    try:
        passwords.check_own(house().database, current_user.id, password)
    except Forbidden:
        return False
    return True


@blueprint.route("/password", methods=["GET", "POST"])
def own_password() -> ResponseReturnValue:
    """修改密码: the old one once more, the new one twice; other devices are signed out."""
    if request.method != "POST":
        return _password_page({})
    old, new = request.form.get("old", ""), request.form.get("new", "")
    if not is_own_password(old):
        errors.record("own_password")
        return _password_page({"old": "原密码不正确。连续输错 5 次，账号将锁定 15 分钟。"}), 422
    if new != request.form.get("again", ""):
        return _password_page({"again": "两次输入的新密码不一致。"}), 422
    try:
        passwords.choose(g.session, people.get(g.session, current_user.id), old, new)
    except Invalid as invalid:
        return _password_page({"new": invalid.message}), 422
    g.session.flush()
    session.clear()
    session.permanent = True
    session["seen"] = int(clock.now().timestamp())
    login_user(_find(g.session, current_user.id))
    flash("密码已修改，其他设备已退出。", "good")
    return redirect(url_for("inbox.index"))


def _password_page(faults: dict[str, str]) -> str:
    return render_template("auth/password.html", faults=faults, must=current_user.must_change_password)


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """退出: the cookie goes, and what it said is worth nothing any more, to whoever may have copied it."""
    people.end_sign_ins(people.get(g.session, current_user.id))
    _leave()
    flash("您已退出登录，在其他设备上的登录也已退出。", "info")
    return redirect(url_for("auth.sign_in"))
