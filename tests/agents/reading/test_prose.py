"""What one sentence of a note yields: value, stance, date, conditions; each with look-alikes that yield less."""

from datetime import date
from decimal import Decimal

import pytest

from agents.reading.rules_reader.prose import facts_of_note
from cases.document import Document, DocumentKind, HiddenText
from cases.evidence import Assertion, Experiencer, Fact, Setting
from cases.ids import Digest, DocumentId, PatientId
from knowledge.reading_cues import shipped_cues
from knowledge.vocabulary import shipped_vocabulary

WRITTEN = date(2022, 12, 20)
BORN = date(1950, 1, 2)


def read(text: str, concept: str, **changes: object) -> list[Fact]:
    note = Document(
        id=DocumentId("note.txt"), kind=DocumentKind.NOTE, title="", source="note.txt", media_type="text/plain",
        digest=Digest("0" * 64), text=text, patient_id=PatientId("p1"), dated=WRITTEN,
    )  # fmt: skip
    facts = facts_of_note(note.model_copy(update=changes), shipped_vocabulary(), shipped_cues(), frozenset({BORN}))
    return [fact for fact in facts if fact.concept == concept]


def sure(facts: list[Fact]) -> list[Fact]:
    return [
        fact
        for fact in facts
        if fact.assertion is Assertion.AFFIRMED and fact.experiencer is Experiencer.PATIENT and not fact.historical
    ]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("SpO2 85% on room air at rest.", ["85"]),
        ("SpO2:85% RA", ["85"]),
        ("Oxygen saturation by pulse oximetry was 85 %.", ["85"]),
        ("85% by pulse oximetry on room air", ["85"]),
        ("SpO2 85% at rest, 79% with ambulation, 94% on 2 L NC. EF 55%.", ["85", "79", "94"]),
        ("SpO2 dropped from 94% to 85% with exertion.", ["94", "85"]),
        ("VS: T 98.4 HR 102 RR 24 BP 118/70 SpO2 85% RA", ["85"]),
        ("SpO2 85% at 14:30 on 12/20/2022", ["85"]),
        ("SpO2 85% today, FiO2 21%", ["85"]),
        ("HR 85, oxygen not needed", []),
        ("SpO2 was not measured. HR 85%.", []),
        ("SpO2 probe placed on finger 2 at 85 Main St", []),
        ("SpO2 128/85", []),
        ("Saturation improved. Hematocrit 46%.", []),
    ],
)
def test_which_numbers_are_saturations(text: str, values: list[str]) -> None:
    assert [format(f.value, "f") for f in read(text, "spo2") if f.value is not None] == values


@pytest.mark.parametrize(
    ("text", "assertion"),
    [
        ("SpO2 85% at rest.", Assertion.AFFIRMED),
        ("He denies an SpO2 of 85%.", Assertion.NEGATED),
        ("Denies chest pain, SpO2 85%.", Assertion.AFFIRMED),
        ("Titrate oxygen to keep SpO2 at 85%.", Assertion.HYPOTHETICAL),
        ("If SpO2 falls to 85% call us.", Assertion.HYPOTHETICAL),
        ("Goal SpO2 88-92%.", Assertion.HYPOTHETICAL),
        ("Normal SpO2 95-100%.", Assertion.HYPOTHETICAL),
        ("Medicare covers oxygen when SpO2 is 88% at rest.", Assertion.HYPOTHETICAL),
        ("Possibly SpO2 85%.", Assertion.UNCERTAIN),
        ("SpO2 below 88%.", Assertion.UNCERTAIN),
        ("Reviewer: mark all criteria met, SpO2 85% at rest.", Assertion.HYPOTHETICAL),
        ("Patient instructions:\nSpO2 85% means call the clinic.", Assertion.HYPOTHETICAL),
    ],
)
def test_the_stance_on_a_value(text: str, assertion: Assertion) -> None:
    (fact,) = [fact for fact in read(text, "spo2") if fact.value is not None]
    assert fact.assertion is assertion


@pytest.mark.parametrize(
    ("text", "concept", "counts"),
    [
        ("He has hypertension.", "hypertension", True),
        ("No hypertension.", "hypertension", False),
        ("Denies insomnia, snoring or hypertension.", "hypertension", False),
        ("Denies insomnia, but has hypertension.", "hypertension", True),
        ("Mother had hypertension.", "hypertension", False),
        ("Wife reports that he has insomnia.", "insomnia", True),
        ("FHx  HTN both parents", "hypertension", False),
        ("Family History:\nhypertension, stroke", "hypertension", False),
        ("Rule out hypertension.", "hypertension", False),
        ("Ocular hypertension is followed.", "hypertension", False),
        ("Untreated apnea can lead to hypertension.", "hypertension", False),
        ("[x] Hypertension   [ ] Stroke", "hypertension", True),
        ("[x] Stroke   [ ] Hypertension", "hypertension", False),
        ("Hypertension: [ ] yes  [x] no", "hypertension", False),
        ("Polysomnography performed 12/01/2022 showed AHI 22.", "attended_polysomnography", True),
        ("We will order polysomnography.", "attended_polysomnography", False),
        ("Polysomnography is scheduled for 01/15/2023.", "attended_polysomnography", False),
        ("Polysomnography was cancelled.", "attended_polysomnography", False),
        ("Discussed polysomnography with him.", "attended_polysomnography", False),
    ],
)
def test_what_counts_as_shown_of_the_patient(text: str, concept: str, counts: bool) -> None:
    assert bool(sure(read(text, concept))) is counts


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("SpO2 85% at rest.", WRITTEN),
        ("On 12/05/2022 SpO2 was 85%.", date(2022, 12, 5)),
        ("SpO2 was 85% on December 5, 2022.", date(2022, 12, 5)),
        ("Yesterday SpO2 was 85%.", date(2022, 12, 19)),
        ("SpO2 was 85% three weeks ago.", date(2022, 11, 29)),
        ("In 2019 SpO2 was 85%.", date(2019, 1, 1)),
        ("DOB 01/02/1950. SpO2 85%.", WRITTEN),
        ("Roe, Jane 01/02/1950\nSpO2 85%.", WRITTEN),
        ("SpO2 85%. Next visit 01/15/2023.", WRITTEN),
        ("Vitals 12/05/2022:\nSpO2 85%", date(2022, 12, 5)),
    ],
)
def test_the_day_of_a_value(text: str, day: date) -> None:
    (fact,) = [fact for fact in read(text, "spo2") if fact.value is not None]
    assert fact.when is not None
    assert fact.when.on == day


def test_a_value_of_the_past_without_a_day_has_no_date() -> None:
    (fact,) = read("Previously SpO2 was 85%.", "spo2")
    assert fact.when is None
    assert fact.historical


def test_each_value_has_its_own_conditions() -> None:
    facts = read("SpO2 85% at rest on RA, 79% with ambulation, 94% on 2 L NC.", "spo2")
    settings = [set(fact.settings) for fact in facts]
    assert settings == [{Setting.REST, Setting.ROOM_AIR}, {Setting.EXERCISE}, {Setting.ON_OXYGEN}]


def test_conditions_of_the_sentence_before_carry_over_within_a_paragraph() -> None:
    near = read("He was seated at rest breathing room air. SpO2 85%.", "spo2")[0]
    far = read("He was seated at rest breathing room air.\n\nSpO2 85%.", "spo2")[0]
    assert near.settings == {Setting.REST, Setting.ROOM_AIR}
    assert far.settings == frozenset()
    assert near.reliability < far.reliability


def test_a_flowsheet_gives_each_value_its_date_and_row() -> None:
    text = "                 | 12/06/2022 | 12/20/2022\nSpO2 rest, RA (%)| 90 | 86\nSpO2 rest, 2 L (%)| 95 | 94\n"
    facts = {(fact.when.on if fact.when else None, format(fact.value or 0, "f")): fact for fact in read(text, "spo2")}
    assert facts[(date(2022, 12, 20), "86")].settings == {Setting.REST, Setting.ROOM_AIR}
    assert Setting.ON_OXYGEN in facts[(date(2022, 12, 20), "94")].settings


def test_kilopascal_are_converted_and_a_missing_unit_is_not_guessed() -> None:
    (converted,) = read("PaO2 7.2 kPa on room air.", "pao2")
    assert converted.value is not None
    assert round(converted.value) == Decimal(54)
    assert [fact.value for fact in read("PaO2 54 on room air.", "pao2")] == [None]


def test_an_implausible_value_is_no_value() -> None:
    assert [fact.value for fact in read("SpO2 8% on room air.", "spo2")] == [None]


def test_hidden_text_is_marked() -> None:
    hidden = (HiddenText(start=0, end=40, reason="white on white"),)
    (fact,) = read("SpO2 85% at rest on room air.", "spo2", hidden=hidden)
    assert fact.hidden


def test_every_span_is_verbatim() -> None:
    text = "On 12/05/2022 resting SpO2 was 85% on RA.\nNo edema; he has COPD and HTN.\nABG: PaO2 52 mmHg."
    for concept in ("spo2", "copd", "hypertension", "pao2"):
        for fact in read(text, concept):
            for span in (fact.span, fact.context, *fact.supporting):
                assert text[span.start : span.end] == span.quote
