"""Denials as they are stored: sealed records, the payer's messages, and timers that outlive the process."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete, func, select, update

from cases.denial import Denial, DenialStatus
from cases.errors import Conflict, NotFound
from cases.frozen import Frozen
from cases.ids import CaseId, Digest, PayerId, digest_of
from runtime.database import Transaction
from runtime.denial_tables import denial_sources, denial_timers, denials
from runtime.queue_tables import case_references


class DenialTimer(Frozen):
    """Something that is to happen to a denial at an instant, once."""

    id: str
    denial_id: str
    kind: str
    due_at: datetime


def put(transaction: Transaction, denial: Denial) -> Denial:
    """Store a denial; one of the same id that is held already is given back unchanged."""
    held = find(transaction, denial.id)
    if held is not None:
        return held
    transaction.add(denials, id=denial.id, opened_at=denial.opened_at, **_columns(denial))
    return denial


def save(transaction: Transaction, denial: Denial) -> Denial:
    """Write a changed denial over the revision it was read at; raises Conflict where another was first."""
    saved = denial.model_copy(update={"revision": denial.revision + 1})
    held = transaction.mine(denials, id=denial.id, revision=denial.revision)
    if transaction.connection.execute(update(denials).where(held).values(**_columns(saved))).rowcount == 0:
        raise Conflict(f"Denial {denial.id} was changed by another.")
    return saved


def get(transaction: Transaction, denial_id: str) -> Denial:
    """The denial; raises NotFound."""
    found = find(transaction, denial_id)
    if found is None:
        raise NotFound(f"There is no denial {denial_id}.")
    return found


def find(transaction: Transaction, denial_id: str) -> Denial | None:
    found: Denial | None = transaction.connection.scalar(
        select(denials.c.record).where(transaction.mine(denials, id=denial_id))
    )
    return found


def listing(
    transaction: Transaction,
    statuses: Collection[DenialStatus] = (),
    payer_id: PayerId | None = None,
    due_before: datetime | None = None,
) -> tuple[Denial, ...]:
    """Denials, the first due first, those without a date last."""
    query = select(denials.c.record).where(transaction.mine(denials))
    if statuses:
        query = query.where(denials.c.status.in_([status.value for status in statuses]))
    if payer_id is not None:
        query = query.where(denials.c.payer_id == payer_id)
    if due_before is not None:
        query = query.where(denials.c.due_at < due_before)
    ordered = query.order_by(denials.c.due_at.is_(None), denials.c.due_at, denials.c.id)
    return tuple(transaction.connection.scalars(ordered))


def of_case(transaction: Transaction, case_id: CaseId) -> tuple[Denial, ...]:
    """Denials joined to a case, the first opened first."""
    query = select(denials.c.record).where(transaction.mine(denials, case_id=case_id))
    return tuple(transaction.connection.scalars(query.order_by(denials.c.opened_at, denials.c.id)))


def cases_named(transaction: Transaction, numbers: Collection[str]) -> frozenset[CaseId]:
    """Cases to which any of these numbers leads, whoever gave them."""
    place = transaction.mine(case_references) & case_references.c.value.in_(list(numbers))
    found = transaction.connection.scalars(select(case_references.c.case_id).where(place))
    return frozenset(CaseId(case_id) for case_id in found)


def keep_source(transaction: Transaction, name: str, content: bytes, at: datetime) -> Digest:
    """Keep a payer's message once, sealed; gives its digest."""
    digest = digest_of(content)
    place = transaction.mine(denial_sources, digest=digest)
    if not transaction.connection.scalar(select(func.count()).select_from(denial_sources).where(place)):
        transaction.add(denial_sources, digest=digest, name=name[:512], stored_at=at, content=content)
    return digest


def source(transaction: Transaction, digest: Digest) -> tuple[str, bytes]:
    """Name and bytes of a kept message; raises NotFound."""
    place = transaction.mine(denial_sources, digest=digest)
    row = transaction.connection.execute(
        select(denial_sources.c.name, denial_sources.c.content).where(place)
    ).one_or_none()
    if row is None:
        raise NotFound(f"No message of digest {digest} is kept.")
    return row.name, row.content


def set_timers(transaction: Transaction, timers: Iterable[DenialTimer]) -> None:
    """Set timers, or move those that have not fired; one that fired stays fired."""
    for timer in timers:
        place = transaction.mine(denial_timers, id=timer.id)
        fired = transaction.connection.scalar(select(denial_timers.c.fired_at).where(place))
        if fired is None:
            transaction.connection.execute(delete(denial_timers).where(place))
            transaction.add(denial_timers, **timer.model_dump())


def clear_timers(transaction: Transaction, denial_id: str) -> None:
    """Forget the timers of a denial that have not fired."""
    place = transaction.mine(denial_timers, denial_id=denial_id) & denial_timers.c.fired_at.is_(None)
    transaction.connection.execute(delete(denial_timers).where(place))


def due_timers(transaction: Transaction, now: datetime, limit: int = 100) -> tuple[DenialTimer, ...]:
    """Timers that are due and have not fired, the longest due first."""
    table = denial_timers
    place = transaction.mine(table) & table.c.fired_at.is_(None) & (table.c.due_at <= now)
    rows = transaction.connection.execute(select(table).where(place).order_by(table.c.due_at).limit(limit))
    return tuple(DenialTimer(id=row.id, denial_id=row.denial_id, kind=row.kind, due_at=row.due_at) for row in rows)


def fire(transaction: Transaction, timer_id: str, at: datetime) -> None:
    """Mark a timer as fired; the caller starts its job in the same transaction."""
    place = transaction.mine(denial_timers, id=timer_id)
    transaction.connection.execute(update(denial_timers).where(place).values(fired_at=at))


def timer(transaction: Transaction, timer_id: str) -> DenialTimer | None:
    row = transaction.connection.execute(
        select(denial_timers).where(transaction.mine(denial_timers, id=timer_id))
    ).one_or_none()
    if row is None:
        return None
    return DenialTimer(id=row.id, denial_id=row.denial_id, kind=row.kind, due_at=row.due_at)


def _columns(denial: Denial) -> dict[str, object]:
    return {
        "case_id": denial.case_id,
        "payer_id": denial.facts.payer_id,
        "status": denial.status.value,
        "due_at": denial.due,
        "revision": denial.revision,
        "source_digest": denial.source_digest,
        "record": denial,
    }
