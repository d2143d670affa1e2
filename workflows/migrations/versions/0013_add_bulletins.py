"""bulletins: what a town makes public each month; and where the public may report"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0013"
down_revision = "0012"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = workflows.db.Moment()


def upgrade() -> None:
    op.create_table(
        "bulletins",
        sa.Column("id", KEY, nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("town_name", sa.String(length=120), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("cut_at", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletins")),
    )
    op.create_index("uq_bulletins_month", "bulletins", ["region_code", "month"], unique=True)
    op.create_table(
        "bulletin_editions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("bulletin_id", KEY, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("correction", sa.Text(), nullable=True),
        sa.Column("findings", workflows.db.Json(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("drafted_at", MOMENT, nullable=False),
        sa.Column("drafted_by", KEY, nullable=False),
        sa.Column("drafted_for", KEY, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", KEY, nullable=True),
        sa.Column("decided_for", KEY, nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletins.id"], name=op.f("fk_bulletin_editions_bulletin_id_bulletins")),
        *(
            sa.ForeignKeyConstraint([column], ["persons.id"], name=op.f(f"fk_bulletin_editions_{column}_persons"))
            for column in ("drafted_by", "drafted_for", "decided_by", "decided_for")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_editions")),
    )
    op.create_index(op.f("ix_bulletin_editions_bulletin_id"), "bulletin_editions", ["bulletin_id"])
    op.create_table(
        "bulletin_rows",
        sa.Column("id", KEY, nullable=False),
        sa.Column("edition_id", KEY, nullable=False),
        sa.Column("list", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hazard_id", KEY, nullable=False),
        sa.Column("hazard_no", sa.String(length=40), nullable=False),
        sa.Column("subject_name", sa.String(length=120), nullable=False),
        sa.Column("village_code", sa.String(length=12), nullable=False),
        sa.Column("village_name", sa.String(length=120), nullable=False),
        sa.Column("sector", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["bulletin_editions.id"], name=op.f("fk_bulletin_rows_edition_id_bulletin_editions")
        ),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_bulletin_rows_hazard_id_hazards")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_rows")),
    )
    op.create_index("ix_bulletin_rows_edition", "bulletin_rows", ["edition_id", "list", "position"])
    op.create_index(op.f("ix_bulletin_rows_hazard_id"), "bulletin_rows", ["hazard_id"])
    op.create_table(
        "bulletin_wordings",
        sa.Column("id", KEY, nullable=False),
        sa.Column("hazard_id", KEY, nullable=False),
        sa.Column("subject_name", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("set_by", KEY, nullable=False),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_bulletin_wordings_hazard_id_hazards")),
        sa.ForeignKeyConstraint(["set_by"], ["persons.id"], name=op.f("fk_bulletin_wordings_set_by_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_wordings")),
    )
    op.create_index(op.f("ix_bulletin_wordings_hazard_id"), "bulletin_wordings", ["hazard_id"])
    op.add_column("units", sa.Column("report_phone", sa.String(length=30), nullable=True))
    op.add_column("units", sa.Column("report_email", sa.String(length=100), nullable=True))
