"""The migrations make what the tables say, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from timbre.errors import DatabaseNewer
from timbre.store.database import Database
from timbre.store.tables import Base


def test_the_migrations_make_what_the_tables_say(database: Database):
    with database._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_upgrading_twice_changes_nothing_and_a_newer_database_is_left_alone(database: Database):
    from sqlalchemy import text

    database.upgrade()
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        database.upgrade()
    except DatabaseNewer as fault:
        assert "9999" in str(fault)
    else:
        raise AssertionError("a database of the future was touched")
