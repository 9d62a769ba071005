"""The file in which the workflow graphs keep their checkpoints; one connection for each process."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from runtime.settings import Settings

_BUSY_SECONDS = 30


@contextmanager
def open_checkpoints(settings: Settings) -> Iterator[sqlite3.Connection]:
    """A connection to `home`/checkpoints.db, whose commits survive kill -9, closed at the end of the block."""
    connection = sqlite3.connect(settings.home / "checkpoints.db", check_same_thread=False, timeout=_BUSY_SECONDS)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        yield connection
    finally:
        connection.close()
