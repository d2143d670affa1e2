"""voidings"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0010"
down_revision = "0009"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "voidings",
        sa.Column("id", KEY, nullable=False),
        sa.Column("hazard_id", KEY, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", KEY, nullable=False),
        sa.Column("on_behalf_of", KEY, nullable=True),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.Column("decided_at", workflows.db.Moment(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("comparison", sa.Text(), nullable=False),
        sa.Column("other_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["by"], ["persons.id"], name=op.f("fk_voidings_by_persons")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_voidings_hazard_id_hazards")),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["persons.id"], name=op.f("fk_voidings_on_behalf_of_persons")),
        sa.ForeignKeyConstraint(["other_id"], ["hazards.id"], name=op.f("fk_voidings_other_id_hazards")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voidings")),
    )
    op.create_index(op.f("ix_voidings_hazard_id"), "voidings", ["hazard_id"])
    merged = sa.text("merged_into_id IS NOT NULL")
    op.create_index("ix_hazards_merged", "hazards", ["merged_into_id"], sqlite_where=merged, postgresql_where=merged)


def downgrade() -> None:
    op.drop_index("ix_hazards_merged", "hazards")
    op.drop_table("voidings")
