"""What a process is about, and how people begin it."""

import pytest

from tests.engine.checks.files import (
    FORM,
    KNOWN,
    assert_readable,
    assert_refused,
    diagram,
    end,
    flow,
    of_a_month,
    properties,
    rules_of,
    service,
    start,
    user,
)
from workflows.engine.checks import check, subjects

ERRORS = {
    "a subject nobody knows": (("subject-unknown", "p"), diagram(properties(subject="day"), start(), end(), flow("s", "e"))),
    "a button that nobody's task is behind": (
        ("begin-first", "p"), diagram(properties(subject="hazard", begin="申请"), start(), service(), end(), flow("s", "v"), flow("v", "e")),
    ),
    "a button about nothing": (("subject-missing", "p"), diagram(properties(begin="申请"), start(), end(), flow("s", "e"))),
    "a step that is for something else": (("word-elsewhere", "v"), of_a_month(service())),
    "a post that has nothing to do with it": (("word-elsewhere", "u"), of_a_month(user(role="ENT_SAFETY", form="report"))),
    "a condition that asks of something else": (
        ("word-elsewhere", "p"), diagram(properties(subject="month", begin="申请", when="is_done()"), start(), end(), flow("s", "e")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_refuses(name):
    assert_refused(*ERRORS[name])


def test_every_rule_has_a_test():
    assert rules_of(subjects) == {case[0][0] for case in ERRORS.values()} | {"begin-signed"}


def test_what_people_begin_they_do_not_sign():
    """The page on which it begins asks for no password, so that the button would never be there."""
    drawn = diagram(properties(subject="hazard", begin="申请"), start(), user(), end(), flow("s", "u"), flow("u", "e"))
    for signed, told in ((False, []), (True, ["begin-signed"])):
        found = check(drawn, KNOWN, {"report": {**FORM, "x-reauthenticate": signed}})
        assert [each.rule for each in found if each.severity == "error"] == told
        assert_readable(found)


def test_what_is_for_something_else_is_told_by_its_name():
    """In words, and with what it is for; a word that is for everything is said of nothing."""
    (found,) = (each for each in check(of_a_month(service()), KNOWN) if each.rule == "word-elsewhere")
    assert found.message == "“步骤”的系统步骤“销号”只用于隐患，而这个流程的办理对象是月报。请换一项，或改选办理对象。"
    form = {**FORM, "properties": {"agree": {**FORM["properties"]["agree"], "x-visible-when": "is_done()"}}}
    found = check(of_a_month(user(role="OFFICE_DIRECTOR", form="report")), KNOWN, {"report": form, "other": form})
    assert [(each.rule, each.element_id) for each in found if each.severity == "error"] == [("word-elsewhere", "form:report/agree")]
