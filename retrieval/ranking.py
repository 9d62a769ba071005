"""Ranks passages by words (BM25) and by vectors, and joins the scores on one scale."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

Scores = NDArray[np.float64]

_TOKEN = re.compile(r"\d+(?:\.\d+)+|[a-z]\d{4}|\d+%|[a-z0-9]+(?:'[a-z]+)?")
_STOPWORDS = frozenset(
    re.findall(
        r"\w+",
        """
    a an and any are as at be by can do does for from has have how i if in is it its may must of on or than that
    the their then there they this to under was we were what when which with you your
""",
    )
)
_SCALE_OVER = 100
"""How many of the best scores set the scale on which two rankings are joined."""


def tokens(text: str) -> list[str]:
    """Words without stop words, plurals and endings cut; codes (`e0424`), numbers (`240.2`) and `88%` stay whole."""
    plain = text.casefold().replace("’", "'")
    return [_stem(word) for word in _TOKEN.findall(plain) if word not in _STOPWORDS]


def _stem(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if len(word) > len(ending) + 4 and word.endswith(ending):
            return word[: -len(ending)]
    return word


class Bm25:
    """Okapi BM25 over a fixed list of texts; `k1` and `b` as measured best on the development questions."""

    def __init__(self, texts: Sequence[str], k1: float = 0.9, b: float = 0.4) -> None:
        counts = [Counter(tokens(text)) for text in texts]
        self._terms = {term: place for place, term in enumerate(sorted({term for count in counts for term in count}))}
        rows = [row for row, count in enumerate(counts) for _ in count]
        columns = [self._terms[term] for count in counts for term in count]
        values = np.array([float(number) for count in counts for number in count.values()])
        shape = (len(texts), len(self._terms))
        frequency = csc_array((values, (rows, columns)), shape=shape)
        self._idf = _idf(np.diff(frequency.indptr), len(texts))
        self._unseen = float(np.log(1 + (len(texts) + 0.5) / 0.5))
        self._weights = _weighed(frequency, self._idf, k1, b)

    def scores(self, query: str) -> Scores:
        """One score for each text, 0 where no word of the query stands in it."""
        total = np.zeros(self._weights.shape[0])
        for term, times in Counter(tokens(query)).items():
            column = self._column(term)
            if column is not None:
                rows, values = column
                total[rows] += times * values
        return total

    def coverage(self, query: str) -> Scores:
        """For each text the share, by rarity, of the query's words that stand in it; between 0 and 1."""
        total, whole = np.zeros(self._weights.shape[0]), 0.0
        for term in set(tokens(query)):
            column = self._column(term)
            rarity = self._unseen if column is None else float(self._idf[self._terms[term]])
            whole += rarity
            if column is not None:
                total[column[0]] += rarity
        return total / whole if whole else total

    def _column(self, term: str) -> tuple[NDArray[np.int32], Scores] | None:
        place = self._terms.get(term)
        if place is None:
            return None
        inside = slice(self._weights.indptr[place], self._weights.indptr[place + 1])
        return self._weights.indices[inside], self._weights.data[inside]


def _idf(holding: NDArray[np.int32], texts: int) -> Scores:
    return np.asarray(np.log(1 + (texts - holding + 0.5) / (holding + 0.5)), dtype=np.float64)


def _weighed(frequency: csc_array, idf: Scores, k1: float, b: float) -> csc_array:
    lengths = np.asarray(frequency.sum(axis=1), dtype=np.float64).ravel()
    norm = k1 * (1 - b + b * lengths / max(lengths.mean(), 1.0)) if len(lengths) else lengths
    weighed = frequency.copy()
    weighed.data = weighed.data * (k1 + 1) / (weighed.data + norm[weighed.indices])
    weighed.data *= np.repeat(idf, np.diff(weighed.indptr))
    return weighed


def on_one_scale(scores: Scores) -> Scores:
    """Scores in standard deviations from the mean of their best hundred, so that two rankings can be added."""
    best = np.sort(scores)[-_SCALE_OVER:]
    spread = float(best.std()) if len(best) else 0.0
    return (scores - best.mean()) / spread if spread > 0 else np.zeros_like(scores)
