"""Leaves find their place in the real policy texts, and only there; a changed text makes the tree a draft."""

from datetime import date
from pathlib import Path

import pytest

from cases.criteria import Anchor, CriteriaTree, PolicyRef, PolicySpan, TreeStatus
from cases.ids import PayerId, PolicyDocId
from knowledge.criteria_binding import PolicyPlaces, bind
from knowledge.criteria_trees import tree_for
from knowledge.library import SOURCES

OXYGEN, CPAP = ("NCD 240.2", "E0424", date(2021, 9, 27)), ("NCD 240.4", "E0601", date(2008, 3, 13))


def bound(text: str, policy: tuple[str, str, date], effective: date | None = None) -> CriteriaTree:
    number, code, since = policy
    template = tree_for(number, [code], since)
    assert template is not None
    ref = PolicyRef(
        payer_id=PayerId("cms"),
        doc_id=PolicyDocId("d"),
        version=1,
        number=number,
        title="T",
        effective=effective or since,
    )
    return bind(template, text, ref)


def ncd(shared: Path, number: str) -> str:
    return (shared / "data" / "policies" / "cms" / f"ncd-{number}.txt").read_text(encoding="utf-8")


def spans(tree: CriteriaTree) -> dict[str, PolicySpan]:
    return {leaf.id: leaf.policy_span for leaf in tree.root.leaves() if leaf.policy_span}


def section_of(text: str, offset: int) -> str:
    """The letter of the last lettered heading before an offset."""
    return max((text.rfind(f"\n{letter}. ", 0, offset), letter) for letter in "ABCD")[1]


@pytest.mark.parametrize(
    ("leaf", "section", "has", "has_not"),
    [
        ("home_oxygen.test.ordered", "B", ["ordered and evaluated by the treating practitioner", "Initial claims"], []),
        ("home_oxygen.test.by_supplier", "B", ["supplier is not considered", "laboratory services"], ["Initial"]),
        ("home_oxygen.group1.rest_room_air", "B", ["at rest", "room air", "88%", "55 mm"], ["sleep", "exercise"]),
        ("home_oxygen.group1.sleep.value", "B", ["during sleep", "88%"], ["exercise"]),
        ("home_oxygen.group1.sleep.awake", "B", ["while awake", "89%"], ["exercise"]),
        ("home_oxygen.group1.sleep.fall.value", "B", ["more than 5%", "10 mm Hg"], ["exercise"]),
        ("home_oxygen.group1.sleep.fall.symptoms", "B", ["symptoms or signs"], ["exercise"]),
        ("home_oxygen.group1.exercise.value", "B", ["during exercise", "88%"], ["sleep"]),
        ("home_oxygen.group1.exercise.at_rest", "B", ["while at rest", "89%"], ["sleep"]),
        ("home_oxygen.group1.exercise.improves", "B", ["improves the hypoxemia"], ["88%"]),
        ("home_oxygen.group2.value", "B", ["56-59 mm Hg", "89%"], ["sleep"]),
        ("home_oxygen.group2.edema.present", "B", ["edema", "heart failure"], ["hematocrit"]),
        ("home_oxygen.group2.pulmonary", "B", ["cor pulmonale", "echocardiogram"], ["edema"]),
        ("home_oxygen.group2.hematocrit", "B", ["hematocrit", "56%"], ["edema"]),
        ("home_oxygen.excluded.angina", "C", ["Angina"], ["Breathlessness"]),
        ("home_oxygen.excluded.breathlessness", "C", ["Breathlessness"], ["Angina"]),
        ("home_oxygen.excluded.limb.disease", "C", ["peripheral vascular"], ["Angina"]),
        ("home_oxygen.excluded.terminal.illness", "C", ["Terminal"], ["Angina"]),
    ],
)
def test_oxygen_leaf_stands_at_its_sentence(
    shared: Path, leaf: str, section: str, has: list[str], has_not: list[str]
) -> None:
    text = ncd(shared, "240.2")
    span = spans(bound(text, OXYGEN))[leaf]
    assert section_of(text, span.start) == section
    assert [words for words in has if words not in " ".join(span.quote.split())] == []
    assert [words for words in has_not if words in span.quote] == []


@pytest.mark.parametrize(
    ("leaf", "item", "has"),
    [
        ("cpap.adult", "1.", "adult patients"),
        ("cpap.education", "2.", "education"),
        ("cpap.clinical_evaluation", "3.", "clinical evaluation"),
        ("cpap.osa_test.positive", "3.", "positive"),
        ("cpap.osa_test.attended", "a.", "sleep laboratory"),
        ("cpap.osa_test.type_2", "b.", "Type II home"),
        ("cpap.osa_test.type_3", "c.", "Type III"),
        ("cpap.osa_test.type_4", "d.", "3 channels"),
        ("cpap.sleep_test_ordered", "4.", "previously ordered"),
        ("cpap.sleep_test_supervised", "4.", "supervision"),
        ("cpap.ahi_15", "a.", "15 events"),
        ("cpap.ahi_5_14", "b.", "14 events"),
        ("cpap.symptoms.sleepiness", "b.", "sleepiness"),
        ("cpap.symptoms.stroke", "b.", "stroke"),
        ("cpap.short_15.hours", "If", "2-hour period"),
    ],
)
def test_cpap_leaf_stands_at_its_item(shared: Path, leaf: str, item: str, has: str) -> None:
    text = ncd(shared, "240.4")
    span = spans(bound(text, CPAP))[leaf]
    assert section_of(text, span.start) == "B"
    assert span.quote.startswith(item)
    assert has in span.quote


@pytest.mark.parametrize("policy", [OXYGEN, ("NCD 240.2", "E0431", date(2021, 9, 27)), CPAP])
def test_the_whole_tree_binds_with_verbatim_quotes(shared: Path, policy: tuple[str, str, date]) -> None:
    text = ncd(shared, policy[0].removeprefix("NCD "))
    tree = bound(text, policy)
    assert (tree.status, tree.draft_reasons) == (TreeStatus.APPROVED, ())
    found = [*spans(tree).values(), *(note.policy_span for note in tree.notes if note.policy_span)]
    assert len(spans(tree)) == len(tree.root.leaves())
    assert all(note.policy_span for note in tree.notes)
    assert all(text[span.start : span.end] == span.quote for span in found)


@pytest.mark.parametrize(
    ("old", "new", "leaf"),
    [
        ("at or below 88%, taken at rest", "at or below 85%, taken at rest", "rest_room_air"),
        ("taken at rest, breathing room air", "taken at rest", "rest_room_air"),
        ("saturation is 89%, if", "saturation is 90%, if", "group2.value"),
        ("hematocrit greater than 56%", "hematocrit greater than 60%", "hematocrit"),
        ("a decrease in arterial PO2 more than 10 mm", "a decrease in arterial PO2 more than 15 mm", "fall.value"),
        ("ordered and evaluated by the treating practitioner. Such", "made by a laboratory. Such", "test.ordered"),
        ("C. Nationally Non-Covered Indications", "C. Notes", "excluded.angina"),
        ("\nGroup I:\n", "\nAdults:\n", "rest_room_air"),
        ("not described in section B", "described elsewhere", "note on home_oxygen"),
    ],
)
def test_a_changed_text_makes_a_draft_that_says_why(shared: Path, old: str, new: str, leaf: str) -> None:
    text = ncd(shared, "240.2")
    assert old in text
    tree = bound(text.replace(old, new), OXYGEN)
    assert tree.status is TreeStatus.DRAFT
    assert any(leaf in reason for reason in tree.draft_reasons), tree.draft_reasons


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("15 events", "20 events"),
        ("at least 3 channels", "at least 4 channels"),
        ("less than 2 hours", "less than 3 hours"),
    ],
)
def test_a_changed_number_in_the_cpap_text_makes_a_draft(shared: Path, old: str, new: str) -> None:
    assert bound(ncd(shared, "240.4").replace(old, new), CPAP).status is TreeStatus.DRAFT


def test_another_layout_of_the_same_words_still_binds(shared: Path) -> None:
    text = ncd(shared, "240.2").replace("’", "'").replace("56-59 mm Hg", "56–59\nmmHg").replace("88%", "88 %")
    assert bound(text, OXYGEN).status is TreeStatus.APPROVED


def test_another_policy_does_not_bind(shared: Path) -> None:
    tree = bound(ncd(shared, "240.2.1"), OXYGEN)
    assert tree.status is TreeStatus.DRAFT


@pytest.mark.parametrize("effective", [date(2021, 9, 26), date(2006, 3, 20)])
def test_a_text_from_before_the_trees_time_is_a_draft(shared: Path, effective: date) -> None:
    tree = bound(ncd(shared, "240.2"), OXYGEN, effective)
    assert tree.status is TreeStatus.DRAFT
    assert "2021-09-27" in tree.draft_reasons[0]


def test_a_text_of_unknown_date_is_a_draft(shared: Path) -> None:
    template = tree_for("NCD 240.2", ["E0424"], None)
    assert template is not None
    ref = PolicyRef(payer_id=PayerId("cms"), doc_id=PolicyDocId("d"), version=1, number="NCD 240.2", title="T")
    assert "not known" in bind(template, ncd(shared, "240.2"), ref).draft_reasons[0]


def test_the_sample_policy_binds() -> None:
    text = (SOURCES / "northlake-advantage" / "home-oxygen.md").read_text(encoding="utf-8")
    for code in ("E0424", "E1392"):
        tree = bound(text, ("NLA-DME-014", code, date(2022, 1, 1)))
        assert (tree.status, tree.draft_reasons) == (TreeStatus.APPROVED, ())


TEXT = """Title

A. Rules

• A lamp at or below 5 lux, at rest – in a dark room; or,
• A lamp for a “late” walk. It is the lamp's walk.

B. Limits

A lamp that restores light at 5 lux is dark. A lamp for a late talk.
"""


@pytest.mark.parametrize(
    ("section", "terms", "quote"),
    [
        ("Rules", ("5 lux", "at rest"), "A lamp at or below 5 lux, at rest – in a dark room; or,"),
        ("rules", ("AT  REST - in a dark",), "A lamp at or below 5 lux, at rest – in a dark room; or,"),
        ("Rules", ("'late' walk",), "A lamp for a “late” walk."),
        ("Rules", ("the lamp’s walk",), "It is the lamp's walk."),
        ("Limits", ("5lux",), "A lamp that restores light at 5 lux is dark."),
    ],
)
def test_terms_are_sought_whatever_the_spacing_dashes_and_quotes(
    section: str, terms: tuple[str, ...], quote: str
) -> None:
    found = PolicyPlaces(TEXT).find(Anchor(section=section, terms=terms))
    assert isinstance(found, PolicySpan)
    assert found.quote == quote


@pytest.mark.parametrize(
    ("section", "terms", "said"),
    [
        ("Limits", ("at rest",), "do not stand together"),
        ("Rules", ("15 lux",), "do not stand together"),
        ("Rules", ("lamp",), "at 3 places"),
        ("Rule", ("lamp",), "is not in the text"),
        ("Limits", ("dark", "late"), "do not stand together"),
        ("Rules", ("late", "the lamp’s walk"), "do not stand together"),
    ],
)
def test_what_is_not_there_or_not_once_is_said(section: str, terms: tuple[str, ...], said: str) -> None:
    found = PolicyPlaces(TEXT).find(Anchor(section=section, terms=terms))
    assert isinstance(found, str)
    assert said in found
