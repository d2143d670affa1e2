"""卷宗: everything about a case on one page to print, and as a zip that anybody can check without this system."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import cases, hazards, house
from service.reading import sections
from workflows import dossiers, people, store
from workflows.engine import history
from workflows.hazards import Hazard
from workflows.hazards import get_for as get_hazard_for

blueprint = Blueprint("dossiers", __name__, url_prefix="/hazards")

STYLE = "<!--style-->"
ADDRESSES = {"jpg": "photos.show", "pdf": "papers.show", "docx": "papers.show"}  # of what was handed in
Address = Callable[[dict[str, Any]], str]


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.register_blueprint(blueprint)


@blueprint.get("/<int:hazard_id>/dossier")
def show(hazard_id: int) -> ResponseReturnValue:
    """卷宗: the page to read and print."""
    hazard = get_hazard_for(g.session, current_user.caller, hazard_id)
    return _page(hazard, _record(hazard), _address)


@blueprint.get("/<int:hazard_id>/dossier.zip")
def download(hazard_id: int) -> Response:
    """卷宗 as a zip, written to a temporary file: photos may be many."""
    hazard = get_hazard_for(g.session, current_user.caller, hazard_id)
    told = _record(hazard)
    page = _page(hazard, told, lambda file: str(file["path"]), is_file=True)
    out = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response when it is sent
    g.session.close()  # a store may be far away: no connection of the database waits for it
    dossiers.write(out, store.at(house().config.place), told, page)
    out.seek(0)
    name = f"卷宗-{hazard.hazard_no or hazard.id}.zip"
    return send_file(out, mimetype="application/zip", as_attachment=True, download_name=name)


def _address(file: dict[str, Any]) -> str:
    """Where the house hands out a file; a document (文书) has a number of its own."""
    if "id" in file:
        return url_for("documents.download", document_id=file["id"])
    return url_for(ADDRESSES[file["kind"]], sha=file["sha256"])


def _record(hazard: Hazard) -> dossiers.Record:
    return dossiers.record(g.session, hazard, is_whole=people.is_official(current_user.caller))


def _page(hazard: Hazard, told: dossiers.Record, address: Address, *, is_file: bool = False) -> str:
    """The page; as a file it brings its style along and needs nothing from here."""
    lines = history.lines(g.session, hazard.ref)
    options = cases.options_of(hazard)
    text = render_template(
        "dossiers/show.html",
        hazard=hazard,
        title=house().rules.title(hazard),
        marks=hazards.marks(hazard),
        sections=sections(g.session, hazard),
        files=told["files"],
        documents=told["documents"],
        used=_used(told),
        address=address,
        lines=lines,
        names=people.names(g.session, [id for line in lines for id in (line.by, line.on_behalf_of)]),
        faults=history.verify(g.session, hazard.ref),
        made_at=told["made_at"],
        is_file=is_file,
        **cases.context(hazard.ref, hazard, options, hazards.loop(hazard.ref)),
    )
    return text.replace(STYLE, f"<style>{_css()}</style>") if is_file else text


def _used(told: dossiers.Record) -> dict[str, list[str]]:
    """digest → the steps in which a file was handed in, in their order."""
    steps = {each["task_id"]: each["name"] for each in told["submissions"]}
    return {
        file["sha256"]: list(dict.fromkeys(steps.get(use["task_id"], "") for use in file["uses"])) for file in told["files"]
    }


def _css() -> str:
    return (Path(current_app.static_folder or "") / "app.css").read_text(encoding="utf-8")
