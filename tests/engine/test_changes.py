"""What two versions differ in: every kind of difference once, and nothing where there is none."""

from tests.engine import toy
from workflows.engine.definitions import changes
from workflows.engine.definitions.changes import Change

OLD = toy.REWORK


def diagrams(*exchanges):
    new = OLD
    for old, by in exchanges:
        assert old in new
        new = new.replace(old, by, 1)
    return [
        (each.what, each.where, each.aspect, each.before, each.after) for each in changes.of_diagrams(OLD.encode(), new.encode())
    ]


def test_the_same_diagram_has_no_changes():
    assert diagrams() == []


def test_where_it_is_drawn_is_no_change():
    assert diagrams(("</bpmn:process>", '</bpmn:process><x:drawing xmlns:x="urn:x" id="b_di"/>')) == []


def test_what_an_element_says():
    assert diagrams(
        ('name="b"', 'name="复核"'),
        ('name="due" value="24h"', 'name="due" value="3wd"'),
        ("ok == True", "ok == False"),
    ) == [
        ("CHANGED", "b", "due", "24h", "3wd"),
        ("CHANGED", "b", "name", "b", "复核"),
        ("CHANGED", "g__e", "conditionExpression", "ok == True", "ok == False"),
    ]


def test_added_and_removed():
    added = toy.user("c") + toy.flow("c", "e")
    found = diagrams(("</bpmn:process>", added + "</bpmn:process>"))
    assert ("ADDED", "c", "role", "", "A") in found
    assert [each for each in found if each[1] != "c" or not each[2]] == [
        ("ADDED", "c", "", "", ""),
        ("ADDED", "c__e", "", "", ""),
        ("ADDED", "c__e", "sourceRef", "", "c"),
        ("ADDED", "c__e", "targetRef", "", "e"),
    ]
    assert diagrams((toy.flow("g", "m"), "")) == [("REMOVED", "g__m", "", "", "")]


def test_an_arrow_that_leads_elsewhere():
    assert diagrams(('sourceRef="g" targetRef="m"', 'sourceRef="g" targetRef="b"')) == [
        ("CHANGED", "g__m", "targetRef", "m", "b")
    ]


def test_a_process_does_not_answer_for_what_is_in_it():
    found = diagrams(("</bpmn:process>", "<bpmn:documentation>新</bpmn:documentation></bpmn:process>"))
    assert found == [("CHANGED", "toy", "documentation", "", "新")]
    inside = '<bpmn:userTask id="a" name="a"><bpmn:documentation>新</bpmn:documentation>'
    assert diagrams(('<bpmn:userTask id="a" name="a">', inside)) == [("CHANGED", "a", "documentation", "", "新")]


def forms(**new):
    old = {key: toy.FORMS[key] for key in ("note", "verdict")}
    return changes.of_forms(old, {**old, **new})


def test_the_same_forms_have_no_changes():
    assert forms() == []


def test_fields_are_told_one_by_one():
    note = toy.FORMS["note"]
    longer = {"type": "string", "title": "内容", "minLength": 5}
    more = {"type": "boolean", "title": "急件", "x-decides": True}
    assert forms(note={**note, "required": [], "properties": {"text": longer, "urgent": more}}) == [
        Change("CHANGED", "form:note/text", "field", "记事 · 内容", "field minLength", "2", "5"),
        Change("CHANGED", "form:note/text", "field", "记事 · 内容", "field required", "是", ""),
        Change("ADDED", "form:note/urgent", "field", "记事 · 急件"),
        Change("ADDED", "form:note/urgent", "field", "记事 · 急件", "field type", "", "boolean"),
        Change("ADDED", "form:note/urgent", "field", "记事 · 急件", "field x-decides", "", "是"),
    ]


def test_forms_come_and_go():
    new = {"note": toy.FORMS["note"], "extra": {**toy.FORMS["note"], "title": "另记"}}
    found = changes.of_forms({key: toy.FORMS[key] for key in ("note", "verdict")}, new)
    assert [(each.what, each.where, each.name) for each in found if not each.aspect] == [
        ("ADDED", "form:extra", "另记"),
        ("ADDED", "form:extra/text", "另记 · 内容"),
        ("REMOVED", "form:verdict", "结论"),
    ]


def test_the_order_of_fields_is_a_change():
    verdict = toy.FORMS["verdict"]
    turned = dict(reversed(verdict["properties"].items()))
    assert [each.aspect for each in forms(verdict={**verdict, "properties": turned})] == ["order"]
