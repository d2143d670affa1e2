"""The command line, each command as an administrator types it."""

import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.__main__ import main
from service.config import Misconfigured
from service.demo import PASSWORD
from service.setup import PROCESSES, SHIPPED
from workflows import passwords
from workflows.db import Database
from workflows.errors import Forbidden, Invalid

LOOP = SHIPPED / "hazard_loop.bpmn"
LOOP_KEY = PROCESSES[LOOP.stem]
COMMANDS = ["init", "run", "worker", "demo", "county", "check", "deploy", "backup", "restore", "audit", "audit verify"]
COMMANDS += ["user", "user list", "user add", "user appoint", "user password"]


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory):
    """A home with the demo's small town, made once by the command itself, and what the command said."""
    home = tmp_path_factory.mktemp("lived-in")
    return home, _run(home, "demo", "town")


@pytest.fixture
def home(lived_in, tmp_path):
    """A copy of it."""
    folder = tmp_path / "home"
    shutil.copytree(lived_in[0], folder)
    return folder


def _run(home, *words, address="127.0.0.1:8000", **more):
    """Run a command in a home."""
    env = {"BIHUAN_HOME": str(home), "DATABASE_URL": "", "BIHUAN_ENV": "", "BIHUAN_SECRET_KEY": "", "BIHUAN_ADDRESS": address}
    return CliRunner().invoke(main, list(words), env=env, **more)


def _ask(home, question):
    """Ask the database itself."""
    with sqlite3.connect(home / "bihuan.db") as connection:
        return connection.execute(question).fetchall()


def _versions(home):
    """The numbers of the loop's versions."""
    return [version for (version,) in _ask(home, f"select version from definitions where key = '{LOOP_KEY}' order by version")]


def _signs_in(home, login, password):
    database = Database(f"sqlite:///{home / 'bihuan.db'}")
    try:
        return passwords.check(database, login, password) > 0
    finally:
        database.engine.dispose()


# ---- help --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["", *COMMANDS])
@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_each_command_tells_what_it_does(tmp_path, command, asked):
    answer = _run(tmp_path, *command.split(), asked)
    assert answer.exit_code == 0
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.output)
    assert not re.search(r"^(Usage|Options|Commands)|Show this", answer.output, re.MULTILINE)
    assert list(tmp_path.iterdir()) == []  # help touches nothing


def test_the_list_of_commands_is_whole():
    found = [name for name, command in main.commands.items() if not hasattr(command, "commands")]
    found += [f"{name} {sub}" for name, command in main.commands.items() for sub in getattr(command, "commands", {})]
    assert set(found) == set(COMMANDS) - {"audit", "user"}


def test_an_unknown_command_is_an_error(tmp_path):
    assert _run(tmp_path, "destroy").exit_code == 2


# ---- init, demo --------------------------------------------------------------------------------------------------------


def test_init_makes_the_database_and_may_be_repeated(tmp_path):
    for _ in range(2):
        answer = _run(tmp_path / "new", "init")
        assert (answer.exit_code, answer.output) == (0, "数据库已就绪。\n")
    shipped = [(key, 1) for key in sorted(PROCESSES.values())]
    assert _ask(tmp_path / "new", "select key, version from definitions order by key") == shipped
    assert _ask(tmp_path / "new", "select count(*) from campaigns") == [(2,)]
    assert _ask(tmp_path / "new", "select count(*) from persons") == [(0,)]


def test_init_leaves_a_living_database_alone(home):
    tables = "hazards tasks history persons parameters definitions".split()
    before = [_ask(home, f"select count(*) from {table}") for table in tables]
    assert _run(home, "init").exit_code == 0
    assert [_ask(home, f"select count(*) from {table}") for table in tables] == before
    assert before[0] > [(0,)]


def test_demo_names_a_sign_in_for_each_role_and_does_nothing_the_second_time(lived_in, home):
    answer = lived_in[1]
    assert answer.exit_code == 0, answer.output
    shown = {line.split()[0] for line in answer.output.splitlines() if line.startswith("  ")}
    held = _ask(home, "select login, role from persons join appointments on persons.id = person_id")
    assert {role for login, role in held if login in shown} == {role for _, role in held}
    assert len(shown) < len({login for login, _ in held})  # one a role, not everybody
    assert "正在建演示县" in answer.output
    assert PASSWORD in answer.output
    before = _ask(home, "select count(*), max(id) from history")
    for kind in ("town", "county"):
        again = _run(home, "demo", kind)
        assert again.exit_code == 0
        assert again.output.endswith("库中已有人员，没有改动。\n")
        assert "正在建演示县" not in again.output
    assert _ask(home, "select count(*), max(id) from history") == before


def test_demo_does_not_mix_with_a_real_county(tmp_path):
    """Whoever has people of his own gets no fictional ones beside them, nor a list of well-known passwords."""
    assert _run(tmp_path, "county", "999902000000", "己县").exit_code == 0
    answer = _run(tmp_path, "demo")
    assert (answer.exit_code, answer.output) == (0, "库中已有人员，没有改动。\n")
    assert _ask(tmp_path, "select count(*) from persons") == [(3,)]


def test_demo_is_refused_in_production(tmp_path):
    env = {"BIHUAN_HOME": str(tmp_path), "DATABASE_URL": "", "BIHUAN_ENV": "production", "BIHUAN_SECRET_KEY": "for tests " * 4}
    answer = CliRunner().invoke(main, ["demo"], env=env)
    assert isinstance(answer.exception, Misconfigured)
    assert not (tmp_path / "bihuan.db").exists()


# ---- check, deploy -----------------------------------------------------------------------------------------------------


def _broken(folder):
    """A diagram with an unknown role, a step nobody knows, and a form that does not exist."""
    text = LOOP.read_text(encoding="utf-8").replace("GROUP_DEPUTY", "GROUP_CHIEF").replace('"close_hazard"', '"close_all"')
    file = folder / "broken.bpmn"
    file.write_text(text.replace('name="form" value="sign"', 'name="form" value="sigh"'), encoding="utf-8")
    return file


def test_check_finds_nothing_in_what_is_shipped_and_proves_it(tmp_path):
    answer = _run(tmp_path, "check", str(LOOP))
    assert answer.exit_code == 0
    assert re.fullmatch(rf"{re.escape(str(LOOP))}：已证明：走遍全部 \d+ 个状态，[^\n]+用时 \d+ 毫秒。\n", answer.output)
    answer = _run(tmp_path, "check", "--json", str(LOOP))
    assert (answer.exit_code, json.loads(answer.output)) == (0, [])


def test_check_says_each_fault_with_file_and_element(tmp_path):
    file = _broken(tmp_path)
    answer = _run(tmp_path, "check", str(LOOP), str(file))
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
    answer = _run(tmp_path, "check", str(_shortcut(tmp_path)))
    assert answer.exit_code == 1
    assert "：错误：apply：申请销号须在最近一次整改、验收合格之后：从“验收不通过”到“申请销号”，其间没有验收通过。" in answer.output


def test_nothing_gets_deployed_past_a_counter_example(home):
    answer = _run(home, "deploy", "--reason", "赶时间", str(_shortcut(home)))
    assert answer.exit_code == 1
    assert isinstance(answer.exception, Invalid)
    assert "其间没有验收通过" in answer.exception.message
    assert _versions(home) == [1]


def test_check_as_json_is_for_machines(tmp_path):
    file = _broken(tmp_path)
    answer = _run(tmp_path, "check", "--json", str(file))
    assert answer.exit_code == 1
    found = json.loads(answer.output)
    assert all(set(each) == {"file", "severity", "element_id", "rule", "message"} for each in found)
    assert {"town_review", "sv_close", "sign"} <= {each["element_id"] for each in found}
    assert {each["severity"] for each in found} == {"error"}


def test_check_of_foreign_files_asks_for_no_words_of_ours(tmp_path):
    answer = _run(tmp_path, "check", "--foreign", str(_broken(tmp_path)))
    assert (answer.exit_code, answer.output) == (0, "没有发现问题。\n")


@pytest.mark.parametrize("content", [None, b"", b"no xml", b"<a/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"\xff\xfe\x00"])
@pytest.mark.parametrize("as_json", [False, True])
def test_check_of_what_cannot_be_read_is_2(tmp_path, content, as_json):
    file = tmp_path / "bad.bpmn"
    if content is not None:
        file.write_bytes(content)
    answer = _run(tmp_path, "check", *(["--json"] if as_json else []), str(file), str(LOOP))
    assert answer.exit_code == 2
    assert str(file) in answer.output
    assert len(json.loads(answer.output)) == 1 if as_json else True


def test_check_of_a_folder_is_2(tmp_path):
    assert _run(tmp_path, "check", str(tmp_path)).exit_code == 2


def test_deploy_makes_a_new_version_and_only_if_something_changed(home):
    file = home / "changed.bpmn"
    file.write_text(LOOP.read_text(encoding="utf-8").replace('name="登记拟办"', 'name="登记和拟办"'), encoding="utf-8")
    for version in (2, 2):
        answer = _run(home, "deploy", str(file))
        assert (answer.exit_code, f"第 {version} 版" in answer.output) == (0, True)
    assert _versions(home) == [1, 2]
    running = "select distinct version from definitions join instances on definition_id = definitions.id where ended_at is null"
    assert _ask(home, running) == [(1,)]  # running cases stay on their version


def test_a_rejected_deployment_says_why_and_changes_nothing(home):
    """Through the console script, as typed: a sentence a fault, no traceback, exit code 1."""
    env = {**os.environ, "BIHUAN_HOME": str(home), "DATABASE_URL": "", "PYTHONPATH": str(Path(SHIPPED).parent)}
    file = _broken(home)
    words = [sys.executable, "-m", "service", "deploy", str(file)]
    answer = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    known = {each["message"] for each in json.loads(_run(home, "check", "--json", str(file)).output)}
    assert known
    assert sum(message in answer.stderr for message in known) >= 3
    assert _versions(home) == [1]


def test_deploying_what_is_not_there_is_a_sentence(home):
    answer = _run(home, "deploy", str(home / "nowhere.bpmn"))
    assert answer.exit_code == 1
    assert isinstance(answer.exception, Invalid)
    assert "无法读取" in answer.exception.message


# ---- audit -------------------------------------------------------------------------------------------------------------


def test_audit_of_an_untouched_record(home):
    answer = _run(home, "audit", "verify")
    assert (answer.exit_code, answer.output) == (0, "记录完好，未被改动。\n")


@pytest.mark.parametrize(
    "tampering",
    [
        "update history set body = replace(body, '移交', '移送') where body like '%移交%'",
        'update history set "by" = 1 where id = 50',
        "update history set at = '2020-01-01 00:00:00' where id = 50",
        "delete from history where subject_kind = 'hazard' and seq = 3",
    ],
)
def test_audit_after_tampering(home, tampering):
    """INV-4: whoever changes the record with SQL is found out."""
    with sqlite3.connect(home / "bihuan.db") as connection:
        for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            connection.execute(f"drop trigger {name}")
        connection.execute("pragma foreign_keys = off")
        assert connection.execute(tampering).rowcount > 0
    answer = _run(home, "audit", "verify")
    assert answer.exit_code == 1
    assert "处不符" in answer.output


# ---- production ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["run", "worker"])
@pytest.mark.parametrize("secret", ["", "x" * 31])
def test_production_does_not_start_without_its_secret(tmp_path, command, secret):
    """As typed: exit code 1, a sentence that names the setting, no traceback, and nothing made."""
    env = {**os.environ, "BIHUAN_HOME": str(tmp_path), "DATABASE_URL": "", "PYTHONPATH": str(Path(SHIPPED).parent)}
    words = [sys.executable, "-m", "service", command]
    production = {**env, "BIHUAN_ENV": "production", "BIHUAN_SECRET_KEY": secret}
    answer = subprocess.run(words, env=production, capture_output=True, text=True, timeout=60, check=False)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "BIHUAN_SECRET_KEY" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert list(tmp_path.iterdir()) == []


# ---- users -------------------------------------------------------------------------------------------------------------


def test_user_list_shows_everybody_with_his_posts(home):
    answer = _run(home, "user", "list")
    assert answer.exit_code == 0
    rows = dict(line.split("\t", 1) for line in answer.output.splitlines())
    assert set(rows) == {row[0] for row in _ask(home, "select login from persons")}
    assert rows["zhuren"] == "副组长兼办公室主任\t乙镇领导组副组长、乙镇领导组办公室主任"


def test_user_password_by_option_and_by_prompt(home):
    assert _signs_in(home, "banshi1", PASSWORD)
    answer = _run(home, "user", "password", "banshi1", "--password", "Another-2026")
    assert (answer.exit_code, answer.output) == (0, "密码已更新。\n")
    assert _signs_in(home, "banshi1", "Another-2026")
    with pytest.raises(Forbidden):
        _signs_in(home, "banshi1", PASSWORD)
    answer = _run(home, "user", "password", "banshi1", input="Third-2026\nThird-2026\n")
    assert answer.exit_code == 0
    assert "Third-2026" not in answer.output
    assert _signs_in(home, "banshi1", "Third-2026")


@pytest.mark.parametrize("role", ["OFFICE_STAFF", "领导组办公室工作人员"])
def test_a_new_person_signs_in_and_gets_a_post(home, role):
    """From nothing to a clerk at work, without a page."""
    assert _run(home, "user", "add", "banshi3", "办公室经办丙", "--password", "Another-2026").exit_code == 0
    assert _signs_in(home, "banshi3", "Another-2026")
    answer = _run(home, "user", "appoint", "banshi3", role, "乙镇", "--document", "乙政〔2026〕3号")
    assert answer.exit_code == 0, answer.exception
    assert "乙镇领导组办公室工作人员" in answer.output
    assert "banshi3\t办公室经办丙\t乙镇领导组办公室工作人员" in _run(home, "user", "list").output.splitlines()
    refused = _run(home, "user", "add", "banshi3", "重名", "--password", "Another-2026")
    assert (refused.exit_code, "已有人使用" in refused.exception.message) == (1, True)
    for wrong, unit in (("OFFICE_STAFF", "没有的单位"), ("NOBODY", "乙镇"), ("SYS_ADMIN", "甲县")):  # INV-20 for the last
        assert isinstance(_run(home, "user", "appoint", "banshi3", wrong, unit).exception, Invalid)


@pytest.mark.parametrize(
    ("login", "password", "words"), [("banshi1", "short", "至少 10 位"), ("nobody", "Another-2026", "没有登录名")]
)
def test_user_password_refuses_the_weak_and_the_unknown(home, login, password, words):
    answer = _run(home, "user", "password", login, "--password", password)
    assert answer.exit_code == 1
    assert words in answer.exception.message
    assert _signs_in(home, "banshi1", PASSWORD)


def test_user_password_lifts_the_lockout(home):
    """Domain 8.3: five failures lock for fifteen minutes; the administrator opens again."""
    for _ in range(6):
        with pytest.raises(Forbidden):
            _signs_in(home, "banshi1", "Wrong-2026x")
    with pytest.raises(Forbidden, match="锁定"):
        _signs_in(home, "banshi1", PASSWORD)
    assert _run(home, "user", "password", "banshi1", "--password", "Another-2026").exit_code == 0
    assert _signs_in(home, "banshi1", "Another-2026")


def test_a_new_county_with_its_three_administrators(monkeypatch, tmp_path):
    """Domain 9: the three are kept at the county; one person each."""
    from service import setup
    from tests.databases import make_tables

    tmp_path.joinpath("home").mkdir()
    make_tables(database := Database(f"sqlite:///{tmp_path / 'home' / 'bihuan.db'}"))
    monkeypatch.setattr(setup, "prepare", lambda database: None)
    refused = _run(tmp_path / "home", "county", "999902101000", "己县")
    assert isinstance(refused.exception, Invalid)
    assert "初始密码" not in refused.output  # nothing follows
    said = _run(tmp_path / "home", "county", "999902000000", "己县").output
    for login in ("xitong", "anquan", "shenji"):
        password = next(line.split()[1] for line in said.splitlines() if line.split()[:1] == [login])
        assert passwords.check(database, login, password)
    assert "系统管理员" in said
    assert said.splitlines()[-1].startswith("下一步：bihuan run")
    assert isinstance(_run(tmp_path / "home", "county", "999903000000", "庚县").exception, Invalid)
    database.engine.dispose()


def test_run_says_at_once_that_the_address_is_taken(tmp_path):
    """Nothing is made before: neither a database nor, what takes a minute, a county."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        said = _run(tmp_path / "new", "run", "--demo", address=f"127.0.0.1:{other.getsockname()[1]}")
    assert isinstance(said.exception, Misconfigured)
    assert "已被占用" in str(said.exception)
    assert not (tmp_path / "new" / "bihuan.db").exists()
