"""The shipped sample charts, worked once a run by the casework that production runs, with what each left behind."""

import time
from dataclasses import dataclass
from pathlib import Path

from agents.casework.opening import open_cases
from agents.casework.working import open_graph, work_case
from agents.products import LETTER, VERDICTS
from agents.toolbox import Toolbox
from cases.case import Case
from cases.chart import Chart
from cases.criteria import CriteriaResult
from cases.decision import GateResult, Verdict
from cases.ids import CaseId
from cases.packet import Gap, Letter
from evals.bench_room import Bench
from evals.dataset_registry import registry
from evals.product import toolbox
from evals.task import Item, thinned
from runtime import case_store, chart_store, work_store
from runtime.work_store import CRITERIA, GAPS, GATE

_PICTURES = frozenset({".tif", ".tiff", ".png", ".jpg"})
_SMOKE = 5


@dataclass(frozen=True)
class Worked:
    """One case after its work: what was judged and drafted, and what that took of the processor."""

    sample: str
    case: Case
    chart: Chart
    result: CriteriaResult | None
    gaps: tuple[Gap, ...]
    gate: GateResult | None
    verdicts: tuple[Verdict, ...]
    letter: Letter | None
    artefacts: dict[str, bytes]
    cpu_seconds: float


def samples(bench: Bench) -> list[str]:
    """The names of the sample folders; a smoke run takes a few that need no OCR."""
    folders = sorted(path.name for path in registry()["samples"].place.iterdir() if path.is_dir())
    if bench.full:
        return folders
    return [item.id for item in thinned([Item(name, name) for name in folders if not _scanned(name)], _SMOKE)]


def _scanned(sample: str) -> bool:
    return any(path.suffix in _PICTURES for path in folder(sample).iterdir())


def folder(sample: str) -> Path:
    return registry()["samples"].place / sample


def worked(bench: Bench, sample: str, home: str = "cases") -> tuple[Worked, ...]:
    """The cases of a sample, worked at the first call for this home."""
    return bench.once(f"worked {home} {sample}", lambda: work(toolbox(bench, home), sample))


def work(box: Toolbox, sample: str) -> tuple[Worked, ...]:
    """Open a sample's cases and work each to the gate."""
    found = []
    started = time.process_time()
    with open_graph(box) as graph:
        for case_id in open_cases(box, [folder(sample)]).case_ids:
            work_case(box, graph, case_id)
            found.append(_left(box, sample, case_id, time.process_time() - started))
            started = time.process_time()
    return tuple(found)


def _left(box: Toolbox, sample: str, case_id: CaseId, seconds: float) -> Worked:
    with box.database.read() as transaction:
        case = case_store.get(transaction, case_id)
        revision = work_store.newest_revision(transaction, case_id, GATE)
        at = revision or 0
        names = work_store.artefact_digests(transaction, case_id, at)
        return Worked(
            sample=sample,
            case=case,
            chart=chart_store.get_chart(transaction, case_id, case.chart_digest) if case.chart_digest else Chart(),
            result=work_store.get_product(transaction, case_id, CRITERIA, at),
            gaps=work_store.get_product(transaction, case_id, GAPS, at) or (),
            gate=work_store.get_product(transaction, case_id, GATE, at),
            verdicts=work_store.get_product(transaction, case_id, VERDICTS, at) or (),
            letter=work_store.get_product(transaction, case_id, LETTER, at),
            artefacts={name: work_store.get_artefact(transaction, case_id, at, name) for name in names},
            cpu_seconds=seconds,
        )
