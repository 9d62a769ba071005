"""How persons come in: sessions, one-time links, passwords, and how often somebody tried."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime
from sqlalchemy import Table, delete, select, update

from cases.frozen import Frozen
from cases.ids import Digest, UserId
from runtime.database import Transaction
from runtime.sign_in_tables import passwords, sessions, sign_in_attempts, sign_in_links


class Session(Frozen):
    """A person who is signed in at one browser; good until `expires_at`, whatever happens."""

    token_digest: Digest
    user_id: UserId
    opened_at: AwareDatetime
    seen_at: AwareDatetime
    expires_at: AwareDatetime


def open_session(transaction: Transaction, session: Session) -> None:
    """Keep a new session; those that ran out are forgotten at the same time."""
    _forget_expired(transaction, sessions, session.opened_at)
    transaction.add(sessions, **session.model_dump())


def session_of(transaction: Transaction, token_digest: Digest) -> Session | None:
    """The session of a token, run out or not; None where there is none."""
    query = select(*(sessions.c[name] for name in Session.model_fields))
    row = transaction.connection.execute(
        query.where(transaction.mine(sessions, token_digest=token_digest))
    ).one_or_none()
    return None if row is None else Session.model_validate(dict(row._mapping))


def touch_session(transaction: Transaction, token_digest: Digest, at: datetime) -> None:
    """Note that the session was used."""
    place = transaction.mine(sessions, token_digest=token_digest)
    transaction.connection.execute(update(sessions).where(place).values(seen_at=at))


def close_session(transaction: Transaction, token_digest: Digest) -> None:
    """Forget a session; one that is gone already stays gone."""
    transaction.connection.execute(delete(sessions).where(transaction.mine(sessions, token_digest=token_digest)))


def close_sessions_of(transaction: Transaction, user_id: UserId) -> int:
    """Sign a user out everywhere; how many sessions that ended."""
    return transaction.connection.execute(delete(sessions).where(transaction.mine(sessions, user_id=user_id))).rowcount


def add_link(
    transaction: Transaction, token_digest: Digest, user_id: UserId, made_at: datetime, good_for: timedelta
) -> None:
    """Keep a one-time link; those that ran out are forgotten at the same time."""
    _forget_expired(transaction, sign_in_links, made_at)
    transaction.add(sign_in_links, token_digest=token_digest, user_id=user_id, expires_at=made_at + good_for)


def link_user(transaction: Transaction, token_digest: Digest, at: datetime) -> UserId | None:
    """Whose link it is, while it is good; None for one that is unknown, used or has run out."""
    place = transaction.mine(sign_in_links, token_digest=token_digest) & (sign_in_links.c.expires_at > at)
    found: UserId | None = transaction.connection.scalar(select(sign_in_links.c.user_id).where(place))
    return found


def use_link(transaction: Transaction, token_digest: Digest, at: datetime) -> UserId | None:
    """Whose link it is, which nobody can use again; None as in `link_user`. Of two at once, one gets None."""
    user_id = link_user(transaction, token_digest, at)
    place = transaction.mine(sign_in_links, token_digest=token_digest)
    used = transaction.connection.execute(delete(sign_in_links).where(place)).rowcount
    return user_id if used else None


def put_password(transaction: Transaction, user_id: UserId, password_hash: str, at: datetime) -> None:
    """Set or replace a user's password."""
    transaction.connection.execute(delete(passwords).where(transaction.mine(passwords, user_id=user_id)))
    transaction.add(passwords, user_id=user_id, password_hash=password_hash, set_at=at)


def password_hash_of(transaction: Transaction, user_id: UserId) -> str | None:
    """The hash as it was set; None for a user who has no password."""
    query = select(passwords.c.password_hash).where(transaction.mine(passwords, user_id=user_id))
    found: str | None = transaction.connection.scalar(query)
    return found


def count_attempt(transaction: Transaction, door: Digest, at: datetime, window: timedelta) -> tuple[int, datetime]:
    """Count one more attempt at a door: how many since when, this one included. A window that passed starts anew."""
    old = sign_in_attempts.c.since <= at - window
    transaction.connection.execute(delete(sign_in_attempts).where(transaction.mine(sign_in_attempts), old))
    place = transaction.mine(sign_in_attempts, door=door)
    query = select(sign_in_attempts.c.attempts, sign_in_attempts.c.since).where(place)
    held = transaction.connection.execute(query).one_or_none()
    if held is None:
        transaction.add(sign_in_attempts, door=door, since=at, attempts=1)
        return 1, at
    transaction.connection.execute(update(sign_in_attempts).where(place).values(attempts=held.attempts + 1))
    return held.attempts + 1, held.since


def uncount_attempt(transaction: Transaction, door: Digest) -> None:
    """Take one attempt back, after somebody rightly came in by it."""
    place = transaction.mine(sign_in_attempts, door=door) & (sign_in_attempts.c.attempts > 0)
    fewer = sign_in_attempts.c.attempts - 1
    transaction.connection.execute(update(sign_in_attempts).where(place).values(attempts=fewer))


def _forget_expired(transaction: Transaction, table: Table, at: datetime) -> None:
    transaction.connection.execute(delete(table).where(transaction.mine(table), table.c.expires_at <= at))
