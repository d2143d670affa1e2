"""Ids: every node has one, once, and none that the library keeps for itself."""

import re
from collections.abc import Iterator

from lxml import etree

from workflows.engine.checks.diagrams import NODES, REFUSED, Diagram, is_event_subprocess, kind_of, label
from workflows.engine.checks.findings import Finding, error
from workflows.engine.xml import SPIFF

# A name as XML has it (letters of any script), without the dots and hyphens at the start that tools also forbid.
FORM = re.compile(r"[^\W\d][\w.\-]{0,99}")

# Names of specs that the library makes inside each process: an element of that name is dropped or replaces them.
RESERVED = frozenset({"Start", "End", "Root", "StartEventSplit", "StartEventJoin"})
RESERVED_ENDS = (".EndJoin", ".BoundaryEventSplit", ".BoundaryEventJoin")


def missing(diagram: Diagram) -> Iterator[Finding]:
    """Processes, nodes and flows need an id."""
    for process in diagram.processes:
        if not process.get("id"):
            yield error("", "id-missing", f"流程{label(process)}没有编号，请在属性中填写。")
    for scope in diagram.scopes:
        for child in scope.element:
            kind = kind_of(child)
            if not child.get("id") and kind in NODES and not is_event_subprocess(child):
                said = f"{scope.label}里有{label(child)}没有编号，请在属性中填写，或删去重画。"
                yield error(scope.id, "id-missing", said)
        arrows = [flow.label for flow in scope.flows if not flow.id]
        if arrows:
            also = f"等 {len(arrows)} 条" if len(arrows) > 1 else ""
            yield error(scope.id, "id-missing", f"{scope.label}里{arrows[0]}{also}没有编号，请在属性中填写，或删去重画。")


def form(diagram: Diagram) -> Iterator[Finding]:
    """Letters, digits, hyphen, underscore; not a name of the library's own."""
    for element in _named(diagram):
        own = element.get("id", "")
        if own in RESERVED or own.endswith(RESERVED_ENDS):
            said = (
                f"编号“{own}”是系统保留的名称，{label(element)}会不被执行。"
                f"请改成别的编号，例如“{own.lower().replace('.', '_')}_1”。"
            )
            yield error(own, "id-reserved", said)
        elif not FORM.fullmatch(own):
            said = (
                f"{label(element)}的编号“{own[:50]}”不合规：只能用文字、数字、下划线和连字符，"
                "以文字或下划线开头，不超过 100 字。请改正。"
            )
            yield error(own, "id-form", said)


def twice(diagram: Diagram) -> Iterator[Finding]:
    """Of two elements with one id the library keeps the last and drops the other."""
    seen: set[str] = set()
    told: set[str] = set()
    for element in _named(diagram, everything=True):
        own = element.get("id", "")
        if own in seen and own not in told:
            told.add(own)
            said = f"编号“{own}”用了两次，其中一个会丢失。请给{label(element)}换一个编号。"
            yield error(own, "id-twice", said)
        seen.add(own)


def clashes(diagram: Diagram) -> Iterator[Finding]:
    """An id in an extension (an operator's, a form field's) hides the element of the same id from the library."""
    ids = {element.get("id", "") for element in _named(diagram, everything=True)}
    for process in diagram.processes:
        for element in process.iter():
            own = element.get("id", "")
            if own in ids and not kind_of(element):
                what = "步骤" if element.tag == f"{{{SPIFF}}}serviceTaskOperator" else "扩展设置"
                said = f"图形编号“{own}”与{what}的名称相同，执行时会出错。请改图形的编号，例如“sv_{own}”。"
                yield error(own, "id-clash", said)


def _named(diagram: Diagram, *, everything: bool = False) -> Iterator[etree._Element]:
    """What the library looks up by id; with `everything` also lanes, notes, event definitions."""
    for process in diagram.processes:
        for element in process.iter():
            kind = kind_of(element)
            found = kind in NODES or kind in REFUSED or kind in ("process", "sequenceFlow")
            if element.get("id") and kind and (found or everything):
                yield element
