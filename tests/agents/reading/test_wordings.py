"""How differently writers put one statement: each wording is found affirmed, each near miss is not."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from agents.reading.rules_reader.prose import facts_of_note
from cases.document import Document, DocumentKind
from cases.evidence import Assertion, Experiencer, Fact
from cases.ids import Digest, DocumentId, PatientId
from knowledge.reading_cues import shipped_cues
from knowledge.vocabulary import shipped_vocabulary

TABLE = Path(__file__).parent / "wordings.txt"
WRITTEN = date(2022, 12, 20)
_EXPECTED = re.compile(r"(?:(?P<value>\d+(?:\.\d+)?)|(?P<side>right|left|bilateral)) \| ")


def _rows() -> Iterator[tuple[str, str]]:
    concept = ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            concept = line.strip("[]")
        elif line[:1] in ("+", "-"):
            yield concept, line


ROWS = tuple(_rows())


def affirmed(text: str, concept: str) -> list[Fact]:
    """The facts of a concept that a note of one sentence affirms of the patient."""
    note = Document(
        id=DocumentId("note.txt"), kind=DocumentKind.NOTE, title="", source="note.txt", media_type="text/plain",
        digest=Digest("0" * 64), text=text, patient_id=PatientId("p1"), dated=WRITTEN,
    )  # fmt: skip
    facts = facts_of_note(note, shipped_vocabulary(), shipped_cues(), frozenset())
    return [
        fact
        for fact in facts
        if fact.concept == concept and fact.assertion is Assertion.AFFIRMED and fact.experiencer is Experiencer.PATIENT
    ]


@pytest.mark.parametrize(("concept", "line"), [row for row in ROWS if row[1].startswith("+")])
def test_a_wording_is_read(concept: str, line: str) -> None:
    expected = _EXPECTED.match(line, 2)
    facts = affirmed(line[expected.end() if expected else 2 :], concept)
    assert facts
    if expected and expected["value"]:
        assert {round(fact.value, 2) for fact in facts if fact.value is not None} == {Decimal(expected["value"])}
    if expected and expected["side"]:
        assert expected["side"] in {fact.laterality.value for fact in facts if fact.laterality}


@pytest.mark.parametrize(("concept", "line"), [row for row in ROWS if row[1].startswith("-")])
def test_a_near_miss_is_not_read(concept: str, line: str) -> None:
    assert not affirmed(line[2:], concept)


def test_every_concept_has_a_near_miss() -> None:
    concepts = {concept for concept, _ in ROWS}
    assert concepts == {concept for concept, line in ROWS if line.startswith("-")}
    assert len(ROWS) >= 250
