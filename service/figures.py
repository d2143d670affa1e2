"""What this process has answered, counted for Prometheus. Each web process counts for itself; the label `process` says which.

Not the official client: its figures of several processes go through files that need sweeping, and this is all we need of it.
"""

import os
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds; the aim of a page is 0.1 (design §9)."""
METHODS = frozenset({"GET", "HEAD", "POST"})

_lock = threading.Lock()
_answered: dict[tuple[str, str, int], int] = defaultdict(int)
_lasted: dict[str, list[int]] = defaultdict(lambda: [0] * (len(BOUNDS) + 1))
_seconds: dict[str, float] = defaultdict(float)


def count(method: str, endpoint: str, status: int, seconds: float) -> None:
    """Count an answer."""
    place = next((place for place, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))
    with _lock:
        _answered[method if method in METHODS else "OTHER", endpoint, status] += 1
        _lasted[endpoint][place] += 1
        _seconds[endpoint] += seconds


def text(gauges: Mapping[str, tuple[str, float]]) -> str:
    """Everything counted so far in Prometheus' text format, and these `gauges`: name → (what it says, value)."""
    with _lock:
        lines = [*_requests(), *_durations()]
    for name, (says, value) in gauges.items():
        lines += [f"# HELP {name} {says}", f"# TYPE {name} gauge", f"{name} {value:g}"]
    return "\n".join(lines) + "\n"


def _requests() -> Iterator[str]:
    yield from ("# HELP bihuan_requests_total Requests answered.", "# TYPE bihuan_requests_total counter")
    for (method, endpoint, status), times in sorted(_answered.items()):
        yield f"bihuan_requests_total{_labels(method=method, endpoint=endpoint, status=status)} {times}"


def _durations() -> Iterator[str]:
    name = "bihuan_request_seconds"
    yield from (f"# HELP {name} Seconds from a request to its answer.", f"# TYPE {name} histogram")
    for endpoint, lasted in sorted(_lasted.items()):
        for bound, times in zip((*BOUNDS, "+Inf"), _added_up(lasted), strict=True):
            yield f"{name}_bucket{_labels(endpoint=endpoint, le=bound)} {times}"
        yield f"{name}_sum{_labels(endpoint=endpoint)} {_seconds[endpoint]:.6f}"
        yield f"{name}_count{_labels(endpoint=endpoint)} {sum(lasted)}"


def _added_up(numbers: Iterable[int]) -> Iterator[int]:
    total = 0
    for number in numbers:
        total += number
        yield total


def _labels(**labels: object) -> str:
    named = {**labels, "process": os.getpid()}
    return "{" + ",".join(f'{name}="{value}"' for name, value in named.items()) + "}"
