"""API keys for machines: made once, shown once, kept by digest, closed for good when revoked."""

import hmac
import secrets
from collections.abc import Collection
from datetime import timedelta

from agents.toolbox import Toolbox
from api.audit_trail import record
from api.scopes import KEY_SCOPES, Scope
from cases.errors import InputError, NotFound
from cases.ids import CaseId, UserId, digest_of
from runtime import api_key_store, case_store
from runtime.api_key_store import ApiKey

_MARK = "csk"
"""What every key begins with, so that scanners of source code find one that was left lying about."""
LONGEST_DAYS = 366


def make_key(
    toolbox: Toolbox,
    name: str,
    scopes: Collection[Scope],
    days: int,
    acting: UserId,
    cases: Collection[CaseId] | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret form, which cannot be had again; of `cases` alone where they are given.

    Raises InputError for a scope no machine may hold, NotFound for a case that is not there.
    """
    refused = sorted(set(scopes) - KEY_SCOPES)
    if refused or not scopes:
        allowed = ", ".join(sorted(KEY_SCOPES))
        raise InputError(f"scopes: a key may hold {allowed}; not {', '.join(refused) or 'nothing at all'}")
    secret, now = secrets.token_urlsafe(32), toolbox.clock.now()
    key = ApiKey(
        id=secrets.token_hex(6),
        name=name,
        secret_digest=digest_of(secret.encode()),
        scopes=tuple(sorted(scopes)),
        made_by=acting,
        made_at=now,
        expires_at=now + timedelta(days=days),
        cases=None if cases is None else tuple(sorted(set(cases))),
    )
    with toolbox.database.begin() as transaction:
        for case_id in key.cases or ():
            case_store.get(transaction, case_id)
        api_key_store.add_key(transaction, key)
        told = {"scopes": ",".join(key.scopes), "cases": None if key.cases is None else len(key.cases)}
        record(toolbox, transaction, acting, "api_key.made", key.id, told)
    return key, f"{_MARK}_{key.id}_{secret}"


def revoke_key(toolbox: Toolbox, key_id: str, acting: UserId) -> None:
    """Close a key for good; one that is closed stays so. Raises NotFound."""
    with toolbox.database.begin() as transaction:
        if api_key_store.revoke_key(transaction, key_id, toolbox.clock.now()):
            record(toolbox, transaction, acting, "api_key.revoked", key_id)


def key_of(toolbox: Toolbox, presented: str) -> ApiKey | None:
    """The good key that was presented; None for anything else."""
    mark, _, rest = presented.partition("_")
    key_id, _, secret = rest.partition("_")
    now = toolbox.clock.now()
    with toolbox.database.read() as transaction:
        try:
            key = api_key_store.get_key(transaction, key_id)
        except NotFound:
            return None
    right = hmac.compare_digest(digest_of(secret.encode()), key.secret_digest)
    if mark != _MARK or not right or not key.is_good(now):
        return None
    if key.last_used_at is None or now - key.last_used_at >= timedelta(minutes=1):
        with toolbox.database.begin() as transaction:
            api_key_store.touch_key(transaction, key.id, now)
    return key
