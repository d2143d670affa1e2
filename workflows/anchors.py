"""The chain of daily anchors as a file: kept elsewhere, it shows whether the record was written anew in the meantime.

Checked offline it proves itself; compared with the house it was taken from, it shows any anchor that is no longer the same.
"""

import json
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workflows.db import canonical
from workflows.engine import history
from workflows.engine.history import Anchor

FORMAT = "bihuan-anchors-1"
COLUMNS = ("id", "at", "last_line_id", "heads", "algorithm", "previous", "hash")


def told(session: Session) -> str:
    """Every anchor, as the text of a file."""
    rows = [{name: getattr(each, name) for name in COLUMNS} for each in history.anchors(session)]
    return canonical({"format": FORMAT, "anchors": rows})


def read(text: str) -> list[Anchor]:
    """The anchors of a file; ValueError if it is none."""
    try:
        told: dict[str, Any] = json.loads(text)
        if told["format"] != FORMAT:
            raise ValueError
        return [Anchor(**{**row, "at": datetime.fromisoformat(row["at"])}) for row in told["anchors"]]
    except (KeyError, TypeError, AttributeError, ValueError):
        raise ValueError("这不是每日锚点的文件，或者文件已损坏。") from None


def faults(text: str) -> list[str]:
    """What is wrong with a file in itself, as sentences; without a database."""
    try:
        return list(history.faults_of_anchors(read(text)))
    except ValueError as error:
        return [str(error)]


def differences(session: Session, text: str) -> list[str]:
    """Which anchors of a file the house no longer has as they were: its record was written anew since."""
    kept = {each.id: each.hash for each in history.anchors(session)}
    return [f"第 {each.id} 号锚点与系统中现存的不同。" for each in read(text) if kept.get(each.id) != each.hash]
