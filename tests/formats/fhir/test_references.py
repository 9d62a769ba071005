import json
from collections.abc import Callable

import pytest

from formats.fhir.reading import read_fhir
from formats.fhir.references import References
from formats.fhir.resource import ChartResource
from formats.fhir.versions import one_of_each
from formats.json_places import JsonObject

ReadAll = Callable[..., tuple[list[ChartResource], References]]
UUID = "urn:uuid:5b3c7a52-1d0e-4c80-9d4d-0a1b2c3d4e5f"
PATIENT: JsonObject = {"resourceType": "Patient", "id": "p1", "identifier": [{"system": "http://mrn", "value": "77"}]}


def chart_with(reference: JsonObject, **entry: str) -> tuple[ChartResource, References]:
    """An observation about `reference`, beside a patient under the entry's fullUrl."""
    observation = {
        "resourceType": "Observation", "id": "o1", "status": "final", "code": {"text": "SpO2"}, "subject": reference,
    }  # fmt: skip
    bundle = {
        "resourceType": "Bundle", "type": "collection",
        "entry": [{"resource": observation}, {"resource": PATIENT, **entry}],
    }  # fmt: skip
    resources = read_fhir(json.dumps(bundle).encode(), "b.json").resources
    return resources[0], References.among(one_of_each(resources))


@pytest.mark.parametrize(
    ("reference", "full_url", "patient"),
    [
        ("Patient/p1", UUID, "p1"),
        ("Patient/p1/_history/3", UUID, "p1"),
        (UUID, UUID, "p1"),
        ("http://ehr/fhir/Patient/p1", "http://ehr/fhir/Patient/p1", "p1"),
        ("http://ehr/fhir/Patient/p1", UUID, "p1"),
        ("http://other/fhir/Patient/p1", "http://ehr/fhir/Patient/p1", "http://other/fhir/Patient/p1"),
        ("Patient/p2", UUID, "p2"),
        ("urn:uuid:00000000-0000-4000-8000-000000000000", UUID, "urn:uuid:00000000-0000-4000-8000-000000000000"),
        ("Group/g1", UUID, None),
        ("#p", UUID, None),
    ],
)
def test_the_patient_named_is_the_one_meant(reference: str, full_url: str, patient: str | None) -> None:
    resource, references = chart_with({"reference": reference}, fullUrl=full_url)
    assert references.patient_id(resource) == patient


@pytest.mark.parametrize(
    ("identifier", "patient"),
    [
        ({"system": "http://mrn", "value": "77"}, "p1"),
        ({"system": "http://other", "value": "77"}, None),
        ({"system": "http://mrn"}, None),
    ],
)
def test_a_patient_may_be_named_by_identifier_alone(identifier: JsonObject, patient: str | None) -> None:
    resource, references = chart_with({"identifier": identifier, "display": "Somebody"})
    assert references.patient_id(resource) == patient


def test_parties_are_found_wherever_they_stand(read_all: ReadAll) -> None:
    role: JsonObject = {
        "resourceType": "PractitionerRole", "id": "r1", "practitioner": {"reference": "Practitioner/d1"},
        "organization": {"reference": "Organization/h1"},
    }  # fmt: skip
    doctor: JsonObject = {
        "resourceType": "Practitioner", "id": "d1", "name": [{"family": "Ito", "given": ["Ken"], "suffix": ["MD"]}],
        "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}],
    }  # fmt: skip
    house: JsonObject = {
        "resourceType": "Organization", "id": "h1", "name": "Elm Clinic", "address": [{"city": "Troy"}],
        "telecom": [{"system": "fax", "value": "1"}, {"system": "phone", "value": "2"}],
    }  # fmt: skip
    holder: JsonObject = {
        "resourceType": "Basic",
        "id": "b",
        "code": {"text": "x"},
        "contained": [{**house, "id": "in"}],
    }
    resources, references = read_all(holder, role, doctor, house)

    def party(reference: JsonObject) -> tuple[str, str, str, str, str, str]:
        found = references.party(reference, resources[0])
        assert found
        return found.reference, found.name, found.kind, found.npi, found.phone, found.address.city

    assert party({"reference": "PractitionerRole/r1"}) == (
        "PractitionerRole/r1", "Ken Ito MD", "PractitionerRole", "1234567893", "2", "Troy",
    )  # fmt: skip
    assert party({"reference": "#in"}) == ("#in", "Elm Clinic", "Organization", "", "2", "Troy")
    assert party({"display": "Dr. Who"}) == ("", "Dr. Who", "", "", "", "")
    assert party({"reference": "Practitioner/gone"}) == ("Practitioner/gone", "", "", "", "", "")
    assert references.party({}, resources[0]) is None
