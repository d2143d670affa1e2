"""The unchanging part of a picture: what the file draws, layer upon layer."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from service.drawing import marks, reading
from service.drawing.marks import Point
from service.drawing.reading import Box, Node, kind_of
from workflows.engine.xml import BPMN, DI, parse

INK = 'stroke="#334155"'
FRAMES = ("participant", "lane")
OPENABLE = ("subProcess", "transaction", "adHocSubProcess")
LAYERS = ("participant", "lane", "frame", "group", "flow", "node", "label")  # what is drawn later lies on top
Layers = dict[str, list[str]]


@dataclass(frozen=True)
class Picture:
    """A drawn file. `nodes`: by element id, for what is laid over them."""

    title: str
    frame: Box
    body: str
    nodes: Mapping[str, Node]


@dataclass(frozen=True)
class Source:
    """What the file says beside the positions."""

    elements: Mapping[str, etree._Element]
    defaults: frozenset[str]


@lru_cache(maxsize=32)
def picture(xml: bytes) -> Picture:
    """The file's first diagram. It is kept: a version never changes."""
    root = parse(xml)
    elements = {each.get("id", ""): each for each in root.iter(f"{{{BPMN}}}*") if each.get("id")}
    source = Source(elements, frozenset(each.get("default", "") for each in elements.values()))
    layers: Layers = {layer: [] for layer in LAYERS}
    nodes: dict[str, Node] = {}
    corners: list[Point] = []
    plane = root.find(f"{{{DI}}}BPMNDiagram/{{{DI}}}BPMNPlane")
    for drawn in plane if plane is not None else ():
        element = elements.get(drawn.get("bpmnElement", ""))
        if element is None:
            continue
        if box := reading.box(drawn):
            node = nodes[element.get("id", "")] = Node(kind_of(element), reading.name_of(element, elements), box)
            corners += [(box.x, box.y), (box.x + box.w, box.bottom)]
            _draw_node(node, element, drawn, layers)
        elif len(points := reading.points(drawn)) > 1:
            corners += points
            _draw_line(element, points, drawn, source, layers)
    body = "".join(part for layer in LAYERS for part in layers[layer])
    return Picture(reading.title(root), reading.frame(corners), body, nodes)


def outline(node: Node, by: float, look: str) -> str:
    """A node's own shape, larger by so many pixels on every side."""
    (x, y), box = node.box.middle, node.box
    if node.kind.endswith("Event"):
        return f'<circle cx="{x:g}" cy="{y:g}" r="{box.w / 2 + by:g}" {look}/>'
    if node.kind.endswith("Gateway"):
        a, b = box.w / 2 + by * 1.4, box.h / 2 + by * 1.4
        return f'<path d="M{x:g} {y - b:g}l{a:g} {b:g}l{-a:g} {b:g}l{-a:g} {-b:g}z" {look}/>'
    size = f'x="{box.x - by:g}" y="{box.y - by:g}" width="{box.w + 2 * by:g}" height="{box.h + 2 * by:g}"'
    return f'<rect {size} rx="{0 if node.kind in FRAMES else 8 + by:g}" {look}/>'


# ---- shapes ------------------------------------------------------------------------------------------------------------


def _draw_node(node: Node, element: etree._Element, drawn: etree._Element, layers: Layers) -> None:
    kind, label = node.kind, reading.box(drawn.find(f"{{{DI}}}BPMNLabel"))
    if kind in FRAMES:
        layers[kind].append(_lane(node))
    elif kind == "group":
        layers["group"].append(_group(node, label))
    elif kind == "textAnnotation":
        layers["node"].append(_annotation(node))
    elif kind in OPENABLE and drawn.get("isExpanded") == "true":
        layers["frame"].append(_open(node, element))
    elif kind.endswith(("Event", "Gateway")):
        is_marked = drawn.get("isMarkerVisible") == "true"
        layers["node"].append(_event(node, element) if kind.endswith("Event") else _gateway(node, is_marked))
        layers["label"].append(_label(node, label))
    else:
        layers["node"].append(_task(node, element))


def _lane(node: Node) -> str:
    """A pool or a lane, its name written upwards at the left."""
    box, (_, y) = node.box, node.box.middle
    fill = "#f8fafc" if node.kind == "participant" else "#ffffff"
    lines = marks.wrap(node.name, max(box.h - 10, 12) / 13)
    turned = f'<g transform="translate({box.x + 15:g} {y:g}) rotate(-90)">{marks.words(0, 0, lines, size=13)}</g>'
    return outline(node, 0, f'class="bpmn-{node.kind}" fill="{fill}" stroke="#94a3b8"') + turned


def _group(node: Node, label: Box | None) -> str:
    look = 'class="bpmn-group" fill="#f1f5f9" fill-opacity="0.7" stroke="#94a3b8" stroke-dasharray="8 4 1 4"'
    x, y = (label.x, label.middle[1]) if label else (node.box.x + 10, node.box.y + 16)
    return outline(node, 0, look) + marks.words(x, y, [node.name], size=13, style="bpmn-band", anchor="start")


def _annotation(node: Node) -> str:
    box = node.box
    bracket = f'<path d="M{box.x + 10:g} {box.y:g}h-10v{box.h:g}h10" fill="none" {INK}/>'
    lines = marks.wrap(node.name, (box.w - 12) / 12)
    return bracket + marks.words(box.x + 8, box.middle[1], lines, style="bpmn-annotation", anchor="start")


def _open(node: Node, element: etree._Element) -> str:
    frame = outline(node, 0, f'class="bpmn-sub" fill="#ffffff" {INK} stroke-width="1.6"')
    name = marks.words(node.box.x + 14, node.box.y + 20, [node.name], size=14, style="bpmn-band", anchor="start")
    return frame + name + _repeats(node, element)


def _event(node: Node, element: etree._Element) -> str:
    (x, y), r = node.box.middle, node.box.w / 2
    wide = 3.2 if node.kind == "endEvent" else 1.6
    is_mild = "false" in (element.get("cancelActivity"), element.get("isInterrupting"))
    look = f'class="bpmn-event" fill="#ffffff" {INK}' + (' stroke-dasharray="4 3"' if is_mild else "")
    rings = f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" {look} stroke-width="{wide}"/>'
    if node.kind.startswith(("intermediate", "boundary")):
        rings += f'<circle cx="{x:g}" cy="{y:g}" r="{max(r - 3, 0):g}" {look}/>'
    kinds = (kind_of(child) for child in element)
    return rings + marks.event(next((kind for kind in kinds if kind.endswith("EventDefinition")), ""), x, y)


def _gateway(node: Node, is_marked: bool) -> str:
    diamond = outline(node, 0, f'class="bpmn-gateway" fill="#ffffff" {INK} stroke-width="1.6"')
    return diamond + marks.gateway(node.kind, *node.box.middle, is_marked)


def _task(node: Node, element: etree._Element) -> str:
    (x, y), box = node.box.middle, node.box
    wide = 3.2 if node.kind == "callActivity" else 1.6
    parts = [outline(node, 0, f'class="bpmn-task" fill="#ffffff" {INK} stroke-width="{wide}"')]
    parts.append(marks.task(node.kind, box.x, box.y) + _repeats(node, element))
    if node.kind in (*OPENABLE, "callActivity"):
        parts.append(marks.plus(x, box.bottom))
    parts.append(marks.words(x, y + 2, marks.wrap(node.name, max(box.w - 12, 12) / 12)))
    return "".join(parts)


def _repeats(node: Node, element: etree._Element) -> str:
    """The sign for several instances or a loop."""
    x, bottom = node.box.middle[0], node.box.bottom
    several = element.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
    if several is not None:
        return marks.many(x, bottom, is_sequential=several.get("isSequential") == "true")
    return marks.loop(x, bottom) if element.find(f"{{{BPMN}}}standardLoopCharacteristics") is not None else ""


def _label(node: Node, label: Box | None) -> str:
    """Beside an event or a gateway, where the file says, else below."""
    x, y = label.middle if label else (node.box.middle[0], node.box.bottom + 14)
    return marks.words(x, y, marks.wrap(node.name, 7.6), style="bpmn-label")


# ---- lines -------------------------------------------------------------------------------------------------------------


def _draw_line(element: etree._Element, points: list[Point], drawn: etree._Element, source: Source, layers: Layers) -> None:
    kind = kind_of(element)
    if kind == "sequenceFlow":
        layers["flow"].append(_flow(element, points, source))
    elif kind == "messageFlow":
        layers["flow"].append(marks.line(points, 'stroke-dasharray="6 4"') + marks.head(points, hollow=True))
    else:
        layers["flow"].append(marks.line(points, 'stroke-dasharray="2 4"'))
    if name := element.get("name"):
        label = reading.box(drawn.find(f"{{{DI}}}BPMNLabel"))
        x, y = label.middle if label else ((points[0][0] + points[1][0]) / 2, (points[0][1] + points[1][1]) / 2 - 9)
        layers["label"].append(marks.words(x, y, marks.wrap(name, 10), size=11.5, style="bpmn-label"))


def _flow(element: etree._Element, points: list[Point], source: Source) -> str:
    drawn = marks.line(points) + marks.head(points)
    if element.get("id") in source.defaults:
        drawn += marks.default_mark(points)
    origin = source.elements.get(element.get("sourceRef", ""))
    is_conditional = element.find(f"{{{BPMN}}}conditionExpression") is not None
    if is_conditional and origin is not None and not kind_of(origin).endswith("Gateway"):
        drawn += marks.condition_mark(points)
    return drawn
