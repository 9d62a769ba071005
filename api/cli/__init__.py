"""The command line: thin doors over casework. Everything heavy is imported inside the command that needs it."""

import sys
import traceback
from pathlib import Path

import typer

from api.cli import (
    appeal,
    appeals,
    ask,
    audit,
    authorize,
    consents,
    demo,
    denials,
    evals,
    keys,
    mcp,
    model,
    phi,
    policies,
    review,
    screening,
    serve,
    users,
)
from cases.errors import CountersignError

app = typer.Typer(
    name="countersign",
    help="Prior-authorization packets with evidence, a gate and a person's countersignature.\n\n"
    "Example: countersign authorize chart/ --out out",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("appeal")(appeal.appeal)
app.command("ask")(ask.ask)
app.command("authorize")(authorize.authorize)
app.command("demo")(demo.demo)
app.command("intake")(denials.intake)
app.command("screen")(screening.screen)
app.command("serve")(serve.serve)
app.command("worker")(serve.worker)
app.command("mcp")(mcp.mcp)
app.add_typer(policies.app, name="policies")
app.add_typer(review.app, name="review")
app.add_typer(users.app, name="users")
app.add_typer(keys.app, name="keys")
app.add_typer(audit.app, name="audit")
app.add_typer(consents.app, name="consents")
app.add_typer(model.app, name="model")
app.add_typer(phi.app, name="phi")
app.add_typer(denials.app, name="denials")
app.add_typer(appeals.app, name="appeals")
app.add_typer(evals.app, name="evals")


def main() -> None:
    """Run a command: 0 done, 1 something failed, 2 wrong use; a failure is one line on stderr, never a traceback."""
    try:
        app()
    except CountersignError as error:
        typer.echo(f"countersign: {error.message}", err=True)
        sys.exit(1)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)
    except Exception as error:  # noqa: BLE001
        typer.echo(f"countersign: an internal error ({_place(error)}); nothing further was done.", err=True)
        sys.exit(1)


def _place(error: Exception) -> str:
    """What kind of error and where in our code; never its message, which may hold a chart's words."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or list(frames)
    last = ours[-1]
    return f"{type(error).__name__} at {'/'.join(Path(last.filename).parts[-3:])}:{last.lineno}"
