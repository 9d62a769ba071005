from collections.abc import Callable
from datetime import date

import pytest

from formats.fhir.parties import coverage_from, patient_from
from formats.fhir.references import References
from formats.fhir.resource import ChartResource
from formats.json_places import JsonObject

ReadAll = Callable[..., tuple[list[ChartResource], References]]


def test_a_patient_is_known_by_the_official_name_and_present_address(read_all: ReadAll) -> None:
    body = {
        "resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1948-07-09",
        "name": [{"use": "maiden", "family": "Bell"}, {"use": "official", "family": "Osei", "given": ["Ama", "B"]}],
        "address": [{"use": "old", "city": "Rome"}, {"line": ["1 Elm St"], "city": "Troy", "postalCode": "12180"}],
        "telecom": [{"system": "email", "value": "a@b"}, {"system": "phone", "value": "555-0100"}],
        "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": "77"}, {"use": "old", "value": "12"}],
    }  # fmt: skip
    patient = patient_from(read_all(body)[0][0])
    assert (patient.full_name, patient.birth_date, patient.gender) == ("Ama B Osei", date(1948, 7, 9), "female")
    assert (patient.address.city, patient.address.line, patient.phone) == ("Troy", ("1 Elm St",), "555-0100")
    assert [(item.kind, item.value) for item in patient.identifiers] == [("MR", "77")]


@pytest.mark.parametrize("born", ["1948", "1948-07"])
def test_a_birth_date_that_is_not_a_day_is_none(read_all: ReadAll, born: str) -> None:
    assert patient_from(read_all({"resourceType": "Patient", "id": "p", "birthDate": born})[0][0]).birth_date is None


COVERAGE: JsonObject = {
    "resourceType": "Coverage", "id": "c1", "status": "active", "beneficiary": {"reference": "Patient/p1"},
    "payor": [{"reference": "Organization/o1"}, {"display": "Second Mutual"}],
}  # fmt: skip


def test_a_coverage_is_kept_as_sent(read_all: ReadAll) -> None:
    body = {
        **COVERAGE, "subscriberId": "S-1", "relationship": {"coding": [{"code": "self"}]},
        "period": {"start": "2024-01-01", "end": "2024-12-31"}, "type": {"coding": [{"code": "PPO"}]},
        "class": [{"type": {"coding": [{"code": "group"}]}, "value": "G-7", "name": "Rail"}],
    }  # fmt: skip
    payer: JsonObject = {"resourceType": "Organization", "id": "o1", "name": "First Mutual"}
    resources, references = read_all(body, payer)
    coverage = coverage_from(resources[0], references)
    assert [(payor.name, payor.reference) for payor in coverage.payors] == [
        ("First Mutual", "Organization/o1"),
        ("Second Mutual", ""),
    ]
    assert (coverage.beneficiary_id, coverage.member_id, coverage.relationship) == ("p1", "S-1", "self")
    assert (coverage.starts, coverage.ends) == (date(2024, 1, 1), date(2024, 12, 31))
    assert [(item.kind, item.value, item.name) for item in coverage.classes] == [("group", "G-7", "Rail")]


@pytest.mark.parametrize(
    ("more", "member"),
    [
        ({"identifier": [{"value": "X"}, {"type": {"coding": [{"code": "MB"}]}, "value": "M-2"}]}, "M-2"),
        ({"identifier": [{"value": "X"}]}, "X"),
        ({}, ""),
    ],
)
def test_the_member_number_is_found_where_it_is_sent(read_all: ReadAll, more: JsonObject, member: str) -> None:
    resources, references = read_all({**COVERAGE, **more})
    assert coverage_from(resources[0], references).member_id == member
