"""files of the store that perhaps no row names"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.create_table(
        "loose_ends",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("since", workflows.db.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_loose_ends")),
    )
