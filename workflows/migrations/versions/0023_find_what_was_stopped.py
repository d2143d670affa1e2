"""an index of the few facts that say what was stopped or shut down"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

RARE = sa.text("kind IN ('STOPPED', 'SHUTDOWN')")


def upgrade() -> None:
    columns = ["kind", "recorded_at", "hazard_id"]
    op.create_index("ix_facts_rare", "facts", columns, sqlite_where=RARE, postgresql_where=RARE)


def downgrade() -> None:
    op.drop_index("ix_facts_rare", "facts")
