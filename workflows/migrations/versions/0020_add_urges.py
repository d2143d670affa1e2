"""urges: card, order, letter, directive"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0020"
down_revision = "0019"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PERSONS = ("person_id", "signed_by", "received_by", "answered_by")


def upgrade() -> None:
    op.create_table(
        "urges",
        sa.Column("id", KEY, nullable=False),
        sa.Column("hazard_id", KEY, nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("ground", sa.String(length=10), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("missed_on", sa.Date(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("begun_at", workflows.db.Moment(), nullable=False),
        sa.Column("demand", sa.Text(), nullable=False),
        sa.Column("signed_by", KEY, nullable=True),
        sa.Column("signer", sa.String(length=60), nullable=False),
        sa.Column("signed_at", workflows.db.Moment(), nullable=True),
        sa.Column("received_by", KEY, nullable=True),
        sa.Column("received_at", workflows.db.Moment(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", KEY, nullable=True),
        sa.Column("answered_at", workflows.db.Moment(), nullable=True),
        sa.Column("copied_at", workflows.db.Moment(), nullable=True),
        sa.Column("talk", sa.String(length=10), nullable=True),
        sa.Column("ended_at", workflows.db.Moment(), nullable=True),
        sa.Column("ended_why", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_urges_hazard_id_hazards")),
        *(sa.ForeignKeyConstraint([each], ["persons.id"], name=op.f(f"fk_urges_{each}_persons")) for each in PERSONS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urges")),
        sa.UniqueConstraint(
            "hazard_id",
            "ground",
            "part",
            "missed_on",
            "level",
            name=op.f("uq_urges_hazard_id_ground_part_missed_on_level"),
        ),
    )
