"""The last ranking: boosted trees fitted on questions whose answer is known (`python -m evals.ranking_training`)."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.ranking import Scores

FITTED = Path(__file__).parent / "reranker.npz"


class Trees(NamedTuple):
    """All nodes of all trees in one row: a leaf points at itself. `roots` are the first nodes of the trees."""

    features: NDArray[np.intp]
    thresholds: NDArray[np.float64]
    left: NDArray[np.intp]
    right: NDArray[np.intp]
    values: NDArray[np.float64]
    roots: NDArray[np.intp]
    depth: int
    baseline: float

    def scores(self, rows: Scores) -> Scores:
        """For each row the log-odds that its window holds the answer."""
        flat = np.ascontiguousarray(rows).ravel()
        at = np.tile(self.roots, len(rows))
        line = np.repeat(np.arange(len(rows)) * rows.shape[1], len(self.roots))
        for _ in range(self.depth):
            goes_left = flat.take(line + self.features.take(at)) <= self.thresholds.take(at)
            at = np.where(goes_left, self.left.take(at), self.right.take(at))
        found: Scores = self.values.take(at).reshape(len(rows), -1).sum(axis=1) + self.baseline
        return found


@cache
def fitted_trees(path: Path = FITTED) -> Trees:
    """The trees that ship. Raises OSError or KeyError where the file is not ours."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return Trees(
        features=arrays["features"].astype(np.intp),
        thresholds=arrays["thresholds"].astype(np.float64),
        left=arrays["left"].astype(np.intp),
        right=arrays["right"].astype(np.intp),
        values=arrays["values"].astype(np.float64),
        roots=arrays["roots"].astype(np.intp),
        depth=int(arrays["depth"]),
        baseline=float(arrays["baseline"]),
    )
