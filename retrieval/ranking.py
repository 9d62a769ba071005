"""Ranks texts by words (BM25), and brings scores of several kinds onto one scale."""

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

Scores = NDArray[np.float64]
Places = NDArray[np.int64]

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


class TermTable:
    """How often each term stands in each of a list of texts; terms are numbered as they are met."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self._words: tuple[str, ...] = ()

    def counted(self, texts: Iterable[str]) -> csr_array:
        """Texts by terms; terms not met before are added."""
        rows, columns, values, count = array("i"), array("i"), array("f"), 0
        for row, text in enumerate(texts):
            count = row + 1
            for term, times in Counter(tokens(text)).items():
                rows.append(row)
                columns.append(self.numbers.setdefault(term, len(self.numbers)))
                values.append(times)
        return csr_array(
            (np.frombuffer(values, np.float32), (np.frombuffer(rows, np.int32), np.frombuffer(columns, np.int32))),
            shape=(count, len(self.numbers)),
        )

    def word(self, number: int) -> str:
        """The term of a number."""
        if len(self._words) != len(self.numbers):
            self._words = tuple(self.numbers)
        return self._words[number]

    def places(self, words: Iterable[str]) -> list[int]:
        """The numbers of those terms that were met."""
        return [self.numbers[word] for word in words if word in self.numbers]


class Bm25:
    """Okapi BM25 over counted texts; `k1` and `b` as measured best on the development questions."""

    def __init__(self, counts: csr_array, k1: float = 0.9, b: float = 0.4) -> None:
        frequency = csc_array(counts, dtype=np.float32)
        texts = frequency.shape[0]
        holding = np.diff(frequency.indptr)
        self.idf: Scores = np.log(1 + (texts - holding + 0.5) / (holding + 0.5))
        self.unseen = float(np.log(1 + (texts + 0.5) / 0.5))
        lengths = np.asarray(frequency.sum(axis=1), dtype=np.float64).ravel()
        norm = k1 * (1 - b + b * lengths / max(float(lengths.mean()), 1.0)) if texts else lengths
        data = frequency.data * (k1 + 1) / (frequency.data + norm[frequency.indices])
        data *= np.repeat(self.idf, holding)
        self._texts, self._starts = texts, frequency.indptr
        self._rows, self._weights = frequency.indices, data.astype(np.float32)

    def column(self, term: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The texts that hold a term, and its weight in each; none for a term not met when this was built."""
        if term + 1 >= len(self._starts):
            return self._rows[:0], self._weights[:0]
        inside = slice(self._starts[term], self._starts[term + 1])
        return self._rows[inside], self._weights[inside]

    def scores(self, terms: Sequence[int]) -> Scores:
        """One score for each text, 0 where none of the terms stands in it."""
        total = np.zeros(self._texts)
        for term in terms:
            rows, values = self.column(term)
            total[rows] += values
        return total

    def rarity(self, term: int) -> float:
        """How rare a term is; the rarest where it was not met when this was built."""
        return float(self.idf[term]) if term < len(self.idf) else self.unseen


def saturated(counts: Scores, lengths: Scores, mean_length: float, k1: float = 0.9, b: float = 0.4) -> Scores:
    """BM25's share of a term's weight, for counts of texts by terms."""
    norm = k1 * (1 - b + b * lengths / max(mean_length, 1.0))
    return counts * (k1 + 1) / (counts + norm[:, None])


def on_one_scale(scores: Scores) -> Scores:
    """Scores in standard deviations from the mean of their best hundred, so that two rankings can be added."""
    best = np.partition(scores, -_SCALE_OVER)[-_SCALE_OVER:] if len(scores) > _SCALE_OVER else scores
    spread = float(best.std()) if len(best) else 0.0
    return (scores - best.mean()) / spread if spread > 0 else np.zeros_like(scores)
