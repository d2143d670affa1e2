"""industries that administrators add, rename and end"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "sector_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("is_ended", sa.Boolean(), nullable=False),
        sa.Column("set_at", workflows.db.Moment(), nullable=False),
        sa.Column("set_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["set_by"], ["persons.id"], name=op.f("fk_sector_entries_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sector_entries")),
    )
