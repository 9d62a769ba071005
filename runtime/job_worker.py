"""The one workflow that runs every job: tries, waits longer each time, buries what cannot be done with its reason."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dbos import DBOS, DBOSConfig
from sqlalchemy import delete, select

from cases.errors import (
    Busy,
    Conflict,
    CountersignError,
    InputError,
    ModelUnavailable,
    PayerInDoubt,
    PayerUnavailable,
    StoreUnavailable,
)
from cases.ports import Clock
from runtime import case_records, dead_letters, denial_store, logs
from runtime.database import Database, Transaction
from runtime.dead_letters import DeadLetter
from runtime.process_identity import Life, life_of, own_identity
from runtime.queue import APPLICATION, APPLICATION_VERSION, QUEUE, WORKFLOW, JobQueue
from runtime.queue_tables import executors
from runtime.settings import Settings

Handler = Callable[[str], None]
"""Does a job for its subject. It runs again after a crash, so what it does outward goes through the ledger."""

_PASSING = (Busy, Conflict, PayerUnavailable, PayerInDoubt, StoreUnavailable, ModelUnavailable)
"""What may be otherwise in a moment; anything else of our own error tree will not."""
_UNKNOWN_ATTEMPTS = 3
_LONGEST_WAIT = 300.0
_DEAD_AFTER = timedelta(seconds=60)
_log = logs.logger("worker")


@dataclass(frozen=True)
class WorkerParts:
    """What a worker runs on."""

    settings: Settings
    database: Database
    clock: Clock
    queue: JobQueue
    handlers: Mapping[str, Handler]


_parts: WorkerParts | None = None


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=1_000_000)
def run_job(tenant_id: str, kind: str, subject: str, job_id: str) -> str:
    """Try a job until it is done or given up. Waiting between tries survives a restart."""
    attempts, wait = _running().settings.job_attempts, _running().settings.retry_seconds
    outcome = ""
    for attempt in range(1, attempts + 1):
        outcome = attempt_job(kind, subject)
        if outcome == "done":
            return outcome
        last = outcome.startswith("dead:") or attempt == attempts
        if last or (outcome.startswith("unknown:") and attempt >= _UNKNOWN_ATTEMPTS):
            bury_job(kind, subject, job_id, outcome.partition(":")[2], attempt)
            return f"dead:{outcome.partition(':')[2]}"
        DBOS.sleep(min(wait * 2 ** (attempt - 1), _LONGEST_WAIT))
    return outcome


@DBOS.step(name="attempt_job")
def attempt_job(kind: str, subject: str) -> str:
    """One try: `done`, `again:CODE`, `dead:CODE`, or `unknown:TYPE` for a fault of ours."""
    handler = _running().handlers.get(kind)
    if handler is None:
        return "dead:unknown_kind"
    try:
        handler(subject)
    except _PASSING as error:
        return f"again:{error.code}"
    except CountersignError as error:
        _log.warning("job.failed", exc_info=error)
        return f"dead:{error.code}"
    except Exception as error:  # noqa: BLE001
        _log.error("job.failed", exc_info=error)
        return f"unknown:{type(error).__name__}"
    return "done"


@DBOS.step(name="bury_job")
def bury_job(kind: str, subject: str, job_id: str, reason: str, attempts: int) -> None:
    """Keep the dead letter; a job buried twice is one letter."""
    parts = _running()
    letter = DeadLetter(
        job_id=job_id, kind=kind, subject=subject, reason=reason, attempts=attempts, buried_at=parts.clock.now()
    )
    with parts.database.begin() as transaction:
        dead_letters.bury(transaction, letter)


def _running() -> WorkerParts:
    if _parts is None:
        raise InputError("No worker runs in this process.")
    return _parts


class Worker:
    """Runs jobs, fires timers and takes over the work of dead executors, until it is stopped. One for each process."""

    def __init__(self, parts: WorkerParts) -> None:
        self._parts = parts
        self._stop = threading.Event()
        self._ticker = threading.Thread(target=self._tick_for_ever, name="countersign-ticker", daemon=True)

    def start(self) -> None:
        """Take the executor's name, register the handlers, launch. Raises InputError where the name is taken."""
        global _parts
        settings = self._parts.settings
        self._claim_name()
        _parts = self._parts
        config = DBOSConfig(
            name=APPLICATION, system_database_url=settings.store_url, executor_id=settings.executor,
            application_version=APPLICATION_VERSION, log_level="ERROR", enable_otlp=False,
        )  # fmt: skip
        DBOS(config=config)
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=2, polling_interval_sec=min(1.0, settings.tick_seconds))
        self._ticker.start()

    def stop(self, seconds: int = 5) -> None:
        """Let running jobs end, for so long; what is cut off is taken up again at the next start."""
        global _parts
        self._stop.set()
        self._ticker.join(timeout=5)
        DBOS.destroy(workflow_completion_timeout_sec=seconds)
        with self._parts.database.begin() as transaction:
            mine = transaction.mine(executors, id=self._parts.settings.executor, identity=own_identity())
            transaction.connection.execute(delete(executors).where(mine))
        _parts = None

    def _claim_name(self) -> None:
        name, now = self._parts.settings.executor, self._parts.clock.now()
        with self._parts.database.begin() as transaction:
            held = _executor(transaction, name)
            if held is not None and held[0] != own_identity() and _is_alive(held, now):
                raise InputError(
                    f"COUNTERSIGN_EXECUTOR: a worker named '{name}' is running; give this one another name."
                )
            _seen(transaction, name, now)

    def _tick_for_ever(self) -> None:
        while not self._stop.wait(self._parts.settings.tick_seconds):
            try:
                self.tick()
            except Exception as error:  # noqa: BLE001
                _log.error("tick.failed", exc_info=error)

    def tick(self) -> None:
        """Say that this executor lives, fire what is due, and take over from executors that died."""
        parts = self._parts
        now = parts.clock.now()
        with parts.database.begin() as transaction:
            _seen(transaction, parts.settings.executor, now)
            for timer in case_records.due_timers(transaction, now):
                case_records.fire(transaction, timer.id, now)
                parts.queue.enqueue(transaction, "timer", timer.id, key=timer.id)
            for due in denial_store.due_timers(transaction, now):
                denial_store.fire(transaction, due.id, now)
                parts.queue.enqueue(transaction, "denial_timer", due.id, key=due.id)
            dead = _dead(transaction, parts.settings.executor, now)
            for name in dead:
                transaction.connection.execute(delete(executors).where(transaction.mine(executors, id=name)))
        if dead:
            DBOS._recover_pending_workflows(list(dead))


def _executor(transaction: Transaction, name: str) -> tuple[str, datetime] | None:
    query = select(executors.c.identity, executors.c.seen_at).where(transaction.mine(executors, id=name))
    row = transaction.connection.execute(query).one_or_none()
    return None if row is None else (row.identity, row.seen_at)


def _is_alive(held: tuple[str, datetime], now: datetime) -> bool:
    identity, seen_at = held
    life = life_of(identity)
    return life is Life.ALIVE or (life is Life.UNKNOWN and now - seen_at < _DEAD_AFTER)


def _seen(transaction: Transaction, name: str, now: datetime) -> None:
    transaction.connection.execute(delete(executors).where(transaction.mine(executors, id=name)))
    transaction.add(executors, id=name, identity=own_identity(), seen_at=now)


def _dead(transaction: Transaction, own: str, now: datetime) -> tuple[str, ...]:
    rows = transaction.connection.execute(select(executors).where(transaction.mine(executors)))
    return tuple(row.id for row in rows if row.id != own and not _is_alive((row.identity, row.seen_at), now))
