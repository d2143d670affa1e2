"""What no diagram, no direct call and no page gets past: evidence before closure, one writer of deadlines and closures, duties
that follow the person, reminders that nobody switches off."""

import ast
import re
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select

import workflows
from service import create_app, setup
from service.config import Config
from tests.scenarios.ways import appoint, bring, close, count, feed_back, found, refused, state, waiting
from tests.service.inspector import Inspector
from workflows import clock, closures, duties, hazards, people, reminders, staffing, steps
from workflows.engine import Cause, definitions, history, instances, tasks
from workflows.engine.worklist import Task, Timer
from workflows.errors import Conflict, Forbidden, Invalid, NotFound, Problem

XML = (setup.SHIPPED / "hazard_loop.bpmn").read_text(encoding="utf-8")
FORMS = setup.forms_beside(setup.SHIPPED / "hazard_loop.bpmn")

# ---- AC-14, INV-2, INV-3, INV-8: a changed diagram -----------------------------------------------------------------------

WHOLE = (
    "report register confirm_registration issue_rectify ack_territory sv_h1_done issue_track name_tracker sv_h2_done plan "
    "rectify verify confirm_verification sv_passed apply town_review tracker_opinion sign sv_close draft_disclosure "
    "approve_disclosure sv_archive_check sv_archive"
).split()


def in_a_row(*left_out, changes=(), moved=()):
    """A diagram of the same elements, one after the other and some left out: what a designer might draw. `changes`: pairs of
    texts; `moved`: (element, the one it then stands before)."""
    ids = [each for each in WHOLE if each not in left_out]
    for element, before in moved:
        ids.remove(element)
        ids.insert(ids.index(before), element)
    nodes = [_element(each, before, after) for before, each, after in zip(["begin", *ids], ids, [*ids[1:], "end"], strict=False)]
    flows = [_flow(a, b) for a, b in zip(["begin", *ids], [*ids, "end"], strict=True)]
    head = XML[: XML.index("<bpmn:collaboration")] + XML[XML.index("<bpmn:process ") : XML.index("<bpmn:laneSet")]
    start = f'<bpmn:startEvent id="begin" name="开始"><bpmn:outgoing>begin__{ids[0]}</bpmn:outgoing></bpmn:startEvent>'
    end = f'<bpmn:endEvent id="end" name="结束"><bpmn:incoming>{ids[-1]}__end</bpmn:incoming></bpmn:endEvent>'
    text = "".join([head, start, *nodes, end, *flows, "</bpmn:process></bpmn:definitions>"])
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


def _element(id, before, after):
    found = re.search(rf'<bpmn:(userTask|serviceTask) id="{id}".*?</bpmn:\1>', XML, re.S)
    bare = re.sub(r"<bpmn:(incoming|outgoing)>.*?</bpmn:\1>\s*", "", found[0])
    ends = f"<bpmn:incoming>{before}__{id}</bpmn:incoming><bpmn:outgoing>{id}__{after}</bpmn:outgoing>"
    return bare.replace("</bpmn:extensionElements>", "</bpmn:extensionElements>" + ends, 1)


def _flow(a, b):
    return f'<bpmn:sequenceFlow id="{a}__{b}" sourceRef="{a}" targetRef="{b}"/>'


def deploy(town, xml, forms=FORMS):
    """Deploy a changed diagram; the rules for loops are none here."""
    assert town.rules.loop_rules == ()
    with town.database.transaction() as session:
        definitions.deploy(session, steps.known(forms), xml, forms)


def test_the_elements_in_a_row_are_a_way_that_closes(monday):
    """So that the cases below are refused for what they lack, and for nothing else."""
    deploy(monday, in_a_row())
    assert close(monday, found(monday)).status == "ARCHIVED"


ROLE = '<spiffworkflow:property name="role" value="{}"/>'
LACKING = [
    # what the designer did; where the case then stands still; the words of the refusal
    ("no verification", ["verify", "confirm_verification", "sv_passed"], {}, "apply", "验收通过"),
    ("no verifier's task", ["verify", "confirm_verification"], {}, "rectify", "最近一次完工之后还没有验收"),
    ("no confirmation", ["confirm_verification"], {}, "verify", "还没有全部确认"),
    ("no finish report", ["rectify"], {}, "verify", "整改完成待验收"),
    ("no plan", ["plan"], {}, "rectify", "五落实"),
    ("no application", ["apply"], {}, "town_review", "已申请销号"),
    ("no town review", ["town_review"], {}, "tracker_opinion", "镇已审核"),
    ("no tracker's opinion", ["tracker_opinion"], {}, "sign", "县跟踪人还没有同意"),
    ("no signature", ["sign"], {}, "tracker_opinion", "分管领导还没有签字"),
    ("straight to closure", WHOLE[WHOLE.index("rectify") + 1 : WHOLE.index("sv_close")], {}, "rectify", "还没有验收"),
    ("no acknowledgement", ["ack_territory"], {}, "issue_rectify", "属地责任人还没有签收"),
    ("no second handover", ["issue_track", "name_tracker", "sv_h2_done"], {}, "apply", "移交二还没有签发"),
    ("second handover not acknowledged", ["name_tracker", "sv_h2_done"], {}, "apply", "移交二还没有指定县跟踪人"),
    ("second handover not completed", ["sv_h2_done"], {}, "apply", "移交二还没有办结"),
    ("second handover after closure", [], {"moved": [(e, "draft_disclosure") for e in WHOLE[6:9]]}, "apply", "移交二还没有签发"),
    ("published before closure", [], {"moved": [("draft_disclosure", "apply")]}, "draft_disclosure", "已销号"),
    ("archived unpublished", ["draft_disclosure", "approve_disclosure"], {}, "sign", "结果已公开"),
    ("not registered", ["register", "confirm_registration"], {}, "issue_rectify", "已编号建账"),
    ("signed without the verb", [], {"changes": [('name="verb" value="sign_closure"', 'name="x" value=""')]}, "sign", "签字"),
    ("signed by the office", [], {"changes": [("COUNTY_LEADER", "COUNTY_OFFICE")]}, "sign", "须由县政府分管领导签字"),
    ("reviewed by the clerk", [], {"changes": [("GROUP_DEPUTY<", "GROUP_DEPUTY<")], "role": ("town_review", "OFFICE_STAFF")},
     "town_review", "副组长"),
    ("verified by the clerk", [], {"role": ("verify", "OFFICE_STAFF")}, "verify", "可验收的人员"),
    ("duties not said", [], {"changes": [('name="duty" value="V"', 'name="duty" value="R"')]}, "confirm_verification", "职责分离"),
]  # fmt: skip
