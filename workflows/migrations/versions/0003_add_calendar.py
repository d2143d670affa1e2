"""the holiday calendar that administrators extend"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "calendar_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("document", sa.String(length=120), nullable=False),
        sa.Column("set_at", workflows.db.Moment(), nullable=False),
        sa.Column("set_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["set_by"], ["persons.id"], name=op.f("fk_calendar_entries_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_entries")),
    )
    op.create_index("ix_calendar_entries_day", "calendar_entries", ["day"], unique=False)
