"""The day that a letter gives to what the chart records: never the first day of what the words tell of."""

from datetime import date

import pytest

from agents.reading.letter_wording import evidence_sentence
from agents.reading.rules_reader.prose import facts_of_note
from cases.document import Document, DocumentKind
from cases.ids import Digest, DocumentId, PatientId
from knowledge.reading_cues import shipped_cues
from knowledge.vocabulary import shipped_vocabulary

WRITTEN = date(2026, 11, 4)
HEAD = "Date of visit: 11/04/2026\n\n"


def told(text: str, concept: str) -> list[str]:
    note = Document(
        id=DocumentId("note.txt"), kind=DocumentKind.NOTE, title="", source="note.txt", media_type="text/plain",
        digest=Digest("0" * 64), text=text, patient_id=PatientId("p1"), dated=WRITTEN,
    )  # fmt: skip
    facts = facts_of_note(note, shipped_vocabulary(), shipped_cues(), frozenset())
    found = [evidence_sentence(fact, {note.id: note}).text for fact in facts if fact.concept == concept]
    assert found, (text, concept)
    return found


@pytest.mark.parametrize(
    ("words", "concept"),
    [
        (
            "- Physical therapy for the knee 05/18/2026 to 08/21/2026, 14 weeks, 22 visits (record attached)",
            "therapy_knee",
        ),
        ("- Meloxicam 15 mg daily since 04/02/2026, still taking, partial relief", "nsaid_drug"),
        ("- Meloxicam since 04/02/2026\n- Cane in the left hand since July", "walking_aid_or_brace"),
    ],
)
def test_a_course_is_recorded_on_the_day_of_its_note(words: str, concept: str) -> None:
    for text in told(HEAD + words, concept):
        assert text.startswith("A note of 4 November 2026 records: "), text


def test_a_course_in_a_note_that_does_not_write_its_day_is_given_none() -> None:
    (text,) = told("Physical therapy for the knee 05/18/2026 to 08/21/2026, 14 weeks, 22 visits", "therapy_knee")
    assert text.startswith("The chart records: ")


def test_a_measured_value_keeps_the_day_that_stands_beside_it() -> None:
    (text,) = told(HEAD + "SpO2 85% on room air at rest on 10/28/2026.", "spo2")
    assert text.startswith("The chart records on 28 October 2026: ")
