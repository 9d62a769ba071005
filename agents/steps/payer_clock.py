"""The payer's clock: from its receipt, under the rule that binds it; none is claimed where none binds."""

from datetime import datetime
from zoneinfo import ZoneInfo

from cases.case import Case
from cases.deadlines import Deadline
from knowledge.deadline_rules import decision_deadline
from knowledge.drug_benefit import service_kind
from runtime.case_records import Timer

DECISION_DUE = "payer_decision_due"


def payer_deadline(case: Case, received_at: datetime, zone: ZoneInfo) -> Deadline | None:
    """When the payer must have decided; None where no clock binds it or the payer is not known."""
    if case.payer is None:
        return None
    line = case.payer.line_of_business
    return decision_deadline(line, case.urgency, received_at, zone, service_kind(line, case.order.codes))


def decision_timer(case: Case, received_at: datetime, zone: ZoneInfo) -> Timer | None:
    """The timer that wakes the case when that instant has passed."""
    deadline = payer_deadline(case, received_at, zone)
    if deadline is None:
        return None
    return Timer(id=f"{case.id}:{DECISION_DUE}", case_id=case.id, kind=DECISION_DUE, due_at=deadline.due)
