"""`bihuan check` and `bihuan deploy`: each fault with its place, and nothing deployed past one."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from service.setup import SHIPPED
from tests.commands.shell import LOOP, ask, run, versions
from workflows.errors import Invalid


def _broken(folder):
    """A diagram with an unknown role, a step nobody knows, and a form that does not exist."""
    text = LOOP.read_text(encoding="utf-8").replace("GROUP_DEPUTY", "GROUP_CHIEF").replace('"close_hazard"', '"close_all"')
    file = folder / "broken.bpmn"
    file.write_text(text.replace('name="form" value="sign"', 'name="form" value="sigh"'), encoding="utf-8")
    return file


def test_check_finds_nothing_in_what_is_shipped_and_proves_it(tmp_path):
    answer = run(tmp_path, "check", str(LOOP))
    assert answer.exit_code == 0
    assert re.fullmatch(rf"{re.escape(str(LOOP))}：已证明：走遍全部 \d+ 个状态，[^\n]+用时 \d+ 毫秒。\n", answer.output)
    answer = run(tmp_path, "check", "--json", str(LOOP))
    assert (answer.exit_code, json.loads(answer.output)) == (0, [])


def test_check_says_each_fault_with_file_and_element(tmp_path):
    file = _broken(tmp_path)
    answer = run(tmp_path, "check", str(LOOP), str(file))
    assert answer.exit_code == 1
    *lines, proven = answer.output.splitlines()
    assert all(line.startswith(f"{file}：错误：") for line in lines)
    assert proven.startswith(f"{LOOP}：已证明：")
    assert {"town_review", "sv_close", "sign"} <= {line.split("：")[2] for line in lines}


def _shortcut(folder):
    """The loop with an arrow from the verdict straight to the closure: checks finds nothing wrong with it."""
    text = LOOP.read_text(encoding="utf-8")
    arrow = '<bpmn:sequenceFlow id="sv_failed__m_rectify" sourceRef="sv_failed" targetRef="{}"'
    assert arrow.format("m_rectify") in text
    file = folder / "shortcut.bpmn"
    file.write_text(text.replace(arrow.format("m_rectify"), arrow.format("m_apply")), encoding="utf-8")
    return file


def test_check_tells_the_way_round_a_rule(tmp_path):
    answer = run(tmp_path, "check", str(_shortcut(tmp_path)))
    assert answer.exit_code == 1
    assert "：错误：apply：申请销号须在最近一次整改、验收合格之后：从“验收不通过”到“申请销号”，其间没有验收通过。" in answer.output


def test_nothing_gets_deployed_past_a_counter_example(home):
    answer = run(home, "deploy", "--reason", "赶时间", str(_shortcut(home)))
    assert answer.exit_code == 1
    assert isinstance(answer.exception, Invalid)
    assert "其间没有验收通过" in answer.exception.message
    assert versions(home) == [1]


def test_check_as_json_is_for_machines(tmp_path):
    file = _broken(tmp_path)
    answer = run(tmp_path, "check", "--json", str(file))
    assert answer.exit_code == 1
    found = json.loads(answer.output)
    assert all(set(each) == {"file", "severity", "element_id", "rule", "message"} for each in found)
    assert {"town_review", "sv_close", "sign"} <= {each["element_id"] for each in found}
    assert {each["severity"] for each in found} == {"error"}


def test_check_of_foreign_files_asks_for_no_words_of_ours(tmp_path):
    answer = run(tmp_path, "check", "--foreign", str(_broken(tmp_path)))
    assert (answer.exit_code, answer.output) == (0, "没有发现问题。\n")


@pytest.mark.parametrize("content", [None, b"", b"no xml", b"<a/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"\xff\xfe\x00"])
@pytest.mark.parametrize("as_json", [False, True])
def test_check_of_what_cannot_be_read_is_2(tmp_path, content, as_json):
    file = tmp_path / "bad.bpmn"
    if content is not None:
        file.write_bytes(content)
    answer = run(tmp_path, "check", *(["--json"] if as_json else []), str(file), str(LOOP))
    assert answer.exit_code == 2
    assert str(file) in answer.output
    assert len(json.loads(answer.output)) == 1 if as_json else True


def test_check_of_a_folder_is_2(tmp_path):
    assert run(tmp_path, "check", str(tmp_path)).exit_code == 2


def test_deploy_makes_a_new_version_and_only_if_something_changed(home):
    file = home / "changed.bpmn"
    file.write_text(LOOP.read_text(encoding="utf-8").replace('name="登记拟办"', 'name="登记和拟办"'), encoding="utf-8")
    for version in (2, 2):
        answer = run(home, "deploy", str(file))
        assert (answer.exit_code, f"第 {version} 版" in answer.output) == (0, True)
    assert versions(home) == [1, 2]
    running = "select distinct version from definitions join instances on definition_id = definitions.id where ended_at is null"
    assert ask(home, running) == [(1,)]  # running cases stay on their version


def test_a_rejected_deployment_says_why_and_changes_nothing(home):
    """Through the console script, as typed: a sentence a fault, no traceback, exit code 1."""
    env = {**os.environ, "BIHUAN_HOME": str(home), "DATABASE_URL": "", "PYTHONPATH": str(Path(SHIPPED).parent)}
    file = _broken(home)
    words = [sys.executable, "-m", "service", "deploy", str(file)]
    answer = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    known = {each["message"] for each in json.loads(run(home, "check", "--json", str(file)).output)}
    assert known
    assert sum(message in answer.stderr for message in known) >= 3
    assert versions(home) == [1]


def test_deploying_what_is_not_there_is_a_sentence(home):
    answer = run(home, "deploy", str(home / "nowhere.bpmn"))
    assert answer.exit_code == 1
    assert isinstance(answer.exception, Invalid)
    assert "无法读取" in answer.exception.message
