"""API keys of machines: the secret's digest, what it may do, until when, and when it was last used."""

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import RowMapping, Select, select, update

from cases.errors import NotFound
from cases.frozen import Frozen
from cases.ids import CaseId, Digest, UserId
from runtime.database import Transaction
from runtime.sign_in_tables import api_keys


class ApiKey(Frozen):
    """A key as it is kept. `id` is its public part; `scopes` are names that the door knows.

    `cases` are the only ones it opens; None opens every case that the scopes do.
    """

    id: str
    name: str
    secret_digest: Digest
    scopes: tuple[str, ...]
    made_by: UserId
    made_at: AwareDatetime
    expires_at: AwareDatetime
    revoked_at: AwareDatetime | None = None
    last_used_at: AwareDatetime | None = None
    cases: tuple[CaseId, ...] | None = None

    def is_good(self, at: datetime) -> bool:
        """Whether it opens the door at this instant."""
        return self.revoked_at is None and at < self.expires_at


def add_key(transaction: Transaction, key: ApiKey) -> None:
    """Keep a new key; raises Conflict where its id is taken."""
    cases = None if key.cases is None else " ".join(key.cases)
    transaction.add(api_keys, **{**key.model_dump(), "scopes": " ".join(key.scopes), "cases": cases})


def get_key(transaction: Transaction, key_id: str) -> ApiKey:
    """The key, good or not; raises NotFound."""
    row = transaction.connection.execute(_all().where(transaction.mine(api_keys, id=key_id))).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no API key of this id.")
    return _key(row)


def all_keys(transaction: Transaction) -> tuple[ApiKey, ...]:
    """Every key, in the order made."""
    query = _all().where(transaction.mine(api_keys)).order_by(api_keys.c.made_at, api_keys.c.id)
    return tuple(_key(row) for row in transaction.connection.execute(query).mappings())


def revoke_key(transaction: Transaction, key_id: str, at: datetime) -> bool:
    """Close a key for good; False where it was closed before. Raises NotFound."""
    if get_key(transaction, key_id).revoked_at is not None:
        return False
    place = transaction.mine(api_keys, id=key_id)
    transaction.connection.execute(update(api_keys).where(place).values(revoked_at=at))
    return True


def touch_key(transaction: Transaction, key_id: str, at: datetime) -> None:
    """Note that the key was used."""
    place = transaction.mine(api_keys, id=key_id)
    transaction.connection.execute(update(api_keys).where(place).values(last_used_at=at))


def _all() -> Select[tuple[Any, ...]]:
    return select(*(api_keys.c[name] for name in ApiKey.model_fields))


def _key(row: RowMapping) -> ApiKey:
    cases = None if row["cases"] is None else tuple(row["cases"].split())
    return ApiKey.model_validate({**row, "scopes": tuple(row["scopes"].split()), "cases": cases})
