import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.errors import UnreadableFile
from formats.fhir.reading import MAX_BUNDLE_DEPTH, read_fhir, without_deleted

PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female"}
CODE = {"coding": [{"system": "http://loinc.org", "code": "59408-5"}]}
OBSERVATION = {"resourceType": "Observation", "id": "o1", "status": "final", "code": CODE}


def bundle(*entries: object, **more: object) -> bytes:
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": list(entries), **more}).encode()


def test_a_single_resource_keeps_its_exact_bytes() -> None:
    content = b' {"resourceType":"Patient",\n  "id": "p1"}\n'
    (resource,) = read_fhir(content, "p.json").resources
    assert (resource.document_id, resource.source) == ("Patient/p1", "p.json")
    assert resource.content == content.strip()


def test_entries_of_a_bundle_have_pointer_and_bytes_of_their_own() -> None:
    content = b'{"resourceType": "Bundle", "type": "collection", "entry": [ {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient", "id": "p1", "multipleBirthInteger": 2} } , {"resource":{"resourceType":"Patient","id":"p2"}} ]}'  # fmt: skip  # noqa: E501
    first, second = read_fhir(content, "b.json").resources
    assert first.content == b'{"resourceType": "Patient", "id": "p1", "multipleBirthInteger": 2}'
    assert second.content == b'{"resourceType":"Patient","id":"p2"}'
    assert (first.source, first.full_url) == ("b.json#/entry/0/resource", "urn:uuid:1")
    assert second.source == "b.json#/entry/1/resource"


def test_a_bad_entry_is_refused_alone_with_its_fhir_path() -> None:
    bad = {**OBSERVATION, "id": "o2", "code": {"coding": [{"code": "59408-5 "}]}, "valueSaturation": 85}
    found = read_fhir(bundle({"resource": PATIENT}, {"resource": bad}, {"resource": OBSERVATION}), "b.json")
    assert [resource.document_id for resource in found.resources] == ["Patient/p1", "Observation/o1"]
    (refusal,) = found.refusals
    assert (refusal.file, refusal.pointer) == ("b.json", "/entry/1/resource")
    assert refusal.field == "Bundle.entry[1].resource.code.coding[0].code"
    assert "Bundle.entry[1].resource.valueSaturation is not an element that R4 knows here" in refusal.reason
    assert refusal.fix


@pytest.mark.parametrize(
    ("resource", "field", "reason"),
    [
        ({"resourceType": "Observation", "code": CODE}, "Observation.status", "is required and missing"),
        ({**OBSERVATION, "component": CODE}, "Observation.component", "must be a list"),
        ({**OBSERVATION, "code": "SpO2"}, "Observation.code", "must be an object, not a string"),
        ({**OBSERVATION, "effectiveDateTime": "11/20/2019"}, "Observation.effectiveDateTime", "does not match"),
        ({"resourceType": "Oximetry"}, "Oximetry.resourceType", "is not a resource type"),
        ({"resourceType": "Address"}, "Address.resourceType", "is not a resource type"),
        ({"resourceType": "DomainResource"}, "DomainResource.resourceType", "is not a resource type"),
        ({**OBSERVATION, "contained": [{"resourceType": "Nope"}]}, "Observation.contained[0].resourceType", "is not"),
        ({**OBSERVATION, "contained": [PATIENT | {"sex": "f"}]}, "Observation.contained[0].sex", "is not an element"),
        ({**OBSERVATION, "valueString": "a\0b"}, "Observation.valueString", "not text"),
    ],
)
def test_a_refusal_names_the_element_and_the_fault(resource: object, field: str, reason: str) -> None:
    found = read_fhir(json.dumps(resource).encode(), "r.json")
    assert not found.resources
    assert found.refusals[0].field == field
    assert reason in found.refusals[0].reason


def test_an_element_given_twice_is_refused_in_its_entry_alone() -> None:
    content = bundle({"resource": OBSERVATION}, {"resource": PATIENT}).replace(
        b'"status": "final"', b'"status": "final", "status": "amended"'
    )
    found = read_fhir(content, "b.json")
    assert [resource.type for resource in found.resources] == ["Patient"]
    assert (found.refusals[0].field, found.refusals[0].reason) == ("Bundle.entry[0].resource.status", "is given twice")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"hook": "order-sign", "hookInstance": "1", "prefetch": {}}', "CDS Hooks request"),
        (b'{"cards": []}', "CDS Hooks answer"),
        (b'{"case_id": "1"}', "it has no resourceType"),
        (b'[{"resourceType": "Patient"}]', "a JSON list"),
        (b"{broken", "is not JSON"),
    ],
)
def test_json_that_is_not_fhir_is_refused_with_its_kind(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_fhir(content, "f.json")


def test_ids_are_made_from_the_full_url_else_from_the_place() -> None:
    nameless = {"resourceType": "Patient"}
    uuid = "5b3c7a52-1d0e-4c80-9d4d-0a1b2c3d4e5f"
    found = read_fhir(
        bundle(
            {"fullUrl": f"urn:uuid:{uuid}", "resource": nameless},
            {"fullUrl": "http://ehr/fhir/Patient/p7", "resource": nameless},
            {"resource": nameless},
        ),
        "b.json",
    )
    assert [resource.document_id for resource in found.resources] == [
        f"Patient/{uuid}",
        "Patient/p7",
        "Patient/b.json#2",
    ]
    assert read_fhir(b'{"resourceType": "Patient"}', "p.json").resources[0].document_id == "Patient/p.json#0"


def test_ndjson_is_read_line_by_line() -> None:
    lines = [json.dumps(PATIENT), '{"resourceType": "Observation"}', "", '{"a":', json.dumps(OBSERVATION)]
    found = read_fhir("\n".join(lines).encode(), "f.ndjson")
    assert [resource.source for resource in found.resources] == ["f.ndjson#line 1", "f.ndjson#line 5"]
    assert [(item.pointer, item.field) for item in found.refusals] == [
        ("line 2", "Observation.code"),
        ("line 4", "line 1 column 6"),
    ]


def test_bundles_in_bundles_are_opened_to_a_limit() -> None:
    inner: dict[str, object] = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": PATIENT}]}
    found = read_fhir(bundle({"resource": inner}), "b.json")
    assert found.resources[0].source == "b.json#/entry/0/resource/entry/0/resource"
    for _ in range(MAX_BUNDLE_DEPTH):
        inner = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": inner}]}
    assert "nested deeper" in read_fhir(json.dumps(inner).encode(), "b.json").refusals[0].reason


def test_entries_without_a_resource_are_named_unless_they_are_answers() -> None:
    found = read_fhir(bundle({}, 7, {"response": {"status": "201"}}, {"resource": "Patient/p1"}), "b.json")
    assert [(item.pointer, item.reason) for item in found.refusals] == [
        ("/entry/0", "the entry holds no resource"),
        ("/entry/1", "is not an object"),
        ("/entry/3", "is not a FHIR resource: it has no resourceType"),
    ]


def test_a_deleted_resource_is_not_used() -> None:
    deletion = {"request": {"method": "DELETE", "url": "Patient/p1"}}
    found = read_fhir(bundle(deletion, {"resource": PATIENT}, type="history"), "b.json")
    assert list(without_deleted([found])) == []
    assert found.refusals[0].reason == "the entry deletes Patient/p1"


def test_a_bundle_that_is_itself_invalid_is_reported_and_its_entries_used() -> None:
    content = json.dumps({"resourceType": "Bundle", "entry": [{"resource": PATIENT}]}).encode()
    found = read_fhir(content, "b.json")
    assert [resource.type for resource in found.resources] == ["Patient"]
    assert (found.refusals[0].field, found.refusals[0].reason[:23]) == ("Bundle.type", "is required and missing")


@pytest.mark.parametrize("entries", [[], [{"response": {"status": "201"}}]])
def test_a_bundle_without_resources_says_so(entries: list[object]) -> None:
    assert [item.reason for item in read_fhir(bundle(*entries), "b.json").refusals] == ["holds no resource"]


@pytest.mark.parametrize("entry", [{}, "none", 5])
def test_a_bundle_whose_entries_are_no_list_is_refused(entry: object) -> None:
    found = read_fhir(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entry}).encode(), "b.json")
    assert found.refusals[-1].field == "Bundle.entry"


def test_truncated_json_is_refused_at_every_length() -> None:
    content = bundle({"resource": PATIENT}, {"resource": OBSERVATION})
    for length in range(1, len(content), 7):
        with pytest.raises(UnreadableFile):
            read_fhir(content[:length], "b.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@given(st.sampled_from(["status", "code", "subject", "component", "valueQuantity", "contained", "meta", "x"]), JSON)
def test_any_value_of_an_element_is_taken_or_refused(element: str, value: object) -> None:
    found = read_fhir(json.dumps({**OBSERVATION, element: value}).encode(), "o.json")
    assert len(found.resources) + len(found.refusals) == 1
    assert all(item.reason and item.field.startswith("Observation") for item in found.refusals)


@given(JSON)
def test_any_json_is_read_or_refused(value: object) -> None:
    with contextlib.suppress(UnreadableFile):
        found = read_fhir(json.dumps(value).encode(), "f.json")
        assert found.resources or found.refusals
