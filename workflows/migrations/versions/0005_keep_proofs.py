"""keep the proof with the version"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("definitions", sa.Column("proof", workflows.db.Json(), nullable=True))


def downgrade() -> None:
    op.drop_column("definitions", "proof")
