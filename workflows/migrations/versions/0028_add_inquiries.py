"""inquiries into who answers for a faked rectification or a rebound (一案三查)"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0028"
down_revision = "0027"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "inquiries",
        sa.Column("id", KEY, nullable=False),
        sa.Column("hazard_id", KEY, nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("ground", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("suggested_at", workflows.db.Moment(), nullable=False),
        sa.Column("opened_at", workflows.db.Moment(), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=True),
        sa.Column("advice", sa.Text(), nullable=True),
        sa.Column("closed_at", workflows.db.Moment(), nullable=True),
        sa.Column("held_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_inquiries_hazard_id_hazards")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiries")),
    )
    op.create_index("ix_inquiries_hazard_id", "inquiries", ["hazard_id"])
    op.create_table(
        "inquiry_parts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("inquiry_id", KEY, nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("whom", sa.String(length=100), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("names_held", workflows.db.Json(), nullable=False),
        sa.Column("by", KEY, nullable=False),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["persons.id"], name=op.f("fk_inquiry_parts_by_persons")),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiries.id"], name=op.f("fk_inquiry_parts_inquiry_id_inquiries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry_parts")),
        sa.UniqueConstraint("inquiry_id", "part", name=op.f("uq_inquiry_parts_inquiry_id_part")),
    )
