"""The migrations build what the models say, on SQLite and on PostgreSQL."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from workflows import migrations, steps
from workflows.db import Base, Database
from workflows.engine import jobs


@pytest.fixture
def bare(database_kind, request, tmp_path):
    """A database without any table."""
    if database_kind == "sqlite":
        made = Database(f"sqlite:///{tmp_path / 'bare.db'}")
    else:
        engine = request.getfixturevalue("postgresql").engine
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("drop database if exists bihuan_bare with (force)")
            connection.exec_driver_sql("create database bihuan_bare")
        made = Database(engine.url.set(database="bihuan_bare").render_as_string(hide_password=False))
    yield made
    made.engine.dispose()


def test_an_upgraded_database_is_what_the_models_say(bare):
    assert steps.STEPS, "the tables of all nouns are known once the steps are"
    assert "jobs_done" in Base.metadata.tables, jobs.__name__
    migrations.upgrade(bare)
    migrations.upgrade(bare)
    assert migrations.head() == ScriptDirectory(str(migrations.HERE)).get_current_head()
    with bare.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
