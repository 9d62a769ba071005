"""Events that came before what they are about: kept waiting, woken when it is there, given up in the end."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from agents.casework.event_content import PatientNamed
from agents.toolbox import Toolbox
from cases.case import Case
from cases.errors import NotFound
from cases.ids import CaseId, Digest
from runtime import early_events
from runtime.database import Transaction
from runtime.inbox import EventKind
from runtime.master_key import master_key

Subject = CaseId | PatientNamed | tuple[str, ...]
"""What an event is about: a case, a patient, or a request by the numbers an answer gives."""


@dataclass(frozen=True)
class Early:
    """An event of which nothing could be found that it is about."""

    receipt_id: str
    kind: EventKind
    received_at: datetime


def wait_for(toolbox: Toolbox, early: Early, about: Subject, in_vain: str) -> None:
    """Let an event wait; raises NotFound with these words once it has waited for as long as the settings allow."""
    now = toolbox.clock.now()
    given_up = now - early.received_at >= timedelta(hours=toolbox.settings.early_event_hours)
    with toolbox.database.begin() as transaction:
        if given_up:
            early_events.forget(transaction, early.receipt_id)
        else:
            early_events.park(transaction, early.receipt_id, _digest(toolbox, about), early.kind, now)
    if given_up:
        raise NotFound(in_vain)


def wake(toolbox: Toolbox, transaction: Transaction, case: Case) -> None:
    """A case was opened: what waits for it, or for its patient, is looked at now."""
    numbers = {identifier.value for identifier in case.patient.identifiers}
    numbers |= {case.coverage.member_id} if case.coverage else set()
    subjects: list[Subject] = [case.id]
    subjects += [PatientNamed(number, str(case.patient.birth_date)) for number in sorted(numbers)]
    now = toolbox.clock.now()
    early_events.wake(transaction, [_digest(toolbox, subject) for subject in subjects], now)


def _digest(toolbox: Toolbox, about: Subject) -> Digest:
    """Keyed, because a number and a date of birth could be found from a plain digest by trying them all."""
    key = master_key(toolbox.settings).derive("early event")
    return Digest(hmac.digest(key, repr(about).encode(), "sha256").hex())
