"""A field's condition is asked twice, by the page's script and by the server: both must say the same, or what was shown and
filled in would be dropped."""

import json
import subprocess
from pathlib import Path

import pytest

from workflows.engine import forms

SCRIPT = Path(__file__).parents[2] / "service" / "frontend" / "expression.js"
FUNCTIONS = {"mode": lambda: "FAST", "level": lambda: 2, "urgent": lambda: False}
ANSWERS = {"a": "x", "n": 5, "yes": True, "no": False, "text": "甲乙", "many": ["x", "y"]}
CONDITIONS = [
    "a == 'x'", "a != 'x'", "a != 'z'", 'a == "x" and n > 3', "a == 'z' or yes", "not no", "not yes", "not (a == 'x' or no)",
    "a in ['x', 'y']", "a not in ('x', 'y')", "a in ['z']", "'甲' in text", "'丙' in text", "'x' in many", "'z' not in many",
    "n >= 5", "n < 5", "1 < n < 6", "1 < n < 5", "3 < n == 5", "n + 1 == 6", "n - 1 - 1 == 3", "n * 2 > 9", "n / 2 == 2.5",
    "n // 2 == 2", "n % 3 == 2", "-n < 0", "-n % 3 == 1", "mode() == 'FAST'", "mode() == 'SLOW' or a == 'x'", "level() >= 2", "not urgent()",
    "None == None", "True and n", "yes == True", "gone", "not gone", "gone != 'x'", "a == 'x' or gone == 'y'", "yes or gone",
    "gone in ['x']", "a == 'x' and not no and mode() == 'FAST'",
]  # fmt: skip


@pytest.fixture(scope="module")
def said_by_script():
    code = f"""
        import evaluate from {json.dumps(SCRIPT.as_uri())};
        const [conditions, answers, values] = {json.dumps([CONDITIONS, ANSWERS, {name: call() for name, call in FUNCTIONS.items()}])};
        console.log(JSON.stringify(conditions.map((each) => evaluate(each, answers, values))));
    """
    done = subprocess.run(["node", "--input-type=module", "--eval", code], capture_output=True, text=True, timeout=60, check=True)
    return dict(zip(CONDITIONS, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("condition", CONDITIONS)
def test_script_and_server_say_the_same(said_by_script, condition):
    assert said_by_script[condition] is forms.is_visible({"x-visible-when": condition}, ANSWERS, FUNCTIONS)
