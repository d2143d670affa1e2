"""Extensions (P08, INV-9): the only way a deadline changes, and everything that waits for it follows."""

from datetime import date

import pytest
from sqlalchemy import select

from tests.scenarios.ways import bring, found, kinds, refused, state, waiting
from workflows import campaigns, clock, extensions, hazards
from workflows.engine import beginnings
from workflows.engine.worklist import Timer
from workflows.errors import Conflict, Forbidden, Invalid, NotFound

ASK = {
    "until_on": "2026-04-20",
    "reason": "设备定制周期较长，到货延后。",
    "progress": "已完成拆除和基础施工。",
    "safety_measures": "停用该区域并设专人值守，每两小时巡查一次。",
}
AGREE, REFUSE = {"decision": "agree", "opinion": "情况属实，同意。"}, {"decision": "refuse", "opinion": "理由不足。"}


@pytest.fixture
def hazard(monday):
    """A hazard under time-limited rectification, due on 2026-03-31."""
    return bring(monday, found(monday), "rectify", issue_rectify={"due_date": "2026-03-31"})


def decide(town, hazard, *answers):
    """Answer one step of the decision after the other."""
    for answer in answers:
        element = next(each for each in waiting(town, hazard) if each.endswith(("_opinion", "_decision")))
        town.do(hazard, element, **answer)


def due(town, hazard):
    """The due days of the open rectification and of the next reminder."""
    with town.database.reading() as session:
        reminder = session.scalars(select(Timer.due_at).where(Timer.element_id == "wait_reminder")).one()
    rectify = next(task for task in town.open_tasks(hazard) if task.element_id == "rectify")
    return clock.local(rectify.due_at).date(), clock.local(reminder).date()


def test_a_granted_extension_moves_every_term_and_keeps_the_old_one(monday, hazard):
    """P08: the enterprise asks, lead, station, office and deputy agree; task, reminder and deadline follow; INV-9."""
    before = due(monday, hazard)
    monday.begin(hazard, "extension", "changzhang", **ASK)
    assert due(monday, hazard) == before
    decide(monday, hazard, AGREE, AGREE, AGREE, AGREE)
    after, thing = due(monday, hazard), state(monday, hazard)
    assert (before[0], after[0]) == (date(2026, 4, 1), date(2026, 4, 21))  # 24:00 of the last day is 0:00 of the next
    assert after[1] == date(2026, 4, 13) > before[1]
    assert (thing.due_on, thing.extension_count) == (date(2026, 4, 20), 1)
    with monday.database.reading() as session:
        assert [clock.on(row.due_at).isoformat() for row in hazards.deadlines(session, thing)] == ["2026-04-01", "2026-04-21"]
    assert kinds(monday, hazard).count("extension_granted") == 1


def test_a_refusal_keeps_the_deadline_and_another_may_be_asked_for(monday, hazard):
    """P08: the old deadline stands until one is granted."""
    before = due(monday, hazard)
    monday.begin(hazard, "extension", "baocun", **ASK)  # the lead himself: nobody asks him again
    assert "lead_opinion" not in waiting(monday, hazard)
    decide(monday, hazard, AGREE, REFUSE)
    assert due(monday, hazard) == before
    assert state(monday, hazard).extension_count == 0
    monday.begin(hazard, "extension", "changzhang", **ASK)
    with monday.database.reading() as session:
        assert [row.state for row in extensions.of(session, state(monday, hazard))] == ["REFUSED", "ASKED"]


def test_only_one_runs_at_a_time_and_only_one_is_granted(monday, hazard):
    """P08: at most one by the local parameter; two applications side by side are refused with a sentence."""
    monday.begin(hazard, "extension", "changzhang", **ASK)
    refused(Conflict, "正在办理", monday.begin, hazard, "extension", "changzhang", **ASK)
    decide(monday, hazard, AGREE, AGREE, AGREE, AGREE)
    refused(Conflict, "最多 1 次", monday.begin, hazard, "extension", "changzhang", **{**ASK, "until_on": "2026-04-22"})


@pytest.mark.parametrize(
    ("at", "word", "change"),
    [
        ("2026-03-25 09:00", "到期前 5 个工作日", {}),
        ("2026-04-02 09:00", "到期前 5 个工作日", {}),
        ("2026-03-10 09:00", "最晚到", {"until_on": "2026-06-30"}),
        ("2026-03-10 09:00", "要晚于", {"until_on": "2026-03-31"}),
        ("2026-03-10 09:00", "安全保障措施", {"safety_measures": ""}),
    ],
)
def test_what_is_too_late_too_long_or_unsafe_is_refused(monday, clock_at, hazard, at, word, change):
    """P08: five working days before the end; together at most as long as the first term; safety measures are required."""
    clock_at(at)
    refused((Conflict, Invalid), word, monday.begin, hazard, "extension", "changzhang", **{**ASK, **change})
    assert state(monday, hazard).due_on == date(2026, 3, 31)


def test_number_and_length_are_local_parameters(monday, hazard):
    """P08: both are the county's to set, from now on."""
    with monday.database.transaction() as session:
        told = {"by": monday.person("guanli"), "reason": "县里通知"}
        campaigns.set_param(session, "ZB2024", "extension_total", 0.5, **told)
        campaigns.set_param(session, "ZB2024", "extension_max", 2, **told)
    refused(Invalid, "50%", monday.begin, hazard, "extension", "changzhang", **ASK)
    for until_on in ("2026-04-07", "2026-04-14"):
        monday.begin(hazard, "extension", "changzhang", **{**ASK, "until_on": until_on})
        decide(monday, hazard, AGREE, AGREE, AGREE, AGREE)
    assert (state(monday, hazard).due_on, state(monday, hazard).extension_count) == (date(2026, 4, 14), 2)
    refused(Conflict, "最多 2 次", monday.begin, hazard, "extension", "changzhang", **{**ASK, "until_on": "2026-04-15"})


def test_nobody_extends_while_danger_is_immediate(monday):
    """P08: not before immediate danger is removed or production stopped."""
    danger = {"immediate_danger": True, "interim_measures": "已撤出人员并断电。"}
    hazard = bring(monday, found(monday, **danger), "rectify", issue_rectify={"due_date": "2026-03-31"})
    refused(Conflict, "紧急危险", monday.begin, hazard, "extension", "changzhang", **ASK)


def test_who_asked_does_not_decide_and_strangers_begin_nothing(monday, hazard):
    """Domain 2.2 in spirit: E1 and E2 are two persons. Whom the first task is not addressed to gets 404."""
    refused(NotFound, "", monday.begin, hazard, "extension", "zhifa1", **ASK)
    assert "extension" not in offered(monday, hazard, "zhifa1")
    assert "extension" in offered(monday, hazard, "changzhang")
    monday.begin(hazard, "extension", "changzhang", **ASK)
    assert "extension" not in offered(monday, hazard, "changzhang")
    decide(monday, hazard, AGREE, AGREE, AGREE)
    refused(Forbidden, "延期申请人", as_deciding, monday, hazard)


def as_deciding(town, hazard):
    """The applicant, appointed deputy head since, tries to decide."""
    from tests.scenarios.ways import appoint

    appoint(town, "changzhang", "GROUP_DEPUTY", "乙镇")
    town.do(hazard, "deputy_decision", "changzhang", **AGREE)


def offered(town, hazard, login):
    """The keys of what a person may begin about the hazard."""
    with town.database.reading() as session:
        from workflows import people

        caller = people.caller(session, town.person(login))
        return [each.key for each in beginnings.offered(session, town.rules, hazards.get(session, hazard).ref, caller)]


def test_finished_meanwhile_it_can_only_be_refused(monday, hazard):
    """P08: only while under rectification."""
    monday.begin(hazard, "extension", "changzhang", **ASK)
    decide(monday, hazard, AGREE, AGREE, AGREE)
    monday.do(hazard, "rectify")
    refused(Conflict, "不用再批延期", monday.do, hazard, "deputy_decision", **AGREE)
    monday.do(hazard, "deputy_decision", **REFUSE)
    assert state(monday, hazard).due_on == date(2026, 3, 31)
