"""Logs: what happened, told to machines as one JSON object a line, or to whoever sits before the screen as text.

A JSON line carries ids (request, case, person) and never what somebody typed or is called. So an error is told by its kinds
and places, without its messages: those of a database quote whole rows.
"""

import json
import logging
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from flask import Flask, Response, g, has_request_context, request, session
from flask.signals import request_finished, request_started

from service import figures
from workflows.codes import find_key
from workflows.engine import Subject

TEXT = "%(asctime)s %(levelname)s %(name)s %(message)s"
GIVEN_ID = re.compile(r"[0-9A-Za-z._-]{8,64}")
FRAMES = 20  # the innermost places of an error
SILENT = frozenset({"static", "probes.healthz", "probes.metrics"})  # asked for all day long; they tell nothing

requests = logging.getLogger("bihuan.requests")


def configure(kind: str) -> None:
    """Send every log of this process to its standard error, as `json` or `text`."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if kind == "json" else logging.Formatter(TEXT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    requests.setLevel(logging.INFO if kind == "json" else logging.WARNING)


def init_app(app: Flask) -> None:
    """Name every request, count it, and log it when it is answered."""
    request_started.connect(_begin, app)
    request_finished.connect(_end, app)


def about(subject: Subject) -> None:
    """Say which case this request is about."""
    g.case = f"{subject.kind}:{subject.id}"


def request_id() -> str:
    """The number of the running request, as the log and the answer's header say it."""
    return str(g.get("request_id", ""))


class JsonLines(logging.Formatter):
    """A log record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """At, level, logger, message; within a request its ids; with an error its kinds and places."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_ids(),
            **getattr(record, "figures", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = list(_kinds(record.exc_info[1]))
        return json.dumps({key: value for key, value in line.items() if value not in (None, "")}, ensure_ascii=False)


def _ids() -> dict[str, Any]:
    if not has_request_context():
        return {}
    return {"request": request_id(), "case": _case(), "person": _person()}


def _case() -> str | None:
    hazard_id = (request.view_args or {}).get("hazard_id")
    return g.get("case") or (f"hazard:{hazard_id}" if hazard_id else None)


def _person() -> int | None:
    """Who asks, by his cookie; the database is not asked, it may be the one in trouble."""
    return find_key(str(session.get("_user_id", "")).partition(".")[0])


def _kinds(error: BaseException | None) -> Iterator[dict[str, Any]]:
    """An error and what caused it: its kind, a database's code for it, and the places it came through."""
    while error is not None:
        code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
        yield {"kind": type(error).__name__, **({"code": code} if code else {}), "places": _places(error)}
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _places(error: BaseException) -> list[str]:
    places, trace = [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{'/'.join(code.co_filename.split('/')[-2:])}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-FRAMES:]


def _begin(_app: Flask) -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if GIVEN_ID.fullmatch(given) else uuid4().hex
    g.began = time.perf_counter()


def _end(_app: Flask, response: Response) -> None:
    response.headers["X-Request-ID"] = request_id()
    seconds = time.perf_counter() - g.began
    endpoint = request.endpoint or "none"
    figures.count(request.method, endpoint, response.status_code, seconds)
    if endpoint not in SILENT:
        told = {"method": request.method, "endpoint": endpoint, "status": response.status_code, "ms": round(seconds * 1000, 1)}
        requests.info("request", extra={"figures": told})
