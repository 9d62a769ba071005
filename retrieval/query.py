"""A question as the rankings need it: its terms by number and rarity, and other words for the same."""

from collections.abc import Sequence
from string import ascii_lowercase

import numpy as np
from numpy.typing import NDArray

from knowledge.synonyms import SaidOtherwise
from retrieval.passage_index import PassageIndex
from retrieval.ranking import Bm25, Scores, tokens

_LONG = 7
_KNOWN, _UNKNOWN = 0.5, 1.0
"""How much another form counts where the library has the question's own form, and where it has not."""


class _Way:
    """One way to say a term: columns of the query's terms, and the share of its words that the library knows."""

    def __init__(self, columns: list[int], words: int) -> None:
        self.columns = columns
        self.share = len(columns) / max(words, 1)

    def score(self, by_term: Scores) -> Scores:
        total: Scores = by_term[:, self.columns].sum(axis=1) / np.sqrt(len(self.columns)) * self.share
        return total


class QueryTerms:
    """`terms` are all numbers in play, the question's own and other forms'; scores are texts by these terms."""

    def __init__(self, index: PassageIndex, text: str, said_otherwise: Sequence[SaidOtherwise]) -> None:
        own = list(dict.fromkeys(tokens(text)))
        known = index.terms.places(own)
        said_otherwise = [*said_otherwise, *_respelled(index, own)]
        groups = [(term, [tokens(other) for other in term.others]) for term in said_otherwise]
        self.forms = [[form for said in (term.said, *term.others) if (form := tokens(said))] for term in said_otherwise]
        self.forms = [forms for forms in self.forms if forms]
        self.words_said_otherwise = frozenset(word for term in said_otherwise for word in tokens(term.said))
        others = [word for _, ways in groups for way in ways for word in way if word not in own]
        numbers = list(dict.fromkeys([*known, *index.terms.places(others)]))
        self.terms: NDArray[np.int64] = np.array(numbers, dtype=np.int64)
        self.rarity: Scores = np.array([index.words.rarity(number) for number in numbers])
        self._own = len(known)
        self.words, self.said_otherwise = len(own), len(said_otherwise)
        self.unseen_share = 1 - len(known) / len(own) if own else 1.0
        self._unseen = (len(own) - len(known)) * index.words.unseen
        column = {number: place for place, number in enumerate(numbers)}
        self._groups: list[tuple[float, list[_Way], list[int]]] = []
        for term, ways in groups:
            places = (column.get(number, self._own) for number in index.terms.places(tokens(term.said)))
            said = [place for place in places if place < self._own]
            kept = [
                _Way([column[number] for number in index.terms.places(way) if column[number] >= self._own], len(way))
                for way in ways
            ]
            kept = [way for way in kept if way.columns]
            if kept:
                self._groups.append((_KNOWN if said else _UNKNOWN, kept, said))

    def asked_for(self, by_term: Scores) -> Scores:
        """The question's own terms added up."""
        total: Scores = by_term[:, : self._own].sum(axis=1)
        return total

    def otherwise(self, by_term: Scores) -> Scores:
        """For each term said otherwise its best other form, added up."""
        total = np.zeros(len(by_term))
        for weight, ways, _ in self._groups:
            total += weight * np.max([way.score(by_term) for way in ways], axis=0)
        return total

    def covered(self, counts: Scores) -> Scores:
        """For each text the share, by rarity, of the question's words that it has, in this form or another."""
        has = counts > 0
        got = has[:, : self._own] * self.rarity[: self._own]
        worth = float(self.rarity[: self._own].sum()) + self._unseen
        total = got.sum(axis=1)
        for _, ways, said in self._groups:
            other = np.max([has[:, way.columns].mean(axis=1) * way.share for way in ways], axis=0)
            if said:
                missing = ((~has[:, said]) * self.rarity[said]).sum(axis=1)
                total += missing * other
            else:
                total += other * min(self._unseen, float(self.rarity.max(initial=0.0)))
        shares: Scores = np.minimum(total / max(worth, 1e-9), 1.0)
        return shares

    def own_covered(self, counts: Scores) -> Scores:
        """For each text the share, 0..1, of each of the question's known words that it has, in this form or another."""
        has = (counts > 0).astype(np.float64)
        covered: Scores = has[:, : self._own].copy()
        for _, ways, said in self._groups:
            if said:
                other = np.max([has[:, way.columns].mean(axis=1) * way.share for way in ways], axis=0)
                covered[:, said] = np.maximum(covered[:, said], other[:, None])
        return covered

    def first_stage(self, ranking: Bm25) -> tuple[Scores, Scores]:
        """Scores of whole passages or documents: the question's own words, and other words for the same."""
        own, otherwise = ranking.scores(self.terms[: self._own].tolist()), ranking.scores([])
        for weight, ways, _ in self._groups:
            best = np.zeros_like(otherwise)
            for way in ways:
                found = ranking.scores(self.terms[way.columns].tolist()) / np.sqrt(len(way.columns)) * way.share
                np.maximum(best, found, out=best)
            otherwise += weight * best
        return own, otherwise


def _respelled(index: PassageIndex, words: Sequence[str]) -> list[SaidOtherwise]:
    """For a long word that the library has not, the word it has that is one slip away, the commonest where several.

    Shorter words, and words that begin otherwise, are more often other words than slips.
    """
    found = []
    for word in words:
        if len(word) >= _LONG and word.isalpha() and word not in index.terms.numbers:
            near = index.terms.places(other for other in _one_slip_away(word) if other[0] == word[0])
            if near:
                common = min(near, key=index.words.rarity)
                found.append(SaidOtherwise(word, (index.terms.word(common),)))
    return found


def _one_slip_away(word: str) -> set[str]:
    """Words with one letter left out, added, changed, or two neighbours turned round."""
    parts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    slips = {before + after[1:] for before, after in parts if after}
    slips |= {before + after[1] + after[0] + after[2:] for before, after in parts if len(after) > 1}
    slips |= {before + letter + after[1:] for before, after in parts if after for letter in ascii_lowercase}
    return slips | {before + letter + after for before, after in parts for letter in ascii_lowercase}
