"""What the engine holds, beside what the tables of open tasks and timers say of it."""

from sqlalchemy import select

from workflows import clock, steps
from workflows.db import Session
from workflows.engine import Cause, instances, spiff, worklist
from workflows.engine.worklist import Task, Timer


def tables_say_what_the_engine_holds(session: Session) -> list[worklist.Held]:
    """No timer and no task is lost or doubled: the tables hold exactly what each running instance's state holds; answers that."""
    found = list[worklist.Held]()
    for instance in session.scalars(select(instances.Instance).where(instances.Instance.ended_at.is_(None))):
        thing = steps.RULES.subject(session, instance.subject)
        world = instances.World(session, steps.RULES, thing, Cause(("instance", instance.id), clock.now()))
        held = worklist.held(spiff.thaw(instances.version(session, instance).spec, instance.state, world))
        mine = select(Timer.token_id).where(Timer.instance_id == instance.id)
        assert sorted(session.scalars(mine)) == sorted(held.timers)
        open_now = select(Task.token_id).where(Task.instance_id == instance.id, Task.status == "OPEN")
        assert sorted(session.scalars(open_now)) == sorted(held.tasks)
        found.append(held)
    return found
