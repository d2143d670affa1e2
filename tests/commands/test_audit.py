"""`bihuan audit verify`: whoever changes the record with SQL is found out."""

import sqlite3

import pytest

from tests.commands.shell import run


def test_audit_of_an_untouched_record(home):
    answer = run(home, "audit", "verify")
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
    answer = run(home, "audit", "verify")
    assert answer.exit_code == 1
    assert "处不符" in answer.output
