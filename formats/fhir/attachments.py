"""Documents that FHIR resources carry: attachments wherever they stand, and Binary resources, as notes to read."""

import base64
import binascii
from collections.abc import Iterable, Iterator
from datetime import date

from cases.chart import Refusal
from formats.fhir.elements import child, concept_words, days_of, first_present, text_of, walk
from formats.fhir.references import References
from formats.fhir.resource import ChartResource
from formats.json_places import JsonObject, as_pointer
from formats.notes.documents import NoteSource

_PICTURES_OF_PEOPLE = "photo"
_WITHDRAWN = ("entered-in-error", "superseded")


def attachments_of(resources: Iterable[ChartResource], references: References) -> Iterator[NoteSource | Refusal]:
    """Each attached document, or why it is not read. A Binary that an attachment points to is read there."""
    pointed: set[str] = set()
    binaries = []
    for resource in resources:
        if resource.type == "Binary":
            binaries.append(resource)
            continue
        for path, part in walk(resource.body):
            if "contentType" in part and ("data" in part or "url" in part) and _PICTURES_OF_PEOPLE not in path:
                binary = references.find(text_of(part, "url"), resource) if "data" not in part else None
                if binary and binary.type == "Binary":
                    pointed.add(binary.document_id)
                yield _attachment(resource, path, part, binary, references)
    for binary in binaries:
        if binary.document_id not in pointed:
            yield _decoded(binary, "data", binary.body, references)


def _attachment(
    resource: ChartResource, path: str, part: JsonObject, binary: ChartResource | None, references: References
) -> NoteSource | Refusal:
    withdrawn = next((word for word in _statuses(resource) if word in _WITHDRAWN), "")
    if withdrawn:
        return _refused(resource, path, f"the document is {withdrawn}", "hand in the document that counts")
    if binary and binary.type == "Binary":
        return _decoded(resource, path, {**part, "data": binary.body.get("data")}, references)
    if "data" not in part:
        return _refused(
            resource, path, "its content lies at an address outside the hand-over", "hand in the document itself"
        )
    return _decoded(resource, path, part, references)


def _statuses(resource: ChartResource) -> tuple[str, str]:
    return text_of(resource.body, "status"), text_of(resource.body, "docStatus")


def _decoded(resource: ChartResource, path: str, part: JsonObject, references: References) -> NoteSource | Refusal:
    try:
        content = base64.b64decode(text_of(part, "data"))
    except (binascii.Error, ValueError):
        return _refused(resource, path, "its base64 content is damaged", "export the document again")
    return NoteSource(
        id=f"{resource.document_id}#{path}",
        title=_title(resource, part),
        file=resource.file,
        pointer=f"{resource.pointer}/{as_pointer(path)}",
        content=content,
        subject=references.patient_id(resource),
        dated=_dated(resource.body),
    )


def _title(resource: ChartResource, part: JsonObject) -> str:
    body = resource.body
    kind = concept_words(child(body, first_present(body, "type", "code")))
    return text_of(part, "title") or text_of(body, "description") or kind or resource.type


def _dated(body: JsonObject) -> date | None:
    """When the document is of: the care it tells of, else when it was made."""
    period = days_of(child(body, "context").get("period"))
    stated = days_of(body.get(first_present(body, "effectiveDateTime", "effectivePeriod", "date")))
    return period.on or stated.on


def _refused(resource: ChartResource, path: str, reason: str, fix: str) -> Refusal:
    return Refusal(
        file=resource.file, pointer=resource.pointer, field=f"{resource.type}.{path}", reason=reason, fix=fix
    )
