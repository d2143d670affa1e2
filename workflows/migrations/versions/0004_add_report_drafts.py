"""add report drafts"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "report_drafts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("data", workflows.db.Json(), nullable=False),
        sa.Column("saved_at", workflows.db.Moment(), nullable=False),
        sa.Column("hazard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_report_drafts_hazard_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_report_drafts_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_drafts")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_report_drafts_person_id_key")),
    )


def downgrade() -> None:
    op.drop_table("report_drafts")
