"""Who works: each worker process under a name that no other living one has, so that a dead one's work is found."""

import time
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from cases.errors import InputError
from cases.ports import Clock
from runtime.database import Database, Transaction
from runtime.process_identity import Life, life_of, own_identity
from runtime.queue_tables import executors

_DEAD_AFTER = timedelta(seconds=60)
"""How long a holder that cannot be seen (another machine) is believed to be at work without a word of it."""
_SILENT_TICKS = 10
_Held = tuple[str, datetime]


def claim(database: Database, clock: Clock, name: str, tick_seconds: float) -> None:
    """Take a name; raises InputError where a living process has it.

    One whose holder cannot be seen is free once nothing was heard of it for ten ticks: a container that is started
    anew need not be started twice.
    """
    with database.read() as transaction:
        held = _held(transaction, name)
    if held is not None and held[0] != own_identity() and _lives(database, name, held, tick_seconds):
        raise InputError(f"COUNTERSIGN_EXECUTOR: a worker named '{name}' is running; give this one another name.")
    with database.begin() as transaction:
        if _held(transaction, name) != held:
            raise InputError(f"COUNTERSIGN_EXECUTOR: another worker has just taken the name '{name}'.")
        say_alive(transaction, name, clock.now())


def _lives(database: Database, name: str, held: _Held, tick_seconds: float) -> bool:
    life = life_of(held[0])
    if life is not Life.UNKNOWN:
        return life is Life.ALIVE
    until = time.monotonic() + max(3.0, _SILENT_TICKS * tick_seconds)
    while time.monotonic() < until:
        time.sleep(0.2)
        with database.read() as transaction:
            if _held(transaction, name) != held:
                return True
    return False


def say_alive(transaction: Transaction, name: str, now: datetime) -> None:
    """Note that this process has the name and lives."""
    transaction.connection.execute(delete(executors).where(transaction.mine(executors, id=name)))
    transaction.add(executors, id=name, identity=own_identity(), seen_at=now)


def give_back(transaction: Transaction, name: str) -> None:
    """Give the name up, if it is still this process's."""
    mine = transaction.mine(executors, id=name, identity=own_identity())
    transaction.connection.execute(delete(executors).where(mine))


def dead_besides(transaction: Transaction, own: str, now: datetime) -> tuple[str, ...]:
    """Names of executors whose process died, or was not heard of for a minute where it cannot be seen."""
    rows = transaction.connection.execute(select(executors).where(transaction.mine(executors)))
    return tuple(row.id for row in rows if row.id != own and _is_dead(row.identity, row.seen_at, now))


def forget(transaction: Transaction, names: Collection[str]) -> None:
    """Forget executors whose work was taken over."""
    gone = transaction.mine(executors) & executors.c.id.in_(list(names))
    transaction.connection.execute(delete(executors).where(gone))


def _is_dead(identity: str, seen_at: datetime, now: datetime) -> bool:
    life = life_of(identity)
    return life is Life.DEAD or (life is Life.UNKNOWN and now - seen_at >= _DEAD_AFTER)


def _held(transaction: Transaction, name: str) -> _Held | None:
    query = select(executors.c.identity, executors.c.seen_at).where(transaction.mine(executors, id=name))
    row = transaction.connection.execute(query).one_or_none()
    return None if row is None else (row.identity, row.seen_at)
