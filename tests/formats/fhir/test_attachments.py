import base64
from collections.abc import Callable
from datetime import date

import pytest

from cases.chart import Refusal
from formats.fhir.attachments import attachments_of
from formats.fhir.references import References
from formats.fhir.resource import ChartResource
from formats.json_places import JsonObject
from formats.notes.documents import NoteSource

ReadAll = Callable[..., tuple[list[ChartResource], References]]
NOTE = b"SpO2 84 % at rest"
ATTACHMENT: JsonObject = {"contentType": "text/plain", "data": base64.b64encode(NOTE).decode(), "title": "Visit"}
REFERENCE: JsonObject = {
    "resourceType": "DocumentReference", "id": "d1", "status": "current", "subject": {"reference": "Patient/p1"},
    "date": "2024-03-09T10:00:00Z", "content": [{"attachment": ATTACHMENT}],
}  # fmt: skip


def attached(read_all: ReadAll, *bodies: JsonObject) -> list[NoteSource | Refusal]:
    return list(attachments_of(*read_all(*bodies)))


def test_an_attached_document_is_a_note_of_the_subject(read_all: ReadAll) -> None:
    (note,) = attached(read_all, REFERENCE)
    assert isinstance(note, NoteSource)
    assert note.id == "DocumentReference/d1#content[0].attachment"
    assert note.source == "bundle.json#/entry/0/resource/content/0/attachment"
    assert (note.content, note.subject, note.dated, note.title) == (NOTE, "p1", date(2024, 3, 9), "Visit")


def test_the_period_of_care_dates_a_document_before_its_filing_does(read_all: ReadAll) -> None:
    (note,) = attached(read_all, {**REFERENCE, "context": {"period": {"start": "2024-03-01"}}})
    assert isinstance(note, NoteSource)
    assert note.dated == date(2024, 3, 1)


@pytest.mark.parametrize(
    "status", [{"status": "entered-in-error"}, {"status": "superseded"}, {"docStatus": "entered-in-error"}]
)
def test_a_withdrawn_document_is_not_read(read_all: ReadAll, status: JsonObject) -> None:
    (refusal,) = attached(read_all, {**REFERENCE, **status})
    assert isinstance(refusal, Refusal)
    assert refusal.field == "DocumentReference.content[0].attachment"
    assert refusal.reason.startswith("the document is ")


def test_a_binary_is_read_where_it_is_pointed_to(read_all: ReadAll) -> None:
    binary: JsonObject = {"resourceType": "Binary", "id": "b1", "contentType": "text/plain", "data": ATTACHMENT["data"]}
    pointer: JsonObject = {"attachment": {"contentType": "text/plain", "url": "Binary/b1"}}
    (note,) = attached(read_all, {**REFERENCE, "content": [pointer]}, binary)
    assert isinstance(note, NoteSource)
    assert (note.content, note.subject) == (NOTE, "p1")
    (alone,) = attached(read_all, binary)
    assert isinstance(alone, NoteSource)
    assert (alone.id, alone.subject) == ("Binary/b1#data", None)


def test_content_outside_the_hand_over_is_named(read_all: ReadAll) -> None:
    outside: JsonObject = {"attachment": {"contentType": "application/pdf", "url": "http://ehr/fhir/Binary/9"}}
    (refusal,) = attached(read_all, {**REFERENCE, "content": [outside]})
    assert isinstance(refusal, Refusal)
    assert "outside the hand-over" in refusal.reason


def test_reports_and_other_resources_carry_documents_too_and_portraits_are_none(read_all: ReadAll) -> None:
    report: JsonObject = {
        "resourceType": "DiagnosticReport", "id": "r1", "status": "final", "code": {"text": "Sleep study"},
        "presentedForm": [ATTACHMENT],
    }  # fmt: skip
    person: JsonObject = {"resourceType": "Patient", "id": "p1", "photo": [ATTACHMENT]}
    found = attached(read_all, report, person)
    assert [note.id for note in found if isinstance(note, NoteSource)] == ["DiagnosticReport/r1#presentedForm[0]"]
    assert len(found) == 1
