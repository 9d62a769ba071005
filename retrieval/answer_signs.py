"""What in the best windows speaks for an answer: the question's telling words side by side, and the quantity asked."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge.quantities import kinds_asked, states
from retrieval import windows
from retrieval.passage_index import PassageIndex
from retrieval.query import QueryTerms
from retrieval.ranking import Places, Scores, tokens

_ASKING = frozenset(
    tokens(
        """
    cover covered coverage covers medicare medicaid criteria criterion require required requirement requires need
    needed needs many much long often soon old high low patient patients member members policy policies plan plans
    approve approved approval pay paid pays payable payment limit limits allowed allow minimum maximum min max per
    before after least most ok okay who which where why under over necessary medically eligible qualify qualifies
    apply applies rule rules national ncd determination beneficiary beneficiaries say says provide get give given use
    used using time times number condition conditions indication indications claim request prior authorization auth
    considered circumstances specific should would could will not no yes between into also other any all still first
    new
"""
    )
)
"""Words of asking, in almost every question and policy: they tell little about what is asked."""
_ASKING_COUNTS = 0.25
_OTHERWISE_SAID = 0.4
"""How much a word counts that the library has not, where other words for it are known."""
_UNITS_READ = 3
_MOST = 3.0
_LONG = 7


class AnswerSigns(NamedTuple):
    """Shares of the question's telling words, by rarity, and what of the asked quantity stands there.

    `unknown` is the share that the library has not and has no other words for, `unknown_words` how many they are (at
    most three). `sentence` is the largest share in one sentence with its title, `near` with the sentences beside it;
    `sentence_stating` and `near_stating` the same where the quantity asked for is stated. `missing_in_document` and
    `missing_in_all` are the rarity of the rarest word that the best document, or every document in play, has not.
    `states` says whether a best sentence states the quantity asked for, `silent` and `silent_near` that none does
    though one is asked. `telling_words` counts the words. `absent_names` are the terms with listed other words (drugs,
    procedures, abbreviations) that in none of their forms stand in any document in play, `absent_in_document`
    those not in the best one, `long_unknown` the long words that the library has not; each at most three.
    """

    unknown: float
    unknown_words: float
    sentence: float
    near: float
    sentence_stating: float
    near_stating: float
    missing_in_document: float
    missing_in_all: float
    states: float
    silent: float
    silent_near: float
    telling_words: float
    absent_names: float
    absent_in_document: float
    long_unknown: float


class BestWindow(NamedTuple):
    """A window of units [start, end), its best units, and the version it is of."""

    start: int
    end: int
    best_units: tuple[int, ...]
    version: int


def answer_signs(
    index: PassageIndex, query: QueryTerms, text: str, best: Sequence[BestWindow], in_play: Places
) -> AnswerSigns:
    """The signs of the best windows of a ranking; `in_play` are the versions that pass the filters."""
    words = TellingWords(index, query, text)
    kinds = kinds_asked(text)
    titles = windows.counts(index.title_counts, np.array([window.version for window in best]), query.terms)
    read = [
        (window, title, unit)
        for window, title in zip(best, titles, strict=True)
        for unit in window.best_units[:_UNITS_READ]
    ]
    around = [np.arange(max(window.start, unit - 1), min(window.end, unit + 2)) for window, _, unit in read]
    counted = windows.counts(index.unit_counts, np.concatenate(around), query.terms)
    firsts = np.cumsum([0, *map(len, around)])
    by_title = np.array([title for _, title, _ in read])
    places = [first + unit - units[0] for (_, _, unit), units, first in zip(read, around, firsts, strict=False)]
    alone = words.shares(counted[places] + by_title)
    beside = words.shares(np.add.reduceat(counted, firsts[:-1], axis=0) + by_title)
    stated = np.array([not kinds or states(index.unit_text(unit), kinds) for _, _, unit in read])
    names = _named_in(index, query)
    document = windows.counts(index.document_counts, np.array([best[0].version]), query.terms)[0]
    of_best = len(best[0].best_units[:_UNITS_READ])
    return AnswerSigns(
        unknown=words.unknown_share,
        unknown_words=float(min(words.unknown, _MOST)),
        sentence=float(alone.max()),
        near=float(beside.max()),
        sentence_stating=float((alone * stated).max()),
        near_stating=float((beside * stated).max()),
        missing_in_document=words.rarest_missing(document),
        missing_in_all=words.rarest_missing(_held_in(index, query, in_play)),
        states=float(bool(kinds) and bool(stated[:of_best].any())),
        silent=float(bool(kinds) and not stated.any()),
        silent_near=float(bool(kinds) and not stated[:of_best].any()),
        telling_words=float(words.telling),
        absent_names=min(float(sum(not named[in_play].any() for named in names)), _MOST),
        absent_in_document=min(float(sum(not named[best[0].version] for named in names)), _MOST),
        long_unknown=min(float(words.long_unknown), _MOST),
    )


def _named_in(index: PassageIndex, query: QueryTerms) -> list[NDArray[np.bool_]]:
    """For each term with other words for it the versions that hold all words of one of its forms."""
    held: dict[str, NDArray[np.bool_]] = {}

    def versions(word: str) -> NDArray[np.bool_]:
        if word not in held:
            held[word] = np.zeros(len(index.versions), dtype=bool)
            for number in index.terms.places([word]):
                held[word][index.documents.column(number)[0]] = True
        return held[word]

    return [
        np.any([np.all([versions(word) for word in form], axis=0) for form in forms], axis=0) for forms in query.forms
    ]


class TellingWords:
    """The question's words weighed by rarity, words of asking little, with what of them the library has not."""

    def __init__(self, index: PassageIndex, query: QueryTerms, text: str) -> None:
        own = list(dict.fromkeys(tokens(text)))
        known = [word for word in own if word in index.terms.numbers]
        lacking = [word for word in own if word not in index.terms.numbers and word not in _ASKING]
        otherwise = query.words_said_otherwise
        self.unknown = sum(word not in otherwise for word in lacking)
        self.long_unknown = sum(word not in otherwise and len(word) >= _LONG for word in lacking)
        asking = np.array([word in _ASKING for word in known], dtype=bool)
        self._unseen = index.words.unseen
        self._query = query
        self._weights: Scores = query.rarity[: len(known)] * np.where(asking, _ASKING_COUNTS, 1.0)
        unknown = self._unseen * self.unknown
        lacked = unknown + _OTHERWISE_SAID * self._unseen * (len(lacking) - self.unknown)
        self._total = max(float(self._weights.sum()) + lacked, 1e-9)
        self.unknown_share = lacked / self._total
        self.telling = int((~asking).sum()) + len(lacking)

    def shares(self, counts: Scores) -> Scores:
        """How much of the weight of all words stands in each of the texts with these counts."""
        found: Scores = (self._query.own_covered(counts) @ self._weights) / self._total
        return found

    def rarest_missing(self, counts: Scores) -> float:
        """The rarity, 0..1, of the rarest word that is not there."""
        missing = (1 - self._query.own_covered(counts[None, :])[0]) * self._weights
        largest = float(missing.max(initial=0.0))
        return max(largest, self._unseen if self.unknown else 0.0) / self._unseen


def _held_in(index: PassageIndex, query: QueryTerms, in_play: Places) -> Scores:
    """In how many of the versions in play each term stands."""
    inside = np.zeros(len(index.versions), dtype=bool)
    inside[in_play] = True
    return np.array([float(inside[index.documents.column(int(term))[0]].sum()) for term in query.terms])
