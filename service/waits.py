"""热力图: where the cases of one version wait, on its diagram and as a table."""

from datetime import date, timedelta

from flask import Blueprint, Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from service import drawing, labels, ledger
from workflows import clock, people, waits
from workflows.engine import definitions
from workflows.errors import Forbidden

blueprint = Blueprint("waits", __name__, url_prefix="/definitions/<key>/<int:version>/waits")

USUAL = timedelta(days=365)  # the period shown unless another is asked for


def init_app(app: Flask) -> None:
    """Hang the page up."""
    app.register_blueprint(blueprint)


@blueprint.get("")
def show(key: str, version: int) -> ResponseReturnValue:
    """One version over one period; without dates the last year."""
    if not people.may(current_user.caller, "see_board"):
        raise Forbidden("您的岗位不能查看流程用时。")
    definition = definitions.get(g.session, key, version)
    today = clock.today()
    since, until = _day("since", today - USUAL), _day("until", today)
    rows = waits.of_version(g.session, current_user.caller, definition, since=since, until=until)
    return render_template(
        "definitions/waits.html", definition=definition, rows=rows, since=since, until=until, svg=_drawing(definition, rows)
    )


def _drawing(definition: definitions.Definition, rows: list[waits.Wait]) -> Markup:
    slowest = max((row.median for row in rows if row.median), default=None)
    heat = {row.element_id: row.median / slowest for row in rows if row.median and slowest}
    notes = {row.element_id: _note(row) for row in rows}
    return Markup(drawing.draw(definition.xml, heat=heat, notes=notes))


def _note(row: waits.Wait) -> str:
    parts = [labels.span(row.median)] if row.median is not None else []
    return "，".join([*parts, f"在等{row.open}"] if row.open else parts)


def _day(name: str, otherwise: date) -> date:
    text = request.args.get(name, "").strip()
    return ledger.day_of(text) if text else otherwise
