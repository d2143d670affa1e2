"""Where cases wait: how long each step of one version took, what waits there now, and what had to be done again.

Counted from the tasks as they were opened and done, over the hazards in the caller's scope, so that a supervisor's figures are
those of his own cases and can be counted again from them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflows import clock, hazards
from workflows.engine import Caller
from workflows.engine.definitions import Definition
from workflows.engine.instances import Instance
from workflows.engine.worklist import Task
from workflows.hazards.tables import Hazard


@dataclass(frozen=True)
class Wait:
    """One step over all cases of a period."""

    element_id: str
    name: str
    done: int  # how often it was finished in the period
    open: int  # how many cases wait at it now
    median: timedelta | None  # from opening to handing in, of those finished; None: none was
    most: timedelta | None  # nine of ten took no longer
    again: int  # how often it was finished once more for the same case: sent back, or every week


# ---- rules -------------------------------------------------------------------------------------------------------------


def at_share(spans: Sequence[timedelta], share: float) -> timedelta | None:
    """The shortest of these spans that at least this share of them do not exceed (nearest rank)."""
    return sorted(spans)[max(ceil(share * len(spans)), 1) - 1] if spans else None


# ---- questions ---------------------------------------------------------------------------------------------------------


def of_version(session: Session, caller: Caller, definition: Definition, *, since: date, until: date) -> list[Wait]:
    """The steps of a version's cases, by what was finished from one day to another, both included; slowest first."""
    begin, end = clock.at(since), clock.end_of(until)
    asked = (
        select(Task.element_id, Task.name, Task.instance_id, Task.index, Task.opened_at, Task.done_at)
        .join(Instance, Instance.id == Task.instance_id)
        .where(Instance.definition_id == definition.id, Task.status.in_(("OPEN", "DONE")), Task.subject_kind == "hazard")
        .where(Task.subject_id.in_(select(Hazard.id).where(hazards.scope(session, caller))))
        .where(or_(Task.done_at.is_(None), Task.done_at.between(begin, end)))
    )
    names: dict[str, str] = {}
    spans: dict[str, list[timedelta]] = defaultdict(list)
    cases: dict[str, set[tuple[int, int]]] = defaultdict(set)
    waiting: dict[str, int] = defaultdict(int)
    for element_id, name, instance_id, index, opened_at, done_at in session.execute(asked):
        names[element_id] = name
        if done_at is None:
            waiting[element_id] += 1
        else:
            spans[element_id].append(done_at - opened_at)
            cases[element_id].add((instance_id, index))
    found = [_wait(id, name, spans[id], len(cases[id]), waiting[id]) for id, name in names.items()]
    return sorted(found, key=lambda each: (each.median or timedelta(0), each.open), reverse=True)


def _wait(element_id: str, name: str, spans: list[timedelta], cases: int, waiting: int) -> Wait:
    return Wait(element_id, name, len(spans), waiting, at_share(spans, 0.5), at_share(spans, 0.9), len(spans) - cases)
