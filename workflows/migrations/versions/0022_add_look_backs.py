"""look-backs after the closure, and the draws by which they are chosen"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0022"
down_revision = "0021"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "look_back_draws",
        sa.Column("id", KEY, nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("campaign", sa.String(length=10), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("listed_share", sa.Double(), nullable=False),
        sa.Column("candidates", workflows.db.Json(), nullable=False),
        sa.Column("listed", workflows.db.Json(), nullable=False),
        sa.Column("drawn", workflows.db.Json(), nullable=False),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_back_draws")),
        sa.UniqueConstraint("region_code", "campaign", "month", name=op.f("uq_look_back_draws_region_code_campaign_month")),
    )
    op.create_table(
        "look_backs",
        sa.Column("id", KEY, nullable=False),
        sa.Column("hazard_id", KEY, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("draw_id", KEY, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("onsite_at", workflows.db.Moment(), nullable=True),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.Column("is_false", sa.Boolean(), nullable=False),
        sa.Column("photos", workflows.db.Json(), nullable=False),
        sa.Column("by", KEY, nullable=True),
        sa.Column("at", workflows.db.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["persons.id"], name=op.f("fk_look_backs_by_persons")),
        sa.ForeignKeyConstraint(["draw_id"], ["look_back_draws.id"], name=op.f("fk_look_backs_draw_id_look_back_draws")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_look_backs_hazard_id_hazards")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_backs")),
        sa.UniqueConstraint("hazard_id", "round", name=op.f("uq_look_backs_hazard_id_round")),
    )
    op.create_index("ix_look_backs_draw_id", "look_backs", ["draw_id"])
