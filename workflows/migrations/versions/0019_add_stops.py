"""stop-work and evacuation, and the resumption"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0019"
down_revision = "0018"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _petitions(
        "stops",
        sa.Column("measures", workflows.db.Json(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("partner_id", KEY, nullable=False),
        sa.Column("cut_at", workflows.db.Moment(), nullable=True),
        sa.Column("is_left", sa.Boolean(), nullable=True),
        sa.Column("served_at", workflows.db.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["persons.id"], name=op.f("fk_stops_partner_id_persons")),
    )
    _petitions("resumptions")


def downgrade() -> None:
    op.drop_table("resumptions")
    op.drop_table("stops")


def _petitions(table: str, *more: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", KEY, nullable=False),
        sa.Column("hazard_id", KEY, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", KEY, nullable=False),
        sa.Column("on_behalf_of", KEY, nullable=True),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.Column("decided_at", workflows.db.Moment(), nullable=True),
        *more,
        sa.ForeignKeyConstraint(["by"], ["persons.id"], name=op.f(f"fk_{table}_by_persons")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f(f"fk_{table}_hazard_id_hazards")),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["persons.id"], name=op.f(f"fk_{table}_on_behalf_of_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_hazard_id"), table, ["hazard_id"])
