"""A payer's answer that came by itself: joined to its case by the request's number, and read by item."""

from agents.casework.breaches import note_late_decision
from agents.casework.denials.answered import open_from_answer
from agents.casework.denials.appealed import settle_appeal
from agents.casework.events import EVENT_SYSTEM
from agents.casework.waiting import Early, wait_for
from agents.casework.working import hold
from agents.desk import CaseDesk, Record, flagged
from agents.products import ANSWER
from agents.steps.follow import answer_flags, decided
from agents.steps.payer_clock import DECISION_DUE
from agents.steps.request_bundle import TRANSACTION_SYSTEM
from agents.steps.submit import effect_of
from agents.toolbox import Toolbox
from cases.audit_event import Actor
from cases.case import Case, Flag
from cases.decision import PayerAnswer
from cases.errors import InputError
from cases.ids import CaseId
from cases.lifecycle import ALLOWED, CaseEvent, CaseState, move
from cases.packet import Submission
from formats.pas.answer import answered_requests, read_response
from formats.pas.inquiry import claim_identifier
from runtime import case_records, early_events, work_store
from runtime.effects import EffectState

NEVER_SENT = "The answer is about a request that was never sent."

_DECIDED = frozenset({CaseState.AUTHORIZED, CaseState.MODIFIED, CaseState.DENIED, CaseState.CLOSED})


def take_answer(toolbox: Toolbox, body: bytes, early: Early) -> None:
    """Move the case an answer belongs to; the same answer again changes nothing.

    An answer that overtakes the receipt of its request waits for it. Raises InputError where the body is no answer,
    NotFound where it waited in vain for a request of ours, Busy while a step works on the case.
    """
    answer = read_response(body, toolbox.clock.now())
    numbers = answered_requests(body)
    case_id = _case_of(toolbox, numbers)
    if case_id is None:
        wait_for(toolbox, early, numbers, "The answer names no request that was made here.")
        return
    if not record_answer(toolbox, case_id, answer, numbers):
        wait_for(toolbox, early, numbers, NEVER_SENT)
        return
    with toolbox.database.begin() as transaction:
        case_records.refer(transaction, EVENT_SYSTEM, early.receipt_id, case_id)
        early_events.forget(transaction, early.receipt_id)


def record_answer(toolbox: Toolbox, case_id: CaseId, answer: PayerAnswer, numbers: tuple[str, ...]) -> bool:
    """Move the case by the answer to the request of these numbers; False where that request never left.

    Raises Busy while a step works on the case.
    """
    with hold(toolbox, case_id):
        desk = CaseDesk(toolbox.database, toolbox.audit, toolbox.clock, case_id, Actor.PAYER, "payer.decision")
        submission = desk.submission()
        if submission is None or not _was_sent(toolbox, desk.case(), submission, numbers):
            return False
        held = desk.product(ANSWER)
        if held is None or held.items != answer.items or held.errors != answer.errors:
            _record(desk, submission, answer)
        settle_appeal(toolbox, case_id)
        open_from_answer(toolbox, case_id)
    return True


def _case_of(toolbox: Toolbox, numbers: tuple[str, ...]) -> CaseId | None:
    with toolbox.database.read() as transaction:
        found = {case_records.case_of(transaction, TRANSACTION_SYSTEM, number) for number in numbers} - {None}
    if len(found) > 1:
        raise InputError("event payer.decision: the answer names requests of several cases")
    return found.pop() if found else None


def _was_sent(toolbox: Toolbox, case: Case, newest: Submission, numbers: tuple[str, ...]) -> bool:
    """Whether the request that is answered left, and its receipt is kept; an older request than the newest did."""
    if claim_identifier(newest.bundle).value not in numbers:
        return True
    if toolbox.ledger.state(effect_of(newest, case).key) is not EffectState.DONE:
        return False
    with toolbox.database.read() as transaction:
        return work_store.get_product(transaction, newest.case_id, ANSWER, newest.revision) is not None


def _record(desk: CaseDesk, submission: Submission, answer: PayerAnswer) -> None:
    case = desk.case()
    event = decided(answer)
    overtaken = event is CaseEvent.PAYER_PENDS and case.state in _DECIDED
    changed = case if overtaken else _moved(case, event, answer)
    actions = ",".join(item.action_code for item in answer.items)
    desk.record(
        submission.revision,
        Record(
            action="payer.answered",
            detail={"actions": actions or None, "event": event, "state": changed.state.value},
            case=changed,
            products=() if overtaken else ((ANSWER, answer),),
            cleared=() if event in (None, CaseEvent.PAYER_PENDS) else (DECISION_DUE,),
        ),
    )
    if event not in (None, CaseEvent.PAYER_PENDS):
        note_late_decision(desk, answer.received_at)


def _moved(case: Case, event: CaseEvent | None, answer: PayerAnswer) -> Case:
    """The case after an answer. What it cannot follow by itself, it shows to a person; nothing is decided over."""
    flags = answer_flags(answer)
    state = case.state
    if event is not None and (case.state, event) in ALLOWED:
        state = move(case.state, event)
    elif event is not None:
        codes = ", ".join(sorted({item.action_code for item in answer.items})) or "an error"
        message = (
            f"The payer answered {codes} when the case was {case.state.replace('_', ' ')}; it was left so. "
            "Call the payer and decide by hand how it goes on."
        )
        flags.append(Flag(code="payer_answer_differs", message=message, severity="blocking", source=answer.reference))
    return case.model_copy(update={"state": state, "flags": flagged(case, flags)})
