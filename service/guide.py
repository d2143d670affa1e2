"""谁办什么: who does what in a diagram, read from its newest version; and where to begin on the first day."""

from collections.abc import Collection
from dataclasses import dataclass

from flask import Blueprint, Flask, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import definitions as pages
from service import outlines
from service.outlines import Station
from workflows import addresses, people, vocabulary
from workflows.engine import definitions
from workflows.hazards import PROCESS

blueprint = Blueprint("guide", __name__, url_prefix="/guide")


@dataclass(frozen=True)
class Row:
    """A task of the diagram in words. `is_mine`: one of the caller's posts does it."""

    station: Station
    title: str
    about: str
    who: str
    where: str
    due: str
    is_mine: bool


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.register_blueprint(blueprint)


@blueprint.get("", defaults={"key": PROCESS})
@blueprint.get("/<key>")
def show(key: str) -> ResponseReturnValue:
    """谁办什么: stage by stage, what which post does, until when, and what follows."""
    found, mine = definitions.get(g.session, key), frozenset(_roles())
    stages = [
        (stage.name, [_row(found, station, mine) for station in stage.stations])
        for stage in outlines.outline(found.xml)
    ]
    return render_template("guide/show.html", found=found, stages=stages, diagrams=pages.in_force())


@blueprint.post("/introduction")
def put_away() -> ResponseReturnValue:
    """知道了: the first-day panel does not come again."""
    people.put_away_introduction(g.session, current_user.id)
    return redirect(url_for("inbox.index"))


def introduction() -> dict[str, list[str]] | None:
    """What the first-day panel of the inbox tells: role → the tasks of the main diagram that it does, both in words, for those
    of the caller's roles that do any; None once he has put it away."""
    if not current_user.is_new:
        return None
    drawn = definitions.find_drawing(g.session, PROCESS)
    stations = [each for stage in (outlines.outline(drawn) if drawn else ()) for each in stage.stations]
    own = {people.role_name(role): [each.name for each in stations if role in roles_of(each)] for role in _roles()}
    return {role: names for role, names in own.items() if names}


def roles_of(station: Station) -> Collection[str]:
    """The codes of the roles that may do a task; a person whom the case names, by the roles one of which he must hold."""
    if person := station.said.get("person"):
        return people.REPORTERS if person == "reporter" else addresses.QUALIFY.get(person, ((), 0))[0]
    if role := station.said.get("role"):
        return tuple(code.strip() for code in role.split(","))
    return tuple(code for code, name in people.ROLES.items() if name == station.lane)


def _roles() -> list[str]:
    """The caller's own roles, each once, in the order of the list."""
    held = {post.role for post in current_user.caller.posts}
    return [role for role in people.ROLES if role in held]


def _row(found: definitions.Definition, station: Station, mine: frozenset[str]) -> Row:
    said = station.said
    form = found.forms.get(said.get("form", ""), {})
    named = vocabulary.PERSONS.get(said.get("person", ""))
    return Row(
        station,
        form.get("title", station.name),
        form.get("description", ""),
        named or "、".join(people.role_name(role) for role in roles_of(station)) or station.lane,
        "" if named else vocabulary.UNITS.get(said.get("unit", ""), ""),
        vocabulary.due_name(g.session, said.get("due", "")),
        not mine.isdisjoint(roles_of(station)),
    )
