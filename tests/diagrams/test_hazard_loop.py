"""The main diagram and its forms: what the domain asks of every task stands in them, and a person can read the picture."""

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from service import drawing
from workflows import functions
from workflows.engine import checks, expressions
from workflows.engine.xml import BPMN, DC, DI, SPIFF, parse
from workflows.people import ROLES

BPMN_FOLDER = Path(__file__).parents[2] / "bpmn"
XML = (BPMN_FOLDER / "hazard_loop.bpmn").read_bytes()
ROOT = parse(XML)
FORMS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((BPMN_FOLDER / "forms").glob("*.json"))}

# id | name | role or person | unit | duty | form | verb | due. Source: domain 3.3; verbs stand in workflows/steps.py.
TASKS = """
report|发现上报|person=reporter|||report|report|
register|登记拟办|OFFICE_STAFF|town||register|propose_registration|hazard.register_due
confirm_registration|主任核定|OFFICE_DIRECTOR|town||confirm_registration|decide_registration|hazard.register_due
issue_rectify|移交一签发|OFFICE_DIRECTOR|town||issue_rectify|issue_for_rectification|handover_wd
ack_territory|属地签收|person=territory|||acknowledge|acknowledge_as_territory|ack_wd
reassign_territory|裁定改派（块）|OFFICE_DIRECTOR|town||reassign_territory|reassign_territory|handover_wd
ack_sector|行业签收|person=sector|||acknowledge|acknowledge_as_sector|ack_wd
reassign_sector|裁定改派（条）|OFFICE_DIRECTOR|town||reassign_sector|reassign_sector|handover_wd
issue_track|移交二签发|GROUP_DEPUTY,GROUP_HEAD|town||issue_track|issue_for_tracking|handover_wd
name_tracker|指定跟踪人|COUNTY_DEPT|county_dept||name_tracker|name_tracker|tracker_wd
county_names|县办指定跟踪人|COUNTY_OFFICE|county||county_names|name_tracker_instead|tracker_wd
ack_tracker|跟踪人签收|person=tracker|||acknowledge|acknowledge_as_tracker|ack_wd
rule_on_track|县办裁定|COUNTY_OFFICE|county||rule_on_track|rule_on_tracking|tracker_wd
plan|整改方案|ENT_HEAD,ENT_SAFETY|enterprise|R|plan|submit_plan|plan_wd
rectify|整改实施|ENT_HEAD,ENT_SAFETY|enterprise|R|rectify|finish_rectification|hazard.due_on
verify|验收|ENFORCER,STATION_HEAD,STATION_STAFF|sector|V|verify|verify|hazard.verify_due
confirm_verification|成员确认|person=verification.member||V|confirm_verification|confirm_verification|hazard.verify_due
apply|申请销号|person=lead||A|apply|apply_for_closure|apply_wd
town_review|镇审核|GROUP_DEPUTY|town|T|town_review|review_in_town|town_wd
tracker_opinion|县跟踪意见|person=tracker||K|tracker_opinion|give_tracking_opinion|tracker_opinion_wd
sign|县签字|COUNTY_LEADER|county|S|sign|sign_closure|county_sign_wd
feedback_territory|属地周反馈|person=territory|||feedback|feed_back|feedback_on
feedback_sector|行业周反馈|person=sector|||feedback|feed_back|feedback_on
draft_disclosure|公开拟稿|OFFICE_STAFF|town|P1|draft_disclosure|draft_disclosure|publish_wd
approve_disclosure|公开审定|OFFICE_DIRECTOR,GROUP_DEPUTY,GROUP_HEAD|town|P2|approve_disclosure|approve_disclosure|publish_wd
supplement|退补|OFFICE_STAFF|town||supplement|supplement_archive|5wd
"""
SERVICES = {
    "sv_downgrade": "downgrade_hazard",
    "sv_reject": "reject_lead",
    "sv_merge": "merge_hazard",
    "sv_h1_done": "complete_rectify_handover",
    "sv_track_up": "raise_tracking",
    "sv_h2_done": "complete_track_handover",
    "sv_failed": "fail_verification",
    "sv_passed": "pass_verification",
    "sv_close": "close_hazard",
    "sv_note": "note_awaiting_signature",
    "sv_remind": "remind",
    "sv_archive_check": "check_archive",
    "sv_archive": "archive_hazard",
}
FUNCTIONS = frozenset("mode one_person result verified reopened archive_complete next_feedback_on next_reminder_at tracker_due_at".split())
OPTIONS = frozenset(
    "villages sectors clauses subjects territory_persons sector_persons county_depts trackers verifiers units"
    " next_territory_persons next_sector_persons next_trackers".split()
)
RETURNS = {"redo", "refuse", "object", "downgrade", "reject", "merge", "rectify", "verify", "apply", "town", "no"}


class Row(NamedTuple):
    """One task as the domain wants it."""

    id: str
    name: str
    properties: dict[str, str]


def rows() -> list[Row]:
    """The table above."""
    found = []
    for line in TASKS.strip().splitlines():
        task_id, name, who, *rest = line.split("|")
        who_key, _, who_value = who.rpartition("=")
        said = dict(zip(("unit", "duty", "form", "verb", "due"), rest, strict=True))
        said[who_key or "role"] = who_value
        found.append(Row(task_id, name, {key: value for key, value in said.items() if value}))
    return found


def properties(element: etree._Element) -> dict[str, str]:
    """The pairs in an element's own extensions."""
    pairs = element.iterfind(f"{{{BPMN}}}extensionElements/{{{SPIFF}}}properties/{{{SPIFF}}}property")
    return {pair.get("name", ""): pair.get("value", "") for pair in pairs}


def by_id(element_id: str) -> etree._Element:
    """The BPMN element with this id."""
    return next(each for each in ROOT.iter(f"{{{BPMN}}}*") if each.get("id") == element_id)


# ---- tasks and steps ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_task_says_who_what_and_until_when(row: Row) -> None:
    task = by_id(row.id)
    assert task.tag == f"{{{BPMN}}}userTask"
    assert task.get("name") == row.name
    assert properties(task) == row.properties
    assert row.properties["form"] in FORMS
    assert set(row.properties.get("role", "ENFORCER").split(",")) <= set(ROLES)


def test_there_are_no_other_tasks_and_every_service_has_its_step() -> None:
    assert {task.get("id") for task in ROOT.iter(f"{{{BPMN}}}userTask")} == {row.id for row in rows()}
    found = {
        task.get("id"): next(task.iter(f"{{{SPIFF}}}serviceTaskOperator")).get("id")
        for task in ROOT.iter(f"{{{BPMN}}}serviceTask")
    }
    assert found == SERVICES


def test_process_says_what_it_is_about() -> None:
    process = by_id("hazard_closed_loop")
    assert process.get("isExecutable") == "true"
    assert properties(process) == {"subject": "hazard", "loop": "hazard"}


def test_checks_find_nothing() -> None:
    known = checks.Known(
        task_steps=frozenset(row.properties["verb"] for row in rows()),
        service_steps={step: frozenset() for step in SERVICES.values()},
        functions=FUNCTIONS,
        roles={name: code for code, name in ROLES.items()},
        forms=frozenset(FORMS),
        units=frozenset("enterprise village town sector county county_dept".split()),
        persons=frozenset("reporter lead territory sector tracker verification.member".split()),
        dues=frozenset(row.properties.get("due", "") for row in rows()),
        duties=frozenset("R V A T K S P1 P2".split()),
    )
    assert checks.check(XML, known) == []


def test_members_confirm_one_by_one_until_the_first_no() -> None:
    """Domain 3.3, how ⑧ is done."""
    several = by_id("confirm_verification").find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
    assert several is not None
    assert several.findtext(f"{{{BPMN}}}loopCardinality") == "member_count"
    assert several.findtext(f"{{{BPMN}}}completionCondition") == "agree == 'no'"


# ---- forms -------------------------------------------------------------------------------------------------------------


def fields() -> Iterator[tuple[str, str, dict]]:
    """(form, key, field) of every form."""
    for form, schema in FORMS.items():
        yield from ((form, key, field) for key, field in schema["properties"].items())


@pytest.mark.parametrize("form", FORMS)
def test_form_is_a_schema_that_says_its_key_and_title(form: str) -> None:
    """That some diagram uses each form, tests/test_house.py sees to."""
    schema = FORMS[form]
    Draft202012Validator.check_schema(schema)
    assert (schema["$id"], schema["type"]) == (form, "object")
    assert 1 < len(schema["title"]) < 10
    assert set(schema["required"]) <= set(schema["properties"])


def test_every_field_has_a_label_and_only_known_words() -> None:
    for form, key, field in fields():
        assert field.get("title"), (form, key)
        assert field.get("x-options") is None or field["x-options"] in OPTIONS, (form, key)
        assert field.get("x-widget", "line") in ("line", "text", "money", "photos", "papers", "password"), (form, key)
        assert not (field.get("x-visible-when") and key in FORMS[form]["required"]), (form, key)


def test_conditions_of_fields_ask_for_fields_that_stand_before_and_for_known_functions() -> None:
    for form, key, field in fields():
        if condition := field.get("x-visible-when"):
            parsed = expressions.parse(condition)
            keys = list(FORMS[form]["properties"])
            assert parsed.calls <= set(functions.FUNCTIONS), (form, key)
            assert parsed.names <= set(keys[: keys.index(key)]), (form, key)


def test_every_return_asks_for_its_reason() -> None:
    """Domain 3.4: 退回必填原因."""
    for form, key, field in fields():
        if not field.get("x-decides"):
            continue
        for value in RETURNS & {choice["const"] for choice in field["oneOf"]}:
            assert any(_is_reason(FORMS[form], other, key, value) for other in ("reason", "opinion")), (form, value)


def _is_reason(schema: dict, name: str, key: str, value: str) -> bool:
    """Whether the text field must be filled when `key` has this value."""
    field = schema["properties"].get(name)
    if field is None or field["minLength"] < 2:
        return False
    condition = field.get("x-visible-when")
    if condition is None:
        return name in schema["required"]
    return bool(field.get("x-required-when-visible") and expressions.parse(condition).evaluate({key: value}, {}))


def test_what_a_form_decides_is_what_the_gateways_after_it_ask_for() -> None:
    """Every answer has its arrow: one that names it, or, for exactly one answer, the default."""
    deciding = 0
    for row in rows():
        schema = FORMS[row.properties["form"]]
        asked = _asked_after(row.id)
        decided = {key for key, field in schema["properties"].items() if field.get("x-decides")}
        assert decided == {key for key, _ in asked}, row.id
        for key in decided:
            answers = {choice["const"] for choice in schema["properties"][key]["oneOf"]}
            named = {value for name, value in asked if name == key}
            assert named < answers, row.id
            assert len(answers - named) == 1, row.id
            deciding += 1
    assert deciding == 10


def _asked_after(task_id: str) -> set[tuple[str, str]]:
    """(data, value) of the conditions `data == 'value'` between a task and the next ones."""
    asked, waiting, seen = set(), [task_id], {task_id}
    flows = list(ROOT.iter(f"{{{BPMN}}}sequenceFlow"))
    while waiting:
        here = waiting.pop()
        for flow in (flow for flow in flows if flow.get("sourceRef") == here):
            condition = flow.findtext(f"{{{BPMN}}}conditionExpression") or ""
            name, is_equal, value = condition.partition(" == ")
            if is_equal and not name.endswith(")"):
                asked.add((name, value.strip("'")))
            target = flow.get("targetRef", "")
            if target not in seen and by_id(target).tag.endswith("Gateway"):
                seen.add(target)
                waiting.append(target)
    return asked


def test_signatures_want_the_password_again_and_nothing_else_does() -> None:
    """⑫ the county leader's on a closure, and P13 the deputy head's on the week's report to the county."""
    assert [form for form, schema in FORMS.items() if schema.get("x-reauthenticate")] == ["sign", "weekly_sign"]


# ---- the picture -------------------------------------------------------------------------------------------------------


class Box(NamedTuple):
    """A rectangle of the drawing."""

    x: float
    y: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether they have more than an edge in common."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def inside(self, other: "Box") -> bool:
        """Whether it lies wholly in the other."""
        return other.x <= self.x and other.y <= self.y and self.right <= other.right and self.bottom <= other.bottom


def _box(element: etree._Element) -> Box:
    bounds = element.find(f"{{{DC}}}Bounds")
    assert bounds is not None
    x, y, w, h = (float(bounds.get(side, "")) for side in ("x", "y", "width", "height"))
    return Box(x, y, x + w, y + h)


SHAPES = {shape.get("bpmnElement", ""): _box(shape) for shape in ROOT.iter(f"{{{DI}}}BPMNShape")}
EDGES = {
    edge.get("bpmnElement", ""): [(float(p.get("x", "")), float(p.get("y", ""))) for p in edge if p.tag.endswith("waypoint")]
    for edge in ROOT.iter(f"{{{DI}}}BPMNEdge")
}
LABELS = {
    label.getparent().get("bpmnElement", ""): _box(label)  # type: ignore[union-attr]
    for label in ROOT.iter(f"{{{DI}}}BPMNLabel")
}
NODES = {
    each.get("id", ""): each
    for each in ROOT.iter(f"{{{BPMN}}}*")
    if each.tag.endswith(("Task", "Event", "Gateway", "subProcess", "textAnnotation"))
}
SOLID = {node_id: SHAPES[node_id] for node_id in NODES if node_id != "in_hand"}


def test_everything_is_drawn() -> None:
    flows = {flow.get("id") for flow in ROOT.iter(f"{{{BPMN}}}sequenceFlow", f"{{{BPMN}}}association")}
    frames = {each.get("id") for each in ROOT.iter(*(f"{{{BPMN}}}{kind}" for kind in ("participant", "lane", "group")))}
    assert set(SHAPES) == set(NODES) | frames
    assert set(EDGES) == flows
    assert all(flow.get("id") in LABELS for flow in ROOT.iter(f"{{{BPMN}}}sequenceFlow") if flow.get("name"))


def test_nothing_lies_on_something_else() -> None:
    solid = {**SOLID, **{f"label of {key}": box for key, box in LABELS.items()}}
    hung = {(node.get("attachedToRef"), key) for key, node in NODES.items() if node.get("attachedToRef")}
    assert [(a, b) for (a, x), (b, y) in combinations(solid.items(), 2) if x.meets(y) and not {(a, b), (b, a)} & hung] == []


def test_what_is_in_hand_stands_in_its_frame_and_the_rest_outside() -> None:
    for node_id, box in SOLID.items():
        is_within = NODES[node_id].getparent().get("id") == "in_hand"  # type: ignore[union-attr]
        assert box.inside(SHAPES["in_hand"]) == is_within, node_id


def test_lanes_hold_what_they_name() -> None:
    for reference in ROOT.iter(f"{{{BPMN}}}flowNodeRef"):
        lane = reference.getparent()
        assert lane is not None
        assert SHAPES[reference.text or ""].inside(SHAPES[lane.get("id", "")]), reference.text


def test_arrows_run_straight_from_node_to_node_and_through_no_other() -> None:
    for flow in ROOT.iter(f"{{{BPMN}}}sequenceFlow"):
        flow_id, ends = flow.get("id", ""), {flow.get("sourceRef"), flow.get("targetRef")}
        for (x1, y1), (x2, y2) in zip(EDGES[flow_id], EDGES[flow_id][1:], strict=False):
            assert x1 == x2 or y1 == y2, f"{flow_id} 有斜线"
            segment = Box(min(x1, x2) - 0.1, min(y1, y2) - 0.1, max(x1, x2) + 0.1, max(y1, y2) + 0.1)
            through = [node for node, box in SOLID.items() if node not in ends and segment.meets(box)]
            through += [f"label of {key}" for key, box in LABELS.items() if segment.meets(box)]
            assert through == [], flow_id


def test_the_drawing_shows_every_name() -> None:
    """Wrapped names are put together again; nothing is said by an id."""
    texts = "".join(etree.fromstring(drawing.draw(XML)).itertext())
    named = [each.get("name") for each in ROOT.iter(f"{{{BPMN}}}*") if each.get("name")]
    assert [name for name in named if name not in texts and not name.startswith("环节")] == []


def test_the_drawing_says_in_words_where_a_case_stands() -> None:
    svg = drawing.draw(
        XML, tokens=["verify", "wait_thursday", "gone"], done={"rectify": 3, "plan": 1}, notes={"verify": "两日后到期"}
    )
    root = etree.fromstring(svg)
    texts = list(root.itertext())
    assert {"● 在办", "● 等待", "✓ 3次", "✓", "两日后到期"} <= set(texts)
    assert "现在办理：验收、等待周四。已经办理：整改实施（3次）、整改方案。" in texts
    assert root.get("role") == "img"
    assert texts[0] == "流程图：重大事故隐患闭环"


def test_the_drawing_keeps_a_strict_policy() -> None:
    """No script, no inline style, and no ids, so that a page may hold two drawings."""
    root = etree.fromstring(drawing.draw(XML, tokens=["sign"], notes={"sign": "<script>"}))
    for each in root.iter():
        assert etree.QName(each).localname in ("svg", "title", "desc", "g", "path", "rect", "circle", "text")
        assert not {"style", "id", "onclick", "href"} & set(each.attrib)


@pytest.mark.parametrize("size", ["", "NaN", "1e999", "x"])
def test_a_drawing_with_broken_positions_is_drawn_without_them(size: str) -> None:
    broken = XML.replace(b'width="100"', f'width="{size}"'.encode())
    assert "属地签收？" in drawing.draw(broken)
    assert "<title>" in drawing.draw(XML.split(b"<bpmndi:BPMNDiagram")[0] + b"</bpmn:definitions>")
