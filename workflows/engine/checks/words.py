"""The words of a diagram against the words of the domain: steps, forms, roles, units, persons, duties, deadlines."""

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from workflows.engine.checks.diagrams import Diagram, Node, Scope, children, extensions, label, operator, properties, words_of
from workflows.engine.checks.findings import Finding, Known, error, warning
from workflows.engine.checks.pools import lane_of
from workflows.engine.xml import SPIFF

OF_TASK = frozenset({"role", "unit", "person", "form", "duty", "due", "verb"})
OF_PROCESS = frozenset({"subject", "loop", "begin", "when"})
TERM = re.compile(r"[1-9]\d{0,3}(wd|h|d)")  # 3 working days, 24 hours, 30 days
LONGEST_NAME = 200  # characters, as the tables of versions and tasks hold
SCRIPTS = frozenset({"preScript", "postScript"})
CHANGING = frozenset(
    {"variableName", "unitTests", "taskMetadataValues", "calledDecisionId", "payloadExpression", "messagePayload"}
)


def extras(diagram: Diagram) -> Iterator[Finding]:
    """Extensions that the library would act upon, and pairs it cannot read."""
    for scope, element in _elements(diagram):
        at, name = element.get("id", "") or scope.id, label(element)
        for extra in (*extensions(element), *element.iterchildren(*(f"{{{SPIFF}}}{script}" for script in SCRIPTS))):
            kind = str(extra.tag).removeprefix(f"{{{SPIFF}}}")
            if kind in SCRIPTS:
                said = f"{name}带有前置或后置脚本，流程图中不能写程序。请删去脚本，改用服务任务。"
                yield error(at, "script", said)
            elif kind in CHANGING:
                said = f"{name}的扩展设置“{kind}”会改变系统的执行方式，不能使用。请删去它。"
                yield error(at, "extension-refused", said)
            elif kind == "properties":
                yield from _pairs(at, name, extra)
        if sum(extra.tag == f"{{{SPIFF}}}properties" for extra in extensions(element)) > 1:
            yield error(at, "property-broken", f"{name}有几组属性，只有一组会起作用。请合并成一组。")


def _pairs(at: str, name: str, group: etree._Element) -> Iterator[Finding]:
    seen: set[str | None] = set()
    for pair in group.iter(f"{{{SPIFF}}}property"):
        key, value = pair.get("name"), pair.get("value")
        if not key or value is None:
            yield error(at, "property-broken", f"{name}有一条属性没有名称或没有值。请补全，或删去它。")
        elif pair.getparent() is not group:
            yield error(at, "property-broken", f"{name}的属性“{key}”嵌在别的设置里，不起作用。请移到外面，或删去它。")
        elif key in seen:
            yield error(at, "property-broken", f"{name}的属性“{key}”写了两次。请只留一条。")
        seen.add(key)


def operators(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """A service task names its step: without one the library would leave it open for ever."""
    for node in (node for _, node in diagram.nodes if not node.is_refused):
        step = operator(node.element)
        if node.kind == "serviceTask" and (step is None or not step.get("id")):
            said = f"{node.label}没有选择步骤，流程会停在这里。请在属性中选择系统提供的步骤。"
            yield error(node.id, "step-missing", said)
        elif step is not None and node.kind != "serviceTask":
            said = f"{node.label}不是服务任务，却写了系统步骤。请删去步骤，或把它改为服务任务。"
            yield error(node.id, "step-misplaced", said)
        elif step is not None:
            yield from _operator(node, known)


def _operator(node: Node, known: Known) -> Iterator[Finding]:
    step = operator(node.element)
    assert step is not None
    name, given = step.get("id", ""), list(step.iter(f"{{{SPIFF}}}parameter"))
    if step.get("resultVariable") or step.find(f".//{{{SPIFF}}}retry") is not None:
        said = f"{node.label}设了结果变量或重试，本系统不支持。请删去这些设置，结果由步骤自己写入。"
        yield error(node.id, "step-option", said)
    if any(not one.get("id") or one.get("value") is None or one.get("type") is None for one in given):
        said = f"{node.label}有一个参数不完整。请写全参数的名称、类型和值，或删去它。"
        yield error(node.id, "parameter-broken", said)
    if known.is_empty:
        return
    if name not in known.service_steps:
        said = f"{node.label}的系统步骤“{name}”不存在。请在属性中重新选择。"
        yield error(node.id, "step-unknown", said, _choose(known.service_steps))
        return
    names = {one.get("id", "") for one in given}
    for wrong in sorted(names - known.service_steps[name]):
        said = f"{node.label}的系统步骤没有“{wrong}”这个参数。请删去它，或重新选择步骤。"
        yield error(node.id, "parameter-unknown", said, _choose(known.service_steps[name]))
    for left in sorted(known.service_steps[name] - names):
        said = f"{node.label}没有写参数“{left}”，请确认是否需要。"
        yield warning(node.id, "parameter-missing", said)


def tasks(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Each word in a user task's properties is one the domain knows; other nodes have none that count."""
    if known.is_empty:
        return
    for _, node in diagram.nodes:
        if node.kind == "userTask":
            said = properties(node.element)
            yield from _word(node, "unit", "单位", said, known.units)
            yield from _word(node, "person", "人员", said, known.persons)
            yield from _word(node, "duty", "职责", said, known.duties)
            yield from _word(node, "verb", "办理步骤", said, known.task_steps)
            yield from _form(node, said, known)
            yield from _due(node, said, known)
            yield from _unknown(node.id, node.label, said, OF_TASK)
        else:
            yield from _unknown(node.id, node.label, properties(node.element), frozenset())


def _word(node: Node, key: str, title: str, said: dict[str, str], words: frozenset[str]) -> Iterator[Finding]:
    if key in said and said[key] not in words:
        rule = "step-unknown" if key == "verb" else f"{key}-unknown"
        yield error(node.id, rule, f"{node.label}的{title}“{said[key]}”不存在。请在属性中重新选择。", _choose(words))


def _form(node: Node, said: dict[str, str], known: Known) -> Iterator[Finding]:
    if known.forms is None:
        return
    if "form" not in said:
        message = f"{node.label}没有指定表单，办理时没有可填写的内容。请确认。"
        yield warning(node.id, "form-missing", message)
    elif said["form"] not in known.forms:
        message = f"{node.label}的表单“{said['form']}”不存在。请在属性中重新选择。"
        yield error(node.id, "form-unknown", message, _choose(known.forms))


def _due(node: Node, said: dict[str, str], known: Known) -> Iterator[Finding]:
    if "due" in said and said["due"] not in known.dues and not TERM.fullmatch(said["due"]):
        message = f"{node.label}的期限“{said['due']}”看不懂。请在属性中重新选择怎样算。"
        terms = f"可写 3wd（3 个工作日）、24h（24 小时）、30d（30 日）。{_choose(known.dues)}"
        yield error(node.id, "due-unknown", message, terms)


def _unknown(at: str, name: str, said: dict[str, str], words: frozenset[str]) -> Iterator[Finding]:
    for key in sorted(said.keys() - words - {""}):
        yield warning(at, "property-unknown", f"{name}的属性“{key}”不起作用，可以删去。", _choose(words))


def processes(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """A process says what it is about."""
    for scope in diagram.scopes if not known.is_empty else ():
        if scope.parent is None:
            yield from _unknown(scope.id, f"流程{scope.label}", properties(scope.element), OF_PROCESS)


def loops(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """A process whose elements the loop rules speak of says so: else its proof would not ask for them."""
    loops = {rule.loop for rule in known.loop_rules}
    guarded = {word for rule in known.loop_rules for word in rule.what}
    closing = [node for _, node in diagram.nodes if words_of(node.element) & guarded]
    for scope in (each for each in diagram.scopes if loops and each.parent is None and each.id not in diagram.called):
        loop, choices = properties(scope.element).get("loop"), _choose(loops)
        if loop is not None and loop not in loops:
            said = f"流程{scope.label}的闭环规则“{loop}”不存在。请在流程的属性中重新选择。"
            yield error(scope.id, "loop-unknown", said, choices)
        elif loop is None and closing:
            said = f"流程{scope.label}里有{closing[0].label}，却没有写明闭环规则，发布前无法证明。请在流程的属性中选择。"
            yield error(scope.id, "loop-missing", said, choices)


def addressees(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Every user task reaches somebody: by role, by person, or (outside sub-processes) by a lane named after a role."""
    for scope, node in diagram.nodes if not known.is_empty else ():
        if node.kind != "userTask":
            continue
        said = properties(node.element)
        codes = [code.strip() for code in said.get("role", "").split(",") if code.strip()]
        for code in (code for code in codes if code not in known.roles.values()):
            names = "、".join(f"{code}（{name}）" for name, code in known.roles.items())
            message = f"{node.label}的岗位“{code}”不存在。请在属性中重新选择。"
            yield error(node.id, "role-unknown", message, f"可选：{names or '（无）'}。")
        if codes and said.get("person"):
            message = f"{node.label}既写了岗位又写了人员，以人员为准。请只留一项。"
            yield warning(node.id, "role-and-person", message)
        elif not codes and not said.get("person"):
            yield from _by_lane(scope, node, known)


def _by_lane(scope: Scope, node: Node, known: Known) -> Iterator[Finding]:
    lane = lane_of(scope, node)
    if scope.parent:
        message = f"{node.label}在{scope.label}里，没有写岗位或人员。子流程里不能靠泳道，请在属性中填写。"
        yield error(node.id, "role-missing", message)
    elif lane is None:
        message = f"{node.label}没有办理人。请填写岗位或人员，或把它放进以岗位命名的泳道。"
        yield error(node.id, "role-missing", message)
    elif lane not in known.roles:
        message = f"{node.label}所在泳道“{lane}”不是岗位名称。请改泳道名，或给环节填写岗位。"
        yield error(node.id, "lane-role", message, _choose(known.roles))


def names(diagram: Diagram) -> Iterator[Finding]:
    """A user task's name is what stands in the inbox, its process's what stands above the case."""
    named = [(scope.id, scope.element) for scope in diagram.scopes if scope.parent is None]
    for element_id, element in [*named, *((node.id, node.element) for _, node in diagram.nodes)]:
        if len(element.get("name") or "") > LONGEST_NAME:
            yield error(element_id, "name-long", f"{label(element)}的名称超过 {LONGEST_NAME} 个字，请写短一些。")
    for _, node in diagram.nodes:
        if node.kind == "userTask" and not (node.element.get("name") or "").strip():
            said = "这个用户任务没有名称，待办里会显示它的编号。请填写名称。"
            yield warning(node.id, "name-missing", said)


def _elements(diagram: Diagram) -> Iterator[tuple[Scope, etree._Element]]:
    """Whatever may carry extensions that the library reads."""
    for scope in diagram.scopes:
        if scope.parent is None:
            yield scope, scope.element
        for node in scope.nodes.values():
            yield scope, node.element
            yield from ((scope, many) for many in children(node.element, "multiInstanceLoopCharacteristics"))


def _choose(words: Iterable[str]) -> str:
    listed = sorted(words)
    return f"可选：{'、'.join(listed[:30])}{'等' if len(listed) > 30 else ''}。" if listed else "目前没有可选的项。"
