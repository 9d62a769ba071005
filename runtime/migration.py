"""Brings a database to the newest revision; Alembic is configured here, without a file of its own."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy import Connection

from cases.errors import StoreUnavailable

_FOLDER = Path(__file__).parent / "migrations"


def is_current(connection: Connection) -> bool:
    """Whether the database is at the newest revision; raises StoreUnavailable where a newer program made it."""
    script = ScriptDirectory(str(_FOLDER))
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        return False
    try:
        script.get_revision(revision)
    except (CommandError, ResolutionError):
        raise StoreUnavailable(
            f"The database is at revision {revision}, which this version does not know: a newer one made it."
        ) from None
    return revision == script.get_current_head()


def upgrade(connection: Connection) -> None:
    """Run what is missing, inside the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
