"""A diagram as a list: its tasks by stage, in the order in which a case comes to them, and where each answer leads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

from service.drawing import reading
from workflows.engine import xml as bpmn
from workflows.engine.xml import BPMN, DI, SPIFF

PROPERTIES = f"{{{BPMN}}}extensionElements/{{{SPIFF}}}properties/{{{SPIFF}}}property"
STOPS = ("userTask", "endEvent", "intermediateCatchEvent")  # what an answer leads to; what waits for a date goes on by itself


@dataclass(frozen=True)
class Way:
    """Where an answer leads: what stands on the arrows, and what comes then."""

    label: str
    targets: tuple[str, ...]
    is_back: bool  # to a task that stands before


@dataclass(frozen=True)
class Station:
    """One task of the diagram. `said` are its properties: role, unit, person, form, due …"""

    id: str
    name: str
    lane: str
    said: Mapping[str, str]
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Stage:
    """The tasks of one drawn group, or some that follow each other outside of any."""

    group: str
    stations: list[Station] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What the group is called; without one, its first and last task."""
        first, last = self.stations[0].name, self.stations[-1].name
        return self.group or (first if first == last else f"{first}至{last}")


@lru_cache(maxsize=32)
def outline(text: str) -> tuple[Stage, ...]:
    """The stages of a diagram. A version never changes, so what was read once is kept."""
    return tuple(_Outline(bpmn.parse(text.encode("utf-8"))).stages())


class _Outline:
    """Holds the file's elements and arrows while the list is made."""

    def __init__(self, root: etree._Element) -> None:
        self.elements = {each.get("id", ""): each for each in root.iter(f"{{{BPMN}}}*") if each.get("id")}
        self.arrows: dict[str, list[tuple[str, str]]] = {}  # element → (what stands on the arrow, where it goes)
        for each in root.iter(f"{{{BPMN}}}sequenceFlow"):
            self.arrows.setdefault(each.get("sourceRef", ""), []).append((each.get("name", ""), each.get("targetRef", "")))
        for each in root.iter(f"{{{BPMN}}}boundaryEvent"):
            self.arrows.setdefault(each.get("attachedToRef", ""), []).append((each.get("name", ""), each.get("id", "")))
        self.lanes = {
            (reference.text or "").strip(): lane.get("name", "")
            for lane in root.iter(f"{{{BPMN}}}lane")
            for reference in lane.iterfind(f"{{{BPMN}}}flowNodeRef")
        }
        shapes = root.iter(f"{{{DI}}}BPMNShape")
        self.places = {shape.get("bpmnElement", ""): found for shape in shapes if (found := reading.box(shape))}
        self.order = self._order([each.get("id", "") for each in root.iterfind(f"{{{BPMN}}}process/{{{BPMN}}}startEvent")])

    def stages(self) -> list[Stage]:
        """The tasks group by group, in the order of the groups' first tasks."""
        found: list[Stage] = []
        for id in (each for each in self.order if self._kind(each) == "userTask"):
            group = self._group(id)
            named = next((each for each in found if group and each.group == group), None)
            if named is None and (group or not found or found[-1].group):
                found.append(Stage(group))
            (named or found[-1]).stations.append(self._station(id))
        return found

    def _order(self, waiting: list[str]) -> list[str]:
        """Every element that can be reached, the nearest first."""
        order: dict[str, None] = {}
        while waiting:
            id = waiting.pop(0)
            if id not in order and id in self.elements:
                order[id] = None
                waiting += sorted((target for _, target in self._after(id)), key=self._is_regular)
        return list(order)

    def _after(self, id: str) -> list[tuple[str, str]]:
        """Where one goes from an element: into a sub-process by its start, out of it by any of its ends."""
        element = self.elements[id]
        if self._kind(id) == "subProcess":
            return [("", each.get("id", "")) for each in element.iterfind(f"{{{BPMN}}}startEvent")]
        parent = element.getparent()
        is_inner_end = self._kind(id) == "endEvent" and parent is not None and reading.kind_of(parent) == "subProcess"
        return self.arrows.get(parent.get("id", "") if is_inner_end and parent is not None else id, [])

    def _is_regular(self, id: str) -> bool:
        """A missed term comes before what else follows a task: what both lead to then stands after both."""
        return id not in self.elements or self._kind(id) != "boundaryEvent"

    def _station(self, id: str) -> Station:
        element = self.elements[id]
        said = {each.get("name", ""): each.get("value", "") for each in element.iterfind(PROPERTIES)}
        return Station(id, element.get("name") or id, self.lanes.get(id, ""), said, tuple(self._ways(id)))

    def _ways(self, id: str) -> Iterator[Way]:
        """One for each answer."""
        led: dict[str, list[str]] = {}
        for label, target in self._led_to(id, "", {id}):
            led.setdefault(label, []).append(target)
        for label, targets in led.items():
            before = [each for each in targets if self._kind(each) == "userTask" and self._is_before(each, id)]
            yield Way(label, tuple(dict.fromkeys(map(self._name, targets))), is_back=bool(before))

    def _led_to(self, id: str, label: str, seen: set[str]) -> Iterator[tuple[str, str]]:
        """(what stands on the arrows, task or end) for everything that comes next; gateways and steps only pass on."""
        for said, target in self._after(id):
            if target in seen or target not in self.elements:
                continue
            seen.add(target)
            asked = self.elements[id].get("name", "") if said[:1] in ("是", "否") else ""
            text = "，".join(filter(None, (label, asked + said, self._joined(target))))
            if self._kind(target) == "userTask" or (self._kind(target) in STOPS and not self._after(target)):
                yield text, target
            elif self._kind(target) not in STOPS or self._kind(target) == "endEvent":
                yield from self._led_to(target, text, seen)

    def _joined(self, id: str) -> str:
        """What is complete where several ways come together; others may be awaited there."""
        is_join = self._kind(id) == "parallelGateway" and len(self.elements[id].findall(f"{{{BPMN}}}incoming")) > 1
        return self.elements[id].get("name", "") if is_join else ""

    def _is_before(self, other: str, id: str) -> bool:
        return self.order.index(other) <= self.order.index(id)

    def _name(self, id: str) -> str:
        name = self.elements[id].get("name")
        return f"结束（{name}）" if name and self._kind(id) == "endEvent" else name or "结束"

    def _kind(self, id: str) -> str:
        return reading.kind_of(self.elements[id])

    def _group(self, id: str) -> str:
        """The name of the drawn group in which the task stands."""
        mine = self.places.get(id)
        if mine is None:
            return ""
        x, y = mine.middle
        around = (
            reading.name_of(self.elements[other], self.elements)
            for other, place in self.places.items()
            if other in self.elements and self._kind(other) == "group"
            if place.x <= x <= place.x + place.w and place.y <= y <= place.bottom
        )
        return next(around, "")
