"""What a payer refused: reasons with the words they stand on, their pathways, and the clocks that follow."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from cases.case import LineOfBusiness, Urgency
from cases.deadlines import DenialKind, WorkTo
from cases.frozen import Frozen
from cases.ids import CaseId, Digest, PayerId


class Pathway(StrEnum):
    """What is done about a reason (domain/standards.md §4.2)."""

    NONE_PAID = "none_paid"
    UNDERPAYMENT = "underpayment"
    CODE = "code"
    CORRECTED_CLAIM = "corrected_claim"
    AUTHORIZATION = "authorization"
    DOCUMENTS = "documents"
    CLINICAL = "clinical"
    ADMINISTRATIVE = "administrative"
    BENEFIT = "benefit"
    NO_APPEAL = "no_appeal"
    PERSON = "person"
    TAKE_BACK = "take_back"
    WAIT = "wait"


NO_DENIAL = frozenset({Pathway.NONE_PAID, Pathway.TAKE_BACK, Pathway.WAIT})
"""Pathways of adjustments that open no denial: paid, pending, or a take-back, which is its own kind."""

Appealable = Literal["yes", "no", "person"]


class Adjustment(Frozen):
    """One CAS triplet: X12 group, reason code, dollars, units; `line` is the service line, 0 for the claim."""

    group: str
    carc: str
    amount: Decimal
    quantity: Decimal | None = None
    line: int = 0


class PathwayDecision(Frozen):
    """The pathway of one adjustment or reason, and why: the codes it rests on.

    `who` is patient where the patient owes and may appeal. `signal` is win after a won appeal. `check_abn` asks for
    the advance notice and its modifiers before choosing who may appeal.
    """

    pathway: Pathway
    appealable: Appealable
    why: str
    both_clocks: bool = False
    who: str = ""
    signal: str = ""
    check_abn: bool = False
    advice: str = ""
    also: tuple[Pathway, ...] = ()


class Passage(Frozen):
    """Words of the source and where they stand, in code points of its text; `quote` has its white space collapsed."""

    start: int
    end: int
    quote: str


class DenialReason(Frozen):
    """One reason, kept by itself: what it says, where, under which code or policy, and what to do about it.

    `amount` is what it leaves unpaid, in dollars.
    """

    category: Pathway
    wording: str
    decision: PathwayDecision
    passage: Passage | None = None
    policy_cited: str = ""
    group: str = ""
    carc: str = ""
    rarcs: tuple[str, ...] = ()
    line: int = 0
    amount: Decimal | None = None


class DenialSource(StrEnum):
    """How the payer said it."""

    LETTER = "letter"
    X12_835 = "x12_835"
    X12_278 = "x12_278"
    X12_277 = "x12_277"
    PAS = "pas"


class DenialStatus(StrEnum):
    """Where the work on a denial stands. Nothing closes by itself."""

    OPEN = "open"
    NEEDS_PERSON = "needs_person"
    CLOSED = "closed"


class DenialClock(Frozen):
    """One clock of a denial: what must be filed, or what the payer owes, by when, and under which rule.

    `work` holds printed and computed day. `why_none` says why no day is claimed. `due` is the instant its last day
    ends, or the exact one of a fast appeal.
    """

    kind: str
    work: WorkTo = WorkTo(day=None, printed=None, computed=None)
    due: datetime | None = None
    rule_id: str = ""
    citation: str = ""
    verified: bool = False
    why_none: str = ""
    arithmetic: str = ""
    procedure: str = ""


class DenialNumbers(Frozen):
    """The numbers by which a denial is joined to its case; empty where the payer gave none."""

    authorization: str = ""
    claim: str = ""
    payer_claim: str = ""
    member_id: str = ""
    patient: str = ""
    birth_date: date | None = None
    service_codes: tuple[str, ...] = ()
    service_date: date | None = None


class DenialFacts(Frozen):
    """What the payer's message says, before any clock is computed.

    `level` is the one the next filing would be at, None where nothing may be filed. `printed_words` are the words of
    the printed deadline.
    """

    source: DenialSource
    numbers: DenialNumbers
    reasons: tuple[DenialReason, ...]
    payer_name: str = ""
    payer_id: PayerId | None = None
    vendor: str = ""
    line: LineOfBusiness | None = None
    state: str = ""
    benefit: str = "medical"
    kind: DenialKind = DenialKind.PRE
    urgency: Urgency = Urgency.STANDARD
    level: int | None = 1
    procedure: str = ""
    notice_date: date | None = None
    received_date: date | None = None
    effective_date: date | None = None
    pathway: Pathway = Pathway.PERSON
    appealable: Appealable = "person"
    both_clocks: bool = False
    who_may_file: tuple[str, ...] = ()
    printed_words: str = ""
    printed_deadline: date | None = None
    appeal_address: str = ""
    appeal_fax: str = ""
    in_network: bool | None = None
    form: str = ""
    policy_ids: tuple[str, ...] = ()
    amount: Decimal | None = None
    doubts: tuple[str, ...] = ()


class DenialNotice(Frozen):
    """What a timer said of a denial: reminder, escalation, or that the day has passed."""

    kind: str
    at: datetime


class Denial(Frozen):
    """A denial at work: its facts, its case if one was found, and its clocks. `id` comes from the source's bytes."""

    id: str
    facts: DenialFacts
    opened_at: datetime
    source_digest: Digest
    case_id: CaseId | None = None
    joined_by: str = ""
    status: DenialStatus = DenialStatus.OPEN
    clocks: tuple[DenialClock, ...] = ()
    rules_version: str = ""
    zone: str = ""
    notices: tuple[DenialNotice, ...] = ()
    closed_by: str = ""
    close_reason: str = ""
    revision: int = 0

    @property
    def due(self) -> datetime | None:
        """The earliest instant by which something must be filed."""
        return min((clock.due for clock in self.clocks if clock.due and clock.kind != "decided_by"), default=None)
