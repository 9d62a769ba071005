"""What a payer says of a claim's progress (X12 277): category and status codes, never a reason code."""

from datetime import date
from decimal import Decimal

from cases.frozen import Frozen


class ClaimStatus(Frozen):
    """One STC: `category` of list 507 (A acknowledged, P pending, F finalized, R asks, D E errors), `status` of 508.

    `line` counts service lines from 1, 0 for the claim. Money in dollars.
    """

    trace: str
    category: str
    status: str
    entity: str = ""
    on: date | None = None
    charge: Decimal | None = None
    paid: Decimal | None = None
    payer: str = ""
    payer_claim_number: str = ""
    claim_id: str = ""
    patient_family: str = ""
    patient_given: str = ""
    member_id: str = ""
    service_code: str = ""
    service_date: date | None = None
    line: int = 0
    message: str = ""
