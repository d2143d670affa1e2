"""The product with a plain diagram of five user tasks, and one with a timer: its engine, its task pages, its sign-in, without hazards.

A case of the product can only be started by reporting a hazard, which is more than the floor's "start". So this file brings
a domain of its own for the engine (`RULES`: a thing with a title, every task at one post of one town) and one page that
starts a case; everything else that answers is the product's. `python -m tests.bench.plain` serves it.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import waitress
from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from service import App, cases, create_app, serving, setup
from service.config import Config
from workflows import clock, people, staffing
from workflows.db import Database, Key
from workflows.engine import Address, Due, Post, Rules, Subject, Want, checks, definitions, instances
from workflows.engine.timers import Sweeper

LOGIN, PASSWORD = "ann", "Bench-2026-pass"
TOWN = "999901101000"
STEPS = ("discover", "handover", "rectify", "verify", "close")
KEY, TIMED = "five_tasks", "one_timer"

FORM: dict[str, Any] = {
    "$id": "note",
    "title": "办理情况",
    "type": "object",
    "required": ["note", "severity"],
    "properties": {
        "note": {"type": "string", "title": "办理情况", "maxLength": 1000, "x-widget": "text"},
        "severity": {
            "type": "string",
            "title": "程度",
            "oneOf": [{"const": "low", "title": "低"}, {"const": "medium", "title": "中"}, {"const": "high", "title": "高"}],
        },
        "ref": {"type": "string", "title": "文号", "maxLength": 80},
    },
}
ANSWER = {"note": "done it", "severity": "low", "ref": "a1"}

START = """{% extends "base.html" %}{% block title %}新建{% endblock %}{% block main %}<h1>新建</h1><form method="post">
<input type="hidden" name="csrf_token" value="{{ csrf_token() }}"><input name="title" aria-label="名称"><button>新建</button>
</form>{% endblock %}"""
blueprint = Blueprint("bench", __name__)


class Base(DeclarativeBase):
    """Tables of its own, beside the product's: its migrations know nothing of them."""


class Thing(Base):
    """What a case is about."""

    __tablename__ = "bench_things"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    title: Mapped[str] = mapped_column(String(200))


# ---- the domain --------------------------------------------------------------------------------------------------------


def _address(session: Session, _thing: Thing, want: Want) -> Address:
    town = people.find_unit(session, "TOWN", TOWN)
    assert town is not None
    return Address(frozenset(Post(role, town.id) for role in want.roles))


cases.KINDS["thing"] = cases.Kind(
    get_for=lambda session, _caller, id: session.get_one(Thing, id),
    facts=lambda *_: [],
    page=("bench.start", "thing"),
    section="inbox.index",
    called="这件事",
    heading="情况",
)
RULES = Rules(
    subject=lambda session, subject: session.get_one(Thing, subject.id),
    title=lambda thing: thing.title,
    steps={},
    functions={"due_at": lambda *_: clock.now() + timedelta(days=1)},
    options={},
    address=_address,
    due=lambda _session, _thing, text, opened: Due(opened + timedelta(hours=24), text) if text else None,
    forbidden=lambda *_: {},
    stands_at=lambda *_: True,
)
KNOWN = checks.Known(
    roles={people.ROLES["OFFICE_STAFF"]: "OFFICE_STAFF"},
    units=frozenset({"town"}),
    forms=frozenset({"note"}),
    dues=frozenset({"24h"}),
    functions=frozenset({"due_at"}),
)


# ---- the diagram -------------------------------------------------------------------------------------------------------


def diagram() -> bytes:
    """start → five user tasks → end, drawn in a row."""
    nodes = ["begin", *STEPS, "done"]
    inside = '<bpmn:startEvent id="begin" name="开始"/>' + "".join(map(_task, STEPS)) + '<bpmn:endEvent id="done" name="办结"/>'
    return _file(KEY, "五步流程", inside + _flows(nodes), _drawing(nodes))


def timed_diagram() -> bytes:
    """start → a task → end; at due_at() the task is interrupted and another one opens."""
    late = (
        '<bpmn:boundaryEvent id="late" attachedToRef="discover" cancelActivity="true"><bpmn:timerEventDefinition>'
        "<bpmn:timeDate>due_at()</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    ends = '<bpmn:startEvent id="begin"/><bpmn:endEvent id="done"/><bpmn:endEvent id="overdue"/>'
    flows = _flows(["begin", "discover", "done"]) + _flows(["late", "close", "overdue"])
    return _file(TIMED, "限时流程", ends + _task("discover") + late + _task("close") + flows, "")


def _file(key: str, name: str, inside: str, drawn: str) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
 xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"
 id="definitions" targetNamespace="bench"><bpmn:process id="{key}" name="{name}" isExecutable="true">{inside}</bpmn:process>
<bpmndi:BPMNDiagram id="drawing"><bpmndi:BPMNPlane id="plane" bpmnElement="{key}">{drawn}</bpmndi:BPMNPlane>
</bpmndi:BPMNDiagram></bpmn:definitions>""".encode()


def _flows(nodes: list[str]) -> str:
    pairs = zip(nodes, nodes[1:], strict=False)
    return "".join(f'<bpmn:sequenceFlow id="{a}__{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs)


def _task(step: str) -> str:
    values = {"role": "OFFICE_STAFF", "unit": "town", "form": "note", "due": "24h"}
    rows = "".join(f'<spiffworkflow:property name="{name}" value="{value}"/>' for name, value in values.items())
    inside = f"<bpmn:extensionElements><spiffworkflow:properties>{rows}</spiffworkflow:properties></bpmn:extensionElements>"
    return f'<bpmn:userTask id="{step}" name="{step}">{inside}</bpmn:userTask>'


def _drawing(nodes: list[str]) -> str:
    shapes = "".join(
        f'<bpmndi:BPMNShape id="{node}_di" bpmnElement="{node}"><dc:Bounds x="{150 * n}" y="80" width="100" height="80"/>'
        "</bpmndi:BPMNShape>"
        for n, node in enumerate(nodes)
    )
    edges = "".join(
        f'<bpmndi:BPMNEdge id="{a}__{b}_di" bpmnElement="{a}__{b}"><di:waypoint x="{150 * n + 100}" y="120"/>'
        f'<di:waypoint x="{150 * n + 150}" y="120"/></bpmndi:BPMNEdge>'
        for n, (a, b) in enumerate(zip(nodes, nodes[1:], strict=False))
    )
    return shapes + edges


# ---- setting up and serving --------------------------------------------------------------------------------------------


def prepare(home: Path) -> Database:
    """A new database in a folder: one town, one person at its office, the diagram."""
    database = Database(f"sqlite:///{home / 'bihuan.db'}")
    setup.prepare(database)
    Base.metadata.create_all(database.engine)
    with database.transaction() as session:
        person = staffing.add_person(session, "经办人", LOGIN, PASSWORD)
        staffing.appoint(session, person, "OFFICE_STAFF", staffing.add_unit(session, "TOWN", "测试镇", TOWN), date(2020, 1, 1))
        for xml in (diagram(), timed_diagram()):
            definitions.deploy(session, KNOWN, xml, {"note": FORM}, by=person.id)
    return database


@blueprint.route("/bench/start", methods=["GET", "POST"])
def start() -> ResponseReturnValue:
    """Start a case about a new thing."""
    if request.method == "GET":
        return render_template(current_app.extensions["bench"])
    begin(g.session, request.form, by=current_user.id)
    return redirect(url_for("inbox.index"))


def begin(session: Session, form: Mapping[str, str], *, by: int, key: str = KEY) -> instances.Instance:
    """A new thing and its case."""
    thing = Thing(title=form["title"])
    session.add(thing)
    session.flush()
    return instances.start(session, RULES, key, Subject("thing", thing.id), by=by)


def make_app(config: Config, database: Database) -> App:
    """The product's pages over this domain, and the page that starts a case."""
    app = create_app(config, database, RULES)
    app.extensions["bench"] = app.jinja_env.from_string(START)  # once, as the product's own pages and the floor's
    app.register_blueprint(blueprint)
    return app


def serve() -> None:
    """Serve as the product does: the same threads, the sweep beside the pages."""
    config = Config.from_env()
    database = Database(config.database_url)
    Sweeper(database, RULES).start()
    waitress.serve(make_app(config, database), host=config.host, port=config.port, threads=serving.THREADS, ident=None)


if __name__ == "__main__":
    serve()
