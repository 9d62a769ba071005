"""Leases: one process at a time works on one thing, and a dead one holds nobody up."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from cases.errors import Busy
from cases.ports import Clock
from runtime.database import Database, Transaction
from runtime.process_identity import Life, life_of, own_identity
from runtime.queue_tables import leases

LEASE = timedelta(minutes=10)
"""How long a holder that cannot be seen (another machine) is believed to be at work."""


@contextmanager
def lease(database: Database, clock: Clock, name: str) -> Iterator[None]:
    """Hold `name` for the block; raises Busy where a living process holds it.

    It opens its own transactions and must not be used inside one.
    """
    owner = f"{uuid.uuid4().hex}@{own_identity()}"
    with database.begin() as transaction:
        _take(transaction, name, owner, clock.now())
    try:
        yield
    finally:
        with database.begin() as transaction:
            transaction.connection.execute(delete(leases).where(transaction.mine(leases, name=name, owner=owner)))


def _take(transaction: Transaction, name: str, owner: str, now: datetime) -> None:
    held = transaction.connection.execute(select(leases).where(transaction.mine(leases, name=name))).one_or_none()
    if held is not None:
        if _is_alive(held.owner, held.until, now):
            raise Busy(f"{name} is being worked on by another process.")
        transaction.connection.execute(delete(leases).where(transaction.mine(leases, name=name)))
    transaction.add(leases, name=name, owner=owner, until=now + LEASE)


def _is_alive(owner: str, until: datetime, now: datetime) -> bool:
    life = life_of(owner.split("@", 1)[1])
    return life is Life.ALIVE or (life is Life.UNKNOWN and now < until)
