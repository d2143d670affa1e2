"""What a form may not ask for: one small form a rule, and patterns that would hang the server."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine import toy
from workflows.engine.checks import Known, check, forms

KNOWN = Known(task_steps=frozenset({"note"}), functions=frozenset({"mode"}), options=frozenset({"villages"}))
TEXT = {"type": "string", "title": "内容", "maxLength": 100}


def form(*, title="记事", required=(), **fields):
    return {"title": title, "type": "object", "required": list(required), "properties": fields}


BROKEN = {
    ("form-broken", "form:f"): {"title": "没有填报项"},
    ("form-title", "form:f"): form(title=" ", a=TEXT),
    ("form-large", "form:f"): form(**{f"a{number}": TEXT for number in range(1000)}),
    ("form-required", "form:f"): form(required=["b"], a=TEXT),
    ("field-type", "form:f/a"): form(a={"title": "内容"}),
    ("field-keyword", "form:f/a"): form(a={**TEXT, "$ref": "http://127.0.0.1/"}),
    ("field-key", "form:f/1a"): form(**{"1a": TEXT}),
    ("field-title", "form:f/a"): form(a={"type": "string"}),
    ("field-broken", "form:f/a"): form(a={**TEXT, "maxLength": "很多"}),
    ("field-range", "form:f/a"): form(a={**TEXT, "minLength": 200}),
    ("field-format", "form:f/a"): form(a={**TEXT, "format": "email"}),
    ("field-pattern", "form:f/a"): form(a={**TEXT, "pattern": "(a+)+$"}),
    ("field-options", "form:f/a"): form(a={**TEXT, "oneOf": [{"const": "x", "title": "甲"}, {"const": "x", "title": "乙"}]}),
    ("field-condition", "form:f/a"): form(a={**TEXT, "x-visible-when": "b == 'x'"}),
    ("field-decides", "form:f/a"): form(a={**TEXT, "x-decides": True}),
}


@pytest.mark.parametrize("found", BROKEN)
def test_refuses(found):
    rule, at = found
    findings = list(forms.check_forms({"f": BROKEN[found]}, KNOWN))
    assert [(each.rule, each.element_id, each.severity) for each in findings] == [(rule, at, "error")]
    assert findings[0].message.endswith("。")


def test_every_rule_has_a_test():
    written = re.findall(r'"((?:form|field)-[a-z]+)"', Path(forms.__file__).read_text())
    assert set(written) == {rule for rule, _ in BROKEN}


@pytest.mark.parametrize("broken", [None, [], {}, {"properties": []}, form(a=7), {**form(a=TEXT), "required": "a"}])
def test_what_has_no_shape_of_a_form_is_one_finding(broken):
    assert [each.rule for each in forms.check_forms({"f": broken}, KNOWN)] == ["form-broken"]


@pytest.mark.parametrize(
    "field",
    [
        {"title": "名单", "type": "string", "x-options": "nobody"},
        {"title": "选项", "type": "array", "items": {"type": "string", "oneOf": [{"const": "x"}]}},
        {"title": "选项", "type": "string", "oneOf": []},
        {"title": "条件", "type": "string", "x-visible-when": "__import__('os')"},
        {"title": "条件", "type": "string", "x-visible-when": "unknown()"},
        {"title": "规则", "type": "string", "allOf": [{"pattern": "(a+)+$"}]},
        {"title": "规则", "type": "array", "items": {"type": "string", "pattern": "(a+)+$"}},
        {"title": "规则", "type": "string", "oneOf": [{"const": "x", "title": "甲", "pattern": "(a+)+$"}]},
        {"title": "规则", "type": "array", "items": {"oneOf": [{"const": "x", "title": "甲", "$ref": "#"}]}},
    ],
)
def test_refuses_also(field):
    assert len(list(forms.check_forms({"f": form(a=field)}, KNOWN))) == 1


def test_a_good_form_has_no_findings():
    choice = {"type": "string", "title": "结论", "oneOf": [{"const": "x", "title": "甲"}], "x-decides": True}
    village = {"type": "string", "title": "村", "x-options": "villages", "x-visible-when": "a == 'x' and mode() == 'y'"}
    assert list(forms.check_forms({"f": form(required=["a"], a=choice, b=village)}, KNOWN)) == []


KEYWORDS = ["type", "title", "format", "pattern", "oneOf", "enum", "items", "minLength", "maxLength", "x-options", "x-visible-when", "x-decides", "$ref", "not"]
VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.sampled_from(["", "甲", "(", "string", "array"]),
                      lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["const", "title", "type"]), inner))  # fmt: skip


@given(st.dictionaries(st.sampled_from(KEYWORDS), VALUES))
def test_whatever_stands_in_a_field_nothing_is_raised(field):
    assert all(each.message.endswith("。") for each in forms.check_forms({"f": form(a=field)}, KNOWN))


def test_forms_are_checked_with_the_diagram():
    findings = check(toy.ONE_TASK.encode(), toy.KNOWN, {**toy.FORMS, "note": form(title="", text=TEXT)})
    assert ("form-title", "form:note") in {(each.rule, each.element_id) for each in findings}


SLOW = ["(a+)+$", "(a|aa)+$", "(a|a?)+b", "([a-z]+)*!", r"(\d+\s?)*x", ".*.*.*=", "a{0,100}b{0,100}c{0,100}", "(?=a)b", r"(a)\1"]
QUICK = [r"^1\d{10}$", "^[0-9A-HJ-NPQRTUWXY]{18}$", r"^\d{3,4}-\d{7,8}$", "^[一-龥]+$", r"^(\d{4})年$"]


@pytest.mark.parametrize("pattern", SLOW)
def test_a_pattern_that_may_hang_is_refused(pattern):
    assert "无响应" in forms.pattern_fault(pattern)


@pytest.mark.parametrize("pattern", QUICK)
def test_a_pattern_that_is_allowed_never_hangs(pattern):
    assert forms.pattern_fault(pattern) is None
    started = time.process_time()
    for text in ("a" * 2000, "1" * 2000, "汉" * 2000 + "x"):
        re.search(pattern, text)
    assert time.process_time() - started < 1


def test_a_pattern_that_is_none_is_refused():
    assert "写法有误" in forms.pattern_fault("(a")
    assert "文字" in forms.pattern_fault(7)
