"""An audit entry by the door itself: who came in, whose key was made."""

from agents.toolbox import Toolbox
from cases.audit_event import Actor, AuditEvent
from runtime.database import Transaction


def record(
    toolbox: Toolbox,
    transaction: Transaction,
    actor_id: str,
    action: str,
    subject: str,
    detail: dict[str, str | int | bool | None] | None = None,
) -> None:
    """Append an entry of a person's act, in the transaction of the act; `detail` holds codes and counts only."""
    toolbox.audit.append(
        transaction,
        AuditEvent(
            tenant_id=transaction.tenant_id,
            at=toolbox.clock.now(),
            actor=Actor.PERSON,
            actor_id=actor_id,
            action=action,
            subject=subject,
            detail=detail or {},
        ),
    )
