"""Commands as an administrator types them, and what they leave behind."""

import sqlite3
from pathlib import Path

from click.testing import CliRunner, Result

from service.__main__ import main
from service.setup import PROCESSES, SHIPPED

LOOP = SHIPPED / "hazard_loop.bpmn"
LOOP_KEY = PROCESSES[LOOP.stem]


def run(home: Path, *words: str, typed: str = "", **settings: str) -> Result:
    """Run a command in a home; `typed`: what is answered to its questions."""
    usual = {"DATABASE_URL": "", "BIHUAN_ENV": "", "BIHUAN_SECRET_KEY": "", "BIHUAN_ADDRESS": ""}
    return CliRunner().invoke(main, list(words), env={**usual, "BIHUAN_HOME": str(home), **settings}, input=typed)


def ask(home: Path, question: str) -> list[tuple]:
    """Ask the database itself."""
    with sqlite3.connect(home / "bihuan.db") as connection:
        return connection.execute(question).fetchall()


def versions(home: Path) -> list[int]:
    """The numbers of the loop's versions."""
    return [version for (version,) in ask(home, f"select version from definitions where key = '{LOOP_KEY}' order by version")]
