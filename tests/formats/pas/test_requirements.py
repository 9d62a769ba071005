"""What is missing is refused by name, everything at once, and never made up."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cases.chart import Coding, NamedIdentifier, Quantity
from cases.errors import InputError
from formats.pas.request_bundle import write_request
from tests import pas_samples as samples

SNOMED = (Coding(system="http://snomed.info/sct", code="426990007"),)


def patient(**changes: Any) -> dict[str, Any]:
    return {"patient": samples.PATIENT.model_copy(update=changes)}


def coverage(**changes: Any) -> dict[str, Any]:
    return {"coverage": samples.COVERAGE.model_copy(update=changes)}


def clinician(**changes: Any) -> dict[str, Any]:
    return {"requester": samples.CLINICIAN.model_copy(update=changes)}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no name": (patient(family="", given=(" ",)), "Patient.name"),
    "no gender": (patient(gender=""), "Patient.gender"),
    "gender of no code": (patient(gender="F"), "Patient.gender"),
    "no birth date": (patient(birth_date=None), "Patient.birthDate"),
    "no member id": (coverage(member_id=" "), "Coverage.identifier"),
    "coverage ended": (coverage(status="cancelled"), "Coverage.status"),
    "coverage of another": (coverage(beneficiary_id="p2"), "Coverage.beneficiary"),
    "coverage of nobody": (coverage(beneficiary_id=None), "Coverage.beneficiary"),
    "no relationship": (coverage(relationship=""), "Coverage.relationship"),
    "child without subscriber": (coverage(relationship="child"), "Coverage.subscriber"),
    "member id system of no address": ({"member_id_system": "members"}, "Coverage.identifier.system"),
    "insurer without a name": (
        {"payer": samples.PAYER.model_copy(update={"name": ""})},
        "Organization.name",
    ),
    "no NPI": (clinician(npi=""), "Practitioner.identifier"),
    "NPI of nine digits": (clinician(npi="112233445"), "Practitioner.identifier"),
    "NPI in other digits": (clinician(npi="١١٢٢٣٣٤٤٥٥"), "Practitioner.identifier"),
    "clinician without a name": (clinician(name=""), "Practitioner.name"),
    "hospital NPI broken": (
        {"organization": samples.HOSPITAL.model_copy(update={"npi": "12"})},
        "Organization.identifier",
    ),
    "diet order": ({"order": samples.device_order(resource_type="NutritionOrder")}, "NutritionOrder"),
    "order for another": ({"order": samples.device_order(patient_id="p2")}, "DeviceRequest.subject"),
    "a plan, not an order": ({"order": samples.device_order(intent="plan")}, "DeviceRequest.intent"),
    "order revoked": ({"order": samples.device_order(status="revoked")}, "DeviceRequest.status"),
    "drug order stopped": ({"order": samples.medication_order(status="stopped")}, "MedicationRequest.status"),
    "drug order completed": ({"order": samples.medication_order(status="completed")}, "MedicationRequest.status"),
    "ends before it starts": (
        {"order": samples.device_order(service_date=date(2026, 2, 1), service_end=date(2026, 1, 1))},
        "DeviceRequest.occurrence",
    ),
    "about three": (
        {"order": samples.device_order(quantity=Quantity(value=Decimal(3), unit="", comparator=">"))},
        "DeviceRequest.quantity",
    ),
    "order in SNOMED only": ({"order": samples.device_order(codes=SNOMED)}, "Claim.item.productOrService"),
    "service of no place": ({"order": samples.service_order()}, "Claim.item.location[x]"),
    "diagnosis in SNOMED only": ({"diagnoses": SNOMED}, "Claim.diagnosis"),
    "packet that is no PDF": ({"packet_pdf": b"PK\x03\x04"}, "DocumentReference.content.attachment.data"),
    "no packet": ({"packet_pdf": b""}, "DocumentReference.content.attachment.data"),
    "packet without a title": ({"attachment_title": " "}, "DocumentReference.content.attachment.title"),
    "transaction without a system": (
        {"transaction": NamedIdentifier(system="", value="1")},
        "Claim.identifier",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_missing_is_named_with_its_fix(name: str) -> None:
    changes, element = REFUSED[name]
    with pytest.raises(InputError) as refused:
        write_request(samples.request(**changes))
    assert element in refused.value.message
    assert refused.value.message.count("(") >= 1


def test_everything_missing_is_named_at_once() -> None:
    with pytest.raises(InputError) as refused:
        write_request(samples.request(**patient(gender=""), **coverage(member_id=""), **clinician(npi="")))
    for element in ("Patient.gender", "Coverage.identifier", "Practitioner.identifier"):
        assert element in refused.value.message


def test_the_refusal_names_no_person() -> None:
    with pytest.raises(InputError) as refused:
        write_request(samples.request(**patient(gender="")))
    for secret in (samples.PATIENT.family, samples.COVERAGE.member_id, samples.CLINICIAN.name):
        assert secret not in refused.value.message


@pytest.mark.parametrize(
    "changes",
    [
        clinician(phone="") | {"organization": samples.HOSPITAL},
        clinician(phone=""),
        {"performer": samples.SUPPLIER.model_copy(update={"npi": "", "phone": ""})},
        {"performer": samples.CLINICIAN.model_copy(update={"npi": ""})},
        {"order": samples.device_order(status="completed")},
        {"order": samples.device_order(intent="reflex-order")},
    ],
    ids=[
        "the hospital's telephone serves",
        "nobody gave a telephone",
        "a supplier needs a name only",
        "a performer nobody can name",
        "a fulfilled order",
        "a reflex order",
    ],
)
def test_what_looks_like_a_gap_and_is_none_is_written(changes: dict[str, Any]) -> None:
    assert write_request(samples.request(**changes)).startswith(b"{")
