"""A stated reason finds the criteria it is about, and what an exclusion or an alternative settles."""

import pytest

from agents.reading.appeals.policy_passage import lead_of, policy_passage
from agents.reading.appeals.reason_matching import match_reason, settle
from cases.criteria import Judgement, Op, PolicySpan, State


def leaf(name: str, statement: str, state: State, quote: str = "") -> Judgement:
    span = PolicySpan(start=0, end=len(quote), quote=quote) if quote else None
    return Judgement(id=name, op=Op.LEAF, statement=statement, state=state, confidence=1.0, policy_span=span)


def node(name: str, op: Op, state: State, *children: Judgement) -> Judgement:
    return Judgement(id=name, op=op, statement=name, state=state, confidence=1.0, children=children)


BMI = leaf("bmi", "Body mass index below 40", State.NOT_MET, "7. The body mass index is below 40.")
CARE = leaf("care", "Two conservative treatments were tried", State.MET, "5. Two conservative treatments failed.")
REST = leaf("rest", "Saturation at rest at most 88 %", State.MET, "1. A resting value of 88 or lower.")
WALK = leaf("walk", "Saturation walking at most 88 %", State.INSUFFICIENT, "A walking value is accepted instead.")
COMFORT = leaf("comfort", "Asked for comfort only", State.NOT_MET, "Not approved for comfort only.")
EITHER = node("either", Op.ANY, State.MET, REST, WALK)
TREE = node("root", Op.ALL, State.NOT_MET, BMI, CARE, EITHER, node("none", Op.NONE, State.MET, COMFORT))


@pytest.mark.parametrize(
    ("words", "near", "found"),
    [
        ("Body mass index is not below 40.", "", {"bmi"}),
        ("Only one conservative treatment is shown.", "", {"care"}),
        ("Not shown.", "(criterion 5)", {"care"}),
        ("The walking value is missing.", "", {"walk"}),
        ("It was asked for comfort.", "", {"comfort"}),
    ],
)
def test_words_and_points_lead_to_their_criteria(words: str, near: str, found: set[str]) -> None:
    match = match_reason(words, near, TREE)
    assert {one.id for one in match.leaves} == found
    assert not match.general


def test_a_reason_that_names_nothing_means_the_policy_as_a_whole_with_what_is_open() -> None:
    match = match_reason("Not medically necessary.", "", TREE)
    assert match.general
    assert {"bmi", "care", "rest"} <= {one.id for one in match.leaves}
    assert not settle(TREE, match.leaves).holds


def test_a_met_alternative_answers_for_one_that_is_open() -> None:
    settled = settle(TREE, [WALK])
    assert settled.holds
    assert [one.id for one in settled.shown] == ["rest"]


def test_an_exclusion_that_is_not_shown_holds_without_evidence() -> None:
    settled = settle(TREE, [COMFORT])
    assert settled.holds
    assert settled.shown == ()
    assert [one.id for one in settled.absent] == ["comfort"]


def test_what_is_not_met_is_never_settled() -> None:
    assert not settle(TREE, [BMI]).holds


POLICY = "# Home oxygen\n\n1. A resting value on room air.\n2. The value was taken in the 30 days before the order.\n"


def test_the_policys_own_words_are_found_unless_they_are_quoted_already() -> None:
    found = policy_passage("the value was not taken in the 30 days", "", POLICY, [])
    assert found is not None
    assert POLICY[found.start : found.end] == found.quote
    assert found.quote.startswith("2. The value")
    assert policy_passage("the value was not taken in the 30 days", "", POLICY, [found]) is None
    assert policy_passage("the moon is full", "", POLICY, []) is None


SIGNS = node("signs", Op.AT_LEAST, State.MET,
             leaf("low", "Oxygen saturation below 90 %", State.MET), leaf("fast", "Respiratory rate of 30", State.MET),
             leaf("sleepy", "A change of mental state", State.INSUFFICIENT)).model_copy(
                 update={"statement": "At least two signs of severity"})  # fmt: skip
STAY = node("stay", Op.ALL, State.MET, leaf("nights", "Care over two midnights is expected", State.MET), SIGNS)
POINTS = """2. Care over two midnights is expected.
3. At least two signs of severity, out of the list
   below, were recorded.

5. Two conservative treatments failed.
"""


def test_a_reason_about_a_counting_means_what_was_counted() -> None:
    match = match_reason("One sign of severity is recorded, and two are asked for.", "", STAY)
    assert {one.id for one in match.leaves} == {"low", "fast"}
    assert match.group == SIGNS
    assert match_reason("Care over two midnights is not expected.", "", STAY).group is None


def test_the_line_before_a_counted_list_is_quoted_where_it_leads_into_it() -> None:
    text = "4. Nights.\n5. At least two of these signs were recorded:\n   a. low oxygen;\n   b. fast breath.\n"
    spans = [
        PolicySpan(start=text.index(said), end=text.index(said) + 5, quote=said[:5]) for said in ("a. lo", "b. fa")
    ]
    held = SIGNS.model_copy(update={"children": tuple(
        child.model_copy(update={"policy_span": span}) for child, span in zip(SIGNS.children, spans, strict=False)
    )})  # fmt: skip
    found = lead_of(held, text)
    assert found is not None
    assert found.quote == "5. At least two of these signs were recorded:" == text[found.start : found.end]
    assert lead_of(SIGNS, text) is None
    assert lead_of(held, text.replace("recorded:", "recorded.")) is None


def test_a_point_that_is_named_lends_its_words() -> None:
    assert {one.id for one in match_reason("Point 3 is not met.", "", STAY, POINTS).leaves} == {"low", "fast"}
    assert {one.id for one in match_reason("Not shown.", "(point 2) and later point 3", STAY, POINTS).leaves} == {
        "nights"
    }
