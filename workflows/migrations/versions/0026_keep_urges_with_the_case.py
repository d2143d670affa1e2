"""documents of missed reports lie with the hazard's case, open to officials alone; an urge knows its document"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.add_column("documents", sa.Column("is_internal", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("urges", sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
