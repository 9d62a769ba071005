"""The suites as Inspect AI tasks, for whoever works with its logs and its viewer; needs the extra `inspect`.

The same items, solvers and scorers as `countersign evals run`, and figures by the same statistics:
`countersign evals inspect gate --smoke --out logs`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from inspect_ai import Task as InspectTask
from inspect_ai import eval as inspect_eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import SampleScore, accuracy, metric, scorer, stderr
from inspect_ai.scorer import Score as InspectScore
from inspect_ai.solver import solver

from cases.frozen import Frozen
from evals.bench_room import Bench, Depth, open_bench
from evals.command import suite_tasks
from evals.intervals import Scored, estimate
from evals.run import SEED, AnyTask, scored_of, told
from evals.task import Item, Mark, Measure, Score
from runtime.settings import Settings

_MODEL = "none/none"


class InspectRun(Frozen):
    """A suite as Inspect ran it: its log file, how it ended ("success" or "error"), and each measure's figure."""

    suite: str
    status: str
    log: str
    figures: dict[str, float]


def inspect_suites(
    settings: Settings, names: Sequence[str], depth: Depth, logs: Path, *, shared: bool = True
) -> list[InspectRun]:
    """Run suites through Inspect and keep its logs in a folder; `inspect view --log-dir FOLDER` shows them."""
    tasks, _ = suite_tasks(settings, names)
    with open_bench(settings, depth, shared=shared) as bench:
        return run_tasks(tasks, bench, logs)


def run_tasks(tasks: Sequence[AnyTask], bench: Bench, logs: Path) -> list[InspectRun]:
    """One after the other; a suite whose item raises ends with status "error" and no figure."""
    ended = inspect_eval(
        [inspect_task(one, bench) for one in tasks], model=_MODEL, log_dir=str(logs), display="none", max_samples=1,
        max_tasks=1, score_display=False,
    )  # fmt: skip
    return [_run(log) for log in ended]


def inspect_task(task: AnyTask, bench: Bench) -> InspectTask:
    """One suite. A sample's text is its id: what was asked stays in the dataset, as in results.json."""
    items = {item.id: item for item in task.items(bench)}
    rows = [
        Sample(id=name, input=name, metadata={"cluster": item.cluster or name, **dict(item.slices)})
        for name, item in items.items()
    ]
    answers: dict[str, Any] = {}
    return InspectTask(
        name=task.name,
        dataset=MemoryDataset(rows, name=task.name),
        solver=_solving(task, bench, items, answers),
        scorer=_scoring(task, items, answers),
        metadata={"claim": task.claim, "datasets": list(task.datasets)},
    )


def _solving(task: AnyTask, bench: Bench, items: Mapping[str, Item[Any]], answers: dict[str, Any]) -> Any:
    def product() -> Any:
        solve = task.solver(bench)

        async def solved(state: Any, generate: Any) -> Any:
            answers[state.sample_id] = solve(items[state.sample_id])
            return state

        return solved

    return solver(product)()


def _scoring(task: AnyTask, items: Mapping[str, Item[Any]], answers: dict[str, Any]) -> Any:
    def judged() -> Any:
        async def score(state: Any, target: Any) -> InspectScore:
            item = items[state.sample_id]
            return _written(item, task.scorer(item, answers.pop(state.sample_id)))

        return score

    def figures() -> Any:
        def counted(scores: list[SampleScore]) -> dict[str, float]:
            return _figures(task.measures, items, [one.score for one in scores])

        return counted

    return scorer(metrics=[accuracy(), stderr(cluster="cluster"), metric(figures)()])(judged)()


def _written(item: Item[Any], score: Score) -> InspectScore:
    """A score with what the statistics need; of a sealed item neither the answer nor the reason."""
    row = told(item, score, 0.0)
    kept = {"id": item.id, "marks": {name: [mark.hit, mark.of] for name, mark in score.marks.items()}}
    return InspectScore(
        value=float(score.passed), answer=row.found, explanation=row.why, metadata={**kept, "sure": score.sure}
    )


def _figures(measures: Sequence[Measure], items: Mapping[str, Item[Any]], scores: Sequence[Any]) -> dict[str, float]:
    scored = [_read(items, one.metadata) for one in scores]
    found = {measure.name: estimate(measure, scored, SEED).value for measure in measures}
    return {name: float("nan") if value is None else value for name, value in found.items()}


def _read(items: Mapping[str, Item[Any]], kept: Mapping[str, Any]) -> Scored:
    marks = {name: Mark(hit, of) for name, (hit, of) in kept["marks"].items()}
    sure = tuple(kept["sure"]) if kept["sure"] else None
    found = scored_of(items[kept["id"]], Score(marks=marks, passed=False, found=""))
    return replace(found, score=replace(found.score, sure=sure))


def _run(log: Any) -> InspectRun:
    rows = log.results.scores if log.results else []
    figures = {name: one.value for row in rows for name, one in row.metrics.items()}
    return InspectRun(suite=log.eval.task, status=log.status, log=str(log.location), figures=figures)
