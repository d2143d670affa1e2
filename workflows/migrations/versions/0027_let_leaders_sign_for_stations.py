"""a week's report knows which leaders sign what their stations reported"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("weekly_reports", sa.Column("leaders", workflows.db.Json(), nullable=False, server_default="[]"))
