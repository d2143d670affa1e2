"""For machines: whether this server is well (`/healthz`), and its figures (`/metrics`). Neither tells anything about a case."""

from hmac import compare_digest
from ipaddress import ip_address

from flask import Blueprint, Flask, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from service import figures, house
from workflows import migrations
from workflows.engine import jobs, pulses, tasks, timers
from workflows.errors import Unavailable

blueprint = Blueprint("probes", __name__)

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Whether the database answers and stands at the newest structure, and whether somebody sweeps: 200, or 503 if not."""
    found: dict[str, object] = {"database": "away", "migration": None, "newest": migrations.head(), "sweep": "unknown"}
    try:
        found |= {"migration": migrations.current(house().database), "database": "reachable"}
        if found["migration"] == found["newest"]:
            found["sweep"] = "alive" if pulses.is_beating(g.session) else "silent"
    except Unavailable:
        pass
    is_well = found["sweep"] == "alive"
    return jsonify(status="ok" if is_well else "unwell", **found), 200 if is_well else 503


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """The figures of this process and of the database, for Prometheus."""
    if not _may_read():
        return Response("only from this machine, or with the token\n", 403, mimetype="text/plain")
    return Response(figures.text(_gauges()), content_type=PROMETHEUS)


def _may_read() -> bool:
    """With the token, if there is one; else from this machine itself. What a proxy passes on comes from this machine too, but
    says so."""
    if token := house().config.metrics_token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return compare_digest(given.encode(), token.encode())
    return _is_loopback(request.remote_addr) and not any(name in request.headers for name in FORWARDED)


def _is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:  # a socket file has no address
        return False


def _gauges() -> dict[str, tuple[str, float]]:
    try:
        timed = timers.counts(g.session)
        return {
            "bihuan_database_up": ("Whether the database answers.", 1),
            "bihuan_sweep_up": ("Whether somebody sweeps.", pulses.is_beating(g.session)),
            "bihuan_tasks_open": ("Tasks that wait for somebody.", tasks.count_open(g.session)),
            "bihuan_timers_armed": ("Armed timers.", timed.armed),
            "bihuan_timers_overdue": ("Timers that are due and have not fired.", timed.overdue),
            "bihuan_timers_failed": ("Timers whose last try failed.", timed.failed),
            "bihuan_jobs_given_up": ("Effects that were given up in the last days.", jobs.count_given_up(house().database)),
        }
    except Unavailable:
        return {"bihuan_database_up": ("Whether the database answers.", 0)}
