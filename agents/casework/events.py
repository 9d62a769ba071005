"""Events from outside: kept with their receipt, their job and their audit entry in one commit."""

from agents.toolbox import Toolbox
from cases.audit_event import Actor, AuditEvent
from cases.errors import InputError
from runtime import inbox
from runtime.inbox import EventReceipt, IncomingEvent
from runtime.queue import JobQueue


def accept_event(toolbox: Toolbox, event: IncomingEvent) -> EventReceipt:
    """Keep an event once; a repeat of its id or of its exact body gets the first receipt and nothing more."""
    with toolbox.database.begin() as transaction:
        receipt = inbox.accept(transaction, event, toolbox.clock.now())
        if receipt.repeated:
            return receipt
        queue_of(toolbox).enqueue(transaction, "process_event", receipt.receipt_id, key=receipt.receipt_id)
        toolbox.audit.append(
            transaction,
            AuditEvent(
                tenant_id=transaction.tenant_id, at=toolbox.clock.now(), actor=Actor.SYSTEM, actor_id="inbox",
                action="event.accepted", subject=receipt.receipt_id, detail={"kind": event.kind},
            ),
        )  # fmt: skip
    return receipt


def queue_of(toolbox: Toolbox) -> JobQueue:
    """The process's queue; raises InputError where it was started without one."""
    if toolbox.queue is None:
        raise InputError("This process takes no events: it was started without a queue.")
    return toolbox.queue
