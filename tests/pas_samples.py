"""PAS requests for tests: three shapes of order, with and without a submitting organization. Invented people."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from cases.case import LineOfBusiness, PayerRef, Urgency
from cases.chart import Address, Coding, Coverage, CoverageClass, NamedIdentifier, Order, Party, Patient, Quantity
from cases.ids import CaseId, DocumentId, PatientId, PayerId, TenantId
from formats.pas.bundle import submission_namespace
from formats.pas.request import PasRequest
from formats.pas.systems import PLACE_OF_SERVICE

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
HCPCS_AS_SENT = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"

PATIENT = Patient(
    id=PatientId("p1"),
    document_id=DocumentId("Patient/p1"),
    family="Ångström",
    given=("Maja", "Lou"),
    birth_date=date(1950, 2, 3),
    gender="female",
    address=Address(line=("1 High St",), city="Reston", state="VA", postal_code="20190"),
    phone="703-555-0100",
)
COVERAGE = Coverage(
    id="c1",
    document_id=DocumentId("Coverage/c1"),
    status="active",
    beneficiary_id=PatientId("p1"),
    payors=(),
    member_id="M123456",
    relationship="self",
    classes=(CoverageClass(kind="plan", value="HMO-1", name="Gold"), CoverageClass(kind="group", value="G9")),
    starts=date(2026, 1, 1),
)
PAYER = PayerRef(
    id=PayerId("acme-ma"), name="Acme Medicare Advantage", line_of_business=LineOfBusiness.MEDICARE_ADVANTAGE
)
CLINICIAN = Party(reference="Practitioner/d1", name="Jane Betty Doe", npi="1122334455", phone="716-555-0199")
HOSPITAL = Party(
    reference="Organization/h1", name="St Anna Hospital", kind="Organization", npi="1234567893", phone="703-555-0000"
)
SUPPLIER = Party(reference="Organization/s1", name="Valley Home Oxygen", kind="Organization", npi="8189991234")


def device_order(**changes: Any) -> Order:
    fields = {
        "id": "o1",
        "resource_type": "DeviceRequest",
        "document_id": DocumentId("DeviceRequest/o1"),
        "status": "draft",
        "intent": "original-order",
        "codes": (Coding(system=HCPCS_AS_SENT, code="E0424", display="Stationary gaseous oxygen system, rental"),),
        "text": "",
        "patient_id": PatientId("p1"),
        "authored_on": date(2026, 10, 30),
        **changes,
    }
    return Order(**fields)


def service_order(**changes: Any) -> Order:
    fields = {
        "resource_type": "ServiceRequest",
        "codes": (Coding(system="http://www.ama-assn.org/go/cpt", code="70553"),),
        "intent": "order",
        "status": "active",
        "service_date": date(2026, 11, 20),
        "quantity": Quantity(value=Decimal("2"), unit="visit"),
        **changes,
    }
    return device_order(**fields)


def medication_order(**changes: Any) -> Order:
    fields = {
        "resource_type": "MedicationRequest",
        "codes": (
            Coding(system="http://www.nlm.nih.gov/research/umls/rxnorm", code="1657974"),
            Coding(system="http://hl7.org/fhir/sid/ndc", code="0777-3105-02"),
        ),
        "intent": "order",
        "service_date": date(2026, 11, 20),
        "service_end": date(2027, 2, 20),
        "quantity": Quantity(value=Decimal("1.5"), unit="mL"),
        **changes,
    }
    return device_order(**fields)


def request(case: str = "case-1", revision: int = 1, **changes: Any) -> PasRequest:
    """A complete request for home oxygen; `changes` replace fields."""
    fields = {
        "namespace": submission_namespace(TenantId("t"), CaseId(case), revision),
        "transaction": NamedIdentifier(system="urn:countersign:transaction", value=f"{case}.{revision}"),
        "created": AT,
        "patient": PATIENT,
        "coverage": COVERAGE,
        "payer": PAYER,
        "payer_identifiers": (NamedIdentifier(system="urn:oid:2.16.840.1.113883.6.300", value="12345"),),
        "order": device_order(),
        "requester": CLINICIAN,
        "diagnoses": (
            Coding(system="http://snomed.info/sct", code="13645005"),
            Coding(system="http://hl7.org/fhir/sid/icd-10-cm", code="J44.9"),
        ),
        "packet_pdf": PDF,
        "attachment_title": "Prior authorization packet",
        **changes,
    }
    return PasRequest(**fields)


OFFICE = Coding(system=PLACE_OF_SERVICE, code="11")
CHILD = {
    "coverage": COVERAGE.model_copy(update={"relationship": "child"}),
    "subscriber": PATIENT.model_copy(update={"given": ("Otto",)}),
}
SHAPES: dict[str, dict[str, Any]] = {
    "device": {},
    "device, hospital and supplier": {"organization": HOSPITAL, "performer": SUPPLIER},
    "device, expedited": {"urgency": Urgency.EXPEDITED},
    "service": {"order": service_order(), "place_of_service": OFFICE},
    "service, hospital": {
        "order": service_order(),
        "place_of_service": OFFICE,
        "organization": HOSPITAL,
    },
    "medication": {"order": medication_order()},
    "medication, hospital": {"order": medication_order(), "organization": HOSPITAL},
    "ordered by an organization": {"order": medication_order(), "requester": HOSPITAL},
    "insured through a parent": CHILD,
    "no diagnosis": {"diagnoses": ()},
    "requester performs it": {"performer": CLINICIAN},
    "performer nobody can name": {"performer": Party(reference="Practitioner/x", name="Dr X")},
    "another clinician performs it": {"performer": CLINICIAN.model_copy(update={"npi": "1234567893"})},
    "address of six lines": {
        "organization": HOSPITAL.model_copy(update={"address": Address(line=tuple("abcdef"), city="Reston")})
    },
    "half codings in the chart": {
        "order": medication_order(codes=(*medication_order().codes, Coding(system="", code="x"))),
        "coverage": COVERAGE.model_copy(
            update={"kind": (Coding(system="", code="HMO"),), "classes": (CoverageClass(kind="odd one", value="1"),)}
        ),
    },
}
"""Shapes of request that must all be valid."""
