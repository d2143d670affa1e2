"""monthly returns: what is entered by hand, what is frozen; and who found what was assigned"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0015"
down_revision = "0014"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("hazards", sa.Column("found_by", sa.String(length=10), nullable=True))
    op.create_table(
        "returns",
        sa.Column("id", KEY, nullable=False),
        sa.Column("unit_id", KEY, nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("campaign", sa.String(length=10), nullable=False),
        sa.Column("as_of_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_at", workflows.db.Moment(), nullable=False),
        sa.Column("handed_in", workflows.db.Json(), nullable=True),
        sa.Column("handed_in_at", workflows.db.Moment(), nullable=True),
        sa.Column("filler_id", KEY, nullable=True),
        sa.Column("reviewer_id", KEY, nullable=True),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["filler_id"], ["persons.id"], name=op.f("fk_returns_filler_id_persons")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["persons.id"], name=op.f("fk_returns_reviewer_id_persons")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_returns_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returns")),
        sa.UniqueConstraint("unit_id", "campaign", "as_of_on", name=op.f("uq_returns_unit_id_campaign_as_of_on")),
    )
    op.create_index("ix_returns_region", "returns", ["region_code", "as_of_on"])
    op.create_table(
        "return_values",
        sa.Column("id", KEY, nullable=False),
        sa.Column("return_id", KEY, nullable=False),
        sa.Column("unit_id", KEY, nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("campaign", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=3), nullable=False),
        sa.Column("value", KEY, nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("proof", workflows.db.Json(), nullable=False),
        sa.Column("valid_at", workflows.db.Moment(), nullable=False),
        sa.Column("recorded_at", workflows.db.Moment(), nullable=False),
        sa.Column("by", KEY, nullable=False),
        sa.Column("line_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["by"], ["persons.id"], name=op.f("fk_return_values_by_persons")),
        sa.ForeignKeyConstraint(["line_id"], ["history.id"], name=op.f("fk_return_values_line_id_history")),
        sa.ForeignKeyConstraint(["return_id"], ["returns.id"], name=op.f("fk_return_values_return_id_returns")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_return_values_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_values")),
    )
    op.create_index("ix_return_values_region", "return_values", ["region_code", "campaign", "valid_at"])
    op.create_table(
        "frozen_returns",
        sa.Column("id", KEY, nullable=False),
        sa.Column("return_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("as_of", workflows.db.Moment(), nullable=False),
        sa.Column("values", workflows.db.Json(), nullable=False),
        sa.Column("findings", workflows.db.Json(), nullable=False),
        sa.Column("lines", workflows.db.Json(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("frozen_at", workflows.db.Moment(), nullable=False),
        sa.Column("frozen_by", KEY, nullable=True),
        sa.Column("line_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["frozen_by"], ["persons.id"], name=op.f("fk_frozen_returns_frozen_by_persons")),
        sa.ForeignKeyConstraint(["line_id"], ["history.id"], name=op.f("fk_frozen_returns_line_id_history")),
        sa.ForeignKeyConstraint(["return_id"], ["returns.id"], name=op.f("fk_frozen_returns_return_id_returns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_returns")),
        sa.UniqueConstraint("return_id", "version", name=op.f("uq_frozen_returns_return_id_version")),
    )
