"""What workers do for each kind of job: carry an event out, take a case on, act on a timer."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass

from agents.casework.denial_timers import act_on_denial_timer
from agents.casework.documents import ReceivedDocument, add_file, case_for_patient
from agents.casework.opening import open_from, read_hand_over
from agents.casework.payer_answers import take_answer
from agents.casework.timers import act_on_timer
from agents.casework.working import advance_case, open_graph
from agents.toolbox import Toolbox
from cases.errors import InputError
from cases.ids import CaseId
from formats.chart_files import ChartFile
from runtime import inbox
from runtime.inbox import IncomingEvent
from runtime.job_worker import Handler

Json = dict[str, object]


def handlers(toolbox: Toolbox) -> Mapping[str, Handler]:
    """The handler of each kind of job; a worker registers them before it launches."""
    return {
        "process_event": lambda receipt_id: process_event(toolbox, receipt_id),
        "work_case": lambda case_id: _advance(toolbox, (CaseId(case_id),)),
        "timer": lambda timer_id: act_on_timer(toolbox, timer_id),
        "denial_timer": lambda timer_id: act_on_denial_timer(toolbox, timer_id),
    }


def process_event(toolbox: Toolbox, receipt_id: str) -> None:
    """Carry an event out: open or join cases, add a document, or take a payer's answer; then let the cases go on.

    Raises InputError for a body that cannot be used, NotFound where it belongs to no case. Doing it again
    changes nothing.
    """
    with toolbox.database.read() as transaction:
        event, _ = inbox.get(transaction, receipt_id)
    content = _content(event)
    if event.kind == "order.created":
        _advance(toolbox, _open(toolbox, content, receipt_id))
    elif event.kind == "document.received":
        _advance(toolbox, (add_file(toolbox, _document(toolbox, content)),))
    else:
        take_answer(toolbox, content.fhir)


def _advance(toolbox: Toolbox, case_ids: tuple[CaseId, ...]) -> None:
    with open_graph(toolbox) as graph:
        for case_id in case_ids:
            advance_case(toolbox, graph, case_id)


@dataclass(frozen=True)
class _Content:
    """The body's data, and the FHIR inside it as bytes, where there is any."""

    data: Json
    fhir: bytes


def _content(event: IncomingEvent) -> _Content:
    """The data of a Standard Webhooks payload {type, timestamp, data}, or of a bare FHIR resource."""
    try:
        body = json.loads(event.body)
    except (ValueError, RecursionError) as error:
        raise InputError(f"event {event.kind}: the body is not JSON (send {{type, timestamp, data}})") from error
    if not isinstance(body, dict):
        raise InputError(f"event {event.kind}: the body is not a JSON object")
    if "resourceType" in body:
        return _Content(data={}, fhir=event.body)
    data = body.get("data")
    if not isinstance(data, dict):
        raise InputError(f"event {event.kind}: data: missing (send {{type, timestamp, data}})")
    resource = data if "resourceType" in data else data.get("resource")
    return _Content(data=data, fhir=json.dumps(resource).encode() if isinstance(resource, dict) else b"")


def _open(toolbox: Toolbox, content: _Content, receipt_id: str) -> tuple[CaseId, ...]:
    if not content.fhir:
        raise InputError("event order.created: data.resource: no FHIR resource or Bundle")
    order = content.data.get("order")
    file = ChartFile(name=f"{receipt_id}.json", content=content.fhir)
    hand_over = read_hand_over(toolbox, [file])
    with toolbox.database.begin() as transaction:
        return open_from(toolbox, transaction, hand_over, order if isinstance(order, str) else None).case_ids


def _document(toolbox: Toolbox, content: _Content) -> ReceivedDocument:
    data = content.data
    name, encoded = data.get("name"), data.get("content")
    if not isinstance(name, str) or not isinstance(encoded, str):
        raise InputError("event document.received: data: needs name and content (base64)")
    try:
        return ReceivedDocument(_addressed(toolbox, data), name, base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError) as error:
        raise InputError("event document.received: data.content: is not base64") from error


def _addressed(toolbox: Toolbox, data: Json) -> CaseId:
    """The case named, else that of the patient named by record or member number and date of birth."""
    if isinstance(data.get("case_id"), str):
        return CaseId(str(data["case_id"]))
    patient = data.get("patient")
    if isinstance(patient, dict) and isinstance(patient.get("number"), str) and patient.get("birth_date"):
        return case_for_patient(toolbox, str(patient["number"]), str(patient["birth_date"]))
    raise InputError("event document.received: data: needs case_id, or patient {number, birth_date}")
