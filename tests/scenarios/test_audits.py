"""The audit (INV-4, INV-12): whoever alters a table that reports are counted from, past every verb, is found out."""

from contextlib import suppress

import pytest
from sqlalchemy import text

from tests.scenarios.test_dispatch import do, june, proof
from tests.scenarios.ways import bring, found
from workflows import audits

assert june, "the fixture"

ALTERED = {
    "update facts set kind = 'CLOSED' where kind = 'REGISTERED'": "事实“CLOSED”与留痕",
    "update facts set effective_at = '2020-01-01 00:00:00' where kind = 'DUE'": "事实“DUE”与留痕",
    "delete from facts where kind = 'RECTIFYING'": "所记的事实“RECTIFYING”不见了",
    "update return_values set value = 1 where code = 'B1'": "手工填报的 B1 与留痕",
    "delete from return_values where code = 'B1'": "所记的数据不见了",
    "update frozen_returns set \"values\" = replace(\"values\", '1', '0')": "的内容与其校验值不符",
    "update frozen_returns set lines = '[]' where lines != '[]'": "的内容与其校验值不符",
    "update history set body = '{}' where kind in ('return_frozen', 'return_value_entered', 'DUE')": "的内容与其校验值不符",
    "update submissions set data = '{}'": "号提交",
}


@pytest.fixture
def frozen(june, clock_at):
    """A hazard under rectification, a figure entered by hand, and the month in which both were frozen."""
    bring(june, found(june), "rectify")
    do(june, "丙村", "fill_return", "cunwei", B1=3, B2=1, reason="抽查记录三份。", proof=proof(june))
    clock_at("2023-06-26 00:00:05")
    june.sweep()
    with june.database.reading() as session:
        assert audits.faults(session) == []
    return june


class Undone(Exception):
    """What was altered is put back."""


def test_what_is_altered_past_the_verbs_is_told(frozen):
    for statement, sentence in ALTERED.items():
        with suppress(Undone), frozen.database.as_one() as altered:
            with altered.transaction() as session:
                assert session.execute(text(statement)).rowcount > 0, statement
            with altered.reading() as session:
                assert any(sentence in each for each in audits.faults(session)), statement
            raise Undone
