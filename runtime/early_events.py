"""Events that came before what they are about: they wait, are looked at again, and are given up in the end.

Senders deliver in any order. A document may overtake its order, and a payer's answer the receipt of the request.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import Select, delete, select, update

from cases.frozen import Frozen
from cases.ids import Digest
from runtime.database import Transaction
from runtime.queue_tables import early_events

_FIRST_LOOK = timedelta(seconds=2)
_LONGEST = timedelta(minutes=5)


class EarlyEvent(Frozen):
    """An event that waits. `about` is a keyed digest of what it names, so that the name itself is not in clear."""

    receipt_id: str
    about: Digest
    kind: str
    since: AwareDatetime
    look_at: AwareDatetime
    looks: int


def park(transaction: Transaction, receipt_id: str, about: Digest, kind: str, now: datetime) -> EarlyEvent:
    """Let an event wait from now; one that waits already goes on waiting as it did."""
    held = _get(transaction, receipt_id)
    if held is not None:
        return held
    event = EarlyEvent(
        receipt_id=receipt_id, about=about, kind=kind, since=now, look_at=now + _FIRST_LOOK, looks=0
    )  # fmt: skip
    transaction.add(early_events, **event.model_dump())
    return event


def due(transaction: Transaction, now: datetime, limit: int = 100) -> tuple[EarlyEvent, ...]:
    """Events to be looked at again, the longest due first."""
    place = transaction.mine(early_events) & (early_events.c.look_at <= now)
    rows = transaction.connection.execute(_all().where(place).order_by(early_events.c.look_at).limit(limit)).mappings()
    return tuple(EarlyEvent.model_validate(dict(row)) for row in rows)


def look_again(transaction: Transaction, event: EarlyEvent, now: datetime) -> int:
    """Count a look and set the next one, later each time; which look this is. The caller starts its job."""
    looks = event.looks + 1
    wait = min(_FIRST_LOOK * 2 ** min(looks, 16), _LONGEST)
    place = transaction.mine(early_events, receipt_id=event.receipt_id)
    transaction.connection.execute(update(early_events).where(place).values(looks=looks, look_at=now + wait))
    return looks


def wake(transaction: Transaction, about: Collection[Digest], now: datetime) -> None:
    """What was waited for is there: let the events about it be looked at now."""
    place = transaction.mine(early_events) & early_events.c.about.in_(list(about))
    transaction.connection.execute(update(early_events).where(place).values(look_at=now))


def forget(transaction: Transaction, receipt_id: str) -> None:
    """The event found what it is about, or was given up; one that never waited is nothing to forget."""
    transaction.connection.execute(delete(early_events).where(transaction.mine(early_events, receipt_id=receipt_id)))


def waits(transaction: Transaction, receipt_id: str) -> bool:
    """Whether the event of this receipt waits."""
    return _get(transaction, receipt_id) is not None


def all_waiting(transaction: Transaction) -> tuple[EarlyEvent, ...]:
    """Every event that waits, the oldest first."""
    rows = transaction.connection.execute(
        _all().where(transaction.mine(early_events)).order_by(early_events.c.since, early_events.c.receipt_id)
    ).mappings()
    return tuple(EarlyEvent.model_validate(dict(row)) for row in rows)


def _get(transaction: Transaction, receipt_id: str) -> EarlyEvent | None:
    query = _all().where(transaction.mine(early_events, receipt_id=receipt_id))
    row = transaction.connection.execute(query).mappings().one_or_none()
    return None if row is None else EarlyEvent.model_validate(dict(row))


def _all() -> Select[tuple[Any, ...]]:
    return select(*(early_events.c[name] for name in EarlyEvent.model_fields))
