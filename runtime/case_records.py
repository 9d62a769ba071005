"""What hangs on a case beside its chart: the files it was read from, the numbers others know it by, its timers."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, select, update

from cases.errors import Conflict
from cases.frozen import Frozen
from cases.ids import CaseId, Digest, digest_of
from runtime.database import Transaction
from runtime.queue_tables import case_files, case_references, timers


class Timer(Frozen):
    """Something that is to happen to a case at an instant, once."""

    id: str
    case_id: CaseId
    kind: str
    due_at: datetime


def put_files(transaction: Transaction, case_id: CaseId, files: Mapping[str, bytes], at: datetime) -> None:
    """Keep files under their names; the same bytes under the same name are kept once, nothing is overwritten."""
    query = select(case_files.c.name, case_files.c.digest).where(transaction.mine(case_files, case_id=case_id))
    held = {(row.name, row.digest) for row in transaction.connection.execute(query)}
    for name, content in files.items():
        digest = digest_of(content)
        if (name, digest) not in held:
            transaction.add(case_files, case_id=case_id, name=name, digest=digest, stored_at=at, content=content)


def files_of(transaction: Transaction, case_id: CaseId) -> Mapping[str, bytes]:
    """The newest bytes of each file, by name."""
    place = transaction.mine(case_files, case_id=case_id)
    query = select(case_files.c.name, case_files.c.content).where(place).order_by(case_files.c.row_id)
    return {row.name: row.content for row in transaction.connection.execute(query)}


def file_digests(transaction: Transaction, case_id: CaseId) -> frozenset[Digest]:
    query = select(case_files.c.digest).where(transaction.mine(case_files, case_id=case_id))
    return frozenset(Digest(digest) for digest in transaction.connection.scalars(query))


def refer(transaction: Transaction, system: str, value: str, case_id: CaseId) -> None:
    """Let a number of somebody else's lead to a case; raises Conflict where it leads to another."""
    held = case_of(transaction, system, value)
    if held is None:
        transaction.add(case_references, system=system, value=value, case_id=case_id)
    elif held != case_id:
        raise Conflict(f"The reference {system}|{value} belongs to another case.")


def case_of(transaction: Transaction, system: str, value: str) -> CaseId | None:
    """The case a number leads to."""
    query = select(case_references.c.case_id)
    found: str | None = transaction.connection.scalar(
        query.where(transaction.mine(case_references, system=system, value=value))
    )
    return None if found is None else CaseId(found)


def cases_under(transaction: Transaction, system: str, value: str) -> tuple[CaseId, ...]:
    """The cases a number leads to, by itself or with `#` and a further number behind it."""
    own = (case_references.c.value == value) | case_references.c.value.startswith(f"{value}#", autoescape=True)
    query = select(case_references.c.case_id).where(transaction.mine(case_references, system=system) & own).distinct()
    return tuple(CaseId(found) for found in transaction.connection.scalars(query.order_by(case_references.c.case_id)))


def set_timer(transaction: Transaction, timer: Timer) -> None:
    """Set a timer, or move one that has not fired yet."""
    place = transaction.mine(timers, id=timer.id)
    fired = transaction.connection.scalar(select(timers.c.fired_at).where(place))
    if fired is None:
        transaction.connection.execute(delete(timers).where(place))
        transaction.add(timers, **timer.model_dump())


def clear_timers(transaction: Transaction, case_id: CaseId, kinds: Iterable[str]) -> None:
    """Forget timers of a case that have not fired."""
    place = transaction.mine(timers, case_id=case_id) & timers.c.fired_at.is_(None) & timers.c.kind.in_(list(kinds))
    transaction.connection.execute(delete(timers).where(place))


def due_timers(transaction: Transaction, now: datetime, limit: int = 100) -> tuple[Timer, ...]:
    """Timers that are due and have not fired, the longest due first."""
    place = transaction.mine(timers) & timers.c.fired_at.is_(None) & (timers.c.due_at <= now)
    rows = transaction.connection.execute(select(timers).where(place).order_by(timers.c.due_at).limit(limit))
    return tuple(Timer(id=row.id, case_id=row.case_id, kind=row.kind, due_at=row.due_at) for row in rows)


def fire(transaction: Transaction, timer_id: str, at: datetime) -> None:
    """Mark a timer as fired; the caller starts its job in the same transaction."""
    transaction.connection.execute(update(timers).where(transaction.mine(timers, id=timer_id)).values(fired_at=at))


def timer(transaction: Transaction, timer_id: str) -> Timer | None:
    row = transaction.connection.execute(select(timers).where(transaction.mine(timers, id=timer_id))).one_or_none()
    return None if row is None else Timer(id=row.id, case_id=row.case_id, kind=row.kind, due_at=row.due_at)
