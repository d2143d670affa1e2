"""A server in a process of its own, on a free port of 127.0.0.1, ended with the block that started it."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

PATIENCE = 60.0  # seconds until a server that does not answer counts as broken


@dataclass(frozen=True)
class Server:
    """A running server; `start_ms` from its launch to the first answer of its sign-in page."""

    port: int
    pid: int
    start_ms: float

    def megabytes(self) -> float:
        """The resident memory of the process."""
        return psutil.Process(self.pid).memory_info().rss / 2**20


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(module: str, *arguments: str, home: Path, port: int, path: str = "/sign-in") -> Iterator[Server]:
    """Run `python -m module arguments`; it finds its folder and address in BIHUAN_HOME and BIHUAN_ADDRESS."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL" and not name.startswith("BIHUAN_")}
    env = {**kept, "BIHUAN_HOME": str(home), "BIHUAN_ADDRESS": f"127.0.0.1:{port}"}
    began = time.perf_counter()
    log = home / f"{module}.log"
    with log.open("wb") as said:
        process = subprocess.Popen([sys.executable, "-m", module, *arguments], env=env, stdout=said, stderr=said)
    try:
        _await(process, port, path, log)
        yield Server(port, process.pid, (time.perf_counter() - began) * 1000)
    finally:
        process.terminate()
        process.wait(20)


def _await(process: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if _status(port, path) == 200:
                return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError(f"the server does not answer (exit code {process.poll()}): {log.read_text()[-2000:]}")


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path)
    return connection.getresponse().status
