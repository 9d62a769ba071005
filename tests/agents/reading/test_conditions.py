"""The conditions of a measurement, with look-alikes that are none."""

import pytest

from agents.reading.rules_reader.conditions import conditions_in
from cases.evidence import Setting
from knowledge.reading_cues import shipped_cues

REST, EXERCISE, SLEEP, AWAKE = Setting.REST, Setting.EXERCISE, Setting.SLEEP, Setting.AWAKE
AIR, OXYGEN, TREATED = Setting.ROOM_AIR, Setting.ON_OXYGEN, Setting.ON_TREATMENT


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        ("85% at rest on room air", {REST, AIR}),
        ("resting SpO2 85% RA", {REST, AIR}),
        ("85% (RA, rest)", {REST, AIR}),
        ("85% without supplemental oxygen", {AIR}),
        ("FiO2 0.21", {AIR}),
        ("94% on 2 L NC", {OXYGEN}),
        ("94% on two liters by cannula", {OXYGEN}),
        ("on home oxygen", {OXYGEN}),
        ("79% with ambulation", {EXERCISE}),
        ("after the 6MWT", {EXERCISE}),
        ("overnight oximetry", {SLEEP}),
        ("while awake", {AWAKE}),
        ("residual AHI on CPAP", {TREATED}),
        ("the rest of the exam was normal", set()),
        ("bed rest advised", set()),
        ("resting heart rate 88", set()),
        ("rest pain in the calf", set()),
        ("room air conditioner broken", set()),
        ("rheumatoid factor raised", set()),
        ("waiting room", set()),
        ("cardiac arrest", set()),
        ("not at rest", set()),
        ("unable to test on room air", set()),
        ("uses a walker", set()),
        ("gave 2 L of saline", set()),
        ("on oxygen saturation", set()),
    ],
)
def test_conditions(words: str, settings: set[Setting]) -> None:
    found = conditions_in(words, 0, len(words), shipped_cues())
    assert {item.setting for item in found} == settings
    assert all(words[item.start : item.end].strip() for item in found)
