"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable

PATIENCE = 30  # seconds; a machine may be busy


def wait_until(question: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Ask again and again until the answer is yes; it must come in time."""
    until = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < until, "did not happen in time"
        time.sleep(0.05)
