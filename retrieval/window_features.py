"""What the last ranking looks at: for each of the windows left, how it stands by itself and beside the best of them."""

from typing import NamedTuple

import numpy as np

from knowledge.quantities import kinds_asked, states
from knowledge.question_words import Asked, asked
from retrieval import windows
from retrieval.answer_signs import TellingWords
from retrieval.passage_index import PassageIndex
from retrieval.query import QueryTerms
from retrieval.ranking import Places, Scores, on_one_scale

_BEST_READ = 3


class Standing(NamedTuple):
    """The windows left over from the ranking before, best first as it saw them, with their scores in it."""

    cut: windows.Windows
    order: Places
    evidence: windows.Evidence
    documents: Scores
    scores: Scores
    in_play: int


class _Best(NamedTuple):
    """The best unit of each window, and by groups of units the counts of the question's terms with the title's."""

    units: Places
    alone: Scores
    with_title: Scores
    near: Scores
    best_three: Scores
    three: list[tuple[int, ...]]


def window_features(index: PassageIndex, query: QueryTerms, text: str, standing: Standing) -> Scores:
    """One row for each window in `standing.order`; the columns are those that retrieval/reranker.npz was fitted on.

    First what each window has (words, meaning, kind of section, share of the telling words in its best sentences,
    the quantity asked for), then the same less the best of all windows, its place before, and what the question is.
    """
    after, kinds = asked(text), kinds_asked(text)
    telling = TellingWords(index, query, text)
    best = _best_of(index, query, standing, telling)
    cut, order, evidence = standing.cut, standing.order, standing.evidence
    versions = index.version_of[index.passage_of[cut.starts[order]]]
    of_document = standing.documents[versions]
    seen = {unit for units in best.three for unit in units} | {int(unit) for unit in best.units}
    stating = {unit for unit in seen if states(index.unit_text(unit), kinds)} if kinds else set[int]()
    sizes = (
        np.array([index.units[cut.starts[place] : cut.ends[place], 2].sum() for place in order]) / windows.MOST_TOKENS
    )
    depth = (cut.starts[order] - index.unit_starts[index.passage_starts[versions]]) / 100
    own = np.column_stack(
        [
            on_one_scale(evidence.words)[order],
            on_one_scale(evidence.otherwise)[order],
            _scaled(evidence.passage_meaning, order),
            _scaled(evidence.unit_meaning, order),
            of_document,
            *_sections(index, best.units, after),
            best.alone,
            best.with_title,
            best.near,
            best.best_three,
            [float(int(unit) in stating) for unit in best.units],
            [float(not stating.isdisjoint(units)) for units in best.three],
            on_one_scale(evidence.unit_scores)[np.searchsorted(evidence.units, best.units)],
            evidence.covered[order],
            _raw(evidence.passage_meaning, order),
            _raw(evidence.unit_meaning, order),
            of_document == of_document.max(),
            sizes,
            depth,
        ]
    )
    before = standing.scores[order]
    question = [
        query.words,
        bool(kinds),
        query.unseen_share,
        query.said_otherwise,
        np.log(standing.in_play),
        telling.unknown_share,
        telling.telling,
        after.number,
        after.exclusion,
    ]
    places = np.argsort(np.argsort(-before, kind="stable"), kind="stable")
    asked_for = np.tile(np.array(question, dtype=np.float64), (len(order), 1))
    return np.column_stack([own, own - own.max(axis=0), before - before.max(), places, asked_for])


def _best_of(index: PassageIndex, query: QueryTerms, standing: Standing, telling: TellingWords) -> _Best:
    cut, order, evidence = standing.cut, standing.order, standing.evidence
    units = evidence.best_unit[order]
    versions = index.version_of[index.passage_of[cut.starts[order]]]
    titles = windows.counts(index.title_counts, versions, query.terms)
    three = [evidence.best_units(int(cut.starts[one]), int(cut.ends[one]), _BEST_READ) for one in order]
    around = [
        np.arange(max(cut.starts[place], unit - 1), min(cut.ends[place], unit + 2))
        for place, unit in zip(order, units, strict=True)
    ]
    alone = windows.counts(index.unit_counts, units, query.terms)
    return _Best(
        units=units,
        alone=telling.shares(alone),
        with_title=telling.shares(alone + titles),
        near=telling.shares(_summed(index, query, around) + titles),
        best_three=telling.shares(_summed(index, query, [np.array(one) for one in three]) + titles),
        three=three,
    )


def _summed(index: PassageIndex, query: QueryTerms, groups: list[Places]) -> Scores:
    """For each group of units the counts of the question's terms in all of them together; no group is empty."""
    counted = windows.counts(index.unit_counts, np.concatenate(groups), query.terms)
    firsts = np.cumsum([0, *map(len, groups)])[:-1]
    sums: Scores = np.add.reduceat(counted, firsts, axis=0)
    return sums


def _sections(index: PassageIndex, units: Places, after: Asked) -> Scores:
    """What the best sentence of each window holds and the kind of section it stands in, one row for each kind."""
    held = [index.held_by(int(unit)) for unit in units]
    rows = [
        (
            one.numbers * after.number,
            one.rules,
            bool(after.exclusion and one.exclusion),
            one.description,
            one.coverage,
            one.other,
            one.study,
            one.exclusion,
            one.numbers,
        )
        for one in held
    ]
    return np.array(rows, dtype=np.float64).T


def _scaled(scores: Scores | None, order: Places) -> Scores:
    return np.zeros(len(order)) if scores is None else on_one_scale(scores)[order]


def _raw(scores: Scores | None, order: Places) -> Scores:
    return np.zeros(len(order)) if scores is None else scores[order]
