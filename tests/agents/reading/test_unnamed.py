"""Saturations without their name are read beside the air that was breathed, and nothing else is taken for one."""

from decimal import Decimal

import pytest

from cases.evidence import Setting
from tests.agents.reading.test_prose import read


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("O2: 93% RA sitting. Ambulated in the corridor on RA, sat ↓ 86%.", ["93", "86"]),
        ("Oximetry, cannula off: started 92%, lowest 83% at minute four.", ["92", "83"]),
        ("With no oxygen in the hallway the walk test took her from 94% to 85%.", ["94", "85"]),
        ("Spirometry on room air with oximetry at hand: FEV1 62%, FVC 71% predicted.", []),
        ("The oximetry was done on room air; she was adherent 88% of the time.", []),
        ("Oximetry on room air is booked; 88% would qualify her.", []),
        ("Oximetry: Mrs. Harlow in the next chair had 84% at rest on room air.", []),
        ("Her brother had 84% on room air by oximetry.", []),
        ("On room air by oximetry all well; glucose low 65, temperature 99.", []),
        ("Oximetry on RA unchanged; pain 60% better, knee function improved 55%.", []),
        ("Pulse oximetry on RA fine. RA factor 88. Neutrophils 75% on room air.", []),
        ("Humidity in the room 55%, on air. No oximetry.", []),
    ],
)
def test_what_is_taken_for_a_saturation(text: str, values: list[str]) -> None:
    assert [fact.value for fact in read(text, "spo2")] == [Decimal(value) for value in values]


def test_an_unnamed_reading_has_the_conditions_of_its_paragraph() -> None:
    (low,) = read("Walk test with the cannula off. Within three minutes the monitor showed 82%.", "spo2")
    assert {Setting.ROOM_AIR, Setting.EXERCISE} <= low.settings


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("She has no oxygen at home. SpO2 86% at rest.", {Setting.REST}),
        ("In bed on air mattress, SpO2 84% at rest.", {Setting.REST}),
        ("Home O2: none\nSpO2 86% at rest.", {Setting.REST}),
        ("She walked from the car park. She sat down. SpO2 87% on RA.", {Setting.ROOM_AIR}),
        ("Breathing room air. She sat for ten minutes. SpO2 87% at rest.", {Setting.ROOM_AIR, Setting.REST}),
    ],
)
def test_what_stands_sentences_before_is_what_was_breathed_and_no_more(text: str, settings: set[Setting]) -> None:
    assert [set(fact.settings) for fact in read(text, "spo2")] == [settings]
