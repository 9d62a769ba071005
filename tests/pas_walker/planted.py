"""Faults planted into a valid request bundle: each function spoils a copy in one way that a payer would refuse."""

from collections.abc import Callable
from typing import Any

from tests.pas_walker.findings import Json

Plant = Callable[[Json], Any]
PAS = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/"


def of(bundle: Json, kind: str) -> Json:
    """The first resource of a kind."""
    return next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind)


def claim(bundle: Json) -> Json:
    return of(bundle, "Claim")


def item(bundle: Json) -> Json:
    return claim(bundle)["item"][0]


def entry(bundle: Json, kind: str) -> Json:
    return next(e for e in bundle["entry"] if e["resource"]["resourceType"] == kind)


def drop_extension(holder: Json, name: str) -> None:
    holder["extension"] = [e for e in holder["extension"] if e["url"] != PAS + name]


def extension(holder: Json, name: str) -> Json:
    return next(e for e in holder["extension"] if e["url"] == PAS + name)


def swap_first_entries(bundle: Json) -> None:
    bundle["entry"][0], bundle["entry"][1] = bundle["entry"][1], bundle["entry"][0]


def twice(parts: list[Json], **changes: Any) -> None:
    parts.append({**parts[0], **changes})


def stranger(bundle: Json) -> None:
    own = "0b0e7f0e-0000-4000-8000-000000000001"
    person = {**of(bundle, "Patient"), "id": own}
    bundle["entry"].append({"fullUrl": f"urn:uuid:{own}", "resource": person})


def coverage_of_another(bundle: Json) -> None:
    stranger(bundle)
    of(bundle, "Coverage")["beneficiary"] = {"reference": bundle["entry"][-1]["fullUrl"]}


def child_alone(bundle: Json) -> None:
    coverage = of(bundle, "Coverage")
    coverage.pop("subscriber")
    coverage["relationship"]["coding"] = [{**coverage["relationship"]["coding"][0], "code": "child"}]


def misplaced(bundle: Json) -> None:
    claim(bundle).setdefault("extension", []).append(extension(item(bundle), "extension-requestedService"))


PLANTED: dict[str, tuple[Plant, str]] = {
    "bundle without identifier": (lambda b: b.pop("identifier"), "min"),
    "bundle without timestamp": (lambda b: b.pop("timestamp"), "min"),
    "bundle of another type": (lambda b: b.update(type="batch"), "pattern"),
    "timestamp without time zone": (lambda b: b.update(timestamp="2026-11-02T09:30:00"), "primitive"),
    "first entry is not the claim": (swap_first_entries, "ClaimFirst"),
    "entry without fullUrl": (lambda b: b["entry"][1].pop("fullUrl"), "min"),
    "two entries under one fullUrl": (lambda b: b["entry"].append(dict(b["entry"][1])), "duplicate-entry"),
    "fullUrl that is not the id": (lambda b: entry(b, "Patient")["resource"].update(id="p1"), "full-url"),
    "fullUrl of a wrong form": (lambda b: entry(b, "Patient").update(fullUrl="urn:oid:1.2.3"), "full-url"),
    "entry that nothing refers to": (stranger, "unreferenced"),
    "entry with a request": (lambda b: b["entry"][1].update(request={"method": "PUT", "url": "x"}), "max"),
    "dangling reference": (lambda b: b["entry"].remove(entry(b, "Coverage")), "unresolved"),
    "reference to the wrong resource": (
        lambda b: claim(b).update(insurer=dict(claim(b)["patient"])), "target-type",
    ),
    "reference type the profile excludes": (
        lambda b: claim(b).update(provider={"reference": entry(b, "Practitioner")["fullUrl"]}), "target-type",
    ),
    "reference that names nothing": (lambda b: claim(b).update(provider={"type": "Organization"}), "ref-content"),
    "claim for payment": (lambda b: claim(b).update(use="claim"), "pattern"),
    "claim without insurer": (lambda b: claim(b).pop("insurer"), "min"),
    "claim without identifier": (lambda b: claim(b).pop("identifier"), "min"),
    "claim with three identifiers": (lambda b: claim(b)["identifier"].extend(claim(b)["identifier"] * 2), "max"),
    "claim type outside the value set": (
        lambda b: claim(b)["type"]["coding"][0].update(code="pharmacy"), "binding",
    ),
    "claim related to another": (lambda b: claim(b).update(related=[{"claim": {"display": "old"}}]), "max"),
    "two focal coverages": (lambda b: twice(claim(b)["insurance"], sequence=2), "focal"),
    "coverage that is not focal": (lambda b: claim(b)["insurance"][0].update(focal=False), "pattern"),
    "supportingInfo sequence twice": (lambda b: twice(claim(b)["supportingInfo"]), "sequence"),
    "supportingInfo without category": (lambda b: claim(b)["supportingInfo"][0].pop("category"), "min"),
    "supportingInfo without documentInformation": (
        lambda b: claim(b)["supportingInfo"][0].pop("extension"), "min",
    ),
    "additional information with a date": (
        lambda b: claim(b)["supportingInfo"][0].update(timingDate="2026-11-01"), "max",
    ),
    "packet named by nothing": (
        lambda b: claim(b)["supportingInfo"][0].update(
            valueReference={"reference": entry(b, "DeviceRequest")["fullUrl"]}
        ),
        "supporting",
    ),
    "care team without scope": (
        lambda b: drop_extension(claim(b)["careTeam"][0], "extension-careTeamClaimScope"), "min",
    ),
    "diagnosis in another code system": (
        lambda b: claim(b)["diagnosis"][0]["diagnosisCodeableConcept"]["coding"][0].update(
            system="http://snomed.info/sct"
        ),
        "binding",
    ),
    "diagnosis pointer to nothing": (lambda b: item(b).update(diagnosisSequence=[7]), "sequence"),
    "item without certificationType": (lambda b: drop_extension(item(b), "extension-certificationType"), "min"),
    "item without request type": (lambda b: drop_extension(item(b), "extension-serviceItemRequestType"), "min"),
    "item with the same extension twice": (
        lambda b: item(b)["extension"].append(extension(item(b), "extension-certificationType")), "max",
    ),
    "item without category": (lambda b: item(b).pop("category"), "min"),
    "item without location": (lambda b: item(b).pop("locationCodeableConcept"), "min"),
    "item location as an address": (
        lambda b: item(b).update(locationAddress={"city": item(b).pop("locationCodeableConcept") and "Reston"}), "type",
    ),
    "category from another X12 list": (
        lambda b: item(b)["category"]["coding"][0].update(system="https://codesystem.x12.org/005010/1322"), "binding",
    ),
    "category in words only": (lambda b: item(b).update(category={"text": "oxygen"}), "binding"),
    "service date without a day": (lambda b: item(b).update(servicedDate="2026-11"), "FullDateRule"),
    "quantity with a comparator": (lambda b: item(b).update(quantity={"value": 1, "comparator": "<"}), "max"),
    "quantity without a value": (lambda b: item(b).update(quantity={"unit": "month"}), "min"),
    "extension with another value type": (
        lambda b: extension(item(b), "extension-requestedService").update(
            valueString=extension(item(b), "extension-requestedService").pop("valueReference") and "x"
        ),
        "type",
    ),
    "extension that PAS does not have": (
        lambda b: item(b)["extension"].append({"url": PAS + "extension-urgent", "valueBoolean": True}),
        "extension-unknown",
    ),
    "extension where it is not allowed": (misplaced, "extension-context"),
    "part of an extension left out": (
        lambda b: claim(b)["supportingInfo"][0]["extension"][0]["extension"].pop(0), "min",
    ),
    "extension with value and parts": (
        lambda b: claim(b)["supportingInfo"][0]["extension"][0].update(valueString="x"), "max",
    ),
    "unknown modifier": (
        lambda b: item(b).update(modifierExtension=[{"url": "http://x.org/not", "valueBoolean": True}]),
        "modifier-unknown",
    ),
    "coverage without member id": (lambda b: of(b, "Coverage").pop("identifier"), "min"),
    "patient without member id": (
        lambda b: of(b, "Patient").update(identifier=[{"system": "http://h.org/mrn", "value": "9"}]), "member-id",
    ),
    "coverage of another person": (coverage_of_another, "same-patient"),
    "coverage cancelled": (lambda b: of(b, "Coverage").update(status="cancelled"), "pattern"),
    "coverage with two payors": (lambda b: of(b, "Coverage")["payor"].append(of(b, "Coverage")["payor"][0]), "max"),
    "dependant without subscriber": (child_alone, "self-beneficiary"),
    "patient without gender": (lambda b: of(b, "Patient").pop("gender"), "min"),
    "patient with an unknown gender code": (lambda b: of(b, "Patient").update(gender="F"), "binding"),
    "patient without a name": (lambda b: of(b, "Patient").update(name=[{"use": "official"}]), "us-core-6"),
    "birth date that does not exist": (lambda b: of(b, "Patient").update(birthDate="1950-02-30"), "r4b-parse"),
    "blank family name": (lambda b: of(b, "Patient")["name"][0].update(family=" "), "primitive"),
    "empty string": (lambda b: of(b, "Patient")["name"][0].update(family=""), "primitive"),
    "empty list": (lambda b: of(b, "Patient").update(address=[]), "empty-value"),
    "null": (lambda b: of(b, "Patient").update(telecom=None), "empty-value"),
    "boolean as a string": (lambda b: of(b, "Organization").update(active="true"), "primitive"),
    "insurer that is not active": (lambda b: of(b, "Organization").update(active=False), "pattern"),
    "insurer without a name": (lambda b: of(b, "Organization").pop("name"), "min"),
    "practitioner without a family name": (lambda b: of(b, "Practitioner")["name"][0].pop("family"), "min"),
    "NPI of nine digits": (lambda b: of(b, "Practitioner")["identifier"][0].update(value="112233445"), "us-core-16"),
    "NPI with a wrong check digit": (
        lambda b: of(b, "Practitioner")["identifier"][0].update(value="1122334456"), "us-core-17",
    ),
    "role without a telephone": (lambda b: of(b, "PractitionerRole").pop("telecom"), "pd-1"),
    "identifier system that is no address": (
        lambda b: of(b, "Patient")["identifier"][0].update(system="member"), "absolute-system",
    ),
    "order that is a plan": (lambda b: of(b, "DeviceRequest").update(intent="plan"), "fixed"),
    "order without a code": (lambda b: of(b, "DeviceRequest").pop("codeCodeableConcept"), "min"),
    "order of a code reference": (
        lambda b: of(b, "DeviceRequest").update(
            codeReference=of(b, "DeviceRequest").pop("codeCodeableConcept") and {"display": "E0424"}
        ),
        "type",
    ),
    "document by address": (
        lambda b: of(b, "DocumentReference")["content"][0]["attachment"].update(url="http://x.org/p.pdf"), "max",
    ),
    "document without data": (
        lambda b: of(b, "DocumentReference")["content"][0]["attachment"].pop("data"), "min",
    ),
    "document that is not base64": (
        lambda b: of(b, "DocumentReference")["content"][0]["attachment"].update(data="%%%"), "primitive",
    ),
    "document type in another code system": (
        lambda b: of(b, "DocumentReference")["type"]["coding"][0].update(system="http://snomed.info/sct"), "binding",
    ),
    "element that R4 does not have": (lambda b: claim(b).update(urgency="high"), "r4b-parse"),
    "resource type that does not exist": (lambda b: of(b, "Coverage").update(resourceType="Cover"), "r4b-parse"),
    "coverage period that ends before it starts": (
        lambda b: of(b, "Coverage").update(period={"start": "2026-02-01", "end": "2026-01-01"}), "per-1",
    ),
    "contained resource nobody refers to": (
        lambda b: claim(b).update(contained=[{"resourceType": "Organization", "id": "x", "name": "X"}]), "contained",
    ),
    "supporting category of no meaning": (
        lambda b: claim(b)["supportingInfo"][0]["category"]["coding"][0].update(code="attachment"), "binding",
    ),
    "diagnosis code of no ICD shape": (
        lambda b: claim(b)["diagnosis"][0]["diagnosisCodeableConcept"]["coding"][0].update(code="COPD"), "coding",
    ),
    "relationship code that does not exist": (
        lambda b: of(b, "Coverage")["relationship"]["coding"][0].update(code="me"), "coding",
    ),
    "coverage of another payer": (
        lambda b: of(b, "Coverage").update(payor=[dict(claim(b)["patient"])]), "same-insurer",
    ),
    "clinician without NPI": (
        lambda b: of(b, "Practitioner")["identifier"][0].update(system="http://h.org/staff"), "npi",
    ),
    "PDF that is none": (
        lambda b: of(b, "DocumentReference")["content"][0]["attachment"].update(data="aGVsbG8="), "media-type",
    ),
    "nothing asked for": (lambda b: item(b).update(quantity={"value": 0}), "quantity"),
    "transaction without a number": (lambda b: b["identifier"].pop("value"), "transaction"),
    "reference to nothing contained": (lambda b: claim(b).update(insurer={"reference": "#payer"}), "unresolved"),
    "profile claimed and not met": (
        lambda b: of(b, "Patient")["meta"].update(profile=[PAS + "profile-coverage"]), "profile-type",
    ),
}  # fmt: skip
"""What is spoilt, how, and the rule that must catch it."""
