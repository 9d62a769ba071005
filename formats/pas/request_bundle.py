"""The exact bytes of a PAS 2.2.1 request (profile-pas-request-bundle)."""

import base64
from typing import Final

from cases.case import Urgency
from cases.chart import Coding, Party
from formats.pas import codes
from formats.pas.bundle import BundleDraft, Json, concept, identifier, instant
from formats.pas.order import line_codings, order_reference, quantity_json, revenue_codings
from formats.pas.parties import (
    coverage_resource,
    insurer_resource,
    party_reference,
    patient_resource,
    provider_reference,
)
from formats.pas.request import PasRequest
from formats.pas.requirements import can_be_named, require_complete
from formats.pas.systems import HL7, ICD_10_CM, PAS_CODES, PROFILE

_NOTE_CATEGORY: Final = Coding(
    system="http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category", code="clinical-note"
)


def write_request(request: PasRequest) -> bytes:
    """The bundle's bytes: the same request gives the same bytes.

    Raises InputError that names every missing resource and element with what would mend it. Nothing is invented.
    """
    require_complete(request)
    draft = BundleDraft(request.namespace)
    claim = _claim(draft, request)
    return draft.to_bytes(PROFILE + "profile-pas-request-bundle", request.transaction, request.created, claim)


def _claim(draft: BundleDraft, request: PasRequest) -> Json:
    patient = draft.add("patient", patient_resource(request.patient, request.member_identifier, "profile-beneficiary"))
    insurer = draft.add("insurer", insurer_resource(request.payer, request.payer_identifiers))
    coverage = draft.add("coverage", coverage_resource(request, draft, patient, insurer))
    provider = provider_reference(draft, request.requester, request.organization)
    team = _care_team(draft, request)
    order = order_reference(draft, request, patient)
    packet = draft.add("packet", _packet(request, patient))
    diagnoses = _diagnoses(request)
    return {
        "resourceType": "Claim",
        "meta": {"profile": [PROFILE + "profile-claim"]},
        **_level_of_service(request),
        "identifier": [identifier(request.transaction)],
        "status": "active",
        "type": concept(request.claim_type),
        "use": "preauthorization",
        "patient": patient,
        "created": instant(request.created),
        "insurer": insurer,
        "provider": provider,
        "priority": concept(_priority(request)),
        "careTeam": team,
        "supportingInfo": [_supporting(request, packet)],
        **({"diagnosis": diagnoses} if diagnoses else {}),
        "insurance": [{"sequence": 1, "focal": True, "coverage": coverage}],
        "item": [_item(request, order, len(team), len(diagnoses))],
    }


def _priority(request: PasRequest) -> Coding:
    code = "stat" if request.urgency is Urgency.EXPEDITED else "normal"
    return Coding(system=HL7 + "processpriority", code=code)


def _level_of_service(request: PasRequest) -> Json:
    if request.urgency is not Urgency.EXPEDITED:
        return {}
    return {"extension": [_coded("extension-levelOfServiceCode", codes.LEVEL_URGENT.coding)]}


def _diagnoses(request: PasRequest) -> list[Json]:
    found = codes.codings_in(request.diagnoses, (ICD_10_CM,))
    return [{"sequence": number, "diagnosisCodeableConcept": concept(coding)} for number, coding in enumerate(found, 1)]


def _care_team(draft: BundleDraft, request: PasRequest) -> list[Json]:
    """The clinician who asks, for the whole claim; whoever else performs it and can be named, for the line."""
    requester = party_reference(draft, request.requester, request.organization)
    team = [_member(1, requester, whole_claim=True)]
    performer = request.performer
    if performer is not None and can_be_named(performer) and not _same(performer, request.requester):
        team.append(_member(2, party_reference(draft, performer, None), whole_claim=False))
    return team


def _same(one: Party, other: Party) -> bool:
    return one.npi == other.npi if one.npi else bool(one.reference) and one.reference == other.reference


def _member(number: int, provider: Json, *, whole_claim: bool) -> Json:
    scope = {"url": PROFILE + "extension-careTeamClaimScope", "valueBoolean": whole_claim}
    return {"extension": [scope], "sequence": number, "provider": provider}


def _item(request: PasRequest, order: Json, team: int, diagnoses: int) -> Json:
    place, category = request.filed_place, request.filed_service_type
    revenue = revenue_codings(request.order)
    return {
        "extension": [
            _coded("extension-serviceItemRequestType", request.filed_category),
            _coded("extension-certificationType", request.certification_type),
            {"url": PROFILE + "extension-requestedService", "valueReference": order},
        ],
        "sequence": 1,
        "careTeamSequence": list(range(1, team + 1)),
        **({"diagnosisSequence": list(range(1, diagnoses + 1))} if diagnoses else {}),
        "informationSequence": [1],
        **({"category": concept(category)} if category else {}),
        **({"revenue": concept(*revenue)} if revenue else {}),
        "productOrService": concept(*line_codings(request.order)),
        **_serviced(request),
        **({"locationCodeableConcept": concept(place)} if place else {}),
        **({"quantity": quantity_json(request.order.quantity)} if request.order.quantity else {}),
    }


def _serviced(request: PasRequest) -> Json:
    start, end = request.order.service_date, request.order.service_end
    if start is None:
        return {}
    if end is None:
        return {"servicedDate": start.isoformat()}
    return {"servicedPeriod": {"start": start.isoformat(), "end": end.isoformat()}}


def _supporting(request: PasRequest, packet: Json) -> Json:
    about = [
        {"url": "reportTypeCode", "valueCodeableConcept": concept(request.report_type)},
        {"url": "transmissionMethod", "valueCodeableConcept": concept(codes.TRANSMISSION.coding)},
        {"url": "description", "valueString": request.attachment_title.strip()},
    ]
    return {
        "extension": [{"extension": about, "url": PROFILE + "extension-documentInformation"}],
        "sequence": 1,
        "category": concept(Coding(system=PAS_CODES, code="additionalInformation")),
        "valueReference": packet,
    }


def _packet(request: PasRequest, patient: Json) -> Json:
    attachment = {
        "contentType": "application/pdf",
        "data": base64.b64encode(request.packet_pdf).decode("ascii"),
        "title": request.attachment_title.strip(),
    }
    return {
        "resourceType": "DocumentReference",
        "meta": {"profile": [PROFILE + "profile-documentreference"]},
        "status": "current",
        "type": concept(request.attachment_type),
        "category": [concept(_NOTE_CATEGORY)],
        "subject": patient,
        "date": instant(request.created),
        "content": [{"attachment": attachment}],
    }


def _coded(name: str, coding: Coding) -> Json:
    return {"url": PROFILE + name, "valueCodeableConcept": concept(coding)}
