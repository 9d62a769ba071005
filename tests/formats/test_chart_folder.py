import base64
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from cases.chart import Chart
from cases.document import DocumentKind
from cases.errors import InputError
from cases.ids import DocumentId, digest_of
from formats.chart_folder import read_chart
from formats.notes.attribution import ANOTHER_PERSON

SUBJECT = {"reference": "Patient/ama"}
PATIENT = {
    "resourceType": "Patient", "id": "ama", "birthDate": "1948-07-09", "name": [{"family": "Osei", "given": ["Ama"]}],
    "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": "77120"}],
}  # fmt: skip
KEN = {
    **PATIENT,
    "id": "ken",
    "name": [{"family": "Ito", "given": ["Ken"]}],
    "birthDate": "1961-02-03",
    "identifier": [],
}
SATURATION = {
    "resourceType": "Observation", "id": "sat", "status": "final", "subject": SUBJECT,
    "effectiveDateTime": "2024-03-09", "issued": "2024-03-10T10:00:00Z", "valueQuantity": {"value": 84, "unit": "%"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "2708-6"}]},
}  # fmt: skip
ORDER = {
    "resourceType": "DeviceRequest", "id": "o2", "status": "draft", "intent": "order", "subject": SUBJECT,
    "codeCodeableConcept": {"text": "Oxygen concentrator"}, "authoredOn": "2024-03-12",
}  # fmt: skip
NOTE = "Patient: Ama Osei   DOB: 07/09/1948\nDate of service: 03/09/2024\nSpO2 84 % at rest on room air.\n"


def folder(root: Path, **files: object) -> Path:
    """Files under `root`: dictionaries as JSON, text and bytes as they are; `__` in a name is a dot."""
    for name, content in files.items():
        path = root / name.replace("__", ".")
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content))
    return root


def pdf(*pages: str) -> bytes:
    out = BytesIO()
    canvas = Canvas(out)
    for page in pages:
        for number, line in enumerate(page.splitlines()):
            canvas.drawString(72, 700 - 20 * number, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def check(chart: Chart, contents: dict[DocumentId, bytes]) -> None:
    """What holds of every chart: ids are one of a kind, places lie in the text, bytes are those of the digest."""
    ids = [document.id for document in chart.documents]
    assert len(set(ids)) == len(ids)
    assert set(contents) == set(ids)
    for document in chart.documents:
        assert document.digest == digest_of(contents[document.id])
        assert document.text
        for place in (*document.fields, *document.hidden):
            assert 0 <= place.start < place.end <= len(document.text)
        if document.pages:
            assert "".join(document.text[page.start : page.end] for page in document.pages) == document.text
    known = set(ids)
    for entry in chart.entries:
        assert entry.document_id in known
    assert all(item.file and item.reason for item in chart.refusals)


def read(*paths: Path) -> Chart:
    chart, contents = read_chart(paths)
    check(chart, dict(contents))
    return chart


def test_a_folder_that_mixes_everything_becomes_one_chart(tmp_path: Path) -> None:
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": SATURATION}, {"resource": ORDER}]}
    folder(tmp_path, p__json=PATIENT, b__json=bundle, note__txt=NOTE, more__pdf=pdf(NOTE), form__docx=b"PK\x03\x04 x")
    chart = read(tmp_path)
    assert Counter(document.kind for document in chart.documents) == {
        DocumentKind.FHIR_RESOURCE: 3,
        DocumentKind.NOTE: 2,
    }
    assert {document.patient_id for document in chart.documents} == {"ama"}
    assert ([item.id for item in chart.patients], [item.reference for item in chart.orders]) == (
        ["ama"],
        ["DeviceRequest/o2"],
    )
    assert [entry.resource_id for entry in chart.entries] == ["sat"]
    assert [(item.file, item.reason) for item in chart.refusals] == [
        ("form.docx", "is a ZIP file, which is not opened")
    ]


def test_documents_are_dated_by_what_they_state_and_never_by_when_they_were_issued(tmp_path: Path) -> None:
    undated = {key: item for key, item in SATURATION.items() if key != "effectiveDateTime"} | {"id": "late"}
    folder(tmp_path, p__json=PATIENT, s__json=SATURATION, u__json=undated, o__json=ORDER, note__txt=NOTE)
    dated = {document.id: document.dated for document in read(tmp_path).documents}
    assert dated == {
        "Patient/ama": None,
        "Observation/sat": date(2024, 3, 9),
        "Observation/late": None,
        "DeviceRequest/o2": date(2024, 3, 12),
        "note.txt": date(2024, 3, 9),
    }


def test_a_file_is_told_by_its_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    folder(tmp_path, scan__tiff=NOTE, notes__json=pdf(NOTE), patient__txt=PATIENT)
    chart = read(tmp_path)
    kinds = {document.id: document.media_type for document in chart.documents}
    assert kinds == {
        "Patient/ama": "application/fhir+json",
        "scan.tiff": "text/plain",
        "notes.json": "application/pdf",
    }


def test_pages_of_another_patient_are_split_off_and_are_nobodys(tmp_path: Path) -> None:
    pages = (NOTE, "continued, SpO2 83 %", "Patient: Mary Jones  DOB: 1/2/1930\nSpO2 79 %", "her second page", NOTE)
    chart = read(folder(tmp_path, p__json=PATIENT, fax__pdf=pdf(*pages)))
    notes = [document for document in chart.documents if document.kind is DocumentKind.NOTE]
    assert [(note.id, note.patient_id, [page.number for page in note.pages]) for note in notes] == [
        ("fax.pdf#p1-2", "ama", [1, 2]),
        ("fax.pdf#p3-4", ANOTHER_PERSON, [3, 4]),
        ("fax.pdf#p5", "ama", [5]),
    ]
    assert [(item.file, item.pointer, item.field, item.reason) for item in chart.refusals] == [
        ("fax.pdf", "page 3-4", "name", "names another patient")
    ]
    assert "79 %" not in "".join(note.text for note in notes if note.patient_id == "ama")


def test_a_silent_note_is_the_only_patients_but_nobodys_among_several(tmp_path: Path) -> None:
    folder(tmp_path, p__json=PATIENT, note__txt="SpO2 84 % at rest")
    assert read(tmp_path).documents[-1].patient_id == "ama"
    folder(tmp_path, k__json=KEN)
    chart = read(tmp_path)
    assert chart.documents[-1].patient_id is None
    assert chart.refusals[-1].file == "note.txt"


def test_a_resource_about_somebody_without_a_patient_resource_makes_it_a_chart_of_several(tmp_path: Path) -> None:
    other = {**SATURATION, "id": "other", "subject": {"reference": "Patient/unknown"}}
    chart = read(folder(tmp_path, p__json=PATIENT, o__json=other, note__txt="SpO2 84 % at rest"))
    assert chart.documents[-1].patient_id is None


def bundle(*resources: object, **full_urls: str) -> dict[str, object]:
    entries: list[dict[str, object]] = [{"resource": resource} for resource in resources]
    for entry, url in zip(entries, full_urls.values(), strict=False):
        entry["fullUrl"] = url
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def test_two_persons_of_one_id_are_never_mixed(tmp_path: Path) -> None:
    namesake = {**KEN, "id": "ama"}
    his = {**SATURATION, "id": "his", "valueQuantity": {"value": 97, "unit": "%"}}
    loose = {**SATURATION, "id": "loose"}
    folder(tmp_path, a__json=bundle(PATIENT, SATURATION), b__json=bundle(namesake, his), c__json=loose)
    chart = read(tmp_path)
    assert {entry.resource_id: entry.patient_id for entry in chart.entries} == {
        "sat": "ama",
        "his": "b.json#Patient/ama",
        "loose": "c.json#Patient/ama",
    }
    assert [(item.file, item.field) for item in chart.refusals] == [("b.json", "Patient.id")]


def test_one_person_in_two_bundles_is_one(tmp_path: Path) -> None:
    first, again = "urn:uuid:00000000-0000-4000-8000-000000000001", "urn:uuid:00000000-0000-4000-8000-000000000002"
    later = {**SATURATION, "id": "later", "subject": {"reference": again}}
    folder(tmp_path, a__json=bundle(PATIENT, p=first), b__json=bundle({**PATIENT, "language": "en"}, later, p=again))
    chart = read(tmp_path)
    assert [entry.patient_id for entry in chart.entries] == ["ama"]
    assert not chart.refusals


def test_attached_notes_are_read_once_with_subject_and_date(tmp_path: Path) -> None:
    text = "SpO2 84 % at rest"
    attachment = {"contentType": "application/octet-stream", "data": base64.b64encode(text.encode()).decode()}
    image = {"contentType": "image/png", "data": base64.b64encode(b"\x89PNG....").decode()}
    reference = {
        "resourceType": "DocumentReference", "id": "d1", "status": "current", "subject": SUBJECT,
        "date": "2024-03-09T10:00:00Z", "content": [{"attachment": attachment}, {"attachment": image}],
    }  # fmt: skip
    chart = read(folder(tmp_path, p__json=PATIENT, d__json=reference, same__txt=text))
    (note,) = (document for document in chart.documents if document.kind is DocumentKind.NOTE)
    assert note.id == "DocumentReference/d1#content[0].attachment"
    assert (note.text, note.patient_id, note.dated) == (text, "ama", date(2024, 3, 9))
    (refusal,) = chart.refusals
    assert (refusal.file, refusal.pointer) == ("d.json", "/content/1/attachment")
    assert refusal.reason == "is a damaged image"


def test_an_attached_note_that_names_another_patient_is_not_the_subjects(tmp_path: Path) -> None:
    attachment = {"contentType": "text/plain", "data": base64.b64encode(b"Patient: Mary Jones\nSpO2 79 %").decode()}
    reference = {
        "resourceType": "DocumentReference", "id": "d1", "status": "current", "subject": SUBJECT,
        "content": [{"attachment": attachment}],
    }  # fmt: skip
    chart = read(folder(tmp_path, p__json=PATIENT, d__json=reference))
    assert chart.documents[-1].patient_id == ANOTHER_PERSON
    assert chart.refusals[0].reason == "names another patient"


def test_an_order_not_to_do_something_is_shown_but_is_no_order(tmp_path: Path) -> None:
    body = {**ORDER, "resourceType": "ServiceRequest", "code": {"text": "Home oxygen"}, "doNotPerform": True}
    del body["codeCodeableConcept"]
    chart = read(folder(tmp_path, p__json=PATIENT, o__json=body))
    assert not chart.orders
    assert chart.document(DocumentId("ServiceRequest/o2")) is not None
    assert chart.refusals[0].field == "ServiceRequest.doNotPerform"


def test_a_file_that_bears_the_name_of_a_resource_does_not_take_its_place(tmp_path: Path) -> None:
    (tmp_path / "Observation").mkdir()
    (tmp_path / "Observation" / "sat").write_text("SpO2 99 %")
    chart = read(folder(tmp_path, p__json=PATIENT, s__json=SATURATION))
    assert "84 %" in next(item.text for item in chart.documents if item.id == "Observation/sat")
    assert [item.text for item in chart.documents if item.id == "Observation/sat~"] == ["SpO2 99 %"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "there is no file in what was given"),
        (
            {"a__json": {"hook": "order-sign", "hookInstance": "1"}},
            "a.json: resourceType: is not a FHIR resource but a CDS",
        ),
        ({"a__png": b"\x89PNG", "b__txt": ""}, "a.png: is a damaged image"),
    ],
)
def test_where_nothing_can_be_read_the_error_says_why(tmp_path: Path, files: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_chart([folder(tmp_path, **files)])


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"{", b'{"resourceType": ', b"%PDF-1.7\n", b"\xff\xfe", b"[["]))
def test_any_bytes_beside_a_good_file_are_used_or_refused(content: bytes, opening: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        chart = read(folder(Path(name), p__json=PATIENT, x=opening + content))
        assert len(chart.documents) + len(chart.refusals) >= 2
        assert chart.patients[0].id == "ama"


@pytest.mark.parametrize(
    "content", ["[" * 100_000, '{"a":' * 100_000, '{"resourceType": "Patient", "contact": ' + "[" * 900]
)
def test_deep_nesting_is_refused(tmp_path: Path, content: str) -> None:
    chart = read(folder(tmp_path, p__json=PATIENT, deep__json=content))
    assert [item.file for item in chart.refusals] == ["deep.json"]


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=200))
def test_words_of_a_resource_survive_into_its_text(words: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        note = {**SATURATION, "note": [{"text": words}]}
        chart = read(folder(Path(name), p__json=PATIENT, s__json=note))
        document = chart.document(DocumentId("Observation/sat"))
        if document is None:
            assert chart.refusals
            return
        place = document.field("note[0].text")
        assert place is not None
        assert document.text[place.start : place.end] == words


def json_files(shared: Path) -> Iterator[Path]:
    yield from sorted((shared / "data" / "standards").rglob("*.json"))


def documents_or_reason(path: Path) -> int | str:
    """How many documents a file gives, or the reason it gives none, without the place and the fix."""
    try:
        return len(read(path).documents)
    except InputError as error:
        place, _, reason = error.message.rpartition(": ")
        assert place.startswith(f"Nothing could be read: {path.name}")
        return reason.split(" (")[0]


def test_every_json_of_the_standards_data_is_used_or_refused_by_name(shared: Path) -> None:
    unread = Counter(documents_or_reason(path) for path in json_files(shared))
    assert 0 not in unread
    assert not any("cannot be read as R4" in str(reason) for reason in unread)
    assert unread["is not a FHIR resource but a CDS Hooks request"] == 24


KNOWN_BAD = [
    ("deviceRequestPrefetchResponse_r4.json", "Bundle.entry[6].resource.intent"),
    ("bundle-dtr.json", "Bundle.entry[4].resource.clinicalStatus"),
    ("bundle-prior-auth.json", "Bundle.entry[1].resource.insurance"),
    ("claim-complete.json", "Bundle.entry[7].resource.intent"),
    ("questionnaireresponse-dtr.json", "QuestionnaireResponse.item[3].item[1].answer[0].integer"),
    ("subscription-email.json", "Subscription.channel.header"),
    ("HypoxemiaPatientBundle.json", "Bundle.entry[13].resource.class[0].type.system"),
    ("6. practitioner-role.json", "PractitionerRole.organization "),
    ("crd_coverage_example.json", "Coverage.id"),
    ("pat015_bundle.json", "Bundle.entry[19].resource.code.coding[0].code"),
    ("pre_populated_questionnaire_response.json", "QuestionnaireResponse.item[2].item[1].answer[1].valueCoding.code"),
    ("questionnaire_response_conformant.json", "QuestionnaireResponse.item[2].item[1].answer[1].valueCoding.code"),
    (
        "questionnaire_response_incorrect_origin.json",
        "QuestionnaireResponse.item[2].item[1].answer[1].valueCoding.code",
    ),
]


@pytest.mark.parametrize(("name", "field"), KNOWN_BAD)
def test_resources_known_to_be_invalid_are_refused_at_their_element(
    shared: Path, tmp_path: Path, name: str, field: str
) -> None:
    (path,) = (found for found in json_files(shared) if found.name == name)
    folder(tmp_path, p__json=PATIENT)
    assert field in [refusal.field for refusal in read(tmp_path, path).refusals]


@pytest.mark.parametrize("place", ["hl7-davinci-test-ehr", "synthea-smart-on-fhir"])
def test_whole_charts_load(shared: Path, place: str) -> None:
    chart = read(shared / "data" / "standards" / place)
    assert len(chart.patients) == 5
    assert chart.orders
    assert all(order.codes or order.text for order in chart.orders)
    assert all(entry.patient_id for entry in chart.entries)
    assert all(entry.code_span for entry in chart.entries)
