"""The whitelist. The library silently drops or passes through many elements (design, section 5), so all that is not
listed here is refused with a sentence."""

from collections.abc import Iterator

from lxml import etree

from workflows.engine.checks.diagrams import (
    EVENTS,
    NODES,
    REFUSED,
    TIMED,
    Diagram,
    Node,
    children,
    extensions,
    is_event_subprocess,
    is_for_compensation,
    kind_of,
    label,
    text_of,
)
from workflows.engine.checks.findings import Finding, error, warning
from workflows.engine.xml import BPMN

INSTEAD = {
    "task": "请把它改为“用户任务”（由人办理）或“服务任务”（由系统执行）。",
    "manualTask": "请把它改为“用户任务”，办理人才能在待办中看到它。",
    "scriptTask": "流程图中不能写程序，请改为“服务任务”并选择系统提供的步骤。",
    "businessRuleTask": "请改为“服务任务”并选择系统提供的步骤，再用排他网关按结果分流。",
    "sendTask": "请改为“服务任务”并选择系统提供的步骤。",
    "receiveTask": "请改为“用户任务”，由人登记收到的内容。",
    "complexGateway": "请改为排他网关、并行网关或包容网关。",
    "intermediateThrowEvent": "请删去它，直接用箭头连起来；需要系统做事时改用“服务任务”。",
    "implicitThrowEvent": "请删去它，直接用箭头连起来；需要系统做事时改用“服务任务”。",
    "transaction": "请改为普通的子流程；里面的内容改好后再查。",
    "adHocSubProcess": "请改为普通的子流程，用箭头写明先后次序；里面的内容改好后再查。",
}
EVENT_KINDS = {
    "messageEventDefinition": "消息",
    "signalEventDefinition": "信号",
    "errorEventDefinition": "错误",
    "escalationEventDefinition": "升级",
    "linkEventDefinition": "链接",
    "compensateEventDefinition": "补偿",
    "conditionalEventDefinition": "条件",
    "cancelEventDefinition": "取消",
    "terminateEventDefinition": "终止",
    "timerEventDefinition": "定时",
}
OF_EVENT = EVENT_KINDS.keys() | {"eventDefinitionRef"}
ALLOWED_KINDS = {
    "startEvent": frozenset[str](),
    "endEvent": frozenset({"terminateEventDefinition"}),
    **dict.fromkeys(TIMED, frozenset({"timerEventDefinition"})),
}
USUAL = {
    "startEvent": "开始事件请用没有图标的普通开始。",
    "endEvent": "结束事件请用普通结束或终止结束。",
    "intermediateCatchEvent": "中间事件请用定时，并写明到期时刻。",
    "boundaryEvent": "边界事件请用定时，并写明到期时刻。",
}
"""What an event may be."""
WAYS_OUT = {
    "messageEventDefinition": "请删去它，收到的内容由用户任务登记。",
    "signalEventDefinition": "请删去它，收到的内容由用户任务登记。",
    "errorEventDefinition": "请删去它，在环节后面加排他网关，按结果分流。",
    "linkEventDefinition": "请删去它，直接用箭头连起来。",
    "compensateEventDefinition": "请删去它，把撤销的办法画成普通环节。",
    "cancelEventDefinition": "请删去它，把撤销的办法画成普通环节。",
    "conditionalEventDefinition": "请改用定时，到时再用排他网关判断。",
}
"""What to draw instead of an event that is waited for."""
OUTER = frozenset(
    {
        "process",
        "collaboration",
        "message",
        "signal",
        "error",
        "escalation",
        "itemDefinition",
        "category",
        "interface",
        "resource",
        "import",
        "extension",
        "relationship",
        "documentation",
        "extensionElements",
    }
)
HARMLESS = frozenset({"documentation", "extensionElements", "incoming", "outgoing", "categoryValueRef"})  # the last: its group
ARTIFACTS = frozenset({"textAnnotation", "association", "group"})
PEOPLE = frozenset({"resourceRole", "performer", "humanPerformer", "potentialOwner", "rendering"})
DATA = {
    "dataObject": "数据对象",
    "dataObjectReference": "数据对象",
    "dataStore": "数据存储",
    "dataStoreReference": "数据存储",
    "dataInputAssociation": "数据输入",
    "dataOutputAssociation": "数据输出",
    "ioSpecification": "数据输入和输出",
    "ioBinding": "数据输入和输出",
    "property": "数据属性",
    "dataInput": "数据输入",
    "dataOutput": "数据输出",
    "inputSet": "数据输入",
    "outputSet": "数据输出",
}


def outer(diagram: Diagram) -> Iterator[Finding]:
    """What stands beside the processes."""
    for child in diagram.root:
        kind = kind_of(child)
        if kind and kind not in OUTER | EVENT_KINDS.keys():  # of what is kept here `events` speaks where it is meant
            yield _beside(child, kind)


def anywhere(diagram: Diagram) -> Iterator[Finding]:
    """What the library looks for at any depth of the file, and gives up on."""
    for element in diagram.root.iter():
        kind = kind_of(element)
        if kind in ("dataStore", "correlationProperty") and element.getparent() is not diagram.root:
            yield _beside(element, kind)
        elif kind == "process" and element.getparent() is not diagram.root:
            said = f"流程{label(element)}放错了位置，嵌在别的元素里。请用建模工具重新导出。"
            yield error(element.get("id", ""), "element-misplaced", said)
        elif kind in ("message", "signal", "error", "escalation") and not element.get("id"):
            yield error("", "id-missing", f"{label(element)}没有编号，请在建模工具中重新建立或删去它。")


def inside(diagram: Diagram) -> Iterator[Finding]:
    """What stands directly in a process or sub-process."""
    allowed = NODES | ARTIFACTS | HARMLESS | {"sequenceFlow", "laneSet"}
    for scope in diagram.scopes:
        for child in scope.element:
            kind, at = kind_of(child), child.get("id") or scope.id
            if kind in REFUSED:
                yield _refused(child, at)
            elif is_event_subprocess(child):
                yield _event_subprocess(child, at)
            elif kind in DATA:
                yield _data(child, at, scope.label)
            elif kind in PEOPLE:
                yield _people(scope.id, scope.label)
            elif kind and kind not in allowed and not (scope.parent and kind in NODE_PARTS):
                yield _unknown(kind, at, scope.label)


def _beside(element: etree._Element, kind: str) -> Finding:
    at = element.get("id", "")
    return _data(element, at, "文件") if kind in DATA else _unknown(kind, at, "文件")


def _refused(element: etree._Element, at: str) -> Finding:
    kind = kind_of(element)
    advice = INSTEAD.get(kind, "请删去它，或改用本系统支持的元素。")
    return error(at, "element-unsupported", f"{label(element)}是{REFUSED[kind]}，本系统不支持。{advice}")


def _unknown(kind: str, at: str, where: str) -> Finding:
    said = f"{where}里含有本系统不支持的内容“{kind}”。请删去它，或换一个新的图形重画。"
    return error(at, "element-unsupported", said)


def _event_subprocess(element: etree._Element, at: str) -> Finding:
    said = f"{label(element)}是事件子流程，本系统不支持。请改为普通子流程，或在环节上加边界定时事件；里面的内容改好后再查。"
    return error(at, "event-subprocess", said)


def _data(element: etree._Element, at: str, where: str) -> Finding:
    name = label(element) if element.get("name") else ""
    said = f"{where}里的{DATA[kind_of(element)]}{name}在本系统中不起作用。"
    said += "请删去它，需要说明时改用文本注释，需要填写时写在表单里。"
    return error(at, "data-unsupported", said)


def _people(at: str, name: str) -> Finding:
    said = f"{name}用其他软件的方式写了办理人，本系统不采用。请在属性中填写岗位或人员。"
    return warning(at, "people-ignored", said)


NODE_PARTS = frozenset({"multiInstanceLoopCharacteristics", "standardLoopCharacteristics"})


def parts(diagram: Diagram) -> Iterator[Finding]:
    """What stands inside a node."""
    for _, node in diagram.nodes:
        if node.kind == "subProcess":
            yield from _loops(node)
        elif node.kind in NODES:
            for child in node.element:
                yield from _part(node, child, kind_of(child))
            yield from _loops(node)


def _part(node: Node, child: etree._Element, kind: str) -> Iterator[Finding]:
    if kind in DATA:
        yield _data(child, node.id, node.label)
    elif kind in PEOPLE:
        yield _people(node.id, node.label)
    elif kind and kind not in HARMLESS | NODE_PARTS and not (kind in OF_EVENT and node.kind in EVENTS):
        yield _unknown(kind, node.id, node.label)


def _loops(node: Node) -> Iterator[Finding]:
    if children(node.element, "standardLoopCharacteristics"):
        said = f"{node.label}带有循环标记，本系统不支持。请去掉标记，用排他网关画一条退回的箭头。"
        yield error(node.id, "loop-unsupported", said)
    many = children(node.element, "multiInstanceLoopCharacteristics")
    if many and node.kind != "userTask":
        said = f"{node.label}带有多实例（会签）标记，只有用户任务可以会签。请去掉标记，或把会签放到用户任务上。"
        yield error(node.id, "multi-unsupported", said)
    elif many:
        yield from _multi_instance(node, many)


def _multi_instance(node: Node, many: list[etree._Element]) -> Iterator[Finding]:
    if len(many) > 1 or any(kind_of(part).startswith(("loopData", "inputData", "outputData")) for part in many[0]):
        said = f"{node.label}的会签按数据集合展开，本系统不支持。请改为填写会签人数。"
        yield error(node.id, "multi-unsupported", said)
    if not children(many[0], "loopCardinality") and _is_set_elsewhere(many[0]):
        said = f"{node.label}是会签，人数写在其他软件的设置里，本系统不认。请在属性中填写或选择人数。"
        yield error(node.id, "cardinality-missing", said)
    elif len(children(many[0], "loopCardinality")) != 1:
        said = f"{node.label}是会签，但没有写会签人数。请在属性中填写或选择人数。"
        yield error(node.id, "cardinality-missing", said)


def _is_set_elsewhere(many: etree._Element) -> bool:
    return bool(extensions(many)) or any("}" in str(name) for name in many.attrib)


def marks(diagram: Diagram) -> Iterator[Finding]:
    """Attributes that change what a node does, and that the library passes over."""
    for _, node in diagram.nodes:
        if is_for_compensation(node.element):
            said = f"{node.label}标为补偿活动，本系统不支持。请取消标记，把撤销的办法画成普通环节。"
            yield error(node.id, "compensation", said)
        if any(node.element.get(name, "1") != "1" for name in ("startQuantity", "completionQuantity")):
            said = f"{node.label}设了起始或完成数量，本系统不支持。请恢复为 1，要多人办理时用会签。"
            yield error(node.id, "quantity", said)
        many = children(node.element, "multiInstanceLoopCharacteristics")
        words = [node.element.get("cancelActivity"), *(each.get("isSequential") for each in many)]
        if not {"true", "false", None}.issuperset(words):
            said = f"{node.label}的“是否中断”或“是否依次办理”写法看不懂，请在属性中重新选择。"
            yield error(node.id, "mark-unclear", said)


def events(diagram: Diagram) -> Iterator[Finding]:
    """Which event may be of which kind."""
    kept = {each.get("id", ""): kind_of(each) for each in diagram.root}
    for _, node in diagram.nodes:
        if node.kind in EVENTS:
            kinds = [kind_of(part) for part in node.element if kind_of(part) in EVENT_KINDS]
            pointed = [kept.get(text_of(part), "") for part in children(node.element, "eventDefinitionRef")]
            yield from (error(node.id, "event-kind", node.label + said) for said in _event(node, kinds, pointed))


def _event(node: Node, kinds: list[str], pointed: list[str]) -> Iterator[str]:
    """What is wrong with it. `pointed`: the kinds that it only points at, which the library passes over."""
    wrong = [kind for kind in kinds + pointed if kind in pointed or kind not in ALLOWED_KINDS[node.kind]]
    if wrong:
        names = "、".join(EVENT_KINDS.get(kind, "") for kind in dict.fromkeys(wrong))
        instead = WAYS_OUT.get(wrong[0]) if node.kind in TIMED else None
        yield f"是{'写在别处的' if pointed else ''}{names}事件，本系统不支持。{instead or USUAL[node.kind]}"
    elif len(kinds) > 1:
        yield f"同时写了几种事件。{USUAL[node.kind]}"
    elif not kinds and node.kind != "endEvent" and _is_event_elsewhere(node):
        yield f"等待什么，写在其他软件的设置里，本系统不认。请删去它重画，{USUAL[node.kind]}"
    elif not kinds and node.kind in TIMED:
        yield f"没有写明等待什么。{USUAL[node.kind]}"


def _is_event_elsewhere(node: Node) -> bool:
    """Whether another tool has its own kind of event here: without it a start that waits would look like a plain one."""
    return any(str(extra.tag).endswith(("}eventType", "EventDefinition")) for extra in extensions(node.element))


def timers(diagram: Diagram) -> Iterator[Finding]:
    """Only a moment: a duration restarts with every round, a cycle breeds tokens."""
    for _, node in diagram.nodes:
        for timer in children(node.element, "timerEventDefinition") if node.kind in TIMED else ():
            kinds = [kind_of(part) for part in timer if kind_of(part).startswith("time")]
            if any(kind in ("timeDuration", "timeCycle") for kind in kinds):
                said = f"{node.label}用了时长或周期定时，退回重办时会重新计时。请在属性中重新选择到什么时刻。"
                yield error(node.id, "timer-kind", said)
            elif kinds != ["timeDate"]:
                said = f"{node.label}没有写到期时刻。请在属性中选择到什么时刻。"
                yield error(node.id, "timer-missing", said)


def misplaced(diagram: Diagram) -> Iterator[Finding]:
    """The library finds flows and boundary events at any depth, by the end of their name: none may hide elsewhere."""
    for process in diagram.processes:
        for element in process.iter():
            parent = element.getparent()
            at = parent.get("id", "") if parent is not None else ""
            hidden = not kind_of(element) and str(element.tag).endswith(("sequenceFlow", "boundaryEvent"))
            boxed = bool(kind_of(element)) and parent is not None and parent.tag.endswith("}extensionElements")
            if hidden or (boxed and parent is not None and parent.tag.startswith(f"{{{BPMN}}}")):
                said = f"扩展设置里藏有流程元素{label(element)}，无法执行。请删去这段扩展设置。"
                yield error(element.get("id") or at, "element-misplaced", said)
