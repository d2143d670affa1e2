"""After the walk: what must be true of the house whatever was typed into it."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from sqlalchemy import select

from service import setup
from tests.held import tables_say_what_the_engine_holds
from tests.recount import exported, recount
from workflows import campaigns, clock, dispatch, ledger, people, steps
from workflows.db import Database, Session
from workflows.engine import history, own, tasks
from workflows.engine.definitions import Definition
from workflows.engine.instances import Instance
from workflows.engine.tasks import Submission
from workflows.engine.worklist import Task, Timer
from workflows.hazards import PROCESS
from workflows.hazards.questions import DIGITS
from workflows.hazards.rules import NOT_COUNTED
from workflows.hazards.tables import Hazard
from workflows.people import Person, Unit

DOES = {  # domain 2.2, read from what was handed in, not from the product's own notes
    **dict.fromkeys(("plan", "rectify"), "R"),
    **dict.fromkeys(("verify", "confirm_verification"), "V"),
    "apply": "A",
    "town_review": "T",
    "tracker_opinion": "K",
    "sign": "S",
}
APART = frozenset("RV RT RK RS VT VS TK TS KS AT AK AS".split())
PER_ROUND = frozenset("VAT")
SAYS = {"verify": "result", "confirm_verification": "agree", "town_review": "decision", "tracker_opinion": "decision"}
GOOD = ("PASS", "yes", "approve", "agree")
LAWFUL = ["verify", "confirm_verification", "town_review", "tracker_opinion"]


def wrong(database: Database, home: Path) -> Iterator[str]:
    """A sentence for each thing that does not hold."""
    yield from setup.record_faults(database)
    with database.reading() as session:
        tables_say_what_the_engine_holds(session)
        yield from _stuck(session)
        yield from _twice(session)
        yield from _own_judges(session)
        yield from _unlawfully_closed(session)
        yield from _misnumbered(session)
        yield from _forgotten(session)
        yield from _miscounted(session, home)
        yield from (f"timer {timer.element_id}: {timer.error}" for timer in session.scalars(select(Timer).where(Timer.failures > 0)))


def whose(session: Session, task: Task) -> list[Person]:
    """Those who find an open task in their inbox."""
    posts = tasks.posts_of(session, task)
    named = {post.unit_id for post in posts if post == own(post.unit_id)} | {task.assignee_id or 0}
    near = people.holders(session, posts) if task.assignee_id is None else []
    return [person for person in [*near, *(people.get(session, id) for id in named - {0})] if person.is_active]


def _stuck(session: Session) -> Iterator[str]:
    """No instance without a task, a timer or a reason; no open task that nobody sees and nobody is told of."""
    for instance in session.scalars(select(Instance).where(Instance.ended_at.is_(None))):
        mine = session.scalars(select(Task).where(Task.instance_id == instance.id, Task.status == "OPEN")).all()
        if not mine and session.scalars(select(Timer).where(Timer.instance_id == instance.id)).first() is None:
            yield f"instance {instance.id} about {instance.subject} stands still"
        for task in mine:
            there = [people.caller(session, person.id) for person in whose(session, task)]
            if not task.blocked and all(tasks.why_not(session, steps.RULES, task, caller) for caller in there):
                yield f"task {task.id} {task.element_id} of {task.subject} is not blocked; of {len(there)} nobody may do it"


def _twice(session: Session) -> Iterator[str]:
    """A task is handed in once."""
    seen: set[int] = set()
    for task_id in session.scalars(select(Submission.task_id)):
        if task_id in seen:
            yield f"task {task_id} was handed in twice"
        seen.add(task_id)


def _own_judges(session: Session) -> Iterator[str]:
    """Nobody judged his own work, neither himself nor through whoever stood in for him."""
    for hazard in session.scalars(select(Hazard)):
        reopened = [line.at for line in history.lines(session, hazard.ref) if line.kind == "REOPENED"]
        borne: dict[int, set[tuple[str, int]]] = defaultdict(set)
        for each in tasks.submissions(session, hazard.ref):
            if duty := DOES.get(each.element_id):
                for person in {each.by, each.on_behalf_of or each.by}:
                    borne[person].add((duty, sum(at <= each.at for at in reopened)))
        for person, held in borne.items():
            for (one, then), (other, now) in product(held, held):
                counts = then == now or (one if then < now else other) not in PER_ROUND  # the earlier one is carried along
                if one + other in APART and counts:
                    yield f"hazard {hazard.id}: person {person} was {one} in round {then} and {other} in round {now}"


def _unlawfully_closed(session: Session) -> Iterator[str]:
    """INV-2, INV-3: before each signature, and after the last rectification, in this order and by those who may."""
    for hazard in session.scalars(select(Hazard)):
        done = [(each.element_id, each.data, each.by) for each in tasks.submissions(session, hazard.ref)]
        for place, (element, data, by) in enumerate(done):
            if element == "sign" and data["decision"] == "sign":
                since = max(each for each, (name, *_) in enumerate(done[:place]) if name == "rectify")
                before = done[since:place]
                passed = [name for name, answers, _ in before if answers.get(SAYS.get(name, "")) in GOOD]
                checked = {who for name, _, who in before if name in ("verify", "confirm_verification")}
                if list(dict.fromkeys(reversed(passed)))[::-1] != LAWFUL or len(checked) < 2:
                    yield f"hazard {hazard.id} was signed by {by} after {[name for name, *_ in before]}"


def _misnumbered(session: Session) -> Iterator[str]:
    """INV-6: in each town, campaign and year from 1 on, each once."""
    given: dict[str, list[int]] = defaultdict(list)
    for number in session.scalars(select(Hazard.hazard_no).where(Hazard.hazard_no.is_not(None))):
        place, _, serial = number.rpartition("-")
        given[place].append(int(serial))
    for place, serials in given.items():
        if sorted(serials) != list(range(1, len(serials) + 1)):
            yield f"{place} has the numbers {sorted(serials)}"


def _forgotten(session: Session) -> Iterator[str]:
    """INV-7: a hazard that is not at its end goes through the loop, and one that is does not."""
    loop = select(Instance.subject_id).join(Definition).where(Definition.key == PROCESS, Instance.ended_at.is_(None))
    running = set(session.scalars(loop))
    for hazard in session.scalars(select(Hazard)):
        if (hazard.status in ("ARCHIVED", *NOT_COUNTED)) is (hazard.id in running):
            yield f"hazard {hazard.id} is {hazard.status}, and its loop {'runs' if hazard.id in running else 'has ended'}"


def _miscounted(session: Session, home: Path) -> Iterator[str]:
    """The form of every place is what the exported records say; the ledger finds as many as they do."""
    hazards, returns = exported(session, home)
    campaign = campaigns.current(session).code
    for unit in session.scalars(select(Unit).where(Unit.kind.in_(("COUNTY", "TOWN", "VILLAGE")))):
        asked = {"within": unit.region_code[: DIGITS[unit.kind]], "level": unit.kind, "campaign": campaign, "as_of": clock.now()}
        theirs = recount(hazards, returns, **asked)
        ours = {code: value for code, value in dispatch.compute(session, unit, clock.now(), campaign).values.items() if value}
        if ours != theirs:
            yield f"{unit.name}: the form says {ours}, the records say {theirs}"
    now, then = ledger.count(session), ledger.count(session, as_of=clock.now())
    if (now.total, now.items) != (then.total, then.items):
        yield f"the ledger says {now.items} and, asked for this moment, {then.items}"
