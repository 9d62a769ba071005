import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import datetime

import pytest

from cases.audit_event import Actor, AuditEvent
from cases.case import Case
from cases.errors import GuardFailed, NotFound, StoreDamaged
from cases.ids import DEFAULT_TENANT, TenantId
from runtime import case_store
from runtime.audit import AuditLog
from runtime.database import Database
from runtime.master_key import master_key
from runtime.settings import Settings

FORK = multiprocessing.get_context("fork")


class Masking:
    """A redactor that knows one name."""

    def redact(self, text: str) -> str:
        return text.replace("Odalys", "[NAME]")


def event(
    now: datetime, action: str = "case.opened", subject: str = "c1", note: str = "", **detail: str | int
) -> AuditEvent:
    return AuditEvent(
        tenant_id=DEFAULT_TENANT,
        at=now,
        actor=Actor.PERSON,
        actor_id="rev1",
        action=action,
        subject=subject,
        detail=detail,
        note=note,
    )


@pytest.fixture
def log(settings: Settings, database: Database) -> AuditLog:
    return AuditLog(master_key(settings), Masking())


def test_entries_are_numbered_from_one_and_proved(database: Database, log: AuditLog, now: datetime) -> None:
    with database.begin() as transaction:
        assert [log.append(transaction, event(now, count=number)) for number in range(5)] == [1, 2, 3, 4, 5]
    with database.read() as transaction:
        proof = log.verify(transaction)
        entries = log.entries(transaction)
    assert proof.holds
    assert proof.size == 5
    assert [entry.sequence for entry in entries] == [1, 2, 3, 4, 5]
    assert entries[3].event == event(now, count=3)


def test_an_empty_log_holds(database: Database, log: AuditLog) -> None:
    with database.read() as transaction:
        proof = log.verify(transaction)
    assert proof.holds
    assert proof.size == 0


def test_an_entry_shares_the_fate_of_its_transaction(
    database: Database, log: AuditLog, now: datetime, make_case: Callable[[str], Case]
) -> None:
    def fail_half_way() -> None:
        with database.begin() as transaction:
            case_store.create(transaction, make_case("c1"), now)
            log.append(transaction, event(now))
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()
    with database.begin() as transaction:
        assert case_store.listing(transaction) == ()
        assert log.append(transaction, event(now)) == 1
        assert log.verify(transaction).holds


def test_entries_can_be_read_by_subject(database: Database, log: AuditLog, now: datetime) -> None:
    with database.begin() as transaction:
        log.append(transaction, event(now, subject="c1"))
        log.append(transaction, event(now, subject="c2"))
        log.append(transaction, event(now, subject="c1", note="called Odalys"))
        found = log.entries(transaction, "c1")
    assert [entry.sequence for entry in found] == [1, 3]
    assert found[1].event.note == "called [NAME]"


def test_a_note_is_redacted_sealed_and_not_in_the_leaf(
    database: Database, log: AuditLog, settings: Settings, now: datetime
) -> None:
    with database.begin() as transaction:
        log.append(transaction, event(now, note="Odalys called about the gauge"))
    database.close()
    on_disk = b"".join(path.read_bytes() for path in settings.home.iterdir())
    assert b"case.opened" in on_disk
    assert b"Odalys" not in on_disk
    assert b"gauge" not in on_disk


def test_a_note_without_a_redactor_is_refused(database: Database, settings: Settings, now: datetime) -> None:
    log = AuditLog(master_key(settings), None)
    with pytest.raises(GuardFailed, match="redactor"), database.begin() as transaction:
        log.append(transaction, event(now, note="free text"))
    with database.begin() as transaction:
        assert log.append(transaction, event(now)) == 1


def test_an_erased_note_is_gone_and_the_log_still_holds(database: Database, log: AuditLog, now: datetime) -> None:
    with database.begin() as transaction:
        log.append(transaction, event(now))
        log.append(transaction, event(now, note="to be forgotten"))
        log.append(transaction, event(now, note="to be kept"))
        assert log.erase_note(transaction, 2, event(now, action="privacy.request")) == 4
    with database.read() as transaction:
        assert log.verify(transaction).holds
        assert [entry.event.note for entry in log.entries(transaction)] == ["", "", "to be kept", ""]
        assert log.entries(transaction)[3].event.action == "audit.note_erased"


def test_what_was_never_noted_cannot_be_erased(database: Database, log: AuditLog, now: datetime) -> None:
    with database.begin() as transaction:
        log.append(transaction, event(now))
    with pytest.raises(NotFound), database.begin() as transaction:
        log.erase_note(transaction, 1, event(now))


@pytest.mark.parametrize(
    "free",
    [
        {"detail": {"why": "patient denies dyspnoea"}},
        {"detail": {"why": "line\nbreak"}},
        {"detail": {"why": "x" * 300}},
        {"detail": {"a key with words": "x"}},
        {"action": "opened the case"},
        {"subject": "Odalys Quillfeather"},
        {"actor_id": "Dr Smith"},
    ],
)
def test_free_text_outside_the_note_is_refused(
    free: dict[str, object], database: Database, log: AuditLog, now: datetime
) -> None:
    with pytest.raises(GuardFailed, match="free text"), database.begin() as transaction:
        log.append(transaction, event(now).model_copy(update=free))


@pytest.mark.parametrize(
    "code",
    ["", "DeviceRequest/o1", "a1b2" * 16, "42-CFR-422.568(b)".replace("(", ".").replace(")", ""), "payer_rejected"],
)
def test_codes_digests_and_references_are_taken(code: str, database: Database, log: AuditLog, now: datetime) -> None:
    with database.begin() as transaction:
        assert log.append(transaction, event(now, code=code)) == 1


def test_an_event_of_another_tenant_or_without_a_zone_is_refused(
    database: Database, log: AuditLog, now: datetime
) -> None:
    for update in ({"tenant_id": TenantId("other")}, {"at": now.replace(tzinfo=None)}):
        with pytest.raises(GuardFailed), database.begin() as transaction:
            log.append(transaction, event(now).model_copy(update=update))


def test_nothing_is_added_behind_a_changed_head(database: Database, log: AuditLog, now: datetime) -> None:
    with database.begin() as transaction:
        log.append(transaction, event(now))
        transaction.connection.exec_driver_sql("UPDATE audit_heads SET size = 0")
    with pytest.raises(StoreDamaged, match="head was changed"), database.begin() as transaction:
        log.append(transaction, event(now))


def test_nothing_is_added_where_the_head_was_removed(database: Database, log: AuditLog, now: datetime) -> None:
    with database.begin() as transaction:
        log.append(transaction, event(now))
        transaction.connection.exec_driver_sql("DELETE FROM audit_heads")
    with pytest.raises(StoreDamaged, match="no head"), database.begin() as transaction:
        log.append(transaction, event(now))


def test_processes_that_append_at_once_leave_no_gap(
    database: Database, log: AuditLog, settings: Settings, now: datetime
) -> None:
    with FORK.Pool(4) as pool:
        taken = pool.starmap(_append_many, [(settings, now, 25)] * 4)
    assert sorted(number for numbers in taken for number in numbers) == list(range(1, 101))
    with database.read() as transaction:
        proof = log.verify(transaction)
    assert proof.holds
    assert proof.size == 100


def _append_many(settings: Settings, now: datetime, count: int) -> list[int]:
    database, log = Database.open(settings), AuditLog(master_key(settings), Masking())
    numbers = []
    for _ in range(count):
        with database.begin() as transaction:
            numbers.append(log.append(transaction, event(now, note="from Odalys")))
    database.close()
    return numbers


def test_kill_9_leaves_a_log_that_holds(database: Database, log: AuditLog, settings: Settings, now: datetime) -> None:
    appended = 0
    for after in (1, 3, 8):
        reader, writer = FORK.Pipe(duplex=False)
        child = FORK.Process(target=_append_until_killed, args=(settings, now, writer))
        child.start()
        for _ in range(after):
            reader.recv()
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        with database.read() as transaction:
            proof = log.verify(transaction)
        assert proof.holds, proof.problems
        assert proof.size >= appended + after
        appended = proof.size


def _append_until_killed(settings: Settings, now: datetime, told) -> None:  # type: ignore[no-untyped-def]
    database, log = Database.open(settings), AuditLog(master_key(settings), Masking())
    while True:
        with database.begin() as transaction:
            log.append(transaction, event(now, note="working"))
        told.send(1)
