"""办完以后: what one is told after handing something in: what comes next, and with whom the case lies now.

Worked out for the page that shows it, not in the click that handed in: so that click costs nothing more, and who reloads later
is not told what was true before.
"""

from flask import Flask, flash, g, url_for
from flask_login import current_user

from service import cases, house, labels
from workflows import people
from workflows.engine import instances, tasks
from workflows.engine.worklist import Task

CATEGORY = "handed_in"  # of the message, see `base.html`: what was handed in, and the task it was
MOST = 3  # next steps that are named


def init_app(app: Flask) -> None:
    """Give the pages' frame what it says after the message."""
    app.jinja_env.globals["onward"] = onward


def say(sentence: str, task_id: int | None) -> None:
    """Tell the next page's reader what he has handed in."""
    flash((sentence, task_id), CATEGORY)


def onward(task_id: int | None) -> list[tuple[str, str]]:
    """What comes after a task that the caller has done: sentences, each with where he himself can go on, or "".

    Nothing of a case that is no longer in his scope; nothing on the page of a failure, which has no transaction to ask in, nor to
    who has been signed out meanwhile.
    """
    if task_id is None or "session" not in g or not current_user.is_authenticated:
        return []
    done = tasks.get(g.session, task_id, current_user.caller)
    if not cases.may_see(done.subject):
        return []
    waiting = [task for task in tasks.open_of(g.session, done.subject) if task.instance_id == done.instance_id]
    opened = [task for task in waiting if done.done_at and task.opened_at >= done.done_at]
    if opened:
        return [_next(task) for task in opened[:MOST]]
    if waiting:
        return [(f"还在办理：{task.name}，{cases.whose(task, _named(task))}。", "") for task in waiting[:MOST]]
    instance = g.session.get_one(instances.Instance, done.instance_id)
    return [("这项流程已经办结。" if instance.ended_at else "现在不用谁办理，下一步到时间由系统自动发起。", "")]


def _next(task: Task) -> tuple[str, str]:
    due = f"，{labels.due_words(task.due_at)}前" if task.due_at else ""
    if task.blocked:
        return f"下一步：{task.name}，受阻：{task.blocked}", ""
    if _is_mine(task):
        return f"下一步：{task.name}，仍由您办理{due}。", url_for("inbox.task", task_id=task.id)
    return f"下一步：{task.name}，由{_whose(task)}办理{due}。", ""


def _is_mine(task: Task) -> bool:
    """Whether the caller could go on with it at once."""
    caller, posts = current_user.caller, tasks.posts_of(g.session, task)
    is_his = task.assignee_id == caller.person_id or (task.assignee_id is None and not caller.posts.isdisjoint(posts))
    return is_his and tasks.why_not(g.session, house().rules, task, caller) is None


def _whose(task: Task) -> str:
    """Whose it is now: a name, or the posts and, to officials, who holds them."""
    if task.assignee_id:
        return _named(task).get(task.assignee_id, "")
    posts = tasks.posts_of(g.session, task)
    held = people.holders(g.session, posts) if people.is_official(current_user.caller) else []
    who = held[0].name + (f"等 {len(held)} 人" if len(held) > 1 else "") if held else ""
    return cases.places(posts) + (f"（{who}）" if who else "")


def _named(task: Task) -> dict[int, str]:
    return people.names(g.session, [task.assignee_id])
