"""What a lower floor needs from above, as protocols; build_toolbox gives the real ones."""

from datetime import datetime
from typing import Protocol

from cases.decision import PayerAnswer
from cases.frozen import Frozen
from cases.ids import CaseId, Digest


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


class KnownIdentifier(Frozen):
    """Words that name the case's patient or one of its parties; `kind` is a span type such as NAME or MEMBER_ID."""

    kind: str
    text: str


class CaseMemory(Frozen):
    """What structured fields of a case say identifies somebody; sought in every text of that case.

    `case_id` is empty for a question that belongs to no case.
    """

    case_id: CaseId = CaseId("")
    known: tuple[KnownIdentifier, ...] = ()


class Masker(Protocol):
    """Replaces what identifies somebody by surrogates that are the same throughout one case, and puts it back."""

    def mask(self, text: str, memory: CaseMemory) -> str:
        """The text with surrogates; raises GuardFailed rather than letting anything through."""
        ...

    def restore(self, text: str, memory: CaseMemory) -> str:
        """The text with this case's surrogates replaced by what they stand for; other words are left alone."""
        ...


class SensitiveJudge(Protocol):
    """Says whether a text is of a kind that the law protects beyond HIPAA, and no basis for sending it is known."""

    def withheld(self, text: str, memory: CaseMemory) -> str:
        """A reason code such as `psychotherapy_notes`, empty where the text may go; raises GuardFailed."""
        ...


class Disclosure(Frozen):
    """That something of a case is about to leave for an endpoint: what kinds of text, under which agreement, and why.

    `agreement` is the digest of the agreement's own words; `digest` and `size` are of the text as it leaves, in bytes.
    """

    case_id: CaseId
    purpose: str
    task: str
    endpoint: str
    agreement: Digest
    contents: tuple[str, ...]
    masked: bool
    digest: Digest
    size: int


class DisclosureLedger(Protocol):
    """Where each disclosure is kept, before it happens; what cannot be recorded does not leave."""

    def record(self, disclosure: Disclosure) -> None:
        """Keep it for good, in a commit of its own; raises where it cannot."""
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
