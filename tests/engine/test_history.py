"""The chain: what is altered, cut out or cut off is found."""

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import text

from workflows import clock
from workflows.engine import Subject, history
from workflows.errors import Conflict

ONE, OTHER = Subject("hazard", 1), Subject("hazard", 2)


@pytest.fixture
def chain(database):
    with database.transaction() as session:
        for number in range(4):
            history.record(session, ONE, "happened", by=7, number=number, 说明="中文")
            history.record(session, OTHER, "noise", by=8)
    return database


def faults(database, subject=None):
    with database.reading() as session:
        return history.verify(session, subject)


def change(database, sql):
    with database.transaction() as session:
        session.execute(text(sql))


def test_an_untouched_record_verifies(chain):
    assert faults(chain) == []
    with chain.reading() as session:
        assert [line.seq for line in history.lines(session, ONE)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE history SET body = replace(body, '中文', '别的') WHERE subject_id = 1",
        "UPDATE history SET \"by\" = 8 WHERE subject_id = 1 AND seq = 2",
        "UPDATE history SET on_behalf_of = 3 WHERE subject_id = 1 AND seq = 2",
        "UPDATE history SET at = '2020-01-01 00:00:00' WHERE subject_id = 1 AND seq = 3",
        "UPDATE history SET kind = 'else' WHERE subject_id = 1 AND seq = 4",
        "DELETE FROM history WHERE subject_id = 1 AND seq = 2",
        "DELETE FROM history WHERE subject_id = 1 AND seq = 1",
    ],
)
def test_any_change_is_found_in_its_chain_alone(chain, sql):
    change(chain, sql)
    assert faults(chain, ONE) != []
    assert faults(chain, OTHER) == []


def test_a_cut_off_tail_is_found_by_the_anchor(chain):
    assert history.anchor(chain) is not None
    assert faults(chain) == []
    change(chain, "DELETE FROM history WHERE subject_id = 1 AND seq = 4")
    assert faults(chain, ONE) == []
    assert faults(chain) == ["hazard 1：第 4 条与每日锚点不符。"]


def test_an_anchor_covers_only_what_grew_and_is_chained_itself(chain):
    first = history.anchor(chain)
    assert history.anchor(chain) is None
    with chain.transaction() as session:
        history.record(session, ONE, "more")
    second = history.anchor(chain)
    assert [head[:3] for head in second.heads] == [["hazard", 1, 5]]
    assert second.previous == first.hash
    change(chain, "UPDATE anchors SET heads = '[]' WHERE id = 1")
    assert faults(chain)[0] == "第 1 号每日锚点的内容与其校验值不符。"


def test_a_refusal_is_kept_apart_from_the_refused(chain):
    history.record_refusal(chain, 7, "forbidden", path="/tasks/1")
    with chain.reading() as session:
        line = history.lines(session, Subject("person", 7))[-1]
    assert (line.kind, line.by, line.body) == ("refused", 7, {"what": "forbidden", "path": "/tasks/1"})


# ---- several writers at once ----------------------------------------------------------------------------------------------


@pytest.fixture
def several(chain):
    """A database in which several transactions write at once."""
    if chain.is_sqlite:
        pytest.skip("the embedded database has one writer")
    return chain


def test_the_second_writer_of_one_chain_gets_a_sentence(several):
    """Never an error page: whoever comes second is told that his deed was not saved, and the chain is whole."""

    def overtaken():
        with several.transaction() as late:
            history.record(late, ONE, "late")
            with several.transaction() as early:
                history.record(early, ONE, "early")

    with pytest.raises(Conflict, match="没有保存"):
        overtaken()
    assert faults(several) == []
    with several.reading() as session:
        assert [line.kind for line in history.lines(session, ONE)][-1] == "early"


def test_a_refusal_waits_for_its_place_in_the_chain(several):
    """It is tried again, because nobody is there who could: it waits for the other writer, loses, and comes next."""
    with several.transaction() as other:
        history.record(other, Subject("person", 7), "other")
        other.flush()
        refusal = Thread(target=history.record_refusal, args=(several, 7, "forbidden"))
        refusal.start()
        refusal.join(timeout=0.3)
        assert refusal.is_alive()
    refusal.join(timeout=10)
    with several.reading() as session:
        assert [line.kind for line in history.lines(session, Subject("person", 7))] == ["other", "refused"]


def test_a_line_that_was_on_its_way_when_an_anchor_was_made_is_in_the_next(several, clock_at):
    """Ids are given before the commit: the line with the smaller id may come after the anchor that has seen the greater."""
    morning = clock_at("2026-03-02 00:10")
    with several.transaction() as slow:
        history.record(slow, ONE, "slow")
        slow.flush()
        with several.transaction() as quick:
            history.record(quick, OTHER, "quick")
        first = history.anchor(several)
    assert ["hazard", 1, 5] not in [head[:3] for head in first.heads]
    clock_at(morning + clock.DAY)
    second = history.anchor(several)
    assert [head[:3] for head in second.heads] == [["hazard", 1, 5]]
    clock_at(morning + clock.DAY + timedelta(hours=2))
    assert history.anchor(several) is None
    change(several, "DELETE FROM history WHERE subject_id = 1 AND seq = 5")
    assert faults(several) == ["hazard 1：第 5 条与每日锚点不符。"]
