"""Jobs run once for their key, again after a wait, by whoever lives; what cannot be done is buried with its reason."""

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.connection import Connection

import pytest

from cases.errors import Busy, ImpossibleMove, InputError, PayerUnavailable
from cases.ids import CaseId
from runtime import case_records, case_store, dead_letters
from runtime.case_records import Timer
from runtime.clock import SettableClock, SystemClock
from runtime.database import Database
from runtime.job_worker import Handler, Worker, WorkerParts
from runtime.queue import JobQueue
from runtime.queue_tables import executors
from runtime.settings import Settings
from tests.runtime.conftest import NOW, case_called

SPAWN = multiprocessing.get_context("spawn")
QUICK = {"tick_seconds": 0.1, "retry_seconds": 0.2}


@dataclass
class Office:
    """A worker with handlers of the test's own, and what it was asked to do."""

    settings: Settings
    database: Database
    queue: JobQueue
    clock: SettableClock | SystemClock = field(default_factory=SystemClock)
    worker: Worker | None = None
    done: list[tuple[str, float]] = field(default_factory=list)

    def open(self, handlers: Mapping[str, Handler], **changes: object) -> None:
        settings = self.settings.model_copy(update={**QUICK, **changes})
        self.worker = Worker(WorkerParts(settings, self.database, self.clock, self.queue, handlers))
        self.worker.start()

    def close(self) -> None:
        if self.worker is not None:
            self.worker.stop()
            self.worker = None

    def note(self, subject: str) -> None:
        self.done.append((subject, time.monotonic()))

    def subjects(self) -> list[str]:
        return [subject for subject, _ in self.done]

    def start(self, kind: str, subject: str, key: str = "") -> str:
        with self.database.begin() as transaction:
            return self.queue.enqueue(transaction, kind, subject, key=key or subject)

    def letters(self) -> list[tuple[str, str, int]]:
        with self.database.read() as transaction:
            return [(one.subject, one.reason, one.attempts) for one in dead_letters.unsettled(transaction)]


@pytest.fixture
def office(settings: Settings, database: Database) -> Iterator[Office]:
    opened = Office(settings, database, JobQueue(settings))
    yield opened
    opened.close()
    opened.queue.close()


def wait(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_a_job_runs_once_for_its_key_and_not_at_all_if_its_commit_was_undone(office: Office) -> None:
    with contextlib.suppress(ZeroDivisionError), office.database.begin() as transaction:
        office.queue.enqueue(transaction, "note", "undone", key="undone")
        raise ZeroDivisionError
    assert office.start("note", "a", "same") == office.start("note", "a", "same")
    office.open({"note": office.note})
    office.start("note", "b")
    wait(lambda: "b" in office.subjects())
    time.sleep(0.5)
    assert sorted(office.subjects()) == ["a", "b"]


def test_a_job_is_tried_again_after_waits_that_double(office: Office) -> None:
    def handler(subject: str) -> None:
        office.note(subject)
        if len(office.done) < 4:
            raise PayerUnavailable("It does not answer.")

    office.open({"send": handler})
    office.start("send", "s")
    wait(lambda: len(office.done) == 4)
    times = [at for _, at in office.done]
    waits = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    assert all(wait >= least for wait, least in zip(waits, (0.2, 0.4, 0.8), strict=True)), waits
    assert office.letters() == []


def test_jobs_that_wait_for_their_next_try_hold_no_worker(office: Office) -> None:
    def refuse(subject: str) -> None:
        raise Busy("Another works on it.")

    office.open({"wait": refuse, "note": office.note}, retry_seconds=60.0)
    for number in range(6):
        office.start("wait", f"w{number}")
    wait(lambda: waiting(office) == 6)
    office.start("note", "n")
    wait(lambda: office.subjects() == ["n"], 10)


def waiting(office: Office) -> int:
    schema = "" if office.settings.store_url.startswith("sqlite") else "dbos."
    query = f"SELECT count(*) FROM {schema}workflow_status WHERE status = 'DELAYED'"
    with office.database.read() as transaction:
        return int(transaction.connection.exec_driver_sql(query).scalar_one())


@pytest.mark.parametrize(
    ("error", "reason", "attempts"),
    [
        (InputError("It cannot be used."), "input_error", 1),
        (Busy("Another works on it."), "busy", 3),
        (ImpossibleMove("No such move."), "impossible_move", 3),
        (ZeroDivisionError("a fault of ours"), "ZeroDivisionError", 3),
    ],
)
def test_what_cannot_be_done_is_buried_with_its_reason(
    office: Office, error: Exception, reason: str, attempts: int
) -> None:
    def fail(subject: str) -> None:
        office.note(subject)
        raise error

    office.open({"fail": fail, "note": office.note}, job_attempts=3)
    job_id = office.start("fail", "f")
    wait(lambda: office.letters() == [("f", reason, attempts)])
    assert len(office.done) == attempts
    with office.database.read() as transaction:
        assert dead_letters.unsettled(transaction)[0].job_id == job_id
    office.start("note", "next")
    wait(lambda: "next" in office.subjects())


def test_a_kind_that_nobody_handles_is_buried_too(office: Office) -> None:
    office.open({})
    office.start("mystery", "m")
    wait(lambda: office.letters() == [("m", "unknown_kind", 1)])


def test_a_job_of_another_application_version_is_left_for_its_own(office: Office) -> None:
    office.start("note", "old")
    office.open({"note": office.note}, application_version="2")
    time.sleep(1.5)
    assert office.subjects() == []
    office.close()
    office.open({"note": office.note})
    wait(lambda: office.subjects() == ["old"])


def test_a_timer_starts_its_job_once_when_it_is_due(office: Office) -> None:
    office.clock = SettableClock(NOW)
    due = Timer(id="t1", case_id=CaseId("c1"), kind="payer_decision_due", due_at=NOW + timedelta(days=7))
    with office.database.begin() as transaction:
        case_store.create(transaction, case_called("c1"), NOW)
        case_records.set_timer(transaction, due)
    office.open({"timer": office.note})
    time.sleep(0.5)
    assert office.subjects() == []
    office.clock.advance(timedelta(days=7))
    wait(lambda: office.subjects() == ["t1"])
    office.close()
    office.open({"timer": office.note})
    time.sleep(0.5)
    assert office.subjects() == ["t1"]


def _work_until_killed(settings: Settings, told: Connection) -> None:
    def handler(subject: str) -> None:
        told.send(subject)
        signal.pause()

    changed = settings.model_copy(update={**QUICK, "executor": "one"})
    parts = WorkerParts(changed, Database.open(changed), SystemClock(), JobQueue(changed), {"note": handler})
    Worker(parts).start()
    signal.pause()


@contextlib.contextmanager
def rival(settings: Settings, *subjects: str) -> Iterator[Callable[[], None]]:
    """A worker `one` in a process of its own that has taken these jobs and never ends them; gives what kills it."""
    ours, theirs = SPAWN.Pipe()
    child = SPAWN.Process(target=_work_until_killed, args=(settings, theirs), daemon=True)
    child.start()

    def kill() -> None:
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()

    try:
        assert ours.poll(30)
        assert {ours.recv() for _ in subjects} == set(subjects)
        yield kill
    finally:
        if child.is_alive():
            kill()


@pytest.mark.parametrize("name", ["one", "two"])
def test_work_of_a_killed_worker_is_taken_up_by_its_successor_or_by_another(office: Office, name: str) -> None:
    """By name `one` it is the same executor started again, by `two` one that takes over from the dead."""
    office.start("note", "left")
    with rival(office.settings, "left") as kill:
        kill()
    office.open({"note": office.note}, executor=name)
    wait(lambda: office.subjects() == ["left"])
    time.sleep(0.5)
    assert office.subjects() == ["left"]


def test_two_living_workers_never_share_a_name_nor_a_job(office: Office) -> None:
    office.start("note", "held 1")
    office.start("note", "held 2")
    with rival(office.settings, "held 1", "held 2") as kill:
        with pytest.raises(InputError, match="COUNTERSIGN_EXECUTOR"):
            office.open({"note": office.note}, executor="one")
        office.worker = None
        office.open({"note": office.note}, executor="two")
        office.start("note", "ours")
        wait(lambda: office.subjects() == ["ours"])
        kill()
        wait(lambda: sorted(office.subjects()) == ["held 1", "held 2", "ours"])


def held_elsewhere(office: Office) -> None:
    """A worker on another machine, or in a container that is no more, has the name `main`."""
    with office.database.begin() as transaction:
        transaction.connection.execute(executors.delete())
        transaction.add(executors, id="main", identity="another-machine/1/1", seen_at=office.clock.now())


def test_a_name_of_a_holder_that_cannot_be_seen_is_taken_once_it_is_silent(office: Office) -> None:
    held_elsewhere(office)
    office.start("note", "n")
    office.open({"note": office.note})
    wait(lambda: office.subjects() == ["n"])


def test_a_name_of_a_holder_elsewhere_that_is_heard_of_is_not_taken(office: Office) -> None:
    held_elsewhere(office)
    still_there = threading.Timer(1.0, held_elsewhere, [office])
    still_there.start()
    with pytest.raises(InputError, match="is running"):
        office.open({"note": office.note})
    office.worker = None
    still_there.join()
