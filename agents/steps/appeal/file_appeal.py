"""File exactly the approved bytes, once: over PAS as any request, or by a person's hand, which the ledger holds."""

import json
from datetime import datetime

from agents.appeal_products import CONSENT, PLAN
from agents.desk import CaseDesk, Record, moved
from agents.products import ANSWER
from agents.state import AuthorizationState
from agents.steps.enclosure_basis import CONSENT_ENDED, consent_ended
from agents.steps.submit import effect_of, held_back, release_of, sending, submit
from agents.toolbox import Hands
from cases.appeal import Channel, PathwayPlan
from cases.decision import PayerAnswer
from cases.errors import GateRefused, PayerUnavailable
from cases.lifecycle import CaseEvent, CaseState
from cases.packet import Submission
from guardrails.submission_gate import check_release
from guardrails.thresholds import load_thresholds
from runtime.effects import Effect, EffectState, Receipt


class FiledByHand(PayerUnavailable):
    """Nothing can be sent by us: a person files it, and the case waits for that without being tried again."""


def file_appeal(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Release and file. An appeal that a person files waits, released, until that person has recorded the filing.

    A form without which the payer may dismiss it holds it back.
    """
    plan, submission = desk.product(PLAN, state["revision"]), desk.submission()
    if plan is None or submission is None:
        return held_back(state, desk, ("nothing_drafted",))
    if plan.form and desk.product(CONSENT) is None:
        return held_back(state, desk, ("representative_form_missing",))
    if plan.channel is Channel.PAS:
        return submit(state, desk, hands)
    return _by_hand(state, desk, hands, plan, submission)


def _by_hand(
    state: AuthorizationState, desk: CaseDesk, hands: Hands, plan: PathwayPlan, submission: Submission
) -> AuthorizationState:
    effect = effect_of(submission, desk.case())
    if hands.ledger_state(effect.key) in (None, EffectState.PLANNED):
        if consent_ended(desk, hands, submission.drafted_at):
            return held_back(state, desk, (CONSENT_ENDED,))
        try:
            check_release(release_of(desk, submission), load_thresholds())
        except GateRefused as error:
            return held_back(state, desk, error.reasons)
        sending(state, desk, effect)
        raise FiledByHand(to_file(plan))
    return _filed(state, desk, effect, hands.perform(effect, _never, lambda: None))


def to_file(plan: PathwayPlan) -> str:
    """What the person has to do now."""
    where = " or ".join(part for part in (f"fax {plan.fax}" if plan.fax else "", ", ".join(plan.send_to)) if part)
    due = f" by {plan.due}" if plan.due else ""
    what = f"Approved: file letter.pdf and enclosures.pdf{due} ({where or 'ask the payer where'})"
    return f"{what}, then record it with `countersign appeals filed`."


def _never() -> Receipt:
    raise FiledByHand("The filing was begun by hand and is not recorded yet.")


def _filed(state: AuthorizationState, desk: CaseDesk, effect: Effect, receipt: Receipt) -> AuthorizationState:
    told = json.loads(receipt.body)
    answer = PayerAnswer(
        reference=str(told.get("reference", "")), received_at=datetime.fromisoformat(told["at"]), items=()
    )
    case = desk.case()
    desk.record(
        state["revision"],
        Record(
            action="submission.receipt",
            detail={"effect": effect.key, "by_hand": True},
            case=moved(case, CaseEvent.RECEIPT) if case.state is CaseState.SUBMITTING else None,
            products=((ANSWER, answer),),
        ),
    )
    return {"submission": "sent"}
