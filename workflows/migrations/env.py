"""Called by Alembic: runs the migrations on the connection it was handed."""

from alembic import context

from workflows import steps  # noqa: F401 - whoever knows the steps knows the tables of all nouns
from workflows.db import Base
from workflows.engine import jobs  # noqa: F401 - has a table that nobody above it needs to know

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
