"""A payer's remittance (X12 835): what was charged, paid, adjusted and why, and what does not balance."""

from datetime import date
from decimal import Decimal

from cases.denial import Adjustment
from cases.frozen import Frozen


class RemitLine(Frozen):
    """One service line (SVC). Money in dollars; `rarcs` are its LQ*HE remarks; `number` counts from 1."""

    number: int
    code: str
    charge: Decimal
    paid: Decimal
    modifiers: tuple[str, ...] = ()
    units: Decimal | None = None
    service_date: date | None = None
    adjustments: tuple[Adjustment, ...] = ()
    rarcs: tuple[str, ...] = ()
    authorization_number: str = ""
    policy_ids: tuple[str, ...] = ()

    @property
    def unexplained(self) -> Decimal:
        """What of the charge is neither paid nor adjusted."""
        return self.charge - self.paid - sum((one.amount for one in self.adjustments), Decimal(0))


class RemitClaim(Frozen):
    """One claim (CLP). `status` is CLP02, `filing` CLP06; `rarcs` are those of MOA or MIA, which bear on every line."""

    claim_id: str
    payer_claim_number: str
    status: int
    charge: Decimal
    paid: Decimal
    patient_responsibility: Decimal | None = None
    filing: str = ""
    patient_family: str = ""
    patient_given: str = ""
    member_id: str = ""
    service_date: date | None = None
    adjustments: tuple[Adjustment, ...] = ()
    lines: tuple[RemitLine, ...] = ()
    rarcs: tuple[str, ...] = ()
    authorization_number: str = ""
    policy_ids: tuple[str, ...] = ()

    @property
    def all_adjustments(self) -> tuple[Adjustment, ...]:
        return (*self.adjustments, *(one for line in self.lines for one in line.adjustments))

    @property
    def unexplained(self) -> Decimal:
        return self.charge - self.paid - sum((one.amount for one in self.all_adjustments), Decimal(0))

    @property
    def is_reversal(self) -> bool:
        return self.status == 22


class ProviderAdjustment(Frozen):
    """One PLB pair: its X12 reason, the payer's reference, dollars (positive is held back)."""

    reason: str
    reference: str
    amount: Decimal


class Remittance(Frozen):
    """One 835 transaction. `payment` is BPR02; `imbalances` say in words what does not add up, and where."""

    payer: str
    payee: str
    payment: Decimal
    payment_date: date | None
    trace: str
    claims: tuple[RemitClaim, ...]
    provider_adjustments: tuple[ProviderAdjustment, ...] = ()
    imbalances: tuple[str, ...] = ()

    @property
    def reconciles(self) -> bool:
        return not self.imbalances


def imbalances(remittance: Remittance) -> tuple[str, ...]:
    """Every place where charges, payments and adjustments do not add up (005010X221 §1.10.2, balancing)."""
    found = [words for claim in remittance.claims for words in _claim_imbalances(claim)]
    held_back = sum((one.amount for one in remittance.provider_adjustments), Decimal(0))
    paid = sum((claim.paid for claim in remittance.claims), Decimal(0))
    if paid - held_back != remittance.payment:
        found.append(
            f"BPR02 pays {remittance.payment:.2f}, claims less provider adjustments come to {paid - held_back:.2f}"
        )
    return tuple(found)


def _claim_imbalances(claim: RemitClaim) -> list[str]:
    found = []
    for line in claim.lines:
        if line.unexplained:
            found.append(f"claim {claim.claim_id} line {line.number}: {line.unexplained:.2f} is not explained")
    if claim.lines:
        charged = sum((line.charge for line in claim.lines), Decimal(0))
        paid = sum((line.paid for line in claim.lines), Decimal(0))
        claim_level = sum((one.amount for one in claim.adjustments), Decimal(0))
        if charged != claim.charge:
            found.append(f"claim {claim.claim_id}: charges {claim.charge:.2f}, its lines {charged:.2f}")
        if paid - claim_level != claim.paid and paid != claim.paid:
            found.append(f"claim {claim.claim_id}: pays {claim.paid:.2f}, its lines {paid:.2f}")
    if claim.unexplained and not found:
        found.append(f"claim {claim.claim_id}: {claim.unexplained:.2f} is not explained")
    return found
