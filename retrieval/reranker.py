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

    features: NDArray[np.int32]
    thresholds: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    values: NDArray[np.float64]
    roots: NDArray[np.int32]
    depth: int
    baseline: float

    def scores(self, rows: Scores) -> Scores:
        """For each row the log-odds that its window holds the answer."""
        at = np.tile(self.roots, (len(rows), 1))
        line = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            goes_left = rows[line, self.features[at]] <= self.thresholds[at]
            at = np.where(goes_left, self.left[at], self.right[at])
        found: Scores = self.values[at].sum(axis=1) + self.baseline
        return found


@cache
def fitted_trees(path: Path = FITTED) -> Trees:
    """The trees that ship. Raises OSError or KeyError where the file is not ours."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return Trees(
        features=arrays["features"],
        thresholds=arrays["thresholds"].astype(np.float64),
        left=arrays["left"],
        right=arrays["right"],
        values=arrays["values"].astype(np.float64),
        roots=arrays["roots"],
        depth=int(arrays["depth"]),
        baseline=float(arrays["baseline"]),
    )
