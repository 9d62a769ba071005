"""Ranks the library's text for one question: passages first, then windows of sentences around the best of them.

With vectors the best windows are put in order by fitted trees; by words alone the weighted sum stands.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from knowledge.question_words import Asked, asked
from retrieval import windows
from retrieval.answer_signs import AnswerSigns, BestWindow, answer_signs
from retrieval.passage_index import PassageIndex
from retrieval.query import QueryTerms
from retrieval.ranking import Places, Scores, on_one_scale
from retrieval.reranker import fitted_trees
from retrieval.vectors import Vectors
from retrieval.weights import SignWeights, ranking_weights
from retrieval.window_features import Standing, window_features

_PASSAGES_KEPT = 150
_WINDOWS_READ = 60
_MOST_SHARED = 0.5
_BEST_UNITS = 4
_WINDOWS_OF_SIGNS = 5
_LEAD_ALONE = 2.0
"""The lead of a document where no other was found."""


class Found(NamedTuple):
    """A window of units [start, end) with its score, the units that answer best, and what spoke for it."""

    start: int
    end: int
    best_units: tuple[int, ...]
    score: float
    covered: float
    unit_meaning: float
    passage_meaning: float
    words: float


class Ranked(NamedTuple):
    """Windows, best first, none sharing more than half with a better one, and how the best document stands.

    `title_covered` and `document_covered` are the shares by rarity of the question's words that its title and its
    whole text have; `stands_out` says by how many standard deviations the nearest passage is nearer than the mean;
    `nearest_lead` how much nearer its nearest passage is than any other document's. `unseen` is the share of the
    question's words that the library does not have, `said_otherwise` how many terms were sought by other words too.
    `lead` is by how much the best window is better than the best of another document, `nearest_agrees` whether the
    nearest passage is of the same document as the best window, `signs` what speaks for an answer.
    """

    found: tuple[Found, ...]
    title_covered: float
    document_covered: float
    stands_out: float
    nearest_lead: float
    unseen: float
    documents: int
    words: int
    said_otherwise: int
    lead: float
    nearest_agrees: bool
    signs: AnswerSigns


def rank(index: PassageIndex, text: str, places: Places, vector: Vectors | None, k: int) -> Ranked:
    """The best windows out of these passages for a question; `vector` is the question's, None for words alone.

    `places` are sorted and not empty.
    """
    query = QueryTerms(index, text, index.synonyms.in_question(text))
    cosines = _cosines(index, places, vector)
    standing = _weighed(index, query, text, places, cosines, vector)
    cut, evidence, order, scores = standing.cut, standing.evidence, standing.order, standing.scores
    in_play = np.unique(index.version_of[places])
    if cosines is not None:
        scores[order] = fitted_trees().scores(window_features(index, query, text, standing))
    order = order[np.argsort(-scores[order], kind="stable")]
    kept = _apart(index, cut, order, k)
    found = tuple(_found(cut, evidence, scores, int(place)) for place in kept)
    best = _best_windows(index, found[:_WINDOWS_OF_SIGNS])
    version = np.array([best[0].version])
    return Ranked(
        found=found,
        title_covered=_covered(index.title_counts, query, version),
        document_covered=_covered(index.document_counts, query, version),
        stands_out=_stands_out(cosines, places),
        nearest_lead=_nearest_lead(index, cosines, places, int(version[0])),
        unseen=query.unseen_share,
        documents=len(in_play),
        words=query.words,
        said_otherwise=query.said_otherwise,
        lead=_lead(index, found),
        nearest_agrees=cosines is not None and index.version_of[places[cosines[places].argmax()]] == version[0],
        signs=answer_signs(index, query, text, best, in_play),
    )


def left_over(index: PassageIndex, text: str, places: Places, vector: Vectors) -> tuple[QueryTerms, Standing]:
    """What the weighted sum leaves for the fitted trees to put in order, as `rank` comes to it."""
    query = QueryTerms(index, text, index.synonyms.in_question(text))
    return query, _weighed(index, query, text, places, _cosines(index, places, vector), vector)


def _weighed(
    index: PassageIndex, query: QueryTerms, text: str, places: Places, cosines: Scores | None, vector: Vectors | None
) -> Standing:
    """The best windows by the weighted sum of what speaks for them."""
    in_play = np.unique(index.version_of[places])
    documents = _documents(index, query, in_play)
    cut = windows.cut(index, _first_stage(index, query, places, cosines, documents))
    evidence = windows.weigh(index, cut, query, cosines, None if vector is None else vector.astype(np.float64))
    scores = _joined(index, cut, evidence, documents)
    order = np.argsort(-scores, kind="stable")[:_WINDOWS_READ]
    scores[order] += _signs(index, evidence.best_unit[order], asked(text))
    return Standing(cut, order, evidence, documents, scores, len(in_play))


def _best_windows(index: PassageIndex, found: Sequence[Found]) -> list[BestWindow]:
    return [
        BestWindow(one.start, one.end, one.best_units, int(index.version_of[index.passage_of[one.start]]))
        for one in found
    ]


def _lead(index: PassageIndex, found: Sequence[Found]) -> float:
    versions = index.version_of[index.passage_of[[one.start for one in found]]]
    others = [one.score for one, version in zip(found, versions, strict=True) if version != versions[0]]
    return found[0].score - max(others) if others else _LEAD_ALONE


def _cosines(index: PassageIndex, places: Places, vector: Vectors | None) -> Scores | None:
    """Cosines of the places; 0 for all other passages, which no window may lean on."""
    if vector is None or index.vectors is None:
        return None
    cosines = np.zeros(len(index))
    first, end = int(places[0]), int(places[-1]) + 1
    if end - first <= 2 * len(places):
        inside = index.vectors[first:end] @ vector
        cosines[places] = inside[places - first]
    else:
        cosines[places] = index.vectors[places] @ vector
    return cosines


def _documents(index: PassageIndex, query: QueryTerms, in_play: Places) -> Scores:
    """Scores of the versions in play on one scale; the least for all others."""
    own, otherwise = query.first_stage(index.documents)
    scaled = np.full(len(index.versions), -np.inf)
    scaled[in_play] = on_one_scale((own + 0.5 * otherwise)[in_play])
    return scaled


def _first_stage(
    index: PassageIndex, query: QueryTerms, places: Places, cosines: Scores | None, documents: Scores
) -> Places:
    weights = ranking_weights().first_stage
    own, otherwise = query.first_stage(index.words)
    total = weights.words * on_one_scale((own + weights.otherwise * otherwise)[places])
    total += weights.document * documents[index.version_of[places]]
    if cosines is not None:
        total += weights.meaning * on_one_scale(cosines[places])
    kept = min(_PASSAGES_KEPT, len(places))
    return np.sort(places[np.argpartition(-total, kept - 1)[:kept]])


def _joined(index: PassageIndex, cut: windows.Windows, evidence: windows.Evidence, documents: Scores) -> Scores:
    weights = ranking_weights().windows
    scores = weights.words * on_one_scale(evidence.words) + weights.otherwise * on_one_scale(evidence.otherwise)
    scores += weights.document * documents[index.version_of[index.passage_of[cut.starts]]]
    if evidence.passage_meaning is not None and evidence.unit_meaning is not None:
        scores += weights.passage_meaning * on_one_scale(evidence.passage_meaning)
        scores += weights.unit_meaning * on_one_scale(evidence.unit_meaning)
    return scores


def _signs(index: PassageIndex, units: Places, after: Asked) -> Scores:
    """What the best sentence of each window adds by what it holds and by its section."""
    weights = ranking_weights().signs
    return np.array([_sign(weights, index, int(unit), after) for unit in units])


def _sign(weights: SignWeights, index: PassageIndex, unit: int, after: Asked) -> float:
    held = index.held_by(unit)
    total = weights.rule_words * held.rules
    total += weights.number_asked_and_given * held.numbers * after.number
    total += weights.exclusion_asked_and_given * (after.exclusion and held.exclusion)
    total += weights.description_section * held.description + weights.coverage_section * held.coverage
    return total + weights.other_section * held.other + weights.study_rules * held.study


def _apart(index: PassageIndex, cut: windows.Windows, order: Places, k: int) -> list[int]:
    """The best windows of which none shares more than half of its text with one before it."""
    kept: list[int] = []
    for place in order:
        if len(kept) == k:
            break
        if not any(_shared(index, cut, int(place), other) > _MOST_SHARED for other in kept):
            kept.append(int(place))
    return kept


def _shared(index: PassageIndex, cut: windows.Windows, one: int, other: int) -> float:
    start, end = max(cut.starts[one], cut.starts[other]), min(cut.ends[one], cut.ends[other])
    if end <= start:
        return 0.0
    sizes = [index.units[a:b, 2].sum() for a, b in zip(cut.starts[[one, other]], cut.ends[[one, other]], strict=True)]
    return float(index.units[start:end, 2].sum()) / max(float(min(sizes)), 1.0)


def _found(cut: windows.Windows, evidence: windows.Evidence, scores: Scores, place: int) -> Found:
    return Found(
        start=int(cut.starts[place]),
        end=int(cut.ends[place]),
        best_units=evidence.best_units(int(cut.starts[place]), int(cut.ends[place]), _BEST_UNITS),
        score=float(scores[place]),
        covered=float(evidence.covered[place]),
        unit_meaning=0.0 if evidence.unit_meaning is None else float(evidence.unit_meaning[place]),
        passage_meaning=0.0 if evidence.passage_meaning is None else float(evidence.passage_meaning[place]),
        words=float(evidence.words[place]),
    )


def _covered(table: csr_array, query: QueryTerms, version: Places) -> float:
    return float(query.covered(windows.counts(table, version, query.terms))[0])


def _stands_out(cosines: Scores | None, places: Places) -> float:
    if cosines is None:
        return 0.0
    inside = cosines[places]
    spread = float(inside.std())
    return float(inside.max() - inside.mean()) / spread if spread > 0 else 0.0


def _nearest_lead(index: PassageIndex, cosines: Scores | None, places: Places, version: int) -> float:
    if cosines is None:
        return 0.0
    own = index.version_of[places] == version
    inside = cosines[places]
    return float(inside[own].max() - inside[~own].max(initial=0.0)) if not own.all() else float(inside.max())
