"""Events as they came in: each kept once, whatever the sender repeats, with the receipt it was answered with."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import bindparam, insert, select, union_all

from cases.errors import Conflict, NotFound
from cases.frozen import Frozen
from cases.ids import Digest, digest_of
from runtime.database import Transaction
from runtime.queue_tables import inbox_events

EventKind = Literal["order.created", "document.received", "payer.decision"]


class IncomingEvent(Frozen):
    """An event whose signature and size a door has checked. `event_id` is unique within its `source`."""

    source: str
    event_id: str
    kind: EventKind
    body: bytes


class EventReceipt(Frozen):
    """What the sender is told; a repeat of the id or of the exact body gets the first receipt again."""

    receipt_id: str
    event_id: str
    repeated: bool = False


@dataclass
class _Held:
    """What is kept of some events, or about to be: the receipt and the body's digest by id, the receipt by body."""

    by_id: dict[tuple[str, str], tuple[EventReceipt, str]] = field(default_factory=dict)
    by_body: dict[tuple[str, str], EventReceipt] = field(default_factory=dict)

    def add(self, source: str, receipt: EventReceipt, body_digest: str) -> None:
        again = receipt.model_copy(update={"repeated": True})
        self.by_id[source, receipt.event_id] = (again, body_digest)
        self.by_body[source, body_digest] = again

    def find(self, event: IncomingEvent, body_digest: str) -> EventReceipt | None:
        """The first receipt; raises Conflict where the id was another body's."""
        receipt, digest = self.by_id.get((event.source, event.event_id), (None, body_digest))
        if digest != body_digest:
            raise Conflict("The event's id was used before, for another body; nothing of this one was kept.")
        return receipt or self.by_body.get((event.source, body_digest))


_columns = inbox_events.c
_OURS = (_columns.tenant_id == bindparam("tenant")) & _columns.source.in_(bindparam("sources", expanding=True))
_ROWS = select(_columns.source, _columns.receipt_id, _columns.event_id, _columns.body_digest).where(_OURS)
_KNOWN = union_all(
    _ROWS.where(_columns.event_id.in_(bindparam("ids", expanding=True))),
    _ROWS.where(_columns.body_digest.in_(bindparam("digests", expanding=True))),
)
"""Two look-ups, each by an index of its own: an inbox is never gone through from end to end."""
_KEEP = insert(inbox_events)


def accept(transaction: Transaction, event: IncomingEvent, at: datetime) -> EventReceipt:
    """Keep an event, or find that it is held already; see `accept_all`."""
    return accept_all(transaction, [event], at)[0]


def accept_all(transaction: Transaction, events: Sequence[IncomingEvent], at: datetime) -> list[EventReceipt]:
    """Keep events in order, each once; the receipts, in the same order.

    Raises Conflict where an id comes again with another body: one of the two would be lost without a word.
    """
    digests = [digest_of(event.body) for event in events]
    held = _held(transaction, events, digests)
    receipts, rows = [], []
    for event, digest in zip(events, digests, strict=True):
        receipt = held.find(event, digest)
        if receipt is None:
            receipt = EventReceipt(receipt_id=f"r-{uuid.uuid4().hex}", event_id=event.event_id)
            held.add(event.source, receipt, digest)
            rows.append(
                {
                    "tenant_id": transaction.tenant_id, "receipt_id": receipt.receipt_id, "source": event.source,
                    "event_id": event.event_id, "kind": event.kind, "body_digest": digest, "received_at": at,
                    "body": event.body,
                }
            )  # fmt: skip
        receipts.append(receipt)
    if rows:
        transaction.connection.execute(_KEEP, rows)
    return receipts


def _held(transaction: Transaction, events: Sequence[IncomingEvent], digests: Sequence[Digest]) -> _Held:
    """What is held of these ids and bodies."""
    given = {
        "tenant": transaction.tenant_id,
        "sources": sorted({event.source for event in events}),
        "ids": [event.event_id for event in events],
        "digests": list(digests),
    }
    held = _Held()
    for row in transaction.connection.execute(_KNOWN, given):
        held.add(row.source, EventReceipt(receipt_id=row.receipt_id, event_id=row.event_id), row.body_digest)
    return held


def get(transaction: Transaction, receipt_id: str) -> tuple[IncomingEvent, datetime]:
    """The event of a receipt, and when it came; raises NotFound."""
    query = select(inbox_events).where(transaction.mine(inbox_events, receipt_id=receipt_id))
    row = transaction.connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no event of receipt {receipt_id}.")
    event = IncomingEvent(source=row.source, event_id=row.event_id, kind=row.kind, body=row.body)
    return event, row.received_at
