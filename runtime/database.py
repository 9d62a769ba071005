"""The database: SQLite in the home folder, or PostgreSQL by URL; brought up to date when it is opened."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, create_engine, event, insert
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, OperationalError, StatementError

from cases.errors import Conflict, CountersignError, InputError, StoreDamaged, StoreUnavailable
from cases.ids import DEFAULT_TENANT, TenantId
from runtime import migration
from runtime.encryption import Cipher, attach
from runtime.master_key import MasterKey, master_key
from runtime.settings import Settings

_BUSY_MILLISECONDS = 30_000
_WRITES = "countersign_writes"

_SQLITE_DAMAGED = {11: "its pages do not fit together", 26: "it is not a database"}
_SQLITE_UNAVAILABLE = {
    5: "another process has held it for too long",
    6: "another process has held it for too long",
    8: "it may not be written",
    10: "the disk gives an error",
    13: "the disk is full",
    14: "its file or folder cannot be opened",
}


@dataclass(frozen=True)
class Transaction:
    """An open transaction of one tenant: what every store works in, and never opens itself."""

    connection: Connection
    tenant_id: TenantId

    def mine(self, table: Table, **equal: object) -> ColumnElement[bool]:
        """The condition for this tenant's rows of a table whose columns have these values."""
        return and_(table.c.tenant_id == self.tenant_id, *(table.c[name] == value for name, value in equal.items()))

    def add(self, table: Table, **values: object) -> None:
        """Insert one row of this tenant."""
        self.connection.execute(insert(table), {"tenant_id": self.tenant_id, **values})


class Database:
    """One database, seen by one tenant.

    SQLite runs in WAL mode with `synchronous=FULL`: a commit that has returned survives kill -9 and power loss.
    A write transaction takes the write lock at its start, so that it never fails half way for another's sake.
    """

    def __init__(self, url: str, key: MasterKey, lock_file: Path, tenant_id: TenantId = DEFAULT_TENANT) -> None:
        self._engine = _engine(url)
        self._tenant_id = tenant_id
        attach(self._engine.dialect, Cipher(key))
        try:
            self._bring_up_to_date(lock_file)
        except BaseException:
            self._engine.dispose()
            raise

    @classmethod
    def open(cls, settings: Settings) -> "Database":
        """The database of these settings; home, key and tables are made on first use."""
        try:
            settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"COUNTERSIGN_HOME: {settings.home} cannot be made: {error.strerror}.") from None
        return cls(settings.store_url, master_key(settings), settings.home / "upgrade.lock")

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """A transaction that may write: committed at the end of the block, undone when it raises."""
        with self._transaction(writes=True) as transaction:
            yield transaction

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that only reads: it sees one state throughout and holds nobody up."""
        with self._transaction(writes=False) as transaction:
            yield transaction

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Transaction]:
        try:
            with self._engine.connect() as connection:
                connection = connection.execution_options(**{_WRITES: writes})
                if not writes and self._engine.dialect.name == "postgresql":
                    connection = connection.execution_options(isolation_level="REPEATABLE READ")
                with connection.begin():
                    yield Transaction(connection, self._tenant_id)
        except StatementError as error:
            raise _plain(error) from error

    def _bring_up_to_date(self, lock_file: Path) -> None:
        with self.read() as transaction:
            if migration.is_current(transaction.connection):
                return
        with lock_file.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._make_ready()

    def _make_ready(self) -> None:
        postgres = self._engine.dialect.name == "postgresql"
        if not postgres:
            self._write_ahead()
        with self.begin() as transaction:
            if postgres:
                transaction.connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('countersign upgrade'))")
            migration.upgrade(transaction.connection)

    def _write_ahead(self) -> None:
        raw = self._engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA journal_mode=WAL")
        finally:
            raw.close()


def file_problems(transaction: Transaction) -> tuple[str, ...]:
    """What SQLite finds wrong with its own file, five findings at most; nothing for another database."""
    if transaction.connection.dialect.name != "sqlite":
        return ()
    found = transaction.connection.exec_driver_sql("PRAGMA integrity_check(5)").scalars().all()
    return tuple(str(line) for line in found if line != "ok")


def _engine(url: str) -> Engine:
    try:
        engine = create_engine(url, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError):
        raise InputError(
            "COUNTERSIGN_DATABASE_URL: not a database URL (sqlite:///PATH, postgresql+psycopg://…)."
        ) from None
    except ModuleNotFoundError as error:
        raise InputError(f"COUNTERSIGN_DATABASE_URL: its driver is not installed: pip install {error.name}.") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: SqliteConnection, _record: object) -> None:
    connection.isolation_level = None
    connection.text_factory = _any_text
    connection.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
    try:
        for pragma in ("foreign_keys=ON", "synchronous=FULL", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
    except UnicodeDecodeError:  # SQLite quotes a damaged schema in its message, and Python cannot decode that
        raise StoreDamaged(f"The database file is damaged: {_SQLITE_DAMAGED[11]}. Restore it from a backup.") from None


def _any_text(raw: bytes) -> str:
    """Text whose bytes were damaged must be read to be named; its bad bytes stay visible as surrogates."""
    return raw.decode("utf-8", "surrogateescape")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _plain(error: StatementError) -> Exception:
    """The error of our own tree for one of SQLAlchemy's; an error that is a fault of ours stays as it is."""
    if isinstance(error.orig, CountersignError):
        return error.orig
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    if code in _SQLITE_DAMAGED:
        return StoreDamaged(f"The database file is damaged: {_SQLITE_DAMAGED[code]}. Restore it from a backup.")
    if code in _SQLITE_UNAVAILABLE:
        return StoreUnavailable(f"The database cannot be used: {_SQLITE_UNAVAILABLE[code]}.")
    if isinstance(error, IntegrityError):
        return Conflict("The database refused a row: it is there already, or what it belongs to is not.")
    if isinstance(error, OperationalError) and not code:
        return StoreUnavailable("The database server cannot be reached.")
    return error
