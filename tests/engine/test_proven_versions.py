"""No version without its proof: what is kept of it, and what keeps a diagram from becoming one."""

import hashlib

import pytest

from tests.engine import toy
from workflows.engine import Subject, definitions, examinations, history
from workflows.engine.definitions import rules
from workflows.errors import Invalid

DESIGNER = 1
STUCK = (
    toy.HEAD
    + '<bpmn:startEvent id="s"/>'
    + toy.user("a", form="verdict")
    + '<bpmn:exclusiveGateway id="g" name="行不行" default="g__j"/>'
    + toy.user("b")
    + '<bpmn:parallelGateway id="j" name="汇合"/><bpmn:endEvent id="e"/>'
    + toy.path("s", "a", "g")
    + toy.flow("g", "b", "ok == True")
    + toy.path("g", "j", "e")
    + toy.path("b", "j")
    + toy.FOOT
).encode()
"""s → a → (b or nothing) → a join that waits for both → e"""


@pytest.fixture
def session(database):
    with database.session(writes=True) as session:
        yield session


def test_a_version_keeps_its_proof_and_so_does_its_chain(session):
    xml = toy.REWORK.encode()
    made = definitions.deploy(session, toy.KNOWN, xml, toy.FORMS, by=DESIGNER, reason="不需要的理由")
    session.expire_all()
    kept = made.proof
    assert (kept["verdict"], kept["states"], kept["sha256"]) == ("proven", 3, hashlib.sha256(xml).hexdigest())
    assert kept["sentence"].startswith("已证明：走遍全部 3 个状态")
    assert "reason" not in kept
    assert history.lines(session, Subject("definition", made.id))[-1].body["proof"] == kept


def test_a_counter_example_keeps_a_diagram_from_becoming_a_version_whatever_the_reason(session):
    with pytest.raises(definitions.Rejected) as refused:
        definitions.deploy(session, toy.KNOWN, STUCK, toy.FORMS, reason="赶时间")
    assert {finding.rule for finding in refused.value.findings} == {"proof-deadlock"}
    assert "经“a”到“行不行”（往“汇合”），之后“汇合”一直等着“b”过来，却再也等不到" in refused.value.message
    assert definitions.latest(session) == []


def test_nor_can_a_draft_be_handed_in(session):
    base = definitions.deploy(session, toy.KNOWN, toy.ONE_TASK.encode(), toy.FORMS)
    mine = definitions.begin(session, base, by=DESIGNER)
    given = {"revision": mine.revision, "diagram": STUCK, "forms": toy.FORMS, "name": "草稿", "note": ""}
    definitions.save(session, mine, by=DESIGNER, **given)
    assert [finding.element_id for finding in definitions.findings(mine, toy.KNOWN) if finding.rule == "proof-deadlock"] == ["j"]
    with pytest.raises(definitions.Rejected):
        definitions.hand_in(session, mine, toy.KNOWN, by=DESIGNER)


def test_what_is_too_large_to_prove_goes_on_with_a_reason_only():
    examined = examinations.examine(toy.REWORK.encode(), toy.KNOWN, limit=1)
    assert examined.errors == []
    assert [finding.rule for finding in examined.findings if finding.rule == "proof-unproven"] == ["proof-unproven"]
    for reason in ("", "  "):
        with pytest.raises(Invalid) as refused:
            rules.must_be_sound(examined, reason=reason)
        assert refused.value.fields.keys() == {"reason"}
    kept = rules.told(rules.must_be_sound(examined, reason=" 县里试点 "), " 县里试点 ")
    assert (kept["verdict"], kept["reason"]) == ("unproven", "县里试点")


def test_what_checks_refuses_is_not_proven():
    examined = examinations.examine(toy.ONE_TASK.replace('targetRef="e"', 'targetRef="gone"').encode(), toy.KNOWN)
    assert examined.proof is None
    assert examined.errors
    assert examinations.examine(b"<a/>", toy.KNOWN).proof is None


def test_of_each_diagram_the_newest_version_is_the_latest(database):
    with database.transaction() as session:
        made = [definitions.deploy(session, toy.KNOWN, each.encode(), toy.FORMS) for each in (toy.ONE_TASK, toy.REWORK)]
        assert [(each.key, each.version) for each in definitions.latest(session)] == [("toy", 2)]
        assert made[0].version == 1
