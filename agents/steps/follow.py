"""What the payer answered, item by item, moves the case; a ClaimResponse's outcome never does."""

from agents.desk import CaseDesk, Record, flagged, moved
from agents.products import ANSWER
from agents.state import AuthorizationState
from agents.steps.payer_clock import DECISION_DUE
from agents.toolbox import Hands
from cases.case import Flag
from cases.decision import ItemDecision, PayerAnswer, ReviewAction
from cases.lifecycle import CaseEvent

_GRANTED = frozenset({ReviewAction.CERTIFIED})
_PARTLY = frozenset({ReviewAction.PARTIALLY_CERTIFIED, ReviewAction.MODIFIED})


def follow(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Move the case by the receipt's decision; an answer without one leaves it submitted, for a person to see."""
    if state.get("submission") != "sent":
        return {}
    answer = desk.product(ANSWER, state["revision"])
    case = desk.case()
    event = decided(answer) if answer else None
    flags = flagged(case, answer_flags(answer)) if answer else case.flags
    actions = ",".join(item.action_code for item in answer.items) if answer else ""
    changed = moved(case, event, flags=flags) if event else case.model_copy(update={"flags": flags})
    desk.record(
        state["revision"],
        Record(
            action="payer.answered",
            detail={"actions": actions or None, "event": event},
            case=changed,
            cleared=() if event in (None, CaseEvent.PAYER_PENDS) else (DECISION_DUE,),
        ),
    )
    return {"submission": event.value if event else "sent"}


def decided(answer: PayerAnswer) -> CaseEvent | None:
    """The lifecycle event of an answer: by item review action (X12 306), the least favourable item first."""
    if answer.errors:
        return CaseEvent.PERSON_NEEDED
    actions = {item.action for item in answer.items}
    if not actions:
        return None
    if actions & {None, ReviewAction.CONTACT_PAYER, ReviewAction.CANCELLED, ReviewAction.NOT_REQUIRED}:
        return CaseEvent.PERSON_NEEDED
    if ReviewAction.PENDED in actions:
        return CaseEvent.PAYER_PENDS
    if actions == _GRANTED:
        return CaseEvent.PAYER_CERTIFIES
    granted = actions & (_GRANTED | _PARTLY)
    return CaseEvent.PAYER_MODIFIES if granted else CaseEvent.PAYER_DENIES


def answer_flags(answer: PayerAnswer) -> list[Flag]:
    """What a person should see of an answer: its errors, what it asks for, lines that need a call."""
    flags = [
        Flag(code="payer_error", message=f"The payer reports an error: {error}", source=answer.reference)
        for error in answer.errors
    ]
    flags += [
        Flag(code="payer_asks", message=f"The payer asks for: {asked}", source=answer.reference)
        for asked in answer.requested_information
    ]
    return flags + [flag for item in answer.items if (flag := _item_flag(item, answer.reference))]


def _item_flag(item: ItemDecision, reference: str) -> Flag | None:
    words = {
        ReviewAction.CONTACT_PAYER: "The payer wants a telephone call about this line.",
        ReviewAction.CANCELLED: "The payer cancelled this line.",
        ReviewAction.NOT_REQUIRED: "The payer says no authorization is required; keep this answer as proof.",
        None: f"The payer's decision code '{item.action_code}' is not known.",
    }
    if item.action in words:
        return Flag(code="payer_item", message=f"Line {item.sequence}: {words[item.action]}", source=reference)
    return None
