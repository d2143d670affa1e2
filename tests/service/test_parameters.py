"""行动参数: changed with a reason, their past kept."""

from pathlib import Path

import pytest

import workflows
from tests.service.inspector import faults_of
from workflows import campaigns, dues
from workflows.parameters import ON_FILE, SPECS

TELLING = {"campaigns", "parameters"}  # where they are defined and described


def test_a_parameter_changes_and_keeps_its_past(signed_in, town):
    browser = signed_in("guanli")
    page = "/admin/parameters/ZB2024/ack_wd"
    assert browser.submit(f"{page}/change", {"value": "2", "reason": "县专项办通知"}).status_code == 302
    text = browser.get(page).text
    assert "2 个工作日" in text and "1 个工作日" in text and "县专项办通知" in text
    with town.reading() as session:
        assert campaigns.param(session, "ZB2024", "ack_wd") == 2
        assert campaigns.param(session, "ZD2023", "ack_wd") == 1


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("ack_wd", "0", "1 至 60"),
        ("ack_wd", "abc", "填写数字"),
        ("postclose_sample", "120", "0 至 100"),
        ("urge_wd", "0，3，7", "应填 4 个数"),
        ("urge_wd", "0，7，3，15", "由小到大"),
        ("appraisal_weights", "30，25，25，25", "合计应为 100"),
        ("lead_check_freq", "DAILY", "从列出的选项"),
    ],
)
def test_a_senseless_value_is_refused(signed_in, name, value, part):
    answer = signed_in("guanli").submit(f"/admin/parameters/ZB2024/{name}/change", {"value": value, "reason": "试一试"})
    assert part in faults_of(answer.text)["value"]


def test_shares_and_lists_are_typed_as_people_write_them(signed_in, town):
    browser = signed_in("guanli")
    for name, value in (("postclose_sample", "35"), ("urge_wd", "0、2、5、9"), ("remind_wd", "-5, -1")):
        assert browser.submit(f"/admin/parameters/ZB2024/{name}/change", {"value": value, "reason": "通知"}).status_code == 302
    with town.reading() as session:
        params = campaigns.params(session, "ZB2024")
    assert (params["postclose_sample"], params["urge_wd"], params["remind_wd"]) == (0.35, [0, 2, 5, 9], [-5, -1])


@pytest.mark.parametrize("name", ["rectified_counting", "feedback_dow"])
def test_what_the_house_is_built_on_is_fixed(signed_in, name):
    """已整改 is what is signed; 周四反馈 is of Thursdays."""
    assert signed_in("guanli").get(f"/admin/parameters/ZB2024/{name}/change").status_code == 404


def test_a_parameter_by_which_nothing_is_counted_says_so():
    """Nobody changes one and waits for what will never come of it."""
    code = "".join(file.read_text() for file in Path(workflows.__file__).parent.rglob("*.py") if file.stem not in TELLING)
    read = {name for name in SPECS if f'"{name}"' in code} | dues.known()
    assert {name for name, spec in SPECS.items() if spec.hint == ON_FILE} == SPECS.keys() - read - {"rectified_counting", "feedback_dow"}
