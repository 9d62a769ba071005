"""A chart as typed records: what formats read out of FHIR and files, and the only shape the agents see."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field as PydanticField

from cases.document import Document
from cases.frozen import Frozen
from cases.ids import DocumentId, PatientId


class Coding(Frozen):
    """One code: `system` is the FHIR system URI, `code` the code, `display` the sender's own words."""

    system: str
    code: str
    display: str = ""


class Quantity(Frozen):
    """A measured amount in the sender's unit (UCUM code where the sender gives one)."""

    value: Decimal
    unit: str
    comparator: str = ""


class NamedIdentifier(Frozen):
    """A business identifier: `kind` is the v2-0203 type (MR, MB, NPI …) or empty."""

    system: str
    value: str
    kind: str = ""


class Address(Frozen):
    """A postal address; only what the sender gave."""

    line: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postal_code: str = ""


class Patient(Frozen):
    """The person the chart is about."""

    id: PatientId
    document_id: DocumentId
    family: str
    given: tuple[str, ...]
    birth_date: date | None
    gender: str
    identifiers: tuple[NamedIdentifier, ...] = ()
    address: Address = Address()
    phone: str = ""

    @property
    def full_name(self) -> str:
        return " ".join((*self.given, self.family)).strip()


class Party(Frozen):
    """A practitioner, role or organization that an order or coverage refers to.

    `reference` is the literal reference (`Practitioner/pra1234`), empty where the sender gave words only.
    `family` and `given` only where the sender gave the parts of a person's name.
    """

    reference: str = ""
    name: str
    document_id: DocumentId | None = None
    kind: str = ""
    npi: str = ""
    identifiers: tuple[NamedIdentifier, ...] = ()
    address: Address = Address()
    phone: str = ""
    family: str = ""
    given: tuple[str, ...] = ()


class CoverageClass(Frozen):
    """A class of a coverage: `kind` is group, plan, …; `value` and `name` as sent."""

    kind: str
    value: str
    name: str = ""


class Coverage(Frozen):
    """An insurance coverage as sent; which payer it is, the payer directory decides."""

    id: str
    document_id: DocumentId
    status: str
    beneficiary_id: PatientId | None
    payors: tuple[Party, ...]
    member_id: str = ""
    relationship: str = ""
    kind: tuple[Coding, ...] = ()
    classes: tuple[CoverageClass, ...] = ()
    starts: date | None = None
    ends: date | None = None


class Order(Frozen):
    """An order (DeviceRequest, ServiceRequest, MedicationRequest, NutritionOrder) as sent.

    `places` are the codes of where the service is to be given.
    """

    id: str
    resource_type: str
    document_id: DocumentId
    status: str
    intent: str
    codes: tuple[Coding, ...]
    text: str
    patient_id: PatientId | None
    authored_on: date | None
    service_date: date | None = None
    service_end: date | None = None
    priority: str = ""
    quantity: Quantity | None = None
    requester: Party | None = None
    performer: Party | None = None
    coverage_ids: tuple[str, ...] = ()
    reasons: tuple[Coding, ...] = ()
    body_sites: tuple[Coding, ...] = ()
    places: tuple[Coding, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        return f"{self.resource_type}/{self.id}"


class ChartEntry(Frozen):
    """One structured clinical statement: an Observation, Condition, Procedure, medication, report or encounter.

    Dates are as stated: `effective` when it was true or done, `issued` when it was made known. A component of
    an Observation is an entry of its own whose `part_of` is the parent's document id. `value_span` and
    `code_span` are code points of the rendered document text; the fields of the document place the rest.
    """

    resource_type: str
    resource_id: str
    document_id: DocumentId
    patient_id: PatientId | None
    codes: tuple[Coding, ...]
    text: str
    status: str = ""
    verification: str = ""
    effective: date | None = None
    effective_end: date | None = None
    issued: date | None = None
    quantity: Quantity | None = None
    value_codes: tuple[Coding, ...] = ()
    value_text: str = ""
    categories: tuple[Coding, ...] = ()
    body_sites: tuple[Coding, ...] = ()
    methods: tuple[Coding, ...] = ()
    reasons: tuple[Coding, ...] = ()
    notes: tuple[str, ...] = ()
    performers: tuple[Party, ...] = ()
    requester: Party | None = None
    encounter_id: str = ""
    part_of: DocumentId | None = None
    code_span: tuple[int, int] | None = None
    value_span: tuple[int, int] | None = None


class Refusal(Frozen):
    """A file or resource that was not used: which, where in it, why, and what would mend it."""

    file: str
    pointer: str = ""
    field: str = ""
    reason: str
    fix: str = ""


class Chart(Frozen):
    """Everything read out of the files of one hand-over; may hold several patients."""

    documents: tuple[Document, ...] = ()
    patients: tuple[Patient, ...] = ()
    coverages: tuple[Coverage, ...] = ()
    orders: tuple[Order, ...] = ()
    entries: tuple[ChartEntry, ...] = ()
    parties: tuple[Party, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    read_at: datetime | None = PydanticField(default=None)

    def document(self, document_id: DocumentId) -> Document | None:
        return next((document for document in self.documents if document.id == document_id), None)

    def for_patient(self, patient_id: PatientId) -> "Chart":
        """Without what names another patient. What names nobody stays; as evidence it settles nothing."""
        own = (patient_id, None)
        return self.model_copy(
            update={
                "documents": tuple(item for item in self.documents if item.patient_id in own),
                "patients": tuple(item for item in self.patients if item.id == patient_id),
                "coverages": tuple(item for item in self.coverages if item.beneficiary_id == patient_id),
                "orders": tuple(item for item in self.orders if item.patient_id == patient_id),
                "entries": tuple(item for item in self.entries if item.patient_id in own),
            }
        )
