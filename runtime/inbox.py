"""Events as they came in: each kept once, whatever the sender repeats, with the receipt it was answered with."""

import uuid
from datetime import datetime
from typing import Literal

from sqlalchemy import or_, select

from cases.errors import NotFound
from cases.frozen import Frozen
from cases.ids import digest_of
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


def accept(transaction: Transaction, event: IncomingEvent, at: datetime) -> EventReceipt:
    """Keep an event, or find that it is held already."""
    digest = digest_of(event.body)
    same = or_(inbox_events.c.event_id == event.event_id, inbox_events.c.body_digest == digest)
    place = transaction.mine(inbox_events, source=event.source) & same
    query = select(inbox_events.c.receipt_id, inbox_events.c.event_id).where(place).limit(1)
    held = transaction.connection.execute(query).one_or_none()
    if held is not None:
        return EventReceipt(receipt_id=held.receipt_id, event_id=held.event_id, repeated=True)
    receipt_id = f"r-{uuid.uuid4().hex}"
    transaction.add(
        inbox_events, receipt_id=receipt_id, source=event.source, event_id=event.event_id, kind=event.kind,
        body_digest=digest, received_at=at, body=event.body,
    )  # fmt: skip
    return EventReceipt(receipt_id=receipt_id, event_id=event.event_id)


def get(transaction: Transaction, receipt_id: str) -> tuple[IncomingEvent, datetime]:
    """The event of a receipt, and when it came; raises NotFound."""
    query = select(inbox_events).where(transaction.mine(inbox_events, receipt_id=receipt_id))
    row = transaction.connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no event of receipt {receipt_id}.")
    event = IncomingEvent(source=row.source, event_id=row.event_id, kind=row.kind, body=row.body)
    return event, row.received_at
