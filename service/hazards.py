"""隐患: the list, one case; and what a task's page shows of the case it belongs to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from flask import Blueprint, Flask, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import definitions as diagrams
from service import forms, house, labels, pictures
from workflows import people
from workflows.engine import Post, Subject, beginnings, definitions, expressions, history, instances, own, tasks
from workflows.engine.worklist import Task
from workflows.errors import NotFound
from workflows.hazards import PROCESS, Hazard
from workflows.hazards import deadlines as hazard_deadlines
from workflows.hazards import get_for as get_hazard_for
from workflows.hazards import page as page_of_hazards
from workflows.hazards import some as some_hazards

blueprint = Blueprint("hazards", __name__, url_prefix="/hazards")

PERSON_ROWS = frozenset({"territory_persons", "sector_persons", "trackers", "verifiers"})
UNIT_ROWS = frozenset({"subjects", "county_depts", "units"})
RETURNS = frozenset({"redo", "refuse", "object", "rectify", "verify", "apply", "town", "FAIL", "no"})
DECIDES = ("decision", "result", "agree")


@dataclass(frozen=True)
class Fact:
    """One line of what is known: label, text, a note below it, and a colour if it is a tag."""

    label: str
    text: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Past:
    """A step that was done: who, when, and what he handed in."""

    name: str
    by: str
    on_behalf_of: str
    at: datetime
    answers: list[forms.Told]
    returned: str
    """What sent the case back, in the form's own words (退回补正, 不合格); "" if it went on."""

    @property
    def reason(self) -> str:
        """Why: the first longer text he handed in."""
        return next((answer.texts[0] for answer in self.answers if answer.is_long), "")


@dataclass(frozen=True)
class Waiting:
    """A step that is open now, and whose it is."""

    name: str
    whose: str


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.jinja_env.globals["sent_back"] = sent_back
    app.register_blueprint(blueprint)


# ---- pages -------------------------------------------------------------------------------------------------------------


@blueprint.get("")
def index() -> ResponseReturnValue:
    """隐患: what the caller may see, newest first."""
    asked = {name: request.args.get(name, "").strip() for name in ("q", "status", "source", "sector", "due")}
    after = request.args.get("after", type=int)
    found = page_of_hazards(
        g.session,
        current_user.caller,
        search=asked["q"],
        status=asked["status"],
        source=asked["source"],
        sector=asked["sector"],
        late=asked["due"] == "late",
        after=after,
    )
    return render_template(
        "hazards/index.html",
        rows=found.rows,
        marks=marks,
        next=found.next,
        asked=asked,
    )


@blueprint.get("/<int:hazard_id>")
def show(hazard_id: int) -> ResponseReturnValue:
    """One case: facts, everything handed in, the record, and where it stands on the diagram."""
    hazard = get_hazard_for(g.session, current_user.caller, hazard_id)
    lines = history.lines(g.session, hazard.ref)
    checked = history.verify(g.session, hazard.ref) if request.args.get("check") else None
    return render_template(
        "hazards/show.html",
        hazard=hazard,
        title=house().rules.title(hazard),
        marks=marks(hazard),
        lines=lines,
        names=people.names(g.session, [id for line in lines for id in (line.by, line.on_behalf_of)]),
        checked=checked,
        matters=beginnings.offered(g.session, house().rules, hazard.ref, current_user.caller),
        running=_running(hazard.ref),
        **context(hazard.ref, hazard, options_of(hazard), loop(hazard.ref)),
    )


# ---- what the page of a task shows of its case -------------------------------------------------------------------------


def context(subject: Subject, thing: Any, options: forms.Options, instance: instances.Instance | None) -> dict[str, Any]:
    """Facts, past and open steps of a case, and where one of its instances stands on its diagram, for the templates."""
    definition = g.session.get_one(definitions.Definition, instance.definition_id) if instance else None
    submissions, schemas = tasks.submissions(g.session, subject), tasks.schemas(g.session, subject)
    waiting = tasks.open_of(g.session, subject)
    names, named = _names(thing, submissions, waiting), name_of(options)
    shown = pictures.of(thing, submissions) if isinstance(thing, Hazard) else []
    return {
        "facts": facts(thing, names, options) if isinstance(thing, Hazard) else [],
        "pictures": shown,
        "compared": pictures.compare(shown),
        "past": [_past(each, schemas.get(each.task_id), named, names) for each in submissions],
        "waiting": [Waiting(task.name, _whose(task, names)) for task in waiting],
        "diagram": _diagram(instance, definition) if instance and definition else None,
        "case_url": url_for("hazards.show", hazard_id=subject.id),
        "may_see_case": isinstance(thing, Hazard) and may_see(subject),
    }


def may_see(subject: Subject) -> bool:
    """Whether the case lies in the caller's scope today."""
    try:
        get_hazard_for(g.session, current_user.caller, subject.id)
    except NotFound:
        return False
    return True


def brief(hazard: Hazard) -> tuple[list[Fact], list[pictures.Picture]]:
    """What is known of a case, and its photos in the order they were handed in; for a page that shows several cases."""
    known = facts(hazard, _names(hazard, [], []), options_of(hazard))
    return known, pictures.of(hazard, tasks.submissions(g.session, hazard.ref))[::-1]


def options_of(thing: Any) -> forms.Options:
    """The option lists of the domain, each asked for at most once a page."""
    rules, session = house().rules, g.session

    @cache
    def options(name: str) -> list[tuple[str, str]]:
        return rules.options[name](session, thing)

    return options


def name_of(options: forms.Options) -> forms.NameOf:
    """What a chosen row is called in what was handed in: persons and units by their id, so that one who has left the post
    since is still called by his name; anything else as its list says."""

    @cache
    def named(rows: str, value: str) -> str:
        if rows in PERSON_ROWS and value.isdigit():
            return people.names(g.session, [int(value)]).get(int(value), value)
        if rows in UNIT_ROWS and value.isdigit():
            return people.get_unit(g.session, int(value)).name
        return dict(options(rows)).get(value, value)

    return named


def function_values(thing: Any, fields: Iterable[forms.Field]) -> dict[str, Any]:
    """What the functions in the fields' conditions answer now, for the page's script, which cannot ask them."""
    called = {name for field in fields if field.visible_when for name in expressions.parse(field.visible_when).calls}
    return {name: house().rules.functions[name](g.session, thing) for name in sorted(called)}


def marks(hazard: Hazard) -> list[tuple[str, str]]:
    """The tags beside a hazard's status."""
    found = [
        ("紧急", "red", hazard.immediate_danger),
        ("挂牌督办", "red", hazard.listed_supervision),
        ("停产停业", "red", hazard.stop_production),
        ("弄虚作假", "red", hazard.false_rectification),
        (labels.URGED.get(hazard.overdue_level, ""), "red", hazard.overdue_level),
        (f"退回{hazard.return_count}次", "amber", hazard.return_count),
        (f"延期{hazard.extension_count}次", "amber", hazard.extension_count),
        ("重新打开", "amber", hazard.reopened_count),
        ("移送中", "amber", hazard.transferred),
    ]
    return [(text, tone) for text, tone, is_so in found if is_so and text]


def marks_of(subjects: Iterable[Subject]) -> dict[Subject, list[tuple[str, str]]]:
    """The tags of several hazards, for a list of tasks."""
    ids = [subject.id for subject in subjects if subject.kind == "hazard"]
    return {hazard.ref: marks(hazard) for hazard in some_hazards(g.session, ids).values()} if ids else {}


def facts(hazard: Hazard, names: Mapping[int, str], options: forms.Options) -> list[Fact]:
    """What is known of a hazard, in the order one asks for it; what is not known is left out."""
    found = [
        Fact("编号", hazard.hazard_no or "", "" if hazard.hazard_no else "登记核定后编号"),
        Fact("状态", labels.status(hazard.status), tone=labels.status_tone(hazard.status)),
        Fact("主体", hazard.subject_name, _join(labels.subject_type(hazard.subject_type), hazard.uscc)),
        Fact("行业领域", labels.sector(hazard.sector)),
        Fact("地址", hazard.address or "", _region(hazard)),
        Fact("隐患描述", hazard.description),
        Fact("临时措施", hazard.interim_measures or ""),
        Fact("判定依据", _clause(hazard, options) or hazard.key_check_item or ""),
        Fact("来源", labels.source(hazard.source), _join(hazard.superior_doc_no, hazard.tip_ref)),
        Fact("发现时间", labels.moment(hazard.found_at)),
        Fact("整改方式", labels.mode(hazard.mode)),
        _deadline(hazard),
        Fact("牵头责任人", names.get(hazard.lead_person_id or 0, "")),
        Fact("属地责任人", names.get(hazard.territory_person_id or 0, "")),
        Fact("行业责任人", names.get(hazard.sector_person_id or 0, "")),
        Fact("县跟踪人", names.get(hazard.tracker_id or 0, "")),
        Fact("销号时间", labels.moment(hazard.closed_at), "以县政府分管领导签字为准"),
    ]
    return [fact for fact in found if fact.text]


def _clause(hazard: Hazard, options: forms.Options) -> str:
    """The clause in words; a code that is no longer on the list stands for itself."""
    if not hazard.standard_clause:
        return ""
    return dict(options("clauses")).get(hazard.standard_clause, hazard.standard_clause)


def _deadline(hazard: Hazard) -> Fact:
    if hazard.due_at is None:
        return Fact("整改期限", "")
    latest = hazard_deadlines(g.session, hazard)[-1:]
    source = latest[0].source if latest else ""
    left = labels.remaining(hazard.due_at) if hazard.closed_at is None else ""
    return Fact("整改期限", labels.due_words(hazard.due_at), _join(left, source))


def _region(hazard: Hazard) -> str:
    village = people.find_unit(g.session, "VILLAGE", hazard.region_code)
    town = people.find_unit(g.session, "TOWN", people.town_code(hazard.region_code))
    return _join(town and town.name, village and village.name, by=" ")


def _join(*parts: str | None, by: str = " · ") -> str:
    return by.join(part for part in parts if part)


def _names(thing: Any, submissions: Iterable[tasks.Submission], waiting: Iterable[Task]) -> dict[int, str]:
    ids: list[int | None] = [id for each in submissions for id in (each.by, each.on_behalf_of)]
    ids += [task.assignee_id for task in waiting]
    if isinstance(thing, Hazard):
        ids += [thing.lead_person_id, thing.territory_person_id, thing.sector_person_id, thing.tracker_id]
    return people.names(g.session, ids)


def _past(
    submission: tasks.Submission,
    schema: forms.Schema | None,
    named: forms.NameOf,
    names: Mapping[int, str],
) -> Past:
    data = submission.data
    return Past(
        name=submission.name,
        by=names.get(submission.by, ""),
        on_behalf_of=names.get(submission.on_behalf_of or 0, ""),
        at=submission.at,
        answers=forms.tell(schema, data, named) if schema else [],
        returned=_returned(schema, data) if schema else "",
    )


def _returned(schema: forms.Schema, data: Mapping[str, Any]) -> str:
    key = next((key for key in DECIDES if data.get(key) in RETURNS), None)
    if key is None or key not in schema["properties"]:
        return ""
    return dict(forms.choices_of(schema["properties"][key], lambda _: [])).get(data[key], "退回")


def sent_back(past: Sequence[Past], name: str) -> Past | None:
    """The newest return since this step was last done: why it is there again. None if the step is there for the first time."""
    done = max((place for place, each in enumerate(past) if each.name == name), default=None)
    return next((each for each in reversed(past[done:]) if each.returned), None) if done is not None else None


def _whose(task: Task, names: Mapping[int, str]) -> str:
    if task.blocked:
        return f"受阻：{task.blocked}"
    due = f"，{labels.remaining(task.due_at)}" if task.due_at else ""
    if task.assignee_id:
        return f"待 {names.get(task.assignee_id, '')} 办理{due}"
    posts = tasks.posts_of(g.session, task)
    return f"待 {'、'.join(map(_place, posts))} 办理{due}" if posts else "待办"


def _place(post: Post) -> str:
    if post == own(post.unit_id):
        return people.get(g.session, post.unit_id).name
    return f"{people.get_unit(g.session, post.unit_id).name}{people.role_name(post.role)}"


def _diagram(instance: instances.Instance, definition: definitions.Definition) -> dict[str, Any]:
    tokens = tuple(dict.fromkeys(instances.tokens(g.session, house().rules, instance)))
    done = instances.visits(g.session, instance)
    return diagrams.diagram(definition, title="办到哪一步了", tokens=tokens, done=done)


def loop(subject: Subject) -> instances.Instance | None:
    """The newest instance of a hazard's closed loop."""
    return instances.find(g.session, subject, PROCESS)


def _running(subject: Subject) -> list[str]:
    """What is under way about a case beside its loop (延期审批 …)."""
    main = loop(subject)
    return [name for each, name in instances.of(g.session, subject) if each.ended_at is None and each is not main]

