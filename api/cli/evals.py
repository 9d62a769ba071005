"""`countersign evals`: run the suites that hold a release back, compare two runs, and read the report."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import context

if TYPE_CHECKING:
    from evals.results import RunResult

app = typer.Typer(
    help="Suites, gates and reports.\n\nExample: countersign evals run --all --out eval", no_args_is_help=True
)
ShippedOnly = Annotated[bool, typer.Option("--shipped-only", help="Leave data beside the repository alone.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for results.json, report.html, junit.xml and bundle.json.")]


@app.command("list")
def list_suites() -> None:
    """Show the suites: what each puts to the test, and its gates.

    Example: countersign evals list
    """
    from evals.command import suite_names, suite_tasks
    from runtime.settings import load_settings

    settings = load_settings()
    tasks, book = suite_tasks(settings, suite_names(settings))
    for task in tasks:
        context.heading(task.name)
        typer.echo(f"  {task.claim}")
        for gate in book.of(task.name):
            typer.echo(f"  - {gate.measure}: {gate.words} ({gate.cites})")


@app.command("run")
def run(
    suites: Annotated[list[str] | None, typer.Argument(help="Suites to run, as `evals list` names them.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every suite.")] = False,
    smoke: Annotated[bool, typer.Option("--smoke", help="Few items: what broke, in two minutes.")] = False,
    live: Annotated[bool, typer.Option("--live", help="Ask the model that is set, and report it apart.")] = False,
    shipped_only: ShippedOnly = False,
    out: Out = Path("eval"),
) -> None:
    """Run suites and ask their gates. Exit 0 passed, 1 failed, 3 inconclusive.

    Example: countersign evals run criteria phi --smoke --out eval
    """
    from evals.bench_room import Depth
    from evals.command import live_names, run_to, suite_names
    from evals.results import EXIT
    from runtime import logs
    from runtime.settings import load_settings

    if live and (suites or every):
        raise typer.BadParameter("--live runs by itself, so that what a model did is reported apart")
    settings = load_settings()
    logs.configure(settings)
    names = (
        live_names(settings)
        if live
        else suite_names(settings)
        if every or (smoke and not suites)
        else list(suites or [])
    )
    depth = Depth.SMOKE if smoke else Depth.FULL
    result = run_to(settings, names, depth, out, context.progress, shared=not shipped_only)
    _tell(result, out)
    sys.exit(EXIT[result.verdict])


def _tell(result: "RunResult", out: Path) -> None:
    colours = {"passed": typer.colors.GREEN, "failed": typer.colors.RED, "inconclusive": typer.colors.BLUE}
    for suite in result.suites:
        verdict = typer.style(f"{suite.verdict:<12}", fg=colours[suite.verdict])
        typer.echo(f"{suite.name:<12} {verdict} {len(suite.items):>5} items {suite.seconds:>7.1f} s")
        for problem in suite.problems:
            typer.echo(f"    problem: {problem}")
        for gate in suite.gates:
            if gate.outcome.value != "passed":
                typer.echo(f"    {gate.outcome.value}: {gate.measure} ({gate.limit}): {gate.why}")
    typer.echo(f"{result.verdict}: {out / 'report.html'}")


@app.command("inspect")
def inspect(
    suites: Annotated[list[str], typer.Argument(help="Suites to run, as `evals list` names them.")],
    smoke: Annotated[bool, typer.Option("--smoke", help="Few items.")] = False,
    shipped_only: ShippedOnly = False,
    out: Annotated[Path, typer.Option("--out", help="Folder for Inspect's logs.")] = Path("logs"),
) -> None:
    """Run suites through Inspect AI and keep its logs for its viewer. No gate is asked; exit 1 where one ended badly.

    Example: countersign evals inspect gate --smoke --out logs
    """
    from cases.errors import InputError
    from evals.bench_room import Depth
    from runtime.settings import load_settings

    try:
        from evals.inspect_tasks import inspect_suites
    except ImportError as error:
        raise InputError(f"Inspect AI is not at hand ({error.name}): pip install 'countersign[inspect]'.") from error
    depth = Depth.SMOKE if smoke else Depth.FULL
    ended = inspect_suites(load_settings(), suites, depth, out, shared=not shipped_only)
    for one in ended:
        typer.echo(f"{one.suite}: {one.status}: " + ", ".join(f"{k} {v:.4g}" for k, v in one.figures.items()))
    typer.echo(f"inspect view --log-dir {out}")
    if any(one.status != "success" for one in ended):
        raise typer.Exit(1)


@app.command("compare")
def compare(
    before: Annotated[Path, typer.Argument(help="Folder of the earlier run.")],
    after: Annotated[Path, typer.Argument(help="Folder of the later run.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Compare two runs item by item: every flip, exact McNemar, paired bootstrap.

    Example: countersign evals compare eval-before eval-after
    """
    from evals.command import comparison_words
    from evals.compare import compare as compared
    from evals.results import read_results

    found = compared(read_results(before), read_results(after))
    typer.echo(found.model_dump_json(indent=1) if as_json else "\n".join(comparison_words(found)))


@app.command("history")
def history() -> None:
    """Show earlier runs of this installation, and which figures moved over the same data.

    Example: countersign evals history
    """
    from evals.history import history_words, read_history
    from runtime.settings import load_settings

    typer.echo("\n".join(history_words(read_history(load_settings().home))))


@app.command("weekly")
def weekly() -> None:
    """Run the frozen set once a week and show what is answered otherwise than the week before. For a timer.

    Example: countersign evals weekly
    """
    from evals.results import EXIT
    from evals.weekly import run_week, week_words
    from runtime import logs
    from runtime.clock import clock_of
    from runtime.settings import load_settings

    settings = load_settings()
    logs.configure(settings)
    week, fresh = run_week(settings, clock_of(settings).now(), context.progress)
    typer.echo("\n".join(week_words(week, fresh=fresh)))
    sys.exit(EXIT[week.verdict])


@app.command("drift")
def drift(as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False) -> None:
    """Show whether what comes in has changed, and how often people overrule what was prepared.

    Example: countersign evals drift
    """
    with context.toolbox() as box:
        from evals.drift import drift as measured
        from evals.drift import drift_words

        with box.database.read() as transaction:
            found = measured(transaction, box.clock.now())
    typer.echo(found.model_dump_json(indent=1) if as_json else "\n".join(drift_words(found)))


@app.command("report")
def report(
    folder: Annotated[Path, typer.Argument(help="Folder that `evals run` wrote.")],
    verify: Annotated[bool, typer.Option("--verify", help="Check the signed bundle and write nothing.")] = False,
) -> None:
    """Make report.html anew from results.json, or check the signed bundle.

    Example: countersign evals report eval
    """
    from evals.bundle import verify_bundle
    from evals.command import report_again

    if verify:
        typer.echo(f"Signed by {verify_bundle(folder)}; every file is the one that was signed.")
        return
    typer.echo(str(report_again(folder)))


@app.command("new")
def new(
    suite: Annotated[str, typer.Argument(help="Its name: lower-case letters, digits, hyphens.")],
    kind: Annotated[
        str, typer.Option("--kind", help="question, identifiers, letter, reading or sentence.")
    ] = "question",
) -> None:
    """Write a working suite of your own: a dataset and a threshold, no code.

    Example: countersign evals new our-questions --kind question
    """
    from cases.errors import InputError
    from evals.own_suite import KINDS, write_template
    from runtime.settings import load_settings

    if kind not in KINDS:
        raise InputError(f"--kind: '{kind}' is none of {', '.join(KINDS)}.")
    folder = write_template(load_settings().home, suite, kind)
    typer.echo(f"Fill {folder / 'items.jsonl'} and {folder / 'suite.yaml'}, then: countersign evals run {suite}")


@app.command("labels")
def labels() -> None:
    """Write the items that two people agree on as the suites `people` and `people-letters`, over those written before.

    Example: countersign evals labels
    """
    from agents.toolbox import build_toolbox
    from evals.people import write_people
    from runtime.settings import load_settings

    box = build_toolbox(load_settings())
    written = write_people(box)
    box.database.close()
    for folder, count in written:
        typer.echo(f"{count} items in {folder}; then: countersign evals run {folder.name}")
