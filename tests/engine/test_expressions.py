"""The small language of conditions and due moments (design, section 5: no Python from diagrams)."""

import threading
from datetime import date

import pytest

from workflows.engine import expressions
from workflows.errors import Conflict, Invalid


def value(text, functions=None, **names):
    return expressions.parse(text).evaluate(names, functions or {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("decision == 'accept'", True),
        ("decision != 'accept' or n > 2", True),
        ("not (n >= 3) and decision in ['accept', 'redo']", False),
        ("decision not in ('redo', 'merge')", True),
        ("n in [1, 2, 3]", True),
        ("n * 2 + 1 - n // 2", 6),
        ("-n % 2", 1),
        ("1 < n <= 3", True),
        ("意见 == '同意'", True),
        ("empty == None", True),
        ("  decision  ", "accept"),
    ],
)
def test_what_may_be_said(text, expected):
    assert value(text, decision="accept", n=3, 意见="同意", empty=None) == expected


def test_functions_are_called_with_and_without_scalars():
    functions = {"mode": lambda: "DEADLINE", "plus_days": lambda n: date(2026, 3, 2 + n)}
    assert value("mode() == 'DEADLINE'", functions)
    assert value("plus_days(n)", functions, n=3) == date(2026, 3, 5)


def test_and_or_stop_early_and_skip_the_rest():
    assert value("n == 1 or broken()", {"broken": lambda: 1 / 0}, n=1)


def test_names_and_calls_are_told_to_the_checks():
    parsed = expressions.parse("decision == 'x' and verified() and days(n) > 3")
    assert parsed.names == {"decision", "n"}
    assert parsed.calls == {"verified", "days"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "n ==",
        "a = 1",
        "(" * 300 + "1" + ")" * 300,
        "1 " + "+ 1" * 300,
        "-" * 490 + "1",
        "1" + "+1" * 61,
        "().__class__",
        "n.real",
        "n[0]",
        "f'{n}'",
        "lambda: 1",
        "[x for x in n]",
        "{'a': 1}",
        "[n]",
        "n ** 9",
        "n if n else 1",
        "f(*n)",
        "f(a=1)",
        "f()()",
        "b'x'",
        "1j",
        "...",
        "n is 1",
        "n := 1",
        "__import__('os').system('id')",
        "a; b",
        "\x00",
    ],
)
def test_what_may_not_be_said(text):
    with pytest.raises(Invalid) as refused:
        expressions.parse(text)
    assert refused.value.message.endswith("。")


@pytest.mark.parametrize("text", ["n == 1", "mode()", "mode", "n and mode()"])
def test_a_missing_name_is_never_empty(text):
    """A decision that was not made must not choose a path; a function without its brackets is no truth either."""
    with pytest.raises(Invalid, match="还没有值"):
        value(text, {"mode": lambda: True} if text == "mode" else {})


@pytest.mark.parametrize("text", ["n > 'a'", "n / 0", "n + 'a'", "'a' * 100000000", "n in 3"])
def test_what_does_not_go_together_is_a_sentence(text):
    with pytest.raises(Invalid, match="无法计算"):
        value(text, n=3)


def test_a_refusal_of_the_domain_comes_out_as_itself():
    def refuse():
        raise Conflict("已经销号。")

    with pytest.raises(Conflict, match="已经销号"):
        value("refuse() == 1", {"refuse": refuse})


def test_a_function_may_evaluate_an_expression_itself():
    assert value("inner() + n", {"inner": lambda: value("n + 1", n=10)}, n=1) == 12


def test_threads_do_not_mix_their_names():
    wrong = []

    def work(n):
        wrong.extend(n for _ in range(300) if value("n + plus()", {"plus": lambda: n}, n=n) != 2 * n)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_parsing_is_done_once():
    assert expressions.parse("decision == 'once'") is expressions.parse("decision == 'once'")


def test_a_text_is_never_formatted():
    """A few characters of a format could ask for gigabytes."""
    with pytest.raises(Invalid):
        expressions.parse("'%99999999d' % 1").evaluate({}, {})
    assert expressions.parse("7 % 4").evaluate({}, {}) == 3
