"""Jobs that join our transaction: with the row and the audit entry a job is enqueued, or none of the three is.

DBOS keeps and runs them; nothing outside runtime/queue and runtime/job_worker knows it.
"""

from typing import Final

from dbos import DBOS, DBOSClient, EnqueueOptions

from runtime.database import Transaction
from runtime.settings import Settings

QUEUE: Final = "jobs"
WORKFLOW: Final = "run_job"
APPLICATION: Final = "countersign"


class JobQueue:
    """Enqueues jobs in the caller's transaction. A job is a kind and a subject; its handler is the worker's."""

    def __init__(self, settings: Settings) -> None:
        """Make DBOS's own tables, in our database, on first use."""
        DBOS.migrate(settings.store_url)
        self._client = DBOSClient(system_database_url=settings.store_url)
        self._version = settings.application_version

    def enqueue(self, transaction: Transaction, kind: str, subject: str, *, key: str) -> str:
        """Start a job when the transaction commits. `key` names it for ever: the same key again starts nothing."""
        job_id = f"{transaction.tenant_id}:{kind}:{key}"
        self._start(transaction, self._options(job_id), kind, subject, job_id)
        return job_id

    def enqueue_again(
        self, transaction: Transaction, kind: str, subject: str, job_id: str, attempt: int, wait_seconds: float
    ) -> None:
        """Another attempt at a job after a wait that survives a restart; the same attempt again starts nothing."""
        options = self._options(f"{job_id}~{attempt}")
        options["delay_seconds"] = wait_seconds
        self._start(transaction, options, kind, subject, job_id, attempt)

    def _options(self, workflow_id: str) -> EnqueueOptions:
        return {
            "queue_name": QUEUE,
            "workflow_name": WORKFLOW,
            "workflow_id": workflow_id,
            "app_version": self._version,
            "application_name": APPLICATION,
        }

    def _start(self, transaction: Transaction, options: EnqueueOptions, *arguments: str | int) -> None:
        self._client.enqueue_in_transaction(transaction.connection, options, transaction.tenant_id, *arguments)

    def close(self) -> None:
        self._client.destroy()
