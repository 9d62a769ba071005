"""What is no statement of absence: an absence meets a criterion that asks for one, so a look-alike is a false MET."""

import pytest

from cases.evidence import Assertion
from tests.agents.reading.test_prose import read


@pytest.mark.parametrize(
    ("concept", "text", "denied"),
    [
        ("lumbar_mri_done", "MRI lumbar spine: none found in any archive.", True),
        ("lumbar_mri_done", "MRI lumbar spine today, no prior for comparison.", False),
        ("pet_before_treatment", "FDG PET/CT: none.", True),
        ("pet_before_treatment", "Her first PET was in 2024.", False),
        ("pet_before_treatment", "Lesions: none so far on PET.", False),
        ("pet_before_treatment", "I believe there was no PET before her first chemotherapy.", False),
        ("stroke", "Stroke: never.", True),
        ("active_infection", "Cannot exclude an early abscess.", False),
    ],
)
def test_an_absence_is_stated_or_not(concept: str, text: str, denied: bool) -> None:
    assert any(fact.assertion is Assertion.NEGATED for fact in read(text, concept)) is denied


def test_a_line_left_blank_says_nothing_and_one_for_a_signature_says_that_none_is_there() -> None:
    done = "Chemotherapy course completed on 3 May 2022."
    assert [fact.assertion for fact in read(done, "cancer_treatment_completed")] == [Assertion.AFFIRMED]
    assert read("Date first course completed: ________", "cancer_treatment_completed") == []
    for label in ("Clinician signature", "Date signed", "Signature", "Signed by"):
        facts = read(f"{done}\n\n{label}: ________", "cancer_treatment_completed")
        assert [fact.assertion for fact in facts] == [Assertion.UNCERTAIN], label


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Took a 2000 mg dose; glucose 150 mg/dL fasting.", "2022-12-20"),
        ("Reflexes 2 dec on the left; glucose 150 mg/dL fasting.", "2022-12-20"),
        ("Glucose 150 mg/dL fasting on 12 August.", "2022-08-12"),
        ("The March note gives glucose 150 mg/dL fasting.", "2022-03-01"),
    ],
)
def test_what_is_a_day_and_what_is_not(text: str, day: str) -> None:
    (fact,) = read(text, "plasma_glucose")
    assert fact.when is not None
    assert fact.when.on.isoformat() == day


def test_a_day_in_the_first_line_under_a_heading_is_not_the_day_of_the_next() -> None:
    listed = "CONSERVATIVE CARE\n- Physical therapy 05/18/2022 to 08/21/2022\n- Cane in the left hand since July\n"
    (cane,) = read(listed, "walking_aid_or_brace")
    (named,) = read("AIDS (05/18/2022)\nCane in the left hand\n", "walking_aid_or_brace")
    assert cane.when is not None
    assert named.when is not None
    assert (cane.when.on.isoformat(), named.when.on.isoformat()) == ("2022-12-20", "2022-05-18")
