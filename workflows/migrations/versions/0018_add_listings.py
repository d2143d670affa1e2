"""listed supervision, and the taking off of its plate"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0018"
down_revision = "0017"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _petitions(
        "listings",
        sa.Column("ground", sa.String(length=10), nullable=False),
        sa.Column("supervisor_id", KEY, nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("requirements", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["supervisor_id"], ["units.id"], name=op.f("fk_listings_supervisor_id_units")),
    )
    _petitions("unlistings")


def downgrade() -> None:
    op.drop_table("unlistings")
    op.drop_table("listings")


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
        sa.Column("public_text", sa.Text(), nullable=False),
        sa.Column("published_at", workflows.db.Moment(), nullable=True),
        *more,
        sa.ForeignKeyConstraint(["by"], ["persons.id"], name=op.f(f"fk_{table}_by_persons")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f(f"fk_{table}_hazard_id_hazards")),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["persons.id"], name=op.f(f"fk_{table}_on_behalf_of_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_hazard_id"), table, ["hazard_id"])
