"""Patients, coverages and parties of a chart from their FHIR resources."""

from cases.chart import Coverage, CoverageClass, Patient
from cases.ids import PatientId
from formats.fhir.elements import (
    address_of,
    all_codings,
    child,
    children,
    concept_words,
    days_of,
    full_date,
    identifiers_of,
    person_names,
    phone_of,
    strings,
    text_of,
)
from formats.fhir.references import References
from formats.fhir.resource import ChartResource

MEMBER_NUMBER = "MB"
"""v2-0203 code of a member number."""


def patient_from(resource: ChartResource) -> Patient:
    """The patient with the name of official use; a birth date stated to the day, else none."""
    body = resource.body
    name = next(iter(person_names(body)), {})
    return Patient(
        id=PatientId(resource.id),
        document_id=resource.document_id,
        family=text_of(name, "family") or (text_of(name, "text") if not strings(name, "given") else ""),
        given=strings(name, "given"),
        birth_date=full_date(body, "birthDate"),
        gender=text_of(body, "gender"),
        identifiers=identifiers_of(body),
        address=address_of(body),
        phone=phone_of(body),
    )


def coverage_from(resource: ChartResource, references: References) -> Coverage:
    """The coverage as sent; the member number is the subscriber's, else the coverage's own identifier."""
    body = resource.body
    period = days_of(body.get("period"))
    identifiers = identifiers_of(body)
    own_number = next((item.value for item in identifiers if item.kind == MEMBER_NUMBER), "")
    payors = (references.party(item, resource) for item in children(body, "payor"))
    return Coverage(
        id=resource.id,
        document_id=resource.document_id,
        status=text_of(body, "status"),
        beneficiary_id=references.named_patient(child(body, "beneficiary"), resource),
        payors=tuple(payor for payor in payors if payor),
        member_id=text_of(body, "subscriberId") or own_number or next((item.value for item in identifiers), ""),
        relationship=next((coding.code for coding in all_codings(body, "relationship")), ""),
        kind=all_codings(body, "type"),
        classes=tuple(
            CoverageClass(
                kind=next((coding.code for coding in all_codings(item, "type")), concept_words(child(item, "type"))),
                value=text_of(item, "value"),
                name=text_of(item, "name"),
            )
            for item in children(body, "class")
        ),
        starts=period.on,
        ends=period.until,
    )
