"""Figures with their intervals, 95 %: Wilson, rule of three, and a bootstrap that draws whole clusters."""

import math
import zlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from cases.labelling import cohens_kappa
from evals.task import Kind, Mark, Measure, Score

RESAMPLES = 1000
_Z = NormalDist().inv_cdf(0.975)
_BINS = 10
_LEAST_IN_GROUP = 5


@dataclass(frozen=True)
class Scored:
    """An item's score with what the statistics need of the item."""

    id: str
    cluster: str
    slices: dict[str, str]
    score: Score


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval and how it was reached; `value` is None where nothing was counted."""

    value: float | None
    low: float | None
    high: float | None
    items: int
    clusters: int
    hits: float
    of: float
    method: str


NOTHING = Estimate(None, None, None, 0, 0, 0.0, 0.0, "nothing was counted")


def wilson(hits: float, of: float) -> tuple[float, float]:
    """The Wilson score interval of a proportion."""
    if of <= 0:
        return 0.0, 1.0
    p, z2 = hits / of, _Z * _Z
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z / (1 + z2 / of) * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def rule_of_three(of: float) -> float:
    """The largest rate that no event in so many trials leaves likely (95 %)."""
    return min(1.0, 3.0 / of) if of > 0 else 1.0


def estimate(measure: Measure, scored: Sequence[Scored], seed: int) -> Estimate:
    """The measure over the items that count for it."""
    counted = [one for one in scored if _counts(measure, one)]
    if not counted:
        return NOTHING
    clusters = len({one.cluster for one in counted})
    marks = [one.score.marks.get(measure.marks, Mark(0.0, 0.0)) for one in counted]
    hits, of = sum(mark.hit for mark in marks), sum(mark.of for mark in marks)
    value = _STATISTICS[measure.kind](measure, counted)
    if math.isnan(value):
        return Estimate(value, value, value, len(counted), clusters, hits, of, "no number")
    low, high, method = _interval(measure, counted, value, seed)
    return Estimate(value, low, high, len(counted), clusters, hits, of, method)


def _counts(measure: Measure, one: Scored) -> bool:
    if measure.kind is Kind.CALIBRATION:
        return one.score.sure is not None
    mark = one.score.marks.get(measure.marks)
    return mark is not None and (mark.of != 0 or math.isnan(mark.hit))


def _interval(measure: Measure, counted: Sequence[Scored], value: float, seed: int) -> tuple[float, float, str]:
    marks = [one.score.marks.get(measure.marks, Mark(0.0, 0.0)) for one in counted]
    binary = measure.kind is Kind.SHARE and all(mark.of == 1 and mark.hit in (0.0, 1.0) for mark in marks)
    hits, of = sum(mark.hit for mark in marks), sum(mark.of for mark in marks)
    clusters = len({one.cluster for one in counted})
    if measure.kind is Kind.SHARE and hits == 0:
        return 0.0, rule_of_three(of), f"rule of three over {of:g} items ({clusters} cases)"
    if measure.kind is Kind.SHARE and hits == of:
        return 1.0 - rule_of_three(of), 1.0, f"rule of three over {of:g} items ({clusters} cases)"
    if binary and clusters == len(counted):
        return *wilson(hits, of), "Wilson"
    low, high = _resampled(measure, counted, f"{measure.name}:{seed}")
    return min(low, value), max(high, value), f"bootstrap over {clusters} clusters"


def _resampled(measure: Measure, counted: Sequence[Scored], seed: str) -> tuple[float, float]:
    """The middle 95 % over resamples of whole clusters; the same seed draws the same ones."""
    groups = _clusters(counted)
    drawn = drawing(len(groups), seed)
    if measure.kind is Kind.SHARE:
        sums = np.array([[sum(m.hit for m in part), sum(m.of for m in part)] for part in _marks(measure, groups)])
        totals = sums[drawn].sum(axis=1)
        values = totals[:, 0] / np.maximum(totals[:, 1], 1e-12)
    else:
        statistic = _STATISTICS[measure.kind]
        values = np.array([statistic(measure, [one for place in row for one in groups[place]]) for row in drawn])
    return middle(values)


def drawing(groups: int, seed: str) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """For each resample, which groups are drawn, with repetition."""
    chance = np.random.default_rng(zlib.crc32(seed.encode()))
    return chance.integers(0, groups, size=(RESAMPLES, groups))


def middle(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, float]:
    """The 2.5th and the 97.5th percentile."""
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def _clusters(scored: Sequence[Scored]) -> list[list[Scored]]:
    by_cluster: dict[str, list[Scored]] = defaultdict(list)
    for one in scored:
        by_cluster[one.cluster].append(one)
    return list(by_cluster.values())


def _marks(measure: Measure, groups: Sequence[Sequence[Scored]]) -> list[list[Mark]]:
    return [[one.score.marks[measure.marks] for one in group] for group in groups]


def _share(measure: Measure, counted: Sequence[Scored]) -> float:
    marks = [one.score.marks[measure.marks] for one in counted]
    of = sum(mark.of for mark in marks)
    return sum(mark.hit for mark in marks) / of if of else math.nan


def _quantile(measure: Measure, counted: Sequence[Scored]) -> float:
    hits = sorted(one.score.marks[measure.marks].hit for one in counted)
    return hits[min(len(hits) - 1, math.ceil(0.95 * len(hits)) - 1)]


def _calibration(_: Measure, counted: Sequence[Scored]) -> float:
    return sum(abs(row.sure - row.right) * row.items for row in reliability(counted)) / len(counted)


def _gap(measure: Measure, counted: Sequence[Scored]) -> float:
    groups: dict[str, list[Scored]] = defaultdict(list)
    for one in counted:
        groups[one.slices.get(measure.by, "")].append(one)
    shares = [_share(measure, group) for group in groups.values() if len(group) >= _LEAST_IN_GROUP]
    return max(shares) - min(shares) if len(shares) > 1 else 0.0


def _kappa(_: Measure, counted: Sequence[Scored]) -> float:
    found = cohens_kappa([one.score.seen for one in counted if one.score.seen is not None])
    return math.nan if found is None else found


_STATISTICS: dict[Kind, Callable[[Measure, Sequence[Scored]], float]] = {
    Kind.SHARE: _share, Kind.QUANTILE: _quantile, Kind.CALIBRATION: _calibration, Kind.GAP: _gap, Kind.KAPPA: _kappa,
}  # fmt: skip


@dataclass(frozen=True)
class ReliabilityRow:
    """Items of like confidence: their mean confidence, the share that was right, and how many they are."""

    sure: float
    right: float
    items: int


def reliability(scored: Sequence[Scored]) -> list[ReliabilityRow]:
    """Equal-sized bins from the least to the most confident."""
    pairs = sorted(one.score.sure for one in scored if one.score.sure is not None)
    count = min(_BINS, len(pairs))
    rows = []
    for number in range(count):
        part = pairs[number * len(pairs) // count : (number + 1) * len(pairs) // count]
        rows.append(
            ReliabilityRow(sum(p for p, _ in part) / len(part), sum(ok for _, ok in part) / len(part), len(part))
        )
    return rows


def risk_coverage(scored: Sequence[Scored]) -> list[tuple[float, float]]:
    """For each share answered, surest first, the share of those answers that was wrong."""
    pairs = sorted((one.score.sure for one in scored if one.score.sure is not None), key=lambda pair: -pair[0])
    points, wrong = [], 0
    for number, (_, right) in enumerate(pairs, 1):
        wrong += not right
        points.append((number / len(pairs), wrong / number))
    return points


def mcnemar(better: int, worse: int) -> float:
    """The exact two-sided p of so many flips one way and the other."""
    flips = better + worse
    tail = sum(math.comb(flips, few) for few in range(min(better, worse) + 1))
    return min(1.0, 2 * tail / (1 << flips))


def holm(p_values: Sequence[float]) -> list[float]:
    """The p values adjusted for there being several (Holm), in the order given."""
    adjusted, worst = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda one: p_values[one])):
        worst = max(worst, min(1.0, p_values[place] * (len(p_values) - rank)))
        adjusted[place] = worst
    return adjusted
