"""From a BPMN file to a spec that all instances and threads of a version share, read-only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import cast

from lxml import etree
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.spiff.parser import SpiffBpmnParser

from workflows.engine import xml as bpmn
from workflows.engine.checks import diagrams
from workflows.engine.spiff.library import Specs, connect, exchange
from workflows.errors import Invalid

MODEL = f"{{{bpmn.BPMN}}}"
DRAWING = f"{{{bpmn.DI}}}"

# What the library's parser throws at files it cannot read: all but the first from deep inside it, without a reason.
PARSER_FAILS = (SpiffWorkflowException, TypeError, AttributeError, KeyError, ValueError, IndexError, RecursionError)


@dataclass(frozen=True)
class Element:
    """A node of the diagram, as it is drawn."""

    id: str
    name: str
    kind: str  # the BPMN tag: "userTask", "boundaryEvent" …
    scope: str  # id of the process or sub-process it stands in
    lane: str | None  # name of the innermost lane that lists it
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Spec:
    """One version of a diagram. `properties` are the process's own."""

    process_id: str
    name: str  # the process's, for people; its id where it has none
    properties: Mapping[str, str]
    elements: Mapping[str, Element]  # by id, in the order of the file; with those of called processes
    first: Element | None  # the user task right behind the start event, with which a person may begin; None if there is none
    _specs: Specs = field(repr=False, compare=False)


def read(xml: bytes, process_id: str | None = None) -> Spec:
    """The spec of a process: of the given one, else of the only one that no other calls.

    Invalid, with a sentence, if the file is broken or the library cannot read it. What a diagram may contain is asked
    of `checks` before; this function only refuses what would not run at all.
    """
    root = bpmn.parse(xml)
    processes = {p.get("id", ""): p for p in root.iterfind(f"{MODEL}process")}
    chosen = process_id or _main(root)
    if chosen not in processes:
        raise Invalid("", f"文件里没有编号为“{chosen}”的流程。")
    specs = _specs(root, chosen)
    connect(specs)
    lanes = _lanes(root)
    elements = {e.id: e for e in chain.from_iterable(_elements(process, lanes) for process in processes.values())}
    process = processes[chosen]
    first = elements.get(_behind_start(process))
    first = first if first is not None and first.kind == "userTask" else None
    return Spec(chosen, process.get("name") or chosen, diagrams.properties(process), elements, first, specs)


def _behind_start(process: etree._Element) -> str:
    """Where the only arrow out of the only start event leads; "" if the process begins in another way."""
    starts = [event.get("id") for event in process.iterfind(f"{MODEL}startEvent")]
    targets = [flow.get("targetRef", "") for flow in process.iterfind(f"{MODEL}sequenceFlow") if flow.get("sourceRef") in starts]
    return targets[0] if len(starts) == len(targets) == 1 else ""


def _main(root: etree._Element) -> str:
    called = diagrams.read(root).called
    free = [process.get("id", "") for process in root.iterfind(f"{MODEL}process") if process.get("id") not in called]
    if len(free) != 1:
        raise Invalid("", "文件里必须正好有一个主流程（不被其他流程调用的流程）。")
    return free[0]


def _specs(root: etree._Element, process_id: str) -> Specs:
    """Parse with the library, and put our classes in. The drawing is taken off first: the library would try a gateway's
    conditions from top to bottom of the picture instead of in the order of the file."""
    for drawing in root.findall(f"{DRAWING}BPMNDiagram"):
        root.remove(drawing)
    try:
        parser = SpiffBpmnParser()
        parser.add_bpmn_xml(root)
        specs = Specs(parser.get_spec(process_id), parser.get_subprocess_specs(process_id))
        exchange(specs)
    except PARSER_FAILS as error:
        raise Invalid("", "这个流程图含有执行引擎不支持的内容，无法执行；请先做“检查”，按每一处的提示修改。") from error
    return specs


def _lanes(root: etree._Element) -> dict[str, str]:
    """Element id → name of its lane. An inner lane stands after its outer one, and wins."""
    return {
        (reference.text or "").strip(): lane.get("name", "").strip()
        for lane in root.iter(f"{MODEL}lane")
        for reference in lane.iterfind(f"{MODEL}flowNodeRef")
    }


def _elements(process: etree._Element, lanes: Mapping[str, str]) -> list[Element]:
    nodes = [n for n in process.iter(f"{MODEL}*") if n.get("id") and _is_node(n)]
    return [_element(node, lanes) for node in nodes]


def _is_node(node: etree._Element) -> bool:
    kind = etree.QName(node).localname
    return kind.endswith(("Task", "task", "Event", "Gateway", "ubProcess", "callActivity", "transaction"))


def _element(node: etree._Element, lanes: Mapping[str, str]) -> Element:
    id, scope = node.get("id", ""), node.getparent()
    return Element(
        id=id,
        name=node.get("name", "").strip(),
        kind=etree.QName(node).localname,
        scope=cast(etree._Element, scope).get("id", ""),
        lane=lanes.get(id),
        properties=diagrams.properties(node),
    )
