"""Keeps each disclosure to a model in the audit log, before it happens."""

from cases.audit_event import Actor, AuditEvent
from cases.ports import Clock, Disclosure
from runtime.audit import AuditLog
from runtime.database import Database


class AuditedDisclosures:
    """A ledger of disclosures on the audit log: provable, exported with it, one commit for each."""

    def __init__(self, database: Database, audit: AuditLog, clock: Clock) -> None:
        self._database, self._audit, self._clock = database, audit, clock

    def record(self, disclosure: Disclosure) -> None:
        """Keep it; what raises here keeps the text from leaving."""
        with self._database.begin() as transaction:
            self._audit.append(
                transaction,
                AuditEvent(
                    tenant_id=transaction.tenant_id,
                    at=self._clock.now(),
                    actor=Actor.SYSTEM,
                    actor_id="guarded_model",
                    action="phi.disclosed",
                    subject=disclosure.case_id or "no-case",
                    detail={
                        "task": disclosure.task,
                        "purpose": disclosure.purpose,
                        "endpoint": disclosure.endpoint,
                        "agreement": disclosure.agreement,
                        "contents": ",".join(disclosure.contents),
                        "masked": disclosure.masked,
                        "digest": disclosure.digest,
                        "size": disclosure.size,
                    },
                ),
            )
