"""Called by Alembic: runs the migrations on the connection it was handed."""

from alembic import context

from workflows import steps  # noqa: F401 - whoever knows the steps knows every table
from workflows.db import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
