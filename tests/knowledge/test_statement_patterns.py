"""A pattern is tried only where its anchors stand, and is never passed over where it matches."""

import re

import pytest

from cases.errors import StoreDamaged
from knowledge.statement_patterns import PatternIndex, anchors_of, compile_pattern, needs_of
from knowledge.vocabulary import shipped_vocabulary


@pytest.mark.parametrize(
    ("pattern", "anchors"),
    [
        (r"\btaught\b", ("taught",)),
        (r"\b(?:taught|trained) (?:him|her)\b", ("taught", "trained")),
        (r"colou?r", ("colo",)),
        (r"(?:left|right)?knee", ("knee",)),
        (r"\d\+", ()),
        (r"mask|machine", ("mask", "machine")),
    ],
)
def test_anchors_are_words_no_match_can_do_without(pattern: str, anchors: tuple[str, ...]) -> None:
    assert set(anchors_of(pattern)) == set(anchors)


def test_a_sentence_is_tried_with_what_can_match_it() -> None:
    patterns = [
        compile_pattern("a", r"\btaught the mask", {}, denies=False),
        compile_pattern("b", "knee", {}, denies=True),
    ]
    index = PatternIndex(patterns)
    assert [one.concept_id for one in index.possible("she was taught the mask")] == ["a"]
    assert index.possible("nothing of it") == []


def test_a_word_that_must_not_follow_is_never_required() -> None:
    pattern = compile_pattern("a", r"\bsignature ?: ?(?!not\b|none|blank)[A-Z]\w+", {}, denies=False)
    assert PatternIndex([pattern]).possible("signature: sandoval") == [pattern]


def test_no_shipped_pattern_is_passed_over_where_it_matches() -> None:
    index = shipped_vocabulary().statements
    for pattern in index.patterns:
        assert all(words for words in pattern.needs)
        for words in needs_of(pattern.regex.pattern.replace(r"\s+", " ").replace(r"\s*", " ")):
            assert all(re.fullmatch("[a-z]+", word) for word in words)


@pytest.mark.parametrize("words", ["{nowhere}", "(?:open"])
def test_a_damaged_pattern_is_named(words: str) -> None:
    with pytest.raises(StoreDamaged, match="spo2"):
        compile_pattern("spo2", words, {}, denies=False)
