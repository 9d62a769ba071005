"""Resources of a hand-over to chart records and to documents that show every element."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cases.chart import ChartEntry, Coverage, Order, Party, Patient, Refusal
from cases.document import Document, DocumentKind
from cases.ids import DocumentId, digest_of
from formats.fhir.elements import name_words, person_names, strings, text_of
from formats.fhir.entries import ENTRY_TYPES, entries_from
from formats.fhir.modifiers import reversal_in
from formats.fhir.orders import ORDER_TYPES, is_order, order_from
from formats.fhir.parties import coverage_from, patient_from
from formats.fhir.references import References
from formats.fhir.rendering import Rendering, render
from formats.fhir.resource import ChartResource
from formats.notes.known_patients import KnownPatient, known_patient

PARTY_TYPES = ("Organization", "Practitioner", "PractitionerRole", "Location")
_TAKEN_TYPES = frozenset(("Patient", "Coverage", *PARTY_TYPES, *ORDER_TYPES, *ENTRY_TYPES))
_MEDIA_TYPE = "application/fhir+json"


@dataclass
class FhirRecords:
    """What the FHIR resources of one hand-over say, in the order of the files."""

    documents: list[Document] = field(default_factory=list)
    contents: dict[DocumentId, bytes] = field(default_factory=dict)
    patients: list[Patient] = field(default_factory=list)
    known: list[KnownPatient] = field(default_factory=list)
    coverages: list[Coverage] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    entries: list[ChartEntry] = field(default_factory=list)
    parties: list[Party] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


def records_of(resources: Sequence[ChartResource], references: References) -> FhirRecords:
    """Records and documents of resources that are valid and of which there is one for each Type/id."""
    records = FhirRecords()
    for resource in resources:
        rendering = render(resource.body, resource.type, resource.id)
        stated = _state(resource, references, rendering, records)
        records.documents.append(_document(resource, references, rendering, stated))
        records.contents[resource.document_id] = resource.content
    named = {resource.id: _other_names(resource) for resource in resources if resource.type == "Patient"}
    records.known = [known_patient(patient, records.coverages, named[patient.id]) for patient in records.patients]
    return records


def _state(
    resource: ChartResource, references: References, rendering: Rendering, records: FhirRecords
) -> ChartEntry | Order | None:
    """Take the resource's statements into the records; the one that dates its document, where there is one."""
    if resource.type not in _TAKEN_TYPES:
        return None
    reversal = reversal_in(resource)
    if reversal:
        records.refusals.append(_shown_only(resource, *reversal))
        return None
    if resource.type == "Patient":
        records.patients.append(patient_from(resource))
    elif resource.type == "Coverage":
        records.coverages.append(coverage_from(resource, references))
    elif resource.type in PARTY_TYPES:
        records.parties.append(references.as_party(resource.body, resource, resource.document_id))
    return _order_or_entry(resource, references, rendering, records)


def _order_or_entry(
    resource: ChartResource, references: References, rendering: Rendering, records: FhirRecords
) -> ChartEntry | Order | None:
    stated: ChartEntry | Order | None = None
    if is_order(resource):
        stated = order_from(resource, references)
        records.orders.append(stated)
    if resource.type in ENTRY_TYPES:
        entries = list(entries_from(resource, references, rendering.places))
        records.entries.extend(entries)
        stated = stated or entries[0]
    return stated


def _shown_only(resource: ChartResource, path: str, reason: str) -> Refusal:
    return Refusal(
        file=resource.file,
        pointer=resource.pointer,
        field=f"{resource.type}.{path}",
        reason=f"{reason}; it is shown but not used",
        fix="read the document itself, or correct the resource at its source",
    )


def _document(
    resource: ChartResource, references: References, rendering: Rendering, stated: ChartEntry | Order | None
) -> Document:
    dated = stated.effective if isinstance(stated, ChartEntry) else stated.authored_on if stated else None
    title = f"{resource.type} {stated.text}" if stated and stated.text else f"{resource.type} {resource.id}"
    return Document(
        id=resource.document_id,
        kind=DocumentKind.FHIR_RESOURCE,
        title=title,
        source=resource.source,
        media_type=_MEDIA_TYPE,
        digest=digest_of(resource.content),
        text=rendering.text,
        fields=rendering.fields(),
        patient_id=references.patient_id(resource),
        dated=dated,
    )


def _other_names(resource: ChartResource) -> list[tuple[str, str]]:
    names = person_names(resource.body)
    parts = [(text_of(name, "family"), " ".join(strings(name, "given"))) for name in names]
    whole = [name_words(name).rpartition(" ") for name in names if not text_of(name, "family")]
    return [*parts, *((family, given) for given, _, family in whole)]
