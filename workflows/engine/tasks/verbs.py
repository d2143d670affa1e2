"""Claiming, drafting, completing. `complete` is the one way to finish a task, for pages, command line and tests alike."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from workflows import clock
from workflows.db import OVERTAKEN
from workflows.engine import Caller, Cause, Rules, forms, history, instances, spiff, worklist
from workflows.engine.tasks.questions import find_draft, must_be_allowed, schema
from workflows.engine.tasks.tables import Submission, TaskDraft
from workflows.engine.worklist import Task
from workflows.errors import Conflict, Forbidden, Invalid


def claim(session: Session, rules: Rules, task: Task, caller: Caller) -> None:
    """Take a task of one's post on oneself, so that colleagues leave it alone."""
    _hold(session, task)
    _must_be_open(task)
    if task.assignee_id not in (None, caller.person_id):
        raise Conflict("这项任务已由同岗位的其他人签领。")
    must_be_allowed(session, rules, task, caller)
    task.assignee_id, task.claimed_at = caller.person_id, clock.now()
    worklist.mark(session, [task.id], "CLAIMED")
    history.record(session, task.subject, "task_claimed", by=caller.person_id, task=task.id, element=task.element_id)


def release(session: Session, task: Task, caller: Caller) -> None:
    """Give a claimed task back to the post."""
    _hold(session, task)
    _must_be_open(task)
    if task.assignee_id != caller.person_id or task.is_named:
        raise Forbidden("只有签领人本人可以退签；点名交办的任务不能退签。")
    task.assignee_id = task.claimed_at = None
    worklist.mark(session, [task.id], "WAITING")
    history.record(session, task.subject, "task_released", by=caller.person_id, task=task.id, element=task.element_id)


def save_draft(session: Session, task: Task, caller: Caller, data: Mapping[str, Any]) -> TaskDraft:
    """Keep what was typed, unchecked; it is there again after the idle sign-out."""
    _hold(session, task)
    _must_be_open(task)
    draft = find_draft(session, task, caller) or TaskDraft(task_id=task.id, person_id=caller.person_id)
    draft.data, draft.saved_at = dict(data), clock.now()
    session.add(draft)
    return draft


def clear_drafts(session: Session) -> int:
    """Forget what was typed for tasks that nobody can hand in any more; answers how many drafts went."""
    drafts = TaskDraft.rows()
    over = select(Task.id).where(Task.status != "OPEN")
    return len(session.scalars(delete(drafts).where(drafts.c.task_id.in_(over)).returning(drafts.c.id)).all())


def complete(session: Session, rules: Rules, task: Task, caller: Caller, data: Mapping[str, Any]) -> Task:
    """Hand in a task: form, duty, submission, the verb the diagram names, one engine step, and the record of it.

    Conflict if the task is no longer open or somebody else claimed it; Forbidden by separation of duties; Invalid with a
    sentence for each faulty field, from the form or from the verb. Whatever is raised undoes all of it.
    """
    instance = _hold(session, task)
    history.watch(session, task.subject)  # other instances about it have locks of their own: who acts there meanwhile is noticed
    _must_be_open(task)
    if task.assignee_id is not None and task.assignee_id not in (caller.person_id, *caller.stands_in):
        raise Conflict("这项任务已由同岗位的其他人签领。")
    thing = rules.subject(session, task.subject)
    principal = must_be_allowed(session, rules, task, caller)
    asked = schema(session, task)
    checked = forms.check(asked, data, instances.functions(session, rules, thing))
    unlisted = forms.option_faults(asked, checked, lambda name: {value for value, _ in rules.options[name](session, thing)})
    submission_id, sha256 = _submit(session, task, checked, caller.person_id, principal)
    decided = _call(session, rules, task, thing, checked, caller.person_id, principal)
    if files := forms.files(asked, checked):
        rules.keep_files(session, thing, task, files, caller.person_id)
    if unlisted:  # after the verb, which may know a better sentence; before anything is kept
        raise Invalid(unlisted)
    history.record(
        session,
        task.subject,
        "task_completed",
        by=caller.person_id,
        on_behalf_of=principal,
        task=task.id,
        element=task.element_id,
        name=task.name,
        submission=submission_id,
        sha256=sha256,
    )
    _finish(session, task, caller.person_id, principal)
    cause = Cause(("task", task.id), clock.now(), caller.person_id, principal)
    scalars = {**forms.decisions(asked, checked), **decided}
    token = task.token_id
    instances.advance(session, rules, instance, cause, lambda run: spiff.complete(run, token, scalars), done=token)
    return task


def complete_together(
    session: Session, rules: Rules, answers: Sequence[tuple[Task, Mapping[str, Any]]], caller: Caller
) -> None:
    """Hand in several tasks as one sheet: all of them or none.

    Invalid names each faulty field of each task as `{task id}-{field}`, so that a sheet is put right in one go. A task that
    can no longer be handed in (done or gone meanwhile, claimed by a colleague) is a fault of the whole line: `{task id}-`.
    What was raised leaves the session half written: the caller rolls back.
    """
    faults: dict[str, str] = {}
    for task, data in sorted(answers, key=lambda answer: answer[0].instance_id):  # locked in one order, by whoever comes
        try:
            complete(session, rules, task, caller, data)
        except Invalid as invalid:
            faults |= {f"{task.id}-{key}": sentence for key, sentence in invalid.fields.items()}
        except (Conflict, Forbidden) as refusal:
            if refusal.message == OVERTAKEN:  # the database has ended the transaction: nothing can be tried in it any more
                raise
            faults[f"{task.id}-"] = refusal.message
    if faults:
        raise Invalid(faults)


def _call(
    session: Session, rules: Rules, task: Task, thing: Any, data: dict[str, Any], by: int, on_behalf_of: int | None
) -> Mapping[str, Any]:
    if not task.verb:
        return {}
    verb = rules.steps[task.verb].call
    return verb(session, thing, by=by, on_behalf_of=on_behalf_of, task=task, data=data) or {}


def _submit(session: Session, task: Task, data: dict[str, Any], by: int, on_behalf_of: int | None) -> tuple[int, str]:
    """Keep what was handed in; the id and the hash of it."""
    row: dict[str, Any] = {
        "task_id": task.id,
        "subject_kind": task.subject_kind,
        "subject_id": task.subject_id,
        "element_id": task.element_id,
        "name": task.name,
        "form": task.form,
        "data": data,
        "by": by,
        "on_behalf_of": on_behalf_of,
        "at": clock.now(),
        "sha256": history.digest(data),
    }
    made: Any = session.execute(_SUBMIT, row)
    return int(made.inserted_primary_key[0]), row["sha256"]


_SUBMIT = insert(Submission.rows())


def _finish(session: Session, task: Task, by: int, on_behalf_of: int | None) -> None:
    task.status, task.done_at, task.done_by, task.on_behalf_of = "DONE", clock.now(), by, on_behalf_of
    worklist.mark(session, [task.id], "CLOSED")


def _hold(session: Session, task: Task) -> instances.Instance:
    """Lock the instance and look at the task again: it may have changed while we waited."""
    return instances.lock(session, task.instance_id, task)


def _must_be_open(task: Task) -> None:
    if task.status == "DONE":
        raise Conflict("这项任务已经办结，没有重复提交。")
    if task.status != "OPEN":
        raise Conflict("流程已经向前走，这项任务不用再办。")
