"""What a lower floor needs from above, as protocols; build_toolbox gives the real ones."""

from datetime import datetime
from typing import Protocol

from cases.decision import PayerAnswer
from cases.frozen import Frozen


class Clock(Protocol):
    """The only source of the present time."""

    def now(self) -> datetime:
        """An aware instant, UTC."""
        ...


class Redactor(Protocol):
    """Masks identifiers in free text before it is kept in a log or an audit note."""

    def redact(self, text: str) -> str:
        """The text with identifiers replaced; raises GuardFailed rather than letting any through."""
        ...


class PayerReceipt(Frozen):
    """A payer's answer as it came: HTTP status, exact body, and what code read out of it."""

    status: int
    body: bytes
    answer: PayerAnswer


class PayerConnection(Protocol):
    """One payer's channel. `submit` is an outward act and is only ever called through the effects ledger."""

    def submit(self, bundle: bytes) -> PayerReceipt:
        """Send exactly these bytes once. Raises PayerRejected, PayerUnavailable or PayerInDoubt."""
        ...

    def inquire(self, inquiry: bytes) -> PayerReceipt | None:
        """Ask for a request already sent; None where the payer holds no such request."""
        ...
