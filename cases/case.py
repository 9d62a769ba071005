"""The case: one order of one patient under one coverage, from the event that opened it to its end."""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from cases.chart import Coverage, Order, Party, Patient
from cases.frozen import Frozen
from cases.ids import CaseId, Digest, PayerId, TenantId
from cases.lifecycle import CaseState


class LineOfBusiness(StrEnum):
    """The legal regime a coverage falls under; decides clocks, appeal levels and who binds whom."""

    MEDICARE_FFS = "medicare_ffs"
    MEDICARE_ADVANTAGE = "medicare_advantage"
    PART_D = "part_d"
    MEDICAID_FFS = "medicaid_ffs"
    MEDICAID_MCO = "medicaid_mco"
    COMMERCIAL_INSURED = "commercial_insured"
    ERISA_SELF_FUNDED = "erisa_self_funded"
    MARKETPLACE = "marketplace"


class Urgency(StrEnum):
    """How fast the decision is asked for. Expedited is the physician's statement, never ours."""

    STANDARD = "standard"
    EXPEDITED = "expedited"


class Flag(Frozen):
    """Something a person should see before deciding: a stable code, words, and where it was seen."""

    code: str
    message: str
    severity: Literal["info", "warning", "blocking"] = "warning"
    source: str = ""


class PayerRef(Frozen):
    """The payer and plan a coverage resolved to, and how it was recognised."""

    id: PayerId
    name: str
    line_of_business: LineOfBusiness
    matched_on: str = ""


class AppealRef(Frozen):
    """What makes a case an appeal: the denial it answers, the case that was refused, and the level it is filed at.

    `procedure` is as in the deadline rules (empty for the ordinary way). `previous` is the appeal of the level before.
    """

    denial_id: str
    parent: CaseId
    level: int
    procedure: str = ""
    previous: CaseId | None = None


class Case(Frozen):
    """One piece of work. `payer` is None until the directory knows the coverage's payer. `appeal` marks an appeal.

    `revision` counts changes and is compared on every write, so that two writers never overwrite each other.
    """

    id: CaseId
    tenant_id: TenantId
    state: CaseState
    patient: Patient
    order: Order
    opened_at: datetime
    urgency: Urgency = Urgency.STANDARD
    coverage: Coverage | None = None
    payer: PayerRef | None = None
    requester: Party | None = None
    performer: Party | None = None
    flags: tuple[Flag, ...] = ()
    chart_digest: Digest | None = None
    revision: int = 0
    appeal: AppealRef | None = None

    @property
    def service_date(self) -> date | None:
        """The date the policy in force is asked for: the service's, else the order's."""
        return self.order.service_date or self.order.authored_on
