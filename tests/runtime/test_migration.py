from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from runtime import migration
from runtime.database import Database
from runtime.every_table import metadata
from runtime.settings import Settings


def test_head_matches_the_tables(database: Database) -> None:
    with database.read() as transaction:
        assert migration.is_current(transaction.connection)
        assert compare_metadata(MigrationContext.configure(transaction.connection), metadata) == []


def test_keys_and_constraints_match_the_tables(database: Database) -> None:
    with database.read() as transaction:
        migrated = inspect(transaction.connection)
        fresh_engine = create_engine("sqlite://")
        with fresh_engine.begin() as connection:
            metadata.create_all(connection)
            fresh = inspect(connection)
            for table in metadata.tables:
                assert migrated.get_pk_constraint(table) == fresh.get_pk_constraint(table)
                assert migrated.get_foreign_keys(table) == fresh.get_foreign_keys(table)
                assert migrated.get_indexes(table) == fresh.get_indexes(table)
        fresh_engine.dispose()


def test_every_table_has_a_tenant() -> None:
    assert [name for name, table in metadata.tables.items() if "tenant_id" not in table.c] == []
    assert [name for name, table in metadata.tables.items() if table.c.tenant_id.nullable] == []


def test_an_empty_database_is_not_current_and_an_upgraded_one_stays(settings: Settings) -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        assert not migration.is_current(connection)
        migration.upgrade(connection)
        assert migration.is_current(connection)
        migration.upgrade(connection)
        assert migration.is_current(connection)
    engine.dispose()


def test_tables_of_the_job_queue_in_the_same_database_are_left_alone(settings: Settings) -> None:
    settings.home.mkdir()
    engine = create_engine(settings.store_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE workflow_status (workflow_uuid TEXT PRIMARY KEY)")
        connection.exec_driver_sql("INSERT INTO workflow_status VALUES ('w1')")
    engine.dispose()
    settings = settings.model_copy(update={"database_url": settings.store_url})
    database = Database.open(settings)
    with database.read() as transaction:
        assert transaction.connection.exec_driver_sql("SELECT * FROM workflow_status").scalars().all() == ["w1"]
        assert migration.is_current(transaction.connection)
    database.close()
