"""Runs suites: each item is solved by the product and scored, figures get intervals, gates get asked."""

import hashlib
import math
import platform
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from cases.errors import CountersignError
from evals.bench_room import Bench, Depth
from evals.dataset_registry import DatasetUse, used
from evals.gates import Gate, GateAnswer, GateBook, Outcome, judge
from evals.intervals import Estimate, Scored, estimate, reliability, risk_coverage
from evals.provenance import hashes, product_version
from evals.results import (
    Confusion,
    Figure,
    ItemResult,
    MeasureResult,
    Reliability,
    RunResult,
    SliceFigure,
    SuiteResult,
    verdict_of,
    worst,
)
from evals.task import Item, Kind, Measure, Score, Task

SEED = 20261126
_FEW = 50
_TOLD = 400
AnyTask = Task[Any, Any]
Progress = Callable[[Iterable[Item[Any]], int, str], Iterable[Item[Any]]]


def quiet(items: Iterable[Item[Any]], _total: int, _name: str) -> Iterable[Item[Any]]:
    return items


def run_suites(
    tasks: Sequence[AnyTask], bench: Bench, book: GateBook, *, seed: int = SEED, progress: Progress = quiet
) -> RunResult:
    """All suites one after the other, and the verdict over them."""
    started = datetime.now(UTC)
    suites = tuple(run_suite(task, bench, book, seed=seed, progress=progress) for task in tasks)
    return RunResult(
        started=started,
        finished=datetime.now(UTC),
        depth=bench.depth.value,
        seed=seed,
        product_version=product_version(),
        platform=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        peak_memory_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        gates_version=book.version,
        hashes=hashes(bench.settings),
        suites=suites,
        verdict=worst(suite.verdict for suite in suites),
    )


def run_suite(
    task: AnyTask, bench: Bench, book: GateBook, *, seed: int = SEED, progress: Progress = quiet
) -> SuiteResult:
    """One suite: an item that errors, a dataset that changed or vanished and a suite without gates are problems."""
    started, cpu = time.perf_counter(), time.process_time()
    datasets = tuple(used(name) for name in task.datasets)
    missing = [one.name for one in datasets if one.absent and not one.path.startswith("../shared/")]
    items = [] if missing else task.items(bench)
    solved = _solve(task, bench, items, progress) if items else []
    scored = [one for one, _ in solved if one is not None]
    results = tuple(result for _, result in solved)
    figures = {measure.name: estimate(measure, scored, seed) for measure in task.measures}
    today = datetime.now(UTC).date()
    gates = tuple(
        judge(gate, figures[gate.measure], book.waivers, today)
        for gate in book.of(task.name)
        if gate.measure in figures
    )
    problems = tuple(_problems(task, datasets, results, book.of(task.name)))
    outcomes = [gate.outcome for gate in gates]
    return SuiteResult(
        name=task.name,
        title=task.title,
        claim=task.claim,
        datasets=datasets,
        items=results,
        measures=tuple(_measure(one, scored, seed) for one in task.measures),
        gates=gates,
        problems=problems,
        notes=tuple(_notes(task, datasets, len(results), bench.depth)),
        reliability=tuple(Reliability(**asdict(row)) for row in reliability(scored)),
        risk_coverage=tuple(_sparse(risk_coverage(scored))),
        confusion=_confusion(scored),
        seconds=round(time.perf_counter() - started, 3),
        cpu_seconds=round(time.process_time() - cpu, 3),
        verdict=verdict_of(outcomes, bool(problems), tolerant=not bench.full and bool(results)),
    )


def _solve(
    task: AnyTask, bench: Bench, items: Sequence[Item[Any]], progress: Progress
) -> list[tuple[Scored | None, ItemResult]]:
    solver = task.solver(bench)
    done: list[tuple[Scored | None, ItemResult]] = []
    for item in progress(items, len(items), task.name):
        started = time.perf_counter()
        try:
            score = task.scorer(item, solver(item))
        except CountersignError as error:
            done.append((None, _errored(item, error, time.perf_counter() - started)))
            continue
        done.append((scored_of(item, score), told(item, score, time.perf_counter() - started)))
    return done


def scored_of(item: Item[Any], score: Score) -> Scored:
    """The score with what the statistics need of the item."""
    return Scored(item.id, item.cluster or item.id, dict(item.slices), score)


def told(item: Item[Any], score: Score, seconds: float) -> ItemResult:
    """The item as results.json tells it; of a sealed one neither the answer nor the reason."""
    found, why = (score.found[:_TOLD], score.why[:_TOLD])
    if item.sealed:
        found, why = hashlib.sha256(score.found.encode()).hexdigest()[:16], ""
    return ItemResult(
        id=item.id, cluster=item.cluster or item.id, slices=dict(item.slices), passed=score.passed,
        marks={name: (_number(mark.hit), _number(mark.of)) for name, mark in score.marks.items()}, found=found, why=why,
        seconds=round(seconds, 4), sealed=item.sealed,
    )  # fmt: skip


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _errored(item: Item[Any], error: CountersignError, seconds: float) -> ItemResult:
    return ItemResult(
        id=item.id, cluster=item.cluster or item.id, slices=dict(item.slices), passed=False, marks={}, found="error",
        why="", seconds=round(seconds, 4), error=f"{type(error).__name__}: {error.message}"[:_TOLD], sealed=item.sealed,
    )  # fmt: skip


def _measure(measure: Measure, scored: Sequence[Scored], seed: int) -> MeasureResult:
    slices = []
    names = sorted({name for one in scored for name in one.slices}) if measure.kind is Kind.SHARE else []
    for name in names:
        groups = sorted({one.slices[name] for one in scored if name in one.slices})
        for group in groups:
            part = [one for one in scored if one.slices.get(name) == group]
            found = estimate(measure, part, seed)
            if found.value is not None:
                slices.append(SliceFigure(slice=name, group=group, figure=_figure(found)))
    figure = _figure(estimate(measure, scored, seed))
    return MeasureResult(name=measure.name, title=measure.title, unit=measure.unit, figure=figure, slices=tuple(slices))


def _figure(found: Estimate) -> Figure:
    """The estimate as it is written down; what is no number is None."""
    numbers = {key: None if isinstance(one, float) and math.isnan(one) else one for key, one in asdict(found).items()}
    return Figure.model_validate({**numbers, "hits": numbers["hits"] or 0.0, "of": numbers["of"] or 0.0})


def _problems(
    task: AnyTask, datasets: Sequence[DatasetUse], results: Sequence[ItemResult], gates: Sequence[Gate]
) -> Iterable[str]:
    for one in datasets:
        if one.changed:
            yield f"the dataset {one.name} is not the one that was registered"
    errors = [result for result in results if result.error]
    if errors:
        yield f"{len(errors)} items ended in an error, the first {errors[0].id}: {errors[0].error}"
    nan = [result.id for result in results if any(None in mark for mark in result.marks.values())]
    if nan:
        yield f"{len(nan)} items gave no number, the first {nan[0]}"
    unknown = sorted({gate.measure for gate in gates} - {measure.name for measure in task.measures})
    if unknown:
        yield f"gates name measures that the suite does not have: {', '.join(unknown)}"
    if not gates:
        yield "no gate holds this suite"
    if not results:
        yield "nothing was run: its items are absent"


def _notes(task: AnyTask, datasets: Sequence[DatasetUse], items: int, depth: Depth) -> Iterable[str]:
    for one in datasets:
        if one.absent:
            yield f"The dataset {one.name} is not at hand ({one.path}); the suite ran without it."
    if task.few and items < _FEW:
        yield task.few
    elif items < _FEW and depth is Depth.FULL:
        yield f"Only {items} items."


def _sparse(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """A hundred points of a curve at most."""
    step = max(1, len(points) // 100)
    return [*points[::step], *points[-1:]] if points else []


def _confusion(scored: Sequence[Scored]) -> tuple[Confusion, ...]:
    counted = Counter(one.score.seen for one in scored if one.score.seen is not None)
    return tuple(Confusion(expected=pair[0], found=pair[1], items=n) for pair, n in sorted(counted.items()))


def open_gates(result: RunResult) -> list[GateAnswer]:
    """Gates that did not pass and are not waived."""
    bad = (Outcome.FAILED, Outcome.INCONCLUSIVE)
    return [gate for suite in result.suites for gate in suite.gates if gate.outcome in bad]
