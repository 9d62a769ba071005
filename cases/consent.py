"""Consents and authorizations to disclose records that the law protects beyond HIPAA."""

from datetime import date
from enum import StrEnum

from cases.frozen import Frozen
from cases.ids import CaseId


class SensitiveCategory(StrEnum):
    """Kinds of records with rules of their own; dated state and federal rules are in knowledge/rules/sensitive.yaml."""

    PSYCHOTHERAPY_NOTES = "psychotherapy_notes"
    SUBSTANCE_USE_PART2 = "substance_use_part2"
    HIV = "hiv"
    MENTAL_HEALTH = "mental_health"
    GENETIC = "genetic"
    REPRODUCTIVE = "reproductive"
    GENDER_AFFIRMING = "gender_affirming"
    MINOR_CONSENTED = "minor_consented"


class Consent(Frozen):
    """One recorded consent: for which categories, to whom, for what purpose, and from when to when.

    `notice` says that the statement of 42 CFR 2.32 goes with the records. `signed_by` is the patient, who may be a
    minor that consented to the care, or a person acting for them.
    """

    id: str
    case_id: CaseId
    categories: tuple[SensitiveCategory, ...]
    recipient: str
    purpose: str
    signed_by: str
    signed_on: date
    expires_on: date | None = None
    revoked_on: date | None = None
    notice: bool = False

    def holds(self, category: SensitiveCategory, recipient: str, purpose: str, on: date) -> bool:
        """Whether it covers a disclosure of this category to this recipient for this purpose on this day."""
        named = category in self.categories and _same(self.recipient, recipient) and _same(self.purpose, purpose)
        return self.in_force(on) and named

    def in_force(self, on: date) -> bool:
        """Whether it has begun and neither ended nor been revoked on this day."""
        begun = self.signed_on <= on and (self.revoked_on is None or on < self.revoked_on)
        return begun and (self.expires_on is None or on <= self.expires_on)


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold() != ""
