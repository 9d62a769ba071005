"""What left the house, as it is kept: the disclosure ledger's rows, and incidents where something went astray."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from cases.frozen import Frozen
from cases.ids import CaseId
from cases.ports import Disclosure


class LedgerRow(Frozen):
    """One disclosure as recorded: its number in the ledger, when, and whether it was one that should not have been."""

    number: int
    at: AwareDatetime
    disclosure: Disclosure
    impermissible: bool = False


class IncidentKind(StrEnum):
    """How protected information came where it should not be."""

    MISDIRECTED = "misdirected_message"
    WRONG_PATIENT = "wrong_patient"
    UNMASKED = "unmasked_text"


class FourFactors(Frozen):
    """The risk assessment of 45 CFR 164.402(2), in the assessor's own words; `low_risk` is their finding."""

    nature_of_information: str
    who_received_it: str
    acquired_or_viewed: str
    mitigation: str
    low_risk: bool


class Incident(Frozen):
    """A disclosure that may be a breach, from its discovery on. Without an assessment of low risk it counts as one.

    `recipient` and the factors are a person's words and may hold PHI: the record is kept encrypted. Individuals are
    to be notified by `notify_by`, 60 days after discovery at the latest (45 CFR 164.404(b)).
    """

    id: str
    case_id: CaseId
    kind: IncidentKind
    discovered_at: AwareDatetime
    notify_by: AwareDatetime
    channel: str
    recipient: str
    contents: tuple[str, ...]
    assessment: FourFactors | None = None
    closed_at: AwareDatetime | None = None

    def is_breach(self) -> bool:
        """Presumed, unless the assessment demonstrates a low probability of compromise."""
        return self.assessment is None or not self.assessment.low_risk

    def is_overdue(self, at: datetime) -> bool:
        """Whether the notice is due and the incident is still open."""
        return self.closed_at is None and self.is_breach() and at > self.notify_by
