"""the index of the few facts: also those that say which units one has talked to"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

RARE = sa.text("kind IN ('STOPPED', 'SHUTDOWN', 'TALKED', 'UNIT_TALKED')")


def upgrade() -> None:
    op.drop_index("ix_facts_rare", "facts")
    columns = ["kind", "recorded_at", "hazard_id"]
    op.create_index("ix_facts_rare", "facts", columns, sqlite_where=RARE, postgresql_where=RARE)
