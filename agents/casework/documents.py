"""Documents that arrive for a case: the chart is read again with them, and the case is worked anew."""

import base64
import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from agents.casework.event_content import PatientNamed
from agents.casework.events import EVENT_SYSTEM, accept_event
from agents.casework.opening import HandOver, open_from
from agents.casework.working import hold
from agents.steps.submit import effect_of
from agents.toolbox import Toolbox
from cases.case import Case, Flag
from cases.errors import InputError
from cases.ids import CaseId, UserId
from cases.lifecycle import WORKABLE, CaseState
from formats.chart_files import ChartFile
from runtime import case_records, case_store, early_events, work_store
from runtime.database import Transaction
from runtime.effects import EffectState
from runtime.inbox import EventReceipt, IncomingEvent

_WITH_THE_PAYER = frozenset({CaseState.APPROVED, CaseState.SUBMITTING, CaseState.SUBMITTED, CaseState.PENDED})

_STUCK = frozenset({CaseState.NEEDS_PERSON, CaseState.WAITING_DOCUMENTS})


@dataclass(frozen=True)
class ReceivedDocument:
    """A document, the name it has in the chart, the case it is for, and the receipt of the event it came by."""

    case_id: CaseId
    name: str
    content: bytes
    receipt_id: str


def receive_document(toolbox: Toolbox, case_id: CaseId, name: str, content: bytes, user_id: UserId) -> EventReceipt:
    """Take an upload: kept as an event with its job in one commit; the worker reads it. Raises NotFound."""
    with toolbox.database.read() as transaction:
        case_store.get(transaction, case_id)
    data = {"case_id": case_id, "name": name, "content": base64.b64encode(content).decode()}
    body = json.dumps({"type": "document.received", "data": data}).encode()
    event = IncomingEvent(source=f"upload:{user_id}", event_id=uuid.uuid4().hex, kind="document.received", body=body)
    return accept_event(toolbox, event)


def add_file(toolbox: Toolbox, received: ReceivedDocument) -> None:
    """Put a file into a case's chart and open the case again; one it holds already changes nothing.

    A case that was approved or sent keeps the file and is flagged: what left is not changed by it. Raises Busy
    while a step works on the case.
    """
    with hold(toolbox, received.case_id):
        with toolbox.database.read() as transaction:
            held = case_records.files_of(transaction, received.case_id)
        new = {} if received.content in held.values() else {_free_name(received.name, held): received.content}
        join_files(toolbox, received.case_id, new, received.receipt_id)


def join_files(toolbox: Toolbox, case_id: CaseId, new: Mapping[str, bytes], receipt_id: str) -> None:
    """Add files to a case, or newer ones in the place of older ones, and read its chart again; all in one commit.

    The same files again change nothing, unless the case is stuck: something else may be otherwise by now. The caller
    holds the case. A file that cannot be joined leaves nothing behind.
    """
    with toolbox.database.read() as transaction:
        case = case_store.get(transaction, case_id)
        held = case_records.files_of(transaction, case_id)
    changed = {name: content for name, content in new.items() if held.get(name) != content}
    anew = bool(changed) or (bool(new) and case.state in _STUCK)
    hand_over = None
    if anew and _may_be_worked(toolbox, case):
        hand_over = HandOver.read(toolbox.scans, [ChartFile(*file) for file in sorted({**held, **changed}.items())])
    with toolbox.database.begin() as transaction:
        case_records.refer(transaction, EVENT_SYSTEM, receipt_id, case_id)
        early_events.forget(transaction, receipt_id)
        case_records.put_files(transaction, case_id, changed, toolbox.clock.now())
        if hand_over is not None:
            _open_again(toolbox, transaction, case, hand_over)
        elif changed:
            _flag_late(toolbox, transaction, case_id, ", ".join(changed))


def _may_be_worked(toolbox: Toolbox, case: Case) -> bool:
    """Whether nothing was approved or sent; a case that a payer's answer put to a person was sent."""
    if case.state is not CaseState.NEEDS_PERSON:
        return case.state in WORKABLE
    with toolbox.database.read() as transaction:
        submission = work_store.newest_submission(transaction, case.id)
    state = None if submission is None else toolbox.ledger.state(effect_of(submission, case).key)
    return state not in (EffectState.STARTED, EffectState.DONE)


def _open_again(toolbox: Toolbox, transaction: Transaction, case: Case, hand_over: HandOver) -> None:
    opened = open_from(toolbox, transaction, hand_over, case.order.reference).case_ids
    if opened != (case.id,):
        raise InputError(
            f"Case {case.id}: with the new document its order is read as another case; look at it by hand."
        )


def _free_name(name: str, taken: Mapping[str, bytes]) -> str:
    """The bare file name, numbered where another file has it."""
    bare = name.replace("\\", "/").rsplit("/", 1)[-1].strip() or "document"
    stem, dot, ending = bare.rpartition(".")
    numbered = (f"{stem} ({n}){dot}{ending}" if dot else f"{bare} ({n})" for n in range(2, len(taken) + 3))
    return bare if bare not in taken else next(one for one in numbered if one not in taken)


def _flag_late(toolbox: Toolbox, transaction: Transaction, case_id: CaseId, name: str) -> None:
    case = case_store.get(transaction, case_id)
    message = f"'{name}' arrived after the case was {case.state.replace('_', ' ')}; it is kept and was not sent."
    flags = (*case.flags, Flag(code="document_after_decision", message=message, source=name))
    case_store.save(transaction, case.model_copy(update={"flags": flags}), toolbox.clock.now())


def addressed(toolbox: Toolbox, addressee: CaseId | PatientNamed, receipt_id: str) -> CaseId | None:
    """The case a document is for, or was added to before; None where there is none yet.

    A patient's document goes to the open case, else to the one that is with the payer. Raises InputError where
    there are several: a person then says which.
    """
    with toolbox.database.read() as transaction:
        before = case_records.case_of(transaction, EVENT_SYSTEM, receipt_id)
        if before is not None:
            return before
        if not isinstance(addressee, PatientNamed):
            return addressee if case_store.is_held(transaction, addressee) else None
        for states in (WORKABLE, _WITH_THE_PAYER):
            found = _of_patient(transaction, addressee, states)
            if len(found) > 1:
                raise InputError(f"{len(found)} open cases are of this patient; name the case_id")
            if found:
                return found[0]
    return None


def _of_patient(transaction: Transaction, patient: PatientNamed, states: Collection[CaseState]) -> list[CaseId]:
    found = []
    for summary in case_store.listing(transaction, states):
        case = case_store.get(transaction, summary.id)
        numbers = {identifier.value for identifier in case.patient.identifiers}
        numbers |= {case.coverage.member_id} if case.coverage else set()
        if patient.number in numbers and str(case.patient.birth_date) == patient.birth_date:
            found.append(case.id)
    return found
