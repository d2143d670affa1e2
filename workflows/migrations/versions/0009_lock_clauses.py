"""lock clauses"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("hazards", sa.Column("clause_text", sa.String(length=400), nullable=True))


def downgrade() -> None:
    op.drop_column("hazards", "clause_text")
