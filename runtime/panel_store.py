"""What the panel keeps: claims on cases that run out by themselves, saved views, and drafts of words."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, select

from cases.frozen import Frozen
from cases.ids import CaseId, Digest, UserId
from runtime.database import Transaction
from runtime.panel_tables import claims, drafts, saved_views
from runtime.tables import cases


class Claim(Frozen):
    """A case in a person's hands until an instant; it hinders nobody, it tells the others."""

    case_id: CaseId
    user_id: UserId
    claimed_at: datetime
    until: datetime


class SavedView(Frozen):
    """A filter a person keeps under a name; `filters` is a query string of closed values, never a search word."""

    name: str
    filters: str


class Draft(Frozen):
    """What a person has written and not decided on, and the digest of what lay before them."""

    digest: Digest
    saved_at: datetime
    words: str


def cases_stamp(transaction: Transaction) -> tuple[int, int]:
    """Changes whenever a case is added or saved: how many there are, and how often they were saved altogether."""
    query = select(func.count(), func.coalesce(func.sum(cases.c.revision), 0)).where(transaction.mine(cases))
    count, saved = transaction.connection.execute(query).one()
    return int(count), int(saved)


def claims_at(transaction: Transaction, now: datetime) -> Mapping[CaseId, Claim]:
    """The claims that hold now, by case."""
    query = select(*(claims.c[name] for name in Claim.model_fields)).where(transaction.mine(claims))
    rows = transaction.connection.execute(query.where(claims.c.until > now)).mappings()
    return {row["case_id"]: Claim.model_validate(dict(row)) for row in rows}


def claim_of(transaction: Transaction, case_id: CaseId, now: datetime) -> Claim | None:
    """The claim on a case that holds now."""
    query = select(*(claims.c[name] for name in Claim.model_fields)).where(transaction.mine(claims, case_id=case_id))
    row = transaction.connection.execute(query.where(claims.c.until > now)).mappings().one_or_none()
    return None if row is None else Claim.model_validate(dict(row))


def put_claim(transaction: Transaction, claim: Claim) -> None:
    """Put a case into a person's hands, whoever had it before."""
    drop_claim(transaction, claim.case_id)
    transaction.add(claims, **claim.model_dump())


def drop_claim(transaction: Transaction, case_id: CaseId) -> None:
    transaction.connection.execute(delete(claims).where(transaction.mine(claims, case_id=case_id)))


def views_of(transaction: Transaction, user_id: UserId) -> tuple[SavedView, ...]:
    """A person's saved views by name."""
    query = select(saved_views.c.name, saved_views.c.filters).where(transaction.mine(saved_views, user_id=user_id))
    rows = transaction.connection.execute(query.order_by(saved_views.c.name))
    return tuple(SavedView(name=row.name, filters=row.filters) for row in rows)


def put_view(transaction: Transaction, user_id: UserId, view: SavedView) -> None:
    """Keep a view; one of the same name is replaced."""
    drop_view(transaction, user_id, view.name)
    transaction.add(saved_views, user_id=user_id, name=view.name, filters=view.filters)


def drop_view(transaction: Transaction, user_id: UserId, name: str) -> None:
    place = transaction.mine(saved_views, user_id=user_id, name=name)
    transaction.connection.execute(delete(saved_views).where(place))


def draft_of(transaction: Transaction, case_id: CaseId, user_id: UserId) -> Draft | None:
    """What a person was writing on a case."""
    query = select(*(drafts.c[name] for name in Draft.model_fields))
    place = transaction.mine(drafts, case_id=case_id, user_id=user_id)
    row = transaction.connection.execute(query.where(place)).mappings().one_or_none()
    return None if row is None else Draft.model_validate(dict(row))


def put_draft(transaction: Transaction, case_id: CaseId, user_id: UserId, draft: Draft) -> None:
    """Keep what a person is writing, in the place of what was kept before."""
    drop_draft(transaction, case_id, user_id)
    transaction.add(drafts, case_id=case_id, user_id=user_id, **draft.model_dump())


def drop_draft(transaction: Transaction, case_id: CaseId, user_id: UserId) -> None:
    place = transaction.mine(drafts, case_id=case_id, user_id=user_id)
    transaction.connection.execute(delete(drafts).where(place))
