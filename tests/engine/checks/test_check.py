"""The check as a whole: a good diagram, hostile and huge files, bytes and trees at random (design, section 5)."""

import time
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.engine.checks.files import (
    BOMB,
    BPMN,
    GOOD,
    KNOWN,
    around,
    assert_readable,
    chain,
    diagram,
    end,
    flow,
    node,
    rules,
    rules_of,
    start,
    user,
)
from workflows.engine import checks, spiff
from workflows.engine.checks import Known, check


def test_a_good_diagram_has_no_findings():
    assert check(GOOD, KNOWN) == []
    assert check(GOOD, Known()) == []


def test_every_rule_has_a_test():
    """Each room asks it of its own."""
    assert rules_of(checks) == {"file-unreadable", "more"}
    rooms = {room.stem for room in Path(checks.__file__).parent.glob("*.py")} - {"__init__", "diagrams", "findings"}
    assert rooms == {room for room in rooms if Path(__file__).with_name(f"test_{room}.py").exists()}


HOSTILE = {
    "nothing": b"",
    "spaces": b" \n ",
    "binary": bytes(range(256)),
    "half": GOOD[: len(GOOD) // 2],
    "zip": b"PK\x03\x04",
    "html": b"<html/>",
    "other namespace": b'<definitions xmlns="http://x"><process id="p"/></definitions>',
    "doctype": b"<!DOCTYPE a>" + GOOD,
    "entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + GOOD.replace("环节".encode(), b"&x;"),
    "bomb": f'<!DOCTYPE a [<!ENTITY a0 "ha">{BOMB}]><a b="&a9;">&a9;</a>'.encode(),
    "large": GOOD + b" " * 2_000_000,
    "deep": b"<a>" * 5_000 + b"</a>" * 5_000,
    "encoding": b'<?xml version="1.0" encoding="klingon"?><a/>',
    "nul": GOOD.replace(b"hazard", b"haz\0ard"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_get_one_sentence(name):
    began = time.perf_counter()
    found = check(HOSTILE[name], KNOWN)
    assert [(finding.severity, finding.rule) for finding in found] == [("error", "file-unreadable")]
    assert time.perf_counter() - began < 2
    assert_readable(found)


def test_large_files_are_answered_fast():
    row = [f"u{i}" for i in range(3_500)]
    crowd = diagram(start(), end(), *map(user, row), chain(*row))
    assert 1_000_000 < len(crowd) < 2_000_000
    dense = diagram(
        start(), end(), *(node("parallelGateway", f"g{i}") for i in range(480)), flow("s", "g0"), flow("g479", "e"),
        *(flow(f"g{i % 480}", f"g{(i * 7 + 1) % 480}", flow_id=f"f{i}") for i in range(1_900)),
    )  # fmt: skip
    for data in (crowd, dense):
        began = time.process_time()
        found = check(data, KNOWN)
        assert time.process_time() - began < 4  # a guard against quadratic rules, not a measurement
        assert len(found) <= 201
        assert_readable(found)


def test_five_hundred_in_a_row():
    row = [f"u{i}" for i in range(500)]
    found = rules(check(around(*map(user, row), chain(*row), first="u0", last="u499"), Known()))
    assert ("too-large", "") in found  # with start and end it is more than 500; the recursion behind it is never started


def test_doubts_are_cut_off_at_two_hundred():
    found = check(diagram(start(), end(), flow("s", "e"), *(node("task", f"x{i}") for i in range(300))), Known())
    assert len(found) == 201
    assert found[-1].rule == "more"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_never_raise(data):
    assert check(data, KNOWN)[0].rule == "file-unreadable"


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_diagrams_never_raise(data):
    """Bytes cut out, doubled, or replaced by a piece from elsewhere in the file: most stay XML for a while."""
    text = GOOD.decode()
    pieces = text.replace("<", "\0<").split("\0")
    for _ in range(data.draw(st.integers(1, 6))):
        at, other = (data.draw(st.integers(0, len(pieces) - 1)) for _ in range(2))
        match data.draw(st.sampled_from(["drop", "swap", "copy", "attribute"])):
            case "drop" if len(pieces) > 2:
                pieces.pop(at)
            case "swap":
                pieces[at], pieces[other] = pieces[other], pieces[at]
            case "copy":
                pieces.insert(at, pieces[other])
            case "attribute":
                words = pieces[at].split('"')
                if len(words) > 2:
                    words[1] = data.draw(st.sampled_from(["", "e", "s", "u", "nobody", "false", "<", "中", "p", "Start"]))
                    pieces[at] = '"'.join(words)
            case _:
                pass
    assert_readable(check("".join(pieces).encode(), KNOWN))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_trees_never_raise_and_what_is_accepted_can_be_read(data):
    """The same on the tree, so that the file stays XML: elements copied, removed, arrows bent, attributes changed."""
    root = etree.fromstring(GOOD)
    arrows = list(root.iter(f"{{{BPMN}}}sequenceFlow"))
    ids = [arrow.get("targetRef") for arrow in arrows]
    for _ in range(data.draw(st.integers(1, 5))):
        elements = list(root.iter())[1:]
        one, other = (data.draw(st.sampled_from(elements)) for _ in range(2))
        match data.draw(st.sampled_from(["retarget", "drop", "copy", "attribute", "text", "tag"])):
            case "retarget":
                end = data.draw(st.sampled_from(["sourceRef", "targetRef"]))
                data.draw(st.sampled_from(arrows)).set(end, data.draw(st.sampled_from(ids)))
            case "drop" if len(elements) > 2:
                one.getparent().remove(one)
            case "copy":
                other.append(deepcopy(one))
            case "attribute":
                key = data.draw(st.sampled_from([*one.attrib, "id", "default", "attachedToRef", "calledElement"]))
                one.set(key, data.draw(st.sampled_from(["", "e", "s", "sub", "g_merge", "p", "nobody", "true", "."])))
            case "text":
                one.text = data.draw(st.sampled_from(["", "x == 1", "a b", "${x}", "0", "nan", "1e999"]))
            case "tag":
                one.tag = other.tag
    found = check(etree.tostring(root), KNOWN)
    assert_readable(found)
    if not any(finding.severity == "error" for finding in found):
        spiff.read(etree.tostring(root))
