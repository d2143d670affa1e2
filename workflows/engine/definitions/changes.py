"""What two versions differ in, element by element and field by field: the publisher reads it beside the picture.

Only what runs counts: where something is drawn is the picture's business.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from workflows.engine import xml as bpmn
from workflows.engine.checks import diagrams

WATCHED = ("conditionExpression", "timeDate", "loopCardinality", "completionCondition", "documentation", "text")
REFERENCES = ("name", "sourceRef", "targetRef", "attachedToRef", "default", "calledElement", "cancelActivity")
KINDS = diagrams.NODES | diagrams.REFUSED.keys() | {"sequenceFlow", "process", "lane", "participant", "textAnnotation"}


@dataclass(frozen=True)
class Change:
    """One difference. `what`: ADDED, REMOVED or CHANGED; `aspect` names what changed: an attribute, a property, "parameter NAME"
    of a step, "field KEYWORD" of a form's field. What was added is told once without an aspect, then aspect by aspect."""

    what: str
    where: str  # element id, or form:KEY, or form:KEY/FIELD
    kind: str  # a BPMN kind, "form" or "field"
    name: str
    aspect: str = ""
    before: str = ""
    after: str = ""


def of_diagrams(old: bytes, new: bytes) -> list[Change]:
    """What was added, removed and changed in the diagram, in the order of the new file, then what is gone."""
    before, after = _elements(old), _elements(new)
    found = [change for id, element in after.items() for change in _of_element(id, before.get(id), element)]
    gone = [_gone("REMOVED", id, element) for id, element in before.items() if id not in after]
    return found + gone


def of_forms(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """The same of the forms, field by field."""
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        title = str((new.get(key) or old.get(key) or {}).get("title", key))
        if key not in new:
            found.append(Change("REMOVED", f"form:{key}", "form", title))
        elif key not in old:
            found.append(Change("ADDED", f"form:{key}", "form", title))
            found += _of_fields(key, title, {}, _fields(new[key]))
        else:
            found += _of_form(key, title, old[key], new[key])
    return found


def _elements(data: bytes) -> dict[str, etree._Element]:
    root = bpmn.parse(data)
    return {each.get("id", ""): each for each in root.iter() if diagrams.kind_of(each) in KINDS and each.get("id")}


def _of_element(id: str, before: etree._Element | None, after: etree._Element) -> Iterator[Change]:
    if before is None:
        added = _gone("ADDED", id, after)
        yield added
        said = _said(after).items()
        yield from (replace(added, aspect=aspect, after=value) for aspect, value in said if aspect not in ("name", "kind"))
        return
    old, new = _said(before), _said(after)
    for aspect in sorted(old.keys() | new.keys()):
        if old.get(aspect, "") != new.get(aspect, ""):
            kind, name = diagrams.kind_of(after), after.get("name", "")
            yield Change("CHANGED", id, kind, name, aspect, old.get(aspect, ""), new.get(aspect, ""))


def _gone(what: str, id: str, element: etree._Element) -> Change:
    return Change(what, id, diagrams.kind_of(element), element.get("name", ""))


def _said(element: etree._Element) -> dict[str, str]:
    """All that an element says about how it runs: aspect → value."""
    said = {name: element.get(name, "") for name in REFERENCES if element.get(name)}
    said |= {"kind": diagrams.kind_of(element), **diagrams.properties(element)}
    for part in (child for child in element.iter() if diagrams.kind_of(child) in WATCHED and _owner(child) is element):
        said[diagrams.kind_of(part)] = diagrams.text_of(part)
    if (step := diagrams.operator(element)) is not None:
        said["step"] = step.get("id", "")
        said |= {f"parameter {each.get('id')}": each.get("value", "") for each in step.iter(f"{{{bpmn.SPIFF}}}parameter")}
    return said


def _owner(part: etree._Element) -> etree._Element | None:
    """The element of the diagram that a part belongs to."""
    return next((each for each in part.iterancestors() if diagrams.kind_of(each) in KINDS), None)


def _of_form(key: str, title: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for aspect in ("title", "description", "x-reauthenticate", "x-again"):
        if old.get(aspect) != new.get(aspect):
            yield Change("CHANGED", f"form:{key}", "form", title, aspect, _text(old.get(aspect)), _text(new.get(aspect)))
    before, after = _fields(old), _fields(new)
    yield from _of_fields(key, title, before, after)
    if list(before) != list(after) and before.keys() == after.keys():
        yield Change("CHANGED", f"form:{key}", "form", title, "order")


def _of_fields(key: str, title: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in [*after, *(name for name in before if name not in after)]:
        field = after.get(name) or before[name]
        where, label = f"form:{key}/{name}", f"{title} · {field.get('title', name)}"
        what = "REMOVED" if name not in after else "ADDED" if name not in before else "CHANGED"
        if what != "CHANGED":
            yield Change(what, where, "field", label)
        old, new = before.get(name, {}), after.get(name, {})
        for aspect in sorted(old.keys() | new.keys()) if what != "REMOVED" else ():
            if old.get(aspect) != new.get(aspect) and (what, aspect) != ("ADDED", "title"):
                yield Change(what, where, "field", label, f"field {aspect}", _text(old.get(aspect)), _text(new.get(aspect)))


def _fields(form: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The fields, each with whether it must be filled."""
    required = form.get("required", ())
    return {name: {**field, "required": True} if name in required else dict(field) for name, field in form["properties"].items()}


def _text(value: Any) -> str:
    """A keyword's value in a line; the choices of a list by their names."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return _text(value.get("oneOf", value.get("x-options", "")))
    if isinstance(value, list):
        return "、".join(str(each.get("title", each.get("const"))) if isinstance(each, dict) else str(each) for each in value)
    return "" if value is None else str(value)
