"""A suite as an Inspect task gives what the quick runner gives; skipped where the extra `inspect` is not installed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cases.errors import InputError
from evals.bench_room import Depth, open_bench
from evals.command import suite_tasks
from evals.run import run_suites
from evals.suites.guards import gate
from runtime.settings import Settings

pytest.importorskip("inspect_ai", reason="Inspect AI is an extra: pip install 'countersign[inspect]'")

from inspect_ai.log import read_eval_log

from evals.inspect_tasks import inspect_suites, run_tasks

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("suite", ["gate", "deadlines", "calibration"])
def test_inspect_gives_the_same_figures_item_by_item(tmp_path: Path, suite: str) -> None:
    settings = Settings(home=tmp_path / "home")
    (found,) = inspect_suites(settings, [suite], Depth.SMOKE, tmp_path / "logs", shared=False)
    tasks, book = suite_tasks(settings, [suite])
    with open_bench(settings, Depth.SMOKE, shared=False) as bench:
        (quick,) = run_suites(tasks, bench, book).suites
    assert found.status == "success"
    assert {one.name: one.figure.value for one in quick.measures} == {
        name: value for name, value in found.figures.items() if name not in ("accuracy", "stderr")
    }
    log = read_eval_log(found.log)
    told = {sample.id: (*sample.scores.values(),)[0] for sample in log.samples or [] if sample.scores}
    assert {one.id: (float(one.passed), one.found, one.why) for one in quick.items} == {
        name: (score.value, score.answer, score.explanation) for name, score in told.items()
    }


def test_an_item_that_errors_ends_the_suite_as_an_error(tmp_path: Path) -> None:
    def refused(_: object) -> Any:
        raise InputError("no such case")

    broken = replace(gate.task(), solver=lambda _bench: refused)
    with open_bench(Settings(home=tmp_path / "home"), Depth.SMOKE, shared=False) as bench:
        (found,) = run_tasks([broken], bench, tmp_path / "logs")
    assert found.status == "error"
    assert found.figures == {}
