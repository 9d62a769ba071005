import json
from decimal import Decimal

import pytest

from formats.fhir.rendering import label_of, render
from formats.json_places import JsonObject, JsonText


def body(text: str) -> JsonObject:
    value = JsonText(text.encode(), "f").whole()
    assert isinstance(value, dict)
    return value


SATURATION = """{"resourceType": "Observation", "id": "sat1", "meta": {"profile": ["http://x"]},
 "text": {"status": "generated", "div": "<div>narrative</div>"},
 "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category",
   "code": "vital-signs", "display": "Vital Signs"}], "text": "Vital signs"}],
 "code": {"coding": [{"system": "http://loinc.org", "code": "2708-6", "display": "Oxygen saturation"}]},
 "subject": {"reference": "Patient/p9"}, "issued": "2024-02-03T10:00:00Z", "status": "final",
 "valueQuantity": {"value": 84.0, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"},
 "note": [{"text": "seated,\\nroom air"}],
 "component": [{"code": {"text": "Flow"}, "valueQuantity": {"value": 0, "unit": "liter", "code": "L/min"}}],
 "extension": [{"url": "http://x/device", "valueString": "probe 7"}]}"""


def test_an_observation_reads_one_element_a_line_without_narrative_and_meta() -> None:
    rendered = render(body(SATURATION), "Observation", "sat1")
    assert rendered.text == (
        "Observation sat1\n"
        "Status: final\n"
        "Category: Vital Signs\n"
        "Code: Oxygen saturation (LOINC 2708-6)\n"
        "Issued: 2024-02-03T10:00:00Z\n"
        "Value: 84.0 %\n"
        "Component:\n"
        "  Code: Flow\n"
        "  Value: 0 liter (L/min)\n"
        "Note: seated,\nroom air\n"
        "Subject: Patient/p9\n"
        "Extension device:\n"
        "  Url: http://x/device\n"
        "  Value: probe 7\n"
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("id", "sat1"),
        ("status", "final"),
        ("valueQuantity", "84.0 %"),
        ("valueQuantity.value", "84.0"),
        ("code", "Oxygen saturation (LOINC 2708-6)"),
        ("code.coding[0].code", "2708-6"),
        ("issued", "2024-02-03T10:00:00Z"),
        ("note[0]", "seated,\nroom air"),
        ("note[0].text", "seated,\nroom air"),
        ("component[0].valueQuantity", "0 liter (L/min)"),
        ("component[0]", "Component:\n  Code: Flow\n  Value: 0 liter (L/min)"),
        ("extension[0].valueString", "probe 7"),
        ("subject.reference", "Patient/p9"),
    ],
)
def test_each_element_has_its_place(path: str, value: str) -> None:
    rendered = render(body(SATURATION), "Observation", "sat1")
    start, end = rendered.places[path]
    assert rendered.text[start:end] == value


@pytest.mark.parametrize(
    ("element", "line"),
    [
        ('{"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "J44.9"}]}', "ICD-10-CM J44.9"),
        (
            '{"text": "COPD", "coding": [{"system": "http://snomed.info/sct", "version": "2020-03", "code": "13645005", "display": "COLD"}]}',  # noqa: E501
            "COPD; COLD (SNOMED CT 13645005, version 2020-03)",
        ),
        ('{"text": "COPD", "coding": [{"system": "http://x", "code": "C1"}]}', "COPD (http://x C1)"),
        ('{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/a", "code": "active"}]}', "active"),
        ('{"text": "in parts"}', "in parts"),
        ('{"value": 3.10, "comparator": "<"}', "< 3.10"),
        ('{"value": 5, "system": "http://x", "code": "mg"}', "5 mg"),
        ('{"value": "555-0100", "system": "phone", "use": "home"}', "phone 555-0100 (home)"),
        ('{"value": "77-1", "system": "http://mrn", "type": {"text": "MRN"}}', "77-1 (MRN; http://mrn)"),
        ('{"value": 12.50, "currency": "USD"}', "12.50 USD"),
        ('{"start": "2023", "end": "2024-01"}', "2023 to 2024-01"),
        ('{"end": "2024-01"}', "until 2024-01"),
        ('{"low": {"value": 2, "unit": "L"}, "high": {"value": 4, "unit": "L"}}', "2 L to 4 L"),
        ('{"numerator": {"value": 1}, "denominator": {"value": 8}}', "1 / 8"),
        ('{"reference": "Practitioner/1", "display": "Dr. B"}', "Dr. B (Practitioner/1)"),
        ('{"identifier": {"value": "X", "system": "http://s"}, "type": "Patient"}', "[Patient] X (http://s)"),
        ('{"family": "Osei", "given": ["Ama", "B"], "use": "official"}', "Ama B Osei (official)"),
        ('{"line": ["1 Elm St"], "city": "Troy", "state": "NY", "postalCode": "12180"}', "1 Elm St, Troy, NY 12180"),
        ('{"contentType": "text/plain", "data": "QUJD", "title": "Note"}', "Note (text/plain; 4 characters of base64)"),
        ("true", "true"),
        ("1.50", "1.50"),
    ],
)
def test_datatypes_stand_on_one_line(element: str, line: str) -> None:
    rendered = render(body(f'{{"some": {element}}}'), "Basic", "b")
    assert rendered.text == f"Basic b\nSome: {line}\n"


def test_a_datatype_with_more_than_it_knows_becomes_a_block_so_that_nothing_is_lost() -> None:
    rendered = render(
        body('{"code": {"text": "COPD", "extension": [{"url": "http://x/sure", "valueCode": "no"}]}}'), "B", "b"
    )
    assert "Text: COPD" in rendered.text
    assert "Extension sure:" in rendered.text
    assert "no" in rendered.text


def test_every_leaf_of_a_resource_is_in_its_text() -> None:
    resource = body(SATURATION)

    def leaves(value: object) -> list[str]:
        if isinstance(value, dict):
            return [leaf for item in value.values() for leaf in leaves(item)]
        if isinstance(value, list):
            return [leaf for item in value for leaf in leaves(item)]
        return [str(value)]

    shown = {key: value for key, value in resource.items() if key not in ("meta", "text", "category")}
    text = render(resource, "Observation", "sat1").text
    left_out = {leaf for leaf in leaves(shown) if leaf not in text}
    assert left_out == {"http://loinc.org", "http://unitsofmeasure.org"}


def test_contained_resources_are_shown_with_their_own_title() -> None:
    text = render(body('{"contained": [{"resourceType": "Medication", "id": "m1", "code": {"text": "Prednisone"}}]}'), "B", "b").text  # fmt: skip  # noqa: E501
    assert text == "B b\nContained Medication m1:\n  Code: Prednisone\n"


def test_base64_is_counted_and_not_printed() -> None:
    rendered = render({"data": "QUJD" * 100, "contentType": "image/png"}, "Binary", "b")
    assert "QUJD" not in rendered.text


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("authoredOn", "Authored on"),
        ("valueQuantity", "Value"),
        ("medicationCodeableConcept", "Medication"),
        ("onsetAge", "Onset"),
        ("birthDate", "Birth date"),
        ("referenceRange", "Reference range"),
        ("reasonCode", "Reason code"),
        ("_birthDate", "Birth date"),
        ("valueSet", "Value set"),
    ],
)
def test_labels_are_words(key: str, label: str) -> None:
    assert label_of(key) == label


def test_the_same_resource_renders_the_same() -> None:
    shuffled = dict(reversed(json.loads(SATURATION, parse_float=Decimal).items()))
    first, again = render(body(SATURATION), "Observation", "sat1"), render(body(SATURATION), "Observation", "sat1")
    assert first.text == again.text
    assert sorted(render(shuffled, "Observation", "sat1").text.splitlines()) == sorted(first.text.splitlines())
