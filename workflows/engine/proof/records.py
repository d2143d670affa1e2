"""What a proof answers: a verdict and, for each fault, a sentence and a shortest way to it."""

from dataclasses import dataclass
from typing import Literal

from workflows.engine import LoopRule

Verdict = Literal["proven", "refuted", "unproven"]


@dataclass(frozen=True)
class Stop:
    """One act of a counter-example and all that follows of itself, until the case waits again. Ids are those of the canvas."""

    element_id: str  # the task that is done or the timer that fires; at the beginning, the start event
    name: str
    calls: tuple[str, ...]  # the call activities that lead to it, outermost first
    passed: tuple[str, ...]  # elements passed, in order
    flows: tuple[str, ...]  # arrows chosen at gateways, in order
    members: tuple[tuple[str, int], ...]  # multi-instance tasks that opened, and how many instances
    ends_early: bool  # whether its answer ends a multi-instance task before all have answered
    tokens: tuple[str, ...]  # elements where the case stands afterwards


@dataclass(frozen=True)
class Fault:
    """One thing that a diagram breaks. `example` has the fewest acts that lead there; empty for what never happens."""

    rule: str  # proof-deadlock, proof-leftover, proof-livelock, proof-unsafe, proof-dead, proof-loop
    element_id: str
    message: str
    example: tuple[Stop, ...] = ()


@dataclass(frozen=True)
class Proof:
    """The outcome for one process. `unproven`: the search was cut off before anything wrong was found."""

    verdict: Verdict
    faults: tuple[Fault, ...]
    states: int  # places where a case may rest
    acts: int  # every state within so many acts from the beginning was seen
    milliseconds: int
    sha256: str  # of the file
    rules: tuple[LoopRule, ...] = ()  # those it was asked about

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        if self.verdict == "proven":
            return f"已证明：走遍全部 {self.states} 个状态，每件都能办完，没有发现违反规则的走法。"
        if self.verdict == "refuted":
            return f"不成立：发现 {len(self.faults)} 处问题，每处附一条最短的走法。"
        if not self.states:
            return "未能证明：从开始就分出太多走法，或调用的流程层层展开以后图形太多，没有查。"
        return f"未能证明：状态太多，查了 {self.states} 个（{self.acts} 步以内的全部走法），没有发现问题，但没有查完。"
