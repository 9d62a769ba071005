"""Words that carry meaning are kept whole, rare ones weigh more, and two scales are joined fairly."""

import numpy as np
import pytest

from retrieval.ranking import Bm25, on_one_scale, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("E0424 at 88%", ["e0424", "88%"]),
        ("NCD 240.2, 56-59 mm Hg", ["ncd", "240.2", "56", "59", "mm", "hg"]),
        ("the studies were qualifying", ["study", "qualify"]),
        ("patient’s illness", ["patient'", "illness"]),
        ("How many can I use?", ["many", "use"]),
        ("", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


TEXTS = ["oxygen at home", "oxygen oxygen in hospital", "a lamp for home", "nothing of this"]


def test_rare_words_outweigh_common_ones_and_absent_ones_score_nothing() -> None:
    ranked = Bm25(TEXTS)
    assert list(np.argsort(-ranked.scores("oxygen at home"))[:2]) == [0, 1]
    assert ranked.scores("lamp")[2] > ranked.scores("home")[2]
    assert not ranked.scores("unseen words entirely").any()
    assert not ranked.scores("").any()


def test_scores_follow_the_formula() -> None:
    """Okapi BM25 by hand: three texts of two words, one of which holds the term."""
    found = Bm25(["red lamp", "blue lamp", "green lamp"], k1=1.2, b=0.75).scores("red")
    idf = np.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    assert found == pytest.approx([idf * 1 * 2.2 / (1 + 1.2), 0, 0])


def test_coverage_is_the_share_of_the_question_by_rarity() -> None:
    ranked = Bm25(TEXTS)
    assert ranked.coverage("oxygen home")[0] == pytest.approx(1)
    assert 0 < ranked.coverage("oxygen zebra")[0] < 0.5
    assert ranked.coverage("")[0] == 0


def test_an_empty_library_ranks_nothing() -> None:
    assert Bm25([]).scores("oxygen").shape == (0,)


def test_one_scale_has_spread_one_and_nothing_to_tell_apart_is_nought() -> None:
    joined = on_one_scale(np.array([1.0, 2.0, 3.0]))
    assert joined.std() == pytest.approx(1)
    assert list(np.argsort(joined)) == [0, 1, 2]
    assert not on_one_scale(np.array([5.0, 5.0])).any()
