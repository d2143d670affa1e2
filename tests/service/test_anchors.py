"""The anchors as a file kept elsewhere: it proves itself, and shows when the record was written anew."""

import json

from click.testing import CliRunner
from sqlalchemy import text

from service.__main__ import main
from workflows import anchors
from workflows.engine import Subject, history


def verify(file, *words, database=None):
    url = database.url if database else "sqlite:////nowhere/at/all.db"
    settings = {"DATABASE_URL": url, "BIHUAN_HOME": str(file.parent)}
    return CliRunner().invoke(main, ["audit", "verify", "--anchors", str(file), *words], env=settings)


def test_exported_anchors_prove_themselves_and_the_record(town, signed_in, tmp_path):
    history.anchor(town)
    with town.transaction() as session:
        history.record(session, Subject("unit", 1), "unit_changed", by=1, name="x")
    history.anchor(town)
    auditor = signed_in("shenji")
    assert "/audit/anchors.json" in auditor.get("/audit").text
    answer = auditor.get("/audit/anchors.json")
    assert "attachment" in answer.headers["Content-Disposition"]
    file = tmp_path / "anchors.json"
    file.write_bytes(answer.data)
    assert len(json.loads(answer.data)["anchors"]) == 2
    assert verify(file, "--offline").exit_code == 0
    assert verify(file, database=town).exit_code == 0
    told = json.loads(answer.data)
    told["anchors"][0]["heads"][0][3] = "0" * 64
    assert anchors.faults(json.dumps(told)) == ["第 1 号每日锚点的内容与其校验值不符。"]
    for broken in ("", "{}", "[1]", '{"format": "bihuan-anchors-1", "anchors": [{}]}'):
        file.write_text(broken)
        assert verify(file, "--offline").exit_code == 1


def test_a_record_written_anew_differs_from_the_file(town, tmp_path):
    history.anchor(town)
    with town.reading() as session:
        kept = anchors.told(session)
        assert anchors.differences(session, kept) == []
    with town.transaction() as session:
        session.execute(text("delete from anchors"))
    with town.reading() as session:
        assert anchors.differences(session, kept) == ["第 1 号锚点与系统中现存的不同。"]
