"""The sweep: fires what is due by our clock, leaves the rest, and survives a broken case."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.engine import toy
from tests.engine.test_tasks import TEXT, A, begin, complete, open_elements
from workflows import clock
from workflows.engine import Cause, instances, timers
from workflows.engine.worklist import Timer


@pytest.fixture
def world():
    return toy.Toy()


def test_a_timer_fires_when_its_moment_has_come_and_only_then(database, world):
    begin(database, world, toy.TIMER)
    assert timers.sweep(database, world.rules()) == 0
    assert timers.next_at(database) == world.due
    with clock.travel(world.due):
        assert timers.sweep(database, world.rules()) == 1
    assert open_elements(database) == ["b"]
    assert timers.next_at(database) is None


def test_a_finished_task_takes_its_timer_with_it(database, world):
    begin(database, world, toy.TIMER)
    complete(database, world, "a", A, TEXT)
    assert timers.next_at(database) is None


def test_a_rearmed_timer_follows_the_changed_deadline(database, world):
    begin(database, world, toy.TIMER)
    first, world.due = world.due, world.due + timedelta(days=10)
    with database.transaction() as session:
        session.scalars(select(Timer)).one().failures = 3
        instances.rearm(session, world.rules(), toy.THING, Cause(("test", 0), clock.now()))
    assert timers.next_at(database) == world.due
    with database.reading() as session:
        assert timers.counts(session).failed == 0, "it has not been tried at its new moment"
    with clock.travel(first):
        assert timers.sweep(database, world.rules()) == 0
    with clock.travel(world.due):
        assert timers.sweep(database, world.rules()) == 1


def test_one_broken_case_does_not_stop_the_sweep(database, world):
    begin(database, world, toy.TIMER)
    with database.transaction() as session:
        instances.start(session, world.rules(), "toy", toy.Subject("thing", 2), by=1)
        broken = session.scalar(select(Timer).order_by(Timer.id).limit(1))
        session.get(instances.Instance, broken.instance_id).state = "nonsense"
    with clock.travel(world.due + timedelta(minutes=1)):
        assert timers.sweep(database, world.rules()) == 1
        assert timers.sweep(database, world.rules()) == 0
    with database.reading() as session:
        left = session.scalars(select(Timer)).one()
        assert (left.id, left.failures) == (broken.id, 1)
        assert left.wake_at > left.due_at
        assert left.error
