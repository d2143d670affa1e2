"""流程图: the diagrams that are in force, with their forms."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, Response, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from service import drawing, forms, outlines
from workflows import hazards, people
from workflows.engine import definitions
from workflows.errors import Forbidden

NOTHING_DONE: Mapping[str, int] = {}

blueprint = Blueprint("definitions", __name__, url_prefix="/definitions")


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.register_blueprint(blueprint)


@blueprint.get("")
def index() -> ResponseReturnValue:
    """流程图: the newest version of each."""
    _allow()
    return render_template("definitions/index.html", found=in_force())


def in_force() -> list[definitions.Definition]:
    """The newest version of each diagram, the loop itself first."""
    return sorted(definitions.latest(g.session), key=lambda each: each.key != hazards.PROCESS)


@blueprint.get("/<key>/<int:version>")
def show(key: str, version: int) -> ResponseReturnValue:
    """One version: its diagram and what each of its forms asks for."""
    _allow()
    found = definitions.get(g.session, key, version)
    newest = definitions.get(g.session, key)
    draft = definitions.draft_behind(g.session, found)
    names = people.names(g.session, [found.deployed_by, *(draft.designers if draft else [])])
    used = [station.said.get("form", "") for stage in outlines.outline(found.xml) for station in stage.stations]
    forms = {name: found.forms[name] for name in [*used, *found.forms] if name in found.forms}  # in the order of the work
    asked = {name: _asked(schema) for name, schema in forms.items()}
    return render_template(
        "definitions/show.html",
        found=found,
        newest=newest,
        asked=asked,
        draft=draft,
        deployed_by=names.get(found.deployed_by, "系统初始化"),
        designed_by="、".join(names[id] for id in draft.designers) if draft else "",
        diagram=diagram(found, title="流程图"),
    )


@blueprint.get("/<key>/<int:version>.bpmn")
def xml(key: str, version: int) -> Response:
    """The diagram as BPMN, for the live viewer. It holds no case and no person; everybody signed in may read it."""
    found = definitions.get(g.session, key, version)
    response = Response(found.xml, content_type="application/xml; charset=utf-8")
    response.headers["Cache-Control"] = "private, max-age=86400"  # a version never changes
    return response


def xml_url(definition: definitions.Definition) -> str:
    """Where the diagram of a version can be fetched."""
    return url_for("definitions.xml", key=definition.key, version=definition.version)


def diagram(
    definition: definitions.Definition,
    *,
    title: str,
    tokens: tuple[str, ...] = (),
    done: Mapping[str, int] = NOTHING_DONE,
    at: str = "",
) -> dict[str, Any]:
    """What the macro `diagram` shows: the drawing made here, and what the live viewer needs to replace it. `at`: where the file
    can be fetched, if not as a version of the house."""
    return {
        "title": title,
        "svg": Markup(drawing.draw(definition.xml, tokens=tokens, done=done)),
        "xml_url": at or xml_url(definition),
        "tokens": tokens,
        "done": [id for id in done if id not in tokens],
        "is_live": bool(tokens or done),
    }


def _allow() -> None:
    if not people.may(current_user.caller, "see_definitions"):
        raise Forbidden("您的岗位不能查看流程图。")


KINDS = {
    "line": "单行文字",
    "text": "多行文字",
    "number": "数字",
    "money": "金额（元）",
    "date": "日期",
    "moment": "日期和时间",
    "choice": "单选",
    "many": "多选",
    "photos": "照片",
    "papers": "附件",
    "password": "密码",
}


def _asked(schema: Any) -> list[dict[str, str]]:
    required = schema.get("required", ())
    return [
        {
            "label": field.get("title", key),
            "kind": KINDS[forms.kind_of(field)],
            "must": "必填" if key in required else "按情况必填" if field.get("x-required-when-visible") else "选填",
            "hint": field.get("description", ""),
        }
        for key, field in schema["properties"].items()
    ]
