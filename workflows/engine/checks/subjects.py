"""What a process is about, how people begin it, and the words that are only for something else: a step that closes a hazard
closes no month."""

from collections.abc import Iterator, Mapping
from typing import Any

from workflows.engine.checks.diagrams import Diagram, Node, Scope, children, operator, properties
from workflows.engine.checks.findings import Finding, Known, error
from workflows.engine.checks.forms import is_form
from workflows.engine.checks.pools import lane_of
from workflows.engine.checks.texts import called_in, calls

WHAT = {
    "verb": "办理步骤",
    "step": "系统步骤",
    "unit": "单位",
    "person": "人员",
    "duty": "职责",
    "due": "期限",
    "role": "岗位",
    "function": "条件",
    "options": "名单",
}
OF_TASK = ("verb", "unit", "person", "duty", "due")
Said = tuple[str, str, str, str]
"""Where (an element or a form's field), what a designer calls that, what kind of word it is, the word."""


def named(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """A process that people begin says about what; and that is something there is."""
    for scope in diagram.scopes if known.subjects else ():
        said = properties(scope.element)
        about = said.get("subject", "")
        choices = f"可选：{'、'.join(known.subjects.values())}。"
        if scope.parent is None and about and about not in known.subjects:
            yield error(scope.id, "subject-unknown", f"流程{scope.label}的办理对象“{about}”不存在。{choices}")
        elif scope.parent is None and not about and said.get("begin"):
            told = f"流程{scope.label}写了发起按钮，却没有选择办理对象，没有页面可以放这个按钮。{choices}"
            yield error(scope.id, "subject-missing", told)


def begun(diagram: Diagram, asked: Mapping[str, Any]) -> Iterator[Finding]:
    """What people begin, they begin with the first task, handed in on a page that asks for no password. `asked`: the
    forms that come with the diagram, by key."""
    for scope in diagram.scopes:
        if scope.parent is not None or not properties(scope.element).get("begin"):
            continue
        first = _behind_start(scope)
        if first is None:
            told = f"流程{scope.label}写了发起按钮，开始之后却不是一个人办的用户任务，没有人能发起。请画一个，或删去按钮。"
            yield error(scope.id, "begin-first", told)
        elif is_form(form := asked.get(properties(first.element).get("form", ""))) and form.get("x-reauthenticate"):
            told = f"{first.label}的表单要求输入登录密码，而发起的页面不问密码，按钮不会出现。请取消，另画一个签字的环节。"
            yield error(first.id, "begin-signed", told)


def _behind_start(scope: Scope) -> Node | None:
    """The task of one person right behind the only start, as the engine has it."""
    starts = scope.of("startEvent")
    behind = [flow.target for start in starts for flow in scope.leaving.get(start.id, [])]
    first = scope.nodes.get(behind[0]) if len(starts) == len(behind) == 1 else None
    is_one = first is not None and first.kind == "userTask" and not children(first.element, "multiInstanceLoopCharacteristics")
    return first if is_one else None


def elsewhere(diagram: Diagram, known: Known, asked: Mapping[str, Any]) -> Iterator[Finding]:
    """Each word may be said about what the process is about."""
    subjects = (properties(scope.element).get("subject", "") for scope in diagram.scopes if scope.parent is None)
    about = next((subject for subject in subjects if subject in known.subjects), None)
    if about is None:
        return
    for at, where, what, word in (*_of_tasks(diagram, known), *_of_texts(diagram), *_of_forms(diagram, asked)):
        allowed = known.only.get((what, word), {about})
        if about not in allowed:
            called = f"{where}的{WHAT[what]}“{known.names.get((what, word), word)}”"
            others = "、".join(name for code, name in known.subjects.items() if code in allowed)
            told = f"{called}只用于{others}，而这个流程的办理对象是{known.subjects[about]}。请换一项，或改选办理对象。"
            yield error(at, "word-elsewhere", told)


def _of_tasks(diagram: Diagram, known: Known) -> Iterator[Said]:
    for scope, node in diagram.nodes:
        step = operator(node.element)
        if node.kind == "serviceTask" and step is not None:
            yield node.id, node.label, "step", step.get("id", "")
        if node.kind == "userTask":
            said = properties(node.element)
            yield from ((node.id, node.label, what, said[what]) for what in OF_TASK if what in said)
            yield from ((node.id, node.label, "role", role) for role in _roles(scope, node, said, known))


def _roles(scope: Scope, node: Node, said: Mapping[str, str], known: Known) -> list[str]:
    """The posts a task names, or that of its lane."""
    named = [role.strip() for role in said.get("role", "").split(",") if role.strip()]
    lane = known.roles.get(lane_of(scope, node) or "")
    return named or ([lane] if lane and not said.get("person") else [])


def _of_texts(diagram: Diagram) -> Iterator[Said]:
    return ((at, where, "function", name) for at, where, name in calls(diagram))


def _of_forms(diagram: Diagram, asked: Mapping[str, Any]) -> Iterator[Said]:
    """Of those that its tasks ask for."""
    used = {properties(node.element).get("form", "") for _, node in diagram.nodes}
    for key in sorted(used & asked.keys()):
        for name, field in asked[key]["properties"].items() if is_form(asked[key]) else ():
            at, where = f"form:{key}/{name}", f"填报项“{field.get('title', name)}”"
            items = field.get("items")
            lists = (field.get("x-options"), items.get("x-options") if isinstance(items, dict) else None)
            yield from ((at, where, "options", str(each)) for each in lists if each)
            yield from ((at, where, "function", each) for each in sorted(called_in(str(field.get("x-visible-when", "")))))
