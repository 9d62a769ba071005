"""Whether what was found answers the question: a small logistic model over several signals."""

import math

from cases.frozen import Frozen
from retrieval.ranker import Ranked
from retrieval.weights import ranking_weights

_TOP = 5


class Signals(Frozen):
    """What speaks for the best windows holding the answer.

    `covered` is the share by rarity of the question's words in the best window, `best_covered` the largest among the
    first five; `best_unit_meaning` the largest cosine of a sentence in them; `documents` the logarithm of how many
    documents were in play. The rest as in `Ranked` and `AnswerSigns`.
    """

    covered: float
    best_covered: float
    title_covered: float
    document_covered: float
    best_unit_meaning: float
    stands_out: float
    nearest_lead: float
    nearest_agrees: float
    lead: float
    unseen: float
    documents: float
    words: float
    said_otherwise: float
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


def signals_of(ranked: Ranked) -> Signals:
    """The signals of a ranking that found something."""
    top = ranked.found[:_TOP]
    return Signals(
        covered=top[0].covered,
        best_covered=max(one.covered for one in top),
        title_covered=ranked.title_covered,
        document_covered=ranked.document_covered,
        best_unit_meaning=max(one.unit_meaning for one in top),
        stands_out=ranked.stands_out,
        nearest_lead=ranked.nearest_lead,
        nearest_agrees=float(ranked.nearest_agrees),
        lead=ranked.lead,
        unseen=ranked.unseen,
        documents=math.log(ranked.documents),
        words=float(ranked.words),
        said_otherwise=math.log1p(ranked.said_otherwise),
        **ranked.signs._asdict(),
    )


def confidence(signals: Signals, *, by_vectors: bool) -> float:
    """How surely the answer is held, 0..1; without vectors it is the share of words covered."""
    if not by_vectors:
        return signals.best_covered
    model = ranking_weights().abstention
    total = model.bias
    values = signals.model_dump()
    for name, term in model.terms.items():
        total += term.weight * (values[name] - term.mean) / term.spread
    return 1 / (1 + math.exp(-total))


def is_too_little(found: float, signals: Signals, *, by_vectors: bool) -> bool:
    """Whether so little confidence is answered by abstaining; where no word of the question stands, it always is."""
    model = ranking_weights().abstention
    return signals.best_covered <= 0 or found < (model.least if by_vectors else model.least_by_words)
