"""add drafts of definitions"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0002"
down_revision = "0001"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "definition_drafts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("xml", sa.Text(), nullable=False),
        sa.Column("forms", workflows.db.Json(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("owner_id", KEY, nullable=False),
        sa.Column("designers", workflows.db.Json(), nullable=False),
        sa.Column("saved_at", workflows.db.Moment(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("definition_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["definition_id"], ["definitions.id"], name=op.f("fk_definition_drafts_definition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_definition_drafts")),
    )
    op.create_index("ix_definition_drafts_key", "definition_drafts", ["key"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_definition_drafts_key", table_name="definition_drafts")
    op.drop_table("definition_drafts")
