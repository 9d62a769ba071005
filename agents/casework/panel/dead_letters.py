"""Another try for work that was given up, asked for by a person in the panel or over the API."""

import uuid

from agents.casework.events import queue_of
from agents.toolbox import Toolbox
from cases.audit_event import Actor, AuditEvent
from runtime import dead_letters


def try_again(toolbox: Toolbox, job_id: str, caller_id: str) -> str:
    """Start a dead job anew and settle its letter, in one commit; gives the new job's id. Raises NotFound."""
    with toolbox.database.begin() as transaction:
        letter = dead_letters.settle(transaction, job_id, toolbox.clock.now())
        key = f"{letter.subject}:{uuid.uuid4().hex}"
        started = queue_of(toolbox).enqueue(transaction, letter.kind, letter.subject, key=key)
        toolbox.audit.append(
            transaction,
            AuditEvent(
                tenant_id=transaction.tenant_id, at=toolbox.clock.now(), actor=Actor.PERSON, actor_id=caller_id,
                action="job.retried", subject=letter.subject, detail={"kind": letter.kind},
            ),
        )  # fmt: skip
    return started
