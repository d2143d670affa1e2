"""Called by Alembic: runs the migrations on the connection it was handed."""

import importlib
import pkgutil

from alembic import context

import workflows
from workflows.db import Base

for module in pkgutil.walk_packages(workflows.__path__, "workflows."):  # a table counts only once its module is imported
    if ".migrations" not in module.name:
        importlib.import_module(module.name)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
