import contextlib
import multiprocessing
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from cases.case import Case
from cases.errors import Conflict, InputError, StoreDamaged, StoreUnavailable
from cases.ids import CaseId, TenantId
from runtime import case_store
from runtime.database import Database, file_problems
from runtime.master_key import MasterKey
from runtime.settings import Settings
from runtime.tables import artefacts

FORK = multiprocessing.get_context("fork")


def test_sqlite_is_set_for_durability(database: Database) -> None:
    with database.read() as transaction:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [transaction.connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
    assert found == ["wal", 2, 1, 30_000]


def test_a_transaction_that_raises_leaves_nothing(
    database: Database, make_case: Callable[[str], Case], now: datetime
) -> None:
    def fail_half_way() -> None:
        with database.begin() as transaction:
            case_store.create(transaction, make_case("c1"), now)
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()
    with database.read() as transaction:
        assert case_store.listing(transaction) == ()


def test_a_reader_sees_one_state_throughout_and_holds_no_writer_up(
    database: Database, make_case: Callable[[str], Case], now: datetime
) -> None:
    with database.read() as reader:
        assert case_store.listing(reader) == ()
        with database.begin() as writer:
            case_store.create(writer, make_case("c1"), now)
        assert case_store.listing(reader) == ()
    with database.read() as reader:
        assert len(case_store.listing(reader)) == 1


def test_another_tenant_sees_nothing(
    database: Database, settings: Settings, make_case: Callable[[str], Case], now: datetime
) -> None:
    key = MasterKey(bytes.fromhex((settings.home / "secret.key").read_text().strip()))
    other = Database(settings.store_url, key, settings.home / "upgrade.lock", TenantId("other"))
    with database.begin() as transaction:
        case_store.create(transaction, make_case("c1"), now)
    with other.read() as transaction:
        assert case_store.listing(transaction) == ()
    other.close()


def test_a_row_of_no_case_is_refused(database: Database, now: datetime) -> None:
    row = {"case_id": "none", "revision": 1, "name": "packet.pdf", "sha256": "0" * 64, "content": b"x"}
    with pytest.raises(Conflict), database.begin() as transaction:
        transaction.add(artefacts, stored_at=now, **row)


def test_processes_that_start_together_all_find_a_ready_database(settings: Settings) -> None:
    with FORK.Pool(8) as pool:
        assert pool.map(_listed, [settings] * 16) == [0] * 16


def _listed(settings: Settings) -> int:
    database = Database.open(settings)
    with database.begin() as transaction:
        count = len(case_store.listing(transaction))
    database.close()
    return count


def test_a_commit_survives_kill_9(settings: Settings, make_case: Callable[[str], Case], now: datetime) -> None:
    reader, writer = FORK.Pipe(duplex=False)
    child = FORK.Process(target=_commit_until_killed, args=(settings, make_case, now, writer))
    child.start()
    told = [reader.recv() for _ in range(20)]
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    while reader.poll():
        told.append(reader.recv())
    database = Database.open(settings)
    with database.read() as transaction:
        held = {summary.id for summary in case_store.listing(transaction)}
        assert set(told) <= held
        assert len(held) <= len(told) + 1
        assert all(case_store.get(transaction, case_id).id == case_id for case_id in held)
        assert file_problems(transaction) == ()
    database.close()


def _commit_until_killed(settings: Settings, make_case: Callable[[str], Case], now: datetime, told) -> None:  # type: ignore[no-untyped-def]
    database = Database.open(settings)
    for number in range(100_000):
        with database.begin() as transaction:
            case_store.create(transaction, make_case(f"c{number}"), now)
        told.send(f"c{number}")


def test_two_processes_never_overwrite_each_other(
    database: Database, settings: Settings, make_case: Callable[[str], Case], now: datetime
) -> None:
    with database.begin() as transaction:
        case_store.create(transaction, make_case("c1"), now)
    with FORK.Pool(3) as pool:
        pool.starmap(_raise_revision, [(settings, now, 25)] * 3)
    with database.read() as transaction:
        assert case_store.get(transaction, CaseId("c1")).revision == 75


def _raise_revision(settings: Settings, now: datetime, times: int) -> None:
    """Read, then save in a transaction of its own, until it has worked so many times."""
    database = Database.open(settings)
    while times:
        with database.read() as transaction:
            case = case_store.get(transaction, CaseId("c1"))
        with contextlib.suppress(Conflict), database.begin() as transaction:
            case_store.save(transaction, case, now)
            times -= 1
    database.close()


def test_a_file_that_is_no_database_is_named_damaged(settings: Settings) -> None:
    Database.open(settings).close()
    (settings.home / "countersign.db").write_bytes(b"this was a database once, before the disk failed" * 200)
    for rest in ("countersign.db-wal", "countersign.db-shm"):
        (settings.home / rest).unlink(missing_ok=True)
    with pytest.raises(StoreDamaged, match="not a database"):
        Database.open(settings)


def test_torn_pages_are_found(
    database: Database, settings: Settings, make_case: Callable[[str], Case], now: datetime
) -> None:
    with database.begin() as transaction:
        for number in range(40):
            case_store.create(transaction, make_case(f"c{number}"), now)
    database.close()
    path = settings.home / "countersign.db"
    size = path.stat().st_size
    with path.open("r+b") as file:
        for page in range(1, size // 4096):
            file.seek(page * 4096)
            file.write(b"\x00" * 64)
    with pytest.raises(StoreDamaged, match="Restore it from a backup"), Database.open(settings).read() as transaction:
        case_store.listing(transaction)


def test_a_database_of_a_newer_version_is_left_alone(database: Database, settings: Settings) -> None:
    with database.begin() as transaction:
        transaction.connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'r9999'")
    with pytest.raises(StoreUnavailable, match="newer"):
        Database.open(settings)


def test_a_database_held_too_long_by_another_is_said_so(database: Database, settings: Settings) -> None:
    other = sqlite3.connect(settings.home / "countersign.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    with database.read() as transaction:
        transaction.connection.exec_driver_sql("PRAGMA busy_timeout=50")
    with pytest.raises(StoreUnavailable, match="another process"), database.begin():
        pass
    assert time.monotonic() - started < 5
    other.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "not a database URL"),
        ("sqlserver9://host/db", "not a database URL"),
        ("sqlite:////no/such/folder/x.db", "cannot be opened"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_in_words(url: str, words: str, tmp_path: Path) -> None:
    with pytest.raises((InputError, StoreUnavailable), match=words):
        Database(url, MasterKey(bytes(32)), tmp_path / "upgrade.lock")


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="COUNTERSIGN_HOME"):
        Database.open(Settings(home=tmp_path / "file" / "home"))
