import contextlib
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from cases.audit_event import Actor, AuditEvent
from cases.case import Case
from cases.errors import StoreDamaged
from cases.ids import DEFAULT_TENANT, CaseId, digest_of
from cases.packet import Letter, Submission
from runtime import case_store, work_store
from runtime.audit import AuditLog
from runtime.audit_walk import AuditProblem
from runtime.database import Database, Transaction
from runtime.master_key import master_key
from runtime.settings import Settings

AUDIT_COLUMNS = {
    "audit_entries": ("tenant_id", "sequence", "action", "subject", "leaf", "leaf_hash", "chain_hash"),
    "audit_notes": ("tenant_id", "sequence", "note"),
    "audit_heads": ("tenant_id", "size", "chain_hash", "root", "frontier", "mac"),
}
SIZE = 13
NOTED = (2, 5, 9)
ERASED = 7
VOUCHED = {3: "artefacts.content", 4: "submissions.bundle"}


class Untouched:
    """A redactor for notes that hold nothing to mask."""

    def redact(self, text: str) -> str:
        return text


@dataclass(frozen=True)
class Kept:
    """A log of thirteen entries with notes, an erasure, an artefact and a submission."""

    database: Database
    log: AuditLog
    settings: Settings

    def problems(self) -> tuple[AuditProblem, ...]:
        with self.database.read() as transaction:
            return self.log.verify(transaction).problems

    @contextmanager
    def changed(self) -> Iterator[Transaction]:
        """A transaction whose changes are seen inside it and undone after."""
        with contextlib.suppress(Undone), self.database.begin() as transaction:
            yield transaction
            raise Undone


class Undone(Exception):
    """Ends a change that is not to stay."""


@pytest.fixture
def kept(database: Database, settings: Settings, make_case: Callable[[str], Case], now: datetime) -> Kept:
    log = AuditLog(master_key(settings), Untouched())
    letter = Letter(date="", sender=(), recipient=(), subject=(), salutation="", points=(), closing="", signer="")
    submission = Submission(
        case_id=CaseId("c1"), revision=1, bundle=b"{}", packet_pdf=b"%PDF", letter=letter, digest=digest_of(b"{}"),
        drafted_at=now,
    )  # fmt: skip
    with database.begin() as transaction:
        case_store.create(transaction, make_case("c1"), now)
        packet = work_store.put_artefact(transaction, CaseId("c1"), 1, "packet.pdf", b"%PDF packet", now)
        work_store.put_submission(transaction, submission)
        vouched = {3: packet, 4: submission.digest}
        for sequence in range(1, SIZE):
            note = f"note {sequence}" if sequence in (*NOTED, ERASED) else ""
            detail: dict[str, str | int | bool | None] = {"step": sequence}
            if sequence in vouched:
                detail["artefact_sha256"] = vouched[sequence]
            log.append(transaction, event(now, note, detail))
        log.erase_note(transaction, ERASED, event(now, "", {}))
    return Kept(database, log, settings)


def event(now: datetime, note: str, detail: dict[str, str | int | bool | None]) -> AuditEvent:
    return AuditEvent(
        tenant_id=DEFAULT_TENANT, at=now, actor=Actor.AGENT, actor_id="draft", action="case.worked", subject="c1",
        detail=detail, note=note,
    )  # fmt: skip


def named(problems: tuple[AuditProblem, ...]) -> set[tuple[int | None, str]]:
    return {(problem.sequence, problem.field) for problem in problems}


def test_the_log_holds_as_it_was_kept(kept: Kept) -> None:
    assert kept.problems() == ()


def every_stored_byte(database: Database) -> list[tuple[str, str, int, int]]:
    """(table, column, rowid, byte position) of all that the audit tables hold; numbers count as one byte."""
    places = []
    with database.read() as transaction:
        for table, columns in AUDIT_COLUMNS.items():
            for column in columns:
                query = (
                    f"SELECT rowid, CASE typeof({column}) WHEN 'integer' THEN 1 ELSE length(CAST({column} AS BLOB)) END"
                )
                for rowid, length in transaction.connection.exec_driver_sql(f"{query} FROM {table}"):
                    places += [(table, column, rowid, position) for position in range(length)]
    return places


def flip(transaction: Transaction, place: tuple[str, str, int, int], bit: int) -> int | None:
    """Change one bit where it is stored; gives the number of the entry that the row belonged to."""
    table, column, rowid, position = place
    run = transaction.connection.exec_driver_sql
    owner = "sequence" if table in ("audit_entries", "audit_notes") else "NULL"
    sequence, kind = run(f"SELECT {owner}, typeof({column}) FROM {table} WHERE rowid = ?", (rowid,)).one()
    if kind == "integer":
        run(f"UPDATE {table} SET {column} = {column} + ? WHERE rowid = ?", (1000 << bit, rowid))
        return None if sequence is None else int(sequence)
    raw = bytearray(run(f"SELECT CAST({column} AS BLOB) FROM {table} WHERE rowid = ?", (rowid,)).scalar_one())
    raw[position] ^= 1 << bit
    value = "CAST(? AS TEXT)" if kind == "text" else "?"
    run(f"UPDATE {table} SET {column} = {value} WHERE rowid = ?", (bytes(raw), rowid))
    return None if sequence is None else int(sequence)


def test_any_changed_byte_of_the_audit_tables_is_found_and_named(kept: Kept, full_counts: bool) -> None:
    dice = random.Random(20260302)
    places = every_stored_byte(kept.database)
    assert len(places) > 4000
    chosen = places if full_counts else dice.sample(places, 300)
    chosen += [place for place in places if place[3] == 0 and place[2] in (1, SIZE)]
    for place in chosen:
        table, column = place[:2]
        with kept.changed() as transaction:
            sequence = flip(transaction, place, dice.randrange(8))
            found = named(kept.log.verify(transaction).problems)
        whole_row = table if column in ("tenant_id", "sequence") else f"{table}.{column}"
        assert (sequence, whole_row) in found, (place, found)


def test_one_changed_byte_is_one_problem(kept: Kept) -> None:
    for column in ("action", "subject", "leaf", "leaf_hash", "chain_hash"):
        for rowid in (1, 6, SIZE - 1):
            with kept.changed() as transaction:
                sequence = flip(transaction, ("audit_entries", column, rowid, 0), 0)
                found = kept.log.verify(transaction).problems
            assert named(found) == {(sequence, f"audit_entries.{column}")}
            assert len(found) == 1


@pytest.mark.parametrize("sequence", range(1, SIZE + 1))
def test_a_removed_entry_is_named(sequence: int, kept: Kept) -> None:
    with kept.changed() as transaction:
        transaction.connection.exec_driver_sql("DELETE FROM audit_entries WHERE sequence = ?", (sequence,))
        assert (sequence, "audit_entries") in named(kept.log.verify(transaction).problems)


def test_a_cut_tail_is_named_where_it_begins(kept: Kept) -> None:
    with kept.changed() as transaction:
        transaction.connection.exec_driver_sql("DELETE FROM audit_entries WHERE sequence > 9")
        found = kept.log.verify(transaction).problems
    assert [str(problem) for problem in found if problem.field == "audit_entries"] == [
        "entry 10, audit_entries: it is missing, and so are all up to entry 13"
    ]


def test_a_log_that_was_emptied_is_found(kept: Kept) -> None:
    with kept.changed() as transaction:
        transaction.connection.exec_driver_sql("DELETE FROM audit_entries")
        transaction.connection.exec_driver_sql("DELETE FROM audit_notes")
        assert named(kept.log.verify(transaction).problems) == {(1, "audit_entries")}


def test_a_removed_head_is_named(kept: Kept) -> None:
    with kept.changed() as transaction:
        transaction.connection.exec_driver_sql("DELETE FROM audit_heads")
        assert named(kept.log.verify(transaction).problems) == {(None, "audit_heads")}


@pytest.mark.parametrize(("first", "second"), [(5, 6), (1, 2), (11, 12), (3, 10)])
def test_a_reordered_pair_is_named(first: int, second: int, kept: Kept) -> None:
    with kept.changed() as transaction:
        for old, new in ((first, -1), (second, first), (-1, second)):
            transaction.connection.exec_driver_sql(
                "UPDATE audit_entries SET sequence = ? WHERE sequence = ?", (new, old)
            )
        found = named(kept.log.verify(transaction).problems)
    assert {(first, "audit_entries.sequence"), (second, "audit_entries.sequence")} <= found
    assert {sequence for sequence, _ in found} <= {first, second, None}


def test_an_added_entry_is_named(kept: Kept) -> None:
    columns = "tenant_id, action, subject, leaf, leaf_hash, chain_hash"
    with kept.changed() as transaction:
        copied = f"SELECT 14, {columns} FROM audit_entries WHERE sequence = 13"
        transaction.connection.exec_driver_sql(f"INSERT INTO audit_entries (sequence, {columns}) {copied}")
        assert named(kept.log.verify(transaction).problems) == {(14, "audit_entries.sequence")}


def test_a_log_rewritten_with_fitting_hashes_does_not_fit_the_sealed_head(kept: Kept, now: datetime) -> None:
    """Whoever can write the database but lacks the key can make entries that fit each other, and no head."""
    with kept.changed() as transaction:
        run = transaction.connection.exec_driver_sql
        head = run("SELECT size, chain_hash, root, frontier, mac FROM audit_heads").one()
        for table in AUDIT_COLUMNS:
            run(f"DELETE FROM {table}")
        for number in range(SIZE):
            kept.log.append(transaction, event(now, "", {"forged": number}))
        assert kept.log.verify(transaction).holds
        run("UPDATE audit_heads SET size = ?, chain_hash = ?, root = ?, frontier = ?, mac = ?", tuple(head))
        found = named(kept.log.verify(transaction).problems)
    assert (None, "audit_entries") in found


def test_a_removed_note_that_nobody_erased_is_named(kept: Kept) -> None:
    with kept.changed() as transaction:
        transaction.connection.exec_driver_sql("DELETE FROM audit_notes WHERE sequence = 5")
        assert named(kept.log.verify(transaction).problems) == {(5, "audit_notes")}


def test_exchanged_notes_are_named(kept: Kept) -> None:
    with kept.changed() as transaction:
        for old, new in ((2, -1), (5, 2), (-1, 5)):
            transaction.connection.exec_driver_sql("UPDATE audit_notes SET sequence = ? WHERE sequence = ?", (new, old))
        assert named(kept.log.verify(transaction).problems) == {(2, "audit_notes.note"), (5, "audit_notes.note")}


@pytest.mark.parametrize(("sequence", "field"), VOUCHED.items())
def test_changed_bytes_that_an_entry_vouches_for_are_named(sequence: int, field: str, kept: Kept) -> None:
    table, column = field.split(".")
    with kept.changed() as transaction:
        flip(transaction, (table, column, 1, 30), 3)
        assert named(kept.log.verify(transaction).problems) == {(sequence, field)}


@pytest.mark.parametrize(("sequence", "field"), VOUCHED.items())
def test_removed_bytes_that_an_entry_vouches_for_are_named(sequence: int, field: str, kept: Kept) -> None:
    with kept.changed() as transaction:
        transaction.connection.exec_driver_sql(f"DELETE FROM {field.split('.')[0]}")
        assert (sequence, "artefacts.sha256") in named(kept.log.verify(transaction).problems)


def test_another_artefact_sealed_in_place_of_a_vouched_one_is_named(kept: Kept, now: datetime) -> None:
    with kept.changed() as transaction:
        work_store.put_artefact(transaction, CaseId("c1"), 1, "other.pdf", b"%PDF other", now)
        transaction.connection.exec_driver_sql(
            "UPDATE artefacts SET content = (SELECT content FROM artefacts WHERE name = 'other.pdf')"
        )
        assert named(kept.log.verify(transaction).problems) == {(3, "artefacts.content")}


def test_another_key_does_not_prove_the_log(kept: Kept) -> None:
    stranger = kept.settings.model_copy(update={"encryption_key": SecretStr("07" * 32)})
    with kept.database.read() as transaction:
        found = AuditLog(master_key(stranger), None).verify(transaction).problems
    assert named(found) == {(None, "audit_heads.mac")}


def test_no_changed_byte_of_the_file_goes_unseen(kept: Kept, tmp_path: Path, full_counts: bool) -> None:
    """A flip in the file itself is found, refused as damage, or touches nothing that the audit tables say."""
    kept.database.close()
    whole = (kept.settings.home / "countersign.db").read_bytes()
    dice = random.Random(7)
    audit_pages = [page for page in range(len(whole) // 4096) if b"case.worked" in whole[page * 4096 :][:4096]]
    told = said(kept.settings.home / "countersign.db")
    for number in range(600 if full_counts else 120):
        page = dice.choice(audit_pages) if number % 2 else dice.randrange(len(whole) // 4096)
        position = page * 4096 + dice.randrange(4096)
        home = tmp_path / f"copy{number}"
        home.mkdir(mode=0o700)
        shutil.copy(kept.settings.home / "secret.key", home)
        damaged = bytearray(whole)
        damaged[position] ^= 1 << dice.randrange(8)
        (home / "countersign.db").write_bytes(damaged)
        assert is_noticed(kept.log, Settings(home=home)) or said(home / "countersign.db") == told, position
        shutil.rmtree(home)


def is_noticed(log: AuditLog, settings: Settings) -> bool:
    try:
        database = Database.open(settings)
    except StoreDamaged:
        return True
    try:
        with database.read() as transaction:
            return not log.verify(transaction).holds
    except StoreDamaged:
        return True
    finally:
        database.close()


def said(path: Path) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as raw:
        raw.text_factory = bytes
        return [raw.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in AUDIT_COLUMNS]
