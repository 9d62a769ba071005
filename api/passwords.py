"""Local passwords: argon2id with the parameters of RFC 9106, and the same work whether a user exists or not."""

import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cases.errors import InputError
from cases.ids import UserId

SHORTEST, LONGEST = 12, 256
_hasher = PasswordHasher()
_few_at_once = threading.BoundedSemaphore(2)
"""Each hash takes 64 MiB; more at once would let strangers fill the memory."""


def hashed(password: str, user_id: UserId) -> str:
    """The hash to keep. Raises InputError for a password that is too short, too long or the user's own name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(f"password: give {SHORTEST} to {LONGEST} characters")
    if user_id.casefold() in password.casefold() and len(password) < len(user_id) + SHORTEST:
        raise InputError("password: leave the user's own name out of it")
    with _few_at_once:
        return _hasher.hash(_plain(password))


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether a password is the one of this hash. Without a hash the answer is no, after as much work."""
    with _few_at_once:
        try:
            right = _hasher.verify(password_hash or _nobodys(), _plain(password[:LONGEST]))
        except (VerificationError, InvalidHashError):
            return False
    return right and password_hash is not None


@cache
def _nobodys() -> str:
    return _hasher.hash("a password that nobody has")


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
