"""Which quantity a question asks for, and whether a sentence states it."""

import pytest

from knowledge.quantities import kinds_asked, states


@pytest.mark.parametrize(
    ("question", "sentence", "stated"),
    [
        ("How many weeks of therapy?", "Therapy lasted at least 6 weeks.", True),
        ("How many weeks of therapy?", "Therapy was tried and failed.", False),
        ("What is the weight limit?", "The member weighs at most 300 pounds.", True),
        ("What is the weight limit?", "The approval is good for 60 days.", False),
        ("What dose is approved?", "Up to 2 g/kg is approved.", True),
        ("What saturation at rest is needed?", "88 % or less at rest", True),
        ("What does it cost?", "Two visits a month are covered.", False),
    ],
)
def test_a_sentence_states_the_quantity_asked_for_or_not(question: str, sentence: str, stated: bool) -> None:
    kinds = kinds_asked(question)
    assert kinds
    assert states(sentence, kinds) is stated


@pytest.mark.parametrize("question", ["Is a lamp covered?", "Who decides?", "Which documents are sent?"])
def test_a_question_after_no_quantity_has_no_kind(question: str) -> None:
    assert kinds_asked(question) == ()
