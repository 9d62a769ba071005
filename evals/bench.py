"""`make bench`: how fast the main parts are on this machine, each beside the floor an issue sets for it.

`python -m evals.bench --large` searches 100,000 passages too.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from agents.casework.opening import open_cases
from agents.casework.policies import import_shipped
from agents.casework.working import open_graph, work_case
from agents.reading.rules_reader.reader import read_facts
from agents.toolbox import Toolbox, build_toolbox
from cases.audit_event import Actor, AuditEvent
from cases.ids import DEFAULT_TENANT
from evals.accept_rate import accept_rate
from evals.bench_retrieval import retrieval_figures
from formats.chart_folder import read_chart
from knowledge.vocabulary import shipped_vocabulary
from runtime.settings import Settings, load_settings

SAMPLES = Path(__file__).parent / "datasets" / "samples"


def median_seconds(act: Callable[[], object], times: int) -> float:
    """The median of so many runs, after one that warms up."""
    act()
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def figures(box: Toolbox) -> list[tuple[str, str, str]]:
    """Name, what was measured, and the floor where an issue names one."""
    import_shipped(box)
    rate = accept_rate(box)
    note = (SAMPLES / "oxygen-complete" / "visit-note.txt").read_text("utf-8")
    return [
        ("commit with one audit entry", f"{median_seconds(lambda: _audit(box), 50) * 1000:.2f} ms", ""),
        ("bare commits of one row", f"{rate.bare:.0f} /s", ""),
        ("events taken, 32 senders", f"{rate.accepted:.0f} /s = {rate.ratio:.2f} x bare", "0.5 x bare (A2)"),
        ("events taken, one sender", f"{rate.accepted_alone:.0f} /s = {rate.alone:.2f} x bare", ""),
        ("one case to the gate", f"{median_seconds(lambda: _case(box), 5):.2f} s", ""),
        ("facts from notes", f"{_reading(note):.0f} kB/s", "200 kB/s (D)"),
        *retrieval_figures(box, large="--large" in sys.argv[1:]),
    ]


def _audit(box: Toolbox) -> None:
    with box.database.begin() as transaction:
        event = AuditEvent(
            tenant_id=DEFAULT_TENANT, at=box.clock.now(), actor=Actor.SYSTEM, actor_id="bench", action="bench.entry",
            subject="bench",
        )  # fmt: skip
        box.audit.append(transaction, event)


def _case(box: Toolbox) -> None:
    """A chart never seen before each time: the stale sample, which is worked anew while it waits for documents."""
    with open_graph(box) as graph:
        for case_id in open_cases(box, [SAMPLES / "oxygen-stale-test"]).case_ids:
            work_case(box, graph, case_id)


def _reading(note: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.txt"
        path.write_text(note * 60, "utf-8")
        chart, _ = read_chart([path])
    vocabulary = shipped_vocabulary()
    seconds = median_seconds(lambda: read_facts(chart, vocabulary), 3)
    return len(note) * 60 / 1000 / seconds


def main() -> None:
    """Print the table."""
    load_settings()
    with tempfile.TemporaryDirectory() as home:
        box = build_toolbox(Settings(home=Path(home)), with_queue=True)
        rows = [("what", "measured", "floor"), *figures(box)]
        if box.queue is not None:
            box.queue.close()
        box.database.close()
    for name, measured, floor in rows:
        sys.stdout.write(f"{name:<32}{measured:>24}   {floor}\n")


if __name__ == "__main__":
    main()
