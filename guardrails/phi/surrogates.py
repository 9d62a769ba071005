"""What stands in for an identifier: the same throughout one case, another in every other case."""

import hmac
from hashlib import sha256

from guardrails.phi.date_shift import shifted
from guardrails.phi.spans import PhiType
from guardrails.phi.tagger.features import fold

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LENGTH = 6
_FEWEST_DIGITS = 6
_LEAST_DAYS, _MOST_DAYS = 31, 395

SECRET = "phi surrogates"
"""The purpose for which a key of the installation is derived, from which surrogates follow."""


class Surrogates:
    """The surrogates of one case. `secret` is the installation's; cases cannot be linked without it."""

    def __init__(self, secret: bytes, case_id: str) -> None:
        self._key = hmac.digest(secret, b"case\0" + case_id.encode(), sha256)
        spread = _MOST_DAYS - _LEAST_DAYS + 1
        self.days = -(_LEAST_DAYS + int.from_bytes(self._mac("days", "")[:8]) % spread)
        """By how many days the dates of this case are moved; always back, so that none lies in a far future."""

    def of(self, kind: PhiType, shown: str, attempt: int = 0) -> str:
        """The surrogate of `shown`: a date in its own form where that can be read, else a token such as [NAME-7QK2RA].

        A further `attempt` gives another one, for when the first is taken or stands in the text itself.
        """
        if kind is PhiType.DATE and attempt == 0 and (moved := shifted(shown, self.days)) is not None:
            return moved
        return f"[{kind.value}-{self._letters(kind, shown, attempt)}]"

    def number(self, shown: str, attempt: int = 0) -> str:
        """A number of as many digits, six at least, for where only a number may stand (JSON without quotes)."""
        length = max(len(shown), _FEWEST_DIGITS)
        value = int.from_bytes(self._mac("number", f"{attempt}\0{shown}"))
        first = str(value % 9 + 1)
        return first + str(value // 9).zfill(length)[-(length - 1) :]

    def _letters(self, kind: PhiType, shown: str, attempt: int) -> str:
        """Letters of the folded value, and a tail that tells `SMITH` from `Smith` while both begin alike."""
        whole = self._mac(kind.value, f"{attempt}\0{_folded(shown)}")
        head = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in whole[:_LENGTH])
        if shown == _folded(shown):
            return head
        exact = self._mac(kind.value + " as written", f"{attempt}\0{shown}")
        return head + "-" + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in exact[:2])

    def _mac(self, purpose: str, value: str) -> bytes:
        return hmac.digest(self._key, f"{purpose}\0{value}".encode("utf-8", "surrogatepass"), sha256)


def _folded(shown: str) -> str:
    return " ".join(fold(shown).split())
