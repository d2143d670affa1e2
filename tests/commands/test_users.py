"""`bihuan user` and `bihuan county`: who may sign in, as the command line has it."""

import pytest

from service.demo import PASSWORD
from tests.commands.shell import ask, run
from workflows import passwords
from workflows.db import Database
from workflows.errors import Forbidden, Invalid


def signs_in(home, login, password):
    database = Database(f"sqlite:///{home / 'bihuan.db'}")
    try:
        return passwords.check(database, login, password) > 0
    finally:
        database.engine.dispose()


def test_user_list_shows_everybody_with_his_posts(home):
    answer = run(home, "user", "list")
    assert answer.exit_code == 0
    rows = dict(line.split("\t", 1) for line in answer.output.splitlines())
    assert set(rows) == {row[0] for row in ask(home, "select login from persons")}
    assert rows["zhuren"] == "副组长兼办公室主任\t乙镇领导组副组长、乙镇领导组办公室主任"


def test_user_password_by_option_and_by_prompt(home):
    assert signs_in(home, "banshi1", PASSWORD)
    answer = run(home, "user", "password", "banshi1", "--password", "Another-2026")
    assert (answer.exit_code, answer.output) == (0, "密码已更新。\n")
    assert signs_in(home, "banshi1", "Another-2026")
    with pytest.raises(Forbidden):
        signs_in(home, "banshi1", PASSWORD)
    answer = run(home, "user", "password", "banshi1", typed="Third-2026\nThird-2026\n")
    assert answer.exit_code == 0
    assert "Third-2026" not in answer.output
    assert signs_in(home, "banshi1", "Third-2026")


@pytest.mark.parametrize("role", ["OFFICE_STAFF", "领导组办公室工作人员"])
def test_a_new_person_signs_in_and_gets_a_post(home, role):
    """From nothing to a clerk at work, without a page."""
    assert run(home, "user", "add", "banshi3", "办公室经办丙", "--password", "Another-2026").exit_code == 0
    assert signs_in(home, "banshi3", "Another-2026")
    answer = run(home, "user", "appoint", "banshi3", role, "乙镇", "--document", "乙政〔2026〕3号")
    assert answer.exit_code == 0, answer.exception
    assert "乙镇领导组办公室工作人员" in answer.output
    assert "banshi3\t办公室经办丙\t乙镇领导组办公室工作人员" in run(home, "user", "list").output.splitlines()
    refused = run(home, "user", "add", "banshi3", "重名", "--password", "Another-2026")
    assert (refused.exit_code, "已有人使用" in refused.exception.message) == (1, True)
    for wrong, unit in (("OFFICE_STAFF", "没有的单位"), ("NOBODY", "乙镇"), ("SYS_ADMIN", "甲县")):  # INV-20 for the last
        assert isinstance(run(home, "user", "appoint", "banshi3", wrong, unit).exception, Invalid)


@pytest.mark.parametrize(
    ("login", "password", "words"), [("banshi1", "short", "至少 10 位"), ("nobody", "Another-2026", "没有登录名")]
)
def test_user_password_refuses_the_weak_and_the_unknown(home, login, password, words):
    answer = run(home, "user", "password", login, "--password", password)
    assert answer.exit_code == 1
    assert words in answer.exception.message
    assert signs_in(home, "banshi1", PASSWORD)


def test_user_password_lifts_the_lockout(home):
    """Domain 8.3: five failures lock for fifteen minutes; the administrator opens again."""
    for _ in range(6):
        with pytest.raises(Forbidden):
            signs_in(home, "banshi1", "Wrong-2026x")
    with pytest.raises(Forbidden, match="锁定"):
        signs_in(home, "banshi1", PASSWORD)
    assert run(home, "user", "password", "banshi1", "--password", "Another-2026").exit_code == 0
    assert signs_in(home, "banshi1", "Another-2026")


def test_a_new_county_with_its_three_administrators(tmp_path):
    """Domain 9: the three are kept at the county; one person each."""
    refused = run(tmp_path, "county", "999902101000", "己县")
    assert isinstance(refused.exception, Invalid)
    assert "初始密码" not in refused.output  # nothing follows
    said = run(tmp_path, "county", "999902000000", "己县").output
    for login in ("xitong", "anquan", "shenji"):
        password = next(line.split()[1] for line in said.splitlines() if line.split()[:1] == [login])
        assert signs_in(tmp_path, login, password)
    assert "系统管理员" in said
    assert said.splitlines()[-1].startswith("下一步：bihuan run")
    assert isinstance(run(tmp_path, "county", "999903000000", "庚县").exception, Invalid)
