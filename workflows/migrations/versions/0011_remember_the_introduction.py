"""remember the introduction"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("persons", sa.Column("introduced_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("persons", "introduced_at")
