"""exports that are written in the background"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked", workflows.db.Json(), nullable=False),
        sa.Column("told", sa.String(length=400), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("file", sa.String(length=400), nullable=False),
        sa.Column("ordered_at", workflows.db.Moment(), nullable=False),
        sa.Column("ended_at", workflows.db.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_exports_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )
    op.create_index("ix_exports_person", "exports", ["person_id", "status"], unique=False)
    op.create_index("ix_exports_status", "exports", ["status", "ended_at"], unique=False)
