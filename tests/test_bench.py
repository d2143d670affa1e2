"""That the measurements still run: on a handful of rows, and without looking at the clock."""

from sqlalchemy import func, select

from tests.bench import engine, plain, sweep
from workflows.engine import spiff
from workflows.engine.worklist import Timer


def test_the_engine_is_measured_at_the_signature():
    case = engine.at_signature(spiff.read(engine.DIAGRAM.read_bytes()), 2)
    assert "draft_disclosure" in engine.Case(case.spec, engine.step(case, engine.SIGN)).waiting()


def test_the_burst_is_whole(tmp_path, monkeypatch):
    """Every timer of it has an instance, a task and a thing of its own: each can be fired."""
    monkeypatch.setattr(sweep, "BURST", 3)
    database = plain.prepare(tmp_path)
    with database.transaction() as session:
        sweep._multiply_instance(session, sweep._instance(session))
    assert sweep.timers.sweep(database, plain.RULES) == 3
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Timer)) == 1
