"""Send exactly the approved bytes, once: the gate compares digests, the effects ledger makes it happen once."""

from agents.desk import CaseDesk, Record, flagged, moved
from agents.products import ANSWER, DECISION_CLOCK
from agents.state import AuthorizationState
from agents.steps.enclosure_basis import CONSENT_ENDED, consent_ended
from agents.steps.payer_clock import decision_timer, payer_deadline
from agents.toolbox import Hands
from cases.case import Case, Flag
from cases.errors import GateRefused, NotFound, PayerRejected
from cases.ids import EffectKey
from cases.lifecycle import CaseEvent, CaseState
from cases.packet import Submission
from cases.ports import PayerReceipt
from cases.review import Approval, User
from formats.pas.answer import read_response
from formats.pas.inquiry import write_inquiry
from guardrails.submission_gate import Release, action_of, check_release
from guardrails.thresholds import load_thresholds
from runtime import review_store
from runtime.effects import Effect, EffectState, Receipt
from runtime.work_store import GATE


def submit(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Release, send, keep the receipt. What the payer refused or the gate holds back goes to a person.

    A payer that cannot be reached or asked raises: the graph stays at this step and goes on from here.
    """
    submission = desk.submission()
    if submission is None:
        return held_back(state, desk, ("nothing_drafted",))
    effect = effect_of(submission, desk.case())
    if hands.ledger_state(effect.key) in (None, EffectState.PLANNED):
        if consent_ended(desk, hands, submission.drafted_at):
            return held_back(state, desk, (CONSENT_ENDED,))
        try:
            check_release(release_of(desk, submission), load_thresholds())
        except GateRefused as error:
            return held_back(state, desk, error.reasons)
        sending(state, desk, effect)
    return _send(state, desk, hands, submission, effect)


def effect_of(submission: Submission, case: Case) -> Effect:
    """One key for one case and these bytes, for ever."""
    action = action_of(case)
    key = EffectKey(f"{submission.case_id}:{action}:{submission.digest[:32]}")
    return Effect(key=key, action=action, case_id=submission.case_id, request_digest=submission.digest)


def release_of(desk: CaseDesk, submission: Submission) -> Release:
    """What the submission gate compares before these bytes leave."""
    approval: Approval | None
    approver: User | None = None
    action = action_of(desk.case())
    with desk.database.read() as transaction:
        approval = review_store.newest_approval(transaction, desk.case_id, action)
        if approval is not None:
            try:
                approver = review_store.get_user(transaction, approval.user_id)
            except NotFound:
                approver = None
    return Release(
        case_id=desk.case_id,
        approval=approval,
        approver=approver,
        content=submission.bundle,
        gate=desk.product(GATE, submission.revision),
        now=desk.clock.now(),
        action=action,
    )


def sending(state: AuthorizationState, desk: CaseDesk, effect: Effect) -> None:
    """Move the case to submitting, once."""
    case = desk.case()
    if case.state is not CaseState.SUBMITTING:
        desk.record(
            state["revision"],
            Record(
                action="submission.released",
                detail={"effect": effect.key, "digest": effect.request_digest},
                case=moved(case, CaseEvent.SEND),
            ),
        )


def _send(
    state: AuthorizationState, desk: CaseDesk, hands: Hands, submission: Submission, effect: Effect
) -> AuthorizationState:
    case = desk.case()
    answers: list[PayerReceipt] = []

    def act() -> Receipt:
        return _kept(hands.call("payer_submit", payer=case.payer, bundle=submission.bundle), answers)

    def inquire() -> Receipt | None:
        found = hands.call(
            "payer_inquire", payer=case.payer, inquiry=write_inquiry(submission.bundle, desk.clock.now())
        )
        return _kept(found, answers) if found is not None else None

    try:
        receipt = hands.perform(effect, act, inquire)
    except PayerRejected as error:
        return _rejected(state, desk, case, error.message)
    answer = answers[-1].answer if answers else read_response(receipt.body, desk.clock.now())
    due = payer_deadline(case, answer.received_at, hands.zone)
    desk.record(
        state["revision"],
        Record(
            action="submission.receipt",
            detail={"effect": effect.key, "status": receipt.status, "items": len(answer.items)},
            case=moved(case, CaseEvent.RECEIPT) if case.state is CaseState.SUBMITTING else None,
            products=((ANSWER, answer), *(((DECISION_CLOCK, due),) if due else ())),
            timer=decision_timer(case, answer.received_at, hands.zone),
        ),
    )
    return {"submission": "sent"}


def _kept(found: PayerReceipt, answers: list[PayerReceipt]) -> Receipt:
    answers.append(found)
    return Receipt(status=found.status, body=found.body)


def held_back(state: AuthorizationState, desk: CaseDesk, reasons: tuple[str, ...]) -> AuthorizationState:
    """Nothing leaves: the case goes to a person with the reasons."""
    case = desk.case()
    message = "Nothing was sent: " + ", ".join(reason.replace("_", " ") for reason in reasons) + "."
    flags = flagged(case, [Flag(code="send_refused", message=message)])
    desk.record(
        state["revision"],
        Record(
            action="submission.refused",
            detail={"reasons": ",".join(reasons)},
            case=moved(case, CaseEvent.SEND_REFUSED, flags=flags),
        ),
    )
    return {"submission": "refused"}


def _rejected(state: AuthorizationState, desk: CaseDesk, case: Case, message: str) -> AuthorizationState:
    flag = Flag(code="payer_rejected", message=f"The payer did not take the request: {message}")
    desk.record(
        state["revision"],
        Record(
            action="submission.rejected",
            case=moved(case, CaseEvent.SEND_REFUSED, flags=flagged(case, [flag])),
        ),
    )
    return {"submission": "rejected"}
