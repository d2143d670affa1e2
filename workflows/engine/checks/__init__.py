"""What a diagram may contain (design, section 5): findings with element ids, in plain Chinese.

The library drops, passes through or mis-runs much of BPMN without a word, so a diagram is checked before it is read.
Each rule is a function from the diagram (and the known words) to findings; it relies on no other rule.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

from workflows.engine import xml
from workflows.engine.checks import elements, feeding, flows, ids, pools, reach, subjects, texts, words
from workflows.engine.checks.diagrams import Diagram, read
from workflows.engine.checks.findings import Finding, Known, error, warning
from workflows.engine.checks.forms import check_forms, is_form
from workflows.errors import Invalid

__all__ = ["Finding", "Known", "check", "check_forms", "error", "is_form", "warning"]

MAX_FINDINGS = 200

# The first are linear in the file's size; those that follow arrows see only what is not too large.
STRUCTURE: tuple[Callable[[Diagram], Iterator[Finding]], ...] = (
    pools.processes,
    pools.participants,
    reach.size,
    ids.missing,
    ids.form,
    ids.twice,
    ids.clashes,
    elements.outer,
    elements.anywhere,
    elements.inside,
    elements.parts,
    elements.marks,
    elements.events,
    elements.timers,
    elements.misplaced,
    words.extras,
    words.names,
    pools.strangers,
    pools.drawing,
)
ARROWS: tuple[Callable[[Diagram], Iterator[Finding]], ...] = (
    pools.lanes,
    pools.calls,
    flows.ends,
    flows.conditions,
    flows.defaults,
    flows.choices,
    flows.degrees,
    flows.doubles,
    flows.event_gateways,
    flows.boundaries,
    reach.empty,
    reach.starts,
    reach.ends,
    reach.unreachable,
    reach.endless,
    reach.automatic_loops,
    reach.loops,
    reach.joins,
    reach.chains,
)
WORDS: tuple[Callable[[Diagram, Known], Iterator[Finding]], ...] = (
    words.operators,
    words.processes,
    subjects.named,
    words.loops,
    words.tasks,
    words.addressees,
    texts.conditions,
    texts.beginnings,
    texts.timers,
    texts.counts,
    texts.parameters,
    texts.unanswered,
)
ANSWERS: tuple[Callable[[Diagram, Known, Mapping[str, Any]], Iterator[Finding]], ...] = (
    texts.undecided,
    texts.unoffered,
    feeding.stale,
)
"""What the diagram asks of its forms."""


def check(data: bytes, known: Known, asked: Mapping[str, Any] | None = None) -> list[Finding]:
    """All that keeps a BPMN file from running here (errors, first) and what its designer should look at (warnings).

    Never raises, whatever the bytes are. At most 200 findings and a word that there are more. `Known()` checks the
    structure only, for files of other tools. `asked`: the forms that come with it, by key.
    """
    try:
        diagram = read(xml.parse(data))
    except Invalid as problem:
        return [error("", "file-unreadable", problem.message)]
    of_forms = [] if asked is None else [*check_forms(asked, known), *chain(*(rule(diagram, known, asked) for rule in ANSWERS))]
    about = [*subjects.begun(diagram, asked or {}), *subjects.elsewhere(diagram, known, asked or {})]
    found = list(dict.fromkeys([*_all(diagram, known), *about, *of_forms]))
    found.sort(key=lambda finding: finding.severity != "error")
    if len(found) <= MAX_FINDINGS:
        return found
    rest = warning("", "more", f"问题太多，只列出前 {MAX_FINDINGS} 个。请先改正这些，再检查一次。")
    return [*found[:MAX_FINDINGS], rest]


def _all(diagram: Diagram, known: Known) -> Iterator[Finding]:
    for structural in STRUCTURE if reach.is_too_large(diagram) else STRUCTURE + ARROWS:
        yield from structural(diagram)
    for rule in WORDS:
        yield from rule(diagram, known)
