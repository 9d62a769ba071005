"""Record and revoke the consents on which protected records may go to a payer, each with its audit entry."""

import uuid
from datetime import date

from agents.casework.persons import person_with
from agents.desk import CaseDesk, Detail, Record
from agents.toolbox import Toolbox
from cases.audit_event import Actor
from cases.case import Case
from cases.consent import Consent, SensitiveCategory
from cases.errors import InputError, NotFound
from cases.frozen import Frozen
from cases.ids import CaseId, UserId
from cases.lifecycle import WORKABLE, CaseEvent, move
from cases.review import User, UserRole
from runtime import case_store, disclosure_store
from runtime.database import Transaction

_LEAST = UserRole.SPECIALIST


class ConsentRequest(Frozen):
    """A signed consent as a person records it. `recipient` empty: the case's payer. `notice`: of 42 CFR 2.32."""

    case_id: CaseId
    user_id: UserId
    categories: tuple[SensitiveCategory, ...]
    signed_by: str
    signed_on: date
    purpose: str = "payment"
    recipient: str = ""
    expires_on: date | None = None
    notice: bool = False


def record_consent(toolbox: Toolbox, request: ConsentRequest) -> Consent:
    """Keep the consent and have the case worked anew on it, where nothing was approved or sent yet.

    Raises InputError for psychotherapy notes, which no consent brings into a packet, without a category, a signer or a
    recipient, or where it ends before it begins or is signed in the future; NotAllowed for the wrong role.
    """
    with toolbox.database.begin() as transaction:
        user = person_with(transaction, request.user_id, _LEAST, "record a consent")
        case = case_store.get(transaction, request.case_id)
        recipient = request.recipient.strip() or (case.payer.name if case.payer else "")
        _refuse_faults(request, recipient, toolbox.clock.now().date())
        consent = Consent(
            id=f"consent-{uuid.uuid4().hex[:16]}", case_id=case.id, categories=request.categories, recipient=recipient,
            purpose=request.purpose.strip(), signed_by=request.signed_by.strip(), signed_on=request.signed_on,
            expires_on=request.expires_on, notice=request.notice,
        )  # fmt: skip
        disclosure_store.add_consent(transaction, consent, toolbox.clock.now())
        _work_anew(toolbox, transaction, user, case, consent, "consent.recorded")
    return consent


def revoke(toolbox: Toolbox, case_id: CaseId, consent_id: str, user_id: UserId, on: date) -> Consent:
    """End a consent from a day on; what rested on it and was not sent is worked anew, or held back when it is sent."""
    with toolbox.database.begin() as transaction:
        user = person_with(transaction, user_id, _LEAST, "record a consent")
        case = case_store.get(transaction, case_id)
        if consent_id not in {consent.id for consent in disclosure_store.consents_of(transaction, case_id)}:
            raise NotFound(f"Case {case_id} has no consent {consent_id[:64]}; `consents list` shows them.")
        consent = disclosure_store.revoke_consent(transaction, consent_id, on)
        _work_anew(toolbox, transaction, user, case, consent, "consent.revoked")
    return consent


def consents_of(toolbox: Toolbox, case_id: CaseId) -> tuple[Consent, ...]:
    """Every consent recorded for the case; raises NotFound for an unknown case."""
    with toolbox.database.read() as transaction:
        case_store.get(transaction, case_id)
        return disclosure_store.consents_of(transaction, case_id)


def _refuse_faults(request: ConsentRequest, recipient: str, today: date) -> None:
    faults = {
        "category: name at least one": not request.categories,
        "category: psychotherapy notes never enter a packet (45 CFR 164.508(a)(2))": (
            SensitiveCategory.PSYCHOTHERAPY_NOTES in request.categories
        ),
        "signed by: say who signed": not request.signed_by.strip(),
        "recipient: the case has no payer yet; name who may receive the records": not recipient,
        "signed on: lies in the future": request.signed_on > today,
        "expires: lies before the day of signing": (
            request.expires_on is not None and request.expires_on < request.signed_on
        ),
    }
    for fault, found in faults.items():
        if found:
            raise InputError(fault)


def _work_anew(
    toolbox: Toolbox, transaction: Transaction, user: User, case: Case, consent: Consent, action: str
) -> None:
    desk = CaseDesk(toolbox.database, toolbox.audit, toolbox.clock, case.id, Actor.PERSON, user.id)
    workable = case.state in WORKABLE
    reopened = case.model_copy(update={"state": move(case.state, CaseEvent.REOPEN)}) if workable else None
    detail: Detail = {
        "role": user.role.value, "consent": consent.id, "categories": ",".join(consent.categories),
        "purpose": consent.purpose, "notice": consent.notice,
    }  # fmt: skip
    desk.record_in(transaction, case.revision, Record(action=action, detail=detail, case=reopened))
    if workable and toolbox.queue is not None:
        toolbox.queue.enqueue(transaction, "work_case", case.id, key=f"{case.id}:{action}:{consent.id}")
