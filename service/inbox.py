"""待办: what waits for one's posts, and the page on which a task is done."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import auth, brings_files, cases, forms, guide, hazards, house, labels, logs, onward, papers, photos, submissions
from service.submissions import Refused
from workflows import people, report_drafts
from workflows.engine import instances, tasks
from workflows.engine.worklist import Task
from workflows.errors import NotFound
from workflows.hazards import Hazard, likely_duplicates

blueprint = Blueprint("inbox", __name__)

BACK = {"signing": ("board.signing", "待我审签")}  # where a task was opened, if not in the inbox: endpoint and name
OTHERWISE = frozenset(  # where one goes whom no task waits for
    "hazards.index reports.new board.index inquiries.index guide.show designer.index admin.index audit.index".split()
)
BOXES = {"all": "全部", "mine": "我的任务", "posts": "岗位待签领"}
PASSWORD_MISSING = "还没有签字：请输入您的登录密码。"
PASSWORD_WRONG = "密码不正确，没有签字。请重新输入登录密码；连续输错 5 次，账号锁定 15 分钟。"


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    photos.init_app(app)
    papers.init_app(app)
    app.register_blueprint(blueprint)


@blueprint.before_request
def ask_before_files() -> None:
    """The right to a task is asked before files are taken in: of a stranger's hundred megabytes nothing is read."""
    if brings_files() and request.view_args:
        with house().database.reading() as reading:
            tasks.get(reading, request.view_args["task_id"], current_user.caller)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """待办任务."""
    kept_from, alone = cases.kept_from(), people.alone_at(g.session, current_user.caller)
    counts = tasks.counts(g.session, current_user.caller, but=kept_from, alone=alone)
    box = request.args.get("box", "all")
    box = box if box in BOXES else "all"
    due = request.args.get("due", "")
    due = due if due in ("late", "soon") else ""
    search, step, after = _asked()
    found = tasks.inbox(
        g.session,
        house().rules,
        current_user.caller,
        box=box,
        search=search,
        step=step,
        due=due,
        but=kept_from,
        alone=alone,
        after=after,
    )
    listed = [row.task for row in found.rows]
    return render_template(
        "inbox/index.html",
        counts=counts,
        box=box,
        OTHERWISE=OTHERWISE,
        boxes=BOXES if current_user.caller.all_posts - alone else {},
        found=found,
        search=search,
        due=due,
        step=step,
        steps=_offered(counts.steps_of(box), step),
        duties={task.duty for task in listed},
        verbs={task.verb for task in listed},
        marks=hazards.marks_of([task.subject for task in listed]),
        work=guide.work() if current_user.is_new or not found.rows else {},
        drafts=report_drafts.count(g.session, current_user.caller) if people.may(current_user.caller, "report") else 0,
    )


@blueprint.get("/done")
def done() -> ResponseReturnValue:
    """已办任务."""
    search, step, after = _asked()
    found = tasks.inbox(g.session, house().rules, current_user.caller, box="done", search=search, step=step, after=after)
    steps = _offered(tasks.done_steps(g.session, current_user.caller), step)
    return render_template("inbox/done.html", found=found, search=search, step=step, steps=steps)


def _asked() -> tuple[str, str, str | None]:
    """What both lists may be narrowed by, and the key of the page."""
    return request.args.get("q", "").strip(), request.args.get("step", "").strip(), request.args.get("after") or None


def _offered(counted: list[tuple[str, int]], chosen: str) -> list[tuple[str, str]]:
    """The steps one may narrow a list to, each with its number as long as all are counted; the chosen one in any case."""
    is_whole = sum(number for _, number in counted) < tasks.COUNTED_TO
    offered = [(name, f"{name}（{number}）" if is_whole else name) for name, number in counted]
    return offered if not chosen or chosen in dict(counted) else [(chosen, chosen), *offered]


@blueprint.get("/tasks/<int:task_id>")
def task(task_id: int) -> ResponseReturnValue:
    """One task: its form, or what was handed in."""
    return page(task_id)


@blueprint.post("/tasks/<int:task_id>/claim")
def claim(task_id: int) -> ResponseReturnValue:
    """签领: from now on the task is mine, and the others at the post see that."""
    mine = _get(task_id, to_act=True)
    tasks.claim(g.session, house().rules, mine, current_user.caller)
    flash("已签领，由您办理。", "good")
    return redirect(url_for("inbox.task", task_id=task_id))


@blueprint.post("/tasks/<int:task_id>/release")
def release(task_id: int) -> ResponseReturnValue:
    """退签: the task waits for everybody at the post again."""
    mine = _get(task_id, to_act=True)
    tasks.release(g.session, mine, current_user.caller)
    flash("已退签，本岗位的其他人员可以签领。", "info")
    return redirect(url_for("inbox.index"))


@blueprint.post("/tasks/<int:task_id>/draft")
def draft(task_id: int) -> ResponseReturnValue:
    """暂存: keep what is typed, unchecked. The page's script saves the same way after a pause and wants no page back."""
    taken = photos.take()
    mine = _get(task_id, to_act=True)
    data, _ = forms.read(tasks.schema(g.session, mine), request.form, taken.photos)
    tasks.save_draft(g.session, mine, current_user.caller, data)
    return submissions.draft_kept(taken, url_for("inbox.task", task_id=task_id))


@blueprint.post("/tasks/<int:task_id>")
def complete(task_id: int) -> ResponseReturnValue:
    """提交."""
    if refused := hand_in(task_id):
        return page(task_id, refused.data, refused.faults), 422
    opened_from = _opened_from()
    return redirect(url_for(opened_from["endpoint"] if opened_from else "inbox.index"))


def hand_in(task_id: int) -> Refused | None:
    """Hand in what was typed for a task, on its own page or in a list; answers what was refused of it, None if nothing was.

    Photos and password first: neither belongs into the transaction.
    """
    taken = photos.take()
    typed = request.form.get("password", "")
    is_confirmed = typed != "" and auth.is_own_password(typed)
    mine = _get(task_id, to_act=True)
    schema = tasks.schema(g.session, mine)
    data, faults = submissions.read(schema, taken)
    rules, caller = house().rules, current_user.caller
    if schema.get("x-reauthenticate") and not is_confirmed:  # nothing of a signature is done, not even to be undone, before that
        about = rules.subject(g.session, mine.subject)
        missing = submissions.faults_of(schema, data, instances.functions(g.session, rules, about))
        return Refused(data, {**missing, **faults, "password": PASSWORD_WRONG if typed else PASSWORD_MISSING})
    done = submissions.hand_in(data, faults, lambda: tasks.complete(g.session, rules, mine, caller, data))
    if isinstance(done, Refused):
        return done
    onward.say(f"“{mine.name}”已提交：{labels.bare_title(mine.title)}", mine.id)
    return None


def _opened_from() -> dict[str, str] | None:
    """The list from which this task was opened; None: the inbox."""
    key = request.values.get("back", "")
    return {"key": key, "endpoint": BACK[key][0], "name": BACK[key][1]} if key in BACK else None


def _get(task_id: int, *, to_act: bool = False) -> Task:
    """The task, if it is among the caller's and its case not kept from him; the log then says which case the request is about."""
    found = tasks.get(g.session, task_id, current_user.caller, to_act=to_act)
    if found.status == "OPEN" and found.subject in cases.KINDS[found.subject.kind].kept_from(current_user.caller):
        raise NotFound(tasks.NOT_FOUND)
    logs.about(found.subject)
    return found


def page(task_id: int, data: Mapping[str, Any] | None = None, faults: Mapping[str, str] | None = None) -> str:
    """The task as a page; `data` and `faults` when a submission was refused, else the draft."""
    session, rules, caller = g.session, house().rules, current_user.caller
    shown = _get(task_id)
    is_open = shown.status == "OPEN"
    if not is_open and not cases.may_see(shown.subject):
        return _own_page(shown)
    thing = rules.subject(session, shown.subject)
    schema = tasks.schema(session, shown)
    kept = tasks.find_draft(session, shown, caller) if is_open and data is None else None
    again = _again(session, shown, schema) if is_open and data is None and not kept else {}
    proposed = cases.KINDS[shown.subject.kind].proposed(thing, shown.element_id) if is_open and data is None else {}
    data = (kept.data if kept else again or proposed) if data is None else data
    options = cases.options_of(thing)
    offered = _but_oneself(options)
    fields = forms.view(schema, data, faults or {}, options=offered, functions=instances.functions(session, rules, thing))
    return render_template(
        "inbox/task.html",
        task=shown,
        opened_from=_opened_from(),
        schema=schema,
        fields=fields,
        faults=faults or {},
        values=cases.function_values(thing, fields),
        why_not=tasks.why_not(session, rules, shown, caller) if is_open else None,
        is_shared=is_open and tasks.is_shared(session, shown, people.alone_at(session, caller)),
        draft=kept,
        again=again,
        own=_handed_in(shown, options),
        alike=_alike(thing) if is_open else [],
        names=people.names(session, [shown.done_by, shown.assignee_id]),
        **cases.context(shown.subject, thing, options, session.get(instances.Instance, shown.instance_id)),
    )


def _alike(thing: Any) -> list[Hazard]:
    """What a hazard may repeat, until it is decided whether it does (②)."""
    is_undecided = isinstance(thing, Hazard) and thing.status == "REPORTED"
    return likely_duplicates(g.session, thing, current_user.caller) if is_undecided else []


def _but_oneself(options: forms.Options) -> forms.Options:
    """Whoever verifies does not name himself as the other one."""
    me = str(current_user.id)
    return lambda name: [each for each in options(name) if name != "verifiers" or each[0] != me]


def _again(session: Any, shown: Task, schema: forms.Schema) -> dict[str, Any]:
    """Once sent back, what was handed in the last time, to be put right; files, and what one vouches for, are given anew."""
    if not schema.get("x-again"):
        return {}
    past = [each for each in tasks.submissions(session, shown.subject) if each.element_id == shown.element_id]
    answers = past[-1].data if past else {}
    fields = schema["properties"]
    return {key: value for key, value in answers.items() if not _is_given_anew(fields.get(key, {}))}


def _is_given_anew(field: forms.Schema) -> bool:
    """Files; and a checklist of which nothing may be missing: to tick it is to have looked again."""
    choices = field.get("items", {}).get("oneOf", ())
    return forms.kind_of(field) in ("photos", "papers") or (bool(choices) and field.get("minItems") == len(choices))


def _own_page(shown: Task) -> str:
    """A task that is over, for somebody whose posts no longer reach the case (INV-16): what he himself handed in, and no more."""
    own = _handed_in(shown, forms.no_options) if shown.done_by == current_user.id else []
    return render_template("inbox/handed_in.html", task=shown, own=own)


def _handed_in(shown: Task, options: forms.Options) -> list[forms.Told]:
    """What was handed in for a task that is done."""
    if shown.status != "DONE":
        return []
    schema = tasks.schema(g.session, shown)
    mine = [each for each in tasks.submissions(g.session, shown.subject) if each.task_id == shown.id]
    return [told for each in mine for told in forms.tell(schema, each.data, cases.name_of(options))]
