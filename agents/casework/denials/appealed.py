"""What came of an appeal: kept by reason and argument, the refused case moved, the denial ended, never by a timer."""

from collections.abc import Mapping

from agents.appeal_products import OUTCOME, REBUTTAL
from agents.casework.denials.opening import record
from agents.casework.persons import person_with
from agents.desk import CaseDesk, Record, flagged
from agents.products import ANSWER
from agents.toolbox import Toolbox
from cases.appeal import AppealOutcome, ReasonAnswer, ReasonOutcome, Rebuttal, Result
from cases.audit_event import Actor
from cases.case import AppealRef, Case, Flag
from cases.denial import Denial, DenialStatus
from cases.errors import Conflict, InputError
from cases.ids import CaseId, UserId
from cases.lifecycle import ALLOWED, CaseEvent, CaseState, move
from cases.review import UserRole
from runtime import case_store, denial_store, work_store
from runtime.database import Transaction

_BY_STATE = {
    CaseState.AUTHORIZED: Result.OVERTURNED,
    CaseState.MODIFIED: Result.PARTLY,
    CaseState.DENIED: Result.UPHELD,
}
_MOVES = {Result.OVERTURNED: CaseEvent.APPEAL_WON, Result.PARTLY: CaseEvent.APPEAL_PARTLY_WON}
_ENDS = {
    Result.OVERTURNED: CaseEvent.PAYER_CERTIFIES,
    Result.PARTLY: CaseEvent.PAYER_MODIFIES,
    Result.UPHELD: CaseEvent.PAYER_DENIES,
    Result.DISMISSED: CaseEvent.PAYER_DENIES,
}


def settle_appeal(toolbox: Toolbox, case_id: CaseId) -> AppealOutcome | None:
    """Keep what the payer's own answer decided of an appeal; None where it decided nothing, or that is kept already."""
    with toolbox.database.begin() as transaction:
        case = case_store.get(transaction, case_id)
        held = work_store.get_product(transaction, case_id, OUTCOME)
        if case.appeal is None or held is not None or case.state not in _BY_STATE:
            return None
        answer = work_store.get_product(transaction, case_id, ANSWER)
        said = f"answer {answer.reference}" if answer and answer.reference else "the payer's answer"
        return _keep(toolbox, transaction, case, _BY_STATE[case.state], "payer", said, {})


def record_outcome(
    toolbox: Toolbox,
    appeal_id: CaseId,
    result: Result,
    user_id: UserId,
    said: str,
    by_reason: Mapping[int, Result] | None = None,
) -> AppealOutcome:
    """Keep a decision that came on paper or by telephone. `by_reason` names the reasons that went otherwise.

    Raises InputError without words or for a case that is no appeal, NotAllowed for a viewer, Conflict where an
    outcome is kept already or nothing was filed.
    """
    if not said.strip():
        raise InputError("said: name the decision (its letter, number or call)")
    with toolbox.database.begin() as transaction:
        person_with(transaction, user_id, UserRole.SPECIALIST, "record a decision")
        case = case_store.get(transaction, appeal_id)
        if case.appeal is None:
            raise InputError(f"{appeal_id} is no appeal")
        if work_store.get_product(transaction, appeal_id, OUTCOME) is not None:
            raise Conflict(f"What came of {appeal_id} is recorded already.")
        event = _ENDS.get(result)
        if event is not None and (case.state, event) not in ALLOWED:
            raise Conflict(f"{appeal_id} is {case.state.replace('_', ' ')}: record its filing first.")
        if event is not None:
            changed = case.model_copy(update={"state": move(case.state, event)})
            case = case_store.save(transaction, changed, toolbox.clock.now())
        return _keep(toolbox, transaction, case, result, user_id, said.strip(), by_reason or {})


def settle_earlier(toolbox: Toolbox, transaction: Transaction, appeal_id: CaseId, said: str) -> None:
    """An appeal whose refusal came as a new denial was upheld."""
    case = case_store.get(transaction, appeal_id)
    if work_store.get_product(transaction, appeal_id, OUTCOME) is not None:
        return
    if (case.state, CaseEvent.PAYER_DENIES) in ALLOWED and case.state is not CaseState.OPENED:
        denied = case.model_copy(update={"state": move(case.state, CaseEvent.PAYER_DENIES)})
        case = case_store.save(transaction, denied, toolbox.clock.now())
        _keep(toolbox, transaction, case, Result.UPHELD, "payer", said, {})


def _keep(
    toolbox: Toolbox,
    transaction: Transaction,
    case: Case,
    result: Result,
    by: str,
    said: str,
    by_reason: Mapping[int, Result],
) -> AppealOutcome:
    appeal = case.appeal
    assert appeal is not None
    rebuttal = work_store.get_product(transaction, case.id, REBUTTAL)
    outcome = AppealOutcome(
        appeal_id=case.id,
        denial_id=appeal.denial_id,
        parent=appeal.parent,
        payer_id=case.payer.id if case.payer else "",
        line_of_business=case.payer.line_of_business.value if case.payer else "",
        level=appeal.level,
        service_codes=tuple(coding.code for coding in case.order.codes if coding.code),
        result=result,
        reasons=_reasons(rebuttal, result, by_reason),
        at=toolbox.clock.now(),
        by=by,
        said=said,
    )
    actor = Actor.PAYER if by == "payer" else Actor.PERSON
    desk = CaseDesk(toolbox.database, toolbox.audit, toolbox.clock, case.id, actor, by)
    detail: dict[str, str | int | bool | None] = {
        "result": result.value,
        "level": appeal.level,
        "denial": appeal.denial_id,
    }
    desk.record_in(
        transaction, case.revision, Record(action="appeal.decided", detail=detail, products=((OUTCOME, outcome),))
    )
    _end_denial(toolbox, transaction, appeal, outcome)
    _move_parent(toolbox, transaction, appeal, outcome)
    return outcome


def _reasons(rebuttal: Rebuttal | None, result: Result, by_reason: Mapping[int, Result]) -> tuple[ReasonOutcome, ...]:
    answers: tuple[ReasonAnswer, ...] = rebuttal.answers if rebuttal else ()
    return tuple(
        ReasonOutcome(
            number=answer.number,
            category=answer.category,
            codes=answer.codes,
            stance=answer.stance,
            criteria=tuple(item.judgement.id for item in answer.criteria),
            result=by_reason.get(answer.number, result),
        )
        for answer in answers
    )


def _end_denial(toolbox: Toolbox, transaction: Transaction, appeal: AppealRef, outcome: AppealOutcome) -> None:
    """The denial is over: decided on appeal. What was upheld goes on under the denial of the next level."""
    denial: Denial = denial_store.get(transaction, appeal.denial_id)
    if denial.status is DenialStatus.CLOSED:
        return
    words = f"{outcome.result.value} on appeal, level {outcome.level}: {outcome.said}"
    changes = {"status": DenialStatus.CLOSED, "closed_by": outcome.by, "close_reason": words}
    closed = denial_store.save(transaction, denial.model_copy(update=changes))
    denial_store.clear_timers(transaction, denial.id)
    record(toolbox, transaction, closed, "denial.decided", Actor.PAYER, outcome.by, {"result": outcome.result.value})


def _move_parent(toolbox: Toolbox, transaction: Transaction, appeal: AppealRef, outcome: AppealOutcome) -> None:
    parent = case_store.get(transaction, appeal.parent)
    flag = Flag(
        code=f"appeal_{outcome.result.value}",
        message=f"Appeal {outcome.appeal_id}, level {outcome.level}: {outcome.result.value}.",
        severity="info",
        source=outcome.appeal_id,
    )
    changed: Case = parent.model_copy(update={"flags": flagged(parent, [flag])})
    event = _MOVES.get(outcome.result)
    if event is not None and (parent.state, event) in ALLOWED:
        changed = changed.model_copy(update={"state": move(parent.state, event)})
    if changed != parent:
        case_store.save(transaction, changed, toolbox.clock.now())
