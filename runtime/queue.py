"""Jobs that join our transaction: with the row and the audit entry a job is enqueued, or none of the three is.

DBOS keeps and runs them; nothing outside runtime/queue and runtime/job_worker knows it.
"""

from typing import Final

from dbos import DBOS, DBOSClient, EnqueueOptions

from runtime.database import Transaction

QUEUE: Final = "jobs"
WORKFLOW: Final = "run_job"
APPLICATION: Final = "countersign"
APPLICATION_VERSION: Final = "1"
"""Fixed, so that work begun by an older release is taken up by a newer one; a workflow graph has its own version."""


class JobQueue:
    """Enqueues jobs in the caller's transaction. A job is a kind and a subject; its handler is the worker's."""

    def __init__(self, store_url: str) -> None:
        """Make DBOS's own tables on first use; `store_url` is our database."""
        DBOS.migrate(store_url)
        self._client = DBOSClient(system_database_url=store_url)

    def enqueue(self, transaction: Transaction, kind: str, subject: str, *, key: str, delay_seconds: float = 0) -> str:
        """Start a job when the transaction commits. `key` names it for ever: the same key again starts nothing."""
        job_id = f"{transaction.tenant_id}:{kind}:{key}"
        options: EnqueueOptions = {
            "queue_name": QUEUE,
            "workflow_name": WORKFLOW,
            "workflow_id": job_id,
            "app_version": APPLICATION_VERSION,
            "application_name": APPLICATION,
        }
        if delay_seconds > 0:
            options["delay_seconds"] = delay_seconds
        self._client.enqueue_in_transaction(
            transaction.connection, options, transaction.tenant_id, kind, subject, job_id
        )
        return job_id

    def close(self) -> None:
        self._client.destroy()
