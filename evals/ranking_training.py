"""Fits the last ranking and writes `retrieval/reranker.npz`: `python -m evals.ranking_training [HOME]`.

Fitted on the questions that abstention is fitted on and on the answerable ones of `twin_questions.jsonl` (131 NCDs
numbered 10 to 190, by three writers who have not seen the code). The judged half of the blind set, and the later
questions, are never read here.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from evals.abstention_cases import JudgedQuestion, query_of
from evals.abstention_training import fitting_library, questions, read_questions
from knowledge.payer_directory import PayerDirectory
from retrieval import ranker, windows
from retrieval.embedding import SentenceEmbedder
from retrieval.passage_index import PassageIndex
from retrieval.ranking import Scores
from retrieval.reranker import FITTED
from retrieval.search import PolicySearch
from retrieval.window_features import window_features

_TWINS = Path(__file__).parent / "datasets" / "twin_questions.jsonl"
_TWIN_COUNTS = 0.67
"""A twin counts less: all are about one payer's policies."""
_TREES = {
    "max_iter": 300, "learning_rate": 0.04, "max_leaf_nodes": 10, "l2_regularization": 8.0, "min_samples_leaf": 80,
    "max_features": 0.4, "early_stopping": False, "random_state": 0,
}  # fmt: skip


class Judged(NamedTuple):
    """The windows left for one question: a row of features each, and which of them hold its answer."""

    rows: Scores
    holds: NDArray[np.bool_]
    counts: float


def judged(
    index: PassageIndex,
    directory: PayerDirectory,
    embedder: SentenceEmbedder,
    asked: list[tuple[JudgedQuestion, float]],
) -> Iterator[Judged]:
    """Of each answerable question what the ranking before leaves over, where the answer is among it."""
    searcher = PolicySearch(index, directory, embedder)
    for one, counts in asked:
        query = query_of(directory, one)
        if query is None or not one.answerable:
            continue
        text, in_play = searcher.in_play(query)
        places = np.flatnonzero(np.isin(index.version_of, in_play))
        if not len(places):
            continue
        terms, standing = ranker.left_over(index, text, places, embedder.embed([text])[0])
        holds = np.array([_holds(index, standing.cut, int(place), one) for place in standing.order])
        if holds.any():
            yield Judged(window_features(index, terms, text, standing), holds, counts)


def _holds(index: PassageIndex, cut: windows.Windows, place: int, one: JudgedQuestion) -> bool:
    start, end = int(cut.starts[place]), int(cut.ends[place]) - 1
    version = int(index.version_of[index.passage_of[start]])
    if one.answer_span is None or index.versions[version].record.doc_id not in one.doc_ids:
        return False
    text = index.texts[version][int(index.units[start, 0]) : int(index.units[end, 1])]
    return _plain(one.answer_span) in _plain(text)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def fitted(found: list[Judged]) -> dict[str, NDArray[np.generic]]:
    """The arrays of retrieval.reranker.Trees."""
    model = HistGradientBoostingClassifier(**_TREES).fit(
        np.vstack([one.rows for one in found]),
        np.concatenate([one.holds for one in found]),
        sample_weight=np.concatenate([np.full(len(one.holds), one.counts) for one in found]),
    )
    trees = [grown[0].nodes for grown in model._predictors]
    roots = np.cumsum([0, *map(len, trees)])[:-1]
    nodes = np.concatenate(trees)
    shift = np.repeat(roots, [len(tree) for tree in trees])
    itself, leaf = np.arange(len(nodes)), nodes["is_leaf"].astype(bool)
    return {
        "features": np.where(leaf, 0, nodes["feature_idx"]).astype(np.int32),
        "thresholds": np.where(leaf, np.inf, nodes["num_threshold"]),
        "left": np.where(leaf, itself, nodes["left"] + shift).astype(np.int32),
        "right": np.where(leaf, itself, nodes["right"] + shift).astype(np.int32),
        "values": nodes["value"].astype(np.float32),
        "roots": roots.astype(np.int32),
        "depth": np.array(nodes["depth"].max()),
        "baseline": np.array(float(np.ravel(model._baseline_prediction)[0])),
    }


def main() -> None:
    """Fit and put the new trees in the place of the old ones."""
    held, directory, embedder = fitting_library(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    asked = [(one, 1.0) for one in questions()] + [(one, _TWIN_COUNTS) for one in read_questions(_TWINS)]
    found = list(judged(PassageIndex(held, embedder.name), directory, embedder, asked))
    arrays = fitted(found)
    np.savez_compressed(FITTED, **arrays)  # type: ignore[arg-type]
    sys.stdout.write(f"{len(found)} questions, {len(arrays['roots'])} trees, {len(arrays['features'])} nodes\n")


if __name__ == "__main__":
    main()
