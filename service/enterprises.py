"""企业: those on file in one's scope, and one of them: what is known, what was found there, what else is done with it."""

from flask import Blueprint, Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import cases, forms, labels, matters
from workflows import enterprises, people
from workflows.codes import find_key
from workflows.engine import instances
from workflows.people import Unit

blueprint = Blueprint("enterprises", __name__, url_prefix="/enterprises")


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    page, section = ("enterprises.show", "unit_id"), "hazards.index"
    cases.KINDS["unit"] = cases.Kind(enterprises.get_for, facts, page, section, "这家企业", "企业情况")
    app.register_blueprint(blueprint)


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The enterprises in the caller's scope."""
    search, after = request.args.get("q", "").strip(), find_key(request.args.get("after", ""))
    found = enterprises.page(g.session, current_user.caller, search=search, after=after)
    villages = {unit.id: people.find_unit(g.session, "VILLAGE", unit.region_code) for unit in found.rows}
    return render_template("enterprises/index.html", found=found, villages=villages, search=search)


@blueprint.get("/<int:unit_id>")
def show(unit_id: int) -> ResponseReturnValue:
    """One of them."""
    unit = enterprises.get_for(g.session, current_user.caller, unit_id)
    newest = next((each for each, _ in reversed(instances.of(g.session, unit.ref))), None)
    return render_template(
        "enterprises/show.html",
        title=enterprises.title(unit),
        most=enterprises.MOST,
        hazards=enterprises.hazards_of(g.session, current_user.caller, unit),
        matters=matters.beside(unit.ref, None),
        **cases.context(unit.ref, unit, cases.options_of(unit), newest),
    )


def facts(unit: Unit, _options: forms.Options) -> list[cases.Fact]:
    """What is on file of an enterprise."""
    known = [
        cases.Fact("名称", unit.name, labels.subject_type(unit.subject_type)),
        cases.Fact("信用代码", unit.uscc or ""),
        cases.Fact("行业领域", labels.sector(unit.sector_code)),
        cases.Fact("地址", unit.address or "", cases.region(unit.region_code)),
        *(cases.Fact(role.removeprefix("企业"), name) for role, name in enterprises.holders(g.session, unit)),
        cases.Fact("终止", labels.day(unit.to_on) if unit.to_on else ""),
    ]
    return [fact for fact in known if fact.text]
