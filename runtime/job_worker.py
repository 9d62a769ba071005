"""The one workflow that runs every job: tries, waits longer each time, buries what cannot be done with its reason."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dbos import DBOS, DBOSConfig

from cases.errors import (
    Busy,
    Conflict,
    CountersignError,
    ImpossibleMove,
    InputError,
    ModelUnavailable,
    PayerInDoubt,
    PayerUnavailable,
    StoreUnavailable,
)
from cases.ports import Clock
from runtime import case_records, dead_letters, denial_store, early_events, executors, logs
from runtime.database import Database
from runtime.dead_letters import DeadLetter
from runtime.leases import lease
from runtime.queue import APPLICATION, QUEUE, WORKFLOW, JobQueue
from runtime.settings import Settings

Handler = Callable[[str], None]
"""Does a job for its subject. It runs again after a crash, so what it does outward goes through the ledger."""

_PASSING = (Busy, Conflict, PayerUnavailable, PayerInDoubt, StoreUnavailable, ModelUnavailable)
"""What may be otherwise in a moment; anything else of our own error tree will not."""
_FEW_ATTEMPTS = 6
"""For a case that was moved while a step held it, and for a fault of ours: a minute or so, not hours."""
_LONGEST_WAIT = 900.0
_TAKEOVER = "takeover"
_LOOK_SECONDS = 0.2
"""How often the queue is looked at; each look takes as many jobs as there are free hands."""
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
def run_job(tenant_id: str, kind: str, subject: str, job_id: str, attempt: int = 1) -> str:
    """Try a job once; what may go better later is queued again with a delay, and holds no worker meanwhile."""
    outcome, _, reason = attempt_job(kind, subject).partition(":")
    if outcome == "done":
        return outcome
    most = _running().settings.job_attempts
    if outcome == "dead" or attempt >= (most if outcome == "again" else min(most, _FEW_ATTEMPTS)):
        bury_job(kind, subject, job_id, reason, attempt)
        return f"dead:{reason}"
    queue_again(kind, subject, job_id, attempt)
    return f"again:{reason}"


@DBOS.step(name="attempt_job")
def attempt_job(kind: str, subject: str) -> str:
    """One try: `done`, `again:CODE`, `few:CODE` (again, but not for long) or `dead:CODE`."""
    handler = _running().handlers.get(kind)
    if handler is None:
        return "dead:unknown_kind"
    try:
        handler(subject)
    except ImpossibleMove as error:
        return f"few:{error.code}"
    except _PASSING as error:
        return f"again:{error.code}"
    except CountersignError as error:
        _log.warning("job.failed", exc_info=error)
        return f"dead:{error.code}"
    except Exception as error:  # noqa: BLE001
        _log.error("job.failed", exc_info=error)
        return f"few:{type(error).__name__}"
    return "done"


@DBOS.step(name="queue_again")
def queue_again(kind: str, subject: str, job_id: str, attempt: int) -> None:
    """The next try, by itself, after a wait that doubles; queued twice it is one."""
    parts = _running()
    wait = min(parts.settings.retry_seconds * 2 ** (attempt - 1), _LONGEST_WAIT)
    with parts.database.begin() as transaction:
        parts.queue.enqueue_again(transaction, kind, subject, job_id, attempt + 1, wait)


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
        executors.claim(self._parts.database, self._parts.clock, settings.executor, settings.tick_seconds)
        _parts = self._parts
        config = DBOSConfig(
            name=APPLICATION, system_database_url=settings.store_url, executor_id=settings.executor,
            application_version=settings.application_version, log_level="ERROR", enable_otlp=False,
        )  # fmt: skip
        DBOS(config=config)
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=2, polling_interval_sec=min(_LOOK_SECONDS, settings.tick_seconds))
        self._ticker.start()

    def stop(self, seconds: int = 5) -> None:
        """Let running jobs end, for so long; what is cut off is taken up again at the next start."""
        global _parts
        self._stop.set()
        self._ticker.join(timeout=5)
        DBOS.destroy(workflow_completion_timeout_sec=seconds)
        with self._parts.database.begin() as transaction:
            executors.give_back(transaction, self._parts.settings.executor)
        _parts = None

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
            executors.say_alive(transaction, parts.settings.executor, now)
            for timer in case_records.due_timers(transaction, now):
                case_records.fire(transaction, timer.id, now)
                parts.queue.enqueue(transaction, "timer", timer.id, key=timer.id)
            for event in early_events.due(transaction, now):
                looks = early_events.look_again(transaction, event, now)
                key = f"{event.receipt_id}:look{looks}"
                parts.queue.enqueue(transaction, "process_event", event.receipt_id, key=key)
            for due in denial_store.due_timers(transaction, now):
                denial_store.fire(transaction, due.id, now)
                parts.queue.enqueue(transaction, "denial_timer", due.id, key=due.id)
            dead = executors.dead_besides(transaction, parts.settings.executor, now)
        if dead:
            self._take_over(dead)

    def _take_over(self, dead: tuple[str, ...]) -> None:
        """Bring the work of dead executors back to the queue, and only then forget them; one process at a time."""
        parts = self._parts
        try:
            with lease(parts.database, parts.clock, _TAKEOVER):
                DBOS._recover_pending_workflows(list(dead))
                with parts.database.begin() as transaction:
                    executors.forget(transaction, dead)
        except Busy:
            _log.info("takeover.elsewhere")
