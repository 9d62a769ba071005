"""A copy of the store to try things on: the same records under the same key, and nothing that reaches outside."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from cases.errors import InputError
from runtime.master_key import master_key
from runtime.settings import Settings


def copy_store(settings: Settings, folder: Path, at: datetime) -> Settings:
    """Copy the database into `folder`; gives the settings of the copy, with its key, whose clock stands at `at`.

    The key is written nowhere. The copy knows no payer, no model and no sender, so that nothing done on it leaves.
    Raises InputError for a database that is not the home folder's own: another server's is not copied by us.
    """
    if settings.database_url:
        raise InputError(
            "COUNTERSIGN_DATABASE_URL: a case is run again on a copy, and only SQLite in `home` is copied."
        )
    copied = settings.model_copy(
        update={
            "home": folder, "fixed_time": at, "payer_endpoints": {}, "llm_base_url": None, "webhook_secrets": {},
            "smart_ehrs": {}, "encryption_key": master_key(settings).as_setting(),
        }
    )  # fmt: skip
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = settings.store_url.removeprefix("sqlite:///")
    target = folder / Path(name).name
    with closing(sqlite3.connect(name)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    target.chmod(0o600)
    return copied
