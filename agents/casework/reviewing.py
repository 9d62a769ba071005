"""Record what a person decides, bound to the exact bytes that lay before them, in one commit with the audit."""

import uuid
from datetime import datetime, timedelta

from agents.casework.persons import person_with
from agents.desk import CaseDesk, Record
from agents.products import EDITED_LETTER
from agents.toolbox import Toolbox
from cases.audit_event import Actor
from cases.case import Case
from cases.decision import GateOutcome
from cases.errors import Conflict, GateRefused, InputError, NotAllowed
from cases.frozen import Frozen
from cases.ids import CaseId, Digest, UserId, digest_of
from cases.lifecycle import CaseEvent, move
from cases.packet import Letter, Submission
from cases.review import NEEDED_ROLE, Approval, Review, ReviewAct, Signature, User, UserRole
from formats.letter_markdown import read_letter, write_letter
from guardrails.submission_gate import action_of
from guardrails.thresholds import load_thresholds
from runtime import case_store, review_store, work_store
from runtime.database import Transaction
from runtime.work_store import GATE

_EVENT = {
    ReviewAct.APPROVE: CaseEvent.APPROVE,
    ReviewAct.EDIT: CaseEvent.EDIT,
    ReviewAct.SIGN: CaseEvent.EDIT,
    ReviewAct.REJECT: CaseEvent.REJECT,
}
_NEEDS_REASON = frozenset({ReviewAct.EDIT, ReviewAct.REJECT})


class ReviewRequest(Frozen):
    """What a person asks for. `digest` is of the submission they saw; another one now is a Conflict.

    `letter` is the whole edited letter.md, for an edit. A rejection and an edit need a reason.
    """

    case_id: CaseId
    act: ReviewAct
    user_id: UserId
    digest: Digest
    reason: str = ""
    letter: str = ""


def record_review(toolbox: Toolbox, request: ReviewRequest) -> Review:
    """Store the decision; nothing is sent here.

    Raises NotAllowed for the wrong role, Conflict for a stale digest or a case that does not wait for review,
    GateRefused where the gate blocks approval, InputError for a missing reason or a damaged letter.
    """
    if request.act in _NEEDS_REASON and not request.reason.strip():
        raise InputError(f"reason: say why you {request.act} this (it is kept with the decision)")
    with toolbox.database.begin() as transaction:
        case = case_store.get(transaction, request.case_id)
        user = person_with(transaction, request.user_id, _needed(request.act, action_of(case)), request.act)
        submission = _seen(transaction, request)
        changed = case.model_copy(update={"state": move(case.state, _EVENT[request.act])})
        _gate_is_open(transaction, request, submission)
        return _record(toolbox, transaction, request, user, changed, submission)


def _needed(act: ReviewAct, action: str) -> UserRole:
    return load_thresholds().rule(action).role if act is ReviewAct.APPROVE else NEEDED_ROLE[act]


def _seen(transaction: Transaction, request: ReviewRequest) -> Submission:
    submission = work_store.newest_submission(transaction, request.case_id)
    if submission is None:
        raise Conflict(f"Case {request.case_id} has nothing drafted to decide on.")
    if submission.digest != request.digest:
        raise Conflict("The packet changed since you opened it. Look at it again before deciding.")
    return submission


def _gate_is_open(transaction: Transaction, request: ReviewRequest, submission: Submission) -> None:
    if request.act is not ReviewAct.APPROVE:
        return
    gate = work_store.get_product(transaction, request.case_id, GATE, submission.revision)
    if gate is None or gate.outcome is GateOutcome.BLOCKED or gate.digest != submission.digest:
        reasons = gate.reasons if gate else ("no_gate",)
        raise GateRefused("The gate does not let this be approved: " + ", ".join(reasons) + ".", reasons)


def _record(
    toolbox: Toolbox, transaction: Transaction, request: ReviewRequest, user: User, case: Case, submission: Submission
) -> Review:
    now = toolbox.clock.now()
    review = Review(
        id=uuid.uuid4().hex, case_id=case.id, act=request.act, user_id=user.id, role=user.role,
        digest=submission.digest, at=now, reason=request.reason,
    )  # fmt: skip
    review_store.add_review(transaction, review)
    if request.act is ReviewAct.APPROVE:
        review_store.add_approval(
            transaction,
            Approval(
                review_id=review.id, case_id=case.id, action=action_of(case), digest=submission.digest, user_id=user.id,
                role=user.role, at=now, expires_at=now + timedelta(hours=toolbox.settings.approval_hours),
            ),
        )  # fmt: skip
    edited = _changed_letter(transaction, request, user, submission, now)
    desk = CaseDesk(toolbox.database, toolbox.audit, toolbox.clock, case.id, Actor.PERSON, user.id)
    desk.record_in(
        transaction,
        submission.revision,
        Record(
            action=f"review.{request.act}",
            detail={"digest": submission.digest, "role": user.role.value, "review": review.id},
            case=case,
            products=((EDITED_LETTER, edited),) if edited else (),
        ),
    )
    if toolbox.queue is not None:
        toolbox.queue.enqueue(transaction, "work_case", case.id, key=f"{case.id}:{review.id}")
    return review


def _changed_letter(
    transaction: Transaction, request: ReviewRequest, user: User, submission: Submission, now: datetime
) -> Letter | None:
    """The letter to draft from next: edited words, which void any signature, or the same words signed."""
    if request.act is ReviewAct.EDIT:
        return read_letter(request.letter, submission.letter).model_copy(update={"signature_line": ""})
    if request.act is ReviewAct.SIGN:
        return _signed(transaction, request, user, submission.letter, now)
    return None


def _signed(transaction: Transaction, request: ReviewRequest, user: User, letter: Letter, now: datetime) -> Letter:
    """The letter with the named clinician's signature under exactly these words; nobody signs for another."""
    if not letter.signer_npi or user.npi != letter.signer_npi:
        raise NotAllowed(f"The letter names {letter.signer}; only a user with that clinician's NPI may sign it.")
    if not user.licence:
        raise NotAllowed(f"{user.id} has no licence on record; add it with `countersign users add`.")
    signature = Signature(
        case_id=request.case_id,
        letter_digest=digest_of(write_letter(letter).encode()),
        user_id=user.id,
        name=user.name,
        npi=user.npi,
        at=now,
    )
    review_store.add_signature(transaction, signature)
    line = f"Signed electronically by {user.name}, NPI {user.npi}, licence {user.licence}, {now:%d %B %Y %H:%M} UTC"
    return letter.model_copy(update={"signature_line": line})
