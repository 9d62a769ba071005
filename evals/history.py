"""Earlier runs of the suites, kept in the home: how each figure moved over the same data, release after release."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from cases.errors import InputError
from cases.frozen import Frozen
from cases.ids import Digest
from evals.gates import Outcome
from evals.results import RunResult, SuiteResult, Verdict


class KeptFigure(Frozen):
    """A measure's value with its 95 % interval; all None where nothing was counted."""

    value: float | None
    low: float | None
    high: float | None


class KeptSuite(Frozen):
    """A suite as it once ended: the gates that failed, those that its items could not settle, and those waived.

    `data` is one digest over its datasets: figures over other data are not compared.
    """

    name: str
    title: str
    verdict: Verdict
    items: int
    data: Digest
    figures: dict[str, KeptFigure]
    failed: tuple[str, ...]
    doubtful: tuple[str, ...]
    waived: tuple[str, ...]


class KeptRun(Frozen):
    """A run without its items."""

    started: datetime
    depth: Literal["smoke", "full"]
    product_version: str
    verdict: Verdict
    suites: tuple[KeptSuite, ...]


class Move(Frozen):
    """A figure whose interval lies wholly beside that of the run before over the same data, at the same depth."""

    suite: str
    measure: str
    at: datetime
    before: KeptFigure
    after: KeptFigure


class History(Frozen):
    """Kept runs, oldest first, and the files that could not be read."""

    runs: tuple[KeptRun, ...]
    unreadable: tuple[str, ...]


def keep(home: Path, run: RunResult) -> Path:
    """Write the run down; raises InputError where the home cannot be written."""
    path = _folder(home) / f"{run.started:%Y%m%dT%H%M%S%f}.json"
    kept = KeptRun(
        started=run.started, depth=run.depth, product_version=run.product_version, verdict=run.verdict,
        suites=tuple(_suite(one) for one in run.suites),
    )  # fmt: skip
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(kept.model_dump_json() + "\n", "utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
    return path


def read_history(home: Path) -> History:
    """All kept runs; a file that is damaged is named and left out."""
    runs, bad = [], []
    for path in sorted(_folder(home).glob("*.json")):
        try:
            runs.append(KeptRun.model_validate_json(path.read_text("utf-8")))
        except (OSError, UnicodeDecodeError, ValidationError):
            bad.append(str(path))
    return History(runs=tuple(runs), unreadable=tuple(bad))


def moves(runs: Sequence[KeptRun]) -> tuple[Move, ...]:
    """What moved from one run to the next, newest first."""
    found: list[Move] = []
    last: dict[tuple[str, str, str, str], KeptFigure] = {}
    for run in runs:
        for suite in run.suites:
            for measure, figure in suite.figures.items():
                key = (suite.name, measure, run.depth, suite.data)
                before = last.get(key)
                if before is not None and _apart(before, figure):
                    found.append(Move(suite=suite.name, measure=measure, at=run.started, before=before, after=figure))
                last[key] = figure
    return tuple(reversed(found))


def history_words(found: History) -> list[str]:
    """Kept runs as lines for a terminal, oldest first, then what moved over the same data, newest first."""
    lines = [f"{path}: cannot be read and is left out" for path in found.unreadable]
    for run in found.runs:
        bad = [f"{suite.name} {suite.verdict}" for suite in run.suites if suite.verdict != "passed"]
        told = f": {', '.join(bad)}" if bad else ""
        lines.append(
            f"{run.started:%Y-%m-%d %H:%M} UTC  {run.product_version}  {run.depth:<5}  {len(run.suites)} suites  "
            f"{run.verdict}{told}"
        )
    for one in moves(found.runs):
        lines.append(
            f"moved {one.at:%Y-%m-%d}: {one.suite} {one.measure} {figure_words(one.before)} → {figure_words(one.after)}"
        )
    return lines or ["No run was kept yet: countersign evals run --smoke --out eval"]


def figure_words(figure: KeptFigure) -> str:
    """A figure with its interval."""
    if figure.value is None:
        return "nothing counted"
    interval = "" if figure.low is None or figure.high is None else f" [{figure.low:.3g}, {figure.high:.3g}]"
    return f"{figure.value:.3g}{interval}"


def _apart(before: KeptFigure, after: KeptFigure) -> bool:
    if before.low is None or before.high is None or after.low is None or after.high is None:
        return before.value != after.value
    return after.low > before.high or after.high < before.low


def _suite(suite: SuiteResult) -> KeptSuite:
    data = hashlib.sha256("\n".join(f"{one.name} {one.found}" for one in suite.datasets).encode()).hexdigest()
    said = [(gate.outcome, f"{gate.measure}: {gate.limit}") for gate in suite.gates]
    return KeptSuite(
        name=suite.name, title=suite.title, verdict=suite.verdict, items=len(suite.items), data=Digest(data),
        figures={
            one.name: KeptFigure(value=one.figure.value, low=one.figure.low, high=one.figure.high)
            for one in suite.measures
        },
        failed=(*suite.problems, *(words for outcome, words in said if outcome is Outcome.FAILED)),
        doubtful=tuple(words for outcome, words in said if outcome is Outcome.INCONCLUSIVE),
        waived=tuple(gate.measure for gate in suite.gates if gate.outcome is Outcome.WAIVED),
    )  # fmt: skip


def _folder(home: Path) -> Path:
    return home / "evals" / "runs"
