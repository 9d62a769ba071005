"""`countersign audit`: prove the log."""

import typer

from api.cli import context

app = typer.Typer(help="The audit log's proof.\n\nExample: countersign audit verify", no_args_is_help=True)


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
