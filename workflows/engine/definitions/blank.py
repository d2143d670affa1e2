"""The diagram of a wholly new process: a pool with a lane for each role, and in the first one task between begin and end."""

from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker

from workflows.engine.xml import BPMN, DC, DI, SPIFF

WAYPOINTS = "http://www.omg.org/spec/DD/20100524/DI"
SPACES = {"bpmn": BPMN, "bpmndi": DI, "dc": DC, "di": WAYPOINTS, "spiffworkflow": SPIFF}
LEFT, TOP, WIDE, HIGH, HEAD = 160, 80, 1000, 160, 30  # of the pool, in pixels; HIGH is one lane's
NOTHING = f'<bpmn:definitions xmlns:bpmn="{BPMN}"/>'.encode()
"""A file in which nothing is drawn: what a new diagram is compared with."""

_bpmn: Any = ElementMaker(namespace=BPMN, nsmap=SPACES)
_di: Any = ElementMaker(namespace=DI, nsmap=SPACES)
_dc: Any = ElementMaker(namespace=DC, nsmap=SPACES)
_line: Any = ElementMaker(namespace=WAYPOINTS, nsmap=SPACES)
_spiff: Any = ElementMaker(namespace=SPIFF, nsmap=SPACES)


def draw(key: str, name: str, lanes: Sequence[str], *, said: Mapping[str, str], task: str, of_task: Mapping[str, str]) -> bytes:
    """The file. `lanes`: their names from top to bottom; `said`: the properties of the process; `task`, `of_task`: the name of
    its one task, and that one's properties."""
    begin, first, end = f"{key}_begin", f"{key}_first", f"{key}_end"
    there, on = _bpmn.sequenceFlow(id=f"{key}_to_first", sourceRef=begin, targetRef=first), f"{key}_to_end"
    process = _bpmn.process(
        _properties(said),
        _bpmn.laneSet(*(_lane(key, place, lane, (begin, first, end)) for place, lane in enumerate(lanes)), id=f"{key}_lanes"),
        _bpmn.startEvent(_bpmn.outgoing(there.get("id")), id=begin, name="开始"),
        _bpmn.userTask(_properties(of_task), _bpmn.incoming(there.get("id")), _bpmn.outgoing(on), id=first, name=task),
        _bpmn.endEvent(_bpmn.incoming(on), id=end, name="结束"),
        there,
        _bpmn.sequenceFlow(id=on, sourceRef=first, targetRef=end),
        id=key,
        name=name,
        isExecutable="true",
    )
    pool = _bpmn.participant(id=f"{key}_pool", name=name, processRef=key)
    rows = enumerate(range(TOP, TOP + HIGH * len(lanes), HIGH), start=1)
    drawn = [
        _shape(f"{key}_pool", LEFT, TOP, WIDE, HIGH * len(lanes), isHorizontal="true"),
        *(_shape(f"{key}_lane_{row}", LEFT + HEAD, y, WIDE - HEAD, HIGH, isHorizontal="true") for row, y in rows),
        _shape(begin, LEFT + 82, TOP + 62, 36, 36),
        _shape(first, LEFT + 180, TOP + 40, 100, 80),
        _shape(end, LEFT + 342, TOP + 62, 36, 36),
        _edge(f"{key}_to_first", LEFT + 118, LEFT + 180),
        _edge(on, LEFT + 280, LEFT + 342),
    ]
    plane = _di.BPMNPlane(*drawn, id=f"{key}_plane", bpmnElement=f"{key}_collaboration")
    root = _bpmn.definitions(
        _bpmn.collaboration(pool, id=f"{key}_collaboration"),
        process,
        _di.BPMNDiagram(plane, id=f"{key}_diagram"),
        id=f"{key}_file",
        targetNamespace="https://bihuan.example/bpmn",
    )
    return bytes(etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8"))


def _properties(pairs: Mapping[str, str]) -> Any:
    return _bpmn.extensionElements(_spiff.properties(*(_spiff.property(name=name, value=value) for name, value in pairs.items())))


def _lane(key: str, place: int, name: str, nodes: Sequence[str]) -> Any:
    """The first lane holds all there is."""
    held = (_bpmn.flowNodeRef(node) for node in (nodes if place == 0 else ()))
    return _bpmn.lane(*held, id=f"{key}_lane_{place + 1}", name=name)


def _shape(element: str, x: int, y: int, width: int, height: int, **more: str) -> Any:
    bounds = _dc.Bounds(x=str(x), y=str(y), width=str(width), height=str(height))
    return _di.BPMNShape(bounds, id=f"{element}_di", bpmnElement=element, **more)


def _edge(flow: str, begin: int, end: int) -> Any:
    ends = (_line.waypoint(x=str(x), y=str(TOP + HIGH // 2)) for x in (begin, end))
    return _di.BPMNEdge(*ends, id=f"{flow}_di", bpmnElement=flow)
