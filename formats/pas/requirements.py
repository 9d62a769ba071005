"""What a request must have before it is written: all that is missing is named at once, with what would mend it."""

import re
from collections.abc import Iterator

from cases.chart import Party, Patient
from cases.errors import InputError
from formats.pas import codes
from formats.pas.order import LIVE_STATUS, MEDICATION_STATUS, ORDER_INTENTS, line_codings
from formats.pas.parties import is_organization, name_parts
from formats.pas.request import PasRequest
from formats.pas.systems import ICD_10_CM

_GENDERS = ("male", "female", "other", "unknown")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")

Problem = tuple[str, str]
"""The element, and what would mend it."""


def require_complete(request: PasRequest) -> None:
    """Raise InputError that names each element which PAS needs and the request lacks."""
    problems = [
        *_patient_problems("Patient", request.patient),
        *_coverage_problems(request),
        *_order_problems(request),
        *_line_problems(request),
        *_party_problems(request),
        *_packet_problems(request),
    ]
    if problems:
        raise InputError(
            "The PAS request cannot be written: " + "; ".join(f"{element} ({fix})" for element, fix in problems)
        )


def _patient_problems(role: str, patient: Patient) -> Iterator[Problem]:
    if not patient.family.strip() and not any(given.strip() for given in patient.given):
        yield f"{role}.name", "give the family or given name"
    if patient.gender not in _GENDERS:
        yield f"{role}.gender", "give the administrative gender: male, female, other or unknown"
    if patient.birth_date is None:
        yield f"{role}.birthDate", "give the full date of birth"


def _coverage_problems(request: PasRequest) -> Iterator[Problem]:
    coverage = request.coverage
    if not coverage.member_id.strip():
        yield "Coverage.identifier", "give the member id: Coverage.subscriberId or an identifier of type MB"
    if coverage.status != "active":
        yield "Coverage.status", f"the coverage is '{coverage.status}', PAS takes an active one"
    if coverage.beneficiary_id != request.patient.id:
        yield "Coverage.beneficiary", "the coverage must name this patient"
    if not coverage.relationship.strip():
        yield "Coverage.relationship", "give the patient's relationship to the subscriber"
    elif not request.is_for_subscriber and request.subscriber is None:
        yield "Coverage.subscriber", "give the subscriber: the patient is insured through another person"
    if request.subscriber is not None and not request.is_for_subscriber:
        yield from _patient_problems("Coverage.subscriber", request.subscriber)
    if not _ADDRESS.fullmatch(request.member_identifier.system):
        yield "Coverage.identifier.system", "the member id's system must be an absolute address"
    if not request.payer.name.strip():
        yield "Organization.name", "give the insurer's name"


def _order_problems(request: PasRequest) -> Iterator[Problem]:
    order, kind = request.order, request.order.resource_type
    if kind not in ("DeviceRequest", "ServiceRequest", "MedicationRequest"):
        yield kind, "PAS is written for DeviceRequest, ServiceRequest and MedicationRequest; send this one by hand"
        return
    if order.patient_id != request.patient.id:
        yield f"{kind}.subject", "the order must name this patient"
    if order.intent not in ORDER_INTENTS:
        yield f"{kind}.intent", f"'{order.intent}' is not an order"
    if order.status not in (MEDICATION_STATUS if kind == "MedicationRequest" else LIVE_STATUS):
        yield f"{kind}.status", f"an order that is '{order.status}' is not asked for"
    if order.service_end is not None and order.service_date is not None and order.service_end < order.service_date:
        yield f"{kind}.occurrence", "the service ends before it starts"
    if order.quantity is not None and order.quantity.comparator:
        yield f"{kind}.quantity", "give an exact quantity"


def _line_problems(request: PasRequest) -> Iterator[Problem]:
    if not line_codings(request.order):
        yield "Claim.item.productOrService", "give the order an HCPCS, CPT or NDC code, or a stay its revenue code"
    if request.filed_service_type is None:
        yield "Claim.item.category", "give service_type (X12 1365)"
    if request.filed_place is None:
        yield (
            "Claim.item.location[x]",
            "give ServiceRequest.locationCode: the CMS place of service has no default here",
        )
    if request.diagnoses and not codes.codings_in(request.diagnoses, (ICD_10_CM,)):
        yield "Claim.diagnosis", "give the ICD-10-CM code of a condition"


def _party_problems(request: PasRequest) -> Iterator[Problem]:
    organization = request.organization
    if organization is not None and not organization.name.strip():
        yield "Organization.name", "give the submitting organization's name"
    yield from _clinician_problems("requester", request.requester)
    for role, party in (("organization", organization), ("requester", request.requester)):
        if party is not None and is_organization(party) and party.npi and not codes.npi_well_formed(party.npi):
            yield f"Organization.identifier ({role})", "the NPI is not ten digits"
    for named in (request.transaction, *request.payer_identifiers):
        if not _ADDRESS.fullmatch(named.system) or not named.value.strip():
            yield "Claim.identifier or insurer identifier", "give an absolute system and a value"


def _clinician_problems(role: str, party: Party) -> Iterator[Problem]:
    if is_organization(party):
        if not party.name.strip():
            yield f"Organization.name ({role})", "give the organization's name"
        return
    if not codes.npi_well_formed(party.npi):
        yield f"Practitioner.identifier ({role})", "give the clinician's NPI, ten digits"
    if not name_parts(party)[0]:
        yield f"Practitioner.name ({role})", "give the clinician's name"


def can_be_named(party: Party) -> bool:
    """Whether PAS can name a performer: NPI and name of a clinician, or an organization's name."""
    broken = is_organization(party) and bool(party.npi) and not codes.npi_well_formed(party.npi)
    return not broken and not list(_clinician_problems("", party))


def _packet_problems(request: PasRequest) -> Iterator[Problem]:
    if not request.packet_pdf.startswith(b"%PDF-"):
        yield "DocumentReference.content.attachment.data", "the packet is not a PDF"
    if not request.attachment_title.strip():
        yield "DocumentReference.content.attachment.title", "give the packet a title"
