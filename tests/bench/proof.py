"""How long a designer waits: checks and proof of the main loop, and the proof of a diagram of three hundred nodes.

The large one is what an office might draw: rework, work side by side, choices of some, sub-processes with recurring duties,
one after another. Processor time, so that other programs do not count.
"""

import time
from collections.abc import Callable, Iterable
from statistics import median
from typing import Any

from service import setup
from tests.bench.figures import Figure
from tests.diagrams.proof.notation import Drawing
from workflows import loops, vocabulary
from workflows.engine import checks, proof
from workflows.engine.tokens import Net

LOOP = setup.SHIPPED / "hazard_loop.bpmn"
TIMES = 7
BLOCK = (
    "s{n} > x{n}1 > A{n} > x{n}2 ; x{n}2 > x{n}1 ; x{n}2 > p{n}1",
    "p{n}1 > B{n} > C{n} > p{n}2 ; p{n}1 > x{n}5 > D{n} > x{n}6 ; x{n}6 > x{n}5 ; x{n}6 > p{n}2 ; p{n}1 > E{n} > p{n}2",
    "p{n}2 > F{n} > i{n}1 ; i{n}1 > G{n} > i{n}2 ; i{n}1 > H{n} > i{n}2 ; i{n}1 > J{n}*? > i{n}2 ; i{n}2 > sub{n} > e{n}",
)
DUTY = "s9{n} > p{n}3 ; p{n}3 > K{n} > L{n} > k{n} ; p{n}3 > x{n}9 > t{n} > M{n} > x{n}9"


def measure() -> Iterable[Figure]:
    """Milliseconds of the main loop, and of three hundred nodes."""
    data, known = LOOP.read_bytes(), vocabulary.known(setup.forms_beside(LOOP))
    yield Figure("checks_main_loop_ms", _clocked(lambda: checks.check(data, known)), "ms", aim=300)
    main = proof.prove(data, setup.PROCESSES[LOOP.stem], loops.LOOP_RULES)
    assert main.verdict == "proven", main.faults
    yield Figure("proof_main_loop", _proven(data, setup.PROCESSES[LOOP.stem]), "ms", aim=1_000)
    yield Figure("proof_main_loop_states", main.states, "states")
    large = three_hundred().xml
    assert len(Net(large, "main").nodes) >= 300
    assert proof.prove(large, "main").verdict == "proven"
    yield Figure("proof_300_nodes", _proven(large, "main"), "ms", aim=5_000)
    yield Figure("proof_300_nodes_states", proof.prove(large, "main").states, "states")


def three_hundred() -> Drawing:
    """Twelve blocks in a row, each a called process of its own."""
    numbers = [str(n) for n in range(11, 23)]
    parts = {f"call{n}": " ; ".join(BLOCK).format(n=n) for n in numbers}
    parts |= {f"sub{n}": DUTY.format(n=n) for n in numbers}
    return Drawing(" > ".join(["s", *(f"call{n}" for n in numbers), "e"]), parts)


def _proven(data: bytes, process_id: str) -> float:
    """A byte more each time: what was proven before is remembered."""
    files = iter([data + b"\n" * n for n in range(1, TIMES + 1)])
    return _clocked(lambda: proof.prove(next(files), process_id, loops.LOOP_RULES))


def _clocked(work: Callable[[], Any]) -> float:
    spent = []
    for _ in range(TIMES):
        began = time.process_time()
        work()
        spent.append((time.process_time() - began) * 1000)
    return median(spent)
