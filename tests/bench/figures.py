"""What a measurement answers, and how things are timed: side by side, in blocks."""

import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured value. `aim` None: reported only. `value` None: the measurement broke."""

    name: str
    value: float | None
    unit: str
    aim: float | None = None
    better: str = "lower"

    @property
    def is_met(self) -> bool:
        """Whether the value keeps the aim; what has no aim always does."""
        if self.value is None or self.aim is None:
            return self.value is not None
        return self.value <= self.aim if self.better == "lower" else self.value >= self.aim

    def told(self) -> dict[str, Any]:
        """The figure as it stands in the JSON object."""
        value = self.value if self.value is None else float(f"{self.value:.4g}")
        return {"value": value, "unit": self.unit, "aim": self.aim, "better": self.better, "met": self.is_met}

    def line(self) -> str:
        """The figure for the screen."""
        aim = "" if self.aim is None else f"  (aim {'≤' if self.better == 'lower' else '≥'} {self.aim:g})"
        missed = "" if self.is_met else "  MISSED"
        return f"{self.name:<34}{'–' if self.value is None else f'{self.value:.4g}':>9} {self.unit}{aim}{missed}"


def tell(text: str) -> None:
    """Say what goes on, beside the JSON object."""
    print(text, file=sys.stderr, flush=True)


def side_by_side(sides: Sequence[Callable[[], float]], *, blocks: int, times: int) -> list[list[float]]:
    """The medians of `blocks` blocks for each side. A side answers the milliseconds of one run; within a block the sides
    follow each other, so that a noisy minute of the machine hits all of them. The first block warms up and is dropped."""
    medians: list[list[float]] = [[] for _ in sides]
    for block in range(blocks + 1):
        for kept, side in zip(medians, sides, strict=True):
            median = statistics.median(side() for _ in range(times))
            if block:
                kept.append(median)
    return medians


def ratio(ours: Sequence[float], floor: Sequence[float]) -> float:
    """The median of the blocks' ratios."""
    return statistics.median(our / other for our, other in zip(ours, floor, strict=True))
