"""What stands where in a BPMN file. Nothing here trusts the file: what is no number is not drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from lxml import etree

from service.drawing.marks import Point
from workflows.engine.xml import BPMN, DC

WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
MARGIN = 12


@dataclass(frozen=True)
class Box:
    """Where something stands, in the file's pixels."""

    x: float
    y: float
    w: float
    h: float

    @property
    def middle(self) -> Point:
        """Its centre."""
        return self.x + self.w / 2, self.y + self.h / 2

    @property
    def bottom(self) -> float:
        """The height of its lower edge."""
        return self.y + self.h


@dataclass(frozen=True)
class Node:
    """A shape of the drawing: an event, a task, a lane, a note."""

    kind: str
    name: str
    box: Box


def kind_of(element: etree._Element) -> str:
    """The BPMN name of an element."""
    return str(element.tag).rpartition("}")[2]


def name_of(element: etree._Element, elements: Mapping[str, etree._Element]) -> str:
    """The name; a note's text; a group's category value."""
    if kind_of(element) == "textAnnotation":
        return element.findtext(f"{{{BPMN}}}text") or ""
    if kind_of(element) == "group":
        value = elements.get(element.get("categoryValueRef", "").rpartition(":")[2])
        return value.get("value", "") if value is not None else ""
    return element.get("name") or ""


def title(root: etree._Element) -> str:
    """What the whole picture is called."""
    named = (each.get("name") for each in root.iter(f"{{{BPMN}}}participant", f"{{{BPMN}}}process"))
    return f"流程图：{next((name for name in named if name), '未命名')}"


def box(drawn: etree._Element | None) -> Box | None:
    """The bounds of a shape or a label."""
    bounds = drawn.find(f"{{{DC}}}Bounds") if drawn is not None else None
    sides = _numbers(bounds, "x", "y", "width", "height") if bounds is not None else None
    return Box(*sides) if sides else None


def points(drawn: etree._Element) -> list[Point]:
    """The corners of a line."""
    read = (_numbers(each, "x", "y") for each in drawn.iterfind(WAYPOINT))
    return [(point[0], point[1]) for point in read if point]


def _numbers(element: etree._Element, *names: str) -> list[float] | None:
    try:
        values = [float(element.get(name, "")) for name in names]
    except ValueError:
        return None
    return values if all(isfinite(value) for value in values) else None


def frame(corners: list[Point]) -> Box:
    """The smallest picture that holds these points, with a margin."""
    xs, ys = [x for x, _ in corners] or [0.0], [y for _, y in corners] or [0.0]
    left, top = min(xs) - MARGIN, min(ys) - MARGIN
    return Box(left, top, max(xs) - left + MARGIN, max(ys) - top + MARGIN)
