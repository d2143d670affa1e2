"""看板: what is late, soon due and blocked, by place and by industry; and all that waits for one's own review or signature."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import cases, forms, hazards, house, inbox, labels, ledger
from service.pictures import Picture
from service.submissions import Refused
from workflows import board, clock, closures, look_backs, people, rectifications, urges, verifications
from workflows.codes import find_key
from workflows.engine import instances, tasks
from workflows.engine.forms import FILES
from workflows.engine.worklist import Task
from workflows.errors import Forbidden
from workflows.hazards import Hazard, regions
from workflows.hazards import scope as scope_of
from workflows.people import Unit

blueprint = Blueprint("board", __name__, url_prefix="/board")

SIGNED = {"T": "镇审核", "K": "县跟踪意见", "S": "县签字"}  # the duties of domain 2.2 by which a closure is reviewed
STAGES = {"APPLY": "申请销号", "TOWN": "镇审核", "TRACKER": "县跟踪意见", "SIGN": "县签字"}
DECISIONS = {"apply": "退回申请", "approve": "同意", "agree": "同意", "sign": "签字", "rectify": "退回整改"}
DECISIONS |= {"verify": "退回验收", "town": "退回镇审核"}


@dataclass(frozen=True)
class Line:
    """One place or industry with its figures. `asked` are the conditions under which the ledger lists it, `inside` is the address
    of the place's own board; both are missing where the county has no such unit."""

    code: str
    name: str
    sums: board.Sums
    asked: Mapping[str, str] | None
    inside: str = ""


@dataclass(frozen=True)
class Opinion:
    """One step on the way to the closure: which, what was decided, by whom, when, and what he wrote."""

    stage: str
    decision: str
    is_sent_back: bool
    by: str
    at: Any
    text: str


@dataclass(frozen=True)
class Form:
    """What is asked to decide a case, and what is wrong with what was typed; what may be attached beside it, is on the task's own
    page."""

    fields: list[forms.Field]
    values: Mapping[str, Any]
    is_signed: bool
    faults: Mapping[str, str]

    @property
    def is_enough(self) -> bool:
        """No file is asked for, and none is kept with a draft: this can be decided in a list."""
        return not any(field.kind in FILES and (field.is_required or field.values) for field in self.fields)

    @property
    def asked(self) -> list[forms.Field]:
        """All but the files."""
        return [field for field in self.fields if field.kind not in FILES]


@dataclass(frozen=True)
class Pending:
    """One case that waits for my signature, with what I need to decide."""

    task: Any
    forbidden: str | None
    hazard: Hazard
    marks: list[tuple[str, str]]
    facts: list[cases.Fact]
    finished: str
    verification: Any
    members: list[tuple[str, Any]]
    pictures: list[Picture]
    opinions: list[Opinion]
    form: Form


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.register_blueprint(blueprint)


# ---- pages -------------------------------------------------------------------------------------------------------------


@blueprint.get("")
def index() -> ResponseReturnValue:
    """看板."""
    _allow()
    places = regions(g.session, current_user.caller)
    within = ledger.pick(places, request.args.get("unit", ""))
    shown = board.board(g.session, scope=scope_of(g.session, current_user.caller), within=within)
    return render_template(
        "board/index.html",
        shown=shown,
        within=within,
        unit=str(within.id) if within else "",
        places=_places(shown, within),
        sectors=_sectors(shown, within),
        sources=_sources(shown, within),
        pending=len(_waiting(None, limit=100).rows),
        urged=urges.count_open(g.session, current_user.caller),
        to_look=look_backs.count_open(g.session, current_user.caller),
        now=clock.now(),
        choices=ledger.choices(places),
    )


@blueprint.get("/signing")
def signing() -> ResponseReturnValue:
    """待我审签: each case with everything needed to decide, and the form to decide it with."""
    _allow()
    return _signing(_on_this_page(), {})


@blueprint.post("/signing")
def decide() -> ResponseReturnValue:
    """审核、签字、退回 in the list: what is refused is said there, at its field, with what was typed."""
    _allow()
    task_id = find_key(request.form.get("task", "")) or 0
    if refused := inbox.hand_in(task_id):
        found = _on_this_page()
        if any(row.task.id == task_id for row in found.rows):
            return _signing(found, {task_id: refused}), 422
        return inbox.page(task_id, refused.data, refused.faults), 422  # more urgent ones have pushed it off the list meanwhile
    return redirect(url_for("board.signing", after=request.args.get("after")))


def _allow() -> None:
    if not people.may(current_user.caller, "see_board"):
        raise Forbidden("您的岗位不能查看看板。")


# ---- the board ---------------------------------------------------------------------------------------------------------


def _places(shown: board.Board, within: Unit | None) -> list[Line]:
    units = board.units(g.session, within)
    return [_place(code, units.get(code), sums, within) for code, sums in shown.places.items()]


def _place(code: str, unit: Unit | None, sums: board.Sums, within: Unit | None) -> Line:
    """A place whose code is no unit's: what lies in the town but in none of its villages."""
    if unit is None:
        return Line(code, "未归村、镇的", sums, None)
    inside = url_for("board.index", unit=unit.id) if unit != within else ""
    return Line(code, unit.name, sums, {"unit": str(unit.id)}, inside)


def _sectors(shown: board.Board, within: Unit | None) -> list[Line]:
    asked = {"unit": str(within.id)} if within else {}
    return [Line(code, labels.sector(code), sums, {**asked, "sector": code}) for code, sums in shown.sectors.items()]


def _sources(shown: board.Board, within: Unit | None) -> list[Line]:
    asked = {"unit": str(within.id)} if within else {}
    return [Line(code, labels.source(code), sums, {**asked, "source": code}) for code, sums in shown.sources.items()]


# ---- what waits for my signature ---------------------------------------------------------------------------------------


def _on_this_page() -> tasks.Inbox:
    return _waiting(request.args.get("after") or None, limit=5)


def _signing(found: tasks.Inbox, refused: Mapping[int, Refused]) -> str:
    pending = [_pending(row, refused.get(row.task.id)) for row in found.rows]
    return render_template("board/signing.html", pending=pending, next=found.next)


def _waiting(after: str | None, limit: int) -> tasks.Inbox:
    return tasks.inbox(g.session, house().rules, current_user.caller, duties=SIGNED, after=after, limit=limit)


def _pending(row: tasks.Row, refused: Refused | None) -> Pending:
    hazard: Hazard = house().rules.subject(g.session, row.task.subject)
    facts, shown = hazards.brief(hazard)
    found, finish = verifications.find_last(g.session, hazard), rectifications.find_finish(g.session, hazard)
    return Pending(
        row.task,
        row.forbidden,
        hazard,
        hazards.marks(hazard),
        facts,
        finish.report if finish else "",
        found,
        _members(found),
        shown,
        _opinions(hazard),
        _form(row.task, hazard, refused),
    )


def _form(task: Task, hazard: Hazard, refused: Refused | None) -> Form:
    schema, kept = tasks.schema(g.session, task), tasks.find_draft(g.session, task, current_user.caller)
    functions = instances.functions(g.session, house().rules, hazard)
    data, faults = (refused.data, refused.faults) if refused else (kept.data if kept else {}, {})
    fields = forms.view(schema, data, faults, options=cases.options_of(hazard), functions=functions, among=f"{task.id}-")
    return Form(fields, cases.function_values(hazard, fields), bool(schema.get("x-reauthenticate")), faults)


def _members(found: Any) -> list[tuple[str, Any]]:
    members = found.members if found else []
    names = people.names(g.session, [member.person_id for member in members])
    return [(names.get(member.person_id, ""), member) for member in members]


def _opinions(hazard: Hazard) -> list[Opinion]:
    reviews = closures.of(g.session, hazard)
    names = people.names(g.session, [review.by for review in reviews])
    return [
        Opinion(
            STAGES[review.stage],
            "申请" if (review.stage, review.decision) == ("APPLY", "apply") else DECISIONS.get(review.decision, review.decision),
            review.decision != closures.STAGES[review.stage],
            names.get(review.by, ""),
            review.at,
            review.opinion or "",
        )
        for review in reviews
    ]
