"""Windows of whole sentences around what was found: how they are cut, and what speaks for each."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from retrieval.passage_index import PassageIndex
from retrieval.query import QueryTerms
from retrieval.ranking import Places, Scores, saturated

MOST_TOKENS = 300
_HEADING_LESS = 2.0
"""By how many standard deviations a heading must be better than a sentence to be what answers."""
_MOST_CHARACTERS = 2300
_ESTIMATE_OFF_BY = 1.16
"""An estimate of tokens may fall short of the model's own count by this factor."""


class Windows(NamedTuple):
    """Windows of units [start, end), in the order of the index."""

    starts: Places
    ends: Places

    def __len__(self) -> int:
        return len(self.starts)


def runs(index: PassageIndex, passages: Places) -> Iterator[tuple[int, int]]:
    """Stretches of units [first, end): the passages given with their neighbours, joined where they touch."""
    chosen = np.zeros(len(index), dtype=bool)
    chosen[passages] = True
    for step in (-1, 1):
        beside = passages + step
        inside = beside[(beside >= 0) & (beside < len(chosen))]
        back = inside - step
        chosen[inside[index.version_of[inside] == index.version_of[back]]] = True
    places = np.flatnonzero(chosen)
    breaks = (np.diff(places) > 1) | (np.diff(index.version_of[places]) != 0)
    for part in np.split(places, np.flatnonzero(breaks) + 1):
        yield int(index.unit_starts[part[0]]), int(index.unit_starts[part[-1] + 1])


def cut(index: PassageIndex, passages: Places) -> Windows:
    """The longest windows of at most 300 tokens that begin where a line or a passage does, around these passages."""
    limit = MOST_TOKENS if index.counts_exactly else int(MOST_TOKENS / _ESTIMATE_OFF_BY)
    starts, ends = [], []
    for first, end in runs(index, passages):
        units = index.units[first:end].astype(np.int64)
        total = np.concatenate([[0], np.cumsum(units[:, 2])])
        begin = np.flatnonzero(index.opens[first:end])
        stop = np.searchsorted(total, total[begin] + limit, side="right") - 1
        by_length = np.searchsorted(units[:, 1], units[begin, 0] + _MOST_CHARACTERS, side="right")
        stop = np.maximum(np.minimum(stop, by_length), begin + 1)
        reaches_further = np.concatenate([[True], stop[1:] > np.maximum.accumulate(stop)[:-1]])
        keep = reaches_further | (total[stop] - total[begin] > limit // 3)
        starts.append(begin[keep] + first)
        ends.append(stop[keep] + first)
    return Windows(np.concatenate(starts), np.concatenate(ends))


class Evidence(NamedTuple):
    """For each window its words, other words for the same, meaning by passage and by best unit, and best unit.

    `units` and `unit_scores` are of all units that any window holds.
    """

    words: Scores
    otherwise: Scores
    passage_meaning: Scores | None
    unit_meaning: Scores | None
    best_unit: Places
    covered: Scores
    units: Places
    unit_scores: Scores

    def best_units(self, start: int, end: int, count: int) -> tuple[int, ...]:
        """The units of a window [start, end) that answer best, best first."""
        first, last = np.searchsorted(self.units, [start, end])
        order = np.argsort(-self.unit_scores[first:last], kind="stable")[:count]
        return tuple(int(unit) for unit in self.units[first:last][order])


def weigh(
    index: PassageIndex, windows: Windows, query: QueryTerms, cosines: Scores | None, vector: Scores | None
) -> Evidence:
    """What speaks for each window; `cosines` are of all passages, `vector` is the question's."""
    members = _Members(windows)
    rows = members.units
    held = counts(index.unit_counts, rows, query.terms)
    passage, lengths = index.passage_of[rows], index.units[rows, 2].astype(np.float64)
    inside = members.total(held)
    first = index.passage_of[windows.starts]
    about = counts(index.title_counts, index.version_of[first], query.terms)
    about += counts(index.heading_counts, first, query.terms)
    size = members.total(lengths[:, None])[:, 0]
    whole = saturated(inside + about, size, float(size.mean())) * query.rarity
    by_unit = saturated(held, lengths, float(lengths.mean())) * query.rarity
    unit_words = query.asked_for(by_unit) + query.otherwise(by_unit)
    meaning = near = None
    if vector is not None and cosines is not None and index.unit_vectors is not None:
        units_near = index.unit_vectors[rows].astype(np.float32) @ vector.astype(np.float32)
        near = members.best(units_near.astype(np.float64))
        meaning = members.total((cosines[passage] * lengths)[:, None])[:, 0] / np.maximum(size, 1)
        unit_words = _spread(unit_words) + _spread(units_near.astype(np.float64))
    unit_words = np.where(index.units[rows, 3] > 0, unit_words - _HEADING_LESS, unit_words)
    return Evidence(
        words=query.asked_for(whole),
        otherwise=query.otherwise(whole),
        passage_meaning=meaning,
        unit_meaning=near,
        best_unit=rows[members.best_place(unit_words)],
        covered=query.covered(inside + about),
        units=rows,
        unit_scores=unit_words,
    )


class _Members:
    """The units that any window holds, and sums and maxima over each window's own."""

    def __init__(self, windows: Windows) -> None:
        used = np.zeros(int(windows.ends.max()) + 1, dtype=np.int64)
        np.add.at(used, windows.starts, 1)
        np.add.at(used, windows.ends, -1)
        self.units: Places = np.flatnonzero(np.cumsum(used) > 0)
        self._first = np.searchsorted(self.units, windows.starts)
        self._end = self._first + (windows.ends - windows.starts)
        longest = int((self._end - self._first).max())
        grid = self._first[:, None] + np.arange(longest)
        self._outside = grid >= self._end[:, None]
        self._grid = np.minimum(grid, len(self.units) - 1)

    def total(self, values: Scores) -> Scores:
        """Sums over each window, for rows of values by unit."""
        added = np.vstack([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
        sums: Scores = added[self._end] - added[self._first]
        return sums

    def best(self, values: Scores) -> Scores:
        largest: Scores = self._laid_out(values).max(axis=1)
        return largest

    def best_place(self, values: Scores) -> Places:
        """For each window the place among `units` of its best value."""
        places: Places = self._first + self._laid_out(values).argmax(axis=1)
        return places

    def _laid_out(self, values: Scores) -> Scores:
        laid: Scores = values[self._grid]
        laid[self._outside] = -np.inf
        return laid


def counts(table: csr_array, rows: Places, terms: NDArray[np.int64]) -> Scores:
    """A dense part of a table: these rows by these terms."""
    column = np.full(table.shape[1], -1, dtype=np.int64)
    column[terms] = np.arange(len(terms))
    begins, ends = table.indptr[rows], table.indptr[rows + 1]
    sizes = ends - begins
    offset = np.repeat(begins - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
    at = np.arange(int(sizes.sum())) + offset
    found = column[table.indices[at]]
    kept = found >= 0
    dense = np.zeros((len(rows), len(terms)))
    dense[np.repeat(np.arange(len(rows)), sizes)[kept], found[kept]] = table.data[at][kept]
    return dense


def _spread(values: Scores) -> Scores:
    deviation = float(values.std())
    return (values - values.mean()) / deviation if deviation > 0 else np.zeros_like(values)
