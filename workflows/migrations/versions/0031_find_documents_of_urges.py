"""urges signed before they knew their document find it; what was urged of officials is between them

A document stays with the case whose chain holds its digest, be that the hazard's or the urge's own: moved elsewhere it would be
one that no line vouches for.
"""

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0031"
down_revision = "0030"

URGES = sa.table(
    "urges",
    *map(sa.column, ("id", "hazard_id", "ground", "level", "signed_at", "document_id")),
    sa.column("missed_on", sa.Date()),
)
DOCUMENTS = sa.table(
    "documents",
    *map(sa.column, ("id", "kind", "subject_kind", "subject_id", "is_internal")),
    sa.column("data", workflows.db.Json()),
)
KINDS = {1: "URGE_CARD", 2: "URGE_ORDER", 3: "URGE_LETTER", 4: "URGE_DIRECTIVE"}


def upgrade() -> None:
    find_documents(op.get_bind())


def find_documents(connection: sa.Connection) -> None:
    """Of each urge that is signed and knows no document: the one kept with it, or with the hazard for this deadline."""
    lacking = sa.select(URGES).where(URGES.c.document_id.is_(None), URGES.c.signed_at.is_not(None))
    for urge in connection.execute(lacking).all():
        of_kind = sa.select(DOCUMENTS).where(DOCUMENTS.c.kind == KINDS[urge.level]).order_by(DOCUMENTS.c.id.desc())
        own = of_kind.where(DOCUMENTS.c.subject_kind == "urge", DOCUMENTS.c.subject_id == urge.id)
        of_hazard = of_kind.where(DOCUMENTS.c.subject_kind == "hazard", DOCUMENTS.c.subject_id == urge.hazard_id)
        kept = [*connection.execute(own).all(), *(row for row in connection.execute(of_hazard).all() if _is_of(row.data, urge))]
        if kept:
            connection.execute(sa.update(URGES).where(URGES.c.id == urge.id).values(document_id=kept[0].id))
            if urge.ground == "THURSDAY":
                connection.execute(sa.update(DOCUMENTS).where(DOCUMENTS.c.id == kept[0].id).values(is_internal=sa.true()))


def _is_of(data: dict[str, Any], urge: Any) -> bool:
    day: date = urge.missed_on
    begins = f"下列隐患的整改期限（{day.year}年{day.month}月{day.day}日）已过"
    return urge.ground == "DEADLINE" and str(data.get("督促事由")).startswith(begins)
