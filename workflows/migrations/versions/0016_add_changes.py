"""changes of who answers for a hazard"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0016"
down_revision = "0015"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OF_PERSONS = ("by", "on_behalf_of", "before_id", "after_id")


def upgrade() -> None:
    op.create_table(
        "changes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("hazard_id", KEY, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", KEY, nullable=False),
        sa.Column("on_behalf_of", KEY, nullable=True),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.Column("decided_at", workflows.db.Moment(), nullable=True),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("before_id", KEY, nullable=False),
        sa.Column("after_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_changes_hazard_id_hazards")),
        *(sa.ForeignKeyConstraint([each], ["persons.id"], name=op.f(f"fk_changes_{each}_persons")) for each in OF_PERSONS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    op.create_index(op.f("ix_changes_hazard_id"), "changes", ["hazard_id"])


def downgrade() -> None:
    op.drop_table("changes")
