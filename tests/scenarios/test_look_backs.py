"""Look-backs (P10, AC-17): a reproducible sample of what was closed, looked at by somebody else; what rebounds is opened again."""

from datetime import date
from hashlib import sha256

import pytest
from sqlalchemy import select

from tests.scenarios.ways import bring, close, count, found, kinds, refused, state, waiting
from workflows import campaigns, daily, duties, hazards, look_backs, people
from workflows.engine import Cause, history, instances, tasks
from workflows.errors import Conflict, Forbidden, Invalid
from workflows.look_backs import Draw, LookBack

DRAWN, LOOKED = "2026-04-30 00:50", "2026-05-06 10:00"
AGREE = {"decision": "agree", "opinion": "情况属实，同意。"}


def seen(town, **change):
    """What one finds when it has held."""
    photos = [town.photo("look", number) for number in (1, 2)]
    return {"onsite_at": "2026-05-06T09:30:00+08:00", "result": "HELD", "finding": "安全出口畅通，通道无堆物。", "photos": photos, **change}


def draws(town):
    with town.database.reading() as session:
        return list(session.scalars(select(Draw).order_by(Draw.id)))


def rows(town):
    with town.database.reading() as session:
        return list(session.scalars(select(LookBack).order_by(LookBack.id)))


@pytest.fixture
def one(monday, clock_at):
    """A hazard closed on 2026-03-02 and drawn; it is the day of the look-back."""
    hazard = close(monday, found(monday)).id
    clock_at(DRAWN)
    assert daily.draw_look_backs(monday.database) == 1
    clock_at(LOOKED)
    return hazard


def verifiers(town, hazard):
    """Who verified it."""
    with town.database.reading() as session:
        return duties.of(session, hazards.get(session, hazard), "V")


def free(town, hazard):
    """An enforcer who did not."""
    borne = verifiers(town, hazard)
    return next(login for login in ("zhifa1", "zhifa2", "zhifa3") if town.person(login) not in borne)


def test_anybody_can_draw_again_and_gets_the_same():
    """SHA-256 of “seed:number”, the smallest first, a fifth rounded up: nothing of ours is needed to check it."""
    numbers = [f"999901101-ZB2024-2026-{number:05d}" for number in range(1, 12)]
    by_hand = sorted(numbers, key=lambda number: sha256(b"c0ffee:" + number.encode()).hexdigest())[:3]
    assert look_backs.drawn("c0ffee", reversed(numbers), 0.2) == sorted(by_hand)
    assert len(look_backs.drawn("c0ffee", numbers[:10], 0.2)) == 2  # 0.2 is no binary fraction; still not three
    assert look_backs.drawn("c0ffee", numbers, 1.0) == numbers
    assert look_backs.drawn("c0ffee", [], 0.2) == []
    assert look_backs.drawn("other", numbers, 0.2) != sorted(by_hand)


def test_a_month_is_drawn_once_when_its_youngest_closure_is_old_enough(monday, clock_at):
    """30–90 days: March is drawn on 04-30, due 90 days after each closure; a second run and later days draw nothing."""
    closed = [close(monday, found(monday)) for _ in range(2)]
    bring(monday, found(monday), "rectify")
    clock_at("2026-04-29 23:59")
    assert daily.draw_look_backs(monday.database) == 0
    clock_at(DRAWN)
    assert [daily.draw_look_backs(monday.database) for _ in range(2)] == [1, 0]
    (draw,) = draws(monday)
    assert draw.candidates == sorted(hazard.hazard_no for hazard in closed)
    assert draw.drawn == look_backs.drawn(draw.seed, draw.candidates, 0.2)
    (row,) = rows(monday)
    with monday.database.reading() as session:
        (task,) = [each for each in tasks.open_of(session, state(monday, row.hazard_id).ref) if each.element_id == "look"]
        posts = {(people.get_unit(session, post.unit_id).name, post.role) for post in tasks.posts_of(session, task)}
    station = {("乙镇应急消防站", role) for role in ("ENFORCER", "STATION_HEAD", "STATION_STAFF")}
    assert posts == {("乙镇", "ENFORCER"), *station}
    assert (row.due_on, row.state) == (date(2026, 5, 31), "DRAWN")
    assert "look" in waiting(monday, row.hazard_id)
    with monday.database.reading() as session:
        assert [line.body["seed"] for line in history.lines(session, draw.ref)] == [draw.seed]
        assert look_backs.faults(session) == []
    with monday.database.transaction() as session:  # somebody adds a name to all that the row says, and draws anew
        changed = session.get(Draw, draw.id)
        changed.candidates = [*draw.candidates, "999901101-ZB2024-2026-09999"]
        changed.drawn = look_backs.drawn(draw.seed, changed.candidates, 0.2)
        assert look_backs.is_true(changed)
        assert len(look_backs.faults(session)) == 1
        changed.candidates = draw.candidates
    with monday.database.transaction() as session:  # somebody exchanges the name that was drawn
        session.get(Draw, draw.id).drawn = [number for number in draw.candidates if number not in draw.drawn][:1]
    with monday.database.reading() as session:
        assert "结果不一致" in look_backs.faults(session)[0]


def test_the_share_is_a_parameter_of_the_campaign_and_old_months_are_left(monday, clock_at):
    for _ in range(2):
        close(monday, found(monday))
    with monday.database.transaction() as session:
        campaigns.set_param(session, "ZB2024", "postclose_sample", 1.0, by=monday.person("guanli"), reason="本季度全部复查。")
    clock_at("2026-06-30 00:50")
    assert daily.draw_look_backs(monday.database) == 0  # 90 days after the last of March are past
    clock_at("2026-06-20 00:50")
    assert daily.draw_look_backs(monday.database) == 2


def test_what_held_is_written_down(monday, one):
    looker = free(monday, one)
    monday.do(one, "look", looker, **seen(monday))
    (row,) = rows(monday)
    assert (row.state, row.by, waiting(monday, one)) == ("HELD", monday.person(looker), [])
    assert state(monday, one).status == "ARCHIVED"
    assert kinds(monday, one).count("looked_back") == 1
    with monday.database.reading() as session:
        assert instances.find(session, state(monday, one).ref, "look_back").ended_how == "completed"


def test_who_verified_or_rectified_does_not_look(monday, one):
    """主查人≠原主验人，至少一人未参加原验收: one who did neither satisfies both."""
    with monday.database.reading() as session:
        verifier = people.get(session, verifiers(monday, one)[0]).login
    refused(Forbidden, "已是这件隐患的验收人", monday.do, one, "look", verifier, **seen(monday))


LACKING = {
    "result": {"result": ""},
    "finding": {"finding": "好"},
    "photos": {"photos": []},
    "onsite_at": {"onsite_at": "2026-03-31T09:00:00+08:00"},  # the 29th day after the closure
    "false_rectification": {"result": "REBOUND"},
}


def test_what_a_look_back_lacks_is_said_at_its_field(monday, one):
    for field, change in LACKING.items():
        fault = refused(Invalid, "", monday.do, one, "look", free(monday, one), **seen(monday, **change))
        assert list(fault.fields) == [field]
    assert [row.state for row in rows(monday)] == ["DRAWN"]


def test_a_rebound_is_opened_again_by_the_existing_way(monday, clock_at):
    """AC-17: closed 2, open 1; one rebounds: closed 1, open 2, the total stays, the old signature is out of force, and the
    verifiers of a faked rectification never verify it again."""
    closed = [close(monday, found(monday)).id for _ in range(2)]
    bring(monday, found(monday), "rectify")
    clock_at(DRAWN)
    daily.draw_look_backs(monday.database)
    clock_at(LOOKED)
    (row,) = rows(monday)
    looker, before = free(monday, row.hazard_id), verifiers(monday, row.hazard_id)
    told = seen(monday, result="REBOUND", finding="安全出口又上锁，通道重新堆货。", false_rectification=True)
    monday.do(row.hazard_id, "look", looker, **told)
    assert waiting(monday, row.hazard_id) == ["deputy_decision"]
    assert "inquiry_suggested" in kinds(monday, row.hazard_id)
    monday.do(row.hazard_id, "deputy_decision", **AGREE)
    stood, now = state(monday, row.hazard_id), count(monday)
    assert (stood.status, stood.false_rectification, stood.reopened_count) == ("RECTIFYING", True, 1)
    assert (now.total.found, now.total.closed, now.open) == (3, 1, 2)
    assert row.hazard_id in closed
    with monday.database.reading() as session:
        thing = hazards.get(session, row.hazard_id)
        assert all(duties.forbidden(session, thing, "V", person) for person in before)
        assert history.verify(session, thing.ref) == []


def test_opened_again_by_another_way_it_is_looked_at_no_more(monday, one):
    told = {"kind": "TIPOFF", "reason": "举报属实，安全出口又上了锁。", "false_rectification": False, "photos": [monday.photo("tip")]}
    monday.begin(one, "reopening", "zhanzhang", **told)
    monday.do(one, "deputy_decision", **AGREE)
    assert [row.state for row in rows(monday)] == ["DROPPED"]
    assert "look" not in waiting(monday, one)
    refused(Conflict, "没有待办的回头看", _verb, monday, one)


def _verb(town, hazard):
    """The verb called past every diagram."""
    with town.database.transaction() as session:
        call = {"by": town.person("zhifa3"), "on_behalf_of": None, "task": Cause, "data": {}}
        look_backs.look_back(session, hazards.get(session, hazard), **call)
