"""What `countersign evals` does, for whoever calls it: suites by name, a run with its files, a comparison in words."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cases.errors import InputError
from evals import own_suite
from evals.bench_room import Depth, open_bench
from evals.bundle import write_bundle
from evals.compare import Comparison
from evals.controls import read_controls
from evals.gates import GateBook, read_gates
from evals.history import keep
from evals.junit import junit
from evals.report.page import report_html
from evals.results import RunResult, read_results
from evals.run import AnyTask, Progress, run_suites
from evals.suites.index import SUITES, shipped
from evals.task import Task
from runtime.master_key import master_key
from runtime.settings import Settings

_MOST_FLIPS = 40


def suite_names(settings: Settings) -> list[str]:
    """The suites that ship, then this installation's own."""
    return [*SUITES, *own_suite.names(settings.home)]


def live_names(settings: Settings) -> list[str]:
    """The suites that ask the model that is set; the judge only where people have settled something to hold it to."""
    own = own_suite.names(settings.home)
    return ["live", *(["judge"] if own_suite.PEOPLE_FACTS in own or own_suite.PEOPLE_LETTERS in own else [])]


def suite_tasks(settings: Settings, names: Sequence[str]) -> tuple[list[AnyTask], GateBook]:
    """The suites with the gates of all of them; raises NotFound for a name that is none."""
    book = read_gates()
    own = own_suite.names(settings.home)
    tasks: list[Task[Any, Any]] = []
    for name in dict.fromkeys(names):
        if name in own and name not in SUITES:
            task, gates = own_suite.read_suite(settings.home, name)
            merged = {"gates": (*book.gates, *gates.gates), "waivers": (*book.waivers, *gates.waivers)}
            book = book.model_copy(update=merged)
            tasks.append(task)
        else:
            tasks.append(shipped(name))
    return tasks, book


def run_to(
    settings: Settings, names: Sequence[str], depth: Depth, out: Path, progress: Progress, *, shared: bool = True
) -> RunResult:
    """Run the suites and write results.json, report.html, junit.xml and the signed bundle.json to a folder."""
    if not names:
        raise InputError("Name the suites to run, or give --all or --smoke.")
    tasks, book = suite_tasks(settings, names)
    _folder(out)
    with open_bench(settings, depth, shared=shared) as bench:
        run = run_suites(tasks, bench, book, progress=progress)
    write_files(out, run, settings)
    keep(settings.home, run)
    return run


def write_files(out: Path, run: RunResult, settings: Settings) -> None:
    """Everything a run leaves behind."""
    try:
        (out / "results.json").write_text(run.model_dump_json(indent=1) + "\n", "utf-8")
        (out / "report.html").write_text(report_html(run, read_controls()), "utf-8")
        (out / "junit.xml").write_bytes(junit(run))
        write_bundle(out, run, master_key(settings))
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {error.strerror}") from error


def report_again(folder: Path) -> Path:
    """report.html made anew from a run's record."""
    run = read_results(folder)
    path = folder / "report.html"
    path.write_text(report_html(run, read_controls()), "utf-8")
    return path


def comparison_words(found: Comparison) -> list[str]:
    """A comparison as lines for a terminal."""
    lines = [
        f"{found.tests} suites compared; p values are exact McNemar over passed items, in brackets adjusted for that "
        "many tests (Holm)."
    ]
    if found.hashes:
        lines.append(f"Differ between the runs: {', '.join(found.hashes)}.")
    for suite in found.suites:
        only = f", {suite.only_before} only before, {suite.only_after} only after" * bool(
            suite.only_before + suite.only_after
        )
        head = f"{suite.suite}: {suite.items} items{only}"
        if not suite.changed:
            lines.append(f"{head}: no change")
            continue
        lines.append(f"{head}: {suite.better} better, {suite.worse} worse, p {suite.p:.3g} [{suite.p_holm:.3g}]")
        lines += [
            f"  {one.measure}: {one.before:.4g} → {one.after:.4g} ({one.change:+.4g} [{one.low:+.4g}, {one.high:+.4g}])"
            for one in suite.measures
            if one.change
        ]
        for flip in suite.flips[:_MOST_FLIPS]:
            word = (
                "better" if flip.after and not flip.before else "worse" if flip.before and not flip.after else "other"
            )
            lines.append(f"  {word}: {flip.id}: {flip.found_before} → {flip.found_after}")
        if len(suite.flips) > _MOST_FLIPS:
            lines.append(f"  and {len(suite.flips) - _MOST_FLIPS} more flips")
    return lines


def _folder(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is not a folder.")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out}: cannot be made: {error.strerror}") from error
