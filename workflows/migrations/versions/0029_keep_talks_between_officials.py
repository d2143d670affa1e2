"""what was handed in because of a missed report lies with the hazard's case, open to officials alone"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

MISSED = """
    update {uses} set is_internal = true where task_id in (
        select tasks.id from tasks join urges on tasks.subject_kind = 'urge' and tasks.subject_id = urges.id
        where urges.ground = 'THURSDAY'
    )
"""


def upgrade() -> None:
    for uses in ("photo_uses", "paper_uses"):
        op.add_column(uses, sa.Column("is_internal", sa.Boolean(), nullable=False, server_default=sa.false()))
    mark_missed(op.get_bind())


def mark_missed(connection: sa.Connection) -> None:
    """What came with the urges for missed reports is between the officials."""
    for uses in ("photo_uses", "paper_uses"):
        connection.execute(sa.text(MISSED.format(uses=uses)))
