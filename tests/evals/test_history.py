"""Kept runs: what moved over the same data is named; other data, other depth and chance are not taken for a move."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cases.ids import Digest
from evals.bench_room import Bench
from evals.gates import read_gates
from evals.history import KeptFigure, KeptRun, KeptSuite, history_words, keep, moves, read_history
from evals.run import run_suites
from evals.suites.index import shipped

DAY = datetime(2026, 11, 1, tzinfo=UTC)
HIGH, LOW = KeptFigure(value=0.95, low=0.92, high=0.97), KeptFigure(value=0.80, low=0.75, high=0.85)
NEAR = KeptFigure(value=0.91, low=0.87, high=0.94)
NOTHING = KeptFigure(value=None, low=None, high=None)


def ran(figure: KeptFigure, day: int, data: str = "a", depth: str = "smoke") -> KeptRun:
    suite = KeptSuite(
        name="phi", title="PHI", verdict="passed", items=60, data=Digest(data * 64), figures={"recall": figure},
        failed=(), doubtful=(), waived=(),
    )  # fmt: skip
    return KeptRun(
        started=DAY + timedelta(days=day), depth=depth, product_version="1", verdict="passed", suites=(suite,)  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_figure_that_fell_is_named_with_both_values() -> None:
    (move,) = moves([ran(HIGH, 0), ran(LOW, 7)])
    assert (move.suite, move.measure, move.before, move.after) == ("phi", "recall", HIGH, LOW)
    assert move.at == DAY + timedelta(days=7)


@pytest.mark.parametrize(
    "later",
    [ran(NEAR, 7), ran(HIGH, 7), ran(LOW, 7, data="b"), ran(LOW, 7, depth="full")],
    ids=["within the interval", "the same", "other data", "another depth"],
)
def test_what_is_no_move(later: KeptRun) -> None:
    assert moves([ran(HIGH, 0), later]) == ()


def test_a_figure_that_vanished_is_a_move_and_each_data_has_its_own_past() -> None:
    assert len(moves([ran(HIGH, 0), ran(NOTHING, 7)])) == 1
    assert len(moves([ran(HIGH, 0), ran(LOW, 1, data="b"), ran(LOW, 2), ran(LOW, 3, data="b")])) == 1


def test_a_run_is_kept_and_a_damaged_one_is_named(tmp_path: Path, bench: Bench) -> None:
    run = run_suites([shipped("gate")], bench, read_gates())
    keep(tmp_path, run)
    (tmp_path / "evals" / "runs" / "20200101T000000000000.json").write_text("{", "utf-8")
    found = read_history(tmp_path)
    (kept,) = found.runs
    assert (kept.started, kept.verdict, kept.suites[0].items) == (run.started, "passed", len(run.suites[0].items))
    assert {name: one.value for name, one in kept.suites[0].figures.items()} == {
        one.name: one.figure.value for one in run.suites[0].measures
    }
    said = history_words(found)
    assert "cannot be read" in said[0]
    assert said[1].endswith("1 suites  passed")


def test_no_run_yet_says_what_to_do(tmp_path: Path) -> None:
    assert history_words(read_history(tmp_path)) == ["No run was kept yet: countersign evals run --smoke --out eval"]
