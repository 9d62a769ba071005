"""`countersign audit`: prove the log, and hand it to an auditor."""

import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from api.cli import context

app = typer.Typer(help="The audit log's proof.\n\nExample: countersign audit verify", no_args_is_help=True)

_REPLAY, _A_DAY = "replay-", 24 * 60 * 60


@app.callback()
def audit() -> None:
    """The audit log's proof."""


@app.command()
def verify() -> None:
    """Recompute the whole log; exit 1 and name the entry where anything does not fit.

    Example: countersign audit verify
    """
    with context.toolbox() as box:
        with box.database.read() as transaction:
            proof = box.audit.verify(transaction)
        for problem in proof.problems:
            typer.echo(f"entry {problem.sequence}: {problem.field}: {problem.message}", err=True)
        if not proof.holds:
            raise typer.Exit(1)
        typer.echo(f"The log holds: {proof.size} entries, root {proof.root}")


@app.command()
def export(
    out: Annotated[Path, typer.Option("--out", help="Folder for the bundle.")],
    case: Annotated[str | None, typer.Option("--case", help="Only what is about this case.")] = None,
) -> None:
    """Write the log with its proof, the disclosure ledger, the accounting of disclosures and incidents.

    Example: countersign audit export --out audit-bundle
    """
    with context.toolbox() as box:
        from api.cli.audit_bundle import write_bundle
        from cases.ids import CaseId

        counts = write_bundle(box, out, CaseId(case) if case else None)
    typer.echo(", ".join(f"{count} {what}" for what, count in counts.items()) + f" written to {out}")


def _scratch(home: Path) -> "TemporaryDirectory[str]":
    """A folder for the copy; one that a killed replay left more than a day ago goes."""
    for left in home.glob(f"{_REPLAY}*"):
        if left.stat().st_mtime < time.time() - _A_DAY:
            shutil.rmtree(left, ignore_errors=True)
    return TemporaryDirectory(prefix=_REPLAY, dir=home)


@app.command()
def replay(
    case: Annotated[str, typer.Argument(help="The case or appeal, such as c-0123456789abcdef.")],
    user: Annotated[str | None, typer.Option("--as", help="Who asks; else COUNTERSIGN_USER.")] = None,
) -> None:
    """Run a case again from its record, on a copy that reaches nobody, and compare; exit 1 where anything differs.

    Example: countersign audit replay c-0123456789abcdef --as lee
    """
    with context.toolbox() as box, _scratch(box.settings.home) as folder:
        from agents.casework.replaying import replay_case
        from cases.ids import CaseId

        found = replay_case(box, CaseId(case), Path(folder) / "copy", context.acting_user(box, user))
    typer.echo(f"{found.case_id}, run again as of {found.at:%Y-%m-%d %H:%M} UTC")
    if found.model_read:
        typer.echo("A model had read beside the rules; it was not asked again.")
    for part in found.parts:
        said = f"the same ({part.now})" if part.same else f"DIFFERS: recorded {part.recorded}, now {part.now}"
        typer.echo(f"  {part.name:<9} {said}")
    if not found.holds:
        raise typer.Exit(1)
