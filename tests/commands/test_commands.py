"""The command line: its help, a house made and made again, and a start that is refused."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from service.__main__ import main
from service.config import Misconfigured
from service.demo import PASSWORD
from service.setup import PROCESSES, SHIPPED
from tests.commands.shell import ask, run

COMMANDS = ["init", "run", "worker", "demo", "county", "check", "deploy", "backup", "restore", "audit", "audit verify"]
COMMANDS += ["user", "user list", "user add", "user appoint", "user password"]


# ---- help -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["", *COMMANDS])
@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_each_command_tells_what_it_does(tmp_path, command, asked):
    answer = run(tmp_path, *command.split(), asked)
    assert answer.exit_code == 0
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.output)
    assert not re.search(r"^(Usage|Options|Commands)|Show this", answer.output, re.MULTILINE)
    assert list(tmp_path.iterdir()) == []  # help touches nothing


def test_the_list_of_commands_is_whole():
    found = [name for name, command in main.commands.items() if not hasattr(command, "commands")]
    found += [f"{name} {sub}" for name, command in main.commands.items() for sub in getattr(command, "commands", {})]
    assert set(found) == set(COMMANDS) - {"audit", "user"}


def test_an_unknown_command_is_an_error(tmp_path):
    assert run(tmp_path, "destroy").exit_code == 2


# ---- init, demo -------------------------------------------------------------------------------------------------------


def test_init_makes_the_database_and_may_be_repeated(tmp_path):
    for _ in range(2):
        answer = run(tmp_path / "new", "init")
        assert (answer.exit_code, answer.output) == (0, "数据库已就绪。\n")
    shipped = [(key, 1) for key in sorted(PROCESSES.values())]
    assert ask(tmp_path / "new", "select key, version from definitions order by key") == shipped
    assert ask(tmp_path / "new", "select count(*) from campaigns") == [(2,)]
    assert ask(tmp_path / "new", "select count(*) from persons") == [(0,)]


def test_init_leaves_a_living_database_alone(home):
    tables = "hazards tasks history persons parameters definitions".split()
    before = [ask(home, f"select count(*) from {table}") for table in tables]
    assert run(home, "init").exit_code == 0
    assert [ask(home, f"select count(*) from {table}") for table in tables] == before
    assert before[0] > [(0,)]


def test_demo_names_a_sign_in_for_each_role_and_does_nothing_the_second_time(lived_in, home):
    answer = lived_in[1]
    assert answer.exit_code == 0, answer.output
    shown = {line.split()[0] for line in answer.output.splitlines() if line.startswith("  ")}
    held = ask(home, "select login, role from persons join appointments on persons.id = person_id")
    assert {role for login, role in held if login in shown} == {role for _, role in held}
    assert len(shown) < len({login for login, _ in held})  # one a role, not everybody
    assert "正在建演示县" in answer.output
    assert PASSWORD in answer.output
    before = ask(home, "select count(*), max(id) from history")
    for kind in ("town", "county"):
        again = run(home, "demo", kind)
        assert again.exit_code == 0
        assert again.output.endswith("库中已有人员，没有改动。\n")
        assert "正在建演示县" not in again.output
    assert ask(home, "select count(*), max(id) from history") == before


def test_demo_does_not_mix_with_a_real_county(tmp_path):
    """Whoever has people of his own gets no fictional ones beside them, nor a list of well-known passwords."""
    assert run(tmp_path, "county", "999902000000", "己县").exit_code == 0
    answer = run(tmp_path, "demo")
    assert (answer.exit_code, answer.output) == (0, "库中已有人员，没有改动。\n")
    assert ask(tmp_path, "select count(*) from persons") == [(3,)]


def test_demo_is_refused_in_production(tmp_path):
    answer = run(tmp_path, "demo", BIHUAN_ENV="production", BIHUAN_SECRET_KEY="for tests " * 4)
    assert isinstance(answer.exception, Misconfigured)
    assert not (tmp_path / "bihuan.db").exists()


# ---- starts that are refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("command", "secret"), [("run", ""), ("run", "x" * 31), ("worker", "")])
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


def test_run_says_at_once_that_the_address_is_taken(tmp_path):
    """Nothing is made before: neither a database nor, what takes a minute, a county."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        said = run(tmp_path / "new", "run", "--demo", BIHUAN_ADDRESS=f"127.0.0.1:{other.getsockname()[1]}")
    assert isinstance(said.exception, Misconfigured)
    assert "已被占用" in str(said.exception)
    assert not (tmp_path / "new" / "bihuan.db").exists()
