"""Processes, pools, lanes, called processes, other tools' traces, and the drawing."""

import math
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import etree

from workflows.engine.checks.diagrams import NODES, Diagram, Node, Scope, is_executable, kind_of, label
from workflows.engine.checks.findings import Finding, error, warning
from workflows.engine.xml import BPMN, DC, DI, SPIFF


def processes(diagram: Diagram) -> Iterator[Finding]:
    """One process is the diagram's own; others are called by it."""
    if not diagram.processes:
        yield error("", "process-missing", "文件里没有流程。请在建模工具中画出流程，再导出。")
    elif not diagram.is_executable:
        own = [each for each in diagram.processes if each.get("id") not in diagram.called] or diagram.processes
        names = "、".join(label(each) for each in own[:4])
        which = "勾选" if len(own) == 1 else "只勾选要办理的那一个"
        yield error(own[0].get("id", ""), "not-executable", f"流程{names}没有勾选“可执行”。请在流程属性中{which}。")
    else:
        yield from _several(diagram)


def _several(diagram: Diagram) -> Iterator[Finding]:
    own = [scope for scope in diagram.scopes if scope.parent is None and scope.id not in diagram.called]
    for scope in own[1:]:
        said = f"文件里有几个可执行的流程，系统不知道从哪个开始。请只留一个，或取消流程{scope.label}的“可执行”。"
        yield error(scope.id, "process-several", said)
    if not own:
        said = "文件里的流程互相调用，没有一个可以作为起点。请留一个不被别的流程调用的流程。"
        yield error(diagram.scopes[0].id, "process-several", said)
    for process in diagram.processes:
        if not is_executable(process) and process.get("id") not in diagram.called:
            said = f"流程{label(process)}没有勾选“可执行”，不会办理。要办理的请勾选，不要的请删去；只作图示的泳池请改为空白泳池。"
            yield error(process.get("id", ""), "process-idle", said)


def participants(diagram: Diagram) -> Iterator[Finding]:
    """Pools: one may hold the process, the others are black boxes; arrows between pools are only drawn."""
    ids = {process.get("id") for process in diagram.processes}
    for pool in diagram.root.iterfind(f"{{{BPMN}}}collaboration/{{{BPMN}}}participant"):
        if pool.get("processRef") is not None and pool.get("processRef") not in ids:
            said = f"泳池{label(pool)}所指的流程不在文件里。请重画泳池，或把它改为空白泳池。"
            yield error(pool.get("id", ""), "pool-unknown", said)
    for flow in diagram.root.iterfind(f"{{{BPMN}}}collaboration/{{{BPMN}}}messageFlow"):
        said = f"消息箭头{label(flow)}只作图示，系统不会发送消息。需要发送时请用服务任务。"
        yield warning(flow.get("id", ""), "message-flow", said)


def lanes(diagram: Diagram) -> Iterator[Finding]:
    """The library compares a lane's references letter by letter, and takes the last lane that names a node."""
    ids = {element.get("id") for process in diagram.processes for element in process.iter()}
    for scope in (scope for scope in diagram.scopes if scope.parent is None):
        seen: dict[str, etree._Element] = {}
        for reference in scope.element.iter(f"{{{BPMN}}}flowNodeRef"):
            yield from _reference(reference, ids, seen)


def _reference(reference: etree._Element, ids: set[str | None], seen: dict[str, etree._Element]) -> Iterator[Finding]:
    lane, text = reference.getparent(), reference.text or ""
    assert lane is not None
    at, name = lane.get("id", ""), label(lane)
    if text != text.strip() and text.strip():
        said = f"泳道{name}里图形编号“{text.strip()}”前后有空格或换行，泳道会不起作用。请用建模工具重新保存。"
        yield error(at, "lane-space", said)
    elif text not in ids:
        said = f"泳道{name}里列出的图形“{text.strip()}”不存在。请把图形重新放进泳道。"
        yield error(at, "lane-unknown", said)
    before = seen.get(text)
    if before is not None and before is not lane and before not in lane.iterancestors() and lane not in before.iterancestors():
        said = f"图形“{text}”同时属于泳道{label(before)}和{name}。请只放进一条泳道。"
        yield error(text, "lane-twice", said)
    seen[text] = lane


def lane_of(scope: Scope, node: Node) -> str | None:
    """The name of the lane a node stands in, as the library finds it: the last one that names it."""
    found = None
    for reference in scope.process.element.iter(f"{{{BPMN}}}flowNodeRef"):
        if reference.text == node.id and (lane := reference.getparent()) is not None:
            found = lane.get("name", "")
    return found


def calls(diagram: Diagram) -> Iterator[Finding]:
    """A called process stands in the same file and does not call itself, on whatever way round."""
    processes = {process.get("id"): process for process in diagram.processes}
    leading: dict[str, list[str]] = {}
    for scope, node in diagram.nodes:
        if node.kind != "callActivity":
            continue
        called = node.element.get("calledElement", "")
        leading.setdefault(scope.process.id, []).append(called)
        if called not in processes:
            said = f"{node.label}调用的流程“{called}”不在本文件里。请把被调用的流程画在同一文件中，或改为子流程。"
            yield error(node.id, "call-unknown", said)
        elif diagram.is_executable and not is_executable(processes[called]):
            said = f"{node.label}调用的流程“{called}”没有勾选“可执行”。请在该流程的属性中勾选。"
            yield error(node.id, "call-unknown", said)
        elif scope.process.id in _called(leading, called):
            said = f"{node.label}绕回来又调用了自己所在的流程，永远办不完。请去掉这个调用。"
            yield error(node.id, "call-recursive", said)


def _called(leading: dict[str, list[str]], first: str) -> set[str]:
    waiting, seen = [first], {first}
    while waiting:
        for process_id in leading.get(waiting.pop(), []):
            if process_id not in seen:
                seen.add(process_id)
                waiting.append(process_id)
    return seen


def strangers(diagram: Diagram) -> Iterator[Finding]:
    """Other tools' settings are kept in the file and mean nothing here. One sentence for each tool."""
    told: set[str] = set()
    for element in (element for process in diagram.processes for element in process.iter()):
        spaces = [etree.QName(element).namespace, *(etree.QName(str(name)).namespace for name in element.attrib)]
        for space in (space for space in spaces if space and space not in told and not _is_ours(space)):
            told.add(space)
            said = (
                f"图中有其他软件“{urlsplit(space).netloc or space}”的设置，本系统不采用，办理人、表单等请按本系统的属性填写。"
            )
            yield warning(_owner(element), "foreign-extension", said)


def _is_ours(space: str) -> bool:
    """BPMN, its drawing and colours, XML's own."""
    known = (BPMN, SPIFF, DI, DC, "http://www.w3.org/", "http://www.omg.org/", "http://bpmn.io/schema/bpmn")
    return space.startswith(known)


def _owner(element: etree._Element) -> str:
    """The nearest BPMN element with an id, which the canvas can mark."""
    at: etree._Element | None = element
    while at is not None and not (kind_of(at) and at.get("id")):
        at = at.getparent()
    return at.get("id", "") if at is not None else ""


def drawing(diagram: Diagram) -> Iterator[Finding]:
    """Every node has its place on the canvas, in numbers: the library reads them too."""
    drawn = set()
    for shape in diagram.root.iter(f"{{{DI}}}BPMNShape"):
        drawn.add(shape.get("bpmnElement"))
        for bounds in shape.iter(f"{{{DC}}}Bounds"):
            if not all(_is_number(bounds.get(side, "0")) for side in ("x", "y", "width", "height")):
                said = f"图形“{shape.get('bpmnElement', '')}”的位置不是数字，无法显示。请在建模工具中重新摆放后保存。"
                yield error(shape.get("bpmnElement", ""), "drawing-broken", said)
    missing = [node for _, node in diagram.nodes if node.kind in NODES and node.id not in drawn]
    if missing and not drawn:
        said = "文件里没有图形的位置，设计器和办理页无法显示流程图。请用建模工具排版后保存。"
        yield warning("", "drawing-missing", said)
    else:
        yield from (warning(n.id, "drawing-missing", f"{n.label}在图上没有位置，看不见。请重新画出。") for n in missing)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
