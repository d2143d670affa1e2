"""Arrows and gateways: each arrow leads somewhere, and each decision has an answer."""

import re
from collections import Counter
from collections.abc import Iterator

from workflows.engine.checks.diagrams import ACTIVITIES, GATEWAYS, Diagram, Flow, Node, Scope, children, host_of, text_of
from workflows.engine.checks.findings import Finding, error, warning


def ends(diagram: Diagram) -> Iterator[Finding]:
    """Both ends of an arrow stand in the process or sub-process the arrow stands in."""
    for scope in diagram.scopes:
        astray: Counter[Scope] = Counter()
        for flow in scope.flows:
            home, other = flow.homes
            if home is None or other is None:
                said = f"{flow.label}有一头没有连到图形上。请把它连好，或删去重画。"
                yield error(flow.id, "flow-dangling", said)
            elif home is not other:
                said = f"{flow.label}穿过了子流程的边框。请让箭头只连接同一层的图形，进出子流程要连在子流程的边框上。"
                yield error(flow.id, "flow-crosses", said)
            elif home is not scope:
                astray[home] += 1
        for home, count in astray.items():
            said = f"有 {count} 条箭头存放在{scope.label}里，两头的图形却在{home.label}里。请用建模工具重新导出，或删去重画。"
            yield error(scope.id, "flow-elsewhere", said)


def conditions(diagram: Diagram) -> Iterator[Finding]:
    """A condition counts behind an exclusive or inclusive gateway only, and not on its default."""
    for scope, flow in _flows(diagram):
        if flow.condition is None:
            continue
        source = scope.nodes[flow.source]
        if source.kind not in ("exclusiveGateway", "inclusiveGateway"):
            said = (
                f"{flow.label}写了条件，但条件只在排他网关或包容网关之后起作用。请在中间加一个排他网关。"
            )
            yield error(flow.id, "condition-ignored", said)
        elif source.element.get("default") == flow.id:
            said = f"{flow.label}是{source.label}的默认出口，它的条件不起作用。请删去条件，或另选默认出口。"
            yield error(flow.id, "default-condition", said)


def defaults(diagram: Diagram) -> Iterator[Finding]:
    """The default names one of the node's own arrows."""
    for scope, node in diagram.nodes:
        default = node.element.get("default")
        if default is None:
            continue
        if default not in {flow.id for flow in scope.leaving.get(node.id, [])}:
            said = f"{node.label}的默认出口不是从它出来的箭头。请重新指定默认出口。"
            yield error(node.id, "default-unknown", said)
        elif node.kind not in ("exclusiveGateway", "inclusiveGateway"):
            said = f"{node.label}设了默认出口，但只有排他网关和包容网关才有默认出口，这里不起作用，可以去掉。"
            yield warning(node.id, "default-ignored", said)


def choices(diagram: Diagram) -> Iterator[Finding]:
    """A gateway that decides has an answer for every case."""
    for scope in diagram.scopes:
        for node in scope.of("exclusiveGateway", "inclusiveGateway"):
            yield from _choice(node, scope.leaving.get(node.id, []))


def _choice(node: Node, leaving: list[Flow]) -> Iterator[Finding]:
    default = node.element.get("default")
    bare = [flow for flow in leaving if flow.condition is None and flow.id != default]
    if len(leaving) == 1 and bare:
        return  # a merge
    for flow in bare:
        said = f"{flow.label}没有条件。请写上条件，或把它设为默认出口。"
        yield error(flow.id, "condition-missing", said)
    if leaving and not bare and default is None and not _is_exhaustive(leaving):
        yield error(node.id, "default-missing", _without_default(node, leaving))


def _without_default(node: Node, leaving: list[Flow]) -> str:
    if len(leaving) == 1:
        return f"{node.label}后面只有一条箭头，条件不满足时流程会停住。请再画一条箭头作默认出口，或删去这条箭头上的条件。"
    return f"{node.label}没有默认出口，条件都不满足时流程会停住。请把其中一条设为默认出口，或再画一条作默认出口。"


def _is_exhaustive(leaving: list[Flow]) -> bool:
    """Two arrows of which one says what the other denies: `x` / `not x`, `a == b` / `a != b`. No cleverer than that."""
    if len(leaving) != 2:
        return False
    one, two = (_plain(text_of(flow.condition)) if flow.condition is not None else "" for flow in leaving)
    return bool(one and two) and (_denies(one, two) or _denies(two, one))


def _plain(text: str) -> str:
    """Without the braces in which other tools put it: what they lack has a finding of its own."""
    return re.sub(r"\s+", " ", re.sub(r"^[$#]\{|\}$", "", text)).strip()


def _denies(one: str, two: str) -> bool:
    simple = not re.search(r"\b(and|or|if|not)\b", one)
    negated = two in (f"not {one}", f"not ({one})") and (simple or two.endswith(")"))
    return negated or (simple and one.count("==") == 1 and two == one.replace("==", "!="))


def degrees(diagram: Diagram) -> Iterator[Finding]:
    """How many arrows may enter and leave."""
    for scope, node in diagram.nodes:
        leaving, entering = scope.leaving.get(node.id, []), scope.entering.get(node.id, [])
        if node.kind in ("startEvent", "boundaryEvent") and entering:
            yield error(node.id, "start-entered", f"有箭头指向{node.label}。请把箭头改接到它后面的环节。")
        if node.kind == "endEvent" and leaving:
            said = f"从结束事件{node.label}又画出了箭头。请删去箭头，或删去这个结束事件。"
            yield error(node.id, "end-left", said)
        if node.kind not in GATEWAYS and node.kind != "endEvent" and len(leaving) > 1:
            said = f"从{node.label}画出了几条箭头。请在它后面加网关：只走一条用排他网关，同时走用并行网关。"
            yield error(node.id, "several-outgoing", said)
        if node.kind != "endEvent" and not leaving and not node.is_refused:
            said = f"{node.label}后面没有箭头，流程到这里走不下去。请连到下一环节或结束事件。"
            yield error(node.id, "dead-end", said)


def doubles(diagram: Diagram) -> Iterator[Finding]:
    """Two arrows from one gateway to one node would be two tokens there."""
    for scope in diagram.scopes:
        for node in scope.of("parallelGateway", "inclusiveGateway", "eventBasedGateway"):
            targets = Counter(flow.target for flow in scope.leaving.get(node.id, []))
            for target in (target for target, count in targets.items() if count > 1):
                said = f"从{node.label}有几条箭头连到同一个{scope.nodes[target].label}。请只留一条。"
                yield error(node.id, "flow-doubled", said)


def event_gateways(diagram: Diagram) -> Iterator[Finding]:
    """Behind an event-based gateway stand timers only, each with that one arrow."""
    for scope in diagram.scopes:
        for node in scope.of("eventBasedGateway"):
            leaving = scope.leaving.get(node.id, [])
            if len(leaving) == 1:
                said = f"{node.label}后面只有一个事件。请至少连两个定时事件，或直接用中间定时事件。"
                yield error(node.id, "event-gateway", said)
            for flow in leaving:
                yield from _event_target(scope, node, scope.nodes[flow.target])


def _event_target(scope: Scope, node: Node, target: Node) -> Iterator[Finding]:
    if target.kind != "intermediateCatchEvent":
        said = f"{node.label}后面直接连了{target.label}。事件网关后面只能连中间定时事件，请改用排他网关或加定时事件。"
        yield error(target.id, "event-gateway", said)
    elif len(scope.entering.get(target.id, [])) > 1:
        said = f"{target.label}接在事件网关之后，又有别的箭头指向它。请为别的箭头另画一个定时事件。"
        yield error(target.id, "event-gateway", said)


def boundaries(diagram: Diagram) -> Iterator[Finding]:
    """A timer on a border hangs on something that waits. Of other events `elements.events` says that they must go."""
    for scope in diagram.scopes:
        for node in scope.of("boundaryEvent"):
            host, written = scope.nodes.get(host_of(node)), node.element.get("attachedToRef", "")
            if host is None:
                said = f"{node.label}没有附着在任何环节上。请把它拖到环节的边框上。"
                yield error(node.id, "boundary-host", said)
            elif host.id != written:
                said = f"{node.label}所附的{host.label}写成了“{written}”，本系统不认冒号前的字。请把它重新拖到边框上。"
                yield error(node.id, "boundary-host", said)
            elif children(node.element, "timerEventDefinition") and not _can_wait(host):
                said = f"{node.label}附着在{host.label}上，而它不会停留等待。请附着在用户任务、子流程或调用活动上。"
                yield error(node.id, "boundary-host", said)


def _can_wait(host: Node) -> bool:
    return host.kind in ACTIVITIES - {"serviceTask"} or host.is_refused


def _flows(diagram: Diagram) -> Iterator[tuple[Scope, Flow]]:
    """The arrows that lead from a node to a node."""
    return ((scope, flow) for scope in diagram.scopes for flows in scope.leaving.values() for flow in flows)
