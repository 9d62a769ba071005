"""results.json: the record of a run, as others may read it; its JSON schema is published beside this file."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from cases.errors import UnreadableFile
from cases.frozen import Frozen
from cases.ids import Digest
from evals.dataset_registry import DatasetUse
from evals.gates import GateAnswer, Outcome

SCHEMA_VERSION = "1"
SCHEMA_FILE = Path(__file__).with_name("results.schema.json")
Verdict = Literal["passed", "failed", "inconclusive"]


class Figure(Frozen):
    """A measure's value with its 95 % interval; all None where nothing was counted."""

    value: float | None
    low: float | None
    high: float | None
    items: int
    clusters: int
    hits: float
    of: float
    method: str


class SliceFigure(Frozen):
    """The figure of one group of items."""

    slice: str
    group: str
    figure: Figure


class MeasureResult(Frozen):
    """A measure over all its items and by slice."""

    name: str
    title: str
    unit: str
    figure: Figure
    slices: tuple[SliceFigure, ...]


class ItemResult(Frozen):
    """One item as judged; a mark is (hit, of), None where it is no number.

    Of a sealed item neither `found` nor `why` is told; `found` is then a digest, to compare.
    """

    id: str
    cluster: str
    slices: dict[str, str]
    passed: bool
    marks: dict[str, tuple[float | None, float | None]]
    found: str
    why: str
    seconds: float
    error: str = ""
    sealed: bool = False


class Reliability(Frozen):
    """A bin of the reliability curve."""

    sure: float
    right: float
    items: int


class Confusion(Frozen):
    """How often `found` was given where `expected` was right."""

    expected: str
    found: str
    items: int


class SuiteResult(Frozen):
    """A suite as run. `problems` are reasons to fail that no gate names: an error, a changed dataset."""

    name: str
    title: str
    claim: str
    datasets: tuple[DatasetUse, ...]
    items: tuple[ItemResult, ...]
    measures: tuple[MeasureResult, ...]
    gates: tuple[GateAnswer, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    reliability: tuple[Reliability, ...]
    risk_coverage: tuple[tuple[float, float], ...]
    confusion: tuple[Confusion, ...]
    seconds: float
    cpu_seconds: float
    verdict: Verdict


class RunResult(Frozen):
    """A whole run: what was run on what, and what came of it."""

    schema_version: Literal["1"] = "1"
    started: datetime
    finished: datetime
    depth: Literal["smoke", "full"]
    seed: int
    product_version: str
    platform: str
    peak_memory_mb: float
    gates_version: str
    hashes: dict[str, Digest]
    suites: tuple[SuiteResult, ...]
    verdict: Verdict

    def suite(self, name: str) -> SuiteResult | None:
        return next((one for one in self.suites if one.name == name), None)


EXIT = {"passed": 0, "failed": 1, "inconclusive": 3}


def verdict_of(outcomes: list[Outcome], problems: bool, *, tolerant: bool) -> Verdict:
    """Failed before inconclusive before passed; a smoke run is `tolerant`: too few items to tell is what it is."""
    if problems or Outcome.FAILED in outcomes:
        return "failed"
    return "inconclusive" if Outcome.INCONCLUSIVE in outcomes and not tolerant else "passed"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Of several verdicts the one that stands for all."""
    held = set(verdicts)
    return "failed" if "failed" in held else "inconclusive" if "inconclusive" in held else "passed"


def read_results(path: Path) -> RunResult:
    """The record in a run's folder, or the file itself; raises UnreadableFile."""
    file = path / "results.json" if path.is_dir() else path
    try:
        return RunResult.model_validate_json(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(str(file), f"cannot be read ({type(error).__name__})") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UnreadableFile(str(file), first["msg"], field=place, fix="give a folder that evals run wrote") from error
