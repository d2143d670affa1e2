"""Run the measurements named on the command line, or all of them, and print one JSON object; progress goes to stderr.

Each measurement is a file of its own with `measure() -> Iterable[Figure]`. One that breaks does not hide the others: it is
told with its trace, stands in the object as not met, and the exit code is 1.
"""

import json
import logging
import sys
import time
import traceback
from importlib import import_module

from tests.bench.figures import Figure, tell

NAMES = (
    "engine", "proof", "room", "http", "five_tasks", "inbox", "sweep", "ledger", "dispatch", "friday", "start", "public", "processes", "county",
)  # fmt: skip


def main(names: list[str]) -> int:
    """Measure, print, and answer the exit code: 0, 1 if a measurement broke, 2 if there is no such measurement."""
    logging.disable(logging.CRITICAL)
    if unknown := [name for name in names if name not in NAMES]:
        tell(f"no measurement {' '.join(unknown)}; there are: {' '.join(NAMES)}")
        return 2
    figures = [figure for name in names or NAMES for figure in _measured(name)]
    print(json.dumps({figure.name: figure.told() for figure in figures}, ensure_ascii=False, indent=1))
    return 1 if any(figure.value is None for figure in figures) else 0


def _measured(name: str) -> list[Figure]:
    began, figures = time.perf_counter(), []
    tell(f"{name} …")
    try:
        for figure in import_module(f"tests.bench.{name}").measure():
            figures.append(figure)
            tell(f"  {figure.line()}")
    except Exception:
        traceback.print_exc()
        figures.append(Figure(name, None, "broken", aim=0))
    tell(f"  took {time.perf_counter() - began:.0f} s")
    return figures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
