"""The product's processes, as an administrator starts them, and as nobody should end them."""

import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

PATIENCE = 60.0  # seconds until a server that does not answer counts as broken


class Process:
    """One started command with its log; it stands in a process group of its own, so that its children can be killed with it."""

    def __init__(self, home: Path, database_url: str, *words: str, **settings: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("BIHUAN_", "DATABASE_URL"))}
        env = {**kept, "BIHUAN_HOME": str(home), "DATABASE_URL": database_url, "PYTHONPATH": ".", **settings}
        self.log = home / f"{words[0]}-{words[1]}.log"
        with self.log.open("ab") as said:
            command = [sys.executable, "-m", *words]
            self.process = subprocess.Popen(command, env=env, stdout=said, stderr=said, start_new_session=True)

    def children(self) -> list[psutil.Process]:
        """The processes it has started: gunicorn's workers."""
        return psutil.Process(self.process.pid).children()

    def kill(self) -> None:
        """SIGKILL to all of it: nothing is tidied up."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        """SIGTERM, as `systemctl stop` does."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def wait_for(self, port: int) -> None:
        """Until it answers."""
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                if ask(port, "/sign-in")[0] == 200:
                    return
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"no answer (exit code {self.process.poll()}): {self.log.read_text()[-3000:]}")


def run(home: Path, database_url: str, port: int, **settings: str) -> Process:
    """`bihuan run`: pages, sweep and jobs in one process."""
    return Process(home, database_url, "service", "run", BIHUAN_ADDRESS=f"127.0.0.1:{port}", **settings)


def web(home: Path, database_url: str, port: int, workers: int = 2, **settings: str) -> Process:
    """gunicorn, as the README says."""
    words = f"service.wsgi:app --bind 127.0.0.1:{port} --workers {workers} --threads 4 --log-level warning".split()
    return Process(home, database_url, "gunicorn", *words, **settings)


def worker(home: Path, database_url: str, **settings: str) -> Process:
    """`bihuan worker`: sweep and jobs."""
    return Process(home, database_url, "service", "worker", **settings)


def ask(port: int, path: str, **headers: str) -> tuple[int, str]:
    """Status and text of an address, asked by nobody in particular."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except http.client.HTTPException as broken:
        raise ConnectionError(str(broken)) from None
    finally:
        connection.close()
