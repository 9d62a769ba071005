"""Cases as they are stored: one sealed record each, with the few clear columns that a worklist needs."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, tuple_, update

from cases.case import Case
from cases.errors import Conflict, NotFound, StoreDamaged
from cases.frozen import Frozen
from cases.ids import CaseId, PayerId
from cases.lifecycle import CaseState
from runtime.database import Transaction
from runtime.tables import cases


class CaseSummary(Frozen):
    """What can be told of a case without opening its record."""

    id: CaseId
    state: CaseState
    revision: int
    payer_id: PayerId | None
    updated_at: datetime


def create(transaction: Transaction, case: Case, at: datetime) -> Case:
    """Store a new case as it is; raises Conflict where its id is taken."""
    _own(transaction, case)
    if transaction.connection.scalar(select(cases.c.id).where(transaction.mine(cases, id=case.id))) is not None:
        raise Conflict(f"There is a case {case.id} already.")
    transaction.add(cases, id=case.id, updated_at=at, **_columns(case))
    return case


def get(transaction: Transaction, case_id: CaseId) -> Case:
    """The case; raises NotFound, or StoreDamaged where its clear columns contradict its sealed record."""
    query = select(cases).where(transaction.mine(cases, id=case_id))
    row = transaction.connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no case {case_id}.")
    case: Case = row.record
    clear = (row.tenant_id, row.id, row.state, row.revision, row.payer_id)
    if clear != (case.tenant_id, case.id, case.state, case.revision, case.payer.id if case.payer else None):
        raise StoreDamaged(f"Case {case_id}: its columns contradict its sealed record.")
    return case


def is_held(transaction: Transaction, case_id: CaseId) -> bool:
    """Whether there is such a case, without opening its record."""
    return transaction.connection.scalar(select(cases.c.id).where(transaction.mine(cases, id=case_id))) is not None


def save(transaction: Transaction, case: Case, at: datetime) -> Case:
    """Write a changed case over the revision it was read at; gives it back with the next revision.

    Raises Conflict where another writer was first, NotFound where the case is not held.
    """
    _own(transaction, case)
    saved = case.model_copy(update={"revision": case.revision + 1})
    held = transaction.mine(cases, id=case.id, revision=case.revision)
    written = transaction.connection.execute(update(cases).where(held).values(updated_at=at, **_columns(saved)))
    if written.rowcount == 0:
        now = get(transaction, case.id).revision
        raise Conflict(f"Case {case.id} was changed by another: it is at revision {now}, not {case.revision}.")
    return saved


def listing(
    transaction: Transaction, states: Collection[CaseState] = (), payer_id: PayerId | None = None
) -> tuple[CaseSummary, ...]:
    """Cases in any of `states` (all where none is named), the longest untouched first."""
    query = select(*(cases.c[name] for name in CaseSummary.model_fields)).where(transaction.mine(cases))
    if states:
        query = query.where(cases.c.state.in_([state.value for state in states]))
    if payer_id is not None:
        query = query.where(cases.c.payer_id == payer_id)
    rows = transaction.connection.execute(query.order_by(cases.c.updated_at, cases.c.id)).mappings()
    return tuple(CaseSummary.model_validate(dict(row)) for row in rows)


def page(
    transaction: Transaction,
    states: Collection[CaseState],
    payer_id: PayerId | None,
    after: tuple[datetime, CaseId] | None,
    limit: int,
) -> tuple[CaseSummary, ...]:
    """So many cases behind a place in the order of `listing`."""
    query = select(*(cases.c[name] for name in CaseSummary.model_fields)).where(transaction.mine(cases))
    if states:
        query = query.where(cases.c.state.in_([state.value for state in states]))
    if payer_id is not None:
        query = query.where(cases.c.payer_id == payer_id)
    if after is not None:
        query = query.where(tuple_(cases.c.updated_at, cases.c.id) > tuple_(*after))
    rows = transaction.connection.execute(query.order_by(cases.c.updated_at, cases.c.id).limit(limit)).mappings()
    return tuple(CaseSummary.model_validate(dict(row)) for row in rows)


def _own(transaction: Transaction, case: Case) -> None:
    if case.tenant_id != transaction.tenant_id:
        raise NotFound(f"Case {case.id} is another tenant's.")


def _columns(case: Case) -> dict[str, object]:
    payer_id = case.payer.id if case.payer else None
    return {"state": case.state.value, "revision": case.revision, "payer_id": payer_id, "record": case}
