"""Cover sheets, enclosure lists and checklists name documents; nothing in them is evidence of what they name."""

from datetime import date

import pytest

from agents.reading.rules_reader.calendar_words import dated_words
from cases.evidence import Assertion
from tests.agents.reading.test_prose import read, sure

LISTED = "Clinical evaluation for sleep apnea in person"


@pytest.mark.parametrize(
    "text",
    [
        f"FAX COVER SHEET\nTo: Plan    Pages: 9\n[X] {LISTED}\n",
        f"Enclosures:\n[X] {LISTED}\n[ ] Sleep study\n",
        f"Documents enclosed:\n- {LISTED}\n",
        f"Packet checklist:\n[X] {LISTED}\n",
        f"Enclosed: {LISTED}, sleep study report.\n",
        f"Sent with this letter: (1) {LISTED} (2) order\n",
    ],
)
def test_what_is_listed_is_not_shown(text: str) -> None:
    assert sure(read(text, "osa_clinical_evaluation")) == []


def test_a_page_behind_the_cover_is_evidence() -> None:
    found = read(f"Assessment:\n{LISTED} done today.\n", "osa_clinical_evaluation")
    assert [fact.assertion for fact in found] == [Assertion.AFFIRMED]


def test_what_is_ticked_under_criteria_is_said_of_the_patient_and_an_empty_box_is_not() -> None:
    text = "Criteria\n✔ Hypertension present\n❏ Myasthenia gravis\n"
    assert sure(read(text, "hypertension"))
    assert read(text, "neuromuscular_disease") == []


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("in November of last year", date(2025, 11, 1)),
        ("last November", date(2025, 11, 1)),
        ("in March of this year", date(2026, 3, 1)),
        ("last year", date(2024, 5, 6)),
    ],
)
def test_a_month_of_last_year_is_placed_there(words: str, day: date) -> None:
    assert [one.day for one in dated_words(words, 0, len(words), date(2026, 5, 6))] == [day]
