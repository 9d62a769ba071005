"""Record what a person decides of a fact, and have the case worked anew on it, in one commit with the audit."""

from agents.casework.persons import person_with
from agents.desk import CaseDesk, Record
from agents.fact_decisions import KEPT_AT, decisions_of
from agents.products import FACT_DECISIONS, FACTS
from agents.toolbox import Toolbox
from cases.audit_event import Actor
from cases.case import Case
from cases.errors import Conflict, InputError, NotFound
from cases.evidence import Fact
from cases.fact_review import FACT_ROLE, Correction, FactAct, FactDecision
from cases.frozen import Frozen
from cases.ids import CaseId, FactId, UserId
from cases.lifecycle import WORKABLE, CaseEvent, move
from cases.review import User
from runtime import case_store, work_store
from runtime.database import Transaction


class FactRequest(Frozen):
    """What a person asks for; `reason` is always needed, and a correction must change something."""

    case_id: CaseId
    fact_id: FactId
    act: FactAct
    user_id: UserId
    reason: str
    correction: Correction = Correction()


def facts_of(toolbox: Toolbox, case_id: CaseId) -> tuple[Fact, ...]:
    """The facts of the case's newest working, decided ones as decided; raises NotFound where it was never worked."""
    with toolbox.database.read() as transaction:
        return _facts(transaction, case_id)


def record_fact_decision(toolbox: Toolbox, request: FactRequest) -> Case:
    """Keep the decision and send the case back to be read, evaluated and drafted anew; what was drafted is stale.

    Raises InputError without a reason or a change, NotFound for an unknown fact, NotAllowed for the wrong role, and
    Conflict where the case was approved or sent, so that its evidence can no longer change under it.
    """
    if not request.reason.strip():
        raise InputError(f"reason: say why you {request.act} this fact (it is kept with the decision)")
    if request.act is FactAct.CORRECT and request.correction.is_empty:
        raise InputError("correction: give the value, the date, the assertion or the side that is right")
    with toolbox.database.begin() as transaction:
        user = person_with(transaction, request.user_id, FACT_ROLE, f"{request.act} a fact")
        case = case_store.get(transaction, request.case_id)
        if case.state not in WORKABLE:
            raise Conflict(f"Case {case.id} is {case.state.replace('_', ' ')}; its facts can no longer be decided on.")
        fact = next((one for one in _facts(transaction, case.id) if one.id == request.fact_id), None)
        if fact is None:
            raise NotFound(f"Case {case.id} has no fact {request.fact_id}; `review fact list` shows them.")
        return _record(toolbox, transaction, request, user, case, fact)


def _facts(transaction: Transaction, case_id: CaseId) -> tuple[Fact, ...]:
    case_store.get(transaction, case_id)
    facts = work_store.get_product(transaction, case_id, FACTS)
    if facts is None:
        raise NotFound(f"Case {case_id} was not worked yet; there are no facts to decide on.")
    return facts


def _record(
    toolbox: Toolbox, transaction: Transaction, request: FactRequest, user: User, case: Case, fact: Fact
) -> Case:
    now = toolbox.clock.now()
    decision = FactDecision(
        fact_id=fact.id, quote=fact.span.quote, act=request.act, reason=request.reason.strip(), user_id=user.id,
        role=user.role, at=now, correction=request.correction,
    )  # fmt: skip
    kept = (*decisions_of(transaction, case.id), decision)
    desk = CaseDesk(toolbox.database, toolbox.audit, toolbox.clock, case.id, Actor.PERSON, user.id)
    reopened = case.model_copy(update={"state": move(case.state, CaseEvent.REOPEN)})
    saved = desk.record_in(
        transaction,
        KEPT_AT,
        Record(
            action=f"fact.{request.act}ed",
            detail={"role": user.role.value, "decisions": len(kept), "concept": fact.concept},
            case=reopened,
            products=((FACT_DECISIONS, kept),),
        ),
    )
    if toolbox.queue is not None:
        toolbox.queue.enqueue(transaction, "work_case", case.id, key=f"{case.id}:fact:{len(kept)}")
    return saved
