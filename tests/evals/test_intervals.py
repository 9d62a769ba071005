"""Intervals against published values, and what clusters do to them."""

import math

import pytest

from evals.intervals import Scored, estimate, holm, mcnemar, reliability, risk_coverage, rule_of_three, wilson
from evals.task import Kind, Mark, Measure, Score

SHARE = Measure("m", "m")


def scored(hits: list[float], clusters: list[str] | None = None, **slices: str) -> list[Scored]:
    return [
        Scored(str(n), clusters[n] if clusters else str(n), dict(slices), Score({"m": Mark(hit)}, True, ""))
        for n, hit in enumerate(hits)
    ]


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(38, 45, 0.7122, 0.9225), (87, 120, 0.6391, 0.7970), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0)],
)
def test_wilson(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=2e-4)


def test_no_event_is_bounded_by_three_over_n() -> None:
    found = estimate(SHARE, scored([0.0] * 60), 1)
    assert (found.value, found.low, found.high) == (0.0, 0.0, pytest.approx(0.05))
    assert rule_of_three(600) == pytest.approx(0.005)


def test_items_of_one_case_count_for_less_than_items_of_many() -> None:
    hits = [1.0, 1.0, 1.0, 0.0] * 25
    together = estimate(SHARE, scored(hits, [str(n // 4 % 5) if h else "bad" for n, h in enumerate(hits)]), 1)
    apart = estimate(SHARE, scored(hits), 1)
    assert together.high - together.low > 1.5 * (apart.high - apart.low)  # type: ignore[operator]


def test_the_same_seed_gives_the_same_interval_and_another_nearly_the_same() -> None:
    clusters = [str(n // 3) for n in range(90)]
    hits = [float(n % 7 != 0) for n in range(90)]
    first, again, other = (estimate(SHARE, scored(hits, clusters), seed) for seed in (1, 1, 2))
    assert first == again
    assert first.low == pytest.approx(other.low, abs=0.05)


def test_nothing_counted_is_no_figure_and_nan_stays_nan() -> None:
    assert estimate(Measure("other", "o"), scored([1.0]), 1).value is None
    assert math.isnan(estimate(SHARE, scored([1.0, math.nan]), 1).value or 0.0)


def test_a_gap_between_groups() -> None:
    groups = [*scored([1.0] * 20, by="a"), *scored([1.0] * 10 + [0.0] * 10, by="b")]
    found = estimate(Measure("gap", "g", Kind.GAP, of="m", by="by"), groups, 1)
    assert found.value == pytest.approx(0.5)
    assert found.low is not None
    assert found.low > 0.2


@pytest.mark.parametrize(("better", "worse", "p"), [(0, 0, 1.0), (1, 9, 0.0215), (5, 5, 1.0), (0, 6, 0.03125)])
def test_exact_mcnemar(better: int, worse: int, p: float) -> None:
    assert mcnemar(better, worse) == pytest.approx(p, abs=1e-3)


def test_holm_keeps_the_order_and_never_lowers() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])


def test_reliability_and_risk_of_a_perfect_judge() -> None:
    sure = [Scored(str(n), str(n), {}, Score({}, True, "", sure=(n / 20, n >= 10))) for n in range(20)]
    rows = reliability(sure)
    assert sum(row.items for row in rows) == 20
    assert (rows[0].right, rows[-1].right) == (0.0, 1.0)
    assert risk_coverage(sure)[9] == (0.5, 0.0)
