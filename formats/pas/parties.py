"""The people and organizations of a request as PAS resources: patient, insurer, requester, performer, coverage."""

from cases.case import PayerRef
from cases.chart import Address, Coding, CoverageClass, NamedIdentifier, Party, Patient
from formats.pas import codes
from formats.pas.bundle import BundleDraft, Json, concept, identifier
from formats.pas.request import PasRequest
from formats.pas.systems import HL7, NPI, PROFILE

_MOST_LINES = 4


def patient_resource(patient: Patient, member: NamedIdentifier, profile: str) -> Json:
    """The beneficiary or subscriber, found by the payer through the member id (standards §1.3)."""
    resource: Json = {
        "resourceType": "Patient",
        "meta": {"profile": [PROFILE + profile]},
        "identifier": [identifier(member)],
        "name": [_present(family=patient.family.strip(), given=[g for g in patient.given if g.strip()])],
        "telecom": _phone(patient.phone),
        "gender": patient.gender,
        "birthDate": patient.birth_date.isoformat() if patient.birth_date else "",
        "address": _addresses(patient.address),
    }
    return _present(**resource)


def insurer_resource(payer: PayerRef, identifiers: tuple[NamedIdentifier, ...]) -> Json:
    return _present(
        resourceType="Organization",
        meta={"profile": [PROFILE + "profile-insurer"]},
        identifier=[identifier(named) for named in identifiers],
        active=True,
        type=[concept(codes.INSURER_ROLE.coding)],
        name=payer.name.strip(),
    )


def is_organization(party: Party) -> bool:
    return party.kind == "Organization" or party.reference.startswith("Organization/")


_UNREACHABLE: Json = {"display": "No telephone or endpoint of the clinician is known"}
"""A role must say how it is reached (pd-1: telephone or endpoint); where neither is known, that is what is said."""


def provider_reference(draft: BundleDraft, requester: Party, organization: Party | None) -> Json:
    """Claim.provider: the submitting organization where there is one, else the clinician in their role."""
    if organization is not None:
        return _organization(draft, organization, "profile-requestor")
    if is_organization(requester):
        return _organization(draft, requester, "profile-requestor")
    return party_reference(draft, requester, None)


def party_reference(draft: BundleDraft, party: Party, organization: Party | None) -> Json:
    """A member of the care team: an organization, or a clinician in their role (there or on their own)."""
    if is_organization(party):
        return _organization(draft, party, "profile-organization")
    practitioner = practitioner_reference(draft, party)
    place = _organization(draft, organization, "profile-requestor") if organization else None
    phone = _phone(party.phone or (organization.phone if organization else ""))
    role = _present(
        resourceType="PractitionerRole",
        meta={"profile": [PROFILE + "profile-practitionerrole"]},
        practitioner=practitioner,
        organization=place,
        telecom=phone,
        endpoint=[] if phone else [_UNREACHABLE],
    )
    return draft.add(f"role/{party.npi}/{_key(organization) if organization else ''}", role)


def practitioner_reference(draft: BundleDraft, party: Party) -> Json:
    """The clinician as a person, or the organization where an organization ordered."""
    if is_organization(party):
        return _organization(draft, party, "profile-requestor")
    family, given = name_parts(party)
    resource = _present(
        resourceType="Practitioner",
        meta={"profile": [PROFILE + "profile-practitioner"]},
        identifier=[identifier(NamedIdentifier(system=NPI, value=party.npi))],
        name=[_present(text=party.name.strip(), family=family, given=list(given))],
    )
    return draft.add(f"practitioner/{party.npi}", resource)


def name_parts(party: Party) -> tuple[str, tuple[str, ...]]:
    """Family and given names: the sender's own parts, else the last word before any comma and what stands before it."""
    if party.family.strip():
        return party.family.strip(), tuple(g for g in party.given if g.strip())
    words = party.name.partition(",")[0].split()
    return (words[-1], tuple(words[:-1])) if words else ("", ())


def coverage_resource(request: PasRequest, draft: BundleDraft, patient: Json, insurer: Json) -> Json:
    coverage = request.coverage
    relationship = coverage.relationship.strip()
    related = [Coding(system=HL7 + "subscriber-relationship", code=relationship)]
    if relationship in codes.RELATIONSHIP:
        related.append(codes.RELATIONSHIP[relationship].coding)
    period = _present(
        start=coverage.starts.isoformat() if coverage.starts else "",
        end=coverage.ends.isoformat() if coverage.ends else "",
    )
    return _present(
        resourceType="Coverage",
        meta={"profile": [PROFILE + "profile-coverage"]},
        identifier=[identifier(request.member_identifier)],
        status="active",
        type=_kind(coverage.kind),
        subscriber=_subscriber(request, draft, patient),
        subscriberId=request.member_identifier.value,
        beneficiary=patient,
        relationship=concept(*related),
        period=period,
        payor=[insurer],
        **{"class": _classes(coverage.classes)},
    )


def _kind(codings: tuple[Coding, ...]) -> Json | None:
    whole = [coding for coding in codings if coding.system.strip() and coding.code.strip()]
    return concept(*whole) if whole else None


def _subscriber(request: PasRequest, draft: BundleDraft, patient: Json) -> Json | None:
    if request.is_for_subscriber:
        return patient
    if request.subscriber is None:
        return None
    resource = patient_resource(request.subscriber, request.member_identifier, "profile-subscriber")
    return draft.add("subscriber", resource)


def _classes(classes: tuple[CoverageClass, ...]) -> list[Json]:
    """The first group and the first plan: the profile (and the 278) hold one of each and nothing else."""
    first: dict[str, CoverageClass] = {}
    for each in classes:
        if each.kind in ("group", "plan") and each.value.strip():
            first.setdefault(each.kind, each)
    return [
        _present(
            type=concept(Coding(system=HL7 + "coverage-class", code=kind)),
            value=each.value.strip(),
            name=each.name.strip(),
        )
        for kind, each in first.items()
    ]


def _organization(draft: BundleDraft, party: Party, profile: str) -> Json:
    resource = _present(
        resourceType="Organization",
        meta={"profile": [PROFILE + profile]},
        identifier=[identifier(NamedIdentifier(system=NPI, value=party.npi))] if party.npi else [],
        active=True,
        type=[concept(codes.REQUESTER_ROLE.coding)] if profile == "profile-requestor" else [],
        name=party.name.strip(),
        telecom=_phone(party.phone),
        address=_addresses(party.address),
    )
    return draft.add(f"organization/{_key(party)}", resource)


def _key(party: Party) -> str:
    return party.npi or party.name.strip()


def _phone(phone: str) -> list[Json]:
    return [{"system": "phone", "value": phone.strip()}] if phone.strip() else []


def _addresses(address: Address) -> list[Json]:
    """An address in at most four lines, as PAS organizations have it."""
    lines = [line.strip() for line in address.line if line.strip()]
    stated = _present(
        line=lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 1], ", ".join(lines[_MOST_LINES - 1 :])],
        city=address.city.strip(),
        state=address.state.strip(),
        postalCode=address.postal_code.strip(),
    )
    return [stated] if stated else []


def _present(**elements: object) -> Json:
    """Only the elements that hold something: FHIR JSON has no empty values."""
    return {name: value for name, value in elements.items() if value not in ("", None, [], {})}
