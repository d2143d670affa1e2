"""Listed supervision (P06, M031): counted beside the sources, public, and taken off once the hazard is signed off."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.scenarios.test_voidings import void
from tests.scenarios.ways import GAS, appoint, bring, count, found, kinds, refused, state, waiting
from workflows import clock, facts, hazards, listings, people, petitions, photos
from workflows.engine import Cause, history, instances, tasks
from workflows.errors import Conflict, Forbidden, Invalid, NotFound

AGREE, REFUSE = {"decision": "agree", "opinion": "情况属实，同意。"}, {"decision": "refuse", "opinion": "尚不需要挂牌。"}
WEB = {"channels": ["web"]}
TAKEN_OFF = {"reason": "已整改完毕，经验收合格、县签字销号。", "public_text": "乙镇木家具厂重大事故隐患已治理完成，解除挂牌督办。"}


def asked(town, hazard, **change):
    """An application as it is usually written."""
    with town.database.reading() as session:
        supervisor = town.options(session, "county_depts", hazards.get(session, hazard))[0]
    usual = {
        "ground": "OTHER",
        "reason": "人员密集，整改难度大，需县里督办。",
        "supervisor": supervisor,
        "until_on": (clock.today() + timedelta(days=90)).isoformat(),
        "requirements": "每周到现场一次，督促按期完成。",
        "public_text": "乙镇木家具厂安全出口上锁，由县应急管理局挂牌督办。",
    }
    return {**usual, **change}


def list_it(town, hazard, login="banshi1", **change):
    """Proposed by the town's office, looked at by the department, decided by the county leader, made public."""
    town.begin(hazard, "listing", login, **asked(town, hazard, **change))
    for element in ("dept_opinion", "leader_decision"):
        if element in waiting(town, hazard):
            town.do(hazard, element, **AGREE)
    return state(town, hazard)


@pytest.fixture
def hazard(monday):
    """A hazard under rectification."""
    return bring(monday, found(monday), "rectify")


def test_a_plate_counts_beside_the_sources_and_moves_nothing_else(monday, hazard):
    """M031: A9 is one more, the total stays; number, source and deadline stay (P06, INV-9)."""
    before, then = state(monday, hazard), count(monday)
    after = list_it(monday, hazard)
    now = count(monday)
    assert (then.items["A9"], now.items["A9"]) == (0, 1)
    assert (then.total, then.items["A3"]) == (now.total, now.items["A3"])
    assert after.listed_supervision
    assert [(each.hazard_no, each.source, each.due_at, each.status) for each in (before, after)][0] == (
        after.hazard_no,
        after.source,
        after.due_at,
        after.status,
    )
    assert count(monday, as_of=clock.now()).items == now.items


def test_the_plate_comes_off_after_the_signature_and_stays_counted(monday, hazard):
    """P06: 销号后摘牌, each made public within its term; A9 and A10 keep it."""
    bring(monday, hazard, "sign")
    list_it(monday, hazard)
    refused(Conflict, "县签字销号以后", monday.begin, hazard, "unlisting", "xianban", **TAKEN_OFF)
    monday.do(hazard, "sign")
    monday.do(hazard, "publish_listing", **WEB)  # not decided is what falls with the signature; this was
    monday.begin(hazard, "unlisting", "xianban", **TAKEN_OFF)
    monday.do(hazard, "leader_decision", **AGREE)
    monday.do(hazard, "publish_unlisting", **WEB)
    assert not state(monday, hazard).listed_supervision
    assert [count(monday).items[code] for code in ("A9", "A10")] == [1, 1]
    told = [kind for kind in kinds(monday, hazard) if "list" in kind.lower()]
    listed = ["listing_asked", "listing_reviewed", "listing_reviewed", "LISTED", "listing_granted", "listing_published"]
    assert told == [*listed, "unlisting_asked", "unlisting_reviewed", "UNLISTED", "unlisting_granted", "unlisting_published"]
    with monday.database.reading() as session:
        assert history.verify(session, hazards.get(session, hazard).ref) == []
        assert facts.faults(session) == []


def test_what_the_county_asks_for_goes_to_its_leader_at_once(monday, hazard):
    """P06: 或县直接决定; nobody decides on what he asked for himself."""
    monday.begin(hazard, "listing", "yingji", **asked(monday, hazard))
    assert "leader_decision" in waiting(monday, hazard)
    assert "dept_opinion" not in waiting(monday, hazard)


def test_the_leader_may_refuse_and_it_may_be_asked_for_again(monday, hazard):
    """Nothing changes; a plate is not put on twice."""
    monday.begin(hazard, "listing", "yingji", **asked(monday, hazard))
    monday.do(hazard, "leader_decision", **REFUSE)
    assert not state(monday, hazard).listed_supervision
    list_it(monday, hazard)
    monday.do(hazard, "publish_listing", **WEB)
    refused(Conflict, "正在办理", monday.begin, hazard, "listing", "yingji", **asked(monday, hazard))
    assert "已经挂牌" in listings.listing_fault(state(monday, hazard))  # and whatever the diagram says


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"ground": "OVERDUE"}, "还没有到“令”级"),
        ({"ground": "FAILED"}, "没有两次以上"),
        ({"ground": "STOPPED"}, "还没有责令"),
        ({"until_on": "2026-03-02"}, "要晚于今天"),
        ({"until_on": "2027-03-03"}, "最长 365 日"),
        ({"supervisor": "1000"}, "督办单位"),
        ({"public_text": "联系人电话 13800138000，详情可以询问。"}, "手机号"),
        ({"requirements": ""}, "督办要求"),
    ],
)
def test_what_is_wrong_is_said_and_begins_nothing(monday, hazard, change, word):
    refused(Invalid, word, monday.begin, hazard, "listing", "banshi1", **asked(monday, hazard, **change))
    assert "dept_opinion" not in waiting(monday, hazard)


def test_only_the_county_leader_puts_it_on_whatever_the_diagram_says(monday, hazard):
    """The guard stands in the domain (domain 3.3). Signed off meanwhile, the application falls."""
    bring(monday, hazard, "sign")
    monday.begin(hazard, "listing", "banshi1", **asked(monday, hazard))
    with monday.database.transaction() as session:
        thing = hazards.get(session, hazard)
        refused(Conflict, "还没有经县政府分管领导同意", listings.list_hazard, session, thing, cause=Cause(("task", 0), clock.now()))
    monday.do(hazard, "dept_opinion", **AGREE)
    monday.do(hazard, "sign")
    assert "leader_decision" not in waiting(monday, hazard)
    assert not state(monday, hazard).listed_supervision


def test_a_voiding_ends_what_is_asked_for(monday, hazard):
    """核减 cancels an application under way; of what was listed and voided the plate may come off."""
    monday.begin(hazard, "listing", "banshi1", **asked(monday, hazard))
    assert void(monday, hazard).status == "VOIDED"
    assert waiting(monday, hazard) == []
    with monday.database.reading() as session:
        rows = petitions.of(session, listings.Listing, hazards.get(session, hazard))
        assert [row.state for row in rows] == ["CANCELLED"]


def test_who_asks_does_not_decide(monday, hazard):
    """L1 and L2 are two persons, whatever posts one holds."""
    monday.begin(hazard, "listing", "banshi1", **asked(monday, hazard))
    appoint(monday, "banshi1", "COUNTY_DEPT", "甲县应急管理局")
    refused(Forbidden, "挂牌申请人", monday.do, hazard, "dept_opinion", "banshi1", **AGREE)


def test_who_supervises_is_reminded_before_the_term_ends(monday, hazard, clock_at):
    """P06: five working days before the last day (remind_wd), in the inbox of the department that supervises, due that day 24:00."""
    list_it(monday, hazard, until_on="2026-06-30")
    monday.do(hazard, "publish_listing", **WEB)
    clock_at("2026-06-22 23:59")
    monday.sweep()
    assert "report_listing" not in waiting(monday, hazard)
    clock_at("2026-06-23 00:01")
    monday.sweep()
    (task,) = [each for each in monday.open_tasks(hazard) if each.element_id == "report_listing"]
    with monday.database.reading() as session:
        assert {person.login for person in people.holders(session, tasks.posts_of(session, task))} == {"yingji"}
    assert (task.due_at, task.due_source) == (clock.end_of(date(2026, 6, 30)), "挂牌督办通知书：督办期限")
    refused(Invalid, "督办情况", monday.do, hazard, "report_listing", situation="好")
    before = state(monday, hazard)
    monday.do(hazard, "report_listing", situation="已完成八成，月底前可以验收。")
    after = state(monday, hazard)
    assert (after.due_at, after.listed_supervision) == (before.due_at, True)
    assert [kind for kind in kinds(monday, hazard) if kind in ("listing_reminded", "listing_reported")] == ["listing_reminded", "listing_reported"]


def test_who_supervises_sees_the_case_and_its_photos_whatever_the_industry(monday):
    """The supervising department (督办单位) need not be the one that handles the industry; until it is named it sees nothing."""
    hazard = bring(monday, found(monday, at=GAS), "rectify")
    with monday.database.reading() as session:
        supervisor = people.find_unit_named(session, "甲县应急管理局")
        caller = people.caller(session, monday.person("yingji"))
        (photo,) = session.scalars(select(photos.PhotoUse.sha256).where(photos.PhotoUse.hazard_id == hazard).limit(1))
        refused(NotFound, "没有找到", hazards.get_for, session, caller, hazard)
        refused(NotFound, "没有找到", photos.get_for, session, caller, photo)
    list_it(monday, hazard, supervisor=str(supervisor.id))
    with monday.database.reading() as session:
        assert hazards.get_for(session, caller, hazard).id == hazard
        assert photos.get_for(session, caller, photo).sha256 == photo


def test_nobody_is_reminded_of_a_plate_that_came_off(monday, hazard, clock_at):
    """The unlisting ends what waits; a listing that was refused has no term at all."""
    bring(monday, hazard, "sign")
    list_it(monday, hazard, until_on="2026-06-30")
    monday.do(hazard, "sign")
    monday.do(hazard, "publish_listing", **WEB)
    monday.begin(hazard, "unlisting", "xianban", **TAKEN_OFF)
    monday.do(hazard, "leader_decision", **AGREE)
    with monday.database.reading() as session:
        ended = instances.find(session, hazards.get(session, hazard).ref, "listing").ended_how
    assert ended == "已摘牌，督办终止。"
    clock_at("2026-06-30 09:00")
    monday.sweep()
    assert "listing_reminded" not in kinds(monday, hazard)
