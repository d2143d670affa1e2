"""a leader's signature for his stations is under the lines themselves, not under their places in the report"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0030"
down_revision = "0029"

REPORTS = sa.table(
    "weekly_reports", sa.column("id"), sa.column("lines", workflows.db.Json()), sa.column("leaders", workflows.db.Json())
)


def upgrade() -> None:
    keep_lines(op.get_bind())


def keep_lines(connection: sa.Connection) -> None:
    """Put the lines themselves in the place of their numbers, as they stand now; more is not known of what was signed."""
    for id, lines, leaders in connection.execute(sa.select(REPORTS)).all():
        if leaders:
            named = [_named(leader, lines) for leader in leaders]
            connection.execute(sa.update(REPORTS).where(REPORTS.c.id == id).values(leaders=named))


def _named(leader: dict[str, Any], lines: list[dict[str, str]]) -> dict[str, Any]:
    signed = {"signed_at": leader["at"]} if "at" in leader else {}
    return {"person_id": leader["id"], "lines": [line for line in lines if line["序号"] in leader["lines"]], **signed}
