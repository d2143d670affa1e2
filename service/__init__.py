"""The web. `create_app` puts the pages together; `App` opens and ends the unit of work.

Returning a response commits; raising, or a status of 400 and above, rolls back.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import cast

from flask import Flask, Response, current_app, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.routing import IntegerConverter, Map

from service.config import Config
from workflows import people
from workflows.codes import MOST_KEY
from workflows.db import Database
from workflows.engine import Rules

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}
READS = frozenset({"GET", "HEAD", "OPTIONS"})
TEXTS = 256 * 1024  # bytes; a form that brings more brings files
TAKES_FILES = frozenset(
    "inbox.complete inbox.draft thursdays.hand_in thursdays.draft reports.report reports.save_draft matters.begin "
    "admin.check_roster admin.replace_template room.save room.findings room.preview".split()
)
"""Where more than texts may be brought; anywhere else no more is read than they need."""
tokens = CSRFProtect()


@dataclass(frozen=True)
class House:
    """What every page may use: the settings, the database, and what the engine knows of the domain."""

    config: Config
    database: Database
    rules: Rules


class Id(IntegerConverter):
    """A number in an address. One that no table can hold names nothing, on every database alike."""

    def __init__(self, map: Map, **options: int) -> None:
        """The library knows no greatest number."""
        super().__init__(map, **{"max": MOST_KEY, **options})


class App(Flask):
    """Flask with one session a request: reading for GET, writing for POST."""

    house: House

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the page in its unit of work. The only commit of the web stands here.

        The session touches the database at its first question only; so whatever a page does before that (taking in
        photos, checking a password) happens outside the transaction.

        The token is looked for here and not before, because looking for it takes in the whole body: first comes who it is
        (`auth`) and, before files, whether he has the right to bring them (each page group's `before_request`).
        """
        if request.endpoint not in TAKES_FILES:
            request.max_content_length = TEXTS
        tokens.protect()
        writes = request.method not in READS
        with self.house.database.session(writes=writes) as session:
            g.session = session
            try:
                response = self.make_response(super().dispatch_request())
                if writes and response.status_code < 400:
                    session.commit()
            finally:
                g.pop("session", None)
            return response


def brings_files() -> bool:
    """Whether this request's body, which nobody has read yet, may hold more than texts."""
    return "Transfer-Encoding" in request.headers or (request.content_length or 0) > TEXTS


def is_autosave() -> bool:
    """Whether the page's own script keeps a draft after a pause; it wants no page back."""
    return "X-Autosave" in request.headers


def house() -> House:
    """The house of the running application."""
    return cast(App, current_app).house


PARTS = (
    *("logs", "labels", "errors", "forms", "cases", "onward"),  # what every page needs
    *("auth", "inbox", "hazards", "matters", "reports", "dossiers", "documents", "thursdays", "urges", "look_backs", "inquiries"),
    *("enterprises", "ledger", "dispatch", "exports", "board", "wall_map", "bulletins"),
    *("definitions", "waits", "guide", "designer", "rehearsals"),
    *("admin", "audit", "probes", "public"),
)
"""Whatever hangs itself up in the application: each a module of this package with `init_app`."""


def create_app(config: Config, database: Database, rules: Rules) -> App:
    """The whole web application, ready to serve."""
    app = App("service")
    app.house = House(config, database, rules)
    app.url_map.converters["int"] = Id
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the order of a form's fields is that in which they are filled in
    app.config.update(_settings(config))
    tokens.init_app(app)
    app.after_request(_harden)
    app.jinja_env.globals.update(asset=_asset, navigation=_navigation, may=_may, page_url=_page_url, came_from=came_from)
    for part in PARTS:
        import_module(f"service.{part}").init_app(app)
    return app


def _settings(config: Config) -> dict[str, object]:
    return {
        "SECRET_KEY": config.secret_key,
        "SESSION_COOKIE_NAME": "bihuan",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": config.is_production,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "SESSION_REFRESH_EACH_REQUEST": False,  # only what changes the session sends its cookie, see `auth._see`
        "MAX_CONTENT_LENGTH": config.upload_megabytes * 1024 * 1024,
        # Long texts are the rule here; 500 kB, the default, is too little for a dictated report with its hidden photos.
        "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
        # The token lives as long as the sign-in: a form left open over lunch must not be lost for its age.
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_CHECK_DEFAULT": False,  # `App.dispatch_request` asks for the token itself
        "WTF_CSRF_SSL_STRICT": config.is_production,
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=365),
        "TEMPLATES_AUTO_RELOAD": not config.is_production,
    }


def _harden(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":  # pages of one official must not come back from a shared computer's cache
        response.headers.setdefault("Cache-Control", "no-store")
    if house().config.is_production:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


NAVIGATION = (
    ("inbox.index", "待办任务", ""),
    ("inbox.done", "已办", ""),
    ("hazards.index", "隐患", "see_hazards"),
    ("reports.new", "上报隐患", "report"),
    ("thursdays.index", "周四反馈", "see_thursdays"),
    ("ledger.index", "台账", "see_ledger"),
    ("dispatch.index", "调度表", "see_dispatch"),
    ("board.index", "看板", "see_board"),
    ("bulletins.index", "三公开", "see_bulletins"),
    ("inquiries.index", "一案三查", "see_inquiries"),
    ("definitions.index", "流程图", "see_definitions"),
    ("guide.show", "谁办什么", ""),
    ("designer.index", "流程设计", "see_drafts"),
    ("admin.index", "管理", "see_administration"),
    ("audit.index", "审计", "see_audit"),
)


def _navigation() -> list[tuple[str, str]]:
    return [(endpoint, text) for endpoint, text, action in NAVIGATION if not action or _may(action)]


def _may(action: str) -> bool:
    return people.may(current_user.caller, action)


def _page_url(**changed: str | None) -> str:
    """This page's address with some of its questions changed; None leaves one out."""
    kept = {**request.args.to_dict(), **(request.view_args or {}), **changed}
    return url_for(request.endpoint or "inbox.index", **{key: value for key, value in kept.items() if value})


def came_from() -> str:
    """The address in this house from which one came; "" from elsewhere. The browser speaks HTTPS with the proxy in front and that
    plain HTTP with us, so only the hosts are compared."""
    _, _, rest = (request.referrer or "").partition("://")
    host, slash, path = rest.partition("/")
    return slash + path if host == request.host else ""


def _asset(name: str) -> str:
    """The address of a static file with its content's digest, so that browsers may keep it for a year."""
    file = Path(current_app.static_folder or "", name)
    try:
        found = file.stat()
    except FileNotFoundError:  # not bundled yet
        return url_for("static", filename=name)
    stamp = (found.st_mtime_ns, found.st_size)
    kept = current_app.extensions.setdefault("assets", {})
    if kept.get(name, (None,))[0] != stamp:
        kept[name] = (stamp, sha256(file.read_bytes()).hexdigest()[:12])
    return url_for("static", filename=name, v=kept[name][1])
