"""Words that carry meaning are kept whole, rare ones weigh more, and two scales are joined fairly."""

import numpy as np
import pytest

from retrieval.ranking import Bm25, TermTable, on_one_scale, tokens


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


def ranked(texts: list[str], words: str, **constants: float) -> np.ndarray:
    table = TermTable()
    ranking = Bm25(table.counted(texts), **constants)
    return ranking.scores(table.places(tokens(words)))


def test_rare_words_outweigh_common_ones_and_absent_ones_score_nothing() -> None:
    assert list(np.argsort(-ranked(TEXTS, "oxygen at home"))[:2]) == [0, 1]
    assert ranked(TEXTS, "lamp")[2] > ranked(TEXTS, "home")[2]
    assert not ranked(TEXTS, "unseen words entirely").any()
    assert not ranked(TEXTS, "").any()


def test_scores_follow_the_formula() -> None:
    """Okapi BM25 by hand: three texts of two words, one of which holds the term."""
    found = ranked(["red lamp", "blue lamp", "green lamp"], "red", k1=1.2, b=0.75)
    idf = np.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    assert found == pytest.approx([idf * 1 * 2.2 / (1 + 1.2), 0, 0])


def test_a_term_counted_after_the_ranking_was_built_scores_nothing() -> None:
    table = TermTable()
    ranking = Bm25(table.counted(TEXTS))
    table.counted(["zebra"])
    assert not ranking.scores(table.places(["zebra"])).any()
    assert ranking.rarity(table.numbers["zebra"]) == ranking.unseen


def test_an_empty_library_ranks_nothing() -> None:
    assert ranked([], "oxygen").shape == (0,)


def test_one_scale_has_spread_one_and_nothing_to_tell_apart_is_nought() -> None:
    joined = on_one_scale(np.array([1.0, 2.0, 3.0]))
    assert joined.std() == pytest.approx(1)
    assert list(np.argsort(joined)) == [0, 1, 2]
    assert not on_one_scale(np.array([5.0, 5.0])).any()


def test_one_scale_is_set_by_the_best_hundred() -> None:
    scores = np.concatenate([np.zeros(900), np.arange(100.0)])
    assert on_one_scale(scores)[-100:].mean() == pytest.approx(0)
