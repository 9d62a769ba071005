"""Verdicts of guards, the gate's outcome, and the payer's decision by item."""

from datetime import date, datetime
from enum import StrEnum

from cases.chart import Coding, Quantity
from cases.frozen import Frozen
from cases.ids import Digest


class Verdict(Frozen):
    """What one guard says. `passed` None means it could not judge, which never counts as passed."""

    guard: str
    passed: bool | None
    reasons: tuple[str, ...] = ()
    details: tuple[str, ...] = ()


class GateOutcome(StrEnum):
    """What may happen next: nothing without a person (`review`), nothing at all (`blocked`), or go on."""

    AUTO = "auto"
    REVIEW = "review"
    BLOCKED = "blocked"


class RiskTier(StrEnum):
    """How much an act can hurt if it is wrong."""

    READ = "read"
    PREPARE = "prepare"
    OUTWARD = "outward"


class ConfidencePart(Frozen):
    """One factor of the computed confidence, in 0..1, with why it has that value."""

    name: str
    value: float
    why: str


class GateResult(Frozen):
    """The gate's answer about one action with the bytes of `digest` (None while nothing is drafted)."""

    action: str
    risk_tier: RiskTier
    confidence: float
    confidence_parts: tuple[ConfidencePart, ...]
    threshold: float
    thresholds_version: str
    verdicts: tuple[Verdict, ...]
    outcome: GateOutcome
    reasons: tuple[str, ...]
    digest: Digest | None = None


class ReviewAction(StrEnum):
    """X12 element 306 as it stands in PAS reviewActionCode (standards §1.3, §1.8)."""

    CERTIFIED = "A1"
    PARTIALLY_CERTIFIED = "A2"
    NOT_CERTIFIED = "A3"
    PENDED = "A4"
    MODIFIED = "A6"
    CANCELLED = "C"
    CONTACT_PAYER = "CT"
    NOT_REQUIRED = "NA"


class ItemDecision(Frozen):
    """What the payer decided about one requested line; the code is kept as sent when it is not known.

    `sequence` is the requested line's, 0 where the decision is about the request as a whole. `authorized_codes`
    and `authorized_quantity` are what was authorised, where the payer says so (always asked for in an A6).
    """

    sequence: int
    action: ReviewAction | None
    action_code: str
    authorization_number: str = ""
    reason_codes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    authorized_from: date | None = None
    authorized_to: date | None = None
    authorized_codes: tuple[Coding, ...] = ()
    authorized_quantity: Quantity | None = None


class PayerAnswer(Frozen):
    """An answer to a submission. `outcome` of the ClaimResponse is kept and never read as a decision."""

    reference: str
    received_at: datetime
    items: tuple[ItemDecision, ...]
    errors: tuple[str, ...] = ()
    outcome: str = ""
    requested_information: tuple[str, ...] = ()
