"""The fitted trees that order windows: how a tree is walked, and that the rows made for them fit."""

import numpy as np

from retrieval.reranker import Trees, fitted_trees

TWO_LEVELS = Trees(
    features=np.array([1, 0, 0, 0, 0], np.intp),
    thresholds=np.array([0.5, np.inf, 2.0, np.inf, np.inf]),
    left=np.array([1, 1, 3, 3, 4], np.intp),
    right=np.array([2, 1, 4, 3, 4], np.intp),
    values=np.array([0.0, -1.0, 0.0, 0.25, 4.0]),
    roots=np.array([0], np.intp),
    depth=2,
    baseline=0.5,
)


def test_a_row_goes_left_at_or_under_the_threshold() -> None:
    rows = np.array([[9.0, 0.5], [2.0, 0.6], [2.1, 0.6]])
    assert TWO_LEVELS.scores(rows).tolist() == [-0.5, 0.75, 4.5]


def test_trees_are_added_up() -> None:
    twice = TWO_LEVELS._replace(roots=np.array([0, 0], np.intp))
    assert twice.scores(np.array([[2.1, 0.6]])).tolist() == [8.5]


def test_the_trees_that_ship_end_in_leaves() -> None:
    trees = fitted_trees()
    size = len(trees.features)
    assert len(trees.roots) > 0
    assert trees.left.min() >= 0
    assert max(trees.left.max(), trees.right.max(), trees.roots.max()) < size
    at = np.arange(size)
    for _ in range(trees.depth):
        at = trees.left[at]
    assert (trees.left[at] == at).all()
    assert (trees.right[at] == at).all()
