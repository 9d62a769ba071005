"""What a timer does when its instant has passed: say so on the case, once; it decides nothing."""

from dataclasses import replace

from agents.casework.breaches import breach_record
from agents.desk import CaseDesk, flagged
from agents.products import DECISION_CLOCK
from agents.steps.payer_clock import DECISION_DUE
from agents.toolbox import Toolbox
from cases.audit_event import Actor
from cases.case import Flag
from cases.errors import NotFound
from cases.lifecycle import CaseState
from runtime import case_records

_UNDECIDED = frozenset({CaseState.SUBMITTED, CaseState.PENDED})


def act_on_timer(toolbox: Toolbox, timer_id: str) -> None:
    """Flag a decision that the payer owes and has not given. Raises NotFound for a timer that was cleared."""
    with toolbox.database.read() as transaction:
        timer = case_records.timer(transaction, timer_id)
    if timer is None:
        raise NotFound(f"There is no timer {timer_id}.")
    desk = CaseDesk(toolbox.database, toolbox.audit, toolbox.clock, timer.case_id, Actor.SYSTEM, "timer")
    case = desk.case()
    if timer.kind != DECISION_DUE or case.state not in _UNDECIDED:
        return
    message = f"The payer owed its decision by {timer.due_at:%d %B %Y %H:%M} UTC and has not given one. Call the payer."
    flag = Flag(code="payer_decision_overdue", message=message, source=timer.id)
    if flag not in case.flags:
        missed = desk.product(DECISION_CLOCK)
        changed = case.model_copy(update={"flags": flagged(case, [flag])})
        record = breach_record(missed, desk.clock.now(), timer.due_at, timer.kind)
        desk.record(case.revision, replace(record, case=changed))
