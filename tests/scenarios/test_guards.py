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
from workflows.errors import Forbidden, Invalid, NotFound, Problem

XML = (setup.SHIPPED / "hazard_loop.bpmn").read_text(encoding="utf-8")
FORMS = setup.forms_beside(setup.SHIPPED / "hazard_loop.bpmn")

# ---- AC-14, INV-2, INV-3, INV-8: a changed diagram -----------------------------------------------------------------------

WHOLE = (
    "report register confirm_registration issue_rectify ack_territory sv_h1_done issue_track name_tracker sv_h2_done plan "
    "rectify verify confirm_verification sv_passed apply town_review tracker_opinion sign sv_close draft_disclosure "
    "approve_disclosure sv_archive_check sv_archive"
).split()


def in_a_row(*left_out, changes=None, moved=()):
    """A diagram of the same elements, one after the other and some left out: what a designer might draw. `changes`: element →
    {text: new text}; `moved`: (element, the one it then stands before)."""
    ids = [each for each in WHOLE if each not in left_out]
    for element, before in moved:
        ids.remove(element)
        ids.insert(ids.index(before), element)
    neighbours = zip(["begin", *ids], ids, [*ids[1:], "end"], strict=False)
    nodes = [_changed(_element(each, before, after), (changes or {}).get(each, {})) for before, each, after in neighbours]
    flows = [_flow(a, b) for a, b in zip(["begin", *ids], [*ids, "end"], strict=True)]
    head = XML[: XML.index("<bpmn:collaboration")] + XML[XML.index("<bpmn:process ") : XML.index("<bpmn:laneSet")]
    start = f'<bpmn:startEvent id="begin" name="开始"><bpmn:outgoing>begin__{ids[0]}</bpmn:outgoing></bpmn:startEvent>'
    end = f'<bpmn:endEvent id="end" name="结束"><bpmn:incoming>{ids[-1]}__end</bpmn:incoming></bpmn:endEvent>'
    return "".join([head, start, *nodes, end, *flows, "</bpmn:process></bpmn:definitions>"]).encode()


def _changed(text, changes):
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


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


def put(name, value):
    """A property as it stands in the diagram."""
    return f'<spiffworkflow:property name="{name}" value="{value}"/>'


BY_CLERK = {put("unit", "sector"): put("unit", "town"), put("duty", "V"): ""} | {
    put("role", "ENFORCER,STATION_HEAD,STATION_STAFF"): put("role", "OFFICE_STAFF")
}
TRACK = ["issue_track", "name_tracker", "sv_h2_done"]
LACKING = {  # what the designer did: (left out, further, where the case then stands still, words of the refusal)
    "no verification": (["verify", "confirm_verification", "sv_passed"], {}, "apply", "验收通过"),
    "no verifier's task": (["verify", "confirm_verification"], {}, "rectify", "最近一次完工之后还没有验收"),
    "no confirmation": (["confirm_verification"], {}, "verify", "还没有全部确认"),
    "no finish report": (["rectify"], {}, "verify", "整改完成待验收"),
    "no plan": (["plan"], {}, "rectify", "五落实"),
    "no application": (["apply"], {}, "town_review", "已申请销号"),
    "no town review": (["town_review"], {}, "tracker_opinion", "镇已审核"),
    "no tracker's opinion": (["tracker_opinion"], {}, "sign", "县跟踪人还没有同意"),
    "no signature": (["sign"], {}, "tracker_opinion", "分管领导还没有签字"),
    "straight to closure": (WHOLE[WHOLE.index("verify") : WHOLE.index("sv_close")], {}, "rectify", "还没有验收"),
    "no acknowledgement": (["ack_territory"], {}, "issue_rectify", "属地责任人还没有签收"),
    "no second handover": (TRACK, {}, "apply", "移交二还没有签发"),
    "second handover not acknowledged": (TRACK[1:], {}, "apply", "移交二还没有指定县跟踪人"),
    "second handover not completed": (TRACK[2:], {}, "apply", "移交二还没有办结"),
    "second handover too late": ([], {"moved": [(each, "draft_disclosure") for each in TRACK]}, "apply", "移交二还没有签发"),
    "published before closure": ([], {"moved": [("draft_disclosure", "apply")]}, "draft_disclosure", "已销号"),
    "archived unpublished": (["draft_disclosure", "approve_disclosure"], {}, "sign", "结果已公开"),
    "not registered": (["register", "confirm_registration"], {}, "issue_rectify", "已编号建账"),
    "signed without its verb": ([], {"changes": {"sign": {put("verb", "sign_closure"): ""}}}, "sign", "领导还没有签字"),
    "signed by the office": ([], {"changes": {"sign": {"COUNTY_LEADER": "COUNTY_OFFICE"}}}, "sign", "县政府分管领导签字"),
    "reviewed by a clerk": ([], {"changes": {"town_review": {"GROUP_DEPUTY": "OFFICE_STAFF"}}}, "town_review", "副组长"),
    "verified by a clerk": ([], {"changes": {"verify": BY_CLERK}}, "verify", "可验收的人员"),
}


@pytest.mark.parametrize("name", LACKING)
def test_a_diagram_that_lacks_a_guard_does_not_get_past_the_domain(monday, name):
    """AC-14 改BPMN同样被拒, INV-2, INV-3, INV-8, INV-15: deployed and run; the step is refused and leaves nothing behind."""
    left_out, further, stands, words = LACKING[name]
    deploy(monday, in_a_row(*left_out, **further))
    hazard = bring(monday, found(monday), stands)
    before = state(monday, hazard)
    refused(Problem, words, monday.do, hazard, stands)
    after = state(monday, hazard)
    assert (after.status, after.closed_at, waiting(monday, hazard)) == (before.status, None, [stands])
    assert count(monday).total.closed == 0
    with monday.database.reading() as session:
        assert history.verify(session) == []


def test_a_diagram_that_says_no_duty_does_not_lift_it(monday):
    """INV-1: the verb asks, whatever the diagram's properties say."""
    unsaid = {put("unit", "sector"): put("unit", "town"), put("duty", "V"): ""}
    deploy(monday, in_a_row(changes={"verify": unsaid, "town_review": {put("duty", "T"): ""}}))
    hazard = bring(monday, found(monday), "verify")
    appoint(monday, "baocun", "ENFORCER", "乙镇")
    appoint(monday, "baocun", "GROUP_DEPUTY", "乙镇")
    refused(Forbidden, "职责分离", monday.do, hazard, "verify", "baocun", members=[str(monday.person("zhifa1"))])
    monday.do(hazard, "verify", "zhifa1")
    bring(monday, hazard, "town_review")
    refused(Forbidden, "职责分离", monday.do, hazard, "town_review", "baocun")


# ---- AC-14: a changed form, and a direct call ------------------------------------------------------------------------------

ASKED = {  # a field of the verification: (what is handed in, what the form says, what the verb says when the form is silent)
    "members": ([], "验收成员", "其他验收成员"),
    "photos": (1, "至少要 2 张", "2 张不同"),
}


@pytest.mark.parametrize("is_silent", [False, True])
@pytest.mark.parametrize("field", ASKED)
def test_one_verifier_or_one_photo_is_refused_by_the_form_and_by_the_verb(monday, field, is_silent):
    """AC-14, INV-2: a version whose form asks for less does not let more through."""
    given, by_form, by_verb = ASKED[field]
    if is_silent:
        verify = FORMS["verify"]
        lax = {key: value for key, value in verify["properties"][field].items() if key != "minItems"}
        required = [each for each in verify["required"] if each != field]
        form = {**verify, "required": required, "properties": {**verify["properties"], field: lax}}
        deploy(monday, XML.encode(), {**FORMS, "verify": form})
    hazard = bring(monday, found(monday), "verify")
    handed_in = [monday.photo("verify", number) for number in range(given)] if isinstance(given, int) else given
    refused(Invalid, by_verb if is_silent else by_form, monday.do, hazard, "verify", **{field: handed_in})
    assert close(monday, hazard).status == "ARCHIVED"


def test_what_is_missing_is_said_line_by_line(monday, clock_at):
    """AC-14 错误逐条列明: the second handover, and the owed report."""
    deploy(monday, in_a_row(*TRACK))
    hazard = bring(monday, found(monday), "apply")
    clock_at("2026-03-06 09:00")
    problem = refused(Invalid, "", monday.do, hazard, "apply")
    assert set(problem.fields) == {"handover_two", "feedback"}
    assert "03月05日" in problem.fields["feedback"]


def direct(town, hazard, verb, login, **data):
    """Call a verb without task, form or diagram."""
    with town.database.transaction() as session:
        thing = hazards.get(session, hazard)
        if data:
            task = Task(id=1, element_id="", index=0)
            verb(session, thing, by=town.person(login), on_behalf_of=None, task=task, data=data)
        else:
            verb(session, thing, cause=Cause(("task", 1), clock.now(), town.person(login)))


def test_a_direct_call_is_refused_as_well(monday):
    """AC-14 直接调接口同样被拒: at every place before its turn, each step on the way to closure refuses."""
    apply = {"summary": "申请销号。", "checklist": ["plan"]}
    calls = {
        "apply": lambda h: direct(monday, h, closures.apply_for_closure, "baocun", **apply),
        "town_review": lambda h: direct(monday, h, closures.review_in_town, "zhuren", decision="approve", opinion="同意。"),
        "tracker_opinion": lambda h: direct(monday, h, closures.give_tracking_opinion, "genzong1", decision="agree", opinion="同意。"),
        "sign": lambda h: direct(monday, h, closures.sign_closure, "fuxianzhang", decision="sign"),
        "close": lambda h: direct(monday, h, closures.close_hazard, "fuxianzhang"),
    }
    way, hazard = list(calls), found(monday)
    for place in ("issue_rectify", "rectify", "verify", "confirm_verification", "apply", "town_review", "tracker_opinion", "sign"):
        bring(monday, hazard, place)
        too_early = way[way.index(place) + 1 :] if place in way else way
        for each in too_early if place != "sign" else ["close"]:
            refused(Problem, "", calls[each], hazard)
    assert state(monday, hazard).closed_at is None
    assert close(monday, hazard).status == "ARCHIVED"


def test_a_shutdown_does_not_close_by_itself(monday):
    """INV-22: 关停取缔 asks for its proof and goes the whole way to the signature."""
    hazard = bring(monday, found(monday), "rectify")
    refused(Invalid, "", monday.do, hazard, "rectify", close_reason="SHUTDOWN")
    proof = [monday.photo("shutdown", number) for number in (1, 2)]
    monday.do(hazard, "rectify", close_reason="SHUTDOWN", shutdown_proof=proof)
    assert (state(monday, hazard).status, count(monday).total.closed) == ("RECTIFIED", 0)
    bring(monday, hazard, "sign")
    assert count(monday).total.closed == 0
    assert close(monday, hazard).closed_at is not None


def test_a_business_date_is_never_later_than_now(monday):
    """INV-19: found, inspected, verified on the spot."""
    tomorrow = clock.now() + timedelta(days=1)
    refused(Invalid, "", found, monday, found_at=tomorrow.isoformat())
    refused(Invalid, "", found, monday, inspection_on=clock.on(tomorrow).isoformat())
    hazard = bring(monday, found(monday), "verify")
    refused(Invalid, "晚于", monday.do, hazard, "verify", onsite_at=tomorrow.isoformat())


# ---- INV-4, INV-6, INV-7, INV-10, INV-20: during a whole life ---------------------------------------------------------------

MAY_BE_DELETED = {"timers", "drafts"}  # an armed timer is state, a draft was never handed in
APPEND_ONLY = set(
    "history anchors facts submissions deadlines acknowledgements reviews finishes plans feedbacks photos photo_uses duties "
    "supplements archives inspections".split()
)
SYSTEM = ("guanli", "shenji", "sheji", "fabu")


def test_a_whole_life_deletes_nothing_and_never_loses_its_hands(monday, clock_at):
    """INV-4 (no business row is deleted, no record changed), INV-7 (one lead, always a task until it ends), INV-20 (the
    system's own people are asked nothing)."""
    deleted, updated = set(), set()

    @event.listens_for(monday.database.engine, "before_cursor_execute")
    def watch(_connection, _cursor, statement, _parameters, _context, _many):
        if wrote := re.match(r"\s*(DELETE FROM|UPDATE) (\w+)", statement):
            (deleted if wrote[1] == "DELETE FROM" else updated).add(wrote[2])

    hazard, steps_done = found(monday), 0
    returned = {"verify": {"result": "FAIL", "opinion": "未拆除。"}, "sign": {"decision": "town", "reason": "写明情况。"}}
    clock_at("2026-03-03 09:00")
    while waiting(monday, hazard):
        if steps_done == 8:
            clock_at("2026-03-11 09:00")  # reports are owed, and made
            monday.sweep()
            feed_back(monday, hazard)
        bring_one(monday, hazard, returned)
        steps_done += 1
        stood = state(monday, hazard)
        assert waiting(monday, hazard) or stood.status == "ARCHIVED"
        if stood.status not in ("REPORTED", "REGISTERED"):
            assert stood.lead_person_id == monday.person("baocun")
        with monday.database.reading() as session:
            for login in SYSTEM:
                caller = people.caller(session, monday.person(login))
                assert tasks.inbox(session, monday.rules, caller).rows == []
                for task in monday.open_tasks(hazard):
                    with pytest.raises(NotFound):
                        tasks.get(session, task.id, caller)
    event.remove(monday.database.engine, "before_cursor_execute", watch)
    assert (returned, steps_done > 20) == ({}, True)
    assert deleted <= MAY_BE_DELETED
    assert updated & APPEND_ONLY == set()
    assert {"hazards", "tasks", "instances"} <= updated  # the watch does see


def bring_one(town, hazard, returned):
    """Do one open task."""
    element = waiting(town, hazard)[0]
    town.do(hazard, element, **returned.pop(element, {}))


@pytest.mark.parametrize("login", SYSTEM)
def test_the_systems_own_people_get_no_business(monday, login):
    """INV-20 三员分立: neither report nor a post of the town, and nobody of the town becomes one of them."""
    refused(Forbidden, "不能上报", found, monday, login)
    refused(Invalid, "不得兼任", appoint, monday, login, "OFFICE_DIRECTOR", "乙镇")
    refused(Invalid, "不得兼任", appoint, monday, "banshi1", "SYS_ADMIN", "甲县")


def test_a_tipsters_name_has_no_place(monday):
    """INV-5: a form takes no field it does not know; of a tip only its reference is kept."""
    tip = {"login": "banshi2", "source": "TIPOFF", "tip_ref": "JB-2026-0031"}
    refused(Invalid, "没有", found, monday, tipster="张三", **tip)
    hazard = found(monday, **tip)
    with monday.database.reading() as session:
        assert "张三" not in str([each.data for each in tasks.submissions(session, hazards.get(session, hazard).ref)])


# ---- INV-2, INV-9: who writes ------------------------------------------------------------------------------------------------

HOUSE = Path(workflows.__file__).parent
ONE_WRITER = {  # what is written: the only function that may
    "Deadline()": {"hazards/verbs.py:set_deadline"},
    "insert(Deadline)": set(),
    "update(Deadline)": set(),
    "update(Hazard)": set(),
    ".due_on =": {"hazards/verbs.py:set_deadline"},
    ".closed_at =": {"closures.py:close_hazard"},
    "move(CLOSED)": {"closures.py:close_hazard"},
    "move(VERIFIED)": {"verifications.py:pass_verification"},
    ".hazard_no =": {"hazards/verbs.py:register"},
    ".registered_at =": {"hazards/verbs.py:register"},
    ".tracker_id =": {"handovers.py:name_tracker"},
    ".passed_at =": {"verifications.py:pass_verification"},
    "Review()": {"closures.py:_write"},
    "delete(Timer)": {"engine/worklist.py:clear", "engine/worklist.py:_copy_timers"},
    "session.delete": set(),
}


def writers():
    """What is written where, read from the sources: {what: {file:function}}."""
    seen = defaultdict(set)
    for root in (HOUSE, HOUSE.parent / "service"):
        for file in root.rglob("*.py"):
            if "migrations" in file.parts:
                continue
            for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(function, ast.FunctionDef):
                    for what in _written(function):
                        seen[what].add(f"{file.relative_to(root)}:{function.name}")
    return seen


def _written(function):
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield f".{node.attr} ="
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            said = [each for each in node.args if isinstance(each, ast.Name | ast.Constant)]
            yield f"{name}()"
            yield from (f"{name}({getattr(each, 'id', None) or each.value})" for each in said)
            if isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "session":
                yield f"session.{name}"


@pytest.mark.parametrize("what", ONE_WRITER)
def test_deadlines_numbers_and_closures_have_one_writer(what):
    """INV-2, INV-6, INV-9, INV-10: read from the sources, so that a new writer has to come here and be seen."""
    assert writers()[what] == ONE_WRITER[what]


def test_only_named_statuses_are_written_and_only_by_move():
    """Domain 3.2: a hazard's status changes through `hazards.move` alone (tasks have a status of their own)."""
    assert writers()[".status ="] == {"hazards/verbs.py:move", "engine/worklist.py:_cancel", "engine/tasks/verbs.py:_finish"}
    assert "DEADLINE" not in {name for name in writers()["setattr()"]}


# ---- reminders ---------------------------------------------------------------------------------------------------------------

MOMENTS = [  # due on Friday 2023-09-22; between it and +15 lie the Mid-Autumn and National Day holidays and two make-up days
    (-5, "2023-09-15 00:00", 0),
    (0, "2023-09-23 00:00", 1),
    (3, "2023-09-28 00:00", 2),
    (7, "2023-10-10 00:00", 3),
    (15, "2023-10-20 00:00", 4),
]


def given(town, hazard):
    """The thresholds that were passed, in order, with the deadlines they belong to."""
    with town.database.reading() as session:
        rows = session.scalars(select(reminders.Reminder).where(reminders.Reminder.hazard_id == hazard).order_by(reminders.Reminder.id))
        return [(row.threshold, clock.on(row.due_at - timedelta(seconds=1))) for row in rows]


def armed(town):
    """The moments of the armed reminder timers."""
    with town.database.reading() as session:
        return list(session.scalars(select(Timer.due_at).where(Timer.element_id == "wait_reminder")))


def test_five_reminders_each_once_and_the_level_rises(town, clock_at):
    """P16, INV-10: −5, 0, +3, +7, +15 working days, a second before not yet, twice swept once; after the last it waits."""
    clock_at("2023-08-24 09:00")
    hazard = bring(town, found(town), "rectify", issue_rectify={"due_date": "2023-09-22"})
    thresholds = []
    for threshold, moment, level in MOMENTS:
        at = clock_at(moment)
        clock_at(at - timedelta(seconds=1))
        town.sweep()
        assert [each for each, _ in given(town, hazard)] == thresholds
        clock_at(at)
        town.sweep()
        town.sweep()
        thresholds.append(threshold)
        assert [each for each, _ in given(town, hazard)] == thresholds
        assert state(town, hazard).overdue_level == level
    assert armed(town) == [reminders.FAR]
    clock_at("2023-12-01 09:00")
    town.sweep()
    assert [each for each, _ in given(town, hazard)] == thresholds
    feed_back(town, hazard)
    stood = close(town, hazard)
    assert (stood.status, stood.overdue_level, armed(town)) == ("ARCHIVED", 0, [])


def test_a_late_sweep_makes_up_for_all_and_a_new_deadline_begins_anew(town, clock_at):
    """P16: once per deadline; after a granted extension (INV-9: the old deadline stays) the thresholds count again."""
    clock_at("2023-08-24 09:00")
    hazard = bring(town, found(town), "rectify", issue_rectify={"due_date": "2023-09-22"})
    clock_at("2023-10-10 09:00")
    town.sweep()
    first = [(threshold, date(2023, 9, 22)) for threshold, _, _ in MOMENTS[:4]]
    assert given(town, hazard) == first
    with town.database.transaction() as session:  # the extension's own process (P08) does not exist yet: its two effects
        thing = hazards.get(session, hazard)
        hazards.set_deadline(session, thing, clock.end_of(date(2023, 11, 30)), by=town.person("zhuren"), source="延期批准")
        instances.rearm(session, town.rules, thing.ref, Cause(("task", 1), clock.now(), town.person("zhuren")))
    assert clock.local(armed(town)[0]).date() == date(2023, 11, 23)
    rectify = next(task for task in town.open_tasks(hazard) if task.element_id == "rectify")
    assert rectify.due_at == clock.end_of(date(2023, 11, 30))
    clock_at("2023-12-01 09:00")
    town.sweep()
    assert given(town, hazard) == [*first, (-5, date(2023, 11, 30)), (0, date(2023, 11, 30))]
    with town.database.reading() as session:
        assert [clock.on(each.due_at - timedelta(1)) for each in hazards.deadlines(session, thing)] == [
            date(2023, 9, 22),
            date(2023, 11, 30),
        ]


def test_a_return_repeats_no_reminder_and_sets_the_mark_that_was_held_back(town, clock_at):
    """INV-10, 3.3: finished in time and waiting for others is not late; sent back after the deadline it is, at once."""
    clock_at("2023-08-24 09:00")
    hazard = bring(town, found(town), "verify", issue_rectify={"due_date": "2023-09-22"})
    clock_at("2023-09-25 09:00")
    town.sweep()
    assert ([each for each, _ in given(town, hazard)], state(town, hazard).overdue_level) == ([-5, 0], 0)
    town.do(hazard, "verify", result="FAIL", opinion="未拆除。")
    town.do(hazard, "confirm_verification")
    town.sweep()
    assert ([each for each, _ in given(town, hazard)], state(town, hazard).overdue_level) == ([-5, 0], 1)


# ---- substitution ------------------------------------------------------------------------------------------------------------


def substitute(town, principal, stand_in):
    """Let one person stand in for another this month."""
    with town.database.transaction() as session:
        one, other = (people.get(session, town.person(login)) for login in (principal, stand_in))
        staffing.substitute(session, one, other, clock.today(), clock.today() + timedelta(days=30), document_no="授权〔2026〕1号")


def test_a_substitute_acts_for_his_principal_and_the_duty_counts_for_both(monday):
    """Domain 2.2: 按实际操作人和委托人双重校验."""
    substitute(monday, "zhuren", "xianban")
    hazard = bring(monday, found(monday), "town_review")
    monday.do(hazard, "town_review", "xianban")
    with monday.database.reading() as session:
        thing = hazards.get(session, hazard)
        last = tasks.submissions(session, thing.ref)[-1]
        assert (last.by, last.on_behalf_of) == (monday.person("xianban"), monday.person("zhuren"))
        assert set(duties.of(session, thing, "T")) == {monday.person("xianban"), monday.person("zhuren")}
    for login in ("xianban", "zhuren"):
        appoint(monday, login, "COUNTY_LEADER", "甲县")
    bring(monday, hazard, "sign")
    for login in ("xianban", "zhuren"):
        refused(Forbidden, "镇审核人", monday.do, hazard, "sign", login)
    monday.do(hazard, "sign", "fuxianzhang")


def test_a_substitute_may_not_do_what_he_or_his_principal_is_barred_from(monday):
    """Domain 2.2: barred himself (he verified), or standing in for who is barred (the lead)."""
    for principal in ("zhuren", "baocun"):
        substitute(monday, principal, "zhifa1")
    hazard = bring(monday, found(monday), "verify")
    monday.do(hazard, "verify", "zhifa1", members=[str(monday.person("zhifa2"))])
    bring(monday, hazard, "town_review")
    refused(Forbidden, "验收人", monday.do, hazard, "town_review", "zhifa1")
    other = bring(monday, found(monday), "town_review")
    appoint(monday, "baocun", "GROUP_DEPUTY", "乙镇")
    substitute(monday, "baocun", "zhifa3")
    refused(Forbidden, "职责分离", monday.do, other, "town_review", "zhifa3")


def test_the_county_leaders_signature_is_not_delegable(monday):
    """⑫: 不可代办、不可授权: his substitute does not find the task, and where it bears his name he may not do it."""
    substitute(monday, "fuxianzhang", "xianban")
    hazard = bring(monday, found(monday), "sign")
    refused(NotFound, "", monday.do, hazard, "sign", "xianban")
    with monday.database.transaction() as session:
        caller = people.caller(session, monday.person("fuxianzhang"))
        tasks.claim(session, monday.rules, tasks.get(session, monday.open_tasks(hazard)[0].id, caller), caller)
    refused(Forbidden, "不可代办", monday.do, hazard, "sign", "xianban")
    assert close(monday, hazard).status == "ARCHIVED"


def test_nobody_confirms_a_verification_for_another(monday):
    """⑧: 每名成员以本人账号确认."""
    substitute(monday, "zhifa2", "zhifa3")
    hazard = bring(monday, found(monday), "verify")
    monday.do(hazard, "verify", "zhifa1", members=[str(monday.person("zhifa2"))])
    refused(Forbidden, "本人", monday.do, hazard, "confirm_verification", "zhifa3")


# ---- readdressing --------------------------------------------------------------------------------------------------------------


def review(town, hazard):
    """The town review's task."""
    return next(task for task in town.open_tasks(hazard) if task.element_id == "town_review")


def barred_deputy(town):
    """A hazard before its first handover, led by the deputy head himself: he may not review it."""
    appoint(town, "zhuren", "VILLAGE_LIAISON", "丙村")
    return bring(town, found(town), "issue_rectify"), {"issue_rectify": {"territory_person": str(town.person("zhuren"))}}


def test_the_review_goes_up_to_the_head_of_the_group(monday):
    """上转表: 副组长→组长; it says so on the task and in the record, and the deputy does not get at it."""
    hazard, led = barred_deputy(monday)
    bring(monday, hazard, "town_review", **led)
    assert "已上转领导组组长" in review(monday, hazard).note
    with pytest.raises(Problem):
        monday.do(hazard, "town_review", "zhuren")
    with monday.database.reading() as session:
        assert "readdressed" in [line.kind for line in history.lines(session, hazards.get(session, hazard).ref)]  # 每次上转留痕
    monday.do(hazard, "town_review", "shuji")
    assert close(monday, hazard).status == "ARCHIVED"


def barred_head(town):
    """And the head of the group verified it."""
    hazard, led = barred_deputy(town)
    appoint(town, "shuji", "ENFORCER", "乙镇")
    bring(town, hazard, "verify", **led)
    town.do(hazard, "verify", "zhifa1", members=[str(town.person("shuji"))])
    return hazard


def test_the_review_goes_up_to_the_county_office(monday):
    """上转表: 组长→县专项办, when the head is barred as well."""
    hazard = bring(monday, barred_head(monday), "town_review")
    assert "已上转县专项领导组办公室" in review(monday, hazard).note
    monday.do(hazard, "town_review", "xianban")
    assert close(monday, hazard).status == "ARCHIVED"


def test_where_the_way_up_ends_the_task_is_blocked_and_shown(monday, tmp_path):
    """2.2: 合格审核人不足，不得放行: blocked, nobody's inbox has it, and the case's page says why."""
    appoint(monday, "xianban", "COUNTY_TRACKER", "甲县")
    hazard = barred_head(monday)
    bring(monday, hazard, "town_review", name_tracker={"tracker": str(monday.person("xianban"))})
    task = review(monday, hazard)
    assert "没有可上转的岗位" in task.blocked
    with pytest.raises(LookupError):
        monday.do(hazard, "town_review")
    config = Config(home=tmp_path, database_url=monday.database.url, secret_key="for tests " * 4)
    app = create_app(config, monday.database, monday.rules)
    app.test_client_class = Inspector
    browser = app.test_client()
    browser.sign_in("banshi1")
    page = browser.get(f"/hazards/{hazard}").text
    assert "受阻" in page
    assert "没有可上转的岗位" in page
