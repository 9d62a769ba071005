from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from cases.chart import ChartEntry, Coding, Quantity
from formats.fhir.entries import ENTRY_TYPES, entries_from
from formats.fhir.references import References
from formats.fhir.rendering import render
from formats.fhir.resource import ChartResource
from formats.json_places import JsonObject

ReadAll = Callable[..., tuple[list[ChartResource], References]]
LOINC = {"coding": [{"system": "http://loinc.org", "code": "2708-6", "display": "Oxygen saturation"}]}
PATIENT: JsonObject = {"resourceType": "Patient", "id": "p1"}
SUBJECT = {"reference": "Patient/p1"}
SATURATION: JsonObject = {
    "resourceType": "Observation", "id": "o1", "status": "final", "code": LOINC, "subject": SUBJECT,
    "valueQuantity": {"value": 84, "unit": "percent", "system": "http://unitsofmeasure.org", "code": "%"},
}  # fmt: skip


@pytest.fixture
def entries(read_all: ReadAll) -> Callable[..., list[ChartEntry]]:
    def of(*bodies: JsonObject) -> list[ChartEntry]:
        resources, references = read_all(*bodies)
        first = resources[0]
        return list(entries_from(first, references, render(first.body, first.type, first.id).places))

    return of


Entries = Callable[..., list[ChartEntry]]


def test_an_observation_keeps_value_code_and_where_they_stand(entries: Entries) -> None:
    (entry,) = entries(SATURATION, PATIENT)
    assert entry.quantity == Quantity(value=Decimal(84), unit="%")
    assert entry.codes == (Coding(system="http://loinc.org", code="2708-6", display="Oxygen saturation"),)
    assert (entry.text, entry.status, entry.patient_id) == ("Oxygen saturation", "final", "p1")
    text = render(SATURATION, "Observation", "o1").text
    assert entry.value_span
    assert entry.code_span
    assert text[slice(*entry.value_span)] == "84 percent (%)"
    assert text[slice(*entry.code_span)] == "Oxygen saturation (LOINC 2708-6)"


@pytest.mark.parametrize(
    ("stated", "on", "until"),
    [
        ({"effectiveDateTime": "2024-02-03T23:30:00-05:00"}, date(2024, 2, 3), None),
        ({"effectiveDateTime": "2024-02"}, date(2024, 2, 1), date(2024, 2, 29)),
        ({"effectiveDateTime": "2024"}, date(2024, 1, 1), date(2024, 12, 31)),
        ({"effectivePeriod": {"start": "2024-02-03", "end": "2024-02-05"}}, date(2024, 2, 3), date(2024, 2, 5)),
        ({"effectivePeriod": {"start": "2024-02-03"}}, date(2024, 2, 3), None),
        ({"effectivePeriod": {"end": "2024-02"}}, None, date(2024, 2, 29)),
        ({"effectiveInstant": "2024-02-03T10:00:00Z"}, date(2024, 2, 3), None),
        ({"effectiveTiming": {"event": ["2024-02-03"]}}, date(2024, 2, 3), None),
        ({}, None, None),
    ],
)
def test_dates_are_days_as_stated(entries: Entries, stated: JsonObject, on: date | None, until: date | None) -> None:
    (entry,) = entries({**SATURATION, **stated, "issued": "2019-11-20T15:30:10+01:00"})
    assert (entry.effective, entry.effective_end) == (on, until)
    assert entry.issued == date(2019, 11, 20)


@pytest.mark.parametrize(
    ("value", "quantity", "codes", "text"),
    [
        ({"valueQuantity": {"value": 3, "unit": "L"}}, Quantity(value=Decimal(3), unit="L"), (), ""),
        (
            {"valueQuantity": {"value": 3, "comparator": "<"}},
            Quantity(value=Decimal(3), unit="", comparator="<"),
            (),
            "",
        ),
        ({"valueQuantity": {"unit": "%"}}, None, (), ""),
        ({"valueInteger": 7}, Quantity(value=Decimal(7), unit=""), (), ""),
        ({"valueBoolean": False}, None, (), "false"),
        ({"valueString": "room air"}, None, (), "room air"),
        ({"valueCodeableConcept": LOINC}, None, ("2708-6",), "Oxygen saturation"),
        ({"valueRange": {"low": {"value": 2, "unit": "L"}, "high": {"value": 4, "unit": "L"}}}, None, (), "2 L to 4 L"),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 8}}}, None, (), "1 / 8"),
        ({"dataAbsentReason": {"text": "not done"}}, None, (), ""),
    ],
)
def test_values_of_each_kind(
    entries: Entries, value: JsonObject, quantity: Quantity | None, codes: tuple[str, ...], text: str
) -> None:
    bare = {key: item for key, item in SATURATION.items() if key != "valueQuantity"}
    (entry,) = entries({**bare, **value})
    assert (entry.quantity, tuple(code.code for code in entry.value_codes), entry.value_text) == (quantity, codes, text)


def test_components_are_entries_of_their_own(entries: Entries) -> None:
    components = [
        {"code": {"text": "Systolic"}, "valueQuantity": {"value": 142, "unit": "mmHg"}},
        {"code": {"text": "Posture"}, "valueCodeableConcept": {"text": "seated"}},
    ]
    panel = {**SATURATION, "component": components, "effectiveDateTime": "2024-02-03"}
    parent, systolic, posture = entries(panel)
    assert parent.part_of is None
    assert (systolic.text, systolic.quantity, systolic.part_of) == (
        "Systolic",
        Quantity(value=Decimal(142), unit="mmHg"),
        "Observation/o1",
    )
    assert (posture.value_text, posture.quantity, posture.effective) == ("seated", None, date(2024, 2, 3))
    assert posture.value_span
    assert render(panel, "Observation", "o1").text[slice(*posture.value_span)] == "seated"


def test_wrong_entries_keep_the_word_that_says_so(entries: Entries) -> None:
    refuted = {
        "resourceType": "Condition", "id": "c1", "subject": SUBJECT, "code": {"text": "Sleep apnea"},
        "clinicalStatus": {"coding": [{"code": "inactive"}]},
        "verificationStatus": {"coding": [{"code": "refuted"}]},
        "onsetDateTime": "2019", "abatementDateTime": "2020-05-01", "recordedDate": "2021-01-01",
    }  # fmt: skip
    assert entries({**SATURATION, "status": "entered-in-error"})[0].status == "entered-in-error"
    (entry,) = entries(refuted)
    assert (entry.status, entry.verification) == ("inactive", "refuted")
    assert (entry.effective, entry.effective_end, entry.issued) == (
        date(2019, 1, 1),
        date(2020, 5, 1),
        date(2021, 1, 1),
    )


MEDICATION = {"resourceType": "Medication", "id": "m1", "code": {"text": "Prednisone 10 mg"}}


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        ({"medicationReference": {"reference": "Medication/m1"}}, "Prednisone 10 mg"),
        ({"medicationReference": {"reference": "#m2"}, "contained": [{**MEDICATION, "id": "m2"}]}, "Prednisone 10 mg"),
        ({"medicationReference": {"display": "Albuterol"}}, "Albuterol"),
        ({"medicationCodeableConcept": {"text": "Tiotropium"}}, "Tiotropium"),
    ],
)
def test_a_medication_is_named_wherever_its_name_stands(entries: Entries, resource: JsonObject, words: str) -> None:
    statement = {
        "resourceType": "MedicationStatement", "id": "s1", "status": "not-taken", "subject": SUBJECT,
        "effectivePeriod": {"start": "2023-01-01"}, "dosage": [{"text": "10 mg daily"}],
    }  # fmt: skip
    (entry,) = entries({**statement, **resource}, MEDICATION)
    assert (entry.text, entry.value_text, entry.status) == (words, "10 mg daily", "not-taken")


OF_EACH_TYPE: list[tuple[JsonObject, str, date | None, str]] = [
    ({"resourceType": "Procedure", "status": "not-done", "code": {"text": "Lobectomy"},
      "performedDateTime": "2023-05-06"}, "Lobectomy", date(2023, 5, 6), "not-done"),
    ({"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "Sleep study"},
      "effectiveDateTime": "2023-05-06", "conclusion": "AHI 22"}, "Sleep study", date(2023, 5, 6), "final"),
    ({"resourceType": "MedicationRequest", "status": "stopped", "intent": "order", "authoredOn": "2023-05-06",
      "medicationCodeableConcept": {"text": "Roflumilast"}}, "Roflumilast", None, "stopped"),
    ({"resourceType": "MedicationAdministration", "status": "completed", "effectiveDateTime": "2023-05-06",
      "medicationCodeableConcept": {"text": "Ceftriaxone"}}, "Ceftriaxone", date(2023, 5, 6), "completed"),
    ({"resourceType": "MedicationDispense", "status": "completed", "whenHandedOver": "2023-05-06",
      "medicationCodeableConcept": {"text": "Tiotropium"}, "quantity": {"value": 30}}, "Tiotropium", date(2023, 5, 6),
     "completed"),
    ({"resourceType": "AllergyIntolerance", "code": {"text": "Penicillin"}, "patient": SUBJECT,
      "category": ["medication"], "onsetDateTime": "2001-01-01", "clinicalStatus": {"coding": [{"code": "active"}]}},
     "Penicillin", date(2001, 1, 1), "active"),
    ({"resourceType": "Encounter", "status": "finished", "class": {"code": "IMP"}, "type": [{"text": "Inpatient stay"}],
      "period": {"start": "2023-05-06", "end": "2023-05-09"}}, "Inpatient stay", date(2023, 5, 6), "finished"),
    ({"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB", "display": "ambulatory"}},
     "ambulatory", None, "finished"),
    ({"resourceType": "Immunization", "status": "completed", "vaccineCode": {"text": "Influenza"}, "patient": SUBJECT,
      "occurrenceDateTime": "2023-10-01"}, "Influenza", date(2023, 10, 1), "completed"),
    ({"resourceType": "DeviceUseStatement", "status": "active", "device": {"display": "CPAP"},
      "timingDateTime": "2023-05-06"}, "CPAP", date(2023, 5, 6), "active"),
    ({"resourceType": "DocumentReference", "status": "current", "docStatus": "final", "type": {"text": "Visit note"},
      "content": [{"attachment": {"url": "http://x/y"}}], "context": {"period": {"start": "2023-05-06"}}}, "Visit note",
     date(2023, 5, 6), "current"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "text", "on", "status"), OF_EACH_TYPE, ids=lambda value: str(value)[18:40])
def test_each_type_gives_its_code_date_and_status(
    entries: Entries, body: JsonObject, text: str, on: date | None, status: str
) -> None:
    subject: JsonObject = {} if "patient" in body else {"subject": SUBJECT}
    (entry,) = entries({**body, **subject, "id": "x1"}, PATIENT)
    assert (entry.text, entry.effective, entry.status, entry.patient_id) == (text, on, status, "p1")


def test_every_entry_type_is_tried_here() -> None:
    tried = {
        "Observation",
        "Condition",
        "MedicationStatement",
        *(str(body["resourceType"]) for body, *_ in OF_EACH_TYPE),
    }
    assert tried == set(ENTRY_TYPES)


def test_people_reasons_notes_and_encounter_are_kept(entries: Entries) -> None:
    procedure = {
        "resourceType": "Procedure", "id": "x1", "status": "completed", "code": {"text": "Polysomnography"},
        "subject": SUBJECT, "performer": [{"actor": {"reference": "Practitioner/d1"}}, {"actor": {"display": "Lab 7"}}],
        "reasonReference": [{"reference": "Condition/c1"}], "reasonCode": [LOINC], "note": [{"text": "in lab"}],
        "encounter": {"reference": "Encounter/e1"}, "bodySite": [LOINC],
    }  # fmt: skip
    doctor = {"resourceType": "Practitioner", "id": "d1", "name": [{"family": "Ito", "given": ["Ken"]}]}
    snoring = {"resourceType": "Condition", "id": "c1", "subject": SUBJECT, "code": {"coding": [{"code": "R06.83"}]}}
    (entry,) = entries(procedure, doctor, snoring)
    assert [party.name for party in entry.performers] == ["Ken Ito", "Lab 7"]
    assert [coding.code for coding in entry.reasons] == ["2708-6", "R06.83"]
    assert (entry.notes, entry.encounter_id, len(entry.body_sites)) == (("in lab",), "e1", 1)
