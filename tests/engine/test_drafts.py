"""Drafts: who may do what with one, and what becomes of it."""

import pytest

from tests.engine import toy
from workflows.engine import Subject, definitions, history
from workflows.errors import Conflict, Forbidden, Invalid

DESIGNER, COLLEAGUE, PUBLISHER = 1, 2, 3
MORE = toy.ONE_TASK.replace('name="a"', 'name="甲办"').encode()


@pytest.fixture
def session(database):
    with database.session(writes=True) as session:
        yield session


@pytest.fixture
def base(session):
    return definitions.deploy(session, toy.KNOWN, toy.ONE_TASK.encode(), toy.FORMS)


@pytest.fixture
def mine(session, base):
    return definitions.begin(session, base, by=DESIGNER)


def save(session, mine, diagram=MORE, *, by=DESIGNER, revision=None, **changed):
    given = {"forms": mine.forms, "name": "草稿", "note": "说明", **changed}
    return definitions.save(session, mine, by=by, revision=revision or mine.revision, diagram=diagram, **given)


def kinds(session, draft):
    return [line.kind for line in definitions.life_of(session, draft)]


def test_a_draft_becomes_the_next_version(session, mine):
    save(session, mine)
    definitions.hand_in(session, mine, toy.KNOWN, by=DESIGNER)
    made = definitions.approve(session, mine, toy.KNOWN, by=PUBLISHER)
    assert (made.version, made.xml, made.deployed_by) == (2, MORE.decode(), PUBLISHER)
    assert (mine.state, mine.definition_id) == ("PUBLISHED", made.id)
    assert kinds(session, mine) == ["draft_begun", "draft_handed_in", "draft_published"]
    deployed = history.lines(session, Subject("definition", made.id))[-1]
    assert (deployed.by, deployed.body["designers"], deployed.body["sha256"]) == (PUBLISHER, [DESIGNER], made.sha256)
    assert history.verify(session) == []


def test_an_older_version_is_published_again_by_the_same_way(session, base, mine):
    save(session, mine)
    definitions.hand_in(session, mine, toy.KNOWN, by=DESIGNER)
    definitions.approve(session, mine, toy.KNOWN, by=PUBLISHER)
    back = definitions.begin(session, base, by=DESIGNER)
    definitions.hand_in(session, back, toy.KNOWN, by=DESIGNER)
    made = definitions.approve(session, back, toy.KNOWN, by=PUBLISHER)
    assert (made.version, made.sha256) == (3, base.sha256)


def test_nobody_publishes_what_he_has_designed(session, mine):
    save(session, mine)
    definitions.take_over(session, mine, by=COLLEAGUE)
    definitions.hand_in(session, mine, toy.KNOWN, by=COLLEAGUE)
    for one in (DESIGNER, COLLEAGUE):
        with pytest.raises(Forbidden, match="职责分离"):
            definitions.approve(session, mine, toy.KNOWN, by=one)
        with pytest.raises(Forbidden, match="职责分离"):
            definitions.send_back(session, mine, by=one, reason="不行")


def test_a_draft_belongs_to_one_designer(session, mine):
    for act in (
        lambda: save(session, mine, by=COLLEAGUE),
        lambda: definitions.hand_in(session, mine, toy.KNOWN, by=COLLEAGUE),
        lambda: definitions.discard(session, mine, by=COLLEAGUE),
    ):
        with pytest.raises(Forbidden, match="只能查看"):
            act()
    definitions.take_over(session, mine, by=COLLEAGUE)
    save(session, mine, by=COLLEAGUE)
    with pytest.raises(Forbidden):
        save(session, mine)


def test_a_stale_save_overwrites_nothing(session, mine):
    save(session, mine)
    with pytest.raises(Conflict, match="另一个窗口"):
        save(session, mine, toy.ONE_TASK.encode(), revision=1)
    assert mine.xml == MORE.decode()


@pytest.mark.parametrize(
    "hostile", [b"", b"<a/>", b"no xml", b'<!DOCTYPE a [<!ENTITY b "c">]>' + MORE[38:], MORE + b" " * 2_000_001]
)
def test_what_is_no_diagram_leaves_the_draft_as_it_was(session, mine, hostile):
    save(session, mine)
    with pytest.raises(Invalid):
        save(session, mine, hostile)
    assert (mine.xml, mine.revision) == (MORE.decode(), 2)


def test_forms_that_are_too_large_are_not_kept(session, mine):
    with pytest.raises(Invalid, match="过大"):
        save(session, mine, forms={"note": {"properties": {"a": {"title": "x" * 1_000_001}}}})
    with pytest.raises(Invalid, match="写法有误"):
        save(session, mine, forms={"note": {"properties": {"a": "x"}}})
    assert mine.forms == {"note": toy.FORMS["note"]}


def test_a_broken_draft_is_kept_but_not_handed_in(session, mine):
    save(session, mine, MORE.replace(b'sourceRef="a"', b'sourceRef="nowhere"'))
    assert any(each.severity == "error" for each in definitions.findings(mine, toy.KNOWN))
    with pytest.raises(definitions.Rejected):
        definitions.hand_in(session, mine, toy.KNOWN, by=DESIGNER)
    assert mine.state == "DRAFT"


def test_a_draft_keeps_its_key(session, mine):
    save(session, mine, MORE.replace(b'id="toy"', b'id="other"'))
    with pytest.raises(definitions.Rejected, match="编号改回"):
        definitions.hand_in(session, mine, toy.KNOWN, by=DESIGNER)


def test_a_draft_without_a_change_is_not_handed_in(session, mine):
    with pytest.raises(Invalid, match="完全相同"):
        definitions.hand_in(session, mine, toy.KNOWN, by=DESIGNER)


def test_what_is_handed_in_rests_until_it_is_decided(session, mine):
    save(session, mine)
    definitions.hand_in(session, mine, toy.KNOWN, by=DESIGNER)
    for act in (
        lambda: save(session, mine),
        lambda: definitions.discard(session, mine, by=DESIGNER),
        lambda: definitions.take_over(session, mine, by=COLLEAGUE),
        lambda: definitions.hand_in(session, mine, toy.KNOWN, by=DESIGNER),
    ):
        with pytest.raises(Conflict, match="待发布审批"):
            act()
    with pytest.raises(Invalid, match="原因"):
        definitions.send_back(session, mine, by=PUBLISHER, reason=" ")
    definitions.send_back(session, mine, by=PUBLISHER, reason="少一次验收")
    assert (mine.state, mine.reason) == ("RETURNED", "少一次验收")
    with pytest.raises(Conflict):
        definitions.approve(session, mine, toy.KNOWN, by=PUBLISHER)
    save(session, mine, toy.REWORK.encode(), forms=toy.FORMS)
    definitions.hand_in(session, mine, toy.KNOWN, by=DESIGNER)
    assert definitions.approve(session, mine, toy.KNOWN, by=PUBLISHER).version == 2


def test_a_discarded_draft_stays_in_the_record(session, mine):
    definitions.discard(session, mine, by=DESIGNER)
    assert definitions.drafts(session, "DRAFT", "RETURNED", "HANDED_IN") == []
    assert kinds(session, mine) == ["draft_begun", "draft_discarded"]
