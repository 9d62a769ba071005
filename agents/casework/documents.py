"""Documents that arrive for a case: the chart is read again with them, and the case is worked anew."""

import base64
import json
import uuid
from dataclasses import dataclass

from agents.casework.events import accept_event
from agents.casework.opening import HandOver, open_from, read_hand_over
from agents.toolbox import Toolbox
from cases.case import Case, Flag
from cases.errors import Busy, InputError, NotFound
from cases.ids import CaseId, UserId, digest_of
from cases.lifecycle import WORKABLE
from formats.chart_files import ChartFile
from runtime import case_records, case_store
from runtime.database import Transaction
from runtime.inbox import EventReceipt, IncomingEvent


@dataclass(frozen=True)
class ReceivedDocument:
    """A document, the name it has in the chart, and the case it is for."""

    case_id: CaseId
    name: str
    content: bytes


def receive_document(toolbox: Toolbox, case_id: CaseId, name: str, content: bytes, user_id: UserId) -> EventReceipt:
    """Take an upload: kept as an event with its job in one commit; the worker reads it. Raises NotFound."""
    with toolbox.database.read() as transaction:
        case_store.get(transaction, case_id)
    data = {"case_id": case_id, "name": name, "content": base64.b64encode(content).decode()}
    body = json.dumps({"type": "document.received", "data": data}).encode()
    event = IncomingEvent(source=f"upload:{user_id}", event_id=uuid.uuid4().hex, kind="document.received", body=body)
    return accept_event(toolbox, event)


def add_file(toolbox: Toolbox, received: ReceivedDocument) -> CaseId:
    """Put a file into a case's chart and open the case again; one it holds already changes nothing.

    A case that was approved or sent keeps the file and is flagged: what left is not changed by it.
    """
    with toolbox.database.read() as transaction:
        case = case_store.get(transaction, received.case_id)
        held = case_records.file_digests(transaction, case.id)
        files = dict(case_records.files_of(transaction, case.id))
    if digest_of(received.content) in held:
        return case.id
    name = _free_name(received.name, files)
    if case.state not in WORKABLE:
        return _keep_late(toolbox, case.id, name, received.content)
    files[name] = received.content
    hand_over = read_hand_over(toolbox, [ChartFile(name=key, content=value) for key, value in sorted(files.items())])
    with toolbox.database.begin() as transaction:
        if case_records.file_digests(transaction, case.id) != held:
            raise Busy(f"Case {case.id}: another document arrived at the same time; try again.")
        case_records.put_files(transaction, case.id, {name: received.content}, toolbox.clock.now())
        return _again(toolbox, transaction, case, hand_over)


def _again(toolbox: Toolbox, transaction: Transaction, case: Case, hand_over: HandOver) -> CaseId:
    opened = open_from(toolbox, transaction, hand_over, case.order.reference).case_ids
    if opened != (case.id,):
        raise InputError(
            f"Case {case.id}: with the new document its order is read as another case; look at it by hand."
        )
    return case.id


def _keep_late(toolbox: Toolbox, case_id: CaseId, name: str, content: bytes) -> CaseId:
    with toolbox.database.begin() as transaction:
        case = case_store.get(transaction, case_id)
        case_records.put_files(transaction, case.id, {name: content}, toolbox.clock.now())
        _flag_late(toolbox, transaction, case, name)
    return case_id


def _free_name(name: str, taken: dict[str, bytes]) -> str:
    """The bare file name, numbered where another file has it."""
    bare = name.replace("\\", "/").rsplit("/", 1)[-1].strip() or "document"
    stem, dot, ending = bare.rpartition(".")
    numbered = (f"{stem} ({n}){dot}{ending}" if dot else f"{bare} ({n})" for n in range(2, len(taken) + 3))
    return bare if bare not in taken else next(one for one in numbered if one not in taken)


def _flag_late(toolbox: Toolbox, transaction: Transaction, case: Case, name: str) -> None:
    message = f"'{name}' arrived after the case was {case.state.replace('_', ' ')}; it is kept and was not sent."
    flags = (*case.flags, Flag(code="document_after_decision", message=message, source=name))
    case_store.save(transaction, case.model_copy(update={"flags": flags}), toolbox.clock.now())


def case_for_patient(toolbox: Toolbox, number: str, birth_date: str) -> CaseId:
    """The one open case of the patient who has this record or member number and this date of birth.

    Raises NotFound where there is none, InputError where there are several: a person then says which.
    """
    found = []
    with toolbox.database.read() as transaction:
        for summary in case_store.listing(transaction, WORKABLE):
            case = case_store.get(transaction, summary.id)
            numbers = {identifier.value for identifier in case.patient.identifiers}
            numbers |= {case.coverage.member_id} if case.coverage else set()
            if number in numbers and str(case.patient.birth_date) == birth_date:
                found.append(case.id)
    if len(found) > 1:
        raise InputError(f"{len(found)} open cases are of this patient; name the case_id")
    if not found:
        raise NotFound("No open case is of this patient.")
    return found[0]
