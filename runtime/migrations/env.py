"""Alembic's entry: runs the revisions on the connection, and in the transaction, that runtime.database opened."""

from alembic import context

from runtime.every_table import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
