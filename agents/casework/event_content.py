"""The body of an event from outside, read into typed content. Whatever stands in it is a stranger's word."""

import base64
import binascii
import json
from dataclasses import dataclass

from cases.errors import InputError
from cases.ids import CaseId
from formats.chart_files import ChartFile
from runtime.inbox import IncomingEvent

ORDER_FILE = "order-event.json"
"""The name of an order's FHIR in its case: a newer version of the order takes the older one's place."""
Json = dict[str, object]


@dataclass(frozen=True)
class PatientNamed:
    """A patient as another system names one: a record or member number, and the date of birth."""

    number: str
    birth_date: str


@dataclass(frozen=True)
class DocumentContent:
    """A document, the name it has in the chart, and whom it is for: a case, or a patient's."""

    name: str
    content: bytes
    addressee: CaseId | PatientNamed


@dataclass(frozen=True)
class OrderContent:
    """A chart with orders in it; `order` where only one of them is meant."""

    files: tuple[ChartFile, ...]
    order: str | None


def order_content(event: IncomingEvent) -> OrderContent:
    """The files of an order.created: one FHIR resource or Bundle, or files by name. Raises InputError."""
    data, fhir = _content(event)
    order = data.get("order")
    files = (ChartFile(name=ORDER_FILE, content=fhir),) if fhir else _files(data)
    return OrderContent(files=files, order=order if isinstance(order, str) else None)


def document_content(event: IncomingEvent) -> DocumentContent:
    """The document of a document.received. Raises InputError."""
    data, _ = _content(event)
    name, encoded = data.get("name"), data.get("content")
    if not isinstance(name, str) or not isinstance(encoded, str):
        raise InputError("event document.received: data: needs name and content (base64)")
    return DocumentContent(name, _decoded(encoded, "document.received: data.content"), _addressee(data))


def answer_content(event: IncomingEvent) -> bytes:
    """The FHIR of a payer.decision. Raises InputError."""
    _, fhir = _content(event)
    if not fhir:
        raise InputError("event payer.decision: data.resource: no FHIR resource or Bundle")
    return fhir


def _content(event: IncomingEvent) -> tuple[Json, bytes]:
    """The data of a Standard Webhooks payload {type, timestamp, data} and the FHIR in it; or a bare FHIR resource."""
    try:
        body = json.loads(event.body)
    except (ValueError, RecursionError) as error:
        raise InputError(f"event {event.kind}: the body is not JSON (send {{type, timestamp, data}})") from error
    if not isinstance(body, dict):
        raise InputError(f"event {event.kind}: the body is not a JSON object")
    if "resourceType" in body:
        return {}, event.body
    data = body.get("data")
    if not isinstance(data, dict):
        raise InputError(f"event {event.kind}: data: missing (send {{type, timestamp, data}})")
    resource = data if "resourceType" in data else data.get("resource")
    return data, json.dumps(resource).encode() if isinstance(resource, dict) else b""


def _files(data: Json) -> tuple[ChartFile, ...]:
    given = data.get("files")
    if not isinstance(given, list) or not given:
        raise InputError("event order.created: data.resource: no FHIR resource or Bundle")
    files = tuple(_file(one, f"order.created: data.files[{number}]") for number, one in enumerate(given))
    if len({file.name for file in files}) < len(files):
        raise InputError("event order.created: data.files: two have the same name; name each once")
    return files


def _file(given: object, place: str) -> ChartFile:
    name, encoded = (given.get("name"), given.get("content")) if isinstance(given, dict) else (None, None)
    if not isinstance(name, str) or not name or not isinstance(encoded, str):
        raise InputError(f"event {place}: needs name and content (base64)")
    return ChartFile(name=name, content=_decoded(encoded, f"{place}.content"))


def _decoded(encoded: str, place: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"event {place}: is not base64") from error


def _addressee(data: Json) -> CaseId | PatientNamed:
    if isinstance(data.get("case_id"), str):
        return CaseId(str(data["case_id"]))
    patient = data.get("patient")
    number, birth_date = (patient.get("number"), patient.get("birth_date")) if isinstance(patient, dict) else ("", "")
    if isinstance(number, str) and isinstance(birth_date, str) and number and birth_date:
        return PatientNamed(number, birth_date)
    raise InputError("event document.received: data: needs case_id, or patient {number, birth_date}")
