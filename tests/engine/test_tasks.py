"""Completing a task: one step, one submission, one line; and everything that must be refused."""

import threading
from contextlib import nullcontext

import pytest
from sqlalchemy import event, func, select

from tests.engine import toy
from workflows import clock
from workflows.engine import Caller, Post, beginnings, definitions, forms, history, instances, tasks, timers
from workflows.engine.instances import Instance
from workflows.engine.worklist import Task
from workflows.errors import Conflict, Forbidden, Invalid, NotFound

A = Caller(1, frozenset({Post("A", 1)}))
ALSO_A = Caller(2, frozenset({Post("A", 1)}))
B = Caller(3, frozenset({Post("B", 1)}))
STRANGER = Caller(4, frozenset({Post("A", 2)}))
TEXT = {"text": "写好了"}


@pytest.fixture
def world():
    return toy.Toy()


def begin(database, world, xml=toy.REWORK):
    with database.transaction() as session:
        definitions.deploy(session, toy.KNOWN, xml.encode(), toy.FORMS)
        instances.start(session, world.rules(), "toy", toy.THING, by=1)


def complete(database, world, element, caller, data):
    with database.transaction() as session:
        waiting = [task for task in tasks.open_of(session, toy.THING) if task.element_id == element]
        return tasks.complete(session, world.rules(), tasks.get(session, waiting[0].id, caller), caller, data).id


def open_elements(database):
    with database.reading() as session:
        return [task.element_id for task in tasks.open_of(session, toy.THING)]


def test_a_case_goes_back_and_forth_and_ends(database, world):
    begin(database, world)
    complete(database, world, "a", A, TEXT)
    assert open_elements(database) == ["b"]
    complete(database, world, "b", B, {"ok": False, "reason": "不行"})
    assert open_elements(database) == ["a"]
    complete(database, world, "a", A, TEXT)
    complete(database, world, "b", B, {"ok": True})
    assert open_elements(database) == []
    with database.reading() as session:
        assert instances.find(session, toy.THING, "toy").ended_how == "completed"
        handed_in = [(each.element_id, each.data) for each in tasks.submissions(session, toy.THING)]
        assert handed_in[1] == ("b", {"ok": False, "reason": "不行"})
        assert len(handed_in) == 4
        assert history.verify(session) == []


def test_of_two_who_begin_the_same_at_once_one_is_refused(database, world):
    """The second one has looked, and seen nothing running, when the first one begins and is done with it."""
    with database.transaction() as session:
        definitions.deploy(session, toy.KNOWN, toy.ONE_TASK.encode(), toy.FORMS)
    refused = []

    def begin_one():
        try:
            with database.transaction() as session:
                instances.start(session, world.rules(), "toy", toy.THING, by=1)
        except Conflict as conflict:
            refused.append(conflict.message)

    other = threading.Thread(target=begin_one)

    def overtake(connection, cursor, statement, *_rest):
        if "FROM instances" in statement and other.ident is None:
            other.start()
            other.join(0.5)  # SQLite's writers queue: there the other one goes on when this one has ended

    event.listen(database.engine, "after_cursor_execute", overtake)
    begin_one()
    other.join(20)
    event.remove(database.engine, "after_cursor_execute", overtake)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Instance)) == 1
    assert len(refused) == 1


def test_what_may_not_begin_is_refused_by_the_verb_as_well(database, world):
    """`when`: whoever comes without the button (a stale page, the command line) begins nothing; a better sentence goes first."""
    said = toy.properties(subject="thing", begin="发起", when="due_at() == 1")
    begun = {"key": "toy", "subject": toy.THING, "caller": A, "data": TEXT}
    with database.transaction() as session:
        definitions.deploy(session, toy.KNOWN, toy.ONE_TASK.replace("<bpmn:startEvent", said + "<bpmn:startEvent", 1).encode(), toy.FORMS)
    for due, refuse, word in ((2, None, "条件不具备"), (2, Conflict("今天已经做过。"), "今天已经做过"), (1, None, "")):
        world.due, world.refuse = due, refuse
        with pytest.raises(Conflict, match=word) if word else nullcontext(), database.transaction() as session:
            beginnings.begin(session, world.rules(), **begun)
        with database.reading() as session:
            assert (instances.find(session, toy.THING, "toy") is not None) == (due == 1)


def test_what_is_done_meanwhile_by_another_process_about_the_case_is_noticed(database, world):
    """Duties are borne on a case, whatever instance they are borne in: two of them at once must not both find nothing."""
    if database.is_sqlite:
        pytest.skip("SQLite's writers queue")
    begin(database, world, toy.ONE_TASK)
    done = []

    def meanwhile(connection, cursor, statement, *_rest):
        if statement.startswith("INSERT INTO submissions") and not done:
            done.append(True)
            with database.transaction() as session:
                history.record(session, toy.THING, "elsewhere")

    event.listen(database.engine, "after_cursor_execute", meanwhile)
    with pytest.raises(Conflict):
        complete(database, world, "a", A, TEXT)
    event.remove(database.engine, "after_cursor_execute", meanwhile)
    assert open_elements(database) == ["a"]
    complete(database, world, "a", A, TEXT)


def test_the_second_click_is_a_conflict_and_does_nothing(database, world):
    begin(database, world, toy.ONE_TASK)
    done = complete(database, world, "a", A, TEXT)
    for late in (A, ALSO_A):
        with pytest.raises(Conflict, match="已经办结"), database.transaction() as session:
            tasks.complete(session, world.rules(), tasks.get(session, done, late), late, TEXT)
    with database.reading() as session:
        assert len(tasks.submissions(session, toy.THING)) == 1


def test_two_sessions_that_loaded_the_same_open_task_cannot_both_finish_it(database, world):
    begin(database, world)
    with database.reading() as reading:
        stale = tasks.open_of(reading, toy.THING)[0]
        complete(database, world, "a", A, TEXT)
    with pytest.raises(Conflict), database.transaction() as session:
        tasks.complete(session, world.rules(), session.merge(stale, load=False), ALSO_A, TEXT)


def test_form_faults_stand_at_their_fields_and_leave_no_trace(database, world):
    begin(database, world)
    with pytest.raises(Invalid) as caught:
        complete(database, world, "a", A, {"text": "x"})
    assert caught.value.fields == {"text": "“内容”至少写 2 个字。"}
    with pytest.raises(Invalid, match="表单没有"):
        complete(database, world, "a", A, {**TEXT, "other": 1})
    assert open_elements(database) == ["a"]


def test_a_visible_field_is_required_and_an_invisible_one_dropped(database, world):
    begin(database, world)
    complete(database, world, "a", A, TEXT)
    with pytest.raises(Invalid) as caught:
        complete(database, world, "b", B, {"ok": False})
    assert caught.value.fields == {"reason": "请填写“原因”。"}
    complete(database, world, "b", B, {"ok": True, "reason": "多余"})
    with database.reading() as session:
        assert tasks.submissions(session, toy.THING)[-1].data == {"ok": True}


def test_what_a_verb_refuses_undoes_everything(database, world):
    begin(database, world)
    world.refuse = Invalid("text", "领域不同意。")
    with pytest.raises(Invalid, match="领域不同意"):
        complete(database, world, "a", A, TEXT)
    with database.reading() as session:
        assert tasks.submissions(session, toy.THING) == []
        assert session.scalar(select(func.count()).select_from(Task).where(Task.status == "DONE")) == 0
        assert [line.kind for line in history.lines(session, toy.THING)] == ["instance_started"]


def test_nobody_signs_his_own_work(database, world):
    """Separation of duties holds for the actor and for the person he stands in for (domain 2.2)."""
    both = Caller(1, frozenset({Post("A", 1), Post("B", 1)}))
    begin(database, world)
    complete(database, world, "a", both, TEXT)
    with pytest.raises(Forbidden, match="谁整改谁不得验收"):
        complete(database, world, "b", both, {"ok": True})
    substitute = Caller(9, frozenset(), {1: frozenset({Post("B", 1)})})
    with pytest.raises(Forbidden, match="谁整改谁不得验收"):
        complete(database, world, "b", substitute, {"ok": True})
    with database.reading() as session:
        row = tasks.inbox(session, world.rules(), both).rows[0]
        assert (row.task.element_id, row.forbidden) == ("b", "谁整改谁不得验收。")


def test_who_may_not_do_a_task_may_not_claim_it_either(database, world):
    """Else it would lie with somebody who can never finish it, and his colleagues would leave it alone."""
    both = Caller(1, frozenset({Post("A", 1), Post("B", 1)}))
    begin(database, world)
    complete(database, world, "a", both, TEXT)
    with database.transaction() as session:
        row = tasks.inbox(session, world.rules(), both).rows[0]
        with pytest.raises(Forbidden, match="谁整改谁不得验收"):
            tasks.claim(session, world.rules(), row.task, both)


def test_a_substitute_acts_on_behalf_of_his_principal(database, world):
    begin(database, world, toy.ONE_TASK)
    substitute = Caller(9, frozenset(), {1: A.posts})
    complete(database, world, "a", substitute, TEXT)
    with database.reading() as session:
        handed_in = tasks.submissions(session, toy.THING)[0]
        assert (handed_in.by, handed_in.on_behalf_of) == (9, 1)


def test_a_stranger_learns_nothing(database, world):
    begin(database, world)
    with database.reading() as session:
        task = tasks.open_of(session, toy.THING)[0]
        with pytest.raises(NotFound):
            tasks.get(session, task.id, STRANGER)
        assert tasks.inbox(session, world.rules(), STRANGER).rows == []


def test_a_claimed_task_leaves_the_colleagues_inbox_until_released(database, world):
    begin(database, world)
    with database.transaction() as session:
        tasks.claim(session, world.rules(), tasks.open_of(session, toy.THING)[0], A)
    with database.reading() as session:
        assert tasks.inbox(session, world.rules(), ALSO_A).rows == []
        assert len(tasks.inbox(session, world.rules(), A, box="mine").rows) == 1
    with pytest.raises(Conflict, match="其他人签领"):
        complete(database, world, "a", ALSO_A, TEXT)
    with database.transaction() as session:
        tasks.release(session, tasks.open_of(session, toy.THING)[0], A)
    complete(database, world, "a", ALSO_A, TEXT)


def test_a_draft_is_kept_for_its_person_and_goes_with_the_task(database, world):
    begin(database, world)
    with database.transaction() as session:
        task = tasks.open_of(session, toy.THING)[0]
        tasks.save_draft(session, task, A, {"text": "半"})
        tasks.save_draft(session, task, A, {"text": "半句"})
    with database.reading() as session:
        assert tasks.find_draft(session, task, A).data == {"text": "半句"}
        assert tasks.find_draft(session, task, ALSO_A) is None
    complete(database, world, "a", A, TEXT)
    with database.reading() as session:
        assert tasks.find_draft(session, task, A) is None


def test_the_inbox_pages_by_key_without_gaps_or_doubles(database, world):
    rules = world.rules()
    with database.transaction() as session:
        definitions.deploy(session, toy.KNOWN, toy.ONE_TASK.encode(), toy.FORMS)
        for number in range(1, 8):
            instances.start(session, rules, "toy", toy.Subject("thing", number), by=1)
    seen, after = [], None
    with database.reading() as session:
        for _ in range(4):
            page = tasks.inbox(session, rules, A, after=after, limit=3)
            seen += [row.task.subject_id for row in page.rows]
            after = page.next
            if after is None:
                break
        assert seen == [1, 2, 3, 4, 5, 6, 7]
        found = tasks.inbox(session, rules, A, search="第 3").rows
        assert [row.task.subject_id for row in found] == [3]
        assert tasks.inbox(session, rules, A, search="%").rows == []
        assert len(tasks.inbox(session, rules, A, search="A").rows) == 7, "the step is called a: capitals are not asked for"
        assert tasks.counts(session, A) == tasks.Counts(mine=0, posts=7, late=0, soon=0)


@pytest.mark.parametrize("after", ["x", "2026-01-01~", "2026-01-01~x", f"2026-01-01~{10**30}", "0001-01-01T00:00:00+14:00~1"])
@pytest.mark.parametrize("box", ["all", "done"])
def test_a_page_that_cannot_be_is_refused_with_a_sentence(database, world, box, after):
    with database.reading() as session, pytest.raises(Invalid):
        tasks.inbox(session, world.rules(), A, box=box, after=after)


@pytest.mark.parametrize("number", [2**53 + 1, -(10**30)])
def test_a_number_that_readers_of_json_would_round_is_refused(number):
    with pytest.raises(Invalid, match="太大"):
        forms.check({"properties": {"n": {"type": "integer", "title": "人数"}}}, {"n": number}, {})


@pytest.mark.parametrize(("value", "is_one"), [("a", True), (1, True), (1.0, True), (True, False), ("1", False), ("b", False)])
def test_a_choice_is_one_of_the_constants(value, is_one):
    """As JSON Schema says it: 1 and 1.0 are one number, and neither is `true`."""
    field = {"title": "选项", "oneOf": [{"const": "a", "title": "甲"}, {"const": 1, "title": "一"}]}
    many = {"title": "多选", "type": "array", "items": {"oneOf": field["oneOf"]}}
    for asked, given in ((field, value), (many, ["a", value])):
        if is_one:
            assert forms.check({"properties": {"x": asked}}, {"x": given}, {}) == {"x": given}
        else:
            with pytest.raises(Invalid, match="请从列出的选项中选择"):
                forms.check({"properties": {"x": asked}}, {"x": given}, {})


def test_the_stored_state_moves_on_by_one_revision_a_step(database, world):
    begin(database, world)
    complete(database, world, "a", A, TEXT)
    with database.reading() as session:
        before = session.scalar(select(Instance.revision))
    complete(database, world, "b", B, {"ok": False, "reason": "不行"})
    with database.reading() as session:
        assert session.scalar(select(Instance.revision)) == before + 1


def test_drafts_of_what_is_over_are_forgotten(database, world):
    """Nobody can hand them in, and what people typed is not kept for nothing; what is still open keeps its draft."""
    begin(database, world, toy.TIMER)
    with database.transaction() as session:
        waiting = tasks.get(session, tasks.open_of(session, toy.THING)[0].id, A)
        tasks.save_draft(session, waiting, A, {"text": "写了一半"})
    with database.transaction() as session:
        assert tasks.clear_drafts(session) == 0
    with clock.travel(world.due):
        timers.sweep(database, world.rules())
    with database.transaction() as session:
        assert tasks.clear_drafts(session) == 1
        assert tasks.find_draft(session, waiting, A) is None


def test_an_answer_that_falls_away_takes_along_what_hung_on_it():
    """A page without scripts sends what stood in a field that has been hidden since: nothing may rest on it."""
    asked = {
        "a": {"type": "string", "title": "甲"},
        "b": {"type": "string", "title": "乙", "x-visible-when": "a == 'yes'"},
        "c": {"type": "string", "title": "丙", "x-visible-when": "b == 'yes'", "x-required-when-visible": True},
    }
    given = {"a": "no", "b": "yes", "c": "写好了"}
    assert forms.check({"properties": asked}, given, {}) == {"a": "no"}
    assert forms.check({"properties": asked}, {"a": "no", "b": "yes"}, {}) == {"a": "no"}
    assert forms.check({"properties": asked}, {**given, "a": "yes"}, {}) == {**given, "a": "yes"}
