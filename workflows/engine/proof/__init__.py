"""Proof: whatever officials decide, and whenever timers fire, every case of a diagram can be brought to its end, and none
gets round the loop rules.

A diagram has finitely many pictures of where a case may rest, so all of them are looked at, straight from the XML, with the
rules of `tokens`, which the tests compare with the running engine move by move. Nothing is known of the data: any arrow of
a choosing gateway may be taken, any armed timer may fire at any time, a multi-instance task has one member or several. So
"proven" holds for every case. "Refuted" comes with a shortest way to the fault; on paper it may be a way that the data
forbid (a function asked twice that cannot have changed): then the diagram must be drawn so that it shows in the arrows.

**What is proven.** No deadlock, no token left at a join when the rest has ended, from everywhere an end in reach, never a
second token at one place (so tokens are bounded), no element that nobody ever passes; and the loop rules, "X only after Y
since the last Z", where the process says `loop`. Each rule is one bit that travels with the state (`hearing`), so one
search answers all questions.

**To rest, at once.** The engine lets everything automatic go before anybody may act again: one click, one transaction. So
states are looked at only at rest, and a step of a counter-example is one act with all that follows of itself. In between
the order of automatic nodes is not the engine's to promise; all orders are tried, except where they cannot matter: a node
is *quiet* if no rule hears it, it does not terminate its scope, and it has one way in (or joins them all). Each arrow leads
to one node, so no other node can take a quiet node's token away; only a terminate end event can, and what it takes away
it takes before or after the quiet node went. Whatever order ends in whatever rest, moving a quiet move to the front ends
in the same; so quiet nodes go first, one at a time, without branching. Merges wait until nothing quiet is left, so two
tokens that can meet at one merge do meet there, and the second one is noticed.

**What a second token is.** BPMN calls a diagram safe if no arrow ever holds two tokens. Two that meet in one move at one merge
are two on the arrow behind it, even where nothing but an end follows, which would take both: so they are a fault, although
nothing goes wrong yet. Whatever is drawn behind that merge one day would be done twice, and a join says what is meant.
Two that come there by the clicks of two people are none: the first has gone on to rest before the second comes.

**When it is cut off.** More than `limit` states is "unproven": honest, with how far it came; so is a process that with all it
calls has more nodes than `tokens` will copy. A fault found before stands.
"""

import hashlib
import time
from collections.abc import Sequence
from functools import lru_cache

from workflows.engine import LoopRule, xml
from workflows.engine.checks import diagrams
from workflows.engine.proof.records import Fault, Proof, Stop
from workflows.engine.proof.space import Space
from workflows.engine.proof.verdicts import faults
from workflows.engine.tokens import Net, TooLarge

__all__ = ["LIMIT", "Fault", "Proof", "Stop", "prove"]

LIMIT = 30_000  # states; five seconds at the widest


def prove(data: bytes, process_id: str, rules: Sequence[LoopRule] = (), *, limit: int = LIMIT) -> Proof:
    """Prove or refute a process of a BPMN file in which `checks` has found no error. `rules`: those of every loop; the ones
    that the process names hold."""
    return _prove(data, process_id, tuple(rules), limit)


@lru_cache(maxsize=16)
def _prove(data: bytes, process_id: str, rules: tuple[LoopRule, ...], limit: int) -> Proof:
    """The same file is proven at the check, at the hand-in and at the approval: once is enough."""
    began = time.perf_counter()
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        net = Net(data, process_id)
    except TooLarge:
        return Proof("unproven", (), 0, 0, 0, sha256)
    loop = _loop(data, process_id)
    asked = tuple(rule for rule in rules if rule.loop == loop)
    space = Space(net, asked, limit).explore()
    found = tuple(faults(space))
    return Proof(
        verdict="refuted" if found else "unproven" if space.is_cut else "proven",
        faults=found,
        states=len(space.came),
        acts=space.acts,
        milliseconds=round((time.perf_counter() - began) * 1000),
        sha256=sha256,
        rules=asked,
    )


def _loop(data: bytes, process_id: str) -> str:
    """The loop that a process says it is; "" for none."""
    processes = xml.parse(data).iterfind(f"{{{xml.BPMN}}}process")
    return next(diagrams.properties(process).get("loop", "") for process in processes if process.get("id") == process_id)
