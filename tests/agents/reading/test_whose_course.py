"""A course that the sentence afterwards gives to a relative is not the patient's; a relative beside it takes none."""

import pytest

from cases.evidence import Experiencer
from tests.agents.reading.test_prose import read


@pytest.mark.parametrize(
    "text",
    [
        "Methotrexate 10 weeks was her mother's drug.",
        "Methotrexate for 10 weeks was what her mother took.",
        "Methotrexate 15 mg weekly for 10 weeks; that was her sister's.",
        "That methotrexate course was his father's, 12 weeks.",
        "Methotrexate 12 weeks: mother's prescription.",
        "Methotrexate 12 weeks, which belonged to her brother.",
        "Methotrexate for 12 weeks (his wife's medication).",
        "The methotrexate bottle with 12 weeks of tablets was actually her aunt’s.",
        "Her mother's methotrexate lasted 12 weeks.",
    ],
)
def test_a_relatives_course_is_not_the_patients(text: str) -> None:
    facts = read(text, "methotrexate")
    assert facts
    assert {fact.experiencer for fact in facts} == {Experiencer.FAMILY}


@pytest.mark.parametrize(
    "text",
    [
        "Methotrexate for 12 weeks. Her mother's drug was sulfasalazine.",
        "Methotrexate for 12 weeks; the informant was her mother.",
        "Methotrexate for 12 weeks; she was her mother's caregiver then.",
        "Methotrexate for 12 weeks, stopped when it was her mother's birthday.",
        "Lives with her mother. Methotrexate for 12 weeks.",
        "Methotrexate for 12 weeks; drug bills paid by his father's insurance.",
        "Methotrexate was prescribed for 12 weeks while staying at her mother's house.",
        "Methotrexate for 12 weeks: nausea, otherwise tolerated.",
    ],
)
def test_a_relative_beside_the_patients_course_takes_it_not(text: str) -> None:
    facts = read(text, "methotrexate")
    assert facts
    assert {fact.experiencer for fact in facts} == {Experiencer.PATIENT}
