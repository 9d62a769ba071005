"""The states of a case and the only moves between them."""

from enum import StrEnum

from cases.errors import ImpossibleMove


class CaseState(StrEnum):
    """Where a case stands. Waiting is a state, never a sleeping process."""

    OPENED = "opened"
    WORKING = "working"
    WAITING_DOCUMENTS = "waiting_documents"
    NEEDS_PERSON = "needs_person"
    AWAITING_REVIEW = "awaiting_review"
    APPROVED = "approved"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    PENDED = "pended"
    AUTHORIZED = "authorized"
    MODIFIED = "modified"
    DENIED = "denied"
    NOT_REQUIRED = "not_required"
    RETURNED = "returned"
    CLOSED = "closed"


class CaseEvent(StrEnum):
    """What moves a case."""

    REOPEN = "reopen"
    WORK = "work"
    GAP_FOUND = "gap_found"
    PERSON_NEEDED = "person_needed"
    READY = "ready"
    PA_NOT_REQUIRED = "pa_not_required"
    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"
    SEND = "send"
    SEND_REFUSED = "send_refused"
    RECEIPT = "receipt"
    PAYER_PENDS = "payer_pends"
    PAYER_CERTIFIES = "payer_certifies"
    PAYER_MODIFIES = "payer_modifies"
    PAYER_DENIES = "payer_denies"
    APPEAL_WON = "appeal_won"
    APPEAL_PARTLY_WON = "appeal_partly_won"
    CLOSE = "close"


_S, _E = CaseState, CaseEvent
_WORKABLE = (
    _S.OPENED, _S.WORKING, _S.WAITING_DOCUMENTS, _S.NEEDS_PERSON, _S.AWAITING_REVIEW, _S.RETURNED,
    _S.NOT_REQUIRED,
)  # fmt: skip
_ANSWERABLE = (_S.SUBMITTED, _S.PENDED, _S.NEEDS_PERSON)
"""A payer that wants a call (NEEDS_PERSON) still answers by itself afterwards.

A case that was opened together with its denial (OPENED) was asked for elsewhere and is denied at once.
"""

ALLOWED: dict[tuple[CaseState, CaseEvent], CaseState] = {
    **{(state, _E.REOPEN): _S.OPENED for state in _WORKABLE},
    **{(state, _E.WORK): _S.WORKING for state in _WORKABLE},
    (_S.WORKING, _E.GAP_FOUND): _S.WAITING_DOCUMENTS,
    (_S.WORKING, _E.PERSON_NEEDED): _S.NEEDS_PERSON,
    (_S.WORKING, _E.PA_NOT_REQUIRED): _S.NOT_REQUIRED,
    (_S.WORKING, _E.READY): _S.AWAITING_REVIEW,
    (_S.AWAITING_REVIEW, _E.APPROVE): _S.APPROVED,
    (_S.AWAITING_REVIEW, _E.EDIT): _S.WORKING,
    (_S.AWAITING_REVIEW, _E.REJECT): _S.RETURNED,
    (_S.APPROVED, _E.EDIT): _S.WORKING,
    (_S.APPROVED, _E.SEND): _S.SUBMITTING,
    (_S.APPROVED, _E.SEND_REFUSED): _S.NEEDS_PERSON,
    (_S.SUBMITTING, _E.SEND_REFUSED): _S.NEEDS_PERSON,
    (_S.SUBMITTING, _E.RECEIPT): _S.SUBMITTED,
    **{(state, _E.PERSON_NEEDED): _S.NEEDS_PERSON for state in _ANSWERABLE},
    **{(state, _E.PAYER_PENDS): _S.PENDED for state in _ANSWERABLE},
    **{(state, _E.PAYER_CERTIFIES): _S.AUTHORIZED for state in _ANSWERABLE},
    **{(state, _E.PAYER_MODIFIES): _S.MODIFIED for state in _ANSWERABLE},
    **{(state, _E.PAYER_DENIES): _S.DENIED for state in _ANSWERABLE},
    (_S.OPENED, _E.PAYER_DENIES): _S.DENIED,
    **{(state, _E.APPEAL_WON): _S.AUTHORIZED for state in (_S.DENIED, _S.MODIFIED)},
    (_S.DENIED, _E.APPEAL_PARTLY_WON): _S.MODIFIED,
    (_S.AUTHORIZED, _E.CLOSE): _S.CLOSED,
    (_S.MODIFIED, _E.CLOSE): _S.CLOSED,
    (_S.DENIED, _E.CLOSE): _S.CLOSED,
    (_S.NOT_REQUIRED, _E.CLOSE): _S.CLOSED,
    (_S.RETURNED, _E.CLOSE): _S.CLOSED,
}

WORKABLE = frozenset(_WORKABLE)
"""States in which nothing was approved or sent, so that the case may be worked anew on another chart."""

_BACKWARD = frozenset({_E.REOPEN, _E.WORK, _E.EDIT, _E.APPEAL_WON, _E.APPEAL_PARTLY_WON})
"""Moves that do not lie on the way forward: what was passed is not told by them."""


def move(state: CaseState, event: CaseEvent) -> CaseState:
    """The state after `event`; raises ImpossibleMove where the table has no such move."""
    try:
        return ALLOWED[(state, event)]
    except KeyError:
        raise ImpossibleMove(f"A case that is {state} cannot take '{event}'.") from None


def has_passed(state: CaseState, event: CaseEvent) -> bool:
    """Whether a case in `state` can only have got there by taking `event` before, or lies beyond it.

    A step that died after its commit runs again; this tells that its move was made already.
    """
    reached = {target for (_, taken), target in ALLOWED.items() if taken is event}
    grown = True
    while grown:
        further = {t for (s, taken), t in ALLOWED.items() if s in reached and taken not in _BACKWARD}
        grown = not further <= reached
        reached |= further
    return state in reached


def advance(state: CaseState, event: CaseEvent) -> CaseState:
    """Like `move`, but a case that has taken the event already stays where it is."""
    if (state, event) not in ALLOWED and has_passed(state, event):
        return state
    return move(state, event)
