"""What persons do to an appeal: record a filing by hand, a consent, a call; write a denial off with role and reason."""

import json
from datetime import datetime

from agents.appeal_products import CALLS, CONSENT, DENIAL_DOCUMENT, OUTCOME, PLAN, SLOTS, FilingConsent
from agents.casework.denials.opening import close_denial
from agents.casework.persons import person_with
from agents.desk import CaseDesk, Record
from agents.reading.appeals.call_window import call_window
from agents.steps.submit import effect_of
from agents.toolbox import Toolbox
from cases.appeal import AppealOutcome, Call, Channel, Slot
from cases.audit_event import Actor
from cases.case import Case
from cases.denial import Denial
from cases.errors import Conflict, InputError, NotAllowed
from cases.ids import CaseId, UserId
from cases.lifecycle import CaseState
from cases.review import UserRole
from runtime import case_store, denial_store, review_store, work_store
from runtime.database import Transaction
from runtime.effects import Receipt

_MAY_WRITE_OFF = frozenset({UserRole.SUPERVISOR})


def record_filing(toolbox: Toolbox, appeal_id: CaseId, user_id: UserId, how: str, reference: str) -> Receipt:
    """Keep that a person filed the approved letter and enclosures: once for these bytes, with its proof's number.

    Raises Conflict where nothing approved waits to be filed, InputError without a way or reference, NotAllowed below
    a specialist. The case goes on when it is worked next.
    """
    if not how.strip() or not reference.strip():
        raise InputError("how, reference: say how it was filed and the confirmation's number")
    with toolbox.database.read() as transaction:
        person_with(transaction, user_id, UserRole.SPECIALIST, "file an appeal")
        case = _appeal(transaction, appeal_id)
        submission = work_store.newest_submission(transaction, appeal_id)
        plan = work_store.get_product(transaction, appeal_id, PLAN)
    if submission is None or plan is None or plan.channel is not Channel.HAND or case.state is not CaseState.SUBMITTING:
        raise Conflict(f"{appeal_id} has nothing approved that a person is to file; it is {case.state}.")
    at = toolbox.clock.now()
    told = {"how": how.strip(), "reference": reference.strip(), "at": at.isoformat(), "by": user_id}

    def act() -> Receipt:
        return Receipt(status=200, body=json.dumps(told).encode())

    receipt = toolbox.ledger.perform(effect_of(submission, case), act, lambda: None)
    with toolbox.database.begin() as transaction:
        _clear(toolbox, transaction, case)
        _note(toolbox, transaction, case, user_id, "appeal.filed_by_hand")
    return receipt


def record_consent(
    toolbox: Toolbox, appeal_id: CaseId, user_id: UserId, signed_by: str, signed_on: str
) -> FilingConsent:
    """Keep the representative's form or written consent that the payer asks for."""
    try:
        day = datetime.fromisoformat(signed_on).date()
    except ValueError:
        raise InputError(f"signed on: '{signed_on}' is no date; write it as 2026-11-26") from None
    with toolbox.database.begin() as transaction:
        person_with(transaction, user_id, UserRole.SPECIALIST, "record a consent")
        case = _appeal(transaction, appeal_id)
        plan = work_store.get_product(transaction, appeal_id, PLAN)
        if not signed_by.strip() or day > toolbox.clock.now().date():
            raise InputError("signed by, signed on: name who signed, on a day that has come")
        form = plan.form if plan and plan.form else "Written consent"
        consent = FilingConsent(form=form, signed_by=signed_by.strip(), signed_on=day.isoformat(), recorded_by=user_id)
        work_store.put_product(transaction, appeal_id, case.revision, CONSENT, consent, toolbox.clock.now())
        _note(toolbox, transaction, case, user_id, "appeal.consent_recorded")
    return consent


def record_call(toolbox: Toolbox, appeal_id: CaseId, user_id: UserId, call: Call) -> tuple[Call, ...]:
    """Add a call, such as a peer-to-peer with its outcome and the reviewer's specialty; no clock is moved by it."""
    if not call.with_whom.strip() or not call.outcome.strip():
        raise InputError("with, outcome: name who was spoken to and what came of it")
    with toolbox.database.begin() as transaction:
        person_with(transaction, user_id, UserRole.SPECIALIST, "record a call")
        case = _appeal(transaction, appeal_id)
        calls = (
            *(work_store.get_product(transaction, appeal_id, CALLS) or ()),
            call.model_copy(update={"by": user_id}),
        )
        work_store.put_product(transaction, appeal_id, case.revision, CALLS, calls, toolbox.clock.now())
        _note(toolbox, transaction, case, user_id, "appeal.call_recorded")
    return calls


def record_slot(toolbox: Toolbox, appeal_id: CaseId, user_id: UserId, slot: Slot) -> str:
    """Keep a time of the physician for a peer-to-peer call, or that the payer agreed to it; gives a warning or nothing.

    The same time given again replaces the one held. Raises InputError for a time that has passed or without a
    physician. A time after the window's last day is kept, with the warning: some payers still take the call.
    """
    if not slot.physician.strip() or slot.at <= toolbox.clock.now():
        raise InputError("at, physician: name the physician, and a time to come")
    with toolbox.database.begin() as transaction:
        person_with(transaction, user_id, UserRole.SPECIALIST, "keep a time for a call")
        case = _appeal(transaction, appeal_id)
        assert case.appeal is not None
        facts = denial_store.get(transaction, case.appeal.denial_id).facts
        held = work_store.get_product(transaction, appeal_id, SLOTS) or ()
        kept = sorted(
            (*(one for one in held if one.at != slot.at), slot.model_copy(update={"by": user_id})),
            key=lambda one: one.at,
        )
        work_store.put_product(transaction, appeal_id, case.revision, SLOTS, tuple(kept), toolbox.clock.now())
        notice = work_store.get_product(transaction, appeal_id, DENIAL_DOCUMENT)
        _note(toolbox, transaction, case, user_id, "appeal.slot_recorded")
    window = call_window(facts, notice.text if notice else "")
    if window.last is None or slot.at.date() <= window.last:
        return ""
    return (
        f"That is after {window.last}, the last day for such a call ({window.source}): ask whether they still take it."
    )


def write_off(toolbox: Toolbox, denial_id: str, user_id: UserId, reason: str) -> Denial:
    """Give a denial up: a supervisor's act with a reason, never a rule's or a number's."""
    with toolbox.database.read() as transaction:
        user = review_store.get_user(transaction, user_id)
    if not user.active or user.role not in _MAY_WRITE_OFF:
        raise NotAllowed("Only a supervisor may write a denial off.")
    return close_denial(toolbox, denial_id, user_id, f"written off: {reason.strip()}" if reason.strip() else "")


def outcomes(toolbox: Toolbox) -> tuple[AppealOutcome, ...]:
    """Every recorded outcome, the first decided first: what our own base rates rest on."""
    with toolbox.database.read() as transaction:
        found = [
            work_store.get_product(transaction, case_id, OUTCOME)
            for case_id in work_store.cases_with(transaction, OUTCOME)
        ]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (one.at, one.appeal_id)))


def _appeal(transaction: Transaction, appeal_id: CaseId) -> Case:
    case = case_store.get(transaction, appeal_id)
    if case.appeal is None:
        raise InputError(f"{appeal_id} is no appeal")
    return case


def _clear(toolbox: Toolbox, transaction: Transaction, case: Case) -> None:
    """What was filed in time needs no reminder any more."""
    assert case.appeal is not None
    denial_store.clear_timers(transaction, case.appeal.denial_id)
    if toolbox.queue is not None:
        toolbox.queue.enqueue(transaction, "work_case", case.id, key=f"{case.id}:filed")


def _note(toolbox: Toolbox, transaction: Transaction, case: Case, user_id: UserId, action: str) -> None:
    """The audit entry of an act; a person's words stay in the sealed product."""
    desk = CaseDesk(toolbox.database, toolbox.audit, toolbox.clock, case.id, Actor.PERSON, user_id)
    desk.record_in(transaction, case.revision, Record(action=action))
