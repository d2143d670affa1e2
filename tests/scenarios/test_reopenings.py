"""Reopening (domain 3.4, AC-17): the same number, a new round, the old signature kept and out of force."""

from datetime import date

import pytest
from sqlalchemy import true

from tests.scenarios.ways import appoint, bring, close, count, feed_back, found, kinds, refused, state, waiting
from workflows import clock, closures, daily, duties, facts, hazards, people, thursdays
from workflows.engine import history, instances
from workflows.errors import Conflict, Forbidden, Invalid

AGREE, REFUSE = {"decision": "agree", "opinion": "情况属实，同意。"}, {"decision": "refuse", "opinion": "现场没有反弹。"}


def asked(town, **change):
    """An application as it is usually written."""
    usual = {
        "kind": "FAILED",
        "reason": "回头看复查，安全出口又上了锁，通道重新堆货。",
        "false_rectification": False,
        "photos": [town.photo("again")],
    }
    return {**usual, **change}


def reopen(town, hazard, login="zhanzhang", **change):
    """Asked for by the station, granted by the deputy head."""
    town.begin(hazard, "reopening", login, **asked(town, **change))
    element = "leader_decision" if change.get("kind") == "REVOKED" else "deputy_decision"
    town.do(hazard, element, **AGREE)
    return state(town, hazard)


def test_what_was_counted_stays_counted_until_the_day_it_is_opened_again(monday, clock_at):
    """AC-17: closed 2 of 3, then one falls back: before 2 and 1 open, after 1 and 2; the total stays; INV-12 as of any day."""
    first, second = close(monday, found(monday)), close(monday, found(monday))
    bring(monday, found(monday), "rectify")
    before, number = clock.now(), first.hazard_no
    clock_at("2026-03-04 09:00")
    reopened = reopen(monday, first.id, false_rectification=True)
    then, now = count(monday, as_of=before), count(monday)
    assert (then.total.found, then.total.closed, then.open) == (3, 2, 1)
    assert (now.total.found, now.total.closed, now.open) == (3, 1, 2)
    assert count(monday, as_of=clock.now()).items == now.items
    assert (reopened.hazard_no, reopened.status, reopened.closed_at, reopened.reopened_count) == (number, "RECTIFYING", None, 1)
    assert reopened.false_rectification
    assert state(monday, second.id).status == "ARCHIVED"


def test_the_old_signature_stays_and_is_out_of_force(monday):
    """INV-4: nothing is deleted; the reduction and the correction can be asked for, each a dated fact with its reason."""
    hazard = reopen(monday, close(monday, found(monday)).id)
    with monday.database.reading() as session:
        thing = hazards.get(session, hazard.id)
        assert [row.stage for row in closures.revoked(session, thing)] == ["SIGN"]
        assert [row.stage for row in closures.of(session, thing)] == ["APPLY", "TOWN", "TRACKER", "SIGN"]
        for kind in ("REOPENED", "TO_CORRECT"):
            assert facts.find_last(session, thing.id, kind).line.body["reason"] == asked(monday)["reason"]
        assert history.verify(session, thing.ref) == []
        assert facts.faults(session) == []
    assert "signature_revoked" in kinds(monday, hazard.id)


def test_the_loop_runs_again_from_the_two_handovers_to_the_archive(monday, clock_at):
    """Domain 3.4: nothing of the first round counts in the second, not its handovers, plan, finish or verification."""
    first = close(monday, found(monday))
    clock_at("2026-04-13 09:00")
    reopen(monday, first.id)
    assert waiting(monday, first.id) == ["issue_rectify", "issue_track"]
    bring(monday, first.id, "rectify")
    refused(Conflict, "还没有完工报告", lambda: _verb(monday, first.id, closures.close_hazard))
    again = close(monday, first.id)
    assert (again.status, again.hazard_no, again.reopened_count) == ("ARCHIVED", first.hazard_no, 1)
    assert again.closed_at > first.closed_at
    with monday.database.reading() as session:
        thing = hazards.get(session, first.id)
        assert [name for _, name in instances.of(session, thing.ref)] == ["重大事故隐患闭环", "重新打开", "重大事故隐患闭环"]
        assert len(hazards.deadlines(session, thing)) == 2
    assert count(monday).total.closed == 1


def _verb(town, hazard, verb):
    """A service step called past every diagram."""
    from workflows.engine import Cause

    with town.database.transaction() as session:
        verb(session, hazards.get(session, hazard), cause=Cause(("task", 0), clock.now()))


def reported_and_closed(town, clock_at):
    """A hazard of which the week of 2026-03-05 was reported before it was closed."""
    hazard = bring(town, found(town), "rectify")
    clock_at("2026-03-04 09:00")
    town.sweep()
    assert feed_back(town, hazard) > 0
    return close(town, hazard)


def test_weeks_in_which_it_was_closed_owe_no_report(monday, clock_at):
    """⑦ counts from the new handover, in the sheets as in the verb; a report that is owed again keeps the application back."""
    hazard = reported_and_closed(monday, clock_at)
    clock_at("2026-04-13 09:00")
    reopen(monday, hazard.id)
    bring(monday, hazard.id, "rectify")
    monday.sweep()
    assert sheet_weeks(monday, hazard.id) == {date(2026, 4, 16)}  # this week's, and none of the five before
    assert feed_back(monday, hazard.id) == 1
    clock_at("2026-04-20 09:00")
    monday.sweep()
    assert feed_back(monday, hazard.id) == 1


def sheet_weeks(town, hazard):
    """The weeks that stand for a hazard in the sheets of those who report."""
    persons = {task.assignee_id for task in town.open_tasks(hazard) if task.element_id.startswith("feedback")}
    with town.database.reading() as session:
        return {line.week_on for id in persons for line in thursdays.lines(session, people.caller(session, id))}


def test_until_it_is_handed_over_again_no_report_is_missed(monday, clock_at):
    """⑦: the diagram asks for none, so none is counted, urged or reported to the county as 漏报."""
    hazard = reported_and_closed(monday, clock_at)
    clock_at("2026-04-13 09:00")
    reopen(monday, hazard.id)
    assert waiting(monday, hazard.id) == ["issue_rectify", "issue_track"]
    clock_at("2026-04-17 00:40")
    with monday.database.reading() as session:
        assert thursdays.owed(session, date(2026, 4, 16), true()) == []
    assert daily.urge_what_is_late(monday.database) == 0


def test_who_verified_a_faked_one_does_not_verify_again(monday):
    """Domain 2.2: V, A and T begin anew with each round; the verifiers of a faked rectification are out for good."""
    hazard = close(monday, found(monday))
    with monday.database.reading() as session:
        before = duties.of(session, hazards.get(session, hazard.id), "V")
    reopen(monday, hazard.id, false_rectification=True)
    bring(monday, hazard.id, "verify")
    with monday.database.reading() as session:
        thing = hazards.get(session, hazard.id)
        assert all(duties.forbidden(session, thing, "V", person) for person in before)
        assert duties.forbidden(session, thing, "T", monday.person("zhuren")) is None


def test_who_asks_does_not_decide_and_a_signature_is_taken_back_by_the_leader(monday):
    hazard = close(monday, found(monday)).id
    monday.begin(hazard, "reopening", "zhifa1", **asked(monday))
    appoint(monday, "zhifa1", "GROUP_DEPUTY", "乙镇")
    refused(Forbidden, "重新打开申请人", monday.do, hazard, "deputy_decision", "zhifa1", **AGREE)
    monday.do(hazard, "deputy_decision", "zhuren", **REFUSE)
    assert state(monday, hazard).status == "ARCHIVED"
    monday.begin(hazard, "reopening", "xianban", **asked(monday, kind="REVOKED"))
    assert waiting(monday, hazard) == ["leader_decision"]
    monday.do(hazard, "leader_decision", "fuxianzhang", **AGREE)
    assert state(monday, hazard).reopened_count == 1


def test_opened_again_while_its_disclosure_was_drafted_the_draft_falls(monday):
    """After CLOSED as well as after ARCHIVED; nothing of the old loop is left open, and nothing was public that needs correcting."""
    hazard = bring(monday, found(monday), "draft_disclosure")
    reopen(monday, hazard)
    assert waiting(monday, hazard) == ["issue_rectify", "issue_track"]
    assert "TO_CORRECT" not in kinds(monday, hazard)


@pytest.mark.parametrize(
    ("field", "change"),
    [("kind", {"kind": ""}), ("reason", {"reason": "锁"}), ("photos", {"photos": []}), ("false_rectification", {"false_rectification": None})],
)
def test_what_an_application_lacks_is_said_at_its_field(monday, field, change):
    hazard = bring(monday, found(monday), "draft_disclosure")
    fault = refused(Invalid, "", monday.begin, hazard, "reopening", "zhanzhang", **asked(monday, **change))
    assert list(fault.fields) == [field]


def test_what_is_in_hand_needs_no_reopening(monday):
    hazard = bring(monday, found(monday), "rectify")
    refused(Conflict, "只有已销号的", monday.begin, hazard, "reopening", "zhanzhang", **asked(monday))
