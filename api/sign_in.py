"""How a person comes in and goes out: password or one-time link, sessions that end, and few guesses."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from agents.toolbox import Toolbox
from api import passwords
from api.audit_trail import record
from api.door_errors import SignInRefused, TooManyAttempts
from cases.errors import NotFound
from cases.ids import Digest, UserId, digest_of
from cases.review import User
from runtime import review_store, sign_in_store
from runtime.database import Transaction
from runtime.sign_in_store import Session

LINK_GOOD_FOR = timedelta(minutes=15)
_WINDOW = timedelta(minutes=15)
_MOST_BY_USER_AND_ADDRESS = 5
_MOST_BY_ADDRESS = 30
_MOST_BY_USER = 50
"""Attempts within the window. The last is high, so that a stranger cannot easily lock a user out."""
_USER_ID = re.compile(r"[\w.:/|#@+,=%-]{1,128}", re.ASCII)
"""What the audit takes as a name; whoever has another cannot be written down, and so cannot come in."""
_NOBODY = UserId("unknown")


@dataclass(frozen=True)
class SignedIn:
    """A session just opened, with the token that only the browser keeps."""

    user: User
    token: str
    session: Session


def with_password(toolbox: Toolbox, user_id: UserId, password: str, address: str) -> SignedIn:
    """Open a session. Raises TooManyAttempts, or SignInRefused, which tells nobody whether the user exists."""
    doors = _doors(user_id, address)
    _count(toolbox, doors)
    with toolbox.database.read() as transaction:
        user = _active_user(transaction, user_id)
        known = sign_in_store.password_hash_of(transaction, user_id)
    if not passwords.is_right(password, known if user else None) or user is None:
        with toolbox.database.begin() as transaction:
            whom = user.id if user else _NOBODY
            record(toolbox, transaction, whom, "session.refused", whom)
        raise SignInRefused("The user or the password is not right.")
    with toolbox.database.begin() as transaction:
        for door in doors:
            sign_in_store.uncount_attempt(transaction, door)
        return _open(toolbox, transaction, user, "password")


def with_link(toolbox: Toolbox, token: str) -> SignedIn:
    """Open a session by a one-time link, which is used up. Raises SignInRefused."""
    with toolbox.database.begin() as transaction:
        user_id = sign_in_store.use_link(transaction, token_digest(token), toolbox.clock.now())
        user = None if user_id is None else _active_user(transaction, user_id)
        if user is not None:
            return _open(toolbox, transaction, user, "link")
    raise SignInRefused("The link was used already, or has run out. Ask for a new one.")


def with_ehr(toolbox: Toolbox, user_id: UserId, address: str) -> SignedIn:
    """Open a session for whom an EHR vouches, by a verified launch. Raises TooManyAttempts, SignInRefused."""
    doors = _doors(user_id, address)
    _count(toolbox, doors)
    with toolbox.database.begin() as transaction:
        user = _active_user(transaction, user_id)
        if user is None:
            record(toolbox, transaction, _NOBODY, "session.refused", _NOBODY)
    if user is None:
        raise SignInRefused("The user whom the EHR named is set for nobody who is active here.")
    with toolbox.database.begin() as transaction:
        for door in doors:
            sign_in_store.uncount_attempt(transaction, door)
        return _open(toolbox, transaction, user, "ehr")


def link_is_good(toolbox: Toolbox, token: str) -> bool:
    """Whether a link could be used now; looking does not use it up."""
    with toolbox.database.read() as transaction:
        return sign_in_store.link_user(transaction, token_digest(token), toolbox.clock.now()) is not None


def make_link(toolbox: Toolbox, user_id: UserId, acting: str) -> str:
    """The token of a new one-time link for an active user; raises NotFound."""
    token = secrets.token_urlsafe(32)
    with toolbox.database.begin() as transaction:
        if _active_user(transaction, user_id) is None:
            raise NotFound("There is no active user of this id.")
        sign_in_store.add_link(transaction, token_digest(token), user_id, toolbox.clock.now(), LINK_GOOD_FOR)
        record(toolbox, transaction, acting, "sign_in_link.made", user_id)
    return token


def set_password(toolbox: Toolbox, user_id: UserId, password: str, acting: str) -> None:
    """Set a user's password and sign the user out everywhere. Raises NotFound, InputError for a poor password."""
    with toolbox.database.read() as transaction:
        review_store.get_user(transaction, user_id)
    password_hash = passwords.hashed(password, user_id)
    with toolbox.database.begin() as transaction:
        sign_in_store.put_password(transaction, user_id, password_hash, toolbox.clock.now())
        closed = sign_in_store.close_sessions_of(transaction, user_id)
        record(toolbox, transaction, acting, "password.set", user_id, {"sessions_closed": closed})


def sign_out(toolbox: Toolbox, session: Session) -> None:
    """End a session."""
    with toolbox.database.begin() as transaction:
        sign_in_store.close_session(transaction, session.token_digest)
        record(toolbox, transaction, session.user_id, "session.closed", session.user_id)


def session_of(toolbox: Toolbox, token: str) -> tuple[Session, User] | None:
    """The session of a token and its user as he or she is now; None where either is good no more.

    Idle time counts from the last request; it is noted once a minute, so that reading stays reading.
    """
    now = toolbox.clock.now()
    idle = timedelta(minutes=toolbox.settings.session_idle_minutes)
    with toolbox.database.read() as transaction:
        session = sign_in_store.session_of(transaction, token_digest(token))
        user = None if session is None else _active_user(transaction, session.user_id)
    if session is None or user is None or now >= session.expires_at or now >= session.seen_at + idle:
        return None
    if now - session.seen_at >= timedelta(minutes=1):
        with toolbox.database.begin() as transaction:
            sign_in_store.touch_session(transaction, session.token_digest, now)
    return session, user


def token_digest(token: str) -> Digest:
    return digest_of(token.encode())


def _open(toolbox: Toolbox, transaction: Transaction, user: User, by: str) -> SignedIn:
    now, token = toolbox.clock.now(), secrets.token_urlsafe(32)
    session = Session(
        token_digest=token_digest(token),
        user_id=user.id,
        opened_at=now,
        seen_at=now,
        expires_at=now + timedelta(hours=toolbox.settings.session_hours),
    )
    sign_in_store.open_session(transaction, session)
    record(toolbox, transaction, user.id, "session.opened", user.id, {"by": by})
    return SignedIn(user, token, session)


def _active_user(transaction: Transaction, user_id: UserId) -> User | None:
    if not _USER_ID.fullmatch(user_id):
        return None
    try:
        user = review_store.get_user(transaction, user_id)
    except NotFound:
        return None
    return user if user.active else None


def _doors(user_id: UserId, address: str) -> Mapping[Digest, int]:
    """The counters an attempt falls under, each with how many it allows; kept by digest, for a name may be a secret."""
    return {
        digest_of(repr(("user and address", user_id, address)).encode()): _MOST_BY_USER_AND_ADDRESS,
        digest_of(repr(("address", address)).encode()): _MOST_BY_ADDRESS,
        digest_of(repr(("user", user_id)).encode()): _MOST_BY_USER,
    }


def _count(toolbox: Toolbox, doors: Mapping[Digest, int]) -> None:
    """Count the attempt before anything is compared, so that guesses at the same time count too."""
    now = toolbox.clock.now()
    with toolbox.database.begin() as transaction:
        counted = {door: sign_in_store.count_attempt(transaction, door, now, _WINDOW) for door in doors}
    waits = [_seconds(since, now) for door, (tries, since) in counted.items() if tries > doors[door]]
    if waits:
        raise TooManyAttempts("Too many attempts to sign in; wait a little.", max(waits))


def _seconds(since: datetime, now: datetime) -> int:
    return max(1, round((since + _WINDOW - now).total_seconds()))
