"""reopenings, and the rounds they begin"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0014"
down_revision = "0013"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ROUNDED = ("handovers", "plans", "finishes")


def upgrade() -> None:
    op.create_table(
        "reopenings",
        sa.Column("id", KEY, nullable=False),
        sa.Column("hazard_id", KEY, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", KEY, nullable=False),
        sa.Column("on_behalf_of", KEY, nullable=True),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.Column("decided_at", workflows.db.Moment(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("is_false", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["persons.id"], name=op.f("fk_reopenings_by_persons")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_reopenings_hazard_id_hazards")),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["persons.id"], name=op.f("fk_reopenings_on_behalf_of_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reopenings")),
    )
    op.create_index(op.f("ix_reopenings_hazard_id"), "reopenings", ["hazard_id"])
    for table in ROUNDED:
        op.add_column(table, sa.Column("round", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("reviews", sa.Column("revoked_at", workflows.db.Moment(), nullable=True))


def downgrade() -> None:
    op.drop_column("reviews", "revoked_at")
    for table in ROUNDED:
        op.drop_column(table, "round")
    op.drop_table("reopenings")
