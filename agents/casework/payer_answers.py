"""A payer's answer that came by itself: joined to its case by the request's number, and read by item."""

from agents.casework.answered_denials import open_from_answer
from agents.casework.breaches import note_late_decision
from agents.desk import CaseDesk, Record, flagged, moved
from agents.products import ANSWER
from agents.steps.follow import answer_flags, decided
from agents.steps.payer_clock import DECISION_DUE
from agents.steps.request_bundle import TRANSACTION_SYSTEM
from agents.toolbox import Toolbox
from cases.audit_event import Actor
from cases.decision import PayerAnswer
from cases.errors import InputError, NotFound
from cases.ids import CaseId
from cases.lifecycle import CaseEvent
from formats.pas.answer import answered_requests, read_response
from runtime import case_records, work_store


def take_answer(toolbox: Toolbox, body: bytes) -> CaseId:
    """Move the case an answer belongs to; the same answer again changes nothing.

    Raises InputError where the body is no answer, NotFound where no case of ours made the request.
    """
    if not body:
        raise InputError("event payer.decision: data.resource: no FHIR resource or Bundle")
    answer = read_response(body, toolbox.clock.now())
    case_id = _case_of(toolbox, answered_requests(body))
    desk = CaseDesk(toolbox.database, toolbox.audit, toolbox.clock, case_id, Actor.PAYER, "payer.decision")
    held = desk.product(ANSWER)
    if held is None or held.items != answer.items or held.errors != answer.errors:
        _record(desk, answer)
    open_from_answer(toolbox, case_id)
    return case_id


def _case_of(toolbox: Toolbox, numbers: tuple[str, ...]) -> CaseId:
    with toolbox.database.read() as transaction:
        found = {case_records.case_of(transaction, TRANSACTION_SYSTEM, number) for number in numbers} - {None}
    if len(found) != 1:
        raise NotFound("The answer names no request that was made here.")
    (case_id,) = found
    assert case_id is not None
    return case_id


def _record(desk: CaseDesk, answer: PayerAnswer) -> None:
    case = desk.case()
    event = decided(answer)
    with desk.database.read() as transaction:
        submission = work_store.newest_submission(transaction, desk.case_id)
    flags = flagged(case, answer_flags(answer))
    changed = moved(case, event, flags=flags) if event else case.model_copy(update={"flags": flags})
    actions = ",".join(item.action_code for item in answer.items)
    desk.record(
        submission.revision if submission else case.revision,
        Record(
            action="payer.answered",
            detail={"actions": actions or None, "event": event},
            case=changed,
            products=((ANSWER, answer),),
            cleared=() if event in (None, CaseEvent.PAYER_PENDS) else (DECISION_DUE,),
        ),
    )
    if event not in (None, CaseEvent.PAYER_PENDS):
        note_late_decision(desk, answer.received_at)
