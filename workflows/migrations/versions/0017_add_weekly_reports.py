"""weekly reports to the county"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0017"
down_revision = "0016"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "weekly_reports",
        sa.Column("id", KEY, nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("week_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("lines", workflows.db.Json(), nullable=False),
        sa.Column("counts", workflows.db.Json(), nullable=False),
        sa.Column("collected_at", workflows.db.Moment(), nullable=False),
        sa.Column("signed_by", KEY, nullable=True),
        sa.Column("signer", sa.String(length=60), nullable=False),
        sa.Column("signed_at", workflows.db.Moment(), nullable=True),
        sa.Column("received_by", KEY, nullable=True),
        sa.Column("received_at", workflows.db.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["received_by"], ["persons.id"], name=op.f("fk_weekly_reports_received_by_persons")),
        sa.ForeignKeyConstraint(["signed_by"], ["persons.id"], name=op.f("fk_weekly_reports_signed_by_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_reports")),
        sa.UniqueConstraint("region_code", "week_on", name=op.f("uq_weekly_reports_region_code_week_on")),
    )
